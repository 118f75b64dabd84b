"""Parameters that the law changes from a date on: rows of (valid from, value, source)."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol, TypeVar


class Dated(Protocol):
    """A row that applies from `valid_from`, that day included, until the next row."""

    @property
    def valid_from(self) -> date: ...


Row = TypeVar("Row", bound=Dated)


def in_force(rows: Sequence[Row], on: date) -> Row:
    """The row that applies on day `on`: the latest whose `valid_from` is not after it.

    LookupError if `on` is before every row: no value is better than one that did not apply.
    """
    begun = [row for row in rows if row.valid_from <= on]
    if not begun:
        raise LookupError(f"no value in force on {on:%Y-%m-%d}")
    return max(begun, key=lambda row: row.valid_from)
