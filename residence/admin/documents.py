"""What was issued, read only; the wording that a résidence gives to its documents, version after version."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from residence.admin.acts import Act
from residence.admin.base import BaseAdmin
from residence.admin.columns import ResidenceFilter
from residence.admin.exporting import Exported
from residence.admin.scope import scoped
from residence.exports import Column
from residence.models import DocumentEmis
from residence.models.documents import DOCUMENT_PERMISSION
from residence.permissions import Permission


@admin.register(DocumentEmis)
class DocumentEmisAdmin(Exported, BaseAdmin):
    """Each document under the permission of its own kind."""

    noun = "document"
    section = "documents"
    rank = 10
    view_permission = Permission.SEJOUR_VIEW
    menage_path = "menage"
    list_display = ("number", "kind", "menage_name", "residence", "issued_on", "issued_by")
    list_select_related = ("residence", "menage", "issued_by")
    list_filter = ("kind", ResidenceFilter)
    date_hierarchy = "issued_on"
    search_numbers = ("rank", "pk")
    search_codes = ("residence__code",)
    ordering = ("-issued_at", "-pk")
    fields = ("number", "kind", "menage_name", "residence", "issued_on", "issued_by", "template_version", "replaces")
    readonly_fields = ("number", "menage_name")
    acts = (Act("Ouvrir le PDF", "residence:document_open", Permission.SEJOUR_VIEW, main=True),)
    export_columns = (
        Column("Numéro", "number"),
        Column("Document", "get_kind_display"),
        Column("Date", "issued_on"),
        Column("Résidence", "residence.name"),
        Column("N° de ménage", "menage_id"),
        Column("Ménage", lambda row: str(row.menage) if row.menage else "", named=True),
        Column("Émis par", lambda row: str(row.issued_by) if row.issued_by else ""),
        Column("Empreinte", "data_sha256"),
    )

    def rows_for(self, user: Any, permission: Permission) -> models.QuerySet[Any]:
        """Documents whose kind the user may open, where they hold `permission` too."""
        readable = DocumentEmis.objects.readable_by(user)
        return scoped(DocumentEmis, user, permission).filter(pk__in=readable.values("pk"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None:
            return self._holds(request, DOCUMENT_PERMISSION[obj.kind], obj)
        return super().has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).defer("data")

    @admin.display(description="numéro", ordering="rank")
    def number(self, row: DocumentEmis) -> str:
        return row.number

    @admin.display(description="ménage", ordering="shown_name")
    def menage_name(self, row: DocumentEmis) -> str:
        return str(row.menage) if row.menage else ""
