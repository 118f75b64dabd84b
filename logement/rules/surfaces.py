"""The least surface of a logement for its occupants to get the APL."""

from decimal import Decimal

# CCH, R.822-25: square metres for one person, for two, for each further one, and the most ever asked for.
ONE_PERSON = 9
TWO_PERSONS = 16
EACH_FURTHER = 9
CEILING = 70


def minimal_surface(persons: int) -> int:
    """Square metres needed for `persons` occupants: 9 for one, 16 for two, 9 more for each other, 70 from eight on.

    ValueError for nobody. Source: CCH, R.822-25.
    """
    if persons < 1:
        raise ValueError("a logement has at least one occupant")
    if persons == 1:
        return ONE_PERSON
    return min(CEILING, TWO_PERSONS + EACH_FURTHER * (persons - 2))


def most_persons(surface: Decimal) -> int:
    """How many occupants `surface` square metres are enough for, 0 under 9; 8 stands for eight or more."""
    return sum(1 for persons in range(1, 9) if minimal_surface(persons) <= surface)
