"""The interview: planned, written by two people, its budget and its criteria."""

import datetime
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from admissions.actions.entretiens import (
    MemberInput,
    MoneyInput,
    PieceInput,
    StaleEntretien,
    ThemeInput,
    plan_entretien,
)
from admissions.models import Dette, EntretienPreadmission, PlafondPLAI
from admissions.queries.budget import budget_of, facts_of
from admissions.queries.criteres import derogations_missing, points_of
from admissions.queries.orientations import path_of
from admissions.queries.plai import ceiling_plai
from residence.models import (
    Charge,
    Convention,
    CritereDispositif,
    DocumentEmis,
    EntreeJournal,
    MembreMenage,
    RendezVous,
    Ressource,
    TitreSejour,
)
from residence.models.base import today
from tests.admissions.conftest import REFERENCE, fresh
from tests.admissions.test_pages import read

pytestmark = pytest.mark.django_db


def in_days(count, hour=9):
    day = today() + datetime.timedelta(days=count)
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour)))


def plan(nadia, orientation, start):
    return plan_entretien(
        by=nadia, orientation=orientation, user=nadia, start_at=start, end_at=start + datetime.timedelta(hours=1)
    )


def budget(orientation):
    return budget_of(facts_of(orientation.menage, orientation.residence, orientation.entretien))


# The appointment


def test_planning_invites_and_moving_invites_again(enter, nadia):
    orientation = enter()

    first = plan(nadia, orientation, in_days(3))
    again = plan(nadia, orientation, in_days(3))
    moved = plan(nadia, orientation, in_days(5))

    assert first == again
    assert moved != first
    assert RendezVous.objects.get().start_at == in_days(5)
    assert DocumentEmis.objects.filter(kind="invitation").count() == 2
    assert [one.status for one in orientation.etapes.all()] == ["received", "interview_planned"]
    assert EntreeJournal.objects.filter(action="entretien.plan").count() == 2


def test_the_path_tells_the_day_of_the_interview_not_that_of_its_planning(enter, nadia):
    orientation = enter()
    plan(nadia, orientation, in_days(3))
    step = next(one for one in path_of(fresh(orientation)) if one.state == "current")
    assert step.on == today() + datetime.timedelta(days=3)


def test_moving_shows_what_the_team_has_that_week_and_keeps_the_length(enter, nadia):
    orientation = enter()
    start = in_days(9)
    plan_entretien(
        by=nadia, orientation=orientation, user=nadia, start_at=start, end_at=start + datetime.timedelta(minutes=75)
    )
    shown = read(nadia, "entretien_plan", orientation.pk)
    assert "Ce qui est déjà pris" in shown
    assert shown.count("DIALLO Awa") >= 3
    assert '<option value="75" selected>' in shown
    elsewhere = read(nadia, "entretien_plan", orientation.pk, semaine="2020-01-06")
    assert "Rien n’est pris cette semaine-là." in elsewhere


def test_an_interview_is_not_planned_for_who_is_ready(ready, nadia):
    with pytest.raises(ValidationError, match="il n’y a plus d’entretien à fixer"):
        plan(nadia, ready(), in_days(3))


# What is written


def test_holding_makes_the_file_to_be_completed_and_keeps_everything(enter, hold, place):
    orientation = hold(
        enter(),
        wished_categorie=place.categorie,
        themes=[ThemeInput("budget", "some", "mensualités")],
        reference={"born_on": datetime.date(1991, 1, 2), "birth_precision": "day", "last_name": "Diallo-Sow"},
        permit={"kind": "carte de résident", "end_on": datetime.date(2030, 1, 1)},
        menage={"phone": "0600000000"},
        members=[
            MemberInput(
                "child", {"last_name": "Diallo", "first_names": "Lina", "birth_precision": "unknown"}, in_custody=True
            )
        ],
    )

    assert orientation.status == "incomplete"
    assert orientation.entretien.held_by is not None
    assert str(orientation.menage) == "DIALLO-SOW Awa"
    assert orientation.menage.phone == "0600000000"
    assert orientation.menage.membres.get(tie="child").in_custody
    assert TitreSejour.objects.get().kind == "carte de résident"
    assert Ressource.objects.get().proved_on == today()
    assert orientation.entretien.themes.get().comment == "mensualités"
    assert EntreeJournal.objects.filter(action="entretien.record").count() == 1


