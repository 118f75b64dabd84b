"""Incidents: told from a phone, followed, repeated ones; whom a danger is told to, and who reads it."""

import datetime
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accompagnement.actions.incidents import close_incident, follow_incident, report_incident, requalify_incident
from accompagnement.hooks_vie import Incidents
from accompagnement.models import Incident, SuiteIncident
from accompagnement.rules.incidents import follow_by, is_repeated, path_of, protect_by, stages_left
from residence.actions.personnes import mask_menage
from residence.confidentiality import reading_as
from residence.duties import rebuild_duties
from residence.models import AccesConfidentiel, Echeance, EntreeJournal
from residence.models.base import today
from residence.permissions import Permission, Role
from residence.queries.menages import MenageReader
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
URL = "accompagnement:incident_"


# Rules


@pytest.mark.parametrize(
    ("kind", "settled", "expected"),
    [
        ("bruit", (), None),
        ("sante", (), None),
        ("enfant", (), D(2026, 11, 2)),
        ("enfant", ("secours", "crip", "procureur"), D(2026, 11, 2)),
        ("enfant", ("secours", "crip", "procureur", "parents"), None),
        ("violence", (), D(2026, 11, 2)),
        ("violence", ("secours",), D(2026, 11, 3)),
        ("violence", ("secours", "victime", "abri", "confidentialite"), None),
    ],
)
def test_a_danger_is_told_within_its_delay(kind, settled, expected):
    assert protect_by(kind, known_on=D(2026, 11, 2), settled=settled) == expected


def test_every_stage_of_a_path_is_a_kind_of_step():
    codes = {stage.code for kind in Incident.Kind.values for stage in path_of(kind)}
    assert codes <= set(SuiteIncident.Kind.values)
    assert [stage.code for stage in stages_left("enfant", {"secours", "parents"})] == ["crip", "procureur"]


@pytest.mark.parametrize(
    ("last", "following", "expected"),
    [
        (None, None, D(2026, 11, 4)),
        (D(2026, 11, 3), None, D(2026, 12, 3)),
        (D(2026, 11, 3), D(2026, 11, 20), D(2026, 11, 20)),
    ],
)
def test_an_open_incident_always_comes_back(last, following, expected):
    assert follow_by(D(2026, 11, 2), within_days=2, last_step_on=last, next_on=following) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([D(2026, 8, 30), D(2026, 9, 15), D(2026, 11, 30)], True),
        ([D(2026, 8, 29), D(2026, 9, 15), D(2026, 11, 30)], False),
        ([D(2026, 11, 30)] * 3, True),
        ([D(2026, 11, 30), D(2026, 11, 29), D(2026, 12, 1)], False),
    ],
)
def test_repeated_is_counted_back_from_the_last(days, expected):
    assert is_repeated(days, on=D(2026, 11, 30), count=3, months=3) is expected


# Acts and pages


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    """A household at home in a résidence, and its team."""
    with kept(django_db_blocker) as keep:
        house = type("House", (), {})()
        house.residence = ResidenceFactory()
        dispositif = DispositifFactory(residence=house.residence)
        house.place = PlaceFactory(residence=house.residence, dispositif=dispositif, code="B 204")
        sejour = SejourFactory(residence=house.residence, dispositif=dispositif)
        ContratFactory(sejour=sejour, place=house.place)
        house.menage = sejour.menage
        for name, role in (
            ("nadia", Role.COORDINATRICE),
            ("claire", Role.COORDINATRICE),
            ("sylvie", Role.GESTIONNAIRE),
            ("thomas", Role.VIE_RESIDENTIELLE),
            ("karim", Role.VIE_RESIDENTIELLE),
        ):
            setattr(house, name, UserFactory(role=role, residence=house.residence))
        yield keep(house)


@pytest.fixture
def at_home(house, db):
    return house


