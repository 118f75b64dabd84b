"""Who was told of the vacancies: written by the page of the vacancies, never by hand."""

from django.contrib import admin

from logement.models import SignalementVacance
from residence.admin.base import BaseAdmin
from residence.admin.columns import ResidenceFilter, agent
from residence.admin.exporting import Exported
from residence.exports import Column
from residence.permissions import Permission


@admin.register(SignalementVacance)
class SignalementVacanceAdmin(Exported, BaseAdmin):
    noun = "vacance"
    section = "parc"
    rank = 60
    view_permission = Permission.PARC_VIEW
    list_display = ("place", "vacant_on", "partenaire", "reported_on")
    list_select_related = ("place__residence", "partenaire")
    list_filter = ("partenaire__kind", ResidenceFilter)
    search_codes = ("place__code", "partenaire__name")
    ordering = ("-reported_on", "place__code")
    date_hierarchy = "reported_on"
    fields = ("place", "vacant_on", "partenaire", "reported_on", agent("reported_by", "signalée par"), "recorded_at")
    export_columns = (
        Column("Résidence", "place.residence.name"),
        Column("Place", "place.code"),
        Column("Vacante à partir du", "vacant_on"),
        Column("Signalée à", "partenaire.name"),
        Column("Signalée le", "reported_on"),
    )
