"""The yearly revision of the redevance by the indice de référence des loyers (IRL).

The redevance is revised on 1 January by the variation, over a year, of the index of the second quarter of the year
before. Source: CCH, L.353-9-2 (maximum) and L.353-9-3 (what is charged: at most that variation).
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from residence.rules.money import cents_down, share, split

# A rate fixed by hand, in percent. Above the index: a recovery plan or a rehabilitation, at most 5 % a year, and still
# under the maximum (CCH, L.353-9-3). The floor only catches a slip of the hand.
HIGHEST_FIXED_RATE = Decimal(5)
LOWEST_FIXED_RATE = Decimal(-20)

QUARTER = re.compile(r"(?P<year>\d{4})-Q(?P<rank>[1-4])")


@dataclass(frozen=True)
class Index:
    """The IRL of a quarter ("2026-Q2"), metropolitan France, base 100 in the fourth quarter of 1998.

    `published_on` is None where the day of publication is not known.
    """

    quarter: str
    value: Decimal
    published_on: date | None = None

    def __post_init__(self) -> None:
        if not QUARTER.fullmatch(self.quarter):
            raise ValueError(f"a quarter is written 2026-Q2, not {self.quarter}")
        if self.value <= 0:
            raise ValueError("an index is above 0")


@dataclass(frozen=True)
class FixedYear:
    """A revision set by hand: the redevances of 1 January `year` are multiplied by `ratio`, for a written `reason`."""

    year: int
    ratio: Decimal
    reason: str


def _published() -> tuple[Index, ...]:
    with Path(__file__).with_name("irl.csv").open(encoding="utf-8", newline="") as rows:
        return tuple(
            Index(
                row["quarter"],
                Decimal(row["value"]),
                date.fromisoformat(row["published_on"]) if row["published_on"] else None,
            )
            for row in csv.DictReader(rows)
        )


# Source: Insee, IRL, series 001515333, 2010-Q1 to 2026-Q2; 2010-Q1, 2010-Q2 and 2011-Q2: à vérifier.
PUBLISHED = _published()

# Source: loi n° 2017-1837 du 30 décembre 2017 de finances pour 2018, article 126 (à vérifier).
FIXED_YEARS = (FixedYear(2018, Decimal(1), "Gel des loyers et redevances par la loi de finances pour 2018."),)


def revised(amount: Decimal, *, old_index: Decimal, new_index: Decimal, ceiling: Decimal | None = None) -> Decimal:
    """`amount` (euros a month) revised by new_index / old_index, and never above `ceiling`; rounded DOWN to the cent.

    Down, because the text says "at most". `ceiling` is the convention's maximum at the date of the revision; an amount
    already above it comes down to it. A falling index makes a falling amount. ValueError for an index not above 0.
    Source: CCH, L.353-9-3 and R.353-157.
    """
    if old_index <= 0 or new_index <= 0:
        raise ValueError("an index is above 0")
    result = amount * new_index / old_index
    return cents_down(result if ceiling is None else min(result, ceiling))


@dataclass(frozen=True)
class RevisedParts:
    """Equivalents of loyer and of charges after a revision, in euros a month; whether the maximum held them back."""

    rent: Decimal
    charges: Decimal
    is_capped: bool


def revised_parts(
    *, rent: Decimal, charges: Decimal, old_index: Decimal, new_index: Decimal, ceiling: Decimal | None = None
) -> RevisedParts:
    """Each part revised as by `revised`; when their sum is above `ceiling`, both are cut down in proportion to it.

    The obligatory services outside the APL are not revised: they follow what they cost. ValueError for an index not
    above 0. Source: CCH, L.353-9-3 (revision) and R.353-157 (maximum of loyer and charges together).
    """
    new_rent = revised(rent, old_index=old_index, new_index=new_index)
    new_charges = revised(charges, old_index=old_index, new_index=new_index)
    if ceiling is None or new_rent + new_charges <= ceiling:
        return RevisedParts(new_rent, new_charges, is_capped=False)
    new_rent, new_charges = split(cents_down(ceiling), [new_rent, new_charges])
    return RevisedParts(new_rent, new_charges, is_capped=True)


def reference_quarters(year: int) -> tuple[str, str]:
    """The quarters whose indices revise the redevances of 1 January `year`: the old one, then the new one.

    Second quarter of `year` - 2, second quarter of `year` - 1. Source: CCH, L.353-9-2.
    """
    return f"{year - 2}-Q2", f"{year - 1}-Q2"


def reference_indices(
    year: int, *, indices: Sequence[Index] = PUBLISHED, fixed_years: Sequence[FixedYear] = FIXED_YEARS
) -> tuple[Decimal, Decimal]:
    """Old and new index for the revision of 1 January `year`, ready for `revised`.

    A year fixed by hand gives 1 and its ratio. LookupError, naming the quarter, if an index is not known.
    """
    for fixed in fixed_years:
        if fixed.year == year:
            return Decimal(1), fixed.ratio
    values: Mapping[str, Decimal] = {index.quarter: index.value for index in indices}
    old_quarter, new_quarter = reference_quarters(year)
    for quarter in (old_quarter, new_quarter):
        if quarter not in values:
            raise LookupError(f"no IRL for {quarter}")
    return values[old_quarter], values[new_quarter]


def variation(
    year: int, *, indices: Sequence[Index] = PUBLISHED, fixed_years: Sequence[FixedYear] = FIXED_YEARS
) -> Decimal:
    """The variation of 1 January `year` as a share, rounded half up to four decimals: 0.0115 is + 1.15 %.

    For display: a revision is computed by `revised` on the indices themselves. LookupError as `reference_indices`.
    """
    old_index, new_index = reference_indices(year, indices=indices, fixed_years=fixed_years)
    return share(new_index / old_index - 1)
