"""The lines of a row, on its page."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from residence.admin.columns import in_words
from residence.admin.forms import DeskInlineForm
from residence.admin.scope import Scoped
from residence.permissions import Permission


class BaseInline(Scoped, admin.TabularInline):  # type: ignore[type-arg]
    """Lines of a row, under the rights of the row. Lines are added and corrected, never deleted."""

    form = DeskInlineForm
    extra = 0
    can_delete = False
    read_only = False
    show_change_link = False
    view_on_site = False

    def __init__(self, parent_model: type[models.Model], admin_site: Any) -> None:
        super().__init__(parent_model, admin_site)
        self._in_words = in_words(self.model)

    @property
    def parent(self) -> Any:
        return self.admin_site.get_model_admin(self.parent_model)

    def choices_permission(self) -> Permission:
        return self.parent.choices_permission()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj) if self.read_only else super().get_readonly_fields(request, obj)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)
        return [self._in_words.get(name, name) for name in fields] if self.read_only else fields

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.parent.has_view_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not self.read_only and self.parent.has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if self.read_only:
            return False
        return self.parent.has_change_permission(request, obj) if obj else self.parent.has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
