"""The services of the house: rounds of linen and what they miss, days that open, counts."""

import datetime
import re
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from pypdf import PdfReader

from accompagnement.actions.services import (
    close_tournee,
    move_tournee,
    note_day,
    plan_rounds,
    quotidien,
    set_service,
    tick_passages,
)
from accompagnement.models import PassageLinge, ServiceMaison, TourneeLinge
from accompagnement.queries.services import sheet, year_counts
from accompagnement.rules.services import open_days, round_days
from logement.models import Sejour
from residence.actions.fusions import merge_menages, undo_fusion
from residence.confidentiality import reading_as
from residence.models import Echeance, EntreeJournal, Menage
from residence.models.base import today
from residence.permissions import Role
from tests.factories import (
    ContratFactory,
    DispositifFactory,
    PlaceFactory,
    ResidenceFactory,
    SejourFactory,
    UserFactory,
)
from tests.kept import kept
from tests.signing_in import signed_in

D = datetime.date


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (D(2026, 11, 2), D(2026, 12, 2), [D(2026, 11, 2), D(2026, 11, 17), D(2026, 12, 2)]),
        (D(2026, 11, 3), D(2026, 12, 1), [D(2026, 11, 17)]),
        (D(2026, 10, 1), D(2026, 11, 2), [D(2026, 11, 2)]),
        (D(2026, 11, 3), D(2026, 11, 16), []),
        (D(2028, 2, 15), D(2028, 3, 16), [D(2028, 2, 25), D(2028, 3, 11)]),
    ],
)
def test_a_round_comes_back_every_fifteen_days(first, last, expected):
    assert round_days(D(2026, 11, 2), 15, first=first, last=last) == expected


def test_a_round_needs_a_rhythm_and_hours_their_days():
    with pytest.raises(ValueError, match="at least one day"):
        round_days(D(2026, 1, 1), 0, first=D(2026, 1, 1), last=D(2026, 1, 2))
    assert open_days([1, 5], first=D(2026, 11, 2), last=D(2026, 11, 9)) == [
        D(2026, 11, 2),
        D(2026, 11, 6),
        D(2026, 11, 9),
    ]


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    """Three households on two floors, one of them confidential; the team."""
    with kept(django_db_blocker) as keep:
        house = type("House", (), {})()
        house.residence = ResidenceFactory()
        dispositif = DispositifFactory(residence=house.residence)
        house.menages = []
        for code, floor in (("A 1", 0), ("A 2", 0), ("B 1", 1)):
            place = PlaceFactory(residence=house.residence, dispositif=dispositif, code=code)
            place.logement.floor = floor
            place.logement.save()
            sejour = SejourFactory(residence=house.residence, dispositif=dispositif)
            ContratFactory(sejour=sejour, place=place)
            house.menages.append(sejour.menage)
        Menage.objects.filter(pk=house.menages[1].pk).update(is_confidential=True, name="SECRET Ana")
        house.gestionnaire = UserFactory(role=Role.GESTIONNAIRE, residence=house.residence)
        house.vie = UserFactory(role=Role.VIE_RESIDENTIELLE, residence=house.residence)
        house.linen = set_service(
            by=house.gestionnaire,
            residence=house.residence,
            kind="linge",
            name="Linge",
            starts_on=today(),
            every_days=15,
        )
        house.laundry = set_service(
            by=house.gestionnaire,
            residence=house.residence,
            kind="buanderie",
            name="Buanderie",
            starts_on=today() - datetime.timedelta(days=400),
            weekdays=[1, 2, 3, 4, 5, 6, 7],
            opens_at=datetime.time(6),
            closes_at=datetime.time(22),
        )
        yield keep(house)


@pytest.fixture
def lived(house, db):
    return house


def round_of(house, rank=0):
    return house.linen.tournees.order_by("cycle_on")[rank]


def test_rounds_are_planned_a_month_ahead_and_replanned_with_the_rhythm(lived):
    days = [one.planned_on - today() for one in lived.linen.tournees.order_by("cycle_on")]
    assert [one.days for one in days] == [0, 15, 30]
    assert plan_rounds(today()) == 0
    assert quotidien(today()) == ""
    assert quotidien(today() + datetime.timedelta(days=14)) == "une tournée du linge prévue"
    TourneeLinge.objects.filter(cycle_on__gt=today() + datetime.timedelta(days=31)).delete()
    waiting = Echeance.objects.open().filter(kind="linge.round")
    assert [(one.role, one.due_on) for one in waiting] == [(Role.VIE_RESIDENTIELLE, today())]
    set_service(by=lived.gestionnaire, residence=lived.residence, service=lived.linen, every_days=20)
    assert [one.cycle_on - today() for one in lived.linen.tournees.order_by("cycle_on")] == [
        datetime.timedelta(0),
        datetime.timedelta(20),
    ]


