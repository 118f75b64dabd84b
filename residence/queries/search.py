"""Find a person or a household: whatever the accents, the order of the names, a typing error."""

import datetime
import re
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Concat, Lower
from django.urls import reverse

from residence.contracts import Hit
from residence.models import DocumentEmis, MembreMenage, Menage, Personne, Rattachement, User
from residence.models.base import PlainText, today
from residence.permissions import Permission
from residence.queries.menages import names_only

SHORTEST = 2
MOST_WORDS = 6
# Names looked at in one step, over the whole body, before the scope of the user is.
MOST_HOLDING, MOST_RESEMBLING = 3000, 2000
# Up to this many households, the scope of a user is read before the names.
FEW = 2000
PEOPLE, HOUSEHOLDS, DOCUMENTS = "Personnes", "Ménages", "Documents"
# How near a word must be to a name of the person, from 0 to 1, when no name holds it as it was typed.
NEARNESS = "0.5"
RESEMBLING = 2  # the step that asks for it

_DATE = re.compile(r"\b(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})\b")
_NUMBER = re.compile(r"^(?:(?P<code>[\w-]{1,20})-)?(?P<year>20\d\d)-(?P<rank>\d{1,9})$")
_CAF = re.compile(r"^\d{5,8}[a-zA-Z]?$")


def people(user: User, text: str, limit: int) -> list[Hit]:
    """Persons by name or date of birth, then households by number or number of allocataire, that `user` may see."""
    return [*_persons(user, text, limit), *_households(user, text, limit)]


def _persons(user: User, text: str, limit: int) -> list[Hit]:
    born_on, rest = date_in(text)
    words = _words(rest)
    if not words and born_on is None:
        return []
    candidates = _candidates(user, words, born_on, limit)
    # The candidates were found by what is quick to ask; this is who may be shown.
    seen = Personne.objects.visible_to(user, Permission.RECHERCHE_USE).filter(pk__in=candidates)
    opened = Menage.objects.visible_to(user, Permission.RECHERCHE_USE)
    # The few candidates first, in so many words: PostgreSQL would go through the households of everybody.
    membres = MembreMenage.objects.filter(personne__in=candidates).filter(personne__in=seen, menage__in=opened)
    membres = membres.select_related("menage", "personne")
    # The present household, else the last one that the person was in.
    shown = {one.personne_id: one for one in membres.order_by(F("end_on").asc(nulls_last=True), "pk")}
    return [_hit(user, shown[pk].personne, shown[pk].menage) for pk in candidates if pk in shown]


def _candidates(user: User, words: list[str], born_on: datetime.date | None, limit: int) -> list[int]:
    """Persons whose name begins with what was typed, then those that hold it, then those that resemble it.

    Each step is asked whenever the one before leaves room, whatever the reason: hidden names change nothing to it.
    """
    scope, small = _scope(user)
    known = Personne.objects.filter(scope, merged_into=None)
    if born_on is not None:
        known = known.filter(born_on=born_on)
    if not words:
        return list(known.order_by("sort_name", "pk").values_list("pk", flat=True)[:limit])
    begins = Q(sort_name__startswith=_plain(words[0])) & _holds(words[1:])
    everybody = Personne.objects.order_by().values("pk")
    steps = [
        (begins, None),
        (_holds(words), everybody.filter(_holds(words))[:MOST_HOLDING]),
    ]
    if min(map(len, words)) > SHORTEST:
        steps.append((_resembles(words), everybody.filter(_resembles(words))[:MOST_RESEMBLING]))
    found: list[int] = []
    with transaction.atomic():
        for rank, (asked, matching) in enumerate(steps):
            if len(found) >= limit:
                break
            if rank == RESEMBLING:
                _ask_for_nearness()
            # Where few persons are in scope they are read first; elsewhere those whose name matches, by its index.
            rows = known.filter(asked) if small or matching is None else known.filter(pk__in=matching)
            # An order that no index gives, where an index would have all the names read one by one in their order.
            order = [Concat("sort_name", Value("")), "pk"] if small or matching is not None else ["sort_name", "pk"]
            rows = rows.exclude(pk__in=found).order_by(*order).values_list("pk", flat=True)
            found += rows[: limit - len(found)]
    return found


def _ask_for_nearness() -> None:
    """How near is near, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [NEARNESS])


def _scope(user: User) -> tuple[Q, bool]:
    """Persons of the households tied to the résidences of the user, hidden ones left out; whether they are few."""
    tied = Q(pk__in=[])
    for scope in user.scopes_for(Permission.RECHERCHE_USE):
        one = Q(residence=scope.residence_id, cause__in=scope.causes)
        tied |= one if scope.past else one & Q(end_on__isnull=True)
    ties = Rattachement.objects.filter(tied).order_by().values("menage")
    small = ties[: FEW + 1].count() <= FEW
    members = MembreMenage.objects.filter(menage__in=ties).order_by()
    named = Q(pk__in=MembreMenage.objects.filter(menage__in=user.opened_menages).values("personne"))
    if small:
        inside = Q(pk__in=members.values("personne")[: 10 * FEW])
    else:
        inside = Q(Exists(members.filter(personne=OuterRef("pk"))))
    return inside & (Q(is_confidential=False) | named), small


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


def _hit(user: User, personne: Any, menage: Menage) -> Hit:
    about = ""
    if personne.born_on and not names_only(user):
        precision = Personne.BirthPrecision(personne.birth_precision)
        written = {
            Personne.BirthPrecision.MONTH: f"{personne.born_on:%m/%Y}",
            Personne.BirthPrecision.YEAR: f"{personne.born_on:%Y}",
        }.get(precision, f"{personne.born_on:%d/%m/%Y}")
        about = f"naissance : {written}, "
    return Hit(
        group=PEOPLE,
        label=str(personne),
        url=reverse("residence:menage_detail", args=[menage.pk]),
        detail=f"{about}ménage n° {menage.pk}",
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


def documents(user: User, text: str, limit: int) -> list[Hit]:
    """Issued documents of that number, written as they carry it: « OPHIS-2026-00012 », « 2026-12 »."""
    asked = _NUMBER.search(text.strip())
    if asked is None:
        return []
    rows = DocumentEmis.objects.readable_by(user).filter(year=int(asked["year"]), rank=int(asked["rank"]))
    if asked["code"]:
        rows = rows.filter(residence__code__iexact=asked["code"])
    return [
        Hit(
            group=DOCUMENTS,
            label=f"{str(one.get_kind_display()).capitalize()} n° {one.number}",
            url=one.get_absolute_url(),
            detail=str(one.menage) if one.menage_id else "",
            icon="document",
        )
        for one in rows.select_related("residence", "menage").defer("data")[:limit]
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
