"""What to do next about arrears, early and soft first. Steps are suggested; a person decides, nothing acts alone.

The delays between the steps of the house are a practice, not a law: a résidence sets its own from a day on; until it
does, `PACE` holds. Those of the CAF are in `logement.rules.impayes`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum

from residence.rules.dates import add_days, add_months, morrow
from residence.rules.money import ZERO

# What the CAF may set at most when no plan is found: a 36th a month (CCH, R.824-8).
MOST_INSTALMENTS = 36


class Step(Enum):
    """What a person may do about arrears, from the softest on. The values are those that are stored."""

    TALK = "talk"
    REMINDER = "reminder"
    SECOND_REMINDER = "second_reminder"
    PLAN = "plan"
    FSL = "fsl"
    CAF_REPORT = "caf_report"
    FORMAL_NOTICE = "formal_notice"
    CCAPEX = "ccapex"


class Actor(Enum):
    """Who is asked to take a step first."""

    BOTH = "both"
    GESTIONNAIRE = "gestionnaire"
    COORDINATRICE = "coordinatrice"


@dataclass(frozen=True)
class Pace:
    """Days between a fact and the step that it suggests (practice of the house)."""

    talk: int = 7
    reminder_after_talk: int = 15
    second_reminder: int = 15
    plan_after_talk: int = 30
    formal_notice: int = 30


PACE = Pace()


@dataclass(frozen=True)
class Situation:
    """What is known of an account in arrears; amounts in euros.

    `late_since`: the last day to pay the oldest term missed. `done`: the last day of each step taken. `caf_since`: when
    the impayé was constituted for the CAF or the MSA; `caf_due_on`: the last day to report it. `is_delivered`: whether
    the formal notice reached the resident (an unclaimed letter did not). `plan_broken` is None without a running plan.
    """

    late_since: date
    overdue: Decimal
    terms: int = 1
    done: Mapping[Step, date] = field(default_factory=dict)
    caf_since: date | None = None
    caf_due_on: date | None = None
    plan_broken: bool | None = None
    is_delivered: bool | None = None
    is_termination_ground: bool = False


@dataclass(frozen=True)
class Suggestion:
    """A step to think of, by when, why in French, and who is asked first."""

    step: Step
    due_on: date
    why: str
    actor: Actor


def suggestions(now: Situation, *, pace: Pace = PACE) -> list[Suggestion]:
    """The steps to think of, the most urgent first; none for a debt that is paid, and none twice.

    A talk always comes before a letter. A running plan that is kept suspends reminders and formal notice; it never
    suspends the report to the CAF, which has its own day. What has been done is not suggested again, save a talk when a
    plan is broken.
    """
    if now.overdue <= 0:
        return []
    found = []
    if now.caf_due_on is not None and Step.CAF_REPORT not in now.done:
        found.append(
            Suggestion(
                Step.CAF_REPORT,
                now.caf_due_on,
                "L’impayé est constitué pour la CAF ou la MSA : le signaler protège l’APL, qui continue d’être versée.",
                Actor.GESTIONNAIRE,
            )
        )
    if now.plan_broken is False:
        return found
    if now.plan_broken and _talk_is_before(now, Step.PLAN):
        found.append(
            Suggestion(
                Step.TALK,
                add_days(max(now.done[Step.PLAN], morrow(now.late_since)), pace.talk),
                "Le plan d’apurement n’est plus tenu : comprendre pourquoi, et le revoir plutôt que l’arrêter.",
                Actor.BOTH,
            )
        )
    found += _house_steps(now, pace)
    return sorted(found, key=lambda one: one.due_on)


def _talk_is_before(now: Situation, step: Step) -> bool:
    talk = now.done.get(Step.TALK)
    return step in now.done and (talk is None or talk <= now.done[step])


def _house_steps(now: Situation, pace: Pace) -> list[Suggestion]:
    talked = now.done.get(Step.TALK)
    if talked is None:
        day = add_days(morrow(now.late_since), pace.talk)
        why = "Un premier terme manque : en parler avant d’écrire." if now.terms <= 1 else "En parler avant d’écrire."
        return [Suggestion(Step.TALK, day, why, Actor.BOTH)]
    found = []
    if Step.REMINDER not in now.done:
        found.append(
            Suggestion(
                Step.REMINDER,
                add_days(talked, pace.reminder_after_talk),
                "On en a parlé et rien n’est venu : une première lettre, simple.",
                Actor.GESTIONNAIRE,
            )
        )
    elif Step.SECOND_REMINDER not in now.done:
        found.append(
            Suggestion(
                Step.SECOND_REMINDER,
                add_days(now.done[Step.REMINDER], pace.second_reminder),
                "La première lettre est restée sans suite.",
                Actor.GESTIONNAIRE,
            )
        )
    elif Step.FORMAL_NOTICE not in now.done and now.is_termination_ground:
        found.append(
            Suggestion(
                Step.FORMAL_NOTICE,
                add_days(now.done[Step.SECOND_REMINDER], pace.formal_notice),
                "Le seuil de résiliation est atteint : une mise en demeure n’y oblige pas, elle laisse du temps.",
                Actor.GESTIONNAIRE,
            )
        )
    if Step.PLAN not in now.done and now.terms > 1:
        found.append(
            Suggestion(
                Step.PLAN,
                add_days(talked, pace.plan_after_talk),
                "Plusieurs termes manquent : un plan d’apurement que le ménage peut tenir.",
                Actor.BOTH,
            )
        )
    if Step.FSL not in now.done and now.terms > 1:
        found.append(
            Suggestion(
                Step.FSL,
                add_days(talked, pace.plan_after_talk),
                "Le FSL aide aussi les résidents de logements-foyers, avec leur accord (loi 90-449, art. 6).",
                Actor.COORDINATRICE,
            )
        )
    if Step.CCAPEX not in now.done and Step.FORMAL_NOTICE in now.done:
        delivered = now.done[Step.FORMAL_NOTICE]
        why = "Saisir la CCAPEX avant toute résiliation (loi 90-449, art. 7-2)."
        if now.is_delivered is False:
            why = "La mise en demeure n’a pas été remise : elle ne fait courir aucun délai. " + why
        found.append(Suggestion(Step.CCAPEX, add_days(delivered, pace.formal_notice), why, Actor.COORDINATRICE))
    return found


class Watch(Enum):
    """How a plan d'apurement goes."""

    KEPT = "kept"
    BROKEN = "broken"
    DONE = "done"


