"""The PLAI ceilings: categories, dates, the share of those who come in under them."""

from datetime import date
from decimal import Decimal as D

import pytest

from admissions.rules.plai import Entrant, Household, Plafonds, categorie, part, plafond


def amounts(*values):
    return tuple(D(value) for value in values)


# Invented figures: the true ones are entered by the résidence.
OLD = Plafonds(date(2025, 1, 1), amounts(100, 200, 300, 400, 500, 600), D(50))
NEW = Plafonds(date(2026, 1, 1), amounts(110, 210, 310, 410, 510, 610), D(60))


@pytest.mark.parametrize(
    ("household", "expected"),
    [
        pytest.param(Household(1), 1, id="alone"),
        pytest.param(Household(2), 2, id="two"),
        pytest.param(Household(2, couple_ages=(28, 28)), 2, id="couple-of-56"),
        pytest.param(Household(2, couple_ages=(27, 28)), 3, id="young-couple-of-55"),
        pytest.param(Household(2, dependants=1), 3, id="one-and-a-dependant"),
        pytest.param(Household(3), 3, id="three"),
        pytest.param(Household(3, dependants=1, couple_ages=(20, 20)), 3, id="young-couple-with-a-child-is-three"),
        pytest.param(Household(3, dependants=2), 4, id="one-and-two-dependants"),
        pytest.param(Household(4, dependants=3), 5, id="one-and-three-dependants"),
        pytest.param(Household(5, dependants=4), 6, id="one-and-four-dependants"),
        pytest.param(Household(6, dependants=4), 6, id="six"),
        pytest.param(Household(8), 8, id="eight"),
    ],
)
def test_categories(household, expected):
    assert categorie(household) == expected


@pytest.mark.parametrize(
    ("rows", "persons", "on", "expected"),
    [
        pytest.param([], 1, date(2026, 5, 1), None, id="not-entered-yet"),
        pytest.param([OLD], 1, date(2024, 12, 31), None, id="before-the-first"),
        pytest.param([OLD, NEW], 1, date(2025, 12, 31), 100, id="the-old-ones-until-the-eve"),
        pytest.param([NEW, OLD], 1, date(2026, 1, 1), 110, id="the-new-ones-from-their-day"),
        pytest.param([NEW], 6, date(2026, 1, 1), 610, id="six"),
        pytest.param([NEW], 8, date(2026, 1, 1), 730, id="two-further-persons"),
    ],
)
def test_ceilings_are_dated(rows, persons, on, expected):
    assert plafond(rows, Household(persons), on=on) == expected


@pytest.mark.parametrize(
    ("entrants", "expected", "ratio", "is_low"),
    [
        pytest.param([], (0, 0, 0), None, False, id="nobody"),
        pytest.param([(None, 100), (50, None)], (2, 0, 0), None, False, id="nothing-known"),
        pytest.param([(100, 100)], (1, 1, 1), D("1.0000"), False, id="the-ceiling-included"),
        pytest.param([(100, 100), (101, 100)], (2, 2, 1), D("0.5000"), True, id="one-above"),
        pytest.param([(1, 9), (1, 9), (1, 9), (10, 9)], (4, 4, 3), D("0.7500"), False, id="three-in-four"),
        pytest.param([(1, 9), (1, 9), (10, 9), (None, 9)], (4, 3, 2), D("0.6667"), True, id="of-those-known"),
    ],
)
def test_the_share_of_entrants(entrants, expected, ratio, is_low):
    found = part(Entrant(*(None if one is None else D(one) for one in pair)) for pair in entrants)
    assert (found.entrants, found.known, found.under) == expected
    assert (found.ratio, found.is_low) == (ratio, is_low)
