"""The demonstration: made-up people in a résidence like OPHIS's. The same at each loading, for a given day.

Each app loads its part (setting `DEMO`), from left to right, into a `World` that the next ones read. What must hold
together (money, the sitting of tomorrow, proposals, contracts being signed) is done by the acts themselves, on the days
when it would have been (`lived_on`); the rest is written in bulk, so that two years of life take less than a minute.
"""

import datetime
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import time_machine
from django.contrib.auth.hashers import make_password
from django.db.models.signals import pre_save
from django.utils import timezone

from residence.authentication import enrol_totp, needs_second_factor
from residence.demo_names import LAST_NAMES, MEN, OLDER_MEN, WOMEN
from residence.models import (
    ContactPartenaire,
    Convention,
    CritereDispositif,
    Dispositif,
    EntreeJournal,
    MembreMenage,
    Menage,
    Partenaire,
    Personne,
    PieceRequise,
    PlafondRedevance,
    Residence,
    RoleAttribution,
    Route,
    User,
)
from residence.permissions import Role
from residence.rules.dates import add_months, age_on, month_start

PASSWORD = "demo-residence-63"  # noqa: S105 (printed by `make run`: it opens made-up people only)

# Account, first name, last name, function, role.
TEAM = [
    ("coordinatrice", "Nadia", "Benali", "coordinatrice d’actions sociales", Role.COORDINATRICE),
    ("coordinatrice2", "Claire", "Fontaine", "coordinatrice d’actions sociales", Role.COORDINATRICE),
    ("gestionnaire", "Sylvie", "Marchand", "gestionnaire des résidences", Role.GESTIONNAIRE),
    ("vie", "Thomas", "Girard", "chargé de vie résidentielle", Role.VIE_RESIDENTIELLE),
    ("vie2", "Karim", "Haddad", "chargé de vie résidentielle", Role.VIE_RESIDENTIELLE),
    ("commission", "Odile", "Perrin", "responsable de l’habitat adapté", Role.COMMISSION),
    ("commission2", "Jean-Marc", "Vidal", "chargé d’attribution", Role.COMMISSION),
    ("commission3", "Fatou", "Keïta", "travailleuse sociale du CCAS", Role.COMMISSION),
    ("direction", "Hélène", "Roussel", "directrice de la proximité", Role.DIRECTION),
    ("technique", "Alex", "Moreau", "administrateur du logiciel", Role.TECHNIQUE),
]


@dataclass
class World:
    """What has been loaded so far."""

    today: datetime.date
    places: int
    months: int
    chance: random.Random
    users: dict[str, User] = field(default_factory=dict)
    partenaires: dict[str, Partenaire] = field(default_factory=dict)
    contacts: dict[str, list[ContactPartenaire]] = field(default_factory=dict)
    shared: dict[str, Any] = field(default_factory=dict)  # what one app leaves for those on its right, by name
    residence: Residence = None  # type: ignore[assignment]
    temporaire: Dispositif = None  # type: ignore[assignment]
    permanent: Dispositif = None  # type: ignore[assignment]

    @property
    def begins(self) -> datetime.date:
        """First day of the first month of the history."""
        return add_months(month_start(self.today), -self.months)

    def days_ago(self, days: int) -> datetime.date:
        return self.today - datetime.timedelta(days=days)

    def at(self, day: datetime.date, hour: int = 10, minute: int = 0) -> datetime.datetime:
        """An instant of a day, in the time of the project."""
        return timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour, minute)))

    def age(self, person: Personne) -> int:
        return age_on(person.born_on, self.today) if person.born_on and person.born_on <= self.today else 0

    def ahead(self, days: int) -> datetime.date:
        return self.today + datetime.timedelta(days=days)

    def past(self, days: int) -> datetime.date:
        """A day of the past, not before the history begins."""
        return max(self.days_ago(days), self.begins)


@contextmanager
def lived_on(day: datetime.date, hour: int = 10) -> Iterator[None]:
    """A day of the past, as the acts see it; their lines of the journal are dated there too, not by the database."""
    pre_save.connect(_date_line, sender=EntreeJournal)
    try:
        with time_machine.travel(timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour))), tick=False):
            yield
    finally:
        pre_save.disconnect(_date_line, sender=EntreeJournal)