@dataclass(frozen=True)
class Instalment:
    """A part of a plan: `amount` euros to be paid at the latest on `due_on`, on top of the current redevance."""

    due_on: date
    amount: Decimal


@dataclass(frozen=True)
class PlanState:
    """Where a plan stands: the most that may still be late today, and by how much it is passed (0 when kept)."""

    watch: Watch
    allowed: Decimal
    missing: Decimal = ZERO
    next: Instalment | None = None


def plan_state(
    debt: Decimal, instalments: Sequence[Instalment], *, overdue: Decimal, today: date, grace: int = 5
) -> PlanState:
    """How a plan for a debt of `debt` euros goes, when `overdue` euros are late today.

    Whichever terms the payments settle, what is late must come down by each instalment: once one has fallen due
    more than `grace` days ago, at most the rest of the debt may be late. A term of redevance missed
    since the plan began counts too: the plan asks for both. Done once nothing is late.
    """
    if overdue <= 0:
        return PlanState(Watch.DONE, ZERO)
    ordered = sorted(instalments, key=lambda one: one.due_on)
    fallen = sum((one.amount for one in ordered if add_days(one.due_on, grace) < today), ZERO)
    allowed = max(ZERO, debt - fallen)
    coming = next((one for one in ordered if add_days(one.due_on, grace) >= today), None)
    missing = max(ZERO, overdue - allowed)
    return PlanState(Watch.BROKEN if missing else Watch.KEPT, allowed, missing, coming)


def instalments(debt: Decimal, *, monthly: Decimal, first_on: date) -> list[Instalment]:
    """A debt of `debt` euros paid by `monthly` euros on `first_on` and on the same day of the months after it.

    The last instalment pays what is left. ValueError for an amount not above 0, or more than `MOST_INSTALMENTS`.
    """
    if debt <= 0 or monthly <= 0:
        raise ValueError("a plan pays an amount above 0")
    parts: list[Instalment] = []
    left = debt
    while left > 0:
        if len(parts) == MOST_INSTALMENTS:
            raise ValueError("a plan has at most 36 instalments")
        parts.append(Instalment(add_months(first_on, len(parts)), min(monthly, left)))
        left -= parts[-1].amount
    return parts
