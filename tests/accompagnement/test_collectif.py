"""What is done together: planned, registered for, attended, cancelled, counted."""

import datetime
import io
import uuid
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from accompagnement.actions.actions_collectives import (
    add_seance,
    cancel_seance,
    edit_action,
    end_action,
    enrol,
    extend_action,
    plan_action,
    record_attendance,
    withdraw_inscription,
)
from accompagnement.models import InscriptionAction, PresenceAction, SeanceAction
from accompagnement.queries.actions_collectives import room, year_of
from residence.duties import rebuild_duties
from residence.models import Echeance, EntreeJournal, Referent
from residence.permissions import Cause, Permission, Role
from tests.factories import (
    DossierFactory,
    MenageFactory,
    PartenaireFactory,
    ResidenceFactory,
    UserFactory,
)
from tests.kept import kept
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
MONDAY = datetime.date(2026, 3, 2)
NOON = "2026-03-02 12:00+01:00"


class Here:
    """A résidence, its people, French on Mondays with two seats."""

    def __init__(self):
        self.residence = ResidenceFactory(name="Résidence d’ici")
        self.nadia = UserFactory(role=Role.COORDINATRICE, residence=self.residence, last_name="Benali")
        self.vie = UserFactory(role=Role.VIE_RESIDENTIELLE, residence=self.residence)
        self.menages = [
            MenageFactory(name=name, attached=(self.residence, Cause.SEJOUR))
            for name in ("ALPHA Awa", "BRAVO Bintou", "CHARLIE Chan")
        ]
        self.hidden = MenageFactory(name="CACHEE Zoé", is_confidential=True, attached=(self.residence, Cause.SEJOUR))
        self.dossier = DossierFactory(menage=self.menages[0], residence=self.residence)
        Referent.objects.create(menage=self.menages[0], residence=self.residence, user=self.nadia)
        self.dossier.bilans.create(kind="entry", held_on=MONDAY, written_by=self.nadia)
        self.objectif = self.dossier.objectifs.create(
            theme="formation", words="Parler français", opened_on=MONDAY, opened_by=self.nadia
        )
        self.french = plan_action(
            by=self.nadia,
            residence=self.residence,
            name="Français",
            theme="formation",
            every="week",
            first_on=MONDAY,
            last_on=datetime.date(2026, 4, 13),
            hour=datetime.time(14),
            minutes=120,
            place="Salle",
            seats=2,
            leader=self.nadia,
        )

    def person(self, rank):
        return {"menage": self.menages[rank], "personne": self.menages[rank].membres.get().personne}


@pytest.fixture(scope="module")
def here(django_db_setup, django_db_blocker):
    with time_machine.travel(NOON, tick=False), kept(django_db_blocker) as keep:
        yield keep(Here())


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def due(kind):
    return list(Echeance.objects.open().filter(kind=kind).values_list("due_on", "detail"))


def test_a_series_is_planned_without_bank_holidays_then_changed_extended_stopped(here):
    nadia, french = here.nadia, here.french
    days = list(french.seances.values_list("held_on", flat=True))
    assert days == [MONDAY + datetime.timedelta(days=7 * rank) for rank in range(7) if rank != 5]  # Easter Monday
    with pytest.raises(ValidationError, match="15 mois"):
        plan_action(
            by=nadia,
            residence=here.residence,
            name="Trop",
            theme="budget",
            every="week",
            first_on=MONDAY,
            last_on=datetime.date(2028, 1, 1),
            hour=datetime.time(9),
        )
    cancel_seance(by=nadia, seance=french.seances.all()[1], reason="Intervenante absente")
    edit_action(by=nadia, action=french, place="Jardin", hour=datetime.time(15))
    assert set(french.seances.values_list("place", "hour")) == {
        ("Jardin", datetime.time(15)),
        ("Salle", datetime.time(14)),
    }
    assert french.seances.filter(place="Salle").count() == 1  # the cancelled one stays as it was told
    with pytest.raises(ValidationError, match="déjà jusqu’au"):
        extend_action(by=nadia, action=french, last_on=MONDAY)
    extend_action(by=nadia, action=french, last_on=datetime.date(2026, 5, 4))
    assert french.seances.count() == 6 + 3
    add_seance(by=nadia, action=french, held_on=datetime.date(2026, 3, 4), name="Sortie au marché", place="")
    with pytest.raises(ValidationError, match="déjà une séance"):
        add_seance(by=nadia, action=french, held_on=datetime.date(2026, 3, 4))
    enrol(by=nadia, action=french, **here.person(0))
    end_action(by=nadia, action=french, reason="Plus de salle")
    assert set(french.seances.values_list("cancelled_reason", flat=True)) == {"Plus de salle", "Intervenante absente"}
    assert not french.inscriptions.current().exists()
    with pytest.raises(ValidationError, match="arrêtée"):
        enrol(by=nadia, action=french, **here.person(1))
    with pytest.raises(IntegrityError), transaction.atomic():
        SeanceAction.objects.update(cancelled_reason="")


