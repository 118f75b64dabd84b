"""What a place is from day to day over some months: the spans of the planning, and the columns that they take."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from residence.rules.dates import add_months, eve, month_start, morrow

# Columns of a month: five days each, the last one takes the rest.
SLOTS = 6
_SLOT_DAYS = 5


class State(Enum):
    """What a place is on a day. `label` is its name in French, `letter` what a narrow column has room for."""

    OCCUPIED = "occupied", "occupée", "O"
    NOTICE = "notice", "en préavis", "P"
    MIGHT = "might", "peut se libérer", "?"
    KEYS = "keys", "clés attendues", "C"
    AFTER = "after", "occupée après le contrat", "A"
    COMING = "coming", "entrée prévue", "E"
    RESERVED = "reserved", "réservée", "G"
    WORKS = "works", "travaux", "T"
    TURNAROUND = "turnaround", "remise en état", "R"
    FREE = "free", "libre", "L"
    EMPTY = "empty", "était vide", "V"
    CLOSED = "closed", "hors service", "H"

    label: str
    letter: str

    def __new__(cls, code: str, label: str, letter: str) -> "State":
        member = object.__new__(cls)
        member._value_ = code
        member.label = label
        member.letter = letter
        return member


# Under these somebody lives there, or may still.
LIVED_IN = frozenset({State.OCCUPIED, State.NOTICE, State.MIGHT, State.KEYS, State.AFTER})


@dataclass(frozen=True)
class Hold:
    """What takes a place from `start` to `end`, both included; an end of None is not known.

    `kind`: contract, after_contract, reservation, works or turnaround. `is_over`: its keys are back. `stay_ends_on`:
    the last day that is planned for the stay, which ends nothing by itself. `key`: what the caller knows it by.
    """

    kind: str
    start: date
    end: date | None
    is_over: bool = False
    stay_ends_on: date | None = None
    key: int = 0


@dataclass(frozen=True)
class Span:
    """Days that a place spends in one state, first and last included, and what holds it then."""

    state: State
    start: date
    end: date
    hold: Hold | None = None


def spans(
    holds: Iterable[Hold],
    *,
    first: date,
    last: date,
    today: date,
    opened_on: date = date.min,
    closed_on: date | None = None,
) -> list[Span]:
    """The states of a place from `first` to `last`, both included, without hole or overlap.

    A passed end frees nothing: without its keys a contract holds the place until the next thing begins. A stay that
    reaches its planned end « might » fall free, from the morrow of that day and never before tomorrow: the contract is
    renewed tacitly until a notice is given (CCH, L.633-2). `closed_on` is the first day out of service.
    """
    found: list[Span] = []
    cursor = first

    def fill(until: date) -> None:
        """What nothing holds, from the cursor to `until`."""
        nonlocal cursor
        for state, start, end in _unheld(cursor, until, today, opened_on, closed_on):
            found.append(Span(state, start, end))
        cursor = max(cursor, morrow(until))

    ordered = sorted(holds, key=lambda one: one.start)
    for rank, hold in enumerate(ordered):
        before = eve(ordered[rank + 1].start) if rank + 1 < len(ordered) else last
        for state, start, end in _pieces(hold, today):
            begins, ends = max(start, cursor), min(end or last, before, last)
            if begins > ends:
                continue
            if begins > cursor:
                fill(eve(begins))
            found.append(Span(state, begins, ends, hold))
            cursor = morrow(ends)
    if cursor <= last:
        fill(last)
    return found


def _pieces(hold: Hold, today: date) -> Iterator[tuple[State, date, date | None]]:
    """The states that a hold goes through."""
    simple = {"reservation": State.RESERVED, "works": State.WORKS, "turnaround": State.TURNAROUND}
    if hold.kind in simple:
        yield simple[hold.kind], hold.start, hold.end
    elif hold.kind == "after_contract":
        yield State.AFTER, hold.start, hold.end if hold.is_over or (hold.end and hold.end >= today) else None
    elif hold.end is not None and (hold.is_over or hold.end < today):
        yield State.OCCUPIED, hold.start, hold.end
        if not hold.is_over:
            yield State.KEYS, morrow(hold.end), None
    elif hold.start > today:
        yield from _until(State.COMING, hold, hold.stay_ends_on if hold.end is None else None)
    elif hold.end is not None:
        if hold.start < today:
            yield State.OCCUPIED, hold.start, eve(today)
        yield State.NOTICE, max(hold.start, today), hold.end
    else:
        yield from _until(State.OCCUPIED, hold, hold.stay_ends_on and max(hold.stay_ends_on, today))


def _until(state: State, hold: Hold, stay_ends_on: date | None) -> Iterator[tuple[State, date, date | None]]:
    yield state, hold.start, stay_ends_on or hold.end
    if stay_ends_on is not None:
        yield State.MIGHT, morrow(stay_ends_on), None


def _unheld(
    start: date, end: date, today: date, opened_on: date, closed_on: date | None
) -> Iterator[tuple[State, date, date]]:
    """The days from `start` to `end` that nothing holds: out of service, empty until yesterday, free from today."""
    shut = min(end, eve(opened_on)) if opened_on > start else None
    if shut is not None:
        yield State.CLOSED, start, shut
        start = morrow(shut)
    close = closed_on if closed_on is not None and closed_on <= end else None
    until = eve(close) if close is not None and close > start else end if close is None else eve(start)
    if start <= min(until, eve(today)):
        yield State.EMPTY, start, min(until, eve(today))
    if max(start, today) <= until:
        yield State.FREE, max(start, today), until
    if close is not None and max(start, close) <= end:
        yield State.CLOSED, max(start, close), end


def state_on(found: Sequence[Span], day: date) -> Span | None:
    """The span that covers `day`."""
    return next((span for span in found if span.start <= day <= span.end), None)


def free_from(found: Sequence[Span], today: date) -> date | None:
    """The first day, today or later, from which nothing known takes the place any more; None when no day is known."""
    last = next((span for span in reversed(found) if span.state is not State.CLOSED), None)
    return max(last.start, today) if last is not None and last.state is State.FREE else None


def months_from(first: date, count: int) -> list[date]:
    """The first days of `count` months from that of `first`."""
    return [add_months(month_start(first), rank) for rank in range(count)]


def columns(found: Sequence[Span], *, first: date, months: int) -> list[tuple[Span, int]]:
    """Each span with how many columns of the planning it takes: one at least, however short.

    `first`: the first day of the first month; `found` tiles the months. What a short span takes too much is given back
    by the next long one, so that each month keeps its place.
    """
    total = months * SLOTS
    widths, position = [], 0
    for rank, span in enumerate(found):
        left = len(found) - rank - 1
        end = total if not left else min(_slot(span.end, first) + 1, total - left)
        width = max(end - position, 1)
        widths.append((span, width))
        position += width
    return widths


def _slot(day: date, first: date) -> int:
    month = (day.year - first.year) * 12 + day.month - first.month
    return month * SLOTS + min((day.day - 1) // _SLOT_DAYS, SLOTS - 1)


def monthly(found: Sequence[Span], state: State, days: Sequence[date]) -> Iterator[int]:
    """The ranks of `days`, in order, on which the place is in `state`."""
    for span in found:
        if span.state is state:
            yield from (rank for rank, day in enumerate(days) if span.start <= day <= span.end)
