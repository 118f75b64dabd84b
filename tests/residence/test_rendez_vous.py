"""Appointments: fixed, moved, held, missed, called off; who sees them."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from residence.actions.rendez_vous import (
    cancel_rendez_vous,
    hold_rendez_vous,
    miss_rendez_vous,
    move_rendez_vous,
    plan_rendez_vous,
)
from residence.duties import refresh_duties
from residence.models import Echeance, EntreeJournal, RendezVous
from residence.permissions import Cause, Role
from residence.queries.rendez_vous import as_ics, clash_of, monday_of, week_of
from tests.factories import MenageFactory, ResidenceFactory, UserFactory
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 3, 11, 10, tzinfo=datetime.UTC)  # a Wednesday
HOUR = datetime.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def here():
    return ResidenceFactory()


@pytest.fixture
def nadia(here):
    return UserFactory(role=Role.COORDINATRICE, residence=here, last_name="Benali")


@pytest.fixture
def menage(here):
    return MenageFactory(name="DIALLO Awa", attached=(here, Cause.SEJOUR))


def planned(nadia, here, menage, start=NOW + HOUR, **changes):
    given = {"user": nadia, "kind": RendezVous.Kind.SUIVI, "start_at": start, "end_at": start + HOUR, **changes}
    return plan_rendez_vous(by=nadia, menage=menage, residence=here, **given)


def test_the_same_appointment_asked_twice_is_one(nadia, here, menage):
    assert planned(nadia, here, menage) == planned(nadia, here, menage)
    assert EntreeJournal.objects.filter(action="rendez_vous.plan", residence=here).count() == 1


def test_one_that_is_past_and_untold_is_due(nadia, here, menage):
    one = planned(nadia, here, menage, start=NOW - 26 * HOUR)
    refresh_duties(one)
    assert Echeance.objects.open().get(kind="rendez_vous.untold").user == nadia

    hold_rendez_vous(by=nadia, rendez_vous=one)

    assert not Echeance.objects.open().exists()


def test_a_no_show_is_told_to_who_listens(nadia, here, menage, settings, monkeypatch):
    told = []
    monkeypatch.setattr("residence.hooks.named", lambda name: [lambda **kwargs: told.append((name, kwargs))])
    one = planned(nadia, here, menage, start=NOW - HOUR, kind=RendezVous.Kind.PREADMISSION)

    miss_rendez_vous(by=nadia, rendez_vous=one)
    miss_rendez_vous(by=nadia, rendez_vous=one)

    assert [name for name, _ in told] == ["ON_RENDEZ_VOUS_MISSED"]
    assert told[0][1]["rendez_vous"].pk == one.pk


@pytest.mark.parametrize("act", [hold_rendez_vous, miss_rendez_vous])
def test_nothing_is_told_of_what_has_not_begun(nadia, here, menage, act):
    with pytest.raises(ValidationError, match="pas encore commencé"):
        act(by=nadia, rendez_vous=planned(nadia, here, menage))


def test_what_was_held_is_not_moved(nadia, here, menage):
    one = planned(nadia, here, menage, start=NOW - HOUR)
    hold_rendez_vous(by=nadia, rendez_vous=one)

    with pytest.raises(ValidationError, match="fixez-en un nouveau"):
        move_rendez_vous(by=nadia, rendez_vous=one, start_at=NOW, end_at=NOW + HOUR)


# Pages


def test_an_appointment_is_fixed_moved_and_called_off(nadia, here, menage):
    client = signed_in(nadia)
    address = reverse("residence:rendez_vous_create", args=[menage.pk])
    assert client.get(address).status_code == 200

    data = {"kind": "suivi", "user": nadia.pk, "on": "12/3/26", "at": "14h30", "minutes": "45", "place": "Bureau"}
    answer = client.post(address, data)

    one = RendezVous.objects.get()
    assert timezone.localtime(one.start_at).strftime("%d/%m %H:%M") == "12/03 14:30"
    assert one.end_at - one.start_at == datetime.timedelta(minutes=45)
    assert "Bureau" in client.get(answer.url).content.decode()

    move = reverse("residence:rendez_vous_move", args=[one.pk])
    assert "14 h 30" in client.get(move).content.decode()
    client.post(move, {"user": nadia.pk, "on": "13/03/2026", "at": "9", "minutes": "60", "place": ""})
    one.refresh_from_db()
    assert timezone.localtime(one.start_at).strftime("%d/%m %H:%M") == "13/03 09:00"

    client.post(answer.url, {"acte": "annule"})
    one.refresh_from_db()
    assert one.status == RendezVous.Status.CANCELLED
    assert "Fixer un nouveau rendez-vous" in client.get(answer.url).content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"on": "10/03/2026"}, "aujourd’hui ou plus tard"),
        ({"at": "25h"}, "14 h 30"),
        ({"at": "midi"}, "14 h 30"),
        ({"on": ""}, "obligatoire"),
    ],
)
def test_what_is_wrong_is_said(nadia, menage, changes, said):
    data = {"kind": "suivi", "user": nadia.pk, "on": "12/03/2026", "at": "14:00", "minutes": "60", **changes}

    page = signed_in(nadia).post(reverse("residence:rendez_vous_create", args=[menage.pk]), data).content.decode()

    assert said in page
    assert not RendezVous.objects.exists()


def test_the_week_of_mine_and_of_the_team(nadia, here, menage):
    colleague = UserFactory(role=Role.COORDINATRICE, residence=here)
    planned(nadia, here, menage)
    theirs = MenageFactory(name="PETIT Rose", attached=(here, Cause.SUIVI))
    planned(nadia, here, theirs, user=colleague)
    later = MenageFactory(name="ROUX Paul", attached=(here, Cause.SUIVI))
    planned(nadia, here, later, start=NOW + 7 * 24 * HOUR)
    client, address = signed_in(nadia), reverse("residence:rendez_vous_list")

    mine = client.get(address).content.decode()
    assert "DIALLO Awa" in mine
    assert "PETIT Rose" not in mine
    assert "PETIT Rose" in client.get(address, {"qui": "equipe"}).content.decode()
    following = client.get(address, {"semaine": "2026-03-18"}).content.decode()
    assert "ROUX Paul" in following
    assert "DIALLO Awa" not in following
    assert client.get(address, {"semaine": "n’importe quoi"}).status_code == 200


def test_the_manager_does_not_see_whom_the_candidates_meet(nadia, here):
    candidate = MenageFactory(name="ROUX Paul", attached=(here, Cause.CANDIDATURE))
    one = planned(nadia, here, candidate, kind=RendezVous.Kind.PREADMISSION)
    client = signed_in(UserFactory(role=Role.GESTIONNAIRE, residence=here))

    assert "ROUX Paul" not in client.get(reverse("residence:rendez_vous_list"), {"qui": "equipe"}).content.decode()
    assert client.get(reverse("residence:rendez_vous_detail", args=[one.pk])).status_code == 404


def test_others_are_refused(nadia, here, menage):
    one = planned(nadia, here, menage)
    neighbour = signed_in(UserFactory(role=Role.VIE_RESIDENTIELLE, residence=here))
    stranger = signed_in(UserFactory(role=Role.COORDINATRICE, residence=ResidenceFactory()))
    for name in ("rendez_vous_detail", "rendez_vous_move", "rendez_vous_ics"):
        address = reverse(f"residence:{name}", args=[one.pk])
        assert neighbour.get(address).status_code == 403
        assert stranger.get(address).status_code == 404
    assert stranger.post(reverse("residence:rendez_vous_detail", args=[one.pk]), {"acte": "annule"}).status_code == 404


def test_the_calendar_file_tells_no_name(nadia, here, menage):
    one = planned(nadia, here, menage, place="Bureau 2; rez-de-chaussée, à droite")

    answer = signed_in(nadia).get(reverse("residence:rendez_vous_ics", args=[one.pk]))

    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/calendar")
    assert "DTSTART:20260311T110000Z" in text
    assert "Bureau 2\\; rez-de-chaussée\\, à droite" in text
    assert "DIALLO" not in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


@pytest.mark.parametrize(
    ("place", "written"),
    [
        pytest.param("Bureau 2", "Bureau 2", id="plain"),
        pytest.param("Bât. A, 2e ; gauche", "Bât. A\\, 2e \\; gauche", id="commas-and-semicolons"),
        pytest.param("C:\\partage", "C:\\\\partage", id="a-backslash-once"),
        pytest.param("1 rue Neuve\r\n63000", "1 rue Neuve\\n63000", id="a-line-break"),
        pytest.param("é" * 90, "é" * 90, id="folded-between-signs-never-inside-one"),
    ],
)
def test_the_calendar_file_is_written_by_the_book(nadia, here, menage, place, written):
    text = as_ics(RendezVous(pk=7, menage=menage, start_at=NOW, end_at=NOW + HOUR, place=place, kind="suivi"))
    lines = text.split("\r\n")

    assert text.endswith("END:VEVENT\r\nEND:VCALENDAR\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in lines)
    unfolded = text.replace("\r\n ", "").split("\r\n")
    assert f"LOCATION:{written}" in unfolded
    assert "UID:rendez-vous-7@residence" in unfolded
    assert "DTSTAMP:20260311T100000Z" in unfolded


def test_the_week_is_a_column_a_day_and_a_row_an_hour(nadia, here, menage):
    morning = planned(nadia, here, menage)
    early = planned(nadia, here, menage, start=NOW - 4 * HOUR)

    week = week_of([early, morning], datetime.date(2026, 3, 9))

    assert [day.isoweekday() for day in week.days] == [1, 2, 3, 4, 5]
    assert (week.hours[0].hour, week.hours[-1].hour) == (7, 18)
    found = {row.hour: [rank for rank, here in enumerate(row.days) if here] for row in week.hours}
    assert {hour: ranks for hour, ranks in found.items() if ranks} == {7: [2], 12: [2]}


@pytest.mark.parametrize(("ahead", "columns"), [(0, 5), (3, 6), (4, 7)])
def test_the_weekend_is_shown_when_somebody_comes(nadia, here, menage, ahead, columns):
    one = planned(nadia, here, menage, start=NOW + ahead * 24 * HOUR)
    assert len(week_of([one], datetime.date(2026, 3, 9)).days) == columns


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31", "", "2026-13-01"])
def test_a_week_that_is_no_week_is_this_one(text):
    assert monday_of(text) == datetime.date(2026, 3, 9)


def test_a_household_is_chosen_by_name(nadia, menage):
    page = signed_in(nadia).get(reverse("residence:rendez_vous_choose"), {"menage": "diallo"}).content.decode()

    assert reverse("residence:rendez_vous_create", args=[menage.pk]) in page


@pytest.mark.parametrize(
    ("start", "clashes"),
    [
        pytest.param(NOW + HOUR, True, id="the-same-hour"),
        pytest.param(NOW + HOUR + HOUR / 2, True, id="half-way"),
        pytest.param(NOW + 2 * HOUR, False, id="one-after-the-other"),
        pytest.param(NOW, False, id="one-before-the-other"),
    ],
)
def test_two_appointments_of_one_person_at_one_hour_are_told(nadia, here, menage, start, clashes):
    planned(nadia, here, MenageFactory(name="SECRET Ada", attached=(here, Cause.SEJOUR)))
    mine = planned(nadia, here, menage, start=start)

    told = clash_of(mine)
    assert bool(told) == clashes
    assert "SECRET" not in told
    if clashes:
        assert "de 12\u00a0h\u00a000 à 13\u00a0h\u00a000" in told


def test_a_called_off_appointment_or_a_colleague_s_is_no_clash(nadia, here, menage):
    other = MenageFactory(attached=(here, Cause.SEJOUR))
    off = planned(nadia, here, other)
    cancel_rendez_vous(by=nadia, rendez_vous=off)
    colleague = UserFactory(role=Role.COORDINATRICE, residence=here)
    planned(nadia, here, other, user=colleague)

    assert clash_of(planned(nadia, here, menage)) == ""


def test_a_clash_is_said_and_stops_nothing(nadia, here, menage):
    planned(nadia, here, MenageFactory(attached=(here, Cause.SEJOUR)), start=NOW + 24 * HOUR)
    sent = {"kind": "suivi", "user": nadia.pk, "on": "12/03/2026", "at": "11 h", "minutes": "30", "place": ""}

    url = reverse("residence:rendez_vous_create", args=[menage.pk])
    page = signed_in(nadia).post(url, sent, follow=True).content.decode()

    assert RendezVous.objects.filter(menage=menage).count() == 1
    assert "a déjà un rendez-vous ce jour-là" in page