def test_a_draft_without_its_day_leaves_the_stage(enter, hold):
    orientation = hold(enter(), held_on=None)
    assert orientation.status == "received"
    assert orientation.entretien.held_on is None


def test_two_people_on_one_file_lose_nothing(enter, hold):
    orientation = hold(enter())
    assert orientation.entretien.version == 1

    hold(orientation, version=1, wishes="Le souhait de Claire")
    with pytest.raises(StaleEntretien):
        hold(orientation, version=1, wishes="Le souhait de Nadia")

    assert EntretienPreadmission.objects.get().wishes == "Le souhait de Claire"
    assert Ressource.objects.count() == 2


def test_an_interview_begun_from_its_appointment_is_not_stale(enter, hold, nadia):
    orientation = enter()
    plan(nadia, orientation, in_days(0, hour=0))
    hold(orientation, version=0)
    assert RendezVous.objects.get().status == "held"


def test_an_amount_that_changes_later_keeps_the_old_one(enter, hold, time_machine):
    time_machine.move_to(datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC), tick=False)
    orientation = hold(enter())
    line = Ressource.objects.get()
    time_machine.move_to(datetime.datetime(2026, 4, 2, 9, tzinfo=datetime.UTC), tick=False)

    hold(orientation, resources=[MoneyInput("retraite", Decimal("1100.00"), pk=line.pk)], charges=[])

    assert fresh(line).end_on == datetime.date(2026, 4, 1)
    assert Ressource.objects.in_force().get().monthly_amount == Decimal("1100.00")


def test_a_line_removed_the_same_day_was_a_slip(enter, hold):
    orientation = hold(enter())
    line = Charge.objects.get()
    hold(orientation, resources=[], charges=[MoneyInput("", Decimal(0), pk=line.pk, removed=True)])
    assert not Charge.objects.exists()


def test_a_member_removed_later_stays_in_the_past(enter, hold, time_machine):
    time_machine.move_to(datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC), tick=False)
    member = MemberInput("partner", {"last_name": "Sow", "first_names": "Ali", "birth_precision": "unknown"})
    orientation = hold(enter(), members=[member])
    tie = MembreMenage.objects.get(tie="partner")
    time_machine.move_to(datetime.datetime(2026, 4, 2, 9, tzinfo=datetime.UTC), tick=False)

    hold(orientation, resources=[], members=[MemberInput("", {}, pk=tie.pk, removed=True)])

    assert fresh(tie).end_on == datetime.date(2026, 4, 1)
    assert fresh(orientation).menage.persons_count == 1


def test_a_line_of_another_household_is_out_of_reach(enter, hold):
    other = hold(enter(reference=REFERENCE | {"first_names": "Fatou"}))
    line = Ressource.objects.get(menage=other.menage)
    with pytest.raises(Ressource.DoesNotExist):
        hold(enter(), resources=[MoneyInput("retraite", Decimal(1), pk=line.pk)])


def test_an_interview_is_not_held_tomorrow(enter, hold):
    with pytest.raises(ValidationError, match="pas encore arrivée"):
        hold(enter(), held_on=today() + datetime.timedelta(days=1))


def test_pieces_come_in_with_the_interview(enter, hold):
    orientation = enter()
    piece = orientation.dispositif.pieces.first()
    hold(orientation, pieces=[PieceInput(piece, today(), today() + datetime.timedelta(days=90))])
    assert orientation.pieces.get(piece=piece).expires_on == today() + datetime.timedelta(days=90)


# The budget


def test_the_budget_is_simulated_on_both_scales_when_the_convention_tells_none(enter, hold, place):
    shown = budget(hold(enter(), wished_categorie=place.categorie))

    assert shown.redevance == Decimal("420.00")
    assert shown.resources == Decimal("1000.00")
    assert [scenario.label for scenario in shown.scenarios] == [
        "APL estimée, barème APL 1",
        "APL estimée, barème APL 2",
    ]
    for scenario in shown.scenarios:
        assert scenario.net == Decimal("420.00") - scenario.apl
        assert scenario.reste_a_vivre == ((Decimal(900) - scenario.net) / 30).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert shown.prudent.apl == min(scenario.apl for scenario in shown.scenarios)
    assert shown.annual_resources == Decimal("10800.00")


