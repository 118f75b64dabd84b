"""The planning and its day: what shows, for whom, how many queries it costs."""

import datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from logement.actions.travaux import plan_travaux
from logement.models import Batiment, ContratOccupation, Logement, OccupationPlace
from logement.models.parc import days
from residence.permissions import Role
from tests.factories import ContratFactory, LogementFactory, PlaceFactory, ResidenceFactory, SejourFactory, UserFactory

pytestmark = pytest.mark.django_db
ENTRY, TODAY = datetime.date(2025, 3, 1), datetime.date(2025, 3, 10)
URL = "/logement/planning/"
MIGHT = "DIALLO Awa, peut se libérer\u00a0: séjour prévu jusqu’au 30/09/2025, au plus tard le 28/02/2027, aucun préavis"


@pytest.fixture(autouse=True)
def _in_march():
    with time_machine.travel("2025-03-10 10:00", tick=False):
        yield


def d(month, day):
    return datetime.date(2025, month, day)


def stay(ophis, place, *, start=ENTRY, end=None, planned=None, menage=None, status="running"):
    more = {"menage": menage} if menage else {}
    sejour = SejourFactory(
        residence=ophis.residence, dispositif=ophis.temporary, start_on=start, planned_end_on=planned, **more
    )
    return ContratFactory(sejour=sejour, place=place, end_on=end, status=status)


def put(place, kind, start, end, reason="raison"):
    return OccupationPlace.objects.create(place=place, kind=kind, period=days(start, end), reason=reason)


def cells(answer, code):
    """(state, words) of each cell of a place."""
    for floor in answer.context["floors"]:
        for line, found, _ in floor["rows"]:
            if line.place.code == code:
                return [(cell.state, cell.full) for cell in found]
    raise AssertionError(f"{code} is not on the page")


class TestPlanning:
    def test_it_says_what_each_place_is_and_becomes(self, client, ophis):
        stay(ophis, ophis.place, planned=d(9, 30), menage=ophis.menage)
        stay(ophis, ophis.rooms[0], end=d(4, 20), status="notice")
        put(ophis.rooms[1], "works", d(3, 5), d(5, 31), "peinture")
        client.force_login(ophis.gestionnaire)
        answer = client.get(URL)
        assert cells(answer, "A101") == [
            ("occupied", "DIALLO Awa, occupée depuis le 01/03/2025, séjour prévu jusqu’au 30/09/2025"),
            ("might", MIGHT),
        ]
        states = [state for state, _ in cells(answer, "B12-a")]
        assert states == ["occupied", "notice", "free"]
        assert "en préavis jusqu’au 20/04/2025" in cells(answer, "B12-a")[1][1]
        assert ("works", "travaux du 05/03/2025 au 31/05/2025\u00a0: peinture") in cells(answer, "B12-b")
        # Twelve months from this one; free and perhaps free, counted on the first of each.
        assert len(answer.context["months"]) == 12
        assert answer.context["free"] == [0, 0, 1, *[2] * 9]
        assert answer.context["might"] == [0] * 7 + [1] * 5
        content = answer.content.decode()
        assert "DIALLO Awa · occupée" in content
        assert content.count('class="p-') > 6

    def test_a_passed_end_without_keys_frees_nothing(self, client, ophis):
        stay(ophis, ophis.place, start=d(1, 1), end=d(2, 28), status="notice")
        client.force_login(ophis.gestionnaire)
        answer = client.get(URL)
        assert [state for state, _ in cells(answer, "A101")] == ["keys"]
        assert "clés attendues depuis le 01/03/2025" in cells(answer, "A101")[0][1]

    def test_the_address_moves_and_narrows_it(self, client, ophis):
        batiments = [Batiment.objects.create(residence=ophis.residence, name=name) for name in ("Est", "Ouest")]
        Logement.objects.filter(pk=ophis.place.logement_id).update(batiment=batiments[0], is_accessible=True)
        stay(ophis, ophis.rooms[0], end=d(4, 20), status="notice")
        client.force_login(ophis.gestionnaire)

        def codes(**query):
            answer = client.get(URL, query)
            return [line.place.code for floor in answer.context["floors"] for line, *_ in floor["rows"]]

        assert codes() == ["A101", "B12-a", "B12-b"]
        assert codes(batiment=batiments[0].pk) == ["A101"]
        assert codes(dispositif=ophis.permanent.pk) == ["B12-a", "B12-b"]
        assert codes(accessible="on") == ["A101"]
        assert codes(etat="preavis") == ["B12-a"]
        assert codes(etat="preavis", du="2025-06") == []
        moved = client.get(URL, {"du": "2026-01", "mois": "24"})
        assert moved.context["first"] == datetime.date(2026, 1, 1)
        assert moved.context["last"] == datetime.date(2027, 12, 31)
        assert "?du=2024-01&amp;mois=24" in moved.content.decode()
        # What is no month, or no choice, leaves the present months.
        for query in ({"du": "2025-13"}, {"du": "bientôt"}, {"mois": "7"}, {"du": "9999-99"}):
            assert client.get(URL, query).context["first"] == d(3, 1), query

    def test_a_hole_leads_to_who_fits(self, client, ophis):
        match = reverse("admissions:attribution_detail", args=[ophis.place.pk])
        client.force_login(ophis.coordinatrice)
        assert match in client.get(URL).content.decode()
        client.force_login(ophis.vie_residentielle)
        content = client.get(URL).content.decode()
        assert match not in content
        assert ophis.place.get_absolute_url() in content

    def test_works_that_wait_are_marked(self, client, ophis):
        contrat = stay(ophis, ophis.place)
        plan_travaux(by=ophis.gestionnaire, place=contrat.place, from_on=d(5, 2), days=3, reason="peinture")
        client.force_login(ophis.gestionnaire)
        assert "travaux prévus à partir du 02/05/2025" in client.get(URL).content.decode()

    def test_commons_and_the_caretaker_are_not_places_to_let(self, client, ophis):
        PlaceFactory(residence=ophis.residence, logement=Logement.objects.get(number="BUA"), code="BUA")
        client.force_login(ophis.gestionnaire)
        assert "BUA" not in client.get(URL).content.decode()

    def test_a_confidential_household_is_its_number(self, client, ophis):
        ophis.menage.is_confidential = True
        ophis.menage.save()
        stay(ophis, ophis.place, menage=ophis.menage)
        client.force_login(ophis.gestionnaire)
        for page in (URL, f"{URL}jour/"):
            content = client.get(page).content.decode()
            assert "DIALLO" not in content
            assert "dossier confidentiel" in content

    def test_another_residence_does_not_show(self, client, ophis):
        stay(ophis, ophis.place, menage=ophis.menage)
        elsewhere = ResidenceFactory()
        client.force_login(UserFactory(role=Role.GESTIONNAIRE, residence=elsewhere))
        for page in (URL, f"{URL}jour/"):
            content = client.get(page).content.decode()
            assert "DIALLO" not in content
            assert "A101" not in content
            assert "Aucune place" in content


