"""The stays and what the CAF pays for them. All are read here; each act is done on its page."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import OuterRef, Q, Subquery, Sum
from django.http import HttpRequest

from logement.models import (
    ContratOccupation,
    DroitApl,
    Sejour,
)
from residence.admin.acts import Act
from residence.admin.base import BaseAdmin
from residence.admin.columns import ResidenceFilter, agent, money, state, within_reach, yes_no
from residence.admin.exporting import Exported
from residence.exports import Column
from residence.models.base import today
from residence.permissions import Permission

Status = ContratOccupation.Status


class StayAdmin(Exported, BaseAdmin):
    """A row of the stay of a household, on its number when the household is confidential."""

    section = "sejours"
    view_permission = Permission.CONTRAT_VIEW


def current_place(sejour: str) -> Subquery:
    """The code of the place of the last contract of the stay at `sejour` that was not cancelled."""
    contrats = ContratOccupation.objects.live().filter(sejour=OuterRef(sejour)).order_by("-start_on")
    return Subquery(contrats.values("place__code")[:1])


def unless_masked(value: str, menage: str) -> Any:
    """An attribute that may say who, empty on the line of a masked household."""

    def read(row: Any) -> Any:
        found = row
        for name in menage.split("."):
            found = getattr(found, name)
        if found.is_masked:
            return ""
        shown = getattr(row, value)
        return shown() if callable(shown) else shown

    return read


@admin.register(Sejour)
class SejourAdmin(StayAdmin):
    noun = "sejour"
    rank = 10
    view_permission = Permission.SEJOUR_VIEW
    menage_path = "menage"
    list_display = (
        "menage_name",
        "place_code",
        "residence",
        "dispositif",
        "start_on",
        "planned_end_on",
        "ended_on",
    )
    list_select_related = ("menage", "residence", "dispositif")
    list_filter = (
        yes_no(
            "présence",
            "present",
            "présents aujourd’hui",
            "à venir, sortis ou annulés",
            lambda: Q(pk__in=Sejour.objects.on(today()).values("pk")),
        ),
        ResidenceFilter,
        within_reach("dispositif"),
        "destination",
    )
    date_hierarchy = "start_on"
    search_codes = ("contrats__place__code",)
    search_numbers = ("pk", "menage_id")
    fields = (
        "menage_name",
        "residence",
        "dispositif",
        "place_code",
        "start_on",
        "planned_end_on",
        "ended_on",
        "destination",
        "destination_detail",
        "cancelled_at",
    )
    readonly_fields = ("menage_name", "place_code")
    private_fields = ("destination", "destination_detail")
    acts = (
        Act("Ouvrir le séjour", "logement:sejour_detail", Permission.SEJOUR_VIEW, main=True),
        Act("Voir le compte", "logement:compte_detail", Permission.COMPTE_VIEW),
        Act("Enregistrer un paiement", "logement:encaissement_record", Permission.ENCAISSEMENT_RECORD),
        Act("Éditer une attestation", "logement:attestation_issue", Permission.ATTESTATION_ISSUE),
    )
    export_columns = (
        Column("N° de séjour", "pk"),
        Column("Ménage", lambda row: str(row.menage), named=True),
        Column("Résidence", "residence.name"),
        Column("Dispositif", "dispositif.name"),
        Column("Place", "place_now"),
        Column("Entrée le", "start_on"),
        Column("Fin prévue", "planned_end_on"),
        Column("Sortie le", "ended_on"),
        Column("Destination", unless_masked("get_destination_display", "menage")),
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).annotate(place_now=current_place("pk"))

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        found, _ = super().get_search_results(request, self.get_queryset(request).order_by(), search_term)
        # A stay has several contracts: it is listed once.
        return (queryset.filter(pk__in=found.values("pk")) if search_term.strip() else queryset), False

    @admin.display(description="place", ordering="place_now")
    def place_code(self, row: Any) -> str:
        return row.place_now or ""


@admin.register(DroitApl)
class DroitAplAdmin(StayAdmin):
    noun = "apl"
    rank = 50
    view_permission = Permission.COMPTE_VIEW
    menage_path = "sejour__menage"
    list_display = (
        "menage_name",
        "residence_name",
        "state_shown",
        "start_on",
        "end_on",
        money("monthly_amount", "par mois"),
    )
    list_select_related = ("sejour__menage", "sejour__residence")
    list_filter = ("status", ResidenceFilter)
    date_hierarchy = "start_on"
    search_numbers = ("sejour_id", "sejour__menage_id")
    fields = (
        "menage_name",
        "residence_name",
        "status",
        "requested_on",
        "start_on",
        "end_on",
        "monthly_amount",
        "source",
        agent("recorded_by", "saisi par"),
        "recorded_at",
    )
    readonly_fields = ("menage_name", "residence_name")
    totals = {"APL attendue par mois": Sum("monthly_amount")}
    acts = (
        Act(
            "Suivre la demande d’APL",
            "logement:apl_record",
            Permission.APL_RECORD,
            argument=lambda row: row.sejour_id,
            main=True,
        ),
        Act("Voir le compte", "logement:compte_detail", Permission.COMPTE_VIEW, argument=lambda row: row.sejour_id),
    )
    export_columns = (
        Column("N° de séjour", "sejour_id"),
        Column("Ménage", lambda row: str(row.sejour.menage), named=True),
        Column("Résidence", "sejour.residence.name"),
        Column("État", "get_status_display"),
        Column("Demandée le", "requested_on"),
        Column("Depuis le", "start_on"),
        Column("Jusqu’au", "end_on"),
        Column("Montant mensuel (€)", "monthly_amount"),
    )

    state_shown = staticmethod(state({"granted": "done", "requested": "soon", "suspended": "late", "refused": "late"}))

    @admin.display(description="résidence", ordering="sejour__residence__name")
    def residence_name(self, row: DroitApl) -> str:
        return str(row.sejour.residence)