def report(house, kind="bruit", *, days=0, **given):
    given.setdefault("place", house.place)
    at = timezone.now() - datetime.timedelta(days=days)
    by = given.pop("by", house.thomas)
    return report_incident(by=by, residence=house.residence, kind=kind, told="Vu", happened_at=at, **given)


def due(prefix="incident."):
    rows = Echeance.objects.open().filter(kind__startswith=prefix)
    return sorted(rows.values_list("kind", "role", "due_on"))


def test_an_incident_is_reported_from_a_phone_then_followed(at_home):
    client, desk, social = (signed_in(one) for one in (at_home.thomas, at_home.sylvie, at_home.nadia))
    address = reverse(f"{URL}report")
    page = client.get(address).content.decode()
    assert page.count(f"B 204 · {at_home.menage}") == 1
    assert f'value="B 204 · {at_home.menage}' in client.get(f"{address}?menage={at_home.menage.pk}").content.decode()
    sent = {
        "residence": at_home.residence.pk,
        "kind": "bruit",
        "told": "Musique forte",
        "place": f"b204 · {at_home.menage}",
        "on": f"{today():%d/%m/%Y}",
        "at": "00:00",
        "source": "voisin",
        "form_key": str(uuid.uuid4()),
    }
    for wrong, said in (
        ({"told": ""}, "obligatoire"),
        ({"place": "Z 99"}, "n’existe pas"),
        ({"place": ""}, "Dites où"),
        ({"on": f"{today() + datetime.timedelta(days=1):%d/%m/%Y}"}, "à venir"),
    ):
        answer = client.post(address, sent | wrong)
        assert answer.status_code == 200
        assert said in answer.content.decode()
    for _ in range(2):
        assert client.post(address, sent).status_code == 302
    incident = Incident.objects.get()
    assert (incident.menage, incident.source) == (at_home.menage, "voisin")
    in_two_days = today() + datetime.timedelta(days=2)
    assert due() == [("incident.follow", Role.COORDINATRICE, in_two_days)]

    follow = reverse(f"{URL}follow", args=[incident.pk])
    done = {"kind": "rencontre", "on": f"{today():%d/%m/%Y}", "text": "Excuses", "form_key": str(uuid.uuid4())}
    assert desk.post(follow, done | {"kind": "crip"}).status_code == 200
    for _ in range(2):
        assert desk.post(follow, done).status_code == 302
    assert due() == [("incident.follow", Role.COORDINATRICE, today() + datetime.timedelta(days=30))]
    assert "Excuses" in client.get(incident.get_absolute_url()).content.decode()
    close = reverse(f"{URL}close", args=[incident.pk])
    assert client.get(close).status_code == 403
    assert social.post(close, {"outcome": ""}).status_code == 200
    assert social.post(close, {"outcome": "accord"}).status_code == 302
    assert due() == []
    incident.refresh_from_db()
    assert incident.status == Incident.Status.CLOSED
    with pytest.raises(ValidationError, match="passé avant vous"):
        close_incident(by=at_home.nadia, incident=incident, outcome="accord")
    follow_incident(by=at_home.nadia, incident=incident, kind="courrier", on=today())
    incident.refresh_from_db()
    assert (incident.status, incident.closed_on, incident.outcome) == (Incident.Status.FOLLOWED, None, "")


def test_what_breaks_is_the_gestionnaires_and_the_past_household_is_not_blamed(at_home):
    report(at_home, "degat", where="hall", place=None)
    assert [role for _, role, _ in due()] == [Role.GESTIONNAIRE]
    long_ago = report(at_home, days=3000)
    assert long_ago.menage is None
    with pytest.raises(ValidationError, match="Dites où"):
        report(at_home, place=None)
    elsewhere = PlaceFactory()
    with pytest.raises(ValidationError, match="pas dans cette résidence"):
        report(at_home, place=elsewhere)


