"""What a partner's file says: the tables of cases."""

import datetime

import pytest

from admissions.rules.colonnes import faults_of, guess
from admissions.rules.lecture import (
    birth_from,
    birth_name_in,
    civility_from,
    count_from,
    day_from,
    name_from,
    names_from,
    phone_from,
    postal_code_from,
)

TODAY = datetime.date(2026, 11, 22)
BORN = datetime.date(1990, 3, 12)


@pytest.mark.parametrize(
    ("text", "last", "first"),
    [
        ("DIALLO Awa", "Diallo", "Awa"),
        ("Awa DIALLO", "Diallo", "Awa"),
        ("DIALLO, Awa Marie", "Diallo", "Awa Marie"),
        ("M. BEN SALAH Mohamed", "Ben Salah", "Mohamed"),
        ("Mme N'DIAYE-SOW Fatou", "N’Diaye-Sow", "Fatou"),
        ("de LIMA Ana Maria", "de Lima", "Ana Maria"),
        ("diallo awa", "Diallo", "Awa"),
        ("EL AMRANI YOUSSEF", "El Amrani", "Youssef"),
        ("  Diallo   Awa ", "Diallo", "Awa"),
    ],
)
def test_names_of_one_cell(text, last, first):
    assert names_from(text)[:2] == (last, first)


def test_what_capitals_do_not_tell_is_said():
    assert names_from("DIALLO Awa")[2] == ""
    assert "Diallo" in names_from("diallo awa")[2]


@pytest.mark.parametrize(
    ("text", "rest", "birth_name"),
    [
        ("DIALLO née KONE Awa", "DIALLO Awa", "Kone"),
        ("DIALLO Awa (née KONÉ)", "DIALLO Awa", "Koné"),
        ("MARTIN née de LIMA Ana", "MARTIN Ana", "de Lima"),
        ("RENÉE Awa", "RENÉE Awa", ""),
    ],
)
def test_a_birth_name_beside_the_name(text, rest, birth_name):
    assert birth_name_in(text) == (rest, birth_name)


@pytest.mark.parametrize(
    ("text", "born_on", "precision"),
    [
        ("12/03/1990", BORN, "day"),
        ("12-3-90", BORN, "day"),
        ("12.03.1990", BORN, "day"),
        ("1990-03-12", BORN, "day"),
        ("12 mars 1990", BORN, "day"),
        ("née le 12/03/90", BORN, "day"),
        ("12031990", BORN, "day"),
        ("32944", BORN, "day"),
        ("32944.0", BORN, "day"),
        ("1er févr. 1985".replace(".", ""), datetime.date(1985, 2, 1), "day"),
        ("01/01/24", datetime.date(2024, 1, 1), "day"),
        ("01/01/27", datetime.date(1927, 1, 1), "day"),
        ("03/1990", datetime.date(1990, 3, 1), "month"),
        ("00/03/1990", datetime.date(1990, 3, 1), "month"),
        ("1990", datetime.date(1990, 1, 1), "year"),
        ("xx/xx/1990", datetime.date(1990, 1, 1), "year"),
        ("01/01/1900", None, "unknown"),
        ("01/01/1900 00:00:00", None, "unknown"),
        ("0", None, "unknown"),
        ("inconnue", None, "unknown"),
        ("N.C.", None, "unknown"),
        ("?", None, "unknown"),
        ("", None, "unknown"),
    ],
)
def test_births(text, born_on, precision):
    assert birth_from(text, today=TODAY)[:2] == (born_on, precision)


@pytest.mark.parametrize("text", ["31/02/1990", "12/13/1990", "2030", "12/03/1850", "toto", "12/03", "1/2/3/4"])
def test_births_that_are_none(text):
    with pytest.raises(ValueError, match=r"date|existe|plausible|venir"):
        birth_from(text, today=datetime.date(2018, 1, 1))


def test_the_day_of_a_fact_may_not_be_to_come_nor_half_known():
    assert day_from("21/11/26", today=TODAY) == datetime.date(2026, 11, 21)
    for text in ("23/11/2026", "11/2026", "2026"):
        with pytest.raises(ValueError, match=r"venir|12/03/2026"):
            day_from(text, today=TODAY)


def test_codes_and_numbers():
    assert [civility_from(text) for text in ("M.", "Mme", "F", "Homme")] == ["monsieur", "madame", "madame", "monsieur"]
    assert [phone_from(text) for text in ("06 01 02 03 04", "601020304", "+33 6 01 02 03 04")] == [
        "0601020304",
        "0601020304",
        "+33601020304",
    ]
    assert [postal_code_from(text) for text in ("63 000", "1000")] == ["63000", "01000"]
    assert count_from("3 personnes") == 3
    assert name_from("DIALLO") == "Diallo"
    for reader, text in ((civility_from, "autre"), (phone_from, "soir"), (postal_code_from, "6"), (count_from, "0")):
        with pytest.raises(ValueError):  # noqa: PT011 (the words are those of each reader)
            reader(text)


class TestColumns:
    def test_titles_are_recognised_and_what_was_said_wins(self):
        heads = ["N° SIAO", "NOM Prénom", "Né(e) le", "Date", "Truc", "", "Nom"]

        assert guess(heads, {"truc": "address", "date": ""}) == {
            0: "siao_number",
            1: "full_name",
            2: "birth",
            3: "",
            4: "address",
            5: "",
            6: "last_name",
        }

    def test_what_is_missing_or_doubled_is_said(self):
        assert faults_of({0: "full_name", 1: "siao_number"}, needs_number=True) == []
        assert len(faults_of({0: "last_name"}, needs_number=True)) == 2
        assert len(faults_of({0: "full_name", 1: "full_name"}, needs_number=False)) == 1
