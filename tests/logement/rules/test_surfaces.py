from decimal import Decimal as D

import pytest

from logement.rules.surfaces import minimal_surface, most_persons


@pytest.mark.parametrize(
    ("persons", "surface"), [(1, 9), (2, 16), (3, 25), (4, 34), (5, 43), (6, 52), (7, 61), (8, 70), (9, 70), (12, 70)]
)
def test_minimal_surface(persons, surface):
    assert minimal_surface(persons) == surface


def test_nobody_needs_no_surface():
    with pytest.raises(ValueError, match="at least one occupant"):
        minimal_surface(0)


@pytest.mark.parametrize(
    ("surface", "persons"),
    [("8.99", 0), ("9", 1), ("15.99", 1), ("16", 2), ("24.5", 2), ("25", 3), ("70", 8), ("120", 8)],
)
def test_most_persons(surface, persons):
    assert most_persons(D(surface)) == persons