def test_people_register_wait_for_a_seat_come_and_leave(here):
    nadia, french = here.nadia, here.french
    first = french.seances.get(held_on=MONDAY)
    key = uuid.uuid4()
    awa = enrol(by=nadia, action=french, objectif=here.objectif, form_key=key, **here.person(0))
    assert enrol(by=nadia, action=french, objectif=here.objectif, form_key=key, **here.person(0)) == awa
    with pytest.raises(ValidationError, match="déjà inscrite"):
        enrol(by=nadia, action=french, **here.person(0))
    with pytest.raises(ValidationError, match="objectif en cours"):
        enrol(by=nadia, action=french, objectif=here.objectif, **here.person(1))
    with pytest.raises(ValidationError, match="ne fait pas partie"):
        enrol(by=nadia, action=french, menage=here.menages[1], personne=awa.personne)
    hidden = enrol(by=nadia, action=french, menage=here.hidden, personne=here.hidden.membres.get().personne)
    bintou = enrol(by=nadia, action=french, **here.person(1))
    guest = enrol(by=nadia, action=french, guest_name="Madame Voisine", seance=first)
    found = room(nadia, first)
    assert [(str(one.inscription).split()[0], one.waits) for one in found.people] == [
        ("ALPHA", False),
        ("BRAVO", True),
        ("Madame", True),
    ]
    assert (found.hidden, found.taken, found.waiting) == (1, 2, 2)

    rebuild_duties()
    assert due("seance_action.attend") == [(MONDAY, "Français")]
    with pytest.raises(ValidationError, match="le jour de la séance"):
        record_attendance(by=here.vie, seance=french.seances.all()[1], statuses={awa.pk: "present"})
    with pytest.raises(ValidationError, match="n’est plus inscrite"):
        record_attendance(by=here.vie, seance=first, statuses={0: "present"})
    told = {awa.pk: "present", bintou.pk: "excused", guest.pk: "present"}
    record_attendance(by=here.vie, seance=first, statuses=told, anonymous_count=5, cost=Decimal("12.50"))
    record_attendance(by=nadia, seance=first, statuses={bintou.pk: "absent"})
    assert dict(first.presences.values_list("inscription", "status")) == told | {bintou.pk: "absent"}
    first.refresh_from_db()
    assert (first.anonymous_count, first.cost) == (5, Decimal("12.50"))
    assert due("seance_action.attend") == []
    with pytest.raises(ValidationError, match="a eu lieu"):
        cancel_seance(by=nadia, seance=first, reason="Non")

    withdraw_inscription(by=nadia, inscription=awa)
    assert withdraw_inscription(by=nadia, inscription=awa).withdrawn_on == MONDAY
    second = french.seances.all()[1]
    # Awa's seat goes to who asked next; the neighbour asked for one session.
    assert [(str(one.inscription).split()[0], one.waits) for one in room(nadia, second).people] == [("BRAVO", False)]
    assert [one.status for one in room(nadia, first).people if one.inscription == awa] == ["present"]

    (year,) = year_of(nadia, 2026, Permission.ACTION_VIEW)
    assert (year.held, year.people, year.presences, year.others, year.cost) == (1, 2, 2, 5, Decimal("12.50"))
    assert year.average == Decimal("7.0")
    assert year.hours == Decimal("2.0")
    lines = EntreeJournal.objects.filter(action__startswith="action_collective.", menage=here.menages[0])
    assert set(lines.values_list("action", flat=True)) == {"action_collective.enrol", "action_collective.leave"}
    assert hidden.pk


def test_a_series_that_ends_is_to_go_on_with(here):
    rebuild_duties(datetime.date(2026, 3, 13))
    assert due("action_collective.extend") == []
    rebuild_duties(datetime.date(2026, 3, 14))
    assert due("action_collective.extend") == [(datetime.date(2026, 4, 13), "Français")]


