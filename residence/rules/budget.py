"""A household's budget: taux d'effort, reste à vivre, consumption units. Every amount is in euros a month."""

from decimal import Decimal

from residence.rules.money import ZERO, cents, cents_down, share

DAYS_A_MONTH = 30

FIRST_PERSON = Decimal(1)
OTHER_ADULT = Decimal("0.5")
CHILD = Decimal("0.3")


def net_redevance(*, redevance: Decimal, apl: Decimal) -> Decimal:
    """What is left to pay once the APL is deducted, in euros, never below 0.

    The part of the APL above loyer and charges goes to its holder (CCH, L.832-2): it makes no credit here.
    """
    return max(ZERO, cents(redevance - apl))


def taux_effort(*, redevance: Decimal, apl: Decimal, resources: Decimal) -> Decimal | None:
    """Share of the household's resources that housing takes once the APL is deducted; 0.2510 is 25.10 %.

    `redevance` is loyer, charges and obligatory services, or the part that a dispositif's ceiling names. Four decimals,
    rounded half up, never below 0. None without resources (0 or less): the rate then has no meaning.
    Source: arrêté du 10 mars 2011 (taux d'effort des demandeurs).
    """
    if resources <= 0:
        return None
    return share(max(Decimal(0), redevance - apl) / resources)


def reduction(*, redevance: Decimal, apl: Decimal, resources: Decimal, ceiling: Decimal) -> Decimal:
    """What the redevance must come down by, in euros, for the taux d'effort not to pass `ceiling` (a share: 0.20).

    The most the household may pay is rounded down to the cent, so that the ceiling truly holds. 0 when it holds
    already; without resources, the whole net redevance.
    """
    most = cents_down(max(ZERO, resources) * ceiling)
    return max(ZERO, net_redevance(redevance=redevance, apl=apl) - most)


def reste_a_vivre(*, resources: Decimal, charges: Decimal, net_redevance: Decimal, units: Decimal) -> Decimal:
    """What is left to live on, in euros per day and consumption unit, rounded half up to the cent.

    (resources - charges - net redevance) / units / 30; below 0 when the household spends more than it gets. No text
    sets this formula: it is the usage of the commissions, and any threshold is a parameter. ValueError if `units` is
    not above 0.
    """
    if units <= 0:
        raise ValueError("a household counts for more than 0 consumption units")
    return cents((resources - charges - net_redevance) / (units * DAYS_A_MONTH))


def consumption_units(adults: int, children_under_14: int) -> Decimal:
    """Consumption units of a household: 1 for the first person, 0.5 for each other aged 14 or more, 0.3 under 14.

    `adults` counts everybody aged 14 or more. In a household without any, the first child counts for 1.
    Source: modified OECD scale, as Eurostat and the Insee use it. ValueError for nobody or a negative number.
    """
    if adults < 0 or children_under_14 < 0 or adults + children_under_14 == 0:
        raise ValueError("a household has at least one person")
    other_adults = max(0, adults - 1)
    other_children = children_under_14 if adults else children_under_14 - 1
    return FIRST_PERSON + OTHER_ADULT * other_adults + CHILD * other_children
