"""The demonstration's stock, tariffs, stays and contracts; the money is in `demo_redevance`."""

import contextlib
import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from logement.demo_occupant import load_occupant
from logement.demo_papers import load_papers
from logement.demo_presence import load_presence
from logement.demo_redevance import load_money
from logement.models import (
    AssuranceOccupant,
    Batiment,
    CategoriePlace,
    ContratOccupation,
    DroitApl,
    Logement,
    OccupationPlace,
    PartieContrat,
    Place,
    Preavis,
    Prestation,
    RenouvellementSejour,
    Sejour,
    Tarif,
    TarifPrestation,
)
from logement.models.parc import days
from logement.rules import apl
from logement.rules.irl import reference_indices, revised
from logement.rules.preavis import resident_notice_end
from logement.rules.sejour import last_day
from residence.demo import Household, World, make_household, write_households
from residence.demo_facts import load_measures, load_permits
from residence.demo_facts import load_money as load_resources
from residence.models import AccesConfidentiel, Dispositif, MembreMenage, Rattachement
from residence.permissions import Cause
from residence.rules.dates import add_months, eve, month_start, morrow
from residence.rules.money import cents

# Category: type of logement, surface, capacity, monthly loyer, charges and obligatory services at the beginning.
CATEGORIES = {
    "T1": ("T1", "21.50", 1, "262.40", "86.10", "18.00"),
    "T1 bis": ("T1bis", "28.00", 2, "301.20", "94.30", "18.00"),
    "T2": ("T2", "42.00", 3, "352.60", "112.80", "22.00"),
    "T3": ("T3", "58.00", 4, "411.90", "134.50", "26.00"),
    "T4": ("T4", "74.00", 6, "478.30", "158.20", "30.00"),
    "Chambre en appartement partagé": ("chambre", "12.00", 1, "198.70", "79.40", "16.00"),
}
# Shares of the temporary places by category.
TEMPORARY = (("T1", 60), ("T1 bis", 20), ("T2", 16), ("T3", 10), ("T4", 6))
ROOMS_IN_A_FLAT = 4
# Share of the temporary places whose last resident has just left.
LEFT_LATELY = 0.05


@dataclass
class Home:
    """A place of the demonstration, and the stays that follow each other there."""

    place: Place
    logement: Logement
    category: str


def load(world: World) -> None:
    _stays(world, load_stock(world))
    _join_rooms(world)
    _residents(world)
    load_occupant(world)
    load_money(world)
    load_papers(world)
    load_presence(world)


def _join_rooms(world: World) -> None:
    """Two communicating rooms of a shared flat, one of them free: who lives in the other may ask for both."""
    free = [place.pk for place in world.shared["free_places"]]
    for room in Place.objects.filter(pk__in=free, logement__is_shared=True).order_by("code"):
        beside = Place.objects.filter(logement=room.logement_id, contrats__status="running").exclude(pk=room.pk).first()
        if beside is not None:
            Place.objects.filter(pk=room.pk).update(joined_with=beside)
            return


def load_stock(world: World) -> list[Home]:
    """The buildings, the places and the tariffs, before anybody lives there."""
    categories = _categories(world)
    homes = _stock(world, categories)
    _tariffs(world, categories)
    return homes


def _categories(world: World) -> dict[str, CategoriePlace]:
    return {
        name: CategoriePlace.objects.create(residence=world.residence, name=name, type_logement=values[0])
        for name, values in CATEGORIES.items()
    }


