"""How a household is announced on every page: what all the apps know of it, as far as the reader's rights open it."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from django.urls import reverse
from django.utils.text import slugify

from residence import hooks
from residence.components import Badge, Banner, Tab
from residence.contracts import BannerPart, MenagePart
from residence.models import MembreMenage, Menage, User
from residence.models.base import today
from residence.permissions import Permission
from residence.queries.menages import MenageReader
from residence.rules.dates import add_months

ADULT_AT = 18


def parts_of(reader: MenageReader) -> list[MenagePart]:
    """What each app tells of a household to its reader."""
    return hooks.call("MENAGE_PARTS", reader=reader)


def banner_for(user: User, menage: Menage, *, current: str = "", parts: Iterable[MenagePart] | None = None) -> Banner:
    """The banner of `menage` as `user` sees it; `parts`: those of the page, where it shows more of them.

    `current` is the label of the tab that the page is, in plain letters: « Dossier social » is `dossier-social`.
    A confidential household on which `user` was not named shows its number, its place and its stay, nothing else.
    """
    parts = list(parts or parts_of(MenageReader(user, menage, banner_only=True)))
    reader = parts[0].reader
    part = _merged([one.banner() for one in parts])
    opened = reader.opens(Permission.MENAGE_VIEW)
    url = reverse("residence:menage_detail", args=[menage.pk]) if opened else ""
    tabs: list[Tab] = []
    if opened:
        tabs = [
            Tab("Ménage", url),
            *part["tabs"],
            Tab("Documents", reverse("residence:document_list", args=[menage.pk])),
        ]
    badges = [badge for badge in part["badges"] if not menage.is_masked or badge.word in PLAIN_BADGES]
    if menage.is_confidential:
        badges.insert(0, Badge("confidentiel", "information", "lock"))
    return Banner(
        name=str(menage),
        url=url,
        number="" if menage.is_masked else f"n° {menage.pk}",
        household="" if menage.is_masked else composition(reader),
        place=part["place"],
        place_url=part["place_url"],
        stay_from=part["stay_from"],
        stay_to=part["stay_to"],
        referent="" if menage.is_masked else part["referent"],
        badges=tuple(badges),
        tabs=tuple(Tab(tab.label, tab.url, slugify(tab.label) == current, tab.count) for tab in tabs),
    )


# What the number of a confidential household may say besides: its money runs on it.
PLAIN_BADGES = frozenset({"préavis", "impayé"})


def composition(reader: MenageReader) -> str:
    """« 2 adultes, 1 enfant » from the persons named, or the number announced when it is higher."""
    adults = children = 0
    for membre in reader.members_on(today()):
        if _is_child(membre):
            children += 1
        else:
            adults += 1
    declared = reader.menage.declared_persons or 0
    if declared > adults + children:
        return f"{declared} personnes annoncées"
    said = [f"{adults} adulte{'s' if adults > 1 else ''}"] if adults else []
    if children:
        said.append(f"{children} enfant{'s' if children > 1 else ''}")
    return ", ".join(said)


def _is_child(membre: MembreMenage) -> bool:
    born = membre.personne.born_on
    if born is None:
        return membre.tie == MembreMenage.Tie.CHILD
    return born > add_months(today(), -12 * ADULT_AT)


def _merged(parts: list[BannerPart]) -> dict[str, Any]:
    """Badges and tabs of all, and the first app that knows it for the rest."""
    merged: dict[str, Any] = {"badges": [], "tabs": []}
    for part in parts:
        for one in fields(part):
            value = getattr(part, one.name)
            if one.name in ("badges", "tabs"):
                merged[one.name] += value
            elif not merged.get(one.name):
                merged[one.name] = value
    return {"place": "", "place_url": "", "stay_from": None, "stay_to": None, "referent": "", **merged}
