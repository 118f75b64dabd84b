"""Wear: what is left of an element, by its age; which line of the grid an element falls under."""

import datetime
from decimal import Decimal as D

import pytest

from logement.rules.vetuste import USUAL, Poste, poste_of, proposed, share_left, whole_years

PAINT = Poste("Peintures", ("mur",), life_years=7, free_years=1, yearly_percent=D(15), residual_percent=D(10))


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("installed", "on", "share"),
    [
        pytest.param("2025-03-01", "2026-02-28", "1", id="eve of the first year"),
        pytest.param("2025-03-01", "2026-03-01", "1", id="the free year"),
        pytest.param("2025-03-01", "2027-02-28", "1", id="eve of the second year"),
        pytest.param("2025-03-01", "2027-03-01", "0.85", id="one year after the free one"),
        pytest.param("2025-03-01", "2030-03-01", "0.40", id="four"),
        pytest.param("2025-03-01", "2032-02-29", "0.25", id="eve of the end of life"),
        pytest.param("2025-03-01", "2032-03-01", "0.10", id="end of life"),
        pytest.param("2025-03-01", "2060-01-01", "0.10", id="long after"),
        pytest.param(None, "2026-01-01", "0.10", id="an age that nobody knows"),
        pytest.param("2026-03-01", "2025-03-01", "1", id="put in after: no year"),
        pytest.param("2024-02-29", "2026-02-28", "1", id="a 29 February has its birthday on 1 March"),
        pytest.param("2024-02-29", "2026-03-01", "0.85", id="and not before"),
    ],
)
def test_the_share_that_is_left(installed, on, share):
    assert share_left(PAINT, installed_on=installed and day(installed), on=day(on)) == D(share)


def test_what_is_proposed_is_rounded_half_up():
    years_ago = {"installed_on": day("2024-01-01"), "on": day("2026-01-01")}
    assert proposed(D("100.10"), PAINT, **years_ago) == D("85.09")  # 85.085
    assert proposed(D("100.10"), None, **years_ago) == D("0.00")
    with pytest.raises(ValueError, match="negative"):
        proposed(D("-1"), PAINT, **years_ago)
    assert whole_years(day("2024-02-29"), day("2025-02-28")) == 0


@pytest.mark.parametrize(
    ("element", "poste"),
    [
        ("Murs", "Peintures et papiers peints"),
        ("Plafond", "Peintures et papiers peints"),
        ("Sol, plinthes", "Sols"),
        ("Tableau électrique", "Électricité, chauffage"),
        ("Table", "Mobilier"),
        ("Porte palière, serrure", "Menuiseries, portes, fenêtres"),
        ("Lavabo et robinetterie", "Plomberie, sanitaires"),
        ("Éclairage, prises et interrupteurs", "Électricité, chauffage"),
        ("Réfrigérateur", "Électroménager"),
        ("Lit et sommier", "Literie"),
        ("ASSIETTES", "Linge et vaisselle"),
        ("Qualité", None),
        ("", None),
    ],
)
def test_an_element_finds_its_line(element, poste):
    found = poste_of(element, USUAL)
    assert (found and found.name) == poste


def test_a_key_is_a_key_whatever_it_opens():
    assert poste_of("Porte du logement", USUAL, is_key=True).name == "Clés et badges"
