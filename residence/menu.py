"""The navigation: what each app offers, kept to what the user's rights open."""

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string

from residence.models import User
from residence.permissions import Permission, Role


@dataclass(frozen=True)
class Section:
    code: str
    label: str
    icon: str


SECTIONS = (
    Section("accueil", "Accueil", "home"),
    Section("admissions", "Admissions", "admissions"),
    Section("logement", "Logement", "logement"),
    Section("redevance", "Redevance", "redevance"),
    Section("accompagnement", "Accompagnement", "accompagnement"),
    Section("administration", "Administration", "administration"),
)
BOTTOM_BAR_LENGTH = 4


@dataclass(frozen=True)
class MenuEntry:
    """A page that the navigation offers. Settings name lists of these in `MENU`, one or several an app.

    `permission` None opens it to all who are signed in. `mobile_for_roles`: roles whose bottom bar shows it on a phone.
    """

    section: str
    label: str
    url_name: str
    permission: Permission | None
    icon: str
    order: int = 100
    mobile_for_roles: frozenset[Role] = frozenset()


@dataclass(frozen=True)
class MenuLink:
    label: str
    url: str
    icon: str
    current: bool


@dataclass(frozen=True)
class MenuSection:
    code: str
    label: str
    icon: str
    links: tuple[MenuLink, ...]
    current: bool


@dataclass(frozen=True)
class Menu:
    sections: tuple[MenuSection, ...] = ()
    mobile: tuple[MenuLink, ...] = ()

    @property
    def section(self) -> str:
        """Code of the section where the page stands, or an empty string."""
        return next((section.code for section in self.sections if section.current), "")


def menu_for(user: User, path: str = "") -> Menu:
    """Sections that `user` may open, with what stands where on `path`, and the bottom bar of a phone."""
    entries = [
        entry for entry in _entries(tuple(settings.MENU)) if entry.permission is None or user.holds(entry.permission)
    ]
    urls = {entry: reverse(entry.url_name) for entry in entries}
    here = max(entries, key=lambda entry: _nearness(urls[entry], path), default=None)
    if here is not None and _nearness(urls[here], path)[0] == 0:
        here = None

    def link(entry: MenuEntry) -> MenuLink:
        return MenuLink(entry.label, urls[entry], entry.icon, current=entry is here and path.startswith(urls[entry]))

    sections = tuple(
        MenuSection(
            section.code,
            section.label,
            section.icon,
            tuple(link(entry) for entry in entries if entry.section == section.code),
            current=here is not None and here.section == section.code,
        )
        for section in SECTIONS
    )
    roles = user.roles
    favourites = sorted(entries, key=lambda entry: not roles & entry.mobile_for_roles)[:BOTTOM_BAR_LENGTH]
    return Menu(
        sections=tuple(section for section in sections if section.links),
        mobile=tuple(link(entry) for entry in entries if entry in favourites),
    )


@cache
def _entries(paths: tuple[str, ...]) -> tuple[MenuEntry, ...]:
    ranks = {section.code: rank for rank, section in enumerate(SECTIONS)}
    entries = [entry for path in paths for entry in import_string(path)]
    return tuple(sorted(entries, key=lambda entry: (ranks[entry.section], entry.order, entry.label)))


def _nearness(url: str, path: str) -> tuple[int, int]:
    """How near `path` is to `url`: the steps that both begin with, then those of `url` that `path` lacks."""
    steps, ours = _steps(url), _steps(path)
    common = next((rank for rank, pair in enumerate(zip(steps, ours, strict=False)) if pair[0] != pair[1]), None)
    if common is None:
        common = min(len(steps), len(ours))
    return common, common - len(steps)


def _steps(path: str) -> list[str]:
    """Steps of an address; the home page is a step of its own."""
    return [step for step in path.split("/") if step] or ["/"]
