"""Columns and filters that the lists of the back office share."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from residence.admin.scope import scoped
from residence.models import Residence
from residence.templatetags.residence_ui import badge, euros


def money(path: str, label: str) -> Callable[[Any], str]:
    """A column of euros, aligned right. `path`: a field, or an annotation of the rows."""

    @admin.display(description=label, ordering=path.replace(".", "__"))
    def column(row: Any) -> str:
        found = row
        for name in path.split("."):
            found = getattr(found, name)
        return euros(found)

    column.__name__ = f"money_{path.replace('.', '_')}"
    return column


def yes_or_no(path: str, label: str) -> Callable[[Any], str]:
    """A column that says « oui », or nothing: a red cross would make a fault of a fact."""

    @admin.display(description=label, ordering=path)
    def column(row: Any) -> str:
        return "oui" if getattr(row, path) else "–"

    column.__name__ = path
    return column


def in_words(model: type[models.Model]) -> dict[str, Callable[[Any], str]]:
    """The columns that say the facts of a model, by field."""
    facts = [field for field in model._meta.fields if isinstance(field, models.BooleanField)]
    return {field.name: yes_or_no(field.name, str(field.verbose_name)) for field in facts}


def agent(field: str, label: str) -> Callable[[Any], str]:
    """A member of the staff, by name, for the page of a row: « signé par »."""

    @admin.display(description=label)
    def column(row: Any) -> str:
        return str(getattr(row, field) or "") or "–"

    column.__name__ = field
    return column


def state(meanings: dict[str, str], field: str = "status", label: str = "état") -> Callable[[Any], str]:
    """A column that says a state in a word and a colour. `meanings`: state to late, soon, done or information."""

    @admin.display(description=label, ordering=field)
    def column(row: Any) -> str:
        word = getattr(row, f"get_{field}_display")()
        return badge(word, meanings.get(getattr(row, field), "plain"))  # type: ignore[arg-type]

    column.__name__ = f"state_{field}"
    return column


class ResidenceFilter(admin.SimpleListFilter):
    """The résidence of the rows, for who works in several."""

    title = "résidence"
    parameter_name = "residence"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        residences = scoped(Residence, request.user, model_admin.view_permission)
        names = [(str(pk), name) for pk, name in residences.order_by("name").values_list("pk", "name")]
        return names if len(names) > 1 else []

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        value = self.value()
        if not value:
            return queryset
        path = self._path
        return queryset.filter(**{path: value}) if value.isdecimal() else queryset.none()

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        self._path = model_admin.residence_path
        super().__init__(request, params, model, model_admin)


class ReachFilter(admin.RelatedFieldListFilter):
    """Rows by what they belong to, among what the user may see of it."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        rows = scoped(field.related_model, request.user, model_admin.view_permission)
        return [(row.pk, str(row)) for row in rows]


def within_reach(path: str) -> tuple[str, type[ReachFilter]]:
    """The filter of a list by the foreign key at `path`."""
    return (path, ReachFilter)


def yes_no(
    title: str, parameter: str, yes: str, no: str, condition: Callable[[], models.Q]
) -> type[admin.SimpleListFilter]:
    """A filter with two sides, named as a person says them."""

    class YesNoFilter(admin.SimpleListFilter):
        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return [("oui", yes), ("non", no)]

        def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
            if self.value() == "oui":
                return queryset.filter(condition())
            return queryset.exclude(condition()) if self.value() == "non" else queryset

    YesNoFilter.title = title
    YesNoFilter.parameter_name = parameter
    return YesNoFilter
