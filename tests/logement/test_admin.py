"""The gestionnaire's desk on the stock, the stays and the ledger: scope, masks, acts, totals, stable queries."""

import datetime
from decimal import Decimal

import pytest
import time_machine
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from logement.models import (
    AvisEcheance,
    ContratOccupation,
    Ecriture,
    Encaissement,
    Logement,
    OccupationPlace,
    Place,
    Preavis,
    Sejour,
    Tarif,
)
from residence.actions.documents import issue_document
from residence.admin.acts import Act
from residence.models import AccesConfidentiel, DocumentKind, EntreeJournal
from residence.permissions import Role
from tests.factories import (
    AvisFactory,
    CategoriePlaceFactory,
    ContratFactory,
    DispositifFactory,
    EncaissementFactory,
    LogementFactory,
    MenageFactory,
    PlaceFactory,
    ResidenceFactory,
    RoleAttributionFactory,
    SejourFactory,
    TarifFactory,
    UserFactory,
)
from tests.residence.test_admin import change, changelist, form_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return ResidenceFactory(name="Côté Cour", code="cour")


@pytest.fixture
def elsewhere():
    return ResidenceFactory(name="Côté Jardin", code="jardin")


@pytest.fixture
def gestionnaire(here):
    return UserFactory(role=Role.GESTIONNAIRE, residence=here)


@pytest.fixture
def desk(client, gestionnaire):
    client.force_login(gestionnaire)
    return client


def stay(residence, name="DIALLO Awa", confidential=False, **contrat):
    menage = MenageFactory(name=name, is_confidential=confidential)
    return ContratFactory(sejour=SejourFactory(residence=residence, menage=menage), **contrat)


def rows(response):
    return [row.pk for row in response.context["cl"].result_list]


# Scope


def test_the_lists_stop_at_the_residence(desk, here, elsewhere):
    ours, theirs = stay(here), stay(elsewhere)
    for model, row, other in (
        (Place, ours.place, theirs.place),
        (Sejour, ours.sejour, theirs.sejour),
        (ContratOccupation, ours, theirs),
        (OccupationPlace, ours.occupations.get(), theirs.occupations.get()),
    ):
        assert rows(desk.get(changelist(model))) == [row.pk]
        assert desk.get(change(row)).status_code == 200
        assert desk.get(change(other)).status_code == 302


@pytest.mark.parametrize(("field", "model"), [("logement", "place"), ("joined_with", "place")])
def test_what_is_offered_while_typing_stops_at_the_residence(desk, here, elsewhere, field, model):
    near, far = PlaceFactory(residence=here), PlaceFactory(residence=elsewhere)
    query = {"app_label": "logement", "model_name": model, "field_name": field, "term": ""}
    found = {int(one["id"]) for one in desk.get(reverse("admin:autocomplete"), query).json()["results"]}
    assert found == {near.logement_id if field == "logement" else near.pk}
    assert far.pk not in found


def test_filters_offer_what_is_within_reach(desk, here, elsewhere):
    PlaceFactory(residence=here)
    PlaceFactory(residence=here)
    PlaceFactory(residence=elsewhere)
    specs = {spec.title: spec for spec in desk.get(changelist(Place)).context["cl"].filter_specs}
    assert len(specs["dispositif"].lookup_choices) == 2
    assert "résidence" not in specs  # there is only one


def test_what_another_role_opens_elsewhere_is_not_changed_there(client, here, elsewhere):
    """Gestionnaire here and coordinatrice there: she reads those places on their pages alone."""
    user = UserFactory(role=Role.GESTIONNAIRE, residence=here)
    RoleAttributionFactory(user=user, role=Role.COORDINATRICE, residence=elsewhere)
    client.force_login(user)
    ours, theirs = LogementFactory(residence=here), LogementFactory(residence=elsewhere)
    assert rows(client.get(changelist(Logement))) == [ours.pk]
    assert client.post(change(theirs), {"number": "X"}).status_code == 302
    theirs.refresh_from_db()
    assert theirs.number != "X"


