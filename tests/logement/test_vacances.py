"""Vacancies: which ones, in which words, who was told, what leaves; and the paper of those present."""

import csv
import datetime
import io

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from logement.actions.vacances import report_vacances
from logement.models import Place, SignalementVacance
from logement.queries.vacances import vacances_of
from residence.duties import refresh_duties
from residence.models import Convention, Echeance, EntreeJournal
from residence.permissions import Role
from tests.factories import PartenaireFactory, PlaceFactory, ResidenceFactory, UserFactory
from tests.logement.test_planning import TODAY, d, put, stay

pytestmark = pytest.mark.django_db
URL = "/logement/vacances/"


@pytest.fixture(autouse=True)
def _in_march():
    with time_machine.travel("2025-03-10 10:00", tick=False):
        yield


def told(**kwargs):
    return [
        (one.place.code, one.state, one.vacant_on, one.ready_on, one.why.replace("\u00a0", " "))
        for one in vacances_of(Place.objects.all(), today=TODAY, **kwargs)
    ]


class TestWhich:
    def test_vacant_foreseen_possible(self, ophis):
        gone = stay(ophis, ophis.place, start=d(1, 1), end=d(2, 10))
        gone.occupations.update(keys_back_on=d(2, 10))
        put(ophis.place, "turnaround", d(2, 11), d(2, 13))
        stay(ophis, ophis.rooms[0], end=d(4, 20), status="notice")
        stay(ophis, ophis.rooms[1], planned=d(5, 1))
        expected = [
            ("A101", "vacante", d(2, 14), TODAY, ""),
            ("B12-a", "prévisible", d(4, 21), d(4, 24), "préavis jusqu’au 20/04/2025"),
        ]
        assert told() == expected
        assert told(possible=True) == [
            *expected,
            ("B12-b", "possible", d(5, 2), d(5, 5), "fin de séjour prévue le 01/05/2025, sans préavis"),
        ]
        assert told(horizon=30) == expected[:1]
        (one, *_) = vacances_of(Place.objects.filter(code="A101"), today=TODAY)
        assert one.left_on == d(2, 10)
        assert one.redevance == 420

    def test_what_is_promised_is_not_vacant(self, ophis):
        put(ophis.place, "reservation", d(3, 1), None)
        stay(ophis, ophis.rooms[0], start=d(4, 1))
        stay(ophis, ophis.rooms[1], start=d(1, 1), end=d(2, 28), status="notice")  # its keys are out
        assert told() == []

    def test_works_are_followed_by_a_vacancy(self, ophis):
        Place.objects.exclude(pk=ophis.place.pk).update(closed_on=d(1, 1))
        put(ophis.place, "works", d(3, 1), d(3, 31))
        assert told() == [("A101", "prévisible", d(4, 1), d(4, 1), "travaux jusqu’au 31/03/2025")]

    def test_a_place_that_nobody_ever_had_is_vacant_since_it_opened(self, ophis):
        assert told()[0][2] == datetime.date(2015, 1, 1)