def _date_line(instance: EntreeJournal, **kwargs: Any) -> None:
    instance.at = timezone.now()


@dataclass
class Household:
    """A household to be written: its members from the person of reference on, with each one's tie."""

    members: list[tuple[Personne, str]]
    menage: Menage
    since: datetime.date | None = None


def load(world: World) -> None:
    """The body, its team, its dispositifs and its partners."""
    _team(world)
    _residence(world)
    _second_factors(world)
    _dispositifs(world)
    _partenaires(world)


def _team(world: World) -> None:
    password = make_password(PASSWORD)
    users = User.objects.bulk_create(
        User(
            username=username,
            first_name=first_name,
            last_name=last_name,
            email=f"{username}@residence.exemple",
            function=function,
            password=password,
            phone=f"04 73 00 00 {rank:02d}",
        )
        for rank, (username, first_name, last_name, function, _) in enumerate(TEAM, 10)
    )
    world.users = {user.username: user for user in users}


def _second_factors(world: World) -> None:
    """An application of authentication, of known secret, for those who must have one."""
    for user in world.users.values():
        if needs_second_factor(user):
            enrol_totp(user)


def _residence(world: World) -> None:
    world.residence = Residence.objects.create(
        code="ophis",
        name="Résidence sociale OPHIS",
        organisme="OPHIS, office public de l’habitat",
        address="32 rue de Blanzat",
        postal_code="63000",
        city="Clermont-Ferrand",
        phone="04 73 00 00 00",
        email="residence@ophis.exemple",
        opening_hours="du lundi au vendredi, de 9 h à 12 h et de 14 h à 17 h",
        signatory_name="Hélène Roussel",
        signatory_title="directrice de la proximité",
        opened_on=datetime.date(1980, 9, 1),
        taken_over_on=world.begins,
        iban="FR7630001007941234567890185",
        ics="FR72ZZZ123456",
        daily_living_threshold=Decimal("10.00"),
    )
    technique = world.users["technique"]
    RoleAttribution.objects.bulk_create(
        RoleAttribution(
            user=world.users[username],
            role=role,
            residence=None if role == Role.TECHNIQUE else world.residence,
            start_on=world.begins,
            granted_by=None if username == "technique" else technique,
        )
        for username, _, _, _, role in TEAM
    )
    convention = Convention.objects.create(
        residence=world.residence,
        number="63-3-10-2015-0042",
        signed_on=datetime.date(2015, 6, 30),
        ends_on=datetime.date(2030, 6, 30),
        apl_scale=Convention.AplScale.APL2,
        apl_zone="2",
        prefect_share=Decimal(30),
        other_reservations="Action Logement, Ville de Clermont-Ferrand",
    )
    maxima = {"chambre": "352.00", "T1": "452.00", "T1bis": "498.00", "T2": "575.00", "T3": "678.00", "T4": "790.00"}
    PlafondRedevance.objects.bulk_create(
        PlafondRedevance(
            convention=convention,
            type_logement=type_logement,
            loan="PLAI",
            valid_from=datetime.date(2015, 6, 30),
            monthly_maximum=Decimal(maximum),
        )
        for type_logement, maximum in maxima.items()
    )


STREETS = ("des Salins", "Fontgiève", "de la Pradelle", "Montlosier", "du Port", "de la Cartoucherie")

PIECES_TEMPORAIRE = [
    ("Pièce d’identité ou titre de séjour", True, None),
    ("Dernier avis d’imposition", True, 12),
    ("Attestation de paiement de la CAF", True, 3),
    ("Justificatifs de ressources des trois derniers mois", True, 3),
    ("Attestation France Travail", False, 3),
    ("Attestation de droits à l’assurance maladie (CSS)", True, 12),
    ("Évaluation sociale du SIAO", True, None),
]
PIECES_PERMANENT = [
    ("Pièce d’identité ou titre de séjour", True, None),
    ("Notification de retraite", True, 12),
    ("Dernier avis d’imposition", True, 12),
    ("Évaluation sociale du CCAS", True, None),
]