def test_one_row_one_residence(desk, gestionnaire, here, elsewhere):
    RoleAttributionFactory(user=gestionnaire, role=Role.GESTIONNAIRE, residence=elsewhere)
    place = PlaceFactory(residence=here)
    other = CategoriePlaceFactory(residence=elsewhere)
    response = desk.post(change(place), form_of(desk.get(change(place)), categorie=other.pk))
    assert "est d’une autre résidence" in response.content.decode()


# Confidential households


def test_a_masked_household_stands_on_its_number(desk, here):
    contrat = stay(here, "KONATÉ Awa", confidential=True)
    menage = contrat.sejour.menage
    for model in (Sejour, ContratOccupation, OccupationPlace):
        page = desk.get(changelist(model)).content.decode()
        assert menage.masked_name in page
        assert "KONAT" not in page.upper()
    page = desk.get(change(contrat)).content.decode()
    assert "KONAT" not in page.upper()


def test_its_name_finds_nothing_and_its_number_does(desk, here):
    menage = MenageFactory(pk=70_707, name="KONATÉ Awa", is_confidential=True)  # no other row has that number
    contrat = ContratFactory(sejour=SejourFactory(residence=here, menage=menage))
    stay(here, "DIALLO Awa")
    assert rows(desk.get(changelist(ContratOccupation, q="konate"))) == []
    assert rows(desk.get(changelist(Sejour, q="70707"))) == [contrat.sejour_id]


def test_its_place_in_the_alphabet_says_nothing(desk, here):
    masked = stay(here, "KONATÉ Awa", confidential=True)
    first, last = stay(here, "ABDOU Awa"), stay(here, "ZIDANE Awa")
    response = desk.get(changelist(ContratOccupation), {"o": "1"})
    assert rows(response) == [masked.pk, first.pk, last.pk]


def test_a_named_gestionnaire_reads_it_and_leaves_a_line(desk, gestionnaire, here):
    contrat = stay(here, "KONATÉ Awa", confidential=True)
    AccesConfidentiel.objects.create(
        menage=contrat.sejour.menage, user=gestionnaire, capacity="gestionnaire", granted_by=gestionnaire
    )
    assert rows(desk.get(changelist(ContratOccupation, q="konate"))) == [contrat.pk]
    assert "KONATÉ Awa" in desk.get(change(contrat)).content.decode()
    assert EntreeJournal.objects.filter(kind="reading", menage=contrat.sejour.menage).count() == 1


def test_who_pays_for_a_masked_household_is_not_told(desk, here):
    contrat = stay(here, "KONATÉ Awa", confidential=True)
    payment = EncaissementFactory(sejour=contrat.sejour, payer="Association Refuge", reference="REF-9")
    assert "Refuge" not in desk.get(changelist(Encaissement)).content.decode()
    assert "Refuge" not in desk.get(change(payment)).content.decode()
    assert rows(desk.get(changelist(Encaissement, q="refuge"))) == []


@pytest.mark.parametrize(
    "lookup",
    [
        "sejour__menage__sort_name__startswith",
        "sejour__menage__name",
        "sejour__dispositif__sejours__menage__name__startswith",
        "special_terms__contains",
    ],
)
def test_no_address_typed_by_hand_tells_a_name(desk, here, lookup):
    stay(here, "KONATÉ Awa", confidential=True)
    assert desk.get(changelist(ContratOccupation, **{lookup: "K"})).status_code == 400


# Acts


def test_a_contract_is_only_read(desk, here):
    contrat = stay(here, status="to_sign")
    response = desk.get(change(contrat))
    assert not response.context["has_change_permission"]
    assert desk.post(change(contrat), {"status": "running"}).status_code == 403
    contrat.refresh_from_db()
    assert contrat.status == "to_sign"


@pytest.mark.parametrize(
    ("status", "label"),
    [("draft", "Éditer le contrat"), ("to_sign", "Signer le contrat"), ("running", "Enregistrer un préavis")],
)
def test_the_acts_of_a_contract_open_their_pages(desk, here, status, label):
    contrat = stay(here, status=status)
    acts = {act["label"]: act["url"] for act in desk.get(change(contrat)).context["acts"]}
    assert label in acts
    for name, url in acts.items():
        if name != "Signer le contrat":  # it shows the document, which this one was not issued with
            assert desk.get(url).status_code == 200, name


