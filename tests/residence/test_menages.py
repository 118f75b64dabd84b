"""The page of a household, and what puts right who it is."""

import datetime
from itertools import cycle

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accompagnement.actions.dossiers import name_referent
from accompagnement.models import DossierSocial
from logement.models import Sejour
from residence.actions.menages import end_member, join_menage
from residence.forms.menages import BirthField
from residence.models import (
    AccesConfidentiel,
    EntreeJournal,
    MembreMenage,
    Menage,
    Personne,
    Referent,
    RendezVous,
)
from residence.models.base import today
from residence.permissions import Cause, Permission, Role
from residence.queries.banner import banner_for, composition
from residence.queries.menages import MenageReader
from residence.queries.timeline import appointments_of
from tests.factories import (
    AvisFactory,
    ContratFactory,
    DispositifFactory,
    DossierFactory,
    MenageFactory,
    NoteFactory,
    OrientationFactory,
    PersonneFactory,
    ResidenceFactory,
    SejourFactory,
    UserFactory,
)
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return ResidenceFactory()


@pytest.fixture
def nadia(here):
    return UserFactory(role=Role.COORDINATRICE, residence=here)


@pytest.fixture
def menage(here):
    return MenageFactory(name="DIALLO Awa", attached=(here, Cause.SEJOUR), phone="0611223344")


def page_of(menage):
    return reverse("residence:menage_detail", args=[menage.pk])


def identity(**changes):
    return {
        "civility": "madame",
        "last_name": "Diallo",
        "birth_name": "",
        "first_names": "Awa",
        "birth": "17/05/1990",
        "birth_place": "",
        "nationality": "unknown",
        "spoken_language": "peul",
        "phone": "",
        "email": "",
        **changes,
    }


# The page


def test_the_page_says_who_what_and_when(nadia, menage):
    page = signed_in(nadia).get(page_of(menage)).content.decode()

    for said in ("DIALLO Awa", "1 adulte", "le 17/05/1990", "0611223344", "Ce qui est dû", "Fixer un rendez-vous"):
        assert said in page


@pytest.mark.parametrize(
    ("role", "cause", "status"),
    [
        (Role.COORDINATRICE, Cause.CANDIDATURE, 200),
        (Role.GESTIONNAIRE, Cause.SEJOUR, 200),
        (Role.GESTIONNAIRE, Cause.CANDIDATURE, 404),
        (Role.VIE_RESIDENTIELLE, Cause.SEJOUR, 200),
        (Role.VIE_RESIDENTIELLE, Cause.SUIVI, 404),
        (Role.DIRECTION, Cause.SEJOUR, 200),
        (Role.COMMISSION, Cause.SEJOUR, 403),
        (Role.TECHNIQUE, Cause.SEJOUR, 403),
    ],
)
def test_each_role_opens_the_causes_that_are_its(here, role, cause, status):
    menage = MenageFactory(attached=(here, cause))

    assert signed_in(UserFactory(role=role, residence=here)).get(page_of(menage)).status_code == status


def test_who_needs_names_only_sees_no_more(here, menage):
    neighbour = UserFactory(role=Role.VIE_RESIDENTIELLE, residence=here)

    page = signed_in(neighbour).get(page_of(menage)).content.decode()

    assert "DIALLO Awa" in page
    for hidden in ("0611223344", "1990", "Numéro d’allocataire", "Modifier le ménage"):
        assert hidden not in page


def test_what_happened_is_filtered_by_theme(here, nadia, menage):
    dossier = DossierFactory(residence=here, menage=menage)
    NoteFactory(dossier=dossier, author=nadia, themes=["budget"])
    RendezVous.objects.create(
        residence=here,
        menage=menage,
        user=nadia,
        kind="suivi",
        created_by=nadia,
        start_at=datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC),
        end_at=datetime.datetime(2026, 3, 2, 10, tzinfo=datetime.UTC),
    )
    client = signed_in(nadia)

    everything = client.get(page_of(menage)).content.decode()
    assert "Entretien avec" in everything
    assert "Rendez-vous fixé" in everything
    some = client.get(page_of(menage), {"theme": "rendez-vous"}).content.decode()
    assert "Entretien avec" not in some
    assert "Rendez-vous fixé" in some