def _stock(world: World, categories: dict[str, CategoriePlace]) -> list[Home]:
    """112 temporary places of 222, the others rooms of shared flats; commons and the caretaker's flat besides."""
    temporary = round(world.places * 112 / 222)
    new, old = (Batiment.objects.create(residence=world.residence, name=name) for name in ("Bâtiment A", "Bâtiment B"))
    wanted: list[tuple[str, bool]] = []
    for name, share in TEMPORARY:
        wanted += [(name, False)] * round(temporary * share / 112)
    wanted = (wanted + [("T1", False)] * temporary)[:temporary]
    world.chance.shuffle(wanted)

    logements: list[Logement] = []
    per_floor = max(14, temporary // 8)
    for rank, (name, _) in enumerate(wanted):
        floor = rank // per_floor
        kind, surface, *_ = CATEGORIES[name]
        logements.append(
            Logement(
                residence=world.residence,
                batiment=new,
                number=f"A{floor}{rank % per_floor + 1:0{len(str(per_floor))}d}",
                floor=floor,
                type_logement=kind,
                surface=Decimal(surface) + world.chance.randint(0, 3),
                is_accessible=floor == 0 and rank % 3 == 0,
                equipment="lit, table, chaises, plaques, réfrigérateur, douche",
            )
        )
    rooms = world.places - temporary
    flats = -(-rooms // ROOMS_IN_A_FLAT)
    per_floor = max(5, flats // 6)
    for rank in range(flats):
        floor = rank // per_floor
        logements.append(
            Logement(
                residence=world.residence,
                batiment=old,
                number=f"B{floor}{rank % per_floor + 1:0{len(str(per_floor))}d}",
                floor=floor,
                type_logement="T4",
                surface=Decimal(82),
                is_shared=True,
                is_accessible=floor == 0,
                equipment="cuisine et salle d’eau partagées",
            )
        )
    commons = [
        ("A-BUA", "commun", "T2", 40),
        ("A-INF", "commun", "T1", 24),
        ("B-SAL", "commun", "T3", 62),
        ("A-GAR", "gardien", "T3", 61),
    ]
    logements += [
        Logement(
            residence=world.residence,
            batiment=new,
            number=number,
            type_logement=kind,
            surface=surface,
            usage=usage,
            equipment={"A-BUA": "buanderie, ouverte de 6 h à 22 h", "A-INF": "espace numérique, de 10 h à 12 h"}.get(
                number, ""
            ),
        )
        for number, usage, kind, surface in commons
    ]
    Logement.objects.bulk_create(logements, batch_size=2000)

    homes = []
    for logement, (name, _) in zip(logements, wanted, strict=False):
        homes.append(_home(world, categories, logement, name, logement.number, world.temporaire))
    left = rooms
    for logement in logements[len(wanted) : len(wanted) + flats]:
        for room in range(1, min(ROOMS_IN_A_FLAT, left) + 1):
            code = f"{logement.number}-{room}"
            homes.append(_home(world, categories, logement, "Chambre en appartement partagé", code, world.permanent))
        left -= ROOMS_IN_A_FLAT
    Place.objects.bulk_create([home.place for home in homes], batch_size=2000)
    return homes


def _home(
    world: World,
    categories: dict[str, CategoriePlace],
    logement: Logement,
    category: str,
    code: str,
    dispositif: Dispositif,
) -> Home:
    _, surface, capacity, *_ = CATEGORIES[category]
    shared = logement.is_shared
    place = Place(
        residence=world.residence,
        logement=logement,
        categorie=categories[category],
        dispositif=dispositif,
        code=code,
        surface=Decimal(surface) + world.chance.randint(0, 2) if shared else logement.surface,
        capacity=capacity,
        is_accessible=logement.is_accessible,
        keys=f"clé {code} (2), badge d’entrée (1)",
        mailbox=code,
        opened_on=world.residence.opened_on,
    )
    return Home(place, logement, category)


def _tariffs(world: World, categories: dict[str, CategoriePlace]) -> None:
    """One tariff a year, revised each 1 January by the IRL."""
    years = range(world.begins.year, world.today.year + 1)
    for name, (_, _, _, *amounts) in CATEGORIES.items():
        rent, charges, services = (Decimal(amount) for amount in amounts)
        for year in years:
            if year > years[0]:
                with contextlib.suppress(LookupError):  # an index that this version does not know yet: a frozen year
                    old, new = reference_indices(year)
                    rent, charges = (revised(amount, old_index=old, new_index=new) for amount in (rent, charges))
            Tarif.objects.create(
                residence=world.residence,
                categorie=categories[name],
                valid_from=datetime.date(year, 1, 1),
                valid_to=datetime.date(year, 12, 31) if year < years[-1] else None,
                rent=rent,
                charges=charges,
                services=services,
                reason="révision annuelle par l’IRL du 2e trimestre" if year > years[0] else "tarif de départ",
            )
    for name, price, third_party in (
        ("Place de stationnement", "25.00", False),
        ("Lave-linge supplémentaire", "8.00", False),
        ("Forfait tiers hébergé", "30.00", True),
    ):
        service = Prestation.objects.create(residence=world.residence, name=name, is_third_party_fee=third_party)
        TarifPrestation.objects.create(
            prestation=service, valid_from=datetime.date(years[0], 1, 1), monthly_amount=Decimal(price)
        )


def _stays(world: World, homes: list[Home]) -> None:
    """Stays that follow each other in each place since the beginning; some places free, some with a notice running."""
    chance = world.chance
    spans: list[tuple[Home, datetime.date, datetime.date | None, Household]] = []
    told = _told_starts(world)
    for home in homes:
        permanent = home.place.dispositif == world.permanent
        told_start = None if permanent else next(told, None)
        if told_start:
            start, leaves = told_start, None
        elif permanent:
            start = world.days_ago(chance.randint(400, 9000))
            leaves = world.days_ago(chance.randint(30, 31 * world.months)) if chance.random() < 0.08 else None
            leaves = leaves and max(leaves, start + datetime.timedelta(days=30))  # nobody leaves before they came
        else:
            start = world.begins - datetime.timedelta(days=chance.randint(0, 330))
            leaves = start + datetime.timedelta(days=chance.randint(150, 700))
        gone = False
        while start <= world.today:
            capacity = home.place.capacity
            persons = 1 if capacity == 1 else chance.randint(max(1, capacity - 2), capacity)
            end = leaves if leaves is not None and leaves < world.today else None
            if (
                end is None
                and not permanent
                and not told_start
                and start < world.days_ago(60)
                and chance.random() < LEFT_LATELY
            ):
                end = world.days_ago(chance.randint(2, 20))
                gone = True
            spans.append((home, start, end, make_household(world, persons=persons, retired=permanent)))
            if end is None or gone:
                break
            start = end + datetime.timedelta(days=chance.randint(5, 35))
            if permanent and chance.random() < 0.5:
                break
            leaves = start + datetime.timedelta(days=chance.randint(150, 700)) if not permanent else None
    _hide_one(world, spans)
    write_households(world, [span[3] for span in spans])
    _name_readers(world)

    sejours, contrats, attached, renewals = [], [], [], []
    tariffs: dict[int, list[Tarif]] = {}
    for tarif in Tarif.objects.order_by("valid_from"):
        tariffs.setdefault(tarif.categorie_id, []).append(tarif)
    for home, start, end, household in spans:
        dispositif = home.place.dispositif
        planned, decisions = _term(world, dispositif, start, end)
        sejours.append(
            Sejour(
                menage=household.menage,
                residence=world.residence,
                dispositif=dispositif,
                start_on=start,
                planned_end_on=planned,
                ended_on=end,
                destination=chance.choices(
                    ["hlm", "prive", "iml", "residence_sociale", "famille", "medico_social", "inconnue"],
                    [52, 9, 8, 8, 9, 6, 8],
                )[0]
                if end
                else "",
                created_by=world.users["gestionnaire"],
                created_at=world.at(start - datetime.timedelta(days=6)),
            )
        )
        renewals += [(sejours[-1], decision) for decision in decisions]
        prices = tariffs[home.place.categorie_id]
        tarif = next((tarif for tarif in reversed(prices) if tarif.valid_from <= start), prices[0])
        contrats.append(
            ContratOccupation(
                sejour=sejours[-1],
                place=home.place,
                status="ended" if end else "running",
                start_on=start,
                end_on=end,
                keys_back_on=end,
                signed_on=start - datetime.timedelta(days=chance.randint(0, 6)),
                signed_by=world.users["gestionnaire"],
                monthly_rent=tarif.rent,
                monthly_charges=tarif.charges,
                monthly_services=tarif.services,
                deposit_amount=tarif.redevance,
                created_by=world.users["gestionnaire"],
                created_at=world.at(start - datetime.timedelta(days=6)),
            )
        )
        attached.append(
            Rattachement(
                menage=household.menage, residence=world.residence, cause=Cause.SEJOUR, start_on=start, end_on=end
            )
        )
    Sejour.objects.bulk_create(sejours, batch_size=2000)
    for sejour, decision in renewals:
        decision.sejour = sejour
    RenouvellementSejour.objects.bulk_create([decision for _, decision in renewals], batch_size=2000)
    _notices(world, contrats)
    ContratOccupation.objects.bulk_create(contrats, batch_size=2000)
    Rattachement.objects.bulk_create(attached, batch_size=2000)
    PartieContrat.objects.bulk_create(
        [
            PartieContrat(
                contrat=contrat,
                personne=person,
                capacity={"reference": "titulaire", "partner": "co_titulaire"}.get(tie, "occupant"),
            )
            for contrat, span in zip(contrats, spans, strict=True)
            for person, tie in span[3].members
        ],
        batch_size=2000,
    )
    OccupationPlace.objects.bulk_create(
        [
            OccupationPlace(
                place=contrat.place,
                kind="contract",
                contrat=contrat,
                period=days(contrat.start_on, contrat.end_on),
                keys_back_on=contrat.keys_back_on,
            )
            for contrat in contrats
        ],
        batch_size=2000,
    )
    _works(world, homes, contrats)
    _papers(world, contrats, spans)
    world.shared["contrats"] = contrats
    world.shared["households"] = {span[3].menage.pk: span[3] for span in spans}


def _told_starts(world: World) -> Iterator[datetime.date]:
    """Beginnings of two stays that every demonstration tells: one goes past its term, one comes within ninety days."""
    yield add_months(world.ahead(20), -24)
    yield add_months(world.ahead(89), -12)


def _hide_one(world: World, spans: list) -> None:
    """A woman who lives here with her children, and whom nobody must find: the household is confidential."""
    for home, _, end, household in reversed(spans):
        reference = household.members[0][0]
        ties = [tie for _, tie in household.members]
        here = end is None and home.place.dispositif == world.temporaire
        if here and reference.civility == "madame" and ties.count(MembreMenage.Tie.CHILD) == len(ties) - 1 > 0:
            household.menage.is_confidential = True
            for person, _ in household.members:
                person.is_confidential = True
            world.shared["hidden"] = household
            return


def _name_readers(world: World) -> None:
    """Who reads the confidential household: its referent, a gestionnaire, a substitute."""
    if "hidden" not in world.shared:
        return
    AccesConfidentiel.objects.bulk_create(
        AccesConfidentiel(
            menage=world.shared["hidden"].menage,
            user=world.users[username],
            capacity=capacity,
            start_on=world.begins,
            granted_by=world.users["coordinatrice"],
        )
        for username, capacity in (
            ("coordinatrice", AccesConfidentiel.Capacity.REFERENT),
            ("gestionnaire", AccesConfidentiel.Capacity.GESTIONNAIRE),
            ("coordinatrice2", AccesConfidentiel.Capacity.SUBSTITUTE),
        )
    )


RENEWED = (
    "Le projet de relogement avance : demande de logement social active, budget tenu.",
    "Formation en cours jusqu’à l’été : le relogement suivra l’entrée en emploi.",
    "Une seule proposition de logement reçue à ce jour, refusée pour sa distance au travail.",
    "Droits en cours d’ouverture : le séjour se poursuit le temps de stabiliser les ressources.",
)
PROLONGED = "Un logement social est attribué, disponible dans trois mois : le séjour est prolongé jusque-là."


def _term(
    world: World, dispositif: Dispositif, start: datetime.date, end: datetime.date | None
) -> tuple[datetime.date | None, list[RenouvellementSejour]]:
    """The day when the stay is planned to end, and the decisions, not written yet, that took it there."""
    if not dispositif.stay_months:
        return None, []
    chance, direction = world.chance, world.users["direction"]
    first, second = (last_day(start, months=dispositif.stay_months * rank) for rank in (1, 2))
    # Decided two months or so before; of those who are here, a few decisions are still to come.
    if first >= (end or world.ahead(chance.randint(25, 85))):
        return first, []
    renewal = RenouvellementSejour(
        from_on=morrow(first),
        until_on=second,
        reasons=chance.choice(RENEWED),
        decided_on=min(first - datetime.timedelta(days=chance.randint(20, 50)), world.days_ago(2)),
        decided_by=direction,
    )
    if second >= (end or world.ahead(75)):
        return second, [renewal]
    until = add_months(second, 3)
    overstay = RenouvellementSejour(
        kind=RenouvellementSejour.Kind.OVERSTAY,
        from_on=morrow(second),
        until_on=until,
        reasons=PROLONGED,
        decided_on=world.days_ago(chance.randint(3, 20)),
        decided_by=direction,
    )
    return until, [renewal, overstay]


def _residents(world: World) -> None:
    """What those who live here, or lately did, live on; permits, who acts for some of the permanent public."""
    lately = [
        (world.shared["households"][contrat.sejour.menage_id], contrat)
        for contrat in world.shared["contrats"]
        if contrat.end_on is None or contrat.end_on >= add_months(month_start(world.today), -1)
    ]
    here = [(household, contrat) for household, contrat in lately if contrat.status != "ended"]
    load_resources(world, ((household, contrat.start_on) for household, contrat in lately))
    load_permits(world, (household for household, _ in here))
    permanent = [household.members[0][0] for household, contrat in here if contrat.sejour.dispositif == world.permanent]
    load_measures(world, permanent[5:])


def _notices(world: World, contrats: list[ContratOccupation]) -> None:
    """About one running contract of the temporary public in twenty is put in notice, before they are written."""
    chance = world.chance
    noticed = []
    for contrat in contrats:
        if contrat.status == "running" and contrat.sejour.dispositif == world.temporaire and chance.random() < 0.06:
            received = world.days_ago(chance.randint(0, 25))
            if received <= contrat.start_on:
                continue
            shortened = chance.random() < 0.3
            contrat.end_on = resident_notice_end(received, shortened=shortened)
            if contrat.end_on <= world.today:
                shortened = False
                contrat.end_on = resident_notice_end(received, shortened=False)
            contrat.status = "notice"
            noticed.append((contrat, received, shortened))
    world.shared["notices"] = noticed


def _works(world: World, homes: list[Home], contrats: list[ContratOccupation]) -> None:
    """Of the places left free, one in four is in works."""
    held = {contrat.place_id for contrat in contrats if contrat.status != "ended"}
    free = [home.place for home in homes if home.place.pk not in held]
    last_end: dict[int, datetime.date] = {}
    for contrat in contrats:
        if contrat.end_on:
            last_end[contrat.place_id] = max(contrat.end_on, last_end.get(contrat.place_id, contrat.end_on))
    OccupationPlace.objects.bulk_create(
        OccupationPlace(
            place=place,
            kind="works",
            reason=world.chance.choice(["peinture et sols", "remplacement de la douche", "dégât des eaux"]),
            period=days(
                max(world.days_ago(6), last_end.get(place.pk, world.begins) + datetime.timedelta(days=1)),
                world.today + datetime.timedelta(days=world.chance.randint(5, 40)),
            ),
            created_by=world.users["gestionnaire"],
        )
        for place in free[::4]
    )
    world.shared["free_places"] = [place for rank, place in enumerate(free) if rank % 4]


def _papers(world: World, contrats: list[ContratOccupation], spans: list) -> None:
    """Notices, insurances, and the APL of those who have it."""
    chance = world.chance
    Preavis.objects.bulk_create(
        Preavis(
            contrat=contrat,
            given_by_whom="resident",
            form="letter",
            notified_on=received,
            is_shortened=shortened,
            shortened_proof="attribution d’un logement social" if shortened else "",
            ends_on=contrat.end_on,
            recorded_by=world.users["gestionnaire"],
        )
        for contrat, received, shortened in world.shared["notices"]
    )
    insurances, rights = [], []
    for contrat, (_, start, end, household) in zip(contrats, spans, strict=True):
        if end is None and (start < world.days_ago(20) or chance.random() < 0.75):
            ends = world.ahead(chance.randint(-3, 30) if chance.random() < 0.04 else chance.randint(31, 358))
            insurances.append(
                AssuranceOccupant(
                    contrat=contrat,
                    insurer=chance.choice(["MAIF", "Macif", "MAE", "Groupama", "AXA"]),
                    policy_number=f"{chance.randint(10**7, 10**8)}",
                    start_on=ends - datetime.timedelta(days=364),
                    end_on=ends,
                    recorded_by=world.users["gestionnaire"],
                )
            )
        amount = _apl(world, contrat, household)
        if start > world.days_ago(25):
            continue  # the request is still to be made with the resident
        if not amount and end is None:
            rights.append(
                DroitApl(
                    sejour=contrat.sejour,
                    status="refused",
                    requested_on=start,
                    start_on=max(month_start(start), world.begins),
                    source="notification de la CAF : ressources au-dessus du plafond",
                )
            )
        if amount:
            rights.append(
                DroitApl(
                    sejour=contrat.sejour,
                    status="granted",
                    requested_on=start,
                    start_on=max(add_months(month_start(start), 1), world.begins),
                    end_on=eve(month_start(end)) if end and eve(month_start(end)) >= world.begins else None,
                    monthly_amount=amount,
                    source="notification de la CAF",
                )
            )
    rights = [right for right in rights if right.end_on is None or right.end_on >= right.start_on]
    rights = [right for right in rights if right.sejour.ended_on is None or right.end_on is not None]
    AssuranceOccupant.objects.bulk_create(insurances, batch_size=2000)
    DroitApl.objects.bulk_create([*rights, *_suspended(world, rights)], batch_size=2000)


def _suspended(world: World, rights: list[DroitApl]) -> list[DroitApl]:
    """The CAF has suspended the APL of one household since this month: its next avis is to be looked at."""
    since = month_start(world.today)
    running = [one for one in rights if one.status == "granted" and one.end_on is None and one.start_on < since]
    for right in running[:1]:
        right.end_on = eve(since)
    return [
        DroitApl(
            sejour=right.sejour, status="suspended", start_on=since, source="CAF : déclaration de ressources attendue"
        )
        for right in running[:1]
    ]


def _apl(world: World, contrat: ContratOccupation, household: Household) -> Decimal:
    """What the CAF would pay, by the rule: whole euros a month; nearly all households have the right."""
    if world.chance.random() < 0.03:
        return Decimal(0)
    ties = [tie for _, tie in household.members]
    composition = apl.Household(couple="partner" in ties, dependants=ties.count("child"))
    today = world.today
    return cents(
        apl.estimate(
            household=composition,
            redevance=contrat.monthly_rent + contrat.monthly_charges,
            resources=Decimal(world.chance.choice([0, 3600, 6500, 8700, 10400, 12500])),
            bareme=apl.bareme_of("apl2", on=today),
            ceiling=apl.ceiling(household=composition, zone=2, on=today),
        )
    )
