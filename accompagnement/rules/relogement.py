"""The clocks of rehousing, and what is still missing to be ready for it. Dates in, dates out; `today` is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from residence.rules.dates import add_months, eve, morrow

# A housing request holds for a year. Source: CCH, articles R.441-2-7 and R.441-2-8.
REQUEST_MONTHS = 12
# From how many days before its end its renewal is asked for, then asked of the whole team.
WARN_DAYS, ALARM_DAYS = 60, 30
# More than this many months in a logement-foyer open the DALO. Source: CCH, articles L.441-2-3 and R.441-14-1.
DALO_MONTHS_HOUSED = 18
# The commission de médiation decides within. Source: CCH, article R.441-15.
DALO_COMMISSION_MONTHS = 3
# An offer is owed within, also where an agglomeration of the département has more than 300,000 inhabitants.
# Source: CCH, article R.441-16-1.
DALO_OFFER_MONTHS, DALO_OFFER_MONTHS_LARGE = 3, 6
# The administrative court is asked within, once that time has gone by. Source: CJA, article R.778-2.
DALO_APPEAL_MONTHS = 4
# A theme of the projet from which nobody worries any more, on a scale of 5.
SELF_RELIANT = 3


def request_valid_until(renewed_on: date) -> date:
    """The last day of a housing request, made or renewed on `renewed_on`: the eve of its anniversary.

    The text says a year from the request; the eve is the reading that keeps the seniority in any case.
    """
    return eve(add_months(renewed_on, REQUEST_MONTHS))


def renewal_stage(valid_until: date, *, today: date) -> int:
    """0 as long as there is time; 1 from 60 days before the end; 2 from 30 days before the end, and after it."""
    left = (valid_until - today).days
    return 2 if left <= ALARM_DAYS else 1 if left <= WARN_DAYS else 0


def dalo_opens_on(housed_since: date) -> date:
    """The first day of more than eighteen months in the logement-foyer."""
    return morrow(add_months(housed_since, DALO_MONTHS_HOUSED))


def dalo_decision_due_on(received_on: date) -> date:
    """The last day for the commission de médiation to decide, from its acknowledgement of receipt."""
    return add_months(received_on, DALO_COMMISSION_MONTHS)


def dalo_offer_due_on(decided_on: date, *, large_agglomeration: bool) -> date:
    """The last day for the préfet to make an offer to who was recognised as a priority."""
    return add_months(decided_on, DALO_OFFER_MONTHS_LARGE if large_agglomeration else DALO_OFFER_MONTHS)


def dalo_appeal_window(decided_on: date, *, large_agglomeration: bool) -> tuple[date, date]:
    """First and last days to ask the court for a home that was not offered, both included."""
    due = dalo_offer_due_on(decided_on, large_agglomeration=large_agglomeration)
    return morrow(due), add_months(due, DALO_APPEAL_MONTHS)


@dataclass(frozen=True)
class Facts:
    """What is known of a household that is to be rehoused. `debt` None: its account is not known."""

    request_valid_until: date | None
    pieces_missing: Sequence[str]
    has_resources: bool
    debt: Decimal | None
    has_priority: bool
    self_reliance: int | None


@dataclass(frozen=True)
class Point:
    """A point of the gauge: whether it is met, what is missing otherwise."""

    label: str
    done: bool
    missing: str = ""


def readiness(facts: Facts, *, today: date) -> tuple[Point, ...]:
    """The gauge « prêt à être relogé », in the order in which things are done. It only advises."""
    request = facts.request_valid_until
    is_valid = request is not None and request >= today
    soon = is_valid and request is not None and request - today <= timedelta(days=WARN_DAYS)
    asked = "la demande n’est pas enregistrée" if request is None else "elle est périmée : la renouveler"
    debt = facts.debt
    owed = debt is not None and debt > 0
    reliance = facts.self_reliance
    return (
        Point("Demande de logement social", is_valid and not soon, "à renouveler bientôt" if soon else asked),
        Point("Pièces du dossier", not facts.pieces_missing, "il manque : " + ", ".join(facts.pieces_missing)),
        Point("Ressources connues", facts.has_resources, "saisir les ressources du ménage"),
        Point(
            "Redevance à jour",
            debt is not None and not owed,
            "il reste une dette : un plan d’apurement tenu se joint au dossier"
            if owed
            else "le compte n’est pas connu",
        ),
        Point("Priorité demandée (SYPLO, ACD ou DALO)", facts.has_priority, "aucune priorité n’est en cours"),
        Point(
            "Autonomie dans le logement",
            reliance is not None and reliance >= SELF_RELIANT,
            "à évaluer dans le projet" if reliance is None else "le projet dit que le logement est encore difficile",
        ),
    )


def share_permanent(destinations: Sequence[str], *, permanent: frozenset[str]) -> Decimal | None:
    """Part of the exits that lead to a lasting home, two decimals; None without an exit."""
    if not destinations:
        return None
    lasting = sum(one in permanent for one in destinations)
    return (Decimal(lasting) / Decimal(len(destinations))).quantize(Decimal("0.01"))
