"""The grid of wear, which is set here; what was kept of the deposits, which is decided on the page of the exit."""

from typing import Any

from django.contrib import admin

from logement.models import PosteVetuste, RetenueSortie
from residence.admin.acts import Act
from residence.admin.base import BaseAdmin
from residence.admin.columns import ResidenceFilter, agent
from residence.admin.exporting import Exported
from residence.exports import Column
from residence.permissions import Permission


@admin.register(PosteVetuste)
class PosteVetusteAdmin(BaseAdmin):
    noun = "poste_vetuste"
    section = "documents"
    rank = 35
    view_permission = Permission.ETAT_DES_LIEUX_VIEW
    edit_permission = Permission.PARC_EDIT
    fixed_fields = ("residence",)
    list_display = ("name", "residence", "life_years", "free_years", "yearly_percent", "residual_percent", "valid_from")
    list_select_related = ("residence",)
    list_filter = (ResidenceFilter, "valid_from")
    search_codes = ("name", "words")
    fields = (
        "residence",
        "name",
        "words",
        "life_years",
        "free_years",
        "yearly_percent",
        "residual_percent",
        "valid_from",
    )


@admin.register(RetenueSortie)
class RetenueSortieAdmin(Exported, BaseAdmin):
    noun = "retenue"
    section = "documents"
    rank = 45
    view_permission = Permission.RETENUE_DECIDE
    list_display = ("ligne", "cost", "proposed", "amount", "decided_at", "is_live")
    list_select_related = ("ligne__etat_des_lieux__contrat__sejour__residence",)
    list_filter = (("cancelled_at", admin.EmptyFieldListFilter),)
    search_codes = ("ligne__element", "proof_reference")
    date_hierarchy = "decided_at"
    fields = (
        "ligne",
        "cost",
        "poste",
        "installed_on",
        "share",
        "proposed",
        "amount",
        "reasons",
        "proof_reference",
        agent("decided_by", "décidée par"),
        "decided_at",
        "cancelled_at",
        "cancelled_reason",
    )
    acts = (
        Act(
            "Ouvrir les retenues de cette sortie",
            "logement:retenue_list",
            Permission.RETENUE_DECIDE,
            argument=lambda row: row.ligne.etat_des_lieux_id,
            main=True,
        ),
    )
    export_columns = (
        Column("Place", "ligne.etat_des_lieux.contrat.place.code"),
        Column("Ligne", "ligne"),
        Column("Coût (€)", "cost"),
        Column("Proposé (€)", "proposed"),
        Column("Retenu (€)", "amount"),
        Column("Justificatif", "proof_reference"),
        Column("Décidée le", "decided_at"),
        Column("Annulée le", "cancelled_at"),
    )

    @admin.display(description="en vigueur", boolean=True)
    def is_live(self, row: Any) -> bool:
        return row.cancelled_at is None
