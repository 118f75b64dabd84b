"""The lines of an imported file as rows of a model."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from import_export import resources
from import_export.fields import Field
from import_export.results import RowResult

from residence.admin.cells import Reference
from residence.admin.scope import scoped
from residence.imports import Names
from residence.models import Residence
from residence.permissions import Permission


class Quiet:
    """Differences are read from the rows: the library's own way of writing them needs inline styles."""

    def __init__(self, resource: Any, instance: Any, new: bool) -> None:
        pass

    def compare_with(self, resource: Any, instance: Any) -> None:
        pass

    def as_html(self) -> None:
        return None


class DeskResource(resources.ModelResource):  # type: ignore[misc]
    """The lines of a file as rows of a model. `Meta.import_id_fields` names a row; `required` are the other columns."""

    class Meta:
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True
        use_transactions = True
        store_instance = True
        store_row_values = False
        skip_html_diff = True

    required: tuple[str, ...] = ()

    def __init__(self, *, user: Any, permission: Permission) -> None:
        super().__init__()
        self.user = user
        self.permission = permission
        self._seen: dict[Any, int] = {}
        own = self.fields.get("residence")
        for field in self.fields.values():
            if isinstance(field.widget, Reference):
                model = Residence if field is own else self._meta.model._meta.get_field(field.attribute).related_model
                field.widget.load(scoped(model, user, permission))
                within = own is not None and field is not own and hasattr(model, "residence")
                field.widget.residence = own.widget if within else None
        self._stored = Names()
        for row in self.get_queryset():
            self._stored.add(tuple(self.fields[name].get_value(row) for name in self._meta.import_id_fields), row)

    @classmethod
    def get_diff_class(cls) -> Any:
        return Quiet

    def get_queryset(self) -> models.QuerySet[Any]:
        named = [field.attribute for field in self.fields.values() if isinstance(field.widget, Reference)]
        return scoped(self._meta.model, self.user, self.permission).select_related(*named)

    @classmethod
    def columns(cls) -> list[tuple[str, bool]]:
        """Heads of the file, and whether each must be there."""
        needed = {*cls._meta.import_id_fields, *cls.required}
        return [(field.column_name, name in needed) for name, field in cls.fields.items()]

    def get_instance(self, instance_loader: Any, row: dict[str, Any]) -> Any:
        values, errors = {}, {}
        for name in self._meta.import_id_fields:
            field = self.fields[name]
            try:
                values[name] = field.clean(row)
                if values[name] in (None, ""):
                    raise ValueError("À remplir.")
            except ValueError as error:
                errors[field.attribute] = ValidationError(str(error))
        if errors:
            raise ValidationError(errors)
        key = tuple(values.values())
        found = self._stored.get(key)
        before = self._seen.setdefault(found or key, row["__line__"])
        if before != row["__line__"]:
            raise ValidationError(f"La même ligne est déjà dans le fichier, ligne {before}.")
        return found

    def import_field(self, field: Field, instance: Any, row: Any, is_m2m: bool = False, **kwargs: Any) -> None:
        """An empty cell of a new row leaves what the model gives by itself; what names a row that stands is kept."""
        if instance._state.adding:
            empty = row.get(field.column_name) in (None, "")
            if empty and instance._meta.get_field(field.attribute).has_default():
                return
        elif field.attribute in self._meta.import_id_fields:
            return
        super().import_field(field, instance, row, is_m2m, **kwargs)

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        """A line that changes nothing is passed over; a new one never is, however empty."""
        if original.pk is None:
            return False
        return bool(super().skip_row(instance, original, row, import_validation_errors))

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        super().validate_instance(instance, import_validation_errors, validate_unique)
        own = getattr(instance, "residence_id", None)
        for field in instance._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and own is not None and field.name != "residence":
                other = getattr(instance, field.name, None)
                if getattr(other, "residence_id", own) != own:
                    raise ValidationError({field.name: f"« {other} » est d’une autre résidence."})

    def changes(self, row: RowResult) -> list[tuple[str, str, str]]:
        """(column, before, after) of what a line changes; for a new row, what it fills in."""
        found = []
        for field in self.get_import_fields():
            before = _said(field.get_value(row.original)) if row.original is not None else ""
            after = _said(field.get_value(row.instance))
            if before != after:
                found.append((field.column_name, before, after))
        return found


def _said(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if hasattr(value, "strftime"):
        return f"{value:%d/%m/%Y}"
    return f"{value.normalize():f}".replace(".", ",") if isinstance(value, Decimal) else str(value)