def test_acts_that_do_not_fit_are_not_offered(desk, here):
    labels = {act["label"] for act in desk.get(change(stay(here))).context["acts"]}
    assert "Signer le contrat" not in labels
    assert "Enregistrer la remise des clés" not in labels


def test_an_act_closed_to_who_sees_the_number_alone_is_not_offered(desk, here):
    labels = {act["label"] for act in desk.get(change(stay(here, confidential=True, status="to_sign"))).context["acts"]}
    assert "Signer le contrat" not in labels
    assert "Ouvrir le contrat" in labels


@pytest.mark.parametrize("model_admin", admin.site._registry.values(), ids=str)
def test_no_act_leads_nowhere(model_admin):
    for act in model_admin.acts:
        assert isinstance(act, Act)
        takes = None if act.on_list or act.argument is None else [1]
        assert reverse(act.url_name, args=takes)


# The stock


def test_a_logement_and_its_places_are_made_together(desk, here):
    categorie, dispositif = CategoriePlaceFactory(residence=here), DispositifFactory(residence=here)
    data = {
        "residence": here.pk,
        "number": "101",
        "floor": "1",
        "type_logement": "T1",
        "surface": "22,5",
        "usage": "habitation",
        "is_furnished": "on",
        "places-TOTAL_FORMS": 1,
        "places-INITIAL_FORMS": 0,
        "places-0-code": "101",
        "places-0-categorie": categorie.pk,
        "places-0-dispositif": dispositif.pk,
        "places-0-surface": "22,50",
        "places-0-capacity": 1,
        "places-0-opened_on": "12/3/26",
    }
    response = desk.post(reverse("admin:logement_logement_add"), data)
    assert response.status_code == 302, response.context["errors"]
    place = Place.objects.get()
    assert (place.residence, place.surface, place.opened_on) == (here, Decimal("22.50"), datetime.date(2026, 3, 12))
    line = EntreeJournal.objects.get()
    assert line.action == "logement.create"
    assert line.residence == here
    assert line.details["place_added"] == 1


def test_a_place_that_is_taken_stays_in_service(desk, here):
    contrat = stay(here)
    place = contrat.place
    response = desk.post(change(place), form_of(desk.get(change(place)), closed_on="01/01/2030"))
    assert "La place est encore prise" in response.content.decode()
    place.refresh_from_db()
    assert place.closed_on is None


def test_places_are_free_or_taken_today(desk, here):
    taken = stay(here).place
    free = PlaceFactory(residence=here)
    assert rows(desk.get(changelist(Place, prise="oui"))) == [taken.pk]
    assert rows(desk.get(changelist(Place, prise="non", service="oui"))) == [free.pk]


# Totals


def test_the_list_adds_up_what_it_shows(desk, here):
    contrat = stay(here)
    AvisFactory(contrat=contrat, paid=Decimal("100"))
    AvisFactory(contrat=contrat, month=datetime.date(2025, 5, 1))
    response = desk.get(changelist(AvisEcheance))
    assert dict(response.context["totals"])["Appelé"] == Decimal("840.00")
    assert dict(response.context["totals"])["Reste"] == Decimal("740.00")
    assert "840,00" in response.content.decode()
    narrowed = desk.get(changelist(AvisEcheance, month__year=2025, month__month=5))
    assert dict(narrowed.context["totals"])["Appelé"] == Decimal("420.00")


def test_the_ledger_shows_its_balance(desk, here):
    contrat = stay(here)
    avis = AvisFactory(contrat=contrat)
    Ecriture.objects.create(
        sejour=contrat.sejour, kind="redevance", dated_on=avis.month, amount=420, label="Redevance", avis=avis
    )
    payment = EncaissementFactory(sejour=contrat.sejour, amount=100)
    Ecriture.objects.create(
        sejour=contrat.sejour,
        kind="payment",
        dated_on=payment.received_on,
        amount=-100,
        label="Virement",
        encaissement=payment,
    )
    assert dict(desk.get(changelist(Ecriture)).context["totals"])["Solde"] == Decimal("320.00")


