"""Whether two records are of one person: the table of cases."""

import datetime

import pytest

from residence.rules.identite import Identity, Likeness, are_homonyms, bare_words, edits, likeness

MAY = datetime.date(1990, 5, 17)
SAME, PROBABLE, POSSIBLE, NONE = Likeness.SAME, Likeness.PROBABLE, Likeness.POSSIBLE, Likeness.NONE


def who(last, first, born=MAY, precision="day", birth_name=""):
    return Identity(last, first, birth_name, born, precision if born else "unknown")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (who("Diallo", "Awa"), who("DIALLO", "Awa"), SAME),
        (who("N’Diaye", "Élodie"), who("NDIAYE", "Elodie"), SAME),
        (who("Diallo", "Awa"), who("Awa", "Diallo"), SAME),
        (who("Diallo-Sow", "Awa"), who("Diallo Sow", "Awa"), SAME),
        (who("Diallo", "Awa Marie"), who("Diallo", "Awa"), SAME),
        (who("Martin", "Awa", birth_name="Diallo"), who("Diallo", "Awa"), SAME),
        (who("Œuvrard", "Zoé"), who("Oeuvrard", "Zoe"), SAME),
        (who("Diallo", "Aminata"), who("Dialo", "Aminata"), PROBABLE),
        (who("Diallo", "Aminata"), who("Diallo", "Amniata"), PROBABLE),
        (who("Diallo", "Awa"), who("Diallo", "Awa", None), PROBABLE),
        (who("Diallo", "Awa"), who("Diallo", "Awa", datetime.date(1990, 1, 1), "year"), PROBABLE),
        (who("Diallo", "Awa"), who("Diallo", "Awa", datetime.date(1990, 5, 1), "month"), PROBABLE),
        (who("Diallo", "Awa", datetime.date(1990, 5, 7)), who("Diallo", "Awa", datetime.date(1990, 7, 5)), PROBABLE),
        (who("Diallo", "Awa"), who("Diallo", "Awa", datetime.date(1991, 5, 17)), PROBABLE),
        (who("Diallo", "Awa"), who("Diallo", "Awa", datetime.date(1962, 11, 3)), POSSIBLE),
        (who("Diallo", "Awa"), who("Diallo", "Awa", datetime.date(1991, 1, 1), "year"), POSSIBLE),
        (who("Diallo", "Aminata"), who("Dialo", "Aminata", None), POSSIBLE),
        (who("Diallo", "Aminata"), who("Dialo", "Aminata", datetime.date(1962, 11, 3)), NONE),
        # Twins have the name and the birth in common: their first names tell them apart.
        (who("Diallo", "Awa"), who("Diallo", "Adama"), NONE),
        (who("Diallo", "Issa"), who("Diallo", "Moussa"), NONE),
        (who("Diallo", "Ali"), who("Diallo", "Ala"), NONE),
        (who("Diallo", "Awa"), who("Martin", "Paul"), NONE),
        (who("", ""), who("", ""), NONE),
    ],
)
def test_likeness(one, other, expected):
    assert likeness(one, other) == expected
    assert likeness(other, one) == expected


def test_only_what_nothing_tells_apart_is_a_homonym():
    assert are_homonyms(who("Diallo", "Fatou"), who("DIALLO", "Fatou"))
    assert not are_homonyms(who("Diallo", "Fatou"), who("Diallo", "Fatoumata"))
    assert not are_homonyms(who("Diallo", "Fatou"), who("Diallo", "Fatou", None))


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [("", "", 0), ("awa", "ava", 1), ("aminata", "amniata", 1), ("abc", "", 3), ("kone", "koné"[:3], 1)],
)
def test_edits(one, other, count):
    assert edits(one, other) == count


def test_words_without_marks():
    assert bare_words("N’DIAYE-Sow  (née Ba)") == ("ndiaye", "sow", "nee", "ba")