def test_a_round_is_ticked_closed_and_what_it_missed_comes_back(lived):
    client, tournee = signed_in(lived.vie), round_of(lived)
    page = client.get(tournee.get_absolute_url())
    assert "SECRET" not in page.content.decode()
    assert f"dossier confidentiel n° {lived.menages[1].pk}" in page.content.decode()
    tick = reverse("accompagnement:tournee_tick", args=[tournee.pk])
    for result in ("absent", "done", "done"):
        assert client.post(tick, {"menage": lived.menages[0].pk, "result": result}).status_code == 302
    assert tournee.passages.get().result == "done"
    for wrong in ({"menage": 0, "result": "done"}, {"menage": lived.menages[2].pk, "result": "missed"}):
        client.post(tick, wrong)
    client.post(tick, {"menage": lived.menages[1].pk, "result": "absent"})
    client.post(tick, {"menage": [lived.menages[1].pk, "x", "9" * 30], "result": "absent"})
    assert tournee.passages.count() == 2
    assert close_tournee(by=lived.vie, tournee=tournee) == 1
    assert close_tournee(by=lived.vie, tournee=tournee) == 0
    assert not Echeance.objects.open().filter(kind="linge.round", target_id=tournee.pk).exists()
    with pytest.raises(ValidationError, match="terminée"):
        tick_passages(by=lived.vie, tournee=tournee, menages=[lived.menages[0].pk], result="done")
    assert "Pas passé" in client.get(tournee.get_absolute_url()).content.decode()

    following = round_of(lived, 1)
    carried = {stop.menage.pk: stop.sets for floor in sheet(following) for stop in floor.stops}
    assert carried == {lived.menages[0].pk: 1, lived.menages[1].pk: 2, lived.menages[2].pk: 2}
    with pytest.raises(ValidationError, match="à venir"):
        close_tournee(by=lived.vie, tournee=following)
    with pytest.raises(ValidationError, match="passé"):
        move_tournee(by=lived.vie, tournee=following, planned_on=today() - datetime.timedelta(days=1))
    move_tournee(by=lived.vie, tournee=following, planned_on=today())
    tick_passages(by=lived.vie, tournee=following, menages=[lived.menages[2].pk], result="done")
    assert following.passages.get().is_carried
    (linen, _) = year_counts(lived.vie, [lived.linen, lived.laundry], today().year)
    assert linen.totals == (1, 1, 1, 0, 1)


def test_the_sheet_is_printed_by_floor_with_numbers_for_protected_names(lived):
    tournee = round_of(lived)
    with reading_as(lived.gestionnaire):
        answer = signed_in(lived.gestionnaire).get(reverse("accompagnement:tournee_print", args=[tournee.pk]))
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    assert "SECRET" not in text
    assert text.index("rez-de-chaussée") < text.index("A 1") < text.index("1er étage") < text.index("B 1")
    assert EntreeJournal.objects.get(action="linge.print").details == {"rows": 3, "named": True}


def test_a_long_round_is_walked_a_floor_at_a_time(lived, monkeypatch):
    monkeypatch.setattr("accompagnement.queries.services.SHOWN_AT_ONCE", 2)
    client, tournee = signed_in(lived.vie), round_of(lived)
    address, tick = tournee.get_absolute_url(), reverse("accompagnement:tournee_tick", args=[tournee.pk])
    page = client.get(address).content.decode()
    assert (">A 1<" in page, ">B 1<" in page) == (True, False)
    assert 'href="?etage=2"' in page
    below = [menage.pk for menage in lived.menages[:2]]
    assert client.post(tick, {"menage": below, "result": "done", "etage": "1"}).url == f"{address}?etage=1#m{below[1]}"
    assert client.post(tick, {"menage": below, "result": "done", "etage": "x"}).url == f"{address}#m{below[1]}"
    # Opened again: the first floor where somebody is left.
    page = client.get(address).content.decode()
    assert (">A 1<" in page, ">B 1<" in page) == (False, True)
    assert ">A 1<" in client.get(f"{address}?etage=1").content.decode()
    menu = re.search(r'<a[^>]*aria-current="page"[^>]*>(.*?)</a>', page, re.DOTALL)
    assert "Services" in menu[1]