def test_repeated_incidents_call_the_team_until_it_has_looked(at_home):
    first = report(at_home, days=40)
    report(at_home, "conflit", days=20)
    report(at_home, "violence", days=10)
    assert due("incident.repeat") == []
    last = report(at_home, days=1)
    assert [role for _, role, _ in due("incident.repeat")] == [Role.COORDINATRICE, Role.GESTIONNAIRE]
    stored = due()
    rebuild_duties()
    assert due() == stored
    others = signed_in(at_home.sylvie).get(last.get_absolute_url()).context["others"]
    assert [one.kind for one in others] == ["conflit", "bruit"]  # the violence is not told
    close_incident(by=at_home.nadia, incident=first, outcome="erreur", closed_reason="Autre place")
    assert due("incident.repeat") == []
    report(at_home, days=0)
    (target,) = set(Echeance.objects.open().filter(kind="incident.repeat").values_list("target_id", flat=True))
    chosen = Incident.objects.get(pk=target)
    with pytest.raises(ValidationError, match="coordinatrice ou à la gestionnaire"):
        follow_incident(by=at_home.thomas, incident=chosen, kind="equipe", on=today())
    follow_incident(by=at_home.sylvie, incident=chosen, kind="equipe", on=today())
    assert due("incident.repeat") == []


def test_a_danger_is_the_social_teams_alone_until_each_stage_has_its_trace(at_home):
    incident = report(at_home, "enfant")
    assert due() == [("incident.protect", Role.COORDINATRICE, today())]
    told = Echeance.objects.get(kind="incident.protect")
    assert told.detail == ""
    detail = incident.get_absolute_url()
    for user, status in ((at_home.karim, 404), (at_home.sylvie, 404), (at_home.thomas, 200), (at_home.nadia, 200)):
        assert signed_in(user).get(detail).status_code == status
    assert EntreeJournal.objects.filter(action="incident.read", menage=None).count() == 2
    line = EntreeJournal.objects.get(action="incident.report")
    assert (line.menage, line.details) == (None, {})

    # Who reported it reads what they wrote, not what was done.
    follow_incident(by=at_home.nadia, incident=incident, kind="secours", on=today(), is_set_aside=True, text="Calme")
    own = signed_in(at_home.thomas).get(detail).content.decode()
    assert "Vu" in own
    assert "Calme" not in own
    assert str(at_home.menage) not in own
    assert signed_in(at_home.thomas).get(reverse(f"{URL}follow", args=[incident.pk])).status_code == 404
    with pytest.raises(ValidationError, match="équipe sociale"):
        close_incident(by=at_home.sylvie, incident=incident, outcome="regle")

    # Each stage leaves its trace before the end.
    client = signed_in(at_home.claire)
    follow = reverse(f"{URL}follow", args=[incident.pk])
    sent = {"kind": "crip", "on": f"{today():%d/%m/%Y}", "hour": "21:40", "form_key": str(uuid.uuid4())}
    assert "Dites à qui" in client.post(follow, sent).content.decode()
    assert client.post(follow, sent | {"to_whom": "CRIP 63, réf. 12"}).status_code == 302
    aside = {"kind": "procureur", "is_set_aside": "on", "on": f"{today():%d/%m/%Y}", "form_key": str(uuid.uuid4())}
    assert "sans objet" in client.post(follow, aside).content.decode()
    assert client.post(follow, aside | {"text": "Pas de gravité immédiate"}).status_code == 302
    with pytest.raises(ValidationError, match="parents"):
        close_incident(by=at_home.nadia, incident=incident, outcome="relais")
    assert [kind for kind, *_ in due()] == ["incident.protect"]
    follow_incident(by=at_home.nadia, incident=incident, kind="parents", on=today())
    assert [kind for kind, *_ in due()] == ["incident.follow"]
    assert close_incident(by=at_home.nadia, incident=incident, outcome="relais").closed_on == today()


