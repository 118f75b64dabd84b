"""The models of états des lieux, which are set here; the états des lieux themselves, which are only read."""

from typing import Any

from django.contrib import admin
from django.db.models import Count

from logement.admin.contrats import OfContratAdmin
from logement.models import ElementModele, EtatDesLieux, LigneEtatDesLieux, ModeleEtatDesLieux
from residence.admin.acts import Act
from residence.admin.base import BaseAdmin
from residence.admin.columns import ResidenceFilter, state
from residence.admin.inlines import BaseInline
from residence.exports import Column
from residence.permissions import Permission


class ElementInline(BaseInline):
    model = ElementModele
    fields = ("rank", "room", "element", "quantity", "is_key")


@admin.register(ModeleEtatDesLieux)
class ModeleEtatDesLieuxAdmin(BaseAdmin):
    noun = "modele_etat_des_lieux"
    section = "documents"
    rank = 30
    view_permission = Permission.ETAT_DES_LIEUX_VIEW
    edit_permission = Permission.PARC_EDIT
    fixed_fields = ("residence",)
    list_display = ("name", "residence", "type_logement", "elements_count")
    list_select_related = ("residence",)
    list_filter = (ResidenceFilter, "type_logement")
    search_codes = ("name",)
    inlines = (ElementInline,)
    fields = ("residence", "name", "type_logement")

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).annotate(number_of_elements=Count("elements"))

    @admin.display(description="éléments", ordering="number_of_elements")
    def elements_count(self, row: Any) -> int:
        return row.number_of_elements  # type: ignore[no-any-return]


class LigneInline(BaseInline):
    model = LigneEtatDesLieux
    read_only = True
    fields = ("room", "element", "number", "quantity", "condition", "comment", "installed_on", "is_personal")


@admin.register(EtatDesLieux)
class EtatDesLieuxAdmin(OfContratAdmin):
    noun = "etat_des_lieux"
    section = "documents"
    rank = 40
    view_permission = Permission.ETAT_DES_LIEUX_VIEW
    list_display = (
        "made_on",
        "kind",
        "menage_name",
        "place",
        state({"draft": "soon", "signed": "done"}),
        "made_by",
    )
    list_select_related = (*OfContratAdmin.list_select_related, "made_by")
    list_filter = ("kind", "status", ResidenceFilter)
    date_hierarchy = "made_on"
    search_codes = ("contrat__place__code",)
    search_numbers = ("contrat_id", "contrat__sejour__menage_id")
    inlines = (LigneInline,)
    fields = (
        "menage_name",
        "place",
        "kind",
        "status",
        "made_on",
        "made_by",
        "electricity_meter",
        "water_meter",
        "heating_meter",
        "keys",
        "comments",
        "new_address",
        "signed_at",
        "document",
    )
    readonly_fields = ("menage_name", "place")
    private_fields = ("comments", "new_address")
    acts = (
        Act("Ouvrir l’état des lieux", "logement:etat_des_lieux_detail", Permission.ETAT_DES_LIEUX_VIEW, main=True),
        Act(
            "Remplir l’état des lieux",
            "logement:etat_des_lieux_edit",
            Permission.ETAT_DES_LIEUX_RECORD,
            condition=lambda row: row.status == "draft",
        ),
        Act(
            "Ouvrir le PDF",
            "residence:document_open",
            Permission.ETAT_DES_LIEUX_VIEW,
            condition=lambda row: row.document_id is not None,
            argument=lambda row: row.document_id,
        ),
    )
    export_columns = (
        Column("N° de contrat", "contrat_id"),
        Column("Ménage", lambda row: str(row.contrat.sejour.menage), named=True),
        Column("Place", "contrat.place.code"),
        Column("Nature", "get_kind_display"),
        Column("État", "get_status_display"),
        Column("Dressé le", "made_on"),
        Column("Signé le", "signed_at"),
    )