class TestReported:
    def test_who_was_told_and_when(self, client, ophis):
        siao = PartenaireFactory(name="SIAO 63")
        client.force_login(ophis.gestionnaire)
        page = client.get(URL)
        assert [(figure, words) for figure, words in page.context["figures"]][-1] == (3, "à signaler")
        report = reverse("logement:vacance_report")
        answer = client.post(report, {"partenaire": siao.pk, "reported_on": "10/3/25"}, follow=True)
        content = answer.content.decode()
        assert "3 vacances signalées à SIAO 63" in content
        assert "SIAO 63 le 10/03/2025" in content
        assert client.get(URL, {"a_signaler": "on"}).context["page"].paginator.count == 0
        assert EntreeJournal.objects.get(action="vacance.report").details["places"] == 3
        assert not Echeance.objects.open().filter(kind="vacance.to_tell").exists()
        # Again: nothing more, and it is said.
        again = client.post(report, {"partenaire": siao.pk, "reported_on": "10/3/25"})
        assert "déjà signalées" in again.content.decode()
        assert SignalementVacance.objects.count() == 3

    def test_a_vacancy_whose_day_moves_is_to_be_told_again(self, client, ophis):
        contrat = stay(ophis, ophis.place, end=d(4, 20), status="notice")
        Place.objects.exclude(pk=ophis.place.pk).update(closed_on=d(1, 1))
        siao = PartenaireFactory()
        report_vacances(
            by=ophis.gestionnaire, partenaire=siao, vacances=[(ophis.place.pk, d(4, 21))], reported_on=TODAY
        )
        assert vacances_of(Place.objects.all(), today=TODAY)[0].told
        contrat.occupations.update(period=(d(3, 1), d(4, 30)))
        assert not vacances_of(Place.objects.all(), today=TODAY)[0].told
        # The duty of the night says so, and leads to what is left to tell.
        refresh_duties(ophis.residence)
        duty = Echeance.objects.open().get(kind="vacance.to_tell")
        assert (duty.due_on, duty.detail) == (d(4, 30), "place A101")
        client.force_login(ophis.gestionnaire)
        answer = client.get(reverse("logement:vacance_tell", args=[ophis.residence.pk]), follow=True)
        assert answer.context["page"].paginator.count == 1

    def test_refusals(self, client, ophis):
        siao = PartenaireFactory()
        wanted = {"partenaire": siao, "vacances": [(ophis.place.pk, TODAY)]}
        with pytest.raises(ValidationError, match="aujourd’hui ou l’a été avant"):
            report_vacances(by=ophis.gestionnaire, reported_on=d(3, 11), **wanted)
        stranger = UserFactory(role=Role.GESTIONNAIRE, residence=ResidenceFactory())
        with pytest.raises(ValidationError, match="déjà signalées"):
            report_vacances(by=stranger, reported_on=TODAY, **wanted)
        assert not SignalementVacance.objects.exists()
        client.force_login(ophis.vie_residentielle)
        assert client.get(reverse("logement:vacance_report")).status_code == 403
        assert client.get(reverse("logement:vacance_export")).status_code == 403
        assert client.get(URL).status_code == 200

    def test_the_table_never_changes(self, ophis):
        report_vacances(
            by=ophis.gestionnaire,
            partenaire=PartenaireFactory(),
            vacances=[(ophis.place.pk, TODAY)],
            reported_on=TODAY,
        )
        for change in (
            lambda: SignalementVacance.objects.update(vacant_on=d(1, 1)),
            lambda: SignalementVacance.objects.all().delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()


class TestExport:
    def rows(self, client, **query):
        address = f"{reverse('logement:vacance_export')}?{'&'.join(f'{k}={v}' for k, v in query.items())}"
        answer = client.post(address, {"file_format": "csv"})
        text = b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text), delimiter=";"))

    def test_what_the_prefecture_and_the_siao_want(self, client, ophis):
        prefecture = PartenaireFactory(kind="prefecture", name="=Préfecture")
        Place.objects.filter(pk=ophis.place.pk).update(reservataire=prefecture, is_accessible=True)
        Convention.objects.update(prefect_share=30)
        gone = stay(ophis, ophis.place, start=d(1, 1), end=d(2, 10), menage=ophis.menage)
        gone.occupations.update(keys_back_on=d(2, 10))
        client.force_login(ophis.gestionnaire)
        row = next(row for row in self.rows(client) if row["Place"] == "A101")
        assert row["Commune"] == "Clermont-Ferrand"
        assert (row["Type"], row["Surface (m²)"], row["Accessible en fauteuil"]) == ("T1", "22,00", "oui")
        assert (row["Vacance"], row["Vacante depuis le ou à partir du"]) == ("vacante", "11/02/2025")
        assert row["Dernier départ le"] == "10/02/2025"
        assert (row["Réservataire"], row["Part du préfet (%)"]) == ("'=Préfecture", "30,00")
        assert row["Redevance mensuelle (€)"] == "420,00"
        assert "DIALLO" not in str(row)
        line = EntreeJournal.objects.get(action="vacance.export")
        assert (line.kind, line.residence, line.details["rows"]) == ("export", ophis.residence, 3)
        page = client.get(URL).content.decode()
        assert "30\u00a0% réservés au préfet" in page.replace("&nbsp;", "\u00a0")
        assert self.rows(client, dispositif=ophis.permanent.pk)[0]["Place"] == "B12-a"

    def test_a_workbook(self, client, ophis):
        client.force_login(ophis.direction)
        answer = client.post(reverse("logement:vacance_export"), {"file_format": "xlsx"})
        sheet = load_workbook(io.BytesIO(answer.content)).active
        assert [cell.value for cell in sheet[1]][8:10] == ["Place", "Type"]
        assert sheet.max_row == 4

    def test_the_address_of_a_protected_residence_stays(self, client, ophis):
        ophis.residence.is_confidential = True
        ophis.residence.save()
        client.force_login(ophis.gestionnaire)
        row = self.rows(client)[0]
        assert (row["Adresse"], row["Code postal"]) == ("", "")


