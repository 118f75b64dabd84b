"""The households and the people in them, read only: they are opened, changed and masked on their own pages."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from residence.admin.acts import Act
from residence.admin.base import BaseAdmin
from residence.admin.exporting import Exported
from residence.admin.inlines import BaseInline
from residence.exports import Column
from residence.models import MembreMenage, Menage, Personne
from residence.permissions import Permission


class MembreInline(BaseInline):
    model = MembreMenage
    fk_name = "menage"
    read_only = True
    fields = ("person", "tie", "start_on", "end_on")
    readonly_fields = ("person",)
    ordering = ("end_on", "start_on")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).select_related("personne")

    @admin.display(description="personne")
    def person(self, row: MembreMenage) -> str:
        return str(row.personne)


@admin.register(Menage)
class MenageAdmin(Exported, BaseAdmin):
    noun = "menage"
    section = "sejours"
    rank = 60
    view_permission = Permission.MENAGE_VIEW
    menage_path = ""
    search_codes = ("caf_number",)
    search_numbers = ("pk",)
    list_display = ("menage_name", "phone", "email", "caf_number")
    inlines = (MembreInline,)
    fields = ("address", "postal_code", "city", "phone", "email", "caf_number", "is_confidential")
    acts = (
        Act("Ouvrir la fiche", "residence:menage_detail", Permission.MENAGE_VIEW, main=True),
        Act("Modifier le ménage", "residence:menage_edit", Permission.MENAGE_EDIT),
        Act("Voir les documents", "residence:document_list", Permission.MENAGE_VIEW),
    )
    export_columns = (
        Column("N° de ménage", "pk"),
        Column("Ménage", str, named=True),
        Column("Adresse", "address", named=True),
        Column("Code postal", "postal_code"),
        Column("Commune", "city"),
        Column("Téléphone", "phone", named=True),
        Column("Courriel", "email", named=True),
        Column("N° d’allocataire", "caf_number", named=True),
    )


@admin.register(Personne)
class PersonneAdmin(BaseAdmin):
    section = "sejours"
    rank = 70
    view_permission = Permission.MENAGE_VIEW
    search_codes = ("search_name",)
    list_display = ("person", "born_on", "phone", "needs_evacuation_help")
    list_filter = ("needs_evacuation_help",)
    fields = (
        "person",
        "born_on",
        "birth_precision",
        "phone",
        "email",
        "spoken_language",
        "needs_interpreter",
        "needs_evacuation_help",
    )
    readonly_fields = ("person",)

    @admin.display(description="personne", ordering="sort_name")
    def person(self, row: Personne) -> str:
        return str(row)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """What the list does not show is not found by an address typed by hand."""
        return lookup.partition("__")[0] in {"id", "born_on", "needs_evacuation_help"}