def test_the_kind_is_put_right_and_what_was_protected_stays_so(at_home):
    incident = report(at_home, "bruit")
    desk = signed_in(at_home.sylvie)
    address = reverse(f"{URL}requalify", args=[incident.pk])
    answer = desk.post(address, {"kind": "violence", "text": "Des coups"})
    assert answer.url == reverse(f"{URL}list")  # no longer theirs to read
    assert desk.get(incident.get_absolute_url()).status_code == 404
    assert [kind for kind, *_ in due()] == ["incident.protect"]
    # Known as a danger today: its stages count from there, not from the first report.
    Incident.objects.update(reported_at=timezone.now() - datetime.timedelta(days=9))
    rebuild_duties()
    assert due() == [("incident.protect", Role.COORDINATRICE, today())]
    with pytest.raises(ValidationError, match="ouvert à tous"):
        requalify_incident(by=at_home.nadia, incident=incident, kind="bruit", text="Erreur")
    line = EntreeJournal.objects.get(action="incident.requalify")
    assert (line.menage, line.details) == (None, {})


def test_violence_may_mask_the_household_and_then_the_named_alone_read(at_home):
    incident = report(at_home, "violence")
    ordinary = report(at_home, "bruit", days=1)
    page = signed_in(at_home.nadia).get(incident.get_absolute_url()).content.decode()
    assert reverse("residence:menage_mask", args=[at_home.menage.pk]) in page
    capacity = AccesConfidentiel.Capacity
    mask_menage(
        by=at_home.nadia,
        menage=at_home.menage,
        residence=at_home.residence,
        named=[
            (at_home.nadia, capacity.REFERENT),
            (at_home.sylvie, capacity.GESTIONNAIRE),
            (at_home.karim, capacity.SUBSTITUTE),
        ],
    )
    assert due("incident.protect") == [("incident.protect", Role.COORDINATRICE, today())]
    for kind in ("secours", "victime", "abri"):
        follow_incident(by=at_home.nadia, incident=incident, kind=kind, on=today())
    assert [kind for kind, *_ in due()] == ["incident.follow", "incident.follow"]  # masked: decided
    for user, violence, noise in (
        (at_home.nadia, 200, 200),
        (at_home.claire, 404, 404),
        (at_home.sylvie, 404, 200),
        (at_home.karim, 404, 200),
        (at_home.thomas, 404, 404),
    ):
        client = signed_in(user)
        assert client.get(incident.get_absolute_url()).status_code == violence
        assert client.get(ordinary.get_absolute_url()).status_code == noise


@pytest.mark.parametrize(("who", "told"), [("nadia", 2), ("sylvie", 1), ("karim", 1)])
def test_the_household_tells_its_incidents_to_who_reads_them(at_home, who, told):
    report(at_home, "bruit")
    report(at_home, "sante")
    user = getattr(at_home, who)
    with reading_as(user):
        (part,) = Incidents(MenageReader(user, at_home.menage)).timeline()
    assert part.rows.count() == told
    listed = signed_in(user).get(reverse(f"{URL}list"))
    assert len(listed.context["page"].object_list) == told
    assert Incident.objects.visible_to(user, Permission.INCIDENT_FOLLOW).count() == told


@pytest.mark.parametrize(("who", "expected"), [("nadia", [4, 1, 1, 1, 3]), ("sylvie", [3, 1, 1, 1, 2])])
def test_the_year_is_counted_by_kind_without_a_name(at_home, who, expected):
    report(at_home, "bruit", source="voisin")
    report(at_home, "degat", source="agence")
    report(at_home, "violence")
    done = report(at_home, "bruit")
    close_incident(by=at_home.nadia, incident=done, outcome="regle")
    wrong = report(at_home, "bruit")
    close_incident(by=at_home.nadia, incident=wrong, outcome="erreur", closed_reason="Doublon")
    page = signed_in(getattr(at_home, who)).get(reverse(f"{URL}count"))
    assert page.context["totals"] == expected
    assert str(at_home.menage) not in page.content.decode()
    assert signed_in(at_home.karim).get(reverse(f"{URL}count") + "?annee=2019").context["counts"] == []