@pytest.mark.parametrize("page", [URL, f"{URL}?possibles=on"])
def test_the_number_of_queries_does_not_grow(client, ophis, page):
    client.force_login(ophis.gestionnaire)
    Convention.objects.update(prefect_share=30)

    def cost():
        client.get(page)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page).status_code == 200
        return len(captured)

    def grow(count):
        for _ in range(count):
            PlaceFactory(
                residence=ophis.residence,
                categorie=ophis.place.categorie,
                dispositif=ophis.temporary,
                logement=ophis.flat,
            )

    few = cost()
    grow(27)
    assert cost() == few


class TestPresents:
    def text(self, answer):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)

    def test_the_paper_for_the_fire_brigade(self, client, ophis):
        ophis.personne.needs_evacuation_help = True
        ophis.personne.save()
        stay(ophis, ophis.place, menage=ophis.menage)
        stay(ophis, ophis.rooms[0])
        client.force_login(ophis.vie_residentielle)
        answer = client.get(reverse("logement:presents_print"))
        assert answer["Content-Type"] == "application/pdf"
        text = self.text(answer)
        assert "DIALLO Awa" in text
        assert "1 personne à aider" in text
        assert "À aider d’abord" in text
        assert "2e étage" in text
        assert PdfReader(io.BytesIO(answer.content)).trailer["/Root"]["/MarkInfo"]["/Marked"]
        assert EntreeJournal.objects.get(action="presents.print").details["rows"] == 2

    def test_a_protected_name_never_goes_on_it(self, client, ophis):
        """Whoever prints: the folder is read by others."""
        ophis.menage.is_confidential = ophis.personne.is_confidential = True
        ophis.menage.save()
        ophis.personne.needs_evacuation_help = True
        ophis.personne.save()
        ophis.gestionnaire.acces_confidentiels.create(
            menage=ophis.menage, capacity="gestionnaire", granted_by=ophis.coordinatrice
        )
        stay(ophis, ophis.place, menage=ophis.menage)
        client.force_login(ophis.gestionnaire)
        assert "DIALLO" in client.get(reverse("logement:presents_list")).content.decode()
        text = self.text(client.get(reverse("logement:presents_print")))
        assert "DIALLO" not in text.upper()
        assert "Awa" not in text
        assert "dossier confidentiel" in text
        assert "1 personne à aider" in text

    def test_nobody_there(self, client, ophis):
        client.force_login(ophis.gestionnaire)
        answer = client.get(reverse("logement:presents_print"), follow=True)
        assert "rien à imprimer" in answer.content.decode()