def test_the_convention_s_own_scale_alone(enter, hold, place, here):
    Convention.objects.update(apl_scale="apl2")
    shown = budget(hold(enter(), wished_categorie=place.categorie))
    assert [scenario.label for scenario in shown.scenarios] == ["APL estimée"]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({"is_student": True}, "étudiants", id="student"),
        pytest.param({"is_self_employed": True}, "indépendants", id="self-employed"),
    ],
)
def test_what_cannot_be_estimated_says_so(enter, hold, place, changes, why):
    shown = budget(hold(enter(), wished_categorie=place.categorie, **changes))
    assert why in shown.estimation.reasons[0].why
    assert [scenario.label for scenario in shown.scenarios] == ["sans APL"]
    assert shown.prudent.net == Decimal("420.00")


def test_an_unknown_zone_says_so(enter, hold, place):
    Convention.objects.update(apl_zone="")
    shown = budget(hold(enter(), wished_categorie=place.categorie))
    assert "zone" in shown.estimation.reasons[0].why


def test_the_apl_that_the_caf_announces_replaces_the_estimate(enter, hold, place):
    shown = budget(hold(enter(), wished_categorie=place.categorie, apl_estimate=Decimal("250.00")))
    assert [(scenario.label, scenario.net) for scenario in shown.scenarios] == [
        ("APL annoncée par la CAF ou la MSA", Decimal("170.00"))
    ]


def test_a_household_without_resources_has_a_budget_and_no_rate(enter, hold, place):
    shown = budget(hold(enter(), wished_categorie=place.categorie, resources=[], without_resources=True))
    assert shown.resources == 0
    assert {scenario.effort for scenario in shown.scenarios} == {""}


def test_what_is_missing_is_named(enter, hold):
    shown = budget(hold(enter(), resources=[]))
    assert shown.missing == ("les ressources du ménage", "la place envisagée")
    assert shown.scenarios == ()


def test_who_is_announced_and_not_named_counts_for_prudence(enter, hold, place):
    orientation = hold(enter(household={"declared_persons": 3}), wished_categorie=place.categorie)
    shown = budget(orientation)
    assert shown.units == Decimal("2.0")
    assert "2 personne(s) annoncée(s)" in shown.notes[0]


def test_below_the_team_s_mark_is_shown(enter, hold, place, here):
    here.daily_living_threshold = Decimal("50.00")
    here.save()
    shown = budget(fresh(hold(enter(), wished_categorie=place.categorie)))
    assert all(scenario.is_low for scenario in shown.scenarios)


# The criteria


def criterion(dispositif, kind, **bounds):
    return CritereDispositif.objects.create(dispositif=dispositif, kind=kind, **bounds)


def test_criteria_are_told_point_by_point(enter, hold, place, dispositif, nadia):
    criterion(dispositif, "age", maximum=Decimal(30), effect="needs_derogation")
    criterion(dispositif, "papers")
    criterion(dispositif, "activity")
    criterion(dispositif, "household_size", maximum=Decimal(2))
    criterion(dispositif, "partner_identification")
    type(dispositif).objects.update(taux_effort_maximum=Decimal("0.30"))
    orientation = fresh(hold(enter(), wished_categorie=place.categorie, has_activity=False))

    points = {point.label: point for point in points_of(orientation)}

    assert points["âge à l’entrée"].badge.word == "non rempli"
    assert points["âge à l’entrée"].effect == "exige une dérogation motivée"
    assert points["activité ou projet"].badge.word == "non rempli"
    assert points["nombre de personnes"].badge.word == "rempli"
    assert points["identification par un partenaire"].badge.word == "rempli"
    assert points["titre de séjour valable"].badge.word == "rempli"
    assert points["taux d’effort"].badge.word == "non rempli"
    assert [point.label for point in derogations_missing(list(points.values()))] == ["âge à l’entrée"]


