"""The columns of an imported file: how a cell is read, and what it may name."""

from collections.abc import Callable
from typing import Any

from django.db import models
from import_export import widgets
from import_export.fields import Field

from residence.imports import Names, amount_from, day_from, text_from, whole_from, yes_no_from

RESIDENCE = "Résidence"


class Cell(widgets.Widget):
    """A cell read by a function of ours, shown as a person reads it."""

    def __init__(self, read: Callable[[Any], Any], *, empty: Any = None) -> None:
        super().__init__()
        self.read = read
        self.empty = empty

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        return self.empty if value is None or value == "" else self.read(value)


def text(column: str, attribute: str) -> Field:
    return Field(column_name=column, attribute=attribute, widget=Cell(text_from, empty=""))


def amount(column: str, attribute: str) -> Field:
    return Field(column_name=column, attribute=attribute, widget=Cell(amount_from))


def whole(column: str, attribute: str) -> Field:
    return Field(column_name=column, attribute=attribute, widget=Cell(whole_from))


def day(column: str, attribute: str) -> Field:
    return Field(column_name=column, attribute=attribute, widget=Cell(day_from))


def flag(column: str, attribute: str) -> Field:
    return Field(column_name=column, attribute=attribute, widget=Cell(yes_no_from, empty=False))


def choice(column: str, attribute: str, choices: type[models.TextChoices]) -> Field:
    """One of a list, by its name or its code."""
    known = Names()
    for value, label in choices.choices:
        known.add(value, value)
        known.add(str(label), value)
    labels = ", ".join(f"« {label} »" for label in choices.labels)

    def read(value: Any) -> str:
        found: str | None = known.get(text_from(value))
        if found is None:
            raise ValueError(f"« {value} » n’est pas dans la liste. Écrivez : {labels}.")
        return found

    return Field(column_name=column, attribute=attribute, widget=Cell(read, empty=""))


class Reference(widgets.Widget):
    """A row named by the file, among those within the user's reach and, but for résidences, in the line's résidence."""

    def __init__(self, what: str, names: Callable[[Any], tuple[str, ...]], *, required: bool = True) -> None:
        super().__init__()
        self.what = what
        self.names = names
        self.required = required
        self.known = Names()
        self.residence: Reference | None = None

    def load(self, rows: models.QuerySet[Any]) -> None:
        for row in rows:
            for name in self.names(row):
                self.known.add((getattr(row, "residence_id", None), name), row)

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        if value is None or value == "":
            if self.required:
                raise ValueError(f"{self.what} : à remplir.")
            return None
        within = None
        if self.residence is not None:
            within = self.residence.clean(row.get(RESIDENCE), row=row).pk
        found = self.known.get((within, text_from(value)))
        if found is None:
            reach = "inconnue, ou hors de vos droits" if self.residence is None else "introuvable dans cette résidence"
            raise ValueError(f"{self.what} « {value} » : {reach}.")
        return found


def reference(column: str, attribute: str, names: Callable[[Any], tuple[str, ...]], *, required: bool = True) -> Field:
    return Field(
        column_name=column,
        attribute=attribute,
        widget=Reference(column, names, required=required),
        saves_null_values=True,
    )


def residence_field() -> Field:
    return reference(RESIDENCE, "residence", lambda row: (row.code, row.name))


def residence_of_place() -> Field:
    """The résidence of a row that has none but through its place: it names the row, and is never written."""
    field = residence_field()
    field.readonly = True
    return field