def test_the_page_asks_as_much_for_thirty_events_as_for_three(here, nadia, menage):
    dossier, client = DossierFactory(residence=here, menage=menage), signed_in(nadia)

    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page_of(menage)).status_code == 200
        return len(asked)

    NoteFactory.create_batch(3, dossier=dossier, author=nadia)
    queries()
    few = queries()
    NoteFactory.create_batch(40, dossier=dossier, author=nadia)
    assert queries() == few


# Session, account and roles are asked for on every page, whatever it shows.
EVERYWHERE = 3


@pytest.mark.parametrize("role", [Role.COORDINATRICE, Role.GESTIONNAIRE, Role.DIRECTION, Role.VIE_RESIDENTIELLE])
def test_the_page_of_a_household_with_a_past_asks_little(here, nadia, role):
    sejour = SejourFactory(residence=here)
    menage = sejour.menage
    contrat = ContratFactory(sejour=sejour)
    AvisFactory(contrat=contrat)
    OrientationFactory(residence=here, menage=menage, sejour=sejour, status="entered")
    dossier = DossierFactory(residence=here, menage=menage)
    NoteFactory(dossier=dossier, author=nadia)
    name_referent(by=nadia, menage=menage, residence=here, kind=Referent.Kind.SOCIAL, user=nadia)
    join_menage(
        by=nadia,
        menage=menage,
        residence=here,
        tie="child",
        on=today(),
        last_name="D",
        first_names="E",
        birth_precision="unknown",
    )
    client = signed_in(nadia if role == Role.COORDINATRICE else UserFactory(role=role, residence=here))
    client.get(page_of(menage))

    with CaptureQueriesContext(connection) as asked:
        page = client.get(page_of(menage)).content.decode()

    assert "rejoint le ménage" in page
    assert ("Contrat d’occupation signé" in page) == (role != Role.VIE_RESIDENTIELLE)
    assert len(asked) - EVERYWHERE <= 12


class TestReader:
    """What is told of one household from its ties is what the queries say."""

    PERMISSIONS = (
        Permission.MENAGE_VIEW,
        Permission.MENAGE_EDIT,
        Permission.MENAGE_SENSITIVE_VIEW,
        Permission.RENDEZ_VOUS_VIEW,
        Permission.CONTRAT_PREPARE,
        Permission.SEJOUR_VIEW,
        Permission.DOSSIER_VIEW,
    )

    @pytest.mark.parametrize("hidden", ["", "hidden", "hidden, named"])
    @pytest.mark.parametrize("ended", [False, True])
    @pytest.mark.parametrize("cause", list(Cause))
    def test_rights(self, here, nadia, cause, ended, hidden):
        menage = MenageFactory(attached=(here, cause), is_confidential=bool(hidden))
        if ended:
            menage.rattachements.update(end_on=today())
        dispositif = DispositifFactory(residence=here)
        Sejour.objects.create(residence=here, menage=menage, dispositif=dispositif, start_on=today())
        DossierSocial.objects.create(residence=here, menage=menage, opened_on=today())
        start = timezone.now()
        RendezVous.objects.create(
            residence=here, menage=menage, user=nadia, kind="suivi", start_at=start, end_at=start, created_by=nadia
        )
        elsewhere = UserFactory(role=Role.COORDINATRICE, residence=ResidenceFactory())
        # A model for each right, another one for each reader: every pair is met.
        models = cycle((Sejour, DossierSocial, RendezVous))
        for user in (*(UserFactory(role=role, residence=here) for role in Role if role != Role.TECHNIQUE), elsewhere):
            if hidden.endswith("named"):
                AccesConfidentiel.objects.create(menage=menage, user=user, capacity="referent", granted_by=nadia)
            reader = MenageReader(user, menage)
            for permission in self.PERMISSIONS:
                seen = Menage.objects.visible_to(user, permission).filter(pk=menage.pk)
                assert reader.opens(permission) == seen.exists(), (user.roles, permission)
                model = next(models)
                rows = model.objects.visible_to(user, permission).filter(menage=menage)
                assert list(reader.rows(model, permission)) == list(rows), (user.roles, permission, model)
            told = RendezVous.objects.visible_to(user, Permission.RENDEZ_VOUS_VIEW).filter(menage=menage)
            assert list(appointments_of(reader)) == list(told)


