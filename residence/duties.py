"""The kinds of duty, and the one rule from which the stored duties of a target are opened, moved and settled.

Each app lists its kinds in a module that the setting DUTIES names. An action calls `refresh_duties(target)` in its own
transaction once it has changed `target`; `manage.py quotidien` calls `rebuild_duties()`, which applies the
same rules to all.
"""

import datetime
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, Model, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from residence.components import SOON_IN_DAYS
from residence.models import Echeance, User
from residence.models.base import today
from residence.permissions import Permission
from residence.statements import ANY_ROW, Statement, asked, written

# Rows of the model of a kind of duty, and those among them of which its rule may speak on a day.
Among = Callable[[QuerySet[Any], datetime.date], QuerySet[Any]]


@dataclass(frozen=True)
class Expected:
    """A duty that the rule wants open: for whom (a role of the résidence, or one user), by when, about what."""

    target_id: int
    residence_id: int
    due_on: datetime.date
    role: str = ""
    user_id: int | None = None
    menage_id: int | None = None
    detail: str = ""

    @property
    def addressee(self) -> tuple[int, str, int | None]:
        return (self.target_id, self.role, self.user_id)


@dataclass(frozen=True)
class DutyKind:
    """A kind of duty. `sentence`: what to do, a verb first. `url_name`: the page that settles it, with the target's pk.

    `rule` takes a QuerySet of `model` (all, or one row) and the day, and yields what is expected to be open. It is
    given those that `among` keeps: of one row, a statement written once a day asks all the kinds of its model whether
    they keep it, and most do not.
    `detail_for` gives, by target, words that only their reader may see: asked for as they are shown, never stored.
    """

    code: str
    sentence: str
    model: type[Model]
    rule: Callable[[QuerySet[Any], datetime.date], Iterable[Expected]]
    url_name: str
    permission: Permission
    action_label: str = "Ouvrir"
    soon_within: int = SOON_IN_DAYS
    detail_for: Callable[[User, list[int]], dict[int, str]] | None = None
    among: Among | None = None

    def url(self, target_id: int) -> str:
        return reverse(self.url_name, args=[target_id])


def in_status(*statuses: str) -> Among:
    """For `among`: rows in one of these statuses."""
    return lambda rows, day: rows.filter(status__in=statuses)


@cache
def kinds() -> dict[str, DutyKind]:
    """Every kind of duty, by code."""
    return {kind.code: kind for path in settings.DUTIES for kind in import_string(path)}


@cache
def _kinds_by_model() -> dict[type[Model], list[DutyKind]]:
    by_model: dict[type[Model], list[DutyKind]] = {}
    for kind in kinds().values():
        by_model.setdefault(kind.model, []).append(kind)
    return by_model


_postponed: ContextVar[bool] = ContextVar("duties_postponed", default=False)


@contextmanager
def duties_postponed() -> Iterator[None]:
    """Leave duties as they are in the block, for what rebuilds them all when it ends."""
    token = _postponed.set(True)
    try:
        yield
    finally:
        _postponed.reset(token)


@transaction.atomic
def refresh_duties(target: Model, *codes: str) -> None:
    """Make the open duties of one target what the rules say of it now. `codes`: those that may have changed (all)."""
    if _postponed.get():
        return
    of_model = [kind for kind in _kinds_by_model().get(type(target), ()) if not codes or kind.code in codes]
    if of_model:
        _refresh(of_model, type(target)._default_manager.filter(pk=target.pk), only=target.pk)


@transaction.atomic
def rebuild_duties(day: datetime.date | None = None) -> tuple[int, int]:
    """Make every open duty what the rules say on `day`; how many were opened or moved, and how many settled."""
    opened = settled = 0
    for model, of_model in _kinds_by_model().items():
        new, gone = _refresh(of_model, model._default_manager.all(), day=day)
        opened, settled = opened + new, settled + gone
    return opened, settled


def _speaking_of(target_id: int, of_model: list[DutyKind], on: datetime.date) -> list[DutyKind]:
    """The kinds whose rule may speak of one target."""
    narrow = tuple(kind for kind in of_model if kind.among is not None)
    if not narrow:
        return of_model
    told = asked(_keeping(narrow, on), {ANY_ROW: target_id})
    kept = {kind.code for kind, keeps in zip(narrow, told[0], strict=True) if keeps} if told else set()
    return [kind for kind in of_model if kind.among is None or kind.code in kept]


@lru_cache(maxsize=128)
def _keeping(of_model: tuple[DutyKind, ...], on: datetime.date) -> Statement:
    """Asks of each of these kinds, of one model, whether it keeps a row."""
    row = of_model[0].model._default_manager.filter(pk=ANY_ROW)
    keeps = [Exists(kind.among(row, on)) for kind in of_model if kind.among is not None]
    return written(row.order_by().values_list(*keeps))


def _stored(codes: tuple[str, ...], target_type_id: int) -> QuerySet[Any, Any]:
    """The open duties of these kinds, as the rules key them, held until the end of the transaction."""
    rows = Echeance.objects.open().filter(kind__in=codes, target_type=target_type_id).select_for_update()
    return rows.values_list("pk", "kind", "target_id", "role", "user_id", "due_on", "detail")


@lru_cache(maxsize=128)
def _stored_of_one(codes: tuple[str, ...], target_type_id: int) -> Statement:
    """Asks for those of one target."""
    return written(_stored(codes, target_type_id).filter(target_id=ANY_ROW))


def _refresh(
    of_model: list[DutyKind], rows: QuerySet[Any], *, only: int | None = None, day: datetime.date | None = None
) -> tuple[int, int]:
    """Apply the rules of kinds that share their model to `rows`: all of them, or the one row of pk `only`."""
    on = day or today()
    speaking = of_model if only is None else _speaking_of(only, of_model, on)
    # The same rows for the kinds that share an `among`: what their rules ask of them may be asked once.
    kept = {among: among(rows, on) if among else rows for among in {kind.among for kind in speaking}}
    expected = {(kind.code, *duty.addressee): duty for kind in speaking for duty in kind.rule(kept[kind.among], on)}
    content_type = ContentType.objects.get_for_model(of_model[0].model)
    codes = tuple(kind.code for kind in of_model)
    stored = (
        _stored(codes, content_type.pk)
        if only is None
        else asked(_stored_of_one(codes, content_type.pk), {ANY_ROW: only})
    )
    gone, changed = [], 0
    for pk, *key, due_on, detail in stored:
        duty = expected.pop(tuple(key), None)
        if duty is None:
            gone.append(pk)
        elif (due_on, detail) != (duty.due_on, duty.detail):
            Echeance.objects.filter(pk=pk).update(due_on=duty.due_on, detail=duty.detail)
            changed += 1
    if gone:
        Echeance.objects.filter(pk__in=gone).update(settled_at=timezone.now())
    Echeance.objects.bulk_create(
        [
            Echeance(
                kind=code,
                target_type=content_type,
                target_id=duty.target_id,
                residence_id=duty.residence_id,
                due_on=duty.due_on,
                role=duty.role,
                user_id=duty.user_id,
                menage_id=duty.menage_id,
                detail=duty.detail,
            )
            for (code, *_), duty in expected.items()
        ],
        ignore_conflicts=True,
    )
    return len(expected) + changed, len(gone)
