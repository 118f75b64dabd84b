"""The clock of a request for one's own file, and the names taken out: cases without a database."""

import datetime

import pytest

from accompagnement.rules.vie_privee import ANOTHER, access_due_on, without_names


@pytest.mark.parametrize(
    ("received", "extended", "due"),
    [
        ("2026-01-15", False, "2026-02-15"),
        ("2026-01-31", False, "2026-02-28"),
        ("2026-01-31", True, "2026-04-30"),
        ("2026-11-30", True, "2027-02-28"),
    ],
)
def test_access_due_on(received, extended, due):
    on = datetime.date.fromisoformat
    assert access_due_on(on(received), extended=extended) == on(due)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Moussa et Awa sont venus.", f"{ANOTHER} et Awa sont venus."),
        ("MOUSSA DIALLO dit qu’il part.", f"{ANOTHER} dit qu’il part."),
        ("Le fils d’Hélène, Helene, rentre.", f"Le fils d’{ANOTHER}, {ANOTHER}, rentre."),
        ("Jean-Marc et Jean Marc", f"{ANOTHER} et {ANOTHER}"),
        # A word of every day that is also a name stays, unless it is written as one.
        ("Elle attend une rose.", "Elle attend une rose."),
        ("Rose attend.", f"{ANOTHER} attend."),
        ("Moussaka au menu.", "Moussaka au menu."),
        ("", ""),
    ],
)
def test_without_names(text, told):
    assert without_names(text, ["Moussa", "DIALLO", "Hélène", "Jean-Marc", "Jean", "Marc", "Rose", "Al"]) == told


def test_nobody_else():
    assert without_names("Awa vient.", []) == "Awa vient."
