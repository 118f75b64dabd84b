"""References and texts of the direct debit: what a bank takes."""

import pytest

from logement.rules.prelevement import ics_is_valid, rum_of, sepa_text


@pytest.mark.parametrize(
    ("ics", "valid"),
    [
        ("FR72ZZZ123456", True),
        ("FR72 ZZZ 123456", True),
        # The business code has no part in the key.
        ("FR72001123456", True),
        ("FR00ZZZ123456", False),
        ("FR72ZZZ123457", False),
        ("DE98ZZZ09999999999", True),
        ("", False),
        ("ZZZ123456", False),
    ],
)
def test_identifier_of_creditor(ics: str, valid: bool) -> None:
    assert ics_is_valid(ics) is valid


@pytest.mark.parametrize(
    ("residence", "contrat", "rank", "rum"),
    [
        ("ophis", 12, 1, "OPHIS-12-1"),
        ("Côté Cour", 12, 2, "CTCOUR-12-2"),
        ("x" * 60, 123456, 1, f"{'X' * 26}-123456-1"),
    ],
)
def test_reference_of_mandate(residence: str, contrat: int, rank: int, rum: str) -> None:
    assert rum_of(residence, contrat, rank) == rum
    assert len(rum) <= 35


@pytest.mark.parametrize(
    ("text", "most", "plain"),
    [("N’DIAYE Zoé & fils", 70, "N'DIAYE Zoe fils"), ("Œuvre", 3, "OEu"), ("李", 10, "")],
)
def test_text_of_the_scheme(text: str, most: int, plain: str) -> None:
    assert sepa_text(text, most=most) == plain
