"""Find a person or a household: whatever the accents, the order of the names, a typing error."""

import datetime
import re
from typing import Any

from django.db import connection, transaction
from django.db.models import Prefetch, Q, QuerySet, Value
from django.db.models.functions import Lower
from django.urls import reverse

from residence.contracts import Hit
from residence.models import MembreMenage, Menage, Personne, User
from residence.models.base import PlainText, today
from residence.permissions import Permission

SHORTEST = 2
MOST_WORDS = 6
PEOPLE, HOUSEHOLDS = "Personnes", "Ménages"
# How near a word must be to a name of the person, from 0 to 1, when no name holds it as it was typed.
NEARNESS = "0.5"

_DATE = re.compile(r"\b(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})\b")
_CAF = re.compile(r"^\d{5,8}[a-zA-Z]?$")


def people(user: User, text: str, limit: int) -> list[Hit]:
    """Persons by name or date of birth, then households by number or number of allocataire, that `user` may see."""
    return [*_persons(user, text, limit), *_households(user, text, limit)]


def _persons(user: User, text: str, limit: int) -> list[Hit]:
    born_on, rest = date_in(text)
    words = _words(rest)
    if not words and born_on is None:
        return []
    seen = Personne.objects.visible_to(user, Permission.RECHERCHE_USE).filter(merged_into=None)
    if born_on is not None:
        seen = seen.filter(born_on=born_on)
    found = _page(seen.filter(_holds(words)), limit)
    if len(found) < limit and words:
        # A second look for typing errors, made whenever the first leaves room: hidden names change nothing to it.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [NEARNESS])
            near = seen.filter(_resembles(words)).exclude(pk__in=[personne.pk for personne in found])
            found += _page(near, limit - len(found))
    return [hit for personne in found if (hit := _hit(personne)) is not None]


def _words(text: str) -> list[str]:
    """The words of `text` that may be a name."""
    words = [word for word in re.split(r"[\s,’'\-]+", text) if len(word) >= SHORTEST]
    return [word for word in words if not any(sign.isdigit() for sign in word)][:MOST_WORDS]


def _holds(words: list[str]) -> Q:
    held = Q()
    for word in words:
        held &= Q(search_name__contains=_plain(word))
    return held


def _resembles(words: list[str]) -> Q:
    near = Q()
    for word in words:
        near &= Q(search_name__trigram_word_similar=_plain(word))
    return near


def _plain(word: str) -> Lower:
    return Lower(PlainText(Value(word)))


def _page(rows: QuerySet[Any], limit: int) -> list[Any]:
    membres = MembreMenage.objects.filter(end_on=None).select_related("menage")
    return list(rows.order_by("sort_name", "pk").prefetch_related(Prefetch("membre_de", membres, "present"))[:limit])


def _hit(personne: Any) -> Hit | None:
    menage = next((membre.menage for membre in personne.present), None)
    if menage is None:
        return None
    born = ""
    if personne.born_on:
        precision = Personne.BirthPrecision(personne.birth_precision)
        written = {
            Personne.BirthPrecision.MONTH: f"{personne.born_on:%m/%Y}",
            Personne.BirthPrecision.YEAR: f"{personne.born_on:%Y}",
        }.get(precision, f"{personne.born_on:%d/%m/%Y}")
        born = f"naissance : {written}, "
    return Hit(
        group=PEOPLE,
        label=str(personne),
        url=reverse("residence:menage_detail", args=[menage.pk]),
        detail=f"{born}ménage n° {menage.pk}",
        icon="user",
    )


def _households(user: User, text: str, limit: int) -> list[Hit]:
    wanted = text.strip().lower().removeprefix("n°").strip()
    asked = Q(pk__in=[])
    if wanted.isdecimal() and len(wanted) <= 9:
        asked |= Q(pk=int(wanted))
    if _CAF.match(wanted):
        asked |= Q(caf_number__in={wanted, wanted.upper(), wanted.lstrip("0")})
    if asked == Q(pk__in=[]):
        return []
    rows = Menage.objects.visible_to(user, Permission.RECHERCHE_USE).filter(asked).order_by("sort_name", "pk")
    return [
        Hit(
            group=HOUSEHOLDS,
            label=str(menage),
            url=reverse("residence:menage_detail", args=[menage.pk]),
            detail=f"ménage n° {menage.pk}",
            icon="users",
        )
        for menage in rows[:limit]
    ]


def households_named(user: User, text: str, permission: Permission, limit: int = 20) -> list[Menage]:
    """Households in which a person is called like `text`, or of that number, where `user` holds `permission`."""
    words = _words(text)
    asked = Q(pk__in=[])
    if text.strip().isdecimal() and len(text.strip()) <= 9:
        asked |= Q(pk=int(text))
    if words:
        named = Personne.objects.filter(_holds(words), membre_de__end_on=None)
        asked |= Q(membres__personne__in=named, membres__end_on=None)
    rows = Menage.objects.visible_to(user, permission).filter(asked).distinct()
    return list(rows.order_by("sort_name", "pk")[:limit])


def date_in(text: str) -> tuple[datetime.date | None, str]:
    """The date written in `text`, as 17/05/1990 or 17/5/90, and the text without it."""
    found = _DATE.search(text)
    if found is None:
        return None, text
    day, month, year = (int(part) for part in found.groups())
    if year < 100:
        year += 1900 if year > today().year % 100 else 2000
    try:
        return datetime.date(year, month, day), text[: found.start()] + " " + text[found.end() :]
    except ValueError:
        return None, text