def _dispositifs(world: World) -> None:
    world.temporaire = Dispositif.objects.create(
        residence=world.residence,
        code="temporaire",
        name="Public temporaire",
        public="Personnes seules ou familles ayant des difficultés particulières d’accès au logement.",
        admission_conditions="avoir des difficultés particulières d’accès à un logement ordinaire, être orienté par le "
        "SIAO, et s’engager dans un accompagnement vers un logement pérenne",
        routes=[Route.SIAO],
        stay_months=12,
        renewals_max=1,
        stay_months_max=24,
        first_meeting_days=30,
        project_within_days=60,
        visit_every_days=61,
        review_every_months=6,
    )
    world.permanent = Dispositif.objects.create(
        residence=world.residence,
        code="permanent",
        name="Public permanent",
        public="Personnes retraitées, logées sans limitation de durée dans une chambre d’un appartement partagé.",
        admission_conditions="être retraité, isolé et mal logé, et être orienté par le CCAS",
        routes=[Route.CCAS],
        has_shared_flats=True,
    )
    CritereDispositif.objects.bulk_create(
        [
            CritereDispositif(
                dispositif=world.temporaire,
                kind=CritereDispositif.Kind.AGE,
                minimum=18,
                effect=CritereDispositif.Effect.NEEDS_DEROGATION,
                source="Projet social",
            ),
            CritereDispositif(
                dispositif=world.temporaire,
                kind=CritereDispositif.Kind.PAPERS,
                effect=CritereDispositif.Effect.FLAGS,
                source="Projet social",
            ),
            CritereDispositif(
                dispositif=world.temporaire,
                kind=CritereDispositif.Kind.TAUX_EFFORT,
                maximum=Decimal("0.33"),
                effect=CritereDispositif.Effect.FLAGS,
                source="Projet social",
            ),
            CritereDispositif(
                dispositif=world.permanent,
                kind=CritereDispositif.Kind.AGE,
                minimum=60,
                effect=CritereDispositif.Effect.NEEDS_DEROGATION,
                source="Projet social",
            ),
            CritereDispositif(
                dispositif=world.permanent,
                kind=CritereDispositif.Kind.HOUSEHOLD_SIZE,
                maximum=1,
                effect=CritereDispositif.Effect.NEEDS_DEROGATION,
                source="Projet social",
            ),
        ]
    )
    PieceRequise.objects.bulk_create(
        PieceRequise(dispositif=dispositif, name=name, is_mandatory=mandatory, validity_months=months, rank=rank)
        for dispositif, pieces in ((world.temporaire, PIECES_TEMPORAIRE), (world.permanent, PIECES_PERMANENT))
        for rank, (name, mandatory, months) in enumerate(pieces, 1)
    )


PARTENAIRES = [
    ("siao", "siao", "SIAO du Puy-de-Dôme", "orientation", ["Marion Delorme", "Yann Prigent"], 15, 30),
    ("ccas", "ccas", "CCAS de Clermont-Ferrand", "orientation, aide sociale", ["Bruno Cellier"], 15, 30),
    (
        "departement",
        "departement",
        "Département du Puy-de-Dôme, service insertion",
        "RSA",
        ["Aline Courtois"],
        None,
        None,
    ),
    ("caf", "caf", "CAF du Puy-de-Dôme", "APL, prestations", ["Service tiers payant"], None, None),
    ("prefecture", "prefecture", "DDETS du Puy-de-Dôme", "réservations, SYPLO", ["Paul Estève"], None, None),
    ("isba", "sante", "ISBA Santé Prévention", "santé, bilans", ["Accueil"], None, None),
    ("ramm", "association", "Relais amical", "français langue étrangère", ["Geneviève Astier"], None, None),
    ("mission", "emploi", "France Travail Clermont-Nord", "emploi, formation", ["Conseiller dédié"], None, None),
    (
        "bailleur",
        "bailleur",
        "Office public de l’habitat, attributions",
        "relogement",
        ["Commission d’attribution"],
        None,
        None,
    ),
    ("udaf", "mandataire", "UDAF 63", "mesures de protection", ["Secrétariat des majeurs"], None, None),
]


