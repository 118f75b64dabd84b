"""The journal: who did, read or took away what, and when."""

import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from residence.components import Column, Row, Table
from residence.context_processors import Frame
from residence.forms.journal import JournalFilterForm
from residence.journal_words import said
from residence.models import EntreeJournal, User
from residence.permissions import Permission, require_permission

PER_PAGE = 50


@require_http_methods(["GET"])
@require_permission(Permission.JOURNAL_VIEW)
def journal_list(request: HttpRequest) -> HttpResponse:
    """Acts, readings and exports in the résidences of the user."""
    rows = EntreeJournal.objects.visible_to(request.user).exclude(kind=EntreeJournal.Kind.TECHNIQUE)
    chosen = Frame(request).residence
    if chosen is not None:
        rows = rows.filter(residence=chosen.pk)
    return _list(request, rows, technical=False)


@require_http_methods(["GET"])
@require_permission(Permission.JOURNAL_TECHNIQUE_VIEW)
def journal_technique_list(request: HttpRequest) -> HttpResponse:
    """Technical acts: accounts, roles, settings."""
    rows = EntreeJournal.objects.visible_to(request.user).filter(kind=EntreeJournal.Kind.TECHNIQUE)
    return _list(request, rows, technical=True)


def _list(request: HttpRequest, rows: QuerySet[Any], *, technical: bool) -> HttpResponse:
    form = JournalFilterForm(request.GET, people=User.objects.all(), technical=technical)
    rows = _narrowed(rows, form.cleaned_data if form.is_valid() else {})
    page = Paginator(rows.select_related("by", "residence", "menage", "target_type"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "heading": "Qui a réglé quoi dans le logiciel ?" if technical else "Qui a fait, lu ou emporté quoi ?",
        "form": form,
        "page": page,
        "table": _table(list(page), technical=technical),
    }
    return render(request, "residence/journal_list.html", context)


def _narrowed(rows: QuerySet[Any], wanted: dict[str, Any]) -> QuerySet[Any]:
    if wanted.get("depuis"):
        rows = rows.filter(at__gte=_midnight(wanted["depuis"]))
    if wanted.get("jusque"):
        rows = rows.filter(at__lt=_midnight(wanted["jusque"] + datetime.timedelta(days=1)))
    if wanted.get("qui"):
        rows = rows.filter(by=wanted["qui"])
    if wanted.get("nature"):
        rows = rows.filter(kind=wanted["nature"])
    if wanted.get("objet"):
        rows = rows.filter(action__startswith=f"{wanted['objet']}.")
    if wanted.get("menage"):
        rows = rows.filter(menage=wanted["menage"])
    return rows


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def _table(entries: list[Any], *, technical: bool) -> Table:
    columns = [Column("Quand", "date"), Column("Acte", "main"), Column("Par", word="par")]
    if not technical:
        columns += [Column("Ménage"), Column("Nature", "minor")]
    columns += [Column("Résidence", "minor"), Column("Précision")]
    rows = []
    for entry in entries:
        cells: list[Any] = [entry.at, said(entry.action), str(entry.by) if entry.by else "le logiciel"]
        if not technical:
            cells += [str(entry.menage) if entry.menage_id else None, str(entry.get_kind_display())]
        cells += [str(entry.residence) if entry.residence_id else None, details(entry)]
        rows.append(Row(tuple(cells)))
    return Table(caption="Journal", columns=tuple(columns), rows=tuple(rows))


def details(entry: Any) -> str:
    """What a line adds in words: the fields that were changed, when it names some."""
    fields = entry.details.get("fields") if isinstance(entry.details, dict) else None
    if not fields:
        return ""
    model = entry.target_type.model_class() if entry.target_type_id else None
    return ", ".join(_field_name(model, name) for name in fields)


def _field_name(model: Any, name: str) -> str:
    try:
        return str(model._meta.get_field(name).verbose_name) if model is not None else "champ"
    except FieldDoesNotExist:
        return "champ"
