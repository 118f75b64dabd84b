"""Works that wait for a place: planned, begun and dropped by acts."""

from django.contrib import admin
from django.db.models import Q

from logement.models import TravauxPrevus
from residence.admin.acts import Act
from residence.admin.base import BaseAdmin
from residence.admin.columns import ResidenceFilter, agent, yes_no
from residence.admin.exporting import Exported
from residence.exports import Column
from residence.permissions import Permission


@admin.register(TravauxPrevus)
class TravauxPrevusAdmin(Exported, BaseAdmin):
    noun = "travaux"
    section = "parc"
    rank = 55
    view_permission = Permission.PARC_VIEW
    list_display = ("place", "reason", "from_on", "days", "occupation", "dropped_at")
    list_select_related = ("place__residence", "occupation__place")
    list_filter = (
        yes_no(
            "état",
            "attente",
            "en attente",
            "commencés ou abandonnés",
            lambda: Q(occupation__isnull=True, dropped_at__isnull=True),
        ),
        ResidenceFilter,
    )
    search_codes = ("place__code", "reason")
    ordering = ("from_on", "place__code")
    fields = (
        "place",
        "reason",
        "from_on",
        "days",
        agent("planned_by", "prévus par"),
        "planned_at",
        "occupation",
        agent("dropped_by", "abandonnés par"),
        "dropped_at",
    )
    acts = (
        Act(
            "Commencer les travaux",
            "logement:travaux_begin",
            Permission.PARC_EDIT,
            condition=lambda row: row.occupation_id is None and row.dropped_at is None,
            main=True,
        ),
        Act("Ouvrir la place", "logement:place_detail", Permission.PARC_VIEW, argument=lambda row: row.place_id),
    )
    export_columns = (
        Column("Résidence", "place.residence.name"),
        Column("Place", "place.code"),
        Column("Travaux", "reason"),
        Column("À partir du", "from_on"),
        Column("Durée (jours)", "days"),
        Column("Commencés le", "occupation.start_on"),
        Column("Abandonnés le", "dropped_at"),
    )