def test_pages_of_what_is_done_together(here):
    """One action from its form to the yearly workbook."""
    client = signed_in(here.nadia)
    partenaire = PartenaireFactory(name="Relais")

    def url(name, *args):
        return reverse(f"accompagnement:{name}", args=args)

    sent = {
        "name": "=Budget",
        "theme": "budget",
        "mission": "impayes",
        "residence": here.residence.pk,
        "every": "once",
        "first_on": "02/03/2026",
        "hour": "10h30",
        "minutes": "90",
        "is_open": "on",
        "session_cost": "30",
        "partenaire": partenaire.pk,
        "leader": here.vie.pk,
        "form_key": str(uuid.uuid4()),
    }
    refused = client.post(url("action_plan"), sent | {"hour": "25h", "leader": ""})
    assert "Écrivez l’heure" in refused.content.decode()
    made = client.post(url("action_plan"), sent)
    assert made.status_code == 302, made.content.decode()
    assert client.post(url("action_plan"), sent).url == made.url
    action = here.residence.actions.get(name="=Budget")
    seance = action.seances.get()
    month = client.get(url("action_agenda") + "?jour=2026-03-31").content.decode()
    assert month.count("=Budget") == 2  # in the month, and in the list of a phone
    assert "=Budget" in client.get(url("action_agenda") + "?vue=semaine&jour=2026-03-05").content.decode()
    assert "=Budget" not in client.get(url("action_agenda") + "?vue=semaine&jour=2026-03-09").content.decode()

    menage = here.menages[0]
    found = client.get(url("action_enrol_choose", action.pk) + f"?menage=alpha&seance={seance.pk}").content.decode()
    assert f"{url('action_enrol', action.pk, menage.pk)}?seance={seance.pk}" in found
    enrolled = {
        "personne": menage.membres.get().personne_id,
        "objectif": here.objectif.pk,
        "start_on": "02/03/2026",
        "form_key": str(uuid.uuid4()),
    }
    assert client.post(url("action_enrol", action.pk, menage.pk), enrolled).status_code == 302
    key = {"guest_name": "M. Voisin", "start_on": "02/03/2026", "form_key": str(uuid.uuid4())}
    assert client.post(url("action_enrol_guest", action.pk), key).status_code == 302
    page = client.get(action.get_absolute_url()).content.decode()
    assert "ALPHA Awa" in page
    assert "Parler français" in page

    vie = signed_in(here.vie)
    sheet = vie.get(url("seance_sheet", seance.pk))
    text = PdfReader(io.BytesIO(sheet.content)).pages[0].extract_text()
    assert "ALPHA Awa" in text
    assert "M. Voisin" in text
    mine = InscriptionAction.objects.get(action=action, menage=menage)
    told = {f"presence_{mine.pk}": "excused", "anonymous_count": "-1"}
    assert vie.post(url("seance_attend", seance.pk), told).status_code == 200
    assert not PresenceAction.objects.exists()
    told |= {"anonymous_count": "12", "rest": "1"}
    assert vie.post(url("seance_attend", seance.pk), told).status_code == 302
    assert sorted(PresenceAction.objects.values_list("status", flat=True)) == ["excused", "present"]
    own = vie.get(seance.get_absolute_url()).content.decode()
    assert "ALPHA Awa" in own
    assert "Parler français" not in vie.get(action.get_absolute_url()).content.decode()
    story = client.get(reverse("residence:menage_detail", args=[menage.pk])).content.decode()
    assert "=Budget (excusé)" in story
    assert "=Budget" in client.get(reverse("accompagnement:projet_detail", args=[here.dossier.pk])).content.decode()

    direction = signed_in(UserFactory(role=Role.DIRECTION, residence=here.residence))
    for address in (action.get_absolute_url(), seance.get_absolute_url()):
        seen = direction.get(address).content.decode()
        assert "ALPHA" not in seen
        assert "Voisin" not in seen
    assert "12" in direction.get(url("action_bilan")).content.decode()
    book = load_workbook(io.BytesIO(client.post(url("action_bilan_export"), {"annee": "2026"}).content))
    heads, *rows = book.active.iter_rows(values_only=True)
    cells = dict(zip(heads, rows[0], strict=True))
    assert (cells["Action"], cells["Présences"], cells["Comptées sans nom"]) == ("'=Budget", 1, 12)
    assert EntreeJournal.objects.filter(action="action_collective.export", kind="export").exists()

    stale = client.get(url("action_edit", action.pk)).content.decode()
    seen = stale.split('name="seen" value="')[1].split('"')[0]
    given = {name: sent[name] for name in ("theme", "mission", "hour", "minutes", "is_open", "partenaire", "leader")}
    edited = given | {"name": "Budget", "seen": seen}
    assert client.post(url("action_edit", action.pk), edited).status_code == 302
    again = client.post(url("action_edit", action.pk), edited | {"name": "Autre"})
    assert "entre-temps" in again.content.decode()
    assert client.post(url("action_end", action.pk), {"reason": ""}).status_code == 200
    assert client.post(url("action_end", action.pk), {"reason": "Fini"}).status_code == 302
    assert "arrêtée" in client.get(action.get_absolute_url()).content.decode()
