"""The contracts, their ends and their insurances. All are read here; each act is done on its page."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Q, Sum
from django.http import HttpRequest

from logement.admin.sejours import StayAdmin, unless_masked
from logement.models import (
    AssuranceOccupant,
    Avenant,
    ContratOccupation,
    PartieContrat,
    Preavis,
)
from residence.admin.acts import Act
from residence.admin.columns import ResidenceFilter, agent, money, state, within_reach, yes_no
from residence.admin.inlines import BaseInline
from residence.exports import Column
from residence.models.base import today
from residence.permissions import Permission

Status = ContratOccupation.Status


class PartieInline(BaseInline):
    model = PartieContrat
    read_only = True
    fields = ("person", "capacity", "start_on", "end_on")
    readonly_fields = ("person",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).select_related("personne")

    @admin.display(description="personne")
    def person(self, row: PartieContrat) -> str:
        return str(row.personne)


def _is(*statuses: str) -> Any:
    return lambda row: row.status in statuses


@admin.register(ContratOccupation)
class ContratOccupationAdmin(StayAdmin):
    noun = "contrat"
    rank = 20
    menage_path = "sejour__menage"
    list_display = (
        "menage_name",
        "place",
        "residence_name",
        state(
            {
                Status.TO_SIGN: "soon",
                Status.RUNNING: "done",
                Status.NOTICE: "soon",
                Status.OCCUPANT_SANS_TITRE: "late",
            }
        ),
        "start_on",
        "end_on",
        "signed_on",
        "keys_back_on",
        money("monthly_redevance", "redevance"),
    )
    list_select_related = ("sejour__menage", "sejour__residence", "place")
    list_filter = ("status", ResidenceFilter, within_reach("sejour__dispositif"))
    date_hierarchy = "start_on"
    search_codes = ("place__code",)
    search_numbers = ("pk", "sejour__menage_id")
    inlines = (PartieInline,)
    fieldsets = (
        (None, {"fields": ("menage_name", "place", "joined_places", "status")}),
        ("Dates", {"fields": ("start_on", "signed_on", agent("signed_by", "signé par"), "end_on", "keys_back_on")}),
        ("Montants", {"fields": ("monthly_rent", "monthly_charges", "monthly_services", "deposit_amount")}),
        ("Le reste", {"fields": ("organisation", "special_terms", "cancelled_reason", "document")}),
    )
    readonly_fields = ("menage_name",)
    private_fields = ("organisation", "special_terms", "cancelled_reason")
    totals = {
        "Redevance mensuelle": Sum(
            models.F("monthly_rent") + models.F("monthly_charges") + models.F("monthly_services"),
            filter=Q(status__in=ContratOccupation.OCCUPYING),
        ),
        "Dépôts de garantie": Sum("deposit_amount", filter=Q(status__in=ContratOccupation.OCCUPYING)),
    }
    acts = (
        Act(
            "Préparer un contrat",
            "logement:contrat_begin",
            Permission.CONTRAT_PREPARE,
            on_list=True,
            main=True,
        ),
        Act("Ouvrir le contrat", "logement:contrat_detail", Permission.CONTRAT_VIEW),
        Act(
            "Modifier le contrat",
            "logement:contrat_edit",
            Permission.CONTRAT_PREPARE,
            condition=_is(Status.DRAFT, Status.TO_SIGN),
        ),
        Act(
            "Éditer le contrat",
            "logement:contrat_issue",
            Permission.CONTRAT_PREPARE,
            condition=_is(Status.DRAFT),
            main=True,
        ),
        Act(
            "Signer le contrat",
            "logement:contrat_sign",
            Permission.CONTRAT_SIGN,
            condition=_is(Status.TO_SIGN),
            main=True,
        ),
        Act(
            "Annuler le contrat",
            "logement:contrat_cancel",
            Permission.CONTRAT_PREPARE,
            condition=_is(Status.DRAFT, Status.TO_SIGN, Status.RUNNING),
        ),
        Act(
            "Changer de place",
            "logement:mutation_prepare",
            Permission.CONTRAT_PREPARE,
            condition=lambda row: row.status == Status.RUNNING and row.end_on is None,
        ),
        Act(
            "Faire un avenant",
            "logement:avenant_issue",
            Permission.CONTRAT_PREPARE,
            condition=lambda row: row.status == Status.RUNNING and row.end_on is None,
        ),
        Act(
            "Enregistrer les clés de la place quittée",
            "logement:mutation_cles",
            Permission.CLES_RECORD,
            condition=lambda row: row.is_left,
        ),
        Act(
            "Enregistrer un préavis",
            "logement:preavis_record",
            Permission.PREAVIS_RECORD,
            condition=_is(Status.RUNNING),
        ),
        Act(
            "Enregistrer la remise des clés",
            "logement:cles_record",
            Permission.CLES_RECORD,
            condition=_is(Status.NOTICE, Status.OCCUPANT_SANS_TITRE),
        ),
        Act(
            "Enregistrer l’assurance",
            "logement:assurance_record",
            Permission.ASSURANCE_RECORD,
            condition=_is(*ContratOccupation.OCCUPYING),
        ),
        Act(
            "Ajouter une prestation",
            "logement:souscription_open",
            Permission.AVIS_ISSUE,
            condition=_is(*ContratOccupation.OCCUPYING),
        ),
        Act("Voir le compte", "logement:compte_detail", Permission.COMPTE_VIEW, argument=lambda row: row.sejour_id),
    )
    export_columns = (
        Column("N° de contrat", "pk"),
        Column("N° de séjour", "sejour_id"),
        Column("Ménage", lambda row: str(row.sejour.menage), named=True),
        Column("Résidence", "sejour.residence.name"),
        Column("Place", "place.code"),
        Column("État", "get_status_display"),
        Column("Prise d’effet", "start_on"),
        Column("Signé le", "signed_on"),
        Column("Dernier jour", "end_on"),
        Column("Clés rendues le", "keys_back_on"),
        Column("Équivalent de loyer (€)", "monthly_rent"),
        Column("Équivalent de charges (€)", "monthly_charges"),
        Column("Prestations obligatoires (€)", "monthly_services"),
        Column("Dépôt de garantie (€)", "deposit_amount"),
    )

    @admin.display(description="résidence", ordering="sejour__residence__name")
    def residence_name(self, row: ContratOccupation) -> str:
        return str(row.residence)


class OfContratAdmin(StayAdmin):
    menage_path = "contrat__sejour__menage"
    list_select_related: tuple[str, ...] = ("contrat__sejour__menage", "contrat__sejour__residence", "contrat__place")

    @admin.display(description="place", ordering="contrat__place__code")
    def place(self, row: Any) -> str:
        return str(row.contrat.place)


_OF_CONTRAT = (
    Column("N° de contrat", "contrat_id"),
    Column("Ménage", lambda row: str(row.contrat.sejour.menage), named=True),
    Column("Résidence", "contrat.sejour.residence.name"),
    Column("Place", "contrat.place.code"),
)


@admin.register(Preavis)
class PreavisAdmin(OfContratAdmin):
    noun = "preavis"
    rank = 30
    list_display = (
        "menage_name",
        "place",
        "given_by_whom",
        "ground",
        "delivery",
        "notified_on",
        "ends_on",
        "withdrawn_at",
    )
    list_filter = (
        yes_no("état", "vivant", "en cours", "retirés", lambda: Q(withdrawn_at__isnull=True)),
        "given_by_whom",
        "ground",
        "delivery",
        ResidenceFilter,
    )
    date_hierarchy = "ends_on"
    search_codes = ("contrat__place__code",)
    search_numbers = ("contrat_id", "contrat__sejour__menage_id")
    fields = (
        "menage_name",
        "place",
        "given_by_whom",
        "ground",
        "form",
        "sent_on",
        "delivery",
        "notified_on",
        "is_shortened",
        "shortened_proof",
        "offer_notified_on",
        "ends_on",
        "reasons",
        agent("recorded_by", "saisi par"),
        "recorded_at",
        agent("withdrawn_by", "retiré par"),
        "withdrawn_at",
    )
    readonly_fields = ("menage_name", "place")
    private_fields = ("ground", "shortened_proof", "reasons")
    acts = (
        Act(
            "Ouvrir le contrat", "logement:contrat_detail", Permission.CONTRAT_VIEW, argument=lambda row: row.contrat_id
        ),
        Act(
            "Enregistrer la remise de la lettre",
            "logement:preavis_deliver",
            Permission.PREAVIS_RECORD,
            condition=lambda row: row.withdrawn_at is None and row.notified_on is None,
            main=True,
        ),
        Act(
            "Retirer le préavis",
            "logement:preavis_withdraw",
            Permission.PREAVIS_RECORD,
            condition=lambda row: row.withdrawn_at is None,
        ),
        Act(
            "Enregistrer la remise des clés",
            "logement:cles_record",
            Permission.CLES_RECORD,
            condition=lambda row: row.withdrawn_at is None and row.ends_on is not None,
            argument=lambda row: row.contrat_id,
        ),
    )
    export_columns = (
        *_OF_CONTRAT,
        Column("Donné par", "get_given_by_whom_display"),
        Column("Cas", unless_masked("get_ground_display", "contrat.sejour.menage")),
        Column("Forme", "get_form_display"),
        Column("Reçu le", "notified_on"),
        Column("Dernier jour", "ends_on"),
        Column("Retiré le", "withdrawn_at"),
    )


@admin.register(Avenant)
class AvenantAdmin(OfContratAdmin):
    noun = "avenant"
    rank = 25
    list_display = ("menage_name", "place", "rank", "subject", "effect_on", "status", "signed_on")
    list_filter = ("status", "subject", ResidenceFilter)
    date_hierarchy = "effect_on"
    search_codes = ("contrat__place__code",)
    search_numbers = ("contrat_id", "contrat__sejour__menage_id")
    fields = (
        "menage_name",
        "place",
        "rank",
        "subject",
        "effect_on",
        "status",
        "reason",
        "signed_on",
        agent("signed_by", "signé par"),
        agent("created_by", "préparé par"),
        "created_at",
        agent("cancelled_by", "annulé par"),
        "cancelled_at",
        "document",
    )
    readonly_fields = ("menage_name", "place")
    private_fields = ("reason",)
    acts = (
        Act("Ouvrir l’avenant", "logement:avenant_detail", Permission.CONTRAT_VIEW, main=True),
        Act(
            "Ouvrir le contrat", "logement:contrat_detail", Permission.CONTRAT_VIEW, argument=lambda row: row.contrat_id
        ),
    )
    export_columns = (
        *_OF_CONTRAT,
        Column("Avenant n°", "rank"),
        Column("Objet", "get_subject_display"),
        Column("Prend effet le", "effect_on"),
        Column("État", "get_status_display"),
        Column("Signé le", "signed_on"),
    )


@admin.register(AssuranceOccupant)
class AssuranceOccupantAdmin(OfContratAdmin):
    noun = "assurance"
    rank = 40
    list_display = ("menage_name", "place", "insurer", "policy_shown", "start_on", "end_on", "state_shown")
    list_filter = (
        yes_no("échéance", "valable", "en cours", "terminées", lambda: Q(end_on__gte=today())),
        ResidenceFilter,
    )
    date_hierarchy = "end_on"
    search_codes = ("contrat__place__code", "insurer")
    search_private = ("policy_number",)
    fields = (
        "menage_name",
        "place",
        "insurer",
        "policy_number",
        "start_on",
        "end_on",
        agent("recorded_by", "saisi par"),
        "recorded_at",
    )
    readonly_fields = ("menage_name", "place")
    private_fields = ("policy_number",)
    acts = (
        Act(
            "Enregistrer une autre assurance",
            "logement:assurance_record",
            Permission.ASSURANCE_RECORD,
            argument=lambda row: row.contrat_id,
            main=True,
        ),
    )
    export_columns = (
        *_OF_CONTRAT,
        Column("Assureur", "insurer"),
        Column("N° de police", unless_masked("policy_number", "contrat.sejour.menage"), named=True),
        Column("Depuis le", "start_on"),
        Column("Jusqu’au", "end_on"),
    )

    @admin.display(description="n° de police")
    def policy_shown(self, row: AssuranceOccupant) -> str:
        return "" if row.contrat.sejour.menage.is_masked else row.policy_number

    @admin.display(description="état", ordering="end_on")
    def state_shown(self, row: AssuranceOccupant) -> str:
        return "en cours" if row.end_on >= today() else "terminée"