def test_the_banner_marks_the_tab_that_the_page_is(nadia, menage):
    tabs = {tab.label: tab.current for tab in banner_for(nadia, menage, current="documents").tabs}

    assert tabs["Documents"]
    assert not tabs["Ménage"]


@pytest.mark.parametrize(
    ("born", "declared", "said"),
    [
        ([], None, "1 adulte"),
        ([datetime.date(2020, 1, 1), datetime.date(2022, 1, 1)], None, "1 adulte, 2 enfants"),
        ([datetime.date(1991, 1, 1)], None, "2 adultes"),
        ([None], None, "1 adulte, 1 enfant"),
        ([], 4, "4 personnes annoncées"),
    ],
)
def test_the_household_is_counted(here, born, declared, said):
    menage = MenageFactory(attached=(here, Cause.SEJOUR), declared_persons=declared)
    for day in born:
        precision = Personne.BirthPrecision.DAY if day else Personne.BirthPrecision.UNKNOWN
        personne = PersonneFactory(born_on=day, birth_precision=precision)
        MembreMenage.objects.create(menage=menage, personne=personne, tie="child")

    assert composition(MenageReader(UserFactory(), menage)) == said


# Putting right


def test_contact_is_put_right_and_journalled_without_its_words(here, nadia, menage):
    client, address = signed_in(nadia), reverse("residence:menage_edit", args=[menage.pk])
    assert client.get(address).status_code == 200

    answer = client.post(
        address,
        {"phone": "0699887766", "email": "awa@exemple.fr", "email_agreed_on": "2/3/26", "postal_code": "63 000"},
    )

    assert answer.url == page_of(menage)
    menage.refresh_from_db()
    assert (menage.phone, menage.email_agreed_on) == ("0699887766", datetime.date(2026, 3, 2))
    assert menage.postal_code == "63000"
    line = EntreeJournal.objects.get(action="menage.edit")
    assert line.residence == here
    assert line.details["fields"] == ["email", "email_agreed_on", "phone", "postal_code"]
    assert "0699887766" not in str(line.details)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"email": "pas une adresse"}, "adresse"),
        ({"email_agreed_on": "02/03/2026"}, "Donnez l’adresse"),
        ({"postal_code": "6300"}, "cinq chiffres"),
        ({"email": "a@b.fr", "email_agreed_on": "31/02/2026"}, "valide"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(nadia, menage, data, said):
    page = signed_in(nadia).post(reverse("residence:menage_edit", args=[menage.pk]), {"phone": "0601", **data})

    assert said in page.content.decode()
    assert "0601" in page.content.decode()
    menage.refresh_from_db()
    assert menage.phone == "0611223344"


def test_a_stale_form_shows_both_and_loses_neither(nadia, menage):
    client, address = signed_in(nadia), reverse("residence:menage_edit", args=[menage.pk])
    seen = client.get(address).context["form"].initial["seen"]
    menage.phone = "0600000001"
    menage.save()

    page = client.post(address, {"phone": "0600000002", "seen": seen})

    text = page.content.decode()
    assert "Quelqu’un a modifié cette fiche entre-temps." in text
    assert "0600000001" in text
    assert "0600000002" in text
    menage.refresh_from_db()
    assert menage.phone == "0600000001"
    again = client.post(address, {"phone": "0600000002", "seen": page.context["form"]["seen"].value()})
    assert again.status_code == 302


def test_a_new_name_is_the_households_too(nadia, menage):
    membre = menage.membres.get()
    address = reverse("residence:personne_edit", args=[membre.pk])
    client = signed_in(nadia)
    assert "17/05/1990" in client.get(address).content.decode()

    assert client.post(address, identity(last_name="Barry", birth="05/1990")).status_code == 302

    menage.refresh_from_db()
    personne = menage.personnes.get()
    assert menage.name == "BARRY Awa"
    assert (personne.born_on, personne.birth_precision) == (datetime.date(1990, 5, 1), Personne.BirthPrecision.MONTH)


def test_the_manager_does_not_touch_the_nationality(here, menage):
    manager = UserFactory(role=Role.GESTIONNAIRE, residence=here)
    Personne.objects.update(nationality="hors_ue")
    address = reverse("residence:personne_edit", args=[menage.membres.get().pk])
    client = signed_in(manager)

    assert "nationalité" not in client.get(address).content.decode()
    client.post(address, identity(nationality="fr", first_names="Awa Marie"))

    personne = Personne.objects.get()
    assert (personne.first_names, personne.nationality) == ("Awa Marie", "hors_ue")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("17/05/1990", (datetime.date(1990, 5, 17), "day")),
        ("17.5.90", (datetime.date(1990, 5, 17), "day")),
        ("1/1/24", (datetime.date(2024, 1, 1), "day")),
        ("05/1990", (datetime.date(1990, 5, 1), "month")),
        ("1990", (datetime.date(1990, 1, 1), "year")),
        ("", (None, "unknown")),
    ],
)
def test_a_birth_date_is_read_as_it_is_known(typed, expected):
    assert BirthField().clean(typed) == expected


