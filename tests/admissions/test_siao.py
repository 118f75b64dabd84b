"""The clock of a partner: what is owed, by when; the answer in its words, to copy or to take away."""

import datetime
import io

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from admissions.actions.entretiens import miss_entretien, plan_entretien
from admissions.actions.orientations import close_orientation
from admissions.models import Orientation
from admissions.queries.siao import reponses_of
from residence.duties import rebuild_duties
from residence.models import Echeance, EntreeJournal, Menage, Partenaire, Personne, Route
from residence.models.base import today
from residence.permissions import Role
from tests.admissions.conftest import REFERENCE, fresh
from tests.factories import DispositifFactory, PartenaireFactory, ResidenceFactory, UserFactory

pytestmark = pytest.mark.django_db


def reponse_of(orientation):
    return reponses_of([Orientation.objects.get(pk=orientation.pk)])[0]


def duties_to_close():
    return Echeance.objects.open().filter(kind="orientation.close")


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        ("non_venu", "non présenté"),
        ("injoignable", "non présenté"),
        ("secteur", "refus du ménage"),
        ("autre_solution", "refus du ménage"),
        ("hors_projet", "refusé"),
        ("erreur", "annulée"),
    ],
)
def test_a_closing_is_told_in_the_partners_words(enter, nadia, reason, state):
    orientation = enter()
    assert not reponse_of(orientation).is_final

    close_orientation(by=nadia, orientation=orientation, reason=reason, detail="précisé")

    told = reponse_of(orientation)
    assert (told.state, told.detail) == (state, "précisé")
    assert told.motives
    assert ("Réponse", state) in told.fields


def test_what_is_copied_holds_no_evaluation(enter):
    orientation = enter(reasons="violences", social_evaluation="santé fragile")

    told = dict(reponse_of(orientation).fields)

    assert told["Numéro SIAO"] == orientation.siao_number
    assert told["Personne"] == "DIALLO Awa"
    assert "violences" not in str(told)
    assert "santé" not in str(told)


def test_absences_are_counted_and_become_a_duty_at_the_partners_number(enter, nadia, siao):
    Partenaire.objects.filter(pk=siao.pk).update(no_shows_max=1)
    orientation = enter(partenaire=fresh(siao))
    start = datetime.datetime.combine(today(), datetime.time(9), tzinfo=datetime.UTC)
    plan_entretien(
        by=nadia, orientation=orientation, user=nadia, start_at=start, end_at=start + datetime.timedelta(hours=1)
    )
    with time_machine.travel(start + datetime.timedelta(days=1)):
        miss_entretien(by=nadia, orientation=fresh(orientation))

        told = reponse_of(orientation)

        assert (told.no_shows, told.state, told.too_many_no_shows) == ([start.date()], "absent à l’entretien", True)
        assert duties_to_close().get().detail.startswith("1 absence")


def test_a_request_that_the_partner_drops_is_a_duty_until_the_household_is_met(enter, siao, nadia):
    Partenaire.objects.filter(pk=siao.pk).update(cancels_after_days=90)
    orientation = enter(partenaire=fresh(siao))

    assert duties_to_close().get().due_on == today() + datetime.timedelta(days=90)
    close_orientation(by=nadia, orientation=orientation, reason="sans_nouvelle")
    assert not duties_to_close().exists()
    rebuild_duties()
    assert not duties_to_close().exists()


def test_the_page_of_a_candidate_shows_what_to_copy(client, enter, nadia):
    orientation = enter()
    client.force_login(nadia)

    page = client.get(orientation.get_absolute_url()).content.decode()

    assert "data-copy-all" in page
    assert "js/copy.js" in page
    answer = client.get(reverse("admissions:orientation_answer", args=[orientation.pk])).content.decode()
    assert "Rien n’est encore décidé" in answer


class TestExport:
    def send(self, client, **changes):
        asked = {"partenaire": "", "which": "all", "start_on": "", "end_on": "", "file_format": "xlsx"} | changes
        return client.post(reverse("admissions:reponse_export"), asked)

    def test_it_holds_the_answers_of_ones_own_scope_and_runs_nothing(self, client, enter, nadia, here):
        orientation = enter()
        Personne.objects.update(last_name="=cmd|' /C calc'!A0", first_names="@Awa")
        Menage.objects.update(name="=cmd")
        client.force_login(nadia)

        workbook = load_workbook(io.BytesIO(self.send(client).content))
        rows = list(workbook.active.iter_rows(values_only=True))

        assert len(rows) == 2
        assert orientation.siao_number in rows[1]
        assert "'=CMD|' /C CALC'!A0 @Awa" in rows[1]
        assert all(cell.data_type != "f" for row in workbook.active.iter_rows() for cell in row)
        text = self.send(client, file_format="csv").content.decode()
        assert "'=CMD" in text
        entry = EntreeJournal.objects.filter(kind="export").latest("pk")
        assert (entry.by, entry.residence, entry.details["rows"]) == (nadia, here, 1)
        assert "CMD" not in str(entry.details)

    def test_what_is_chosen_narrows_it(self, client, enter, nadia):
        enter()
        client.force_login(nadia)

        assert "Aucune réponse" in self.send(client, which="given").content.decode()
        assert self.send(client, which="due")["Content-Disposition"].startswith("attachment")
        refused = self.send(client, start_on="12/03/2026", end_on="11/03/2026").content.decode()
        assert "fin ne peut pas" in refused

    def test_nothing_of_another_residence_leaves(self, client, enter):
        enter()
        client.force_login(UserFactory(role=Role.COORDINATRICE, residence=ResidenceFactory()))

        assert "Aucune réponse" in self.send(client).content.decode()

    def test_the_queries_do_not_grow_with_the_rows(self, enter, django_assert_max_num_queries):
        def queries():
            with CaptureQueriesContext(connection) as told:
                [
                    one.fields
                    for one in reponses_of(
                        list(Orientation.objects.select_related("menage", "partenaire", "residence", "dispositif"))
                    )
                ]
            return len(told)

        enter()
        few = queries()
        for rank in range(5):
            enter(reference=REFERENCE | {"last_name": f"Nom{rank}"})
        assert queries() == few


@pytest.mark.parametrize("route", Route.values)
def test_every_route_is_typed_in_with_its_contact_found_again(client, nadia, here, route):
    dispositif = DispositifFactory(residence=here, routes=[route])
    kinds = {"siao": "siao", "ccas": "ccas", "departement": "departement"}
    partenaire = PartenaireFactory(kind=kinds.get(route, "association"), name="Le partenaire")
    known = partenaire.contacts.create(name="Lucie Morel")
    client.force_login(nadia)
    data = {
        "dispositif": dispositif.pk,
        "route": route,
        "received_on": f"{today():%d/%m/%Y}",
        "siao_number": "63-1" if route == "siao" else "",
        "partenaire": "" if route == "direct" else partenaire.pk,
        "contact_name": "" if route == "direct" else "MOREL Lucie",
        "civility": "madame",
        "last_name": "Diallo",
        "first_names": "Awa",
        "birth": "1990",
        "nationality": "fr",
        "form_key": "0d3f1d63-0c8f-4f0e-9d47-35f2a7a1a001",
        "membres-TOTAL_FORMS": "0",
        "membres-INITIAL_FORMS": "0",
    }

    answer = client.post(reverse("admissions:orientation_create"), data)

    orientation = Orientation.objects.get()
    assert answer.url == orientation.get_absolute_url()
    assert (orientation.route, orientation.prescripteur) == (route, None if route == "direct" else known)
    assert partenaire.contacts.count() == 1