class TestDay:
    def test_who_is_where_on_a_day(self, client, ophis):
        contrat = stay(ophis, ophis.rooms[0], menage=ophis.menage)
        OccupationPlace.objects.create(
            place=ophis.rooms[1], kind="contract", contrat=contrat, period=days(d(3, 1), None)
        )
        client.force_login(ophis.coordinatrice)
        answer = client.get(f"{URL}jour/", {"le": "15/4/25"})
        figures = {words: figure for figure, words, _ in answer.context["figures"]}
        # Two rooms joined under one contract: two places taken, one household.
        assert figures["ménages présents"] == 1
        assert figures["libres"] == 1
        content = answer.content.decode()
        assert "mardi 15 avril 2025" in content
        assert "Qui convient" in content
        assert "le=2025-04-14" in content
        rows = [row.cells for row in client.get(f"{URL}jour/", {"etat": "occupee"}).context["table"].rows]
        assert [row[0] for row in rows] == ["B12-a", "B12-b"]

    def test_a_past_day_is_told_to_who_reads_contracts(self, client, ophis):
        contrat = stay(ophis, ophis.place, start=d(1, 1), end=d(2, 10), menage=ophis.menage)
        OccupationPlace.objects.filter(contrat=contrat).update(keys_back_on=d(2, 10))
        ContratOccupation.objects.filter(pk=contrat.pk).update(status="ended", keys_back_on=d(2, 10))
        client.force_login(ophis.gestionnaire)
        assert "DIALLO Awa" in client.get(f"{URL}jour/", {"le": "2025-02-10"}).content.decode()
        assert "DIALLO Awa" not in client.get(f"{URL}jour/", {"le": "2025-02-11"}).content.decode()
        assert "DIALLO Awa" in client.get(URL, {"du": "2025-01"}).content.decode()
        # Who left is not told to everybody who sees who is there.
        client.force_login(ophis.vie_residentielle)
        for page in (f"{URL}jour/?le=2025-02-10", f"{URL}?du=2025-01"):
            content = client.get(page).content.decode()
            assert "DIALLO" not in content
            assert "occupée" in content


@pytest.mark.parametrize("page", [URL, f"{URL}?mois=24", f"{URL}jour/"])
def test_the_number_of_queries_does_not_grow(client, ophis, page):
    client.force_login(ophis.coordinatrice)
    flat = LogementFactory(residence=ophis.residence, number="C1")

    def cost():
        client.get(page)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page).status_code == 200
        return len(captured)

    def grow(count):
        for _ in range(count):
            place = PlaceFactory(
                residence=ophis.residence, categorie=ophis.place.categorie, dispositif=ophis.temporary, logement=flat
            )
            stay(ophis, place, planned=d(9, 30))

    grow(3)
    few = cost()
    grow(27)
    assert cost() == few