def test_a_permit_that_ends_before_the_entry_is_not_valid(enter, hold, dispositif):
    criterion(dispositif, "papers")
    orientation = hold(
        enter(reference=REFERENCE | {"nationality": "hors_ue"}),
        permit={"kind": "récépissé", "end_on": today() + datetime.timedelta(days=10)},
        wished_entry_on=today() + datetime.timedelta(days=20),
    )
    (point,) = points_of(orientation)
    assert point.badge.word == "non rempli"
    assert point.plain.badge.word == "réservé"
    assert "titre" not in point.plain.why.lower()


def test_a_year_alone_does_not_tell_an_age(enter, hold, dispositif):
    criterion(dispositif, "age", maximum=Decimal(30))
    orientation = hold(enter(reference=REFERENCE | {"born_on": datetime.date(1990, 1, 1), "birth_precision": "year"}))
    (point,) = points_of(orientation)
    assert point.badge.word == "à renseigner"


# Debts, line by line


def debt(kind="loyer", monthly="50.00", due="1200.00", **more):
    return MoneyInput(kind, Decimal(monthly), amount_due=Decimal(due), **more)


def test_debts_are_kept_by_line_and_weigh_in_the_budget(enter, hold, place):
    orientation = hold(
        enter(),
        wished_categorie=place.categorie,
        debts=[debt(label="Ancien bailleur"), debt("energie", "0.00", "300.00")],
    )
    kept = Dette.objects.filter(menage=orientation.menage).order_by("amount_due")
    assert [(one.kind, one.amount_due, one.monthly_amount) for one in kept] == [
        ("energie", Decimal("300.00"), Decimal("0.00")),
        ("loyer", Decimal("1200.00"), Decimal("50.00")),
    ]
    found = budget(orientation)
    assert found.charges == Decimal("150.00")
    assert found.debts_due == Decimal("1500.00")


def test_a_debt_that_goes_down_is_followed_not_overwritten(enter, hold, time_machine):
    time_machine.move_to(datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC), tick=False)
    orientation = hold(enter(), debts=[debt()])
    time_machine.move_to(datetime.datetime(2026, 4, 2, 9, tzinfo=datetime.UTC), tick=False)
    line = Dette.objects.get()
    hold(orientation, version=1, held_on=datetime.date(2026, 3, 2), debts=[debt(due="1150.00", pk=line.pk)])
    old, new = Dette.objects.order_by("pk")
    assert (old.amount_due, old.end_on) == (Decimal("1200.00"), datetime.date(2026, 4, 1))
    assert (new.amount_due, new.start_on) == (Decimal("1150.00"), datetime.date(2026, 4, 2))


def test_the_database_refuses_a_debt_below_zero(enter):
    with pytest.raises(IntegrityError), transaction.atomic():
        Dette.objects.create(menage=enter().menage, kind="loyer", amount_due=-1, monthly_amount=0)


# The PLAI ceiling beside the budget


@pytest.mark.parametrize(
    ("income", "word"),
    [
        (None, "revenu fiscal à demander"),
        ("12000.00", "sous le plafond PLAI"),
        ("12000.01", "au-dessus du plafond PLAI"),
    ],
)
def test_the_income_told_is_set_against_the_ceiling(enter, hold, here, income, word):
    orientation = hold(enter(), reference_tax_income=income and Decimal(income), reference_tax_year=2024)
    facts = facts_of(orientation.menage, here, orientation.entretien)
    assert ceiling_plai(facts).badge.word == "plafonds à saisir"
    PlafondPLAI.objects.create(
        residence=here,
        valid_from=datetime.date(2020, 1, 1),
        **{f"category_{rank}": 11000 + 1000 * rank for rank in range(1, 7)},
        per_further=1000,
    )
    assert ceiling_plai(facts).badge.word == word


# The criteria, each with its effect


def test_each_criterion_says_what_it_would_do(enter, hold, dispositif):
    CritereDispositif.objects.create(dispositif=dispositif, kind="age", maximum=60, effect="needs_derogation")
    orientation = hold(enter(), wished_entry_on=today())
    (point,) = points_of(orientation)
    assert point.result.met
    assert (point.effect, point.would) == ("", "exige une dérogation motivée")