@pytest.mark.parametrize("typed", ["31/02/1990", "13/1990", "hier", f"01/01/{today().year + 1}"])
def test_a_birth_date_that_cannot_be_is_refused(typed):
    with pytest.raises(ValidationError):
        BirthField().clean(typed)


def test_a_person_joins_once(here, nadia, menage):
    client, address = signed_in(nadia), reverse("residence:membre_add", args=[menage.pk])
    assert client.get(address).status_code == 200
    data = identity(first_names="Sira", birth="", tie="child", on=f"{today():%d/%m/%Y}", in_custody="on")

    client.post(address, data)
    client.post(address, data)

    membre = menage.membres.get(tie="child")
    assert (membre.personne.born_on, membre.in_custody) == (None, True)


def test_the_person_of_reference_leaves_to_another(here, nadia, menage):
    other = join_menage(
        by=nadia,
        menage=menage,
        residence=here,
        tie="partner",
        on=today(),
        last_name="Sow",
        first_names="Omar",
        birth_precision="unknown",
    )
    first = menage.membres.get(tie="reference")
    successor = menage.membres.get(personne=other)
    client, address = signed_in(nadia), reverse("residence:membre_end", args=[first.pk])

    refused = client.post(address, {"on": f"{today():%d/%m/%Y}"}).content.decode()
    assert "obligatoire" in refused
    client.post(address, {"on": f"{today():%d/%m/%Y}", "deceased": "on", "successor": successor.pk})

    menage.refresh_from_db()
    first.refresh_from_db()
    successor.refresh_from_db()
    assert (first.end_on, successor.tie, menage.name) == (today(), "reference", "SOW Omar")
    assert first.personne.deceased_on == today()


def test_the_only_person_does_not_leave(here, nadia, menage):
    with pytest.raises(ValidationError, match="seule personne"):
        end_member(by=nadia, membre=menage.membres.get(), residence=here, on=today())


def test_nobody_edits_from_another_residence_or_role(here, menage):
    stranger = signed_in(UserFactory(role=Role.COORDINATRICE, residence=ResidenceFactory()))
    neighbour = signed_in(UserFactory(role=Role.VIE_RESIDENTIELLE, residence=here))
    membre = menage.membres.get()
    for name, pk in (
        ("menage_edit", menage.pk),
        ("membre_add", menage.pk),
        ("personne_edit", membre.pk),
        ("membre_end", membre.pk),
    ):
        address = reverse(f"residence:{name}", args=[pk])
        assert stranger.get(address).status_code == 404
        assert neighbour.get(address).status_code == 403


def test_a_stay_is_announced(here, nadia):
    contrat = ContratFactory(sejour=SejourFactory(residence=here))

    assert signed_in(nadia).get(page_of(contrat.sejour.menage)).status_code == 200
