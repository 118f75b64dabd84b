"""What the hooks that settings name take and give back: the words that the apps share with the pages of a household.

| setting | function | gives |
|---|---|---|
| `ON_STAY_OPENED` | `(contrat, by)` | nothing; runs when a first contract of a stay is signed |
| `ON_STAY_CLOSED` | `(sejour, by)` | nothing |
| `SEARCH` | `(user, text, limit)` | list of `Hit` |
| `MENAGE_PARTS` | `(reader)` | a `MenagePart`: what the app tells of a household |
| `KEPT_FROM` | `(user)` | a `KeptFrom`: papers, duties, lines of the journal kept from the user, whatever the role |
| `DOCUMENT_TOLD` | `(document, user)` | the frozen data of a document as this reader may know it; None: whole |
| `HOME` | `(user, residence_id)` | list of `Panel`: tiles of the home page; `residence_id` None for all of the user's |
| `ON_MENAGE_MASKED` | `(menage, by)` | nothing; runs when a household becomes confidential |
| `ON_RENDEZ_VOUS_MISSED` | `(rendez_vous, by)` | nothing; runs when a household did not come |
| `QUOTIDIEN` | `(day)` | a sentence: what the app did that was due on `day`; may run twice |
| `MENU` | list of `residence.menu.MenuEntry` | |
| `DUTIES` | list of `residence.duties.DutyKind` | |
| `DEMO` | `(world)` | nothing; see `residence.demo` |
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from residence.components import Badge, Event, Tab
from residence.models import Menage, User
from residence.queries.menages import MenageReader
from residence.queries.together import Rows


@dataclass(frozen=True)
class Hit:
    """A result of the search: the group it is shown under, what it is called, one line more, where it leads."""

    group: str
    label: str
    url: str
    detail: str = ""
    icon: str = ""


@dataclass(frozen=True)
class KeptFrom:
    """What a user is kept from about some households (`menages`, by number): these documents, these kinds of duty.

    Also the lines of the journal about rows of the app of this label.
    """

    menages: QuerySet[Any, Any]
    app_label: str
    documents: frozenset[str]
    duties: frozenset[str]


@dataclass(frozen=True)
class BannerPart:
    """What an app adds to the banner of a household, as far as the user's permissions open it."""

    place: str = ""
    place_url: str = ""
    stay_from: datetime.date | None = None
    stay_to: datetime.date | None = None
    referent: str = ""
    badges: tuple[Badge, ...] = ()
    tabs: tuple[Tab, ...] = ()


@dataclass(frozen=True)
class Panel:
    """A block of the page of a household: a title, label-value lines, badges, and where to go on."""

    title: str
    lines: tuple[tuple[str, Any], ...] = ()
    url: str = ""
    link_label: str = ""
    badges: tuple[Badge, ...] = ()
    empty: str = ""
    order: int = 100
    actions: tuple[tuple[str, str], ...] = field(default_factory=tuple)  # (label, address)


@dataclass(frozen=True)
class Told(Rows):
    """Rows that the timeline tells; the rows of all the apps are asked for in one query.

    With `on`, the date among `fields` that each event is of, and `theme`, that of all, a row becomes an event only on
    the page that shows it.
    """

    tell: Callable[[Any], Event]
    on: str = ""
    theme: str = ""


class MenagePart:
    """What an app tells of a household to one user: made once a page, so that what its methods share is asked once."""

    def __init__(self, reader: MenageReader) -> None:
        self.reader = reader

    @property
    def user(self) -> User:
        return self.reader.user

    @property
    def menage(self) -> Menage:
        return self.reader.menage

    def banner(self) -> BannerPart:
        """What stands in the banner of the household, on every page about it."""
        return BannerPart()

    def panels(self) -> list[Panel]:
        """Blocks of the page of the household."""
        return []

    def timeline(self) -> list[Event | Told]:
        """What happened: events at hand, and rows that tell one each."""
        return []