# The first page


@time_machine.travel(datetime.datetime(2025, 6, 10, 9, tzinfo=datetime.UTC))
def test_the_first_page_says_what_waits(desk, here, elsewhere):
    contrat = stay(here, status="to_sign")
    late = AvisFactory(contrat=stay(here))
    AvisFactory(contrat=stay(elsewhere))
    links = {link.label: link for link in desk.get(reverse("admin:index")).context["day_links"]}
    assert links["contrats à signer"].count == 1
    assert links["avis en retard de paiement"].count == 1
    assert rows(desk.get(links["contrats à signer"].url)) == [contrat.pk]
    assert rows(desk.get(links["avis en retard de paiement"].url)) == [late.pk]


def test_each_line_of_the_first_page_leads_to_its_rows(desk, here):
    """The filters of the addresses exist: a list that refuses them would answer 400, or send elsewhere."""
    contrat = stay(here, status="notice", end_on=None)
    Preavis.objects.create(
        contrat=contrat,
        given_by_whom="resident",
        form="hand",
        notified_on=datetime.date(2025, 6, 1),
        ends_on=datetime.date(2025, 7, 1),
        recorded_by=UserFactory(),
    )
    with time_machine.travel(datetime.datetime(2025, 6, 20, 9, tzinfo=datetime.UTC)):
        links = desk.get(reverse("admin:index")).context["day_links"]
        assert any(link.label.startswith("préavis") for link in links)
        for link in links:
            response = desk.get(link.url)
            assert response.status_code == 200
            assert response.context["cl"].result_count == link.count


# Queries


def counted(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_a_list_asks_as_much_for_three_rows_as_for_thirty(desk, here):
    models = [Sejour, ContratOccupation, Place, Logement, OccupationPlace, AvisEcheance, Encaissement, Ecriture, Tarif]

    def one(rank):
        contrat = stay(here, f"NOM{rank:02d} Awa", confidential=rank % 5 == 0)
        avis = AvisFactory(contrat=contrat)
        EncaissementFactory(sejour=contrat.sejour)
        Ecriture.objects.create(
            sejour=contrat.sejour, kind="redevance", dated_on=avis.month, amount=420, label="Redevance", avis=avis
        )
        TarifFactory(categorie=contrat.place.categorie)

    for rank in range(3):
        one(rank)
    few = {model: counted(desk, changelist(model)) for model in models}
    for rank in range(3, 30):
        one(rank)
    assert {model: counted(desk, changelist(model)) for model in models} == few
    assert max(few.values()) <= 20


@pytest.mark.parametrize("model", [Place, Logement, Encaissement])
def test_facts_are_said_in_words(desk, here, model):
    contrat = stay(here)
    EncaissementFactory(sejour=contrat.sejour)
    page = desk.get(changelist(model)).content.decode()
    assert 'alt="False"' not in page
    assert 'alt="True"' not in page


def test_papers_chosen_are_printed_together(desk, here, gestionnaire):
    avis = AvisFactory(contrat=stay(here))
    response = desk.post(
        changelist(AvisEcheance), {"action": "print_papers", "_selected_action": [avis.pk]}, follow=True
    )
    assert "pas encore de document" in response.content.decode()
    avis.document = issue_document(
        kind=DocumentKind.AVIS_ECHEANCE,
        residence=here,
        template="pdf/letter.html",
        data={
            "title": "Avis",
            "object": "Avis",
            "salutation": "Madame,",
            "paragraphs": ["À payer."],
            "closing": "Bien à vous.",
            "signatory": {"name": "L’équipe", "function": "gestion"},
            "enclosures": [],
            "recipient_lines": [],
        },
        by=gestionnaire,
    )
    avis.save()
    response = desk.post(changelist(AvisEcheance), {"action": "print_papers", "_selected_action": [avis.pk]})
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF")
    line = EntreeJournal.objects.get(kind="export")
    assert (line.action, line.residence, line.details) == ("avis.print", here, {"count": 1})