def _partenaires(world: World) -> None:
    for code, kind, name, themes, contacts, contact_days, answer_days in PARTENAIRES:
        partenaire = Partenaire.objects.create(
            kind=kind,
            name=name,
            themes=themes,
            address="Place de l’Hôtel-de-Ville",
            postal_code="63000",
            city="Clermont-Ferrand",
            phone="04 73 11 00 00",
            email=f"{code}@partenaire.exemple",
            contact_within_days=contact_days,
            answer_within_days=answer_days,
            email_agreed_on=world.begins if code == "siao" else None,
        )
        partenaire.residences.add(world.residence)
        world.partenaires[code] = partenaire
        world.contacts[code] = [
            ContactPartenaire.objects.create(partenaire=partenaire, name=contact, email=f"{code}@partenaire.exemple")
            for contact in contacts
        ]


def make_household(world: World, *, persons: int, retired: bool = False) -> Household:
    """A household of `persons`, not written yet: see `write_households`."""
    chance = world.chance
    last_name = chance.choice(LAST_NAMES)
    woman = not retired and chance.random() < 0.45
    first = chance.choice(WOMEN if woman else OLDER_MEN if retired else MEN)
    age = chance.randint(62, 84) if retired else chance.randint(19, 58)
    reference = _person(world, last_name, first, woman, age, retired=retired)
    members = [(reference, MembreMenage.Tie.REFERENCE)]
    couple = persons > 1 and chance.random() < (0.9 if persons == 2 else 0.5)
    if couple:
        partner = _person(
            world,
            chance.choice([last_name, chance.choice(LAST_NAMES)]),
            chance.choice(MEN if woman else WOMEN),
            not woman,
            age,
        )
        members.append((partner, MembreMenage.Tie.PARTNER))
    for _ in range(persons - len(members)):
        girl = chance.random() < 0.5
        child = _person(
            world, last_name, chance.choice(WOMEN if girl else MEN), girl, chance.randint(0, max(0, min(17, age - 18)))
        )
        child.needs_interpreter = False
        members.append((child, MembreMenage.Tie.CHILD))
    for member, _ in members[1:]:
        member.nationality, member.spoken_language = reference.nationality, reference.spoken_language
    return Household(
        members,
        Menage(
            name=f"{last_name.upper()} {first}",
            address=f"{chance.randint(1, 120)} rue {chance.choice(STREETS)}",
            postal_code="63000",
            city="Clermont-Ferrand",
            phone="06 " + " ".join(f"{chance.randint(10, 99)}" for _ in range(4)),
            caf_number=f"{chance.randint(1_000_000, 9_999_999)}",
        ),
    )


def _person(world: World, last_name: str, first: str, woman: bool, age: int, *, retired: bool = False) -> Personne:
    chance = world.chance
    nationality = chance.choices(["fr", "ue", "hors_ue"], [30, 5, 65] if retired else [55, 8, 37])[0]
    return Personne(
        civility="madame" if woman else "monsieur",
        last_name=last_name,
        first_names=first,
        born_on=world.today.replace(month=1, day=1) - datetime.timedelta(days=age * 365 + chance.randint(0, 360)),
        birth_place=chance.choice(["Clermont-Ferrand", "Riom", "Alger", "Dakar", "Bamako", "Porto", "Lyon", "Conakry"]),
        nationality=nationality,
        spoken_language=chance.choice(["", "", "arabe", "peul", "bambara", "portugais"]) if nationality != "fr" else "",
        needs_interpreter=nationality != "fr" and chance.random() < 0.15,
        needs_evacuation_help=chance.random() < (0.22 if retired else 0.03),
    )


def write_households(world: World, households: list[Household]) -> None:
    """Write households and their members."""
    Menage.objects.bulk_create([household.menage for household in households], batch_size=2000)
    Personne.objects.bulk_create(
        [person for household in households for person, _ in household.members], batch_size=2000
    )
    MembreMenage.objects.bulk_create(
        [
            MembreMenage(menage=household.menage, personne=person, tie=tie, start_on=household.since or world.begins)
            for household in households
            for person, tie in household.members
        ],
        batch_size=2000,
    )
