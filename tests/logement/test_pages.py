"""The pages of the stock and of the stays: what they say, what a click does, how many queries they cost."""

import datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from logement.actions.contrats import issue_contrat, prepare_contrat, sign_contrat
from logement.actions.etats_des_lieux import create_etat_des_lieux
from logement.actions.sejours import record_preavis
from logement.models import ContratOccupation, OccupationPlace, Preavis
from logement.models.parc import days
from residence.models import DocumentEmis, Mandataire
from residence.permissions import Cause
from tests.factories import ContratFactory, MenageFactory, PlaceFactory, SejourFactory

ENTRY = datetime.date(2025, 3, 1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_march():
    with time_machine.travel("2025-03-10 10:00", tick=False):
        yield


@pytest.fixture
def world(ophis):
    """A stay that runs, with an état des lieux begun; another one in notice."""
    contrat = prepare_contrat(
        by=ophis.gestionnaire,
        menage=ophis.menage,
        place=ophis.place,
        start_on=ENTRY,
        parties={ophis.personne.pk: "titulaire"},
    )
    contrat = issue_contrat(by=ophis.gestionnaire, contrat=contrat)
    ophis.contrat = sign_contrat(by=ophis.gestionnaire, contrat=contrat, signed_on=datetime.date(2025, 3, 10))
    ophis.sejour = contrat.sejour
    ophis.edl = create_etat_des_lieux(by=ophis.vie_residentielle, contrat=ophis.contrat, kind="entry")
    other = ContratFactory(sejour__residence=ophis.residence, place=ophis.rooms[0], sejour__dispositif=ophis.permanent)
    ophis.preavis = record_preavis(
        by=ophis.gestionnaire,
        contrat=other,
        given_by_whom=Preavis.By.RESIDENT,
        form=Preavis.Form.LETTER,
        notified_on=datetime.date(2025, 3, 3),
    )
    ophis.leaving = other
    ophis.candidate = MenageFactory(attached=(ophis.residence, Cause.CANDIDATURE))
    ophis.works = OccupationPlace.objects.create(
        place=ophis.rooms[1],
        kind="works",
        reason="peinture",
        period=days(ENTRY, datetime.date(2025, 3, 31)),
    )
    return ophis


# What the lists cost


def queries(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(url)
    assert answer.status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", ["place_list", "sejour_list", "contrat_list", "presents_list", "etat_des_lieux_list"])
def test_the_number_of_queries_does_not_grow(client, ophis, name):
    client.force_login(ophis.gestionnaire)
    url = reverse(f"logement:{name}") + ("?etat=tous" if name == "contrat_list" else "")

    def grow(count):
        for _ in range(count):
            sejour = SejourFactory(residence=ophis.residence, dispositif=ophis.temporary)
            place = PlaceFactory(residence=ophis.residence, categorie=ophis.place.categorie, dispositif=ophis.temporary)
            ContratFactory(sejour=sejour, place=place)

    grow(3)
    few = queries(client, url)
    grow(27)
    assert queries(client, url) == few


# The acts, from the pages


def test_a_contract_from_its_draft_to_the_stay(client, ophis):
    client.force_login(ophis.gestionnaire)
    begin = client.get(reverse("logement:contrat_begin"), {"q": "diallo", "place": ophis.place.pk})
    url = reverse("logement:contrat_prepare", args=[ophis.menage.pk])
    assert f"{url}?place={ophis.place.pk}" in begin.content.decode()
    page = client.get(url, {"place": ophis.place.pk, "entree": "2025-03-15"})
    assert page.context["facts"]["price"].redevance == 420
    assert page.context["form"]["start_on"].value() == datetime.date(2025, 3, 15)
    terms = {
        "place": ophis.place.pk,
        "start_on": "15/3/25",
        f"party_{ophis.personne.pk}": "titulaire",
        "deposit_amount": "400,5",
    }
    answer = client.post(url, terms)
    contrat = ContratOccupation.objects.get()
    assert answer.url == contrat.get_absolute_url()
    assert (contrat.start_on, str(contrat.deposit_amount)) == (datetime.date(2025, 3, 15), "400.50")
    # A double click lands on the same page and makes one contract.
    assert client.post(url, terms).url == contrat.get_absolute_url()
    assert ContratOccupation.objects.count() == 1
    issue = reverse("logement:contrat_issue", args=[contrat.pk])
    assert "Résiliation par le résident" in client.get(issue).content.decode()
    assert client.post(issue).status_code == 302
    assert client.post(issue).status_code == 302
    assert DocumentEmis.objects.filter(kind="contrat").count() == 1
    sign = reverse("logement:contrat_sign", args=[contrat.pk])
    refused = client.post(sign, {"signed_on": "10/03/2025"})
    assert "is_initialled" in refused.context["form"].errors
    answer = client.post(sign, {"signed_on": "10/03/2025", "is_initialled": "on"}, follow=True)
    content = answer.content.decode()
    assert "Ce qui reste à faire pour l’entrée" in content
    assert client.post(sign, {"signed_on": "10/03/2025", "is_initialled": "on"}).status_code == 302
    assert OccupationPlace.objects.filter(contrat=contrat).count() == 1


def test_what_the_action_refuses_is_said_at_its_field(client, ophis):
    client.force_login(ophis.gestionnaire)
    url = reverse("logement:contrat_prepare", args=[ophis.menage.pk])
    answer = client.post(
        url,
        {
            "place": ophis.place.pk,
            "start_on": "15/03/2025",
            f"party_{ophis.personne.pk}": "titulaire",
            "deposit_amount": "1 000",
        },
    )
    assert "ne dépasse pas" in answer.context["form"].errors["deposit_amount"][0]
    assert answer.context["form"]["deposit_amount"].value() == "1 000"


def test_a_minor_and_a_mandataire_on_the_pages(client, ophis, world):
    Mandataire.objects.create(
        personne=ophis.personne, measure="tutelle", name="UDAF 63", start_on=datetime.date(2020, 1, 1)
    )
    client.force_login(ophis.gestionnaire)
    assert "UDAF 63" in client.get(world.contrat.get_absolute_url()).content.decode()


def test_a_notice_is_read_before_it_is_kept(client, world):
    client.force_login(world.gestionnaire)
    url = reverse("logement:preavis_record", args=[world.contrat.pk])
    given = {"given_by_whom": "resident", "form": "letter", "delivery": "delivered", "notified_on": "10/03/2025"}
    page = client.post(url, given)
    assert page.context["end"] == datetime.date(2025, 4, 10)
    assert "un mois à compter de la réception" in page.content.decode()
    assert not world.contrat.preavis.exists()
    seen = page.context["form"].data["seen"]
    # A date changed after reading is read again first.
    again = client.post(url, given | {"seen": seen, "notified_on": "09/03/2025"})
    assert again.status_code == 200
    assert not world.contrat.preavis.exists()
    answer = client.post(url, given | {"seen": seen})
    assert answer.url == world.contrat.get_absolute_url()
    assert world.contrat.preavis.get().ends_on == datetime.date(2025, 4, 10)


def test_keys_end_the_stay(client, world):
    client.force_login(world.gestionnaire)
    url = reverse("logement:cles_record", args=[world.leaving.pk])
    answer = client.post(url, {"keys_on": "10/03/2025", "destination": "hlm"}, follow=True)
    assert "Où en est ce séjour" in answer.content.decode()
    world.leaving.refresh_from_db()
    assert world.leaving.status == "ended"
    assert client.post(url, {"keys_on": "10/03/2025", "destination": "hlm"}).status_code == 302


def test_direction_decides_and_reads_why_a_second_renewal_is_not_possible(client, world):
    client.force_login(world.direction)
    url = reverse("logement:renouvellement_decide", args=[world.sejour.pk])
    assert "jusqu’au 28/02/2027" in client.get(url).content.decode()
    given = {"kind": "renewal", "reasons": "Relogement en cours", "decided_on": "10/03/2025"}
    assert client.post(url, given).status_code == 302
    assert "déjà accordé" in client.get(url).content.decode()
    assert client.post(url, given).status_code == 200  # the choice is not offered any more
    assert world.sejour.renouvellements.count() == 1


def test_insurance_apl_and_attestation(client, world):
    client.force_login(world.gestionnaire)
    url = reverse("logement:assurance_record", args=[world.contrat.pk])
    client.post(url, {"insurer": "MAIF", "start_on": "01/03/2025", "end_on": "28/02/2026"})
    assert world.contrat.assurances.count() == 1
    assert client.post(url, {"insurer": "MAIF", "start_on": "01/03/2026", "end_on": "28/02/2026"}).status_code == 200
    apl = reverse("logement:apl_record", args=[world.sejour.pk])
    client.post(apl, {"status": "requested", "requested_on": "05/03/2025", "start_on": "01/04/2025"})
    assert world.sejour.droits_apl.count() == 1
    answer = client.post(reverse("logement:attestation_issue", args=[world.sejour.pk]))
    assert answer.url == DocumentEmis.objects.get(kind="attestation").get_absolute_url()


def test_a_place_is_blocked_and_given_back(client, world):
    client.force_login(world.gestionnaire)
    url = reverse("logement:occupation_create", args=[world.place.pk])
    terms = {"kind": "works", "start_on": "01/04/2025", "end_on": "05/04/2025", "reason": "peinture"}
    refused = client.post(url, terms)
    assert "La place est déjà prise sur ces dates" in str(refused.context["form"].errors)
    release = reverse("logement:occupation_release", args=[world.works.pk])
    client.post(release, {"on": "11/03/2025"})
    world.works.refresh_from_db()
    assert world.works.end_on == datetime.date(2025, 3, 10)


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", {"A101", "B12-a", "B12-b"}),
        ("?quand=libre", set()),
        ("?quand=30", {"B12-a", "B12-b"}),
        ("?quand=bientot", {"B12-a", "B12-b"}),
        ("?type=chambre", {"B12-a", "B12-b"}),
        ("?type=T1", {"A101"}),
        ("?etage=2", {"B12-a", "B12-b"}),
        ("?etage=99", {"A101", "B12-a", "B12-b"}),
    ],
)
def test_filters_of_the_places(client, world, query, codes):
    client.force_login(world.coordinatrice)
    page = client.get(reverse("logement:place_list") + query)
    assert {row.cells[0] for row in page.context["table"].rows} == codes


