"""The demonstration's facts about households: what comes in and goes out, permits, measures of protection."""

import datetime
from collections.abc import Iterable
from decimal import Decimal

from residence.demo import Household, World
from residence.models import Charge, Mandataire, MembreMenage, Personne, Ressource, TitreSejour

BATCH = 2000

# By number of children, in euros a month.
FAMILY_BENEFITS = (0, 199, 344, 531, 706, 880)
# What a single adult of the temporary public lives on: nature, least, most, weight.
INCOMES = (
    (Ressource.Kind.RSA, 560, 575, 30),
    (Ressource.Kind.SALAIRE, 640, 1420, 28),
    (Ressource.Kind.CHOMAGE, 680, 1120, 16),
    (Ressource.Kind.FORMATION, 685, 745, 8),
    (Ressource.Kind.AAH, 1016, 1033, 8),
    (Ressource.Kind.INDEMNITES, 720, 980, 4),
    (Ressource.Kind.INVALIDITE, 610, 890, 6),
)
# Kinds of permit: how many days one lasts, at most.
PERMITS = (
    ("carte de séjour temporaire", 365),
    ("carte de séjour pluriannuelle", 1460),
    ("carte de résident", 3650),
    ("récépissé de demande de renouvellement", 180),
)
COMING_END = 0.12  # share of the permits that end within the season


def load_money(world: World, households: Iterable[tuple[Household, datetime.date]]) -> None:
    """Resources and charges of each household, proved, from a day on."""
    resources: list[Ressource] = []
    charges: list[Charge] = []
    for household, day in households:
        since = max(day, world.begins)
        resources += _resources(world, household, since)
        charges += _charges(world, household, since)
    Ressource.objects.bulk_create(resources, batch_size=BATCH)
    Charge.objects.bulk_create(charges, batch_size=BATCH)


def _resources(world: World, household: Household, since: datetime.date) -> list[Ressource]:
    chance = world.chance
    reference = household.members[0][0]
    children = sum(tie == MembreMenage.Tie.CHILD for _, tie in household.members)
    found: list[tuple[Personne, str, int]] = []
    if world.age(reference) >= 62:
        pension = chance.randint(540, 940)
        found.append((reference, Ressource.Kind.RETRAITE, pension))
        if pension < 860:
            found.append((reference, Ressource.Kind.ASPA, 1030 - pension))
    else:
        kind, least, most, _ = chance.choices(INCOMES, [weight for *_, weight in INCOMES])[0]
        amount = chance.randint(least, most)
        found.append((reference, kind, amount))
        if kind == Ressource.Kind.SALAIRE and amount < 1200:
            found.append((reference, Ressource.Kind.PRIME_ACTIVITE, chance.randint(90, 260)))
    for person, tie in household.members:
        if tie == MembreMenage.Tie.PARTNER and chance.random() < 0.6:
            found.append((person, Ressource.Kind.SALAIRE, chance.randint(450, 1280)))
    if children:
        amount = FAMILY_BENEFITS[min(children, len(FAMILY_BENEFITS) - 1)]
        found.append((reference, Ressource.Kind.PRESTATIONS_FAMILIALES, amount))
    return [
        Ressource(
            menage=household.menage,
            personne=person,
            kind=kind,
            monthly_amount=Decimal(amount),
            start_on=since,
            proved_on=since,
        )
        for person, kind, amount in found
    ]


def _charges(world: World, household: Household, since: datetime.date) -> list[Charge]:
    chance = world.chance
    kinds = Charge.Kind
    found = [(kinds.TELEPHONE, "", chance.randint(12, 38)), (kinds.ASSURANCE, "mutuelle", chance.randint(14, 62))]
    if chance.random() < 0.6:
        found.append((kinds.TRANSPORT, "abonnement de bus", chance.randint(12, 40)))
    if chance.random() < 0.22:
        found.append((kinds.DETTE, "échéancier d’une ancienne dette de loyer", chance.randint(25, 80)))
    if chance.random() < 0.12:
        found.append((kinds.CREDIT, "crédit à la consommation", chance.randint(40, 130)))
    if any(tie == MembreMenage.Tie.CHILD for _, tie in household.members):
        found.append((kinds.GARDE, "cantine et garderie", chance.randint(20, 95)))
    return [
        Charge(menage=household.menage, kind=kind, label=label, monthly_amount=Decimal(amount), start_on=since)
        for kind, label, amount in found
    ]


def load_permits(world: World, households: Iterable[Household], *, held: float = 1) -> None:
    """A residence permit for each adult who needs one (a share `held` of them); a few of them end soon."""
    chance = world.chance
    permits = []
    for household in households:
        for person, tie in household.members:
            is_adult = tie in (MembreMenage.Tie.REFERENCE, MembreMenage.Tie.PARTNER)
            if not is_adult or person.nationality != Personne.Nationality.HORS_UE or chance.random() >= held:
                continue
            kind, lasts = PERMITS[2] if world.age(person) >= 60 else chance.choice(PERMITS)
            coming = chance.random() < COMING_END
            end = world.today + datetime.timedelta(days=chance.randint(10, 80) if coming else chance.randint(81, lasts))
            permits.append(
                TitreSejour(
                    personne=person,
                    kind=kind,
                    number=f"63{chance.randint(10**7, 10**8 - 1)}",
                    start_on=end - datetime.timedelta(days=lasts),
                    end_on=end,
                    allows_work=kind != PERMITS[3][0],
                )
            )
    TitreSejour.objects.bulk_create(permits, batch_size=BATCH)


MEASURES = (
    (Mandataire.Measure.CURATELLE_RENFORCEE, True),
    (Mandataire.Measure.TUTELLE, True),
    (Mandataire.Measure.CURATELLE, False),
    (Mandataire.Measure.CURATELLE_RENFORCEE, True),
    (Mandataire.Measure.HABILITATION, True),
    (Mandataire.Measure.MASP, False),
)


def load_measures(world: World, persons: Iterable[Personne]) -> None:
    """A measure of protection for the first of `persons`, one of each kind."""
    Mandataire.objects.bulk_create(
        Mandataire(
            personne=person,
            measure=measure,
            name="UDAF 63" if measure != Mandataire.Measure.HABILITATION else f"{person.last_name.upper()} Samir",
            address="2 rue Bourzeix" if measure != Mandataire.Measure.HABILITATION else "8 rue de la Treille",
            postal_code="63000",
            city="Clermont-Ferrand",
            phone="04 73 31 00 00",
            email="majeurs@udaf.exemple" if measure != Mandataire.Measure.HABILITATION else "",
            signs=True,
            receives=pays,
            pays=pays,
            judged_on=world.days_ago(400 + 40 * rank),
            start_on=world.days_ago(390 + 40 * rank),
            end_on=None,
        )
        for rank, (person, (measure, pays)) in enumerate(zip(persons, MEASURES, strict=False))
    )
