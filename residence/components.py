"""What the shared components of the pages take: small values that a view or a query builds and a template shows."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

Meaning = Literal["late", "soon", "done", "information", "plain"]
MEANING_ICONS: dict[str, str] = {"late": "alert", "soon": "clock", "done": "check", "information": "info", "plain": ""}

# Under this many days a deadline turns to « soon ».
SOON_IN_MONTHS = 61  # where the trade plans in months
SOON_IN_DAYS = 16  # where it acts in days

_MONTHS = ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."]


@dataclass(frozen=True)
class Badge:
    """A word that qualifies; its meaning gives colour and icon. `plain` means nothing: grey, no icon."""

    word: str
    meaning: Meaning = "plain"
    icon: str = ""

    @property
    def sign(self) -> str:
        return self.icon or MEANING_ICONS[self.meaning]


@dataclass(frozen=True)
class Tab:
    """One page about the person; `count` is shown when it is not None."""

    label: str
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Banner:
    """How a person is announced on every page. Empty values are left out.

    `name` is `str(personne)` or `str(menage)`, which mask a confidential household by themselves.
    """

    name: str
    url: str = ""
    number: str = ""  # « n° 2026-0042 », small, after the name
    household: str = ""  # « 2 adultes, 1 enfant »
    place: str = ""  # « B 204, Côté Cour »
    place_url: str = ""
    stay_from: datetime.date | None = None
    stay_to: datetime.date | None = None
    referent: str = ""
    badges: tuple[Badge, ...] = ()
    tabs: tuple[Tab, ...] = ()


@dataclass(frozen=True)
class Duty:
    """Something that is due: what, for whom, when, and the address that settles it."""

    what: str
    due_on: datetime.date
    action_url: str = ""
    action_label: str = "Ouvrir"
    who: str = ""
    who_url: str = ""
    detail: str = ""
    soon_within: int = SOON_IN_DAYS


@dataclass(frozen=True)
class Event:
    """One line of a timeline: `sentence` is a sentence, with its full stop left out."""

    on: datetime.date
    sentence: str
    theme: str = ""
    icon: str = "note"
    url: str = ""
    by: str = ""
    meaning: Meaning = "plain"


CellKind = Literal["", "main", "main code", "code", "money", "number", "date", "deadline", "tags", "minor"]


@dataclass(frozen=True)
class Column:
    """A column of a list. `sort` is the value of `?tri=`; `kind` gives alignment, format, and the place on a phone."""

    label: str
    kind: CellKind = ""
    sort: str = ""
    word: str = ""  # said before the value on a phone, where there is no head: « entrée le »
    soon_within: int = SOON_IN_DAYS


@dataclass(frozen=True)
class Row:
    """A row of a list: one cell a column, in order. `url` opens the row from its main cell."""

    cells: tuple[Any, ...]
    url: str = ""


@dataclass(frozen=True)
class Table:
    """A list, as `_table.html` shows it. `caption` says what the rows are, for who hears the page."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    totals: tuple[Any, ...] = ()

    @property
    def total_cells(self) -> list[tuple[Column, Any]]:
        return list(zip(self.columns, self.totals, strict=True)) if self.totals else []


@dataclass(frozen=True)
class Part:
    """A named part of a long form: where it is, and how many answers it still waits for."""

    title: str
    anchor: str
    left: int = 0


@dataclass(frozen=True)
class Deadline:
    """A due date in words, and what it means today."""

    text: str
    meaning: Meaning


def short_date(day: datetime.date, *, today: datetime.date) -> str:
    """« 4 déc. », « 1er mars », with the year when it is not this one."""
    number = "1er" if day.day == 1 else str(day.day)
    year = "" if day.year == today.year else f" {day.year}"
    return f"{number} {_MONTHS[day.month - 1]}{year}"


def deadline(due_on: datetime.date, *, today: datetime.date, soon_within: int = SOON_IN_DAYS) -> Deadline:
    """« dans 12 jours (4 déc.) »; late from the day after `due_on`, soon when fewer than `soon_within` days are left.

    From three months on, the distance is said in whole months.
    """
    days = (due_on - today).days
    written = short_date(due_on, today=today)
    if days < 0:
        gap = "d’un jour" if days == -1 else f"de {_distance(-days)}"
        return Deadline(f"en retard {gap} ({written})", "late")
    said = {0: "aujourd’hui", 1: "demain"}.get(days, f"dans {_distance(days)}")
    return Deadline(f"{said} ({written})", "soon" if days < soon_within else "plain")


def _distance(days: int) -> str:
    if days < 92:
        return f"{days} jours"
    if days < 730:
        return f"{days * 12 // 365} mois"
    return f"{days // 365} ans"


def by_urgency(duties: Iterable[Duty], *, today: datetime.date) -> list[tuple[str, list[Duty]]]:
    """Duties under « En retard », « Aujourd’hui », « Bientôt » and « Plus tard », each in order of date."""

    def rank(duty: Duty) -> int:
        days = (duty.due_on - today).days
        return 0 if days < 0 else 1 if days == 0 else 2 if days < duty.soon_within else 3

    titles = ("En retard", "Aujourd’hui", "Bientôt", "Plus tard")
    ordered = sorted(duties, key=lambda duty: (rank(duty), duty.due_on))
    return [(titles[key], list(group)) for key, group in groupby(ordered, key=rank)]
