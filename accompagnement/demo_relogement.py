"""The demonstration's rehousing: requests at every age, priorities, offers accepted and refused."""

import datetime

from accompagnement.models import DemandeLogement, DossierSocial, OffreLogement, PieceRelogement, Priorite
from accompagnement.rules.relogement import dalo_opens_on, request_valid_until
from residence.demo import World
from residence.models import User
from residence.rules.dates import add_months

BATCH = 2000
LANDLORDS = ("Assemblia", "CDC Habitat social", "Ophis, agence de Riom", "Auvergne Habitat")
TOWNS = ("Clermont-Ferrand", "Riom", "Cournon-d’Auvergne", "Aubière", "Chamalières")
REFUSALS = ("Trop loin de l’école des enfants", "Le loyer dépasse ce que la personne peut payer", "Pas d’ascenseur")


def load(world: World, files: list[DossierSocial]) -> None:
    """A request for two open files of the temporary public in three; offers for one in four."""
    housed = [
        one for one in files if one.closed_on is None and one.sejour and one.sejour.dispositif == world.temporaire
    ]
    requests, priorities, pieces, offers = [], [], [], []
    for rank, file in enumerate(housed):
        if rank % 3 == 2:
            continue
        user = file.created_by
        requests.append(_request(world, file, user, rank))
        pieces += _pieces(world, file, user)
        if dalo_opens_on(file.sejour.start_on) <= world.past(200):
            priorities.append(_priority(world, file, user, Priorite.Kind.DALO, 150))
        elif rank % 4 == 0:
            priorities.append(_priority(world, file, user, Priorite.Kind.SYPLO, 60))
        elif rank % 7 == 1:
            priorities.append(_priority(world, file, user, Priorite.Kind.ACD, 90, decided=True))
        if rank % 4 == 1:
            offers.append(_offer(world, file, user, rank))
    DemandeLogement.objects.bulk_create(requests, batch_size=BATCH)
    Priorite.objects.bulk_create(priorities, batch_size=BATCH)
    PieceRelogement.objects.bulk_create(pieces, batch_size=BATCH)
    OffreLogement.objects.bulk_create(offers, batch_size=BATCH)


def _request(world: World, file: DossierSocial, user: User, rank: int) -> DemandeLogement:
    """Registered before the entry or soon after; some are to renew within two months."""
    age = world.chance.randint(310, 345) if rank % 6 == 0 else world.chance.randint(20, 290)
    last = world.days_ago(age)
    first = add_months(last, -12 * world.chance.randint(0, 2))
    return DemandeLogement(
        dossier=file,
        nur=f"063{first:%m%y}{world.chance.randrange(10**11):011d}",
        registered_on=first,
        renewed_on=last if last != first else None,
        valid_until_on=request_valid_until(last),
        communes=", ".join(world.chance.sample(TOWNS, 2)),
        types=world.chance.choice(("T1, T2", "T2", "T3", "T3, T4")),
        recorded_by=user,
        recorded_at=world.at(max(last, world.begins)),
    )


def _priority(
    world: World, file: DossierSocial, user: User, kind: str, days: int, *, decided: bool = False
) -> Priorite:
    filed = world.past(days)
    return Priorite(
        dossier=file,
        kind=kind,
        filed_on=filed,
        reference=f"{kind.upper()} {filed:%Y}-{world.chance.randint(100, 999)}",
        status=Priorite.Status.GRANTED if decided else Priorite.Status.FILED,
        decided_on=filed + datetime.timedelta(days=30) if decided else None,
        valid_until_on=add_months(filed, 12) if decided else None,
        recorded_by=user,
        recorded_at=world.at(filed),
    )


def _pieces(world: World, file: DossierSocial, user: User) -> list[PieceRelogement]:
    chosen = world.chance.sample(list(PieceRelogement.Kind), world.chance.randint(4, len(PieceRelogement.Kind)))
    return [
        PieceRelogement(
            dossier=file,
            kind=kind,
            received_on=world.past(30),
            recorded_by=user,
            recorded_at=world.at(world.past(30)),
        )
        for kind in chosen
    ]


def _offer(world: World, file: DossierSocial, user: User, rank: int) -> OffreLogement:
    chance = world.chance
    day = world.past(chance.randint(4, 70))
    offer = OffreLogement(
        dossier=file,
        bailleur=chance.choice(LANDLORDS),
        commune=chance.choice(TOWNS),
        home=chance.choice(("T2, 2e étage", "T1 bis, rez-de-chaussée", "T3, ascenseur")),
        monthly_rent=chance.randint(310, 520),
        received_on=day,
        visit_on=day + datetime.timedelta(days=5),
        answer_by_on=day + datetime.timedelta(days=10),
        recorded_by=user,
        recorded_at=world.at(day),
    )
    if day + datetime.timedelta(days=8) < world.today:
        refused = rank % 8 == 1
        offer.answer = OffreLogement.Answer.REFUSED if refused else OffreLogement.Answer.ACCEPTED
        offer.answer_reason = chance.choice(REFUSALS) if refused else ""
        offer.answered_on = day + datetime.timedelta(days=7)
        if not refused and day < world.days_ago(40):
            offer.outcome = OffreLogement.Outcome.NOT_CHOSEN
            offer.outcome_on = day + datetime.timedelta(days=35)
    return offer
