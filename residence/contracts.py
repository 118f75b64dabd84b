"""What the hooks that settings name take and give back: the words that the apps share with the pages of a household.

| setting | function | gives |
|---|---|---|
| `ON_STAY_OPENED` | `(contrat, by)` | nothing; runs when a first contract of a stay is signed |
| `ON_STAY_CLOSED` | `(sejour, by)` | nothing |
| `SEARCH` | `(user, text, limit)` | list of `Hit` |
| `BANNER` | `(user, menage)` | `BannerPart` |
| `PERSON_PANELS` | `(user, menage)` | list of `Panel` |
| `TIMELINE` | `(user, menage)` | list of `residence.components.Event` |
| `HOME` | `(user, residence_id)` | list of `Panel`: tiles of the home page; `residence_id` None for all of the user's |
| `ON_RENDEZ_VOUS_MISSED` | `(rendez_vous, by)` | nothing; runs when a household did not come |
| `QUOTIDIEN` | `(day)` | a sentence: what the app did that was due on `day`; may run twice |
| `MENU` | list of `residence.menu.MenuEntry` | |
| `DUTIES` | list of `residence.duties.DutyKind` | |
| `DEMO` | `(world)` | nothing; see `residence.demo` |
"""

import datetime
from dataclasses import dataclass, field
from typing import Any

from residence.components import Badge, Tab


@dataclass(frozen=True)
class Hit:
    """A result of the search: the group it is shown under, what it is called, one line more, where it leads."""

    group: str
    label: str
    url: str
    detail: str = ""
    icon: str = ""


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
