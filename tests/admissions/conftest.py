"""The people and the résidence of the tests of admissions."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from admissions.actions.entretiens import EntretienInput, MoneyInput, record_entretien
from admissions.actions.orientations import create_orientation, ready_orientation, record_piece
from admissions.actions.sessions import add_passage, convene_session, open_sitting, prepare_session
from admissions.models import PassageCommission
from residence.actions.personnes import mask_menage
from residence.duties import duties_postponed
from residence.models import AccesConfidentiel, ContactPartenaire, PieceRequise
from residence.models.base import today
from residence.permissions import Role
from tests.factories import (
    CategoriePlaceFactory,
    ConventionFactory,
    DispositifFactory,
    PartenaireFactory,
    PlaceFactory,
    ResidenceFactory,
    TarifFactory,
    UserFactory,
)


@pytest.fixture
def here():
    residence = ResidenceFactory(
        name="Résidence d’ici", phone="0473000000", signatory_name="Hélène Roussel", signatory_title="La directrice"
    )
    ConventionFactory(residence=residence)
    return residence


@pytest.fixture
def dispositif(here):
    """The temporary public, with a mandatory piece and an optional one."""
    dispositif = DispositifFactory(residence=here)
    PieceRequise.objects.create(dispositif=dispositif, name="Pièce d’identité", rank=1)
    PieceRequise.objects.create(
        dispositif=dispositif, name="Attestation France Travail", rank=2, is_mandatory=False, validity_months=3
    )
    return dispositif


@pytest.fixture
def nadia(here):
    """A coordinatrice."""
    return UserFactory(role=Role.COORDINATRICE, residence=here, first_name="Nadia", last_name="Benali")


@pytest.fixture
def gestionnaire(here):
    return UserFactory(role=Role.GESTIONNAIRE, residence=here)


@pytest.fixture
def direction(here):
    return UserFactory(role=Role.DIRECTION, residence=here, first_name="Hélène", last_name="Roussel")


@pytest.fixture
def members(here):
    """Three members of the commission."""
    return [UserFactory(role=Role.COMMISSION, residence=here) for _ in range(3)]


@pytest.fixture
def siao():
    partenaire = PartenaireFactory(name="SIAO 63", contact_within_days=10, answer_within_days=30)
    ContactPartenaire.objects.create(partenaire=partenaire, name="Lucie Morel", function="référente")
    return partenaire


@pytest.fixture
def place(here, dispositif):
    """A free studio with its tariff: 300 + 100 + 20."""
    categorie = CategoriePlaceFactory(residence=here, name="Studio")
    TarifFactory(categorie=categorie)
    return PlaceFactory(residence=here, dispositif=dispositif, categorie=categorie, code="A101")


REFERENCE = {
    "civility": "madame",
    "last_name": "Diallo",
    "first_names": "Awa",
    "born_on": datetime.date(1990, 5, 17),
    "birth_precision": "day",
    "nationality": "fr",
}
HOUSEHOLD = {"address": "3 rue Neuve", "postal_code": "63000", "city": "Clermont-Ferrand"}


@pytest.fixture
def enter(nadia, dispositif, siao):
    """Enter an orientation, of the SIAO unless told otherwise."""
    number = iter(range(1000))

    def make(**changes):
        asked = {
            "by": nadia,
            "dispositif": dispositif,
            "route": "siao",
            "received_on": today(),
            "partenaire": siao,
            "prescripteur": siao.contacts.get(),
            "siao_number": f"63-{next(number):04d}",
            "reference": REFERENCE,
            "household": HOUSEHOLD,
        }
        return create_orientation(**(asked | changes))

    return make


@pytest.fixture
def hold(nadia):
    """Hold the interview: 1 000 € of retirement pension and 100 € of charges."""

    def interview(orientation, **changes):
        fields = {
            "wishes": "Un logement calme.",
            "wished_categorie": None,
            "wished_entry_on": None,
            "autonomy": "full",
            "autonomy_comment": "",
            "has_activity": None,
            "is_student": False,
            "is_self_employed": False,
            "without_resources": False,
            "apl_estimate": None,
            "annual_resources": None,
            "reference_tax_income": None,
            "reference_tax_year": None,
            "proposal": "Avis favorable du référent.",
        }
        entretien = getattr(orientation, "entretien", None)
        typed = EntretienInput(
            version=changes.pop("version", entretien.version if entretien else 0),
            held_on=changes.pop("held_on", today()),
            resources=changes.pop("resources", [MoneyInput("retraite", Decimal("1000.00"), is_proved=True)]),
            charges=changes.pop("charges", [MoneyInput("telephone", Decimal("100.00"))]),
            debts=changes.pop("debts", ()),
            members=changes.pop("members", ()),
            themes=changes.pop("themes", ()),
            pieces=changes.pop("pieces", ()),
            reference=changes.pop("reference", {}),
            permit=changes.pop("permit", {}),
            menage=changes.pop("menage", {}),
            fields=fields | changes,
        )
        record_entretien(by=nadia, orientation=orientation, typed=typed)
        return fresh(orientation)

    return interview


@pytest.fixture
def ready(nadia, enter, hold):
    """A file ready for the commission."""

    def make(**changes):
        held = {name: changes.pop(name) for name in ("wished_categorie", "wished_entry_on") if name in changes}
        with duties_postponed():
            orientation = hold(enter(**changes), **held)
            for piece in orientation.dispositif.pieces.filter(is_mandatory=True):
                record_piece(by=nadia, orientation=orientation, piece=piece, received_on=today())
        return ready_orientation(by=nadia, orientation=orientation)

    return make


@pytest.fixture
def session(nadia, here, members):
    """A session of tomorrow."""
    start = timezone.make_aware(datetime.datetime.combine(today(), datetime.time(9, 30)))
    return prepare_session(
        by=nadia, residence=here, starts_at=start, place="Salle du conseil", quorum=2, members=members
    )


@pytest.fixture
def sitting(nadia, session, members):
    """Put files on the agenda of the session, convene it, open it; gives the passages."""

    def sit(*orientations):
        with duties_postponed():
            for orientation in orientations:
                add_passage(by=nadia, session=session, orientation=orientation)
            convene_session(by=nadia, session=session)
        open_sitting(by=nadia, session=session, present=members[:2])
        session.refresh_from_db()
        return list(PassageCommission.objects.on_agenda().filter(session=session).order_by("rank"))

    return sit


@pytest.fixture
def hidden(ready, here, nadia, gestionnaire):
    """A file ready for the commission, of a household that Nadia, a gestionnaire and her substitute alone may read."""
    orientation = ready(reference=REFERENCE | {"last_name": "Introuvable"})
    capacity = AccesConfidentiel.Capacity
    named = [
        (nadia, capacity.REFERENT),
        (gestionnaire, capacity.GESTIONNAIRE),
        (UserFactory(role=Role.GESTIONNAIRE, residence=here), capacity.SUBSTITUTE),
    ]
    mask_menage(by=nadia, menage=orientation.menage, residence=here, named=named)
    return fresh(orientation)


def fresh(row):
    """The same row, read again."""
    return type(row)._default_manager.get(pk=row.pk)