def test_two_records_of_a_household_ticked_in_one_round_become_one(lived):
    kept, _, absorbed = lived.menages
    first, second = round_of(lived), round_of(lived, 1)
    tick_passages(by=lived.vie, tournee=first, menages=[kept.pk], result="absent")
    tick_passages(by=lived.vie, tournee=first, menages=[absorbed.pk], result="done")
    close_tournee(by=lived.vie, tournee=first)
    tick_passages(by=lived.vie, tournee=second, menages=[absorbed.pk], result="declined")
    Sejour.objects.filter(menage=absorbed).update(ended_on=today())
    fusion = merge_menages(by=lived.gestionnaire, residence=lived.residence, kept=kept, absorbed=absorbed, pairs={})

    def told():
        return list(PassageLinge.objects.order_by("tournee", "pk").values_list("menage", "result"))

    # In the first round both were seen: each word stays; in the second only one was, and its word is the household's.
    assert (kept.pk, "absent") in told()
    assert (absorbed.pk, "done") in told()
    assert second.passages.get().menage_id == kept.pk
    assert {stop.menage.pk: stop.sets for floor in sheet(second) for stop in floor.stops}[kept.pk] == 2
    undo_fusion(by=lived.gestionnaire, fusion=fusion)
    assert second.passages.get().menage_id == absorbed.pk
    assert (kept.pk, "absent") in told()


def test_days_are_noted_and_counted_by_month(lived):
    client, day = signed_in(lived.vie), today()
    note = reverse("accompagnement:service_note", args=[lived.laundry.pk])
    sent = {"on": f"{day:%d/%m/%Y}"}
    assert client.post(note, sent).status_code == 200
    assert client.post(note, sent | {"visitors": "3", "closed_reason": "panne"}).status_code == 200
    assert client.post(note, sent | {"visitors": "7", "retour": "liste"}).url == reverse("accompagnement:service_list")
    assert client.post(note, sent | {"visitors": "9"}).url == lived.laundry.get_absolute_url()
    assert lived.laundry.jours.get().visitors == 9
    note_day(by=lived.vie, service=lived.laundry, on=day - datetime.timedelta(days=366), closed_reason="panne")
    with pytest.raises(ValidationError, match="tournée"):
        note_day(by=lived.vie, service=lived.linen, on=day, visitors=1)
    ServiceMaison.objects.filter(pk=lived.laundry.pk).update(weekdays=[(day.isoweekday() % 7) + 1])
    with pytest.raises(ValidationError, match="ouvert"):
        note_day(by=lived.vie, service=lived.laundry, on=day, visitors=1)
    (count,) = year_counts(lived.vie, [lived.laundry], day.year)
    assert count.totals == (1, 0, 9)
    assert count.months[-1].month == day.replace(day=1)
    for page in ("service_list", "service_count"):
        assert "Buanderie" in client.get(reverse(f"accompagnement:{page}")).content.decode()
    assert "?mois=" in client.get(lived.laundry.get_absolute_url() + "?mois=abc").content.decode()


def test_a_service_is_set_by_the_gestionnaire(lived):
    client, address = signed_in(lived.gestionnaire), reverse("accompagnement:service_create")
    sent = {
        "residence": lived.residence.pk,
        "kind": "informatique",
        "name": "Ordinateurs",
        "starts_on": "01/01/2026",
        "weekdays": ["1", "2"],
        "opens_at": "10:00",
        "closes_at": "12:00",
    }
    for wrong in ({"closes_at": "09:00"}, {"weekdays": []}, {"kind": "linge"}, {"name": "Linge"}):
        assert client.post(address, sent | wrong).status_code == 200
    assert client.post(address, sent).status_code == 302
    service = ServiceMaison.objects.get(name="Ordinateurs")
    assert (service.hours, service.days) == ("10 h à 12 h", "lundi, mardi")
    edit = reverse("accompagnement:service_edit", args=[service.pk])
    assert client.post(edit, sent | {"opens_at": "10:30", "kind": "linge", "every_days": "3"}).status_code == 302
    service.refresh_from_db()
    assert (service.kind, service.hours) == ("informatique", "10 h 30 à 12 h")
    assert signed_in(lived.vie).get(edit).status_code == 403
    assert PassageLinge.objects.count() == TourneeLinge.objects.filter(closed_at__isnull=False).count() == 0