def test_the_caretaker_and_the_commons_are_not_places_to_let(client, ophis):
    flat = PlaceFactory(residence=ophis.residence, dispositif=ophis.temporary, logement__usage="gardien", code="GARD")
    client.force_login(ophis.gestionnaire)
    content = client.get(reverse("logement:place_list")).content.decode()
    assert flat.code not in content
    assert client.get(reverse("logement:presents_list")).context["places"] == 3


def test_who_needs_help_on_the_stairs(client, world):
    world.personne.needs_evacuation_help = True
    world.personne.save()
    client.force_login(world.vie_residentielle)
    page = client.get(reverse("logement:presents_list"))
    assert (page.context["helped"], page.context["households"]) == (1, 2)
    assert [floor.name for floor in page.context["floors"]] == ["1er étage", "2e étage"]


def test_a_confidential_household_shows_its_number(client, world):
    world.menage.is_confidential, world.menage.name = True, "ROSSIGNOL Awa"
    world.menage.save()
    world.personne.last_name = "Rossignol"
    world.personne.is_confidential = True
    world.personne.needs_evacuation_help = True
    world.personne.save()
    client.force_login(world.vie_residentielle)
    for name in ("place_list", "presents_list", "sejour_list", "etat_des_lieux_list"):
        content = client.get(reverse(f"logement:{name}")).content.decode()
        assert "ROSSIGNOL" not in content, name
        assert f"dossier confidentiel n° {world.menage.pk}" in content, name
    for url in (world.sejour.get_absolute_url(), world.edl.get_absolute_url()):
        content = client.get(url).content.decode()
        assert "ROSSIGNOL" not in content.upper(), url
    client.force_login(world.gestionnaire)
    assert client.get(reverse("logement:preavis_record", args=[world.contrat.pk])).status_code == 404
    assert "ROSSIGNOL" not in client.get(world.contrat.get_absolute_url()).content.decode().upper()


def test_what_rests_on_the_convention_type_is_to_verify(client, world):
    client.force_login(world.gestionnaire)
    url = world.contrat.get_absolute_url()
    assert "À vérifier" not in client.get(url).content.decode()
    with time_machine.travel("2026-08-01 10:00", tick=False):
        client.force_login(world.gestionnaire)
        assert "À vérifier" in client.get(url).content.decode()
