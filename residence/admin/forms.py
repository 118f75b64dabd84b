"""The forms of the back office: amounts as people write them, nothing overwritten unseen, one résidence a row."""

import datetime
import hashlib
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models

from residence.imports import amount_from


class AmountField(forms.DecimalField):
    """A decimal number as people type it: « 1 234,5 »."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs["widget"] = forms.TextInput(attrs={"inputmode": "decimal", "class": "vAmountField"})
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        if isinstance(value, str) and value.strip():
            try:
                value = amount_from(value)
            except ValueError as error:
                raise ValidationError(str(error)) from error
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return str(value).replace(".", ",") if isinstance(value, Decimal) else value


def label_of(model: type[models.Model], name: str) -> str:
    """What a person calls a field of `model`, or of one of its lines."""
    try:
        return str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    except (FieldDoesNotExist, AttributeError):
        pass
    for relation in model._meta.related_objects:
        try:
            return str(relation.related_model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        except (FieldDoesNotExist, AttributeError):
            continue
    return name.replace("_", " ")


def _stored(row: models.Model) -> list[str]:
    return [
        f"{field.attname}={getattr(row, field.attname)}" for field in row._meta.concrete_fields if not field.generated
    ]


class DeskForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form that knows what it was filled from: when the row has changed since, it says so and writes nothing."""

    row_version = forms.CharField(widget=forms.HiddenInput, required=False)
    lines: ClassVar[list[tuple[type[models.Model], str]]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._version = self._version_of(self.instance)
        self.initial["row_version"] = self._version

    def _version_of(self, row: models.Model) -> str:
        """What stands in the database for this row and its lines, in one word; nothing for a new one."""
        if row.pk is None or row._state.adding:
            return ""
        rows = [_stored(row)]
        for model, key in self.lines:
            rows += [_stored(line) for line in model._default_manager.filter(**{key: row.pk}).order_by("pk")]
        return hashlib.sha256(repr(rows).encode()).hexdigest()[:32]

    def clean(self) -> Any:
        cleaned = super().clean()
        sent = self.data.get(self.add_prefix("row_version"), "")
        if self._version and sent != self._version:
            # What was typed stays; the next save is made knowing what stands now.
            self.data = self.data.copy()
            self.data[self.add_prefix("row_version")] = self._version
            now = [
                f"{self.fields[name].label or name} : {_shown(self.instance, name)}"
                for name in self.changed_data
                if name in self.fields and name != "row_version"
            ]
            message = (
                "Quelqu’un a modifié cette fiche depuis que vous l’avez ouverte : rien n’a été enregistré. "
                "Votre saisie est restée ; relisez-la, puis enregistrez de nouveau pour qu’elle l’emporte."
            )
            if now:
                message += f" Ce qui est enregistré maintenant : {' · '.join(now)}."
            raise ValidationError(message, code="stale")
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.errors:
            return
        self._refuse_two_residences()
        if self.errors:
            return
        # A ModelForm leaves out a constraint that names a field it does not show.
        try:
            self.instance.validate_constraints()
        except ValidationError as error:
            self.add_error(None, error.messages)

    def _refuse_two_residences(self) -> None:
        own = getattr(self.instance, "residence_id", None)
        if own is None:
            return
        for field in self.instance._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.name != "residence":
                other = getattr(self.instance, field.name, None)
                if getattr(other, "residence_id", own) != own:
                    self.add_error(
                        field.name if field.name in self.fields else None, f"« {other} » est d’une autre résidence."
                    )


class DeskInlineForm(forms.ModelForm):  # type: ignore[type-arg]
    """A line of a row."""


def _shown(row: models.Model, name: str) -> str:
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name, "")
    if value is None or value == "":
        return "vide"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime.date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    return str(value)


def foreign_key(model: type[models.Model], parent: type[models.Model], name: str | None) -> str:
    if name:
        return name
    return next(
        field.name
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model is parent
    )
