"""The clauses: replaced by code, filled from the facts, never losing what the law asks for."""

import pytest

from logement.wording import CONTRAT, REGLEMENT, Clause, filled, typographic, written

NBSP = "\u00a0"


def test_codes_are_unique():
    for clauses in (CONTRAT, REGLEMENT):
        codes = [clause.code for clause in clauses]
        assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("du {jour} au {autre}", "du 1er mars au {autre}"),
        ("une accolade { seule", "une accolade { seule"),
        ("{jour", "{jour"),
    ],
)
def test_words_between_braces(text, expected):
    assert filled(text, {"jour": "1er mars"}) == expected


def test_a_fact_is_never_read_as_a_word_to_fill():
    assert filled("{a}", {"a": "{b}", "b": "x"}) == "{b}"


def test_spaces_that_do_not_break():
    assert typographic("« Oui » : non ?") == f"«{NBSP}Oui{NBSP}»{NBSP}: non{NBSP}?"


@pytest.mark.parametrize(
    ("own", "titles"),
    [
        ({}, ["Un", "Deux"]),
        ({"un": ""}, ["Un", "Deux"]),
        ({"deux": " "}, ["Un"]),
        ({"deux_titre": "Second"}, ["Un", "Second"]),
    ],
    ids=["default", "the law's stays", "optional goes", "title of one's own"],
)
def test_a_residence_adapts_its_clauses(own, titles):
    clauses = (
        Clause("un", "Un", "Premier."),
        Clause("deux", "Deux", "Second.", optional=True),
        Clause("trois", "Trois", "Jamais.", when="fait"),
    )
    found = written(clauses, facts={}, present=frozenset(), own=own)
    assert [clause["title"] for clause in found] == titles
    assert [clause["number"] for clause in found] == list(range(1, len(titles) + 1))
