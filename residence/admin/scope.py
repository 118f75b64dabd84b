"""Whose rows: those where the permission is held, and where the back office is open too."""

from typing import Any, ClassVar

from django.contrib.admin.widgets import AdminTextareaWidget, RelatedFieldWidgetWrapper
from django.db import models
from django.db.models import Field
from django.http import HttpRequest

from residence.admin.forms import AmountField
from residence.forms.fields import DateField
from residence.models import Residence
from residence.permissions import Permission


def scoped(model: type[models.Model], user: Any, permission: Permission) -> models.QuerySet[Any]:
    """Rows of `model` where `user` holds `permission` and may work in the back office.

    A model without a scope of its own (partners, indices) is open as a whole to who holds the permission.
    """
    rows = model._default_manager.all()
    if hasattr(rows, "residence_path"):
        return rows.visible_to(user, permission).visible_to(user, Permission.ADMIN_USE)
    return rows if user.holds(permission) else rows.none()


class Scoped:
    """What a page and an inline share: choices of a foreign key within the user's reach, fields that read French."""

    formfield_overrides: ClassVar[dict[type[Field[Any, Any]], dict[str, Any]]] = {
        models.DecimalField: {"form_class": AmountField},
        models.DateField: {"form_class": DateField},
        models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 4})},
    }

    def choices_permission(self) -> Permission:
        raise NotImplementedError

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            # What is missing may be added on the spot; another row is not changed from here.
            field.widget.can_change_related = field.widget.can_view_related = False
            field.widget.can_delete_related = False
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if "queryset" not in kwargs:
            kwargs["queryset"] = scoped(db_field.related_model, request.user, self.choices_permission())
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None and db_field.related_model is Residence and request.method == "GET":
            only = list(field.queryset[:2])
            if len(only) == 1:
                field.initial = only[0].pk
        return field

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if "queryset" not in kwargs:
            kwargs["queryset"] = scoped(db_field.related_model, request.user, self.choices_permission())
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]
