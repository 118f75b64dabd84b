"""Arrears and money paid back, read here with their totals; each act is done on its page."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, Sum

from logement.admin.ledger import LedgerAdmin
from logement.models import (
    Decaissement,
    DelaisImpaye,
    DossierImpaye,
    RestitutionDepot,
    RetenueDepot,
    SchemaComptable,
)
from residence.admin.acts import Act
from residence.admin.base import BaseAdmin
from residence.admin.columns import ResidenceFilter, money, yes_no
from residence.admin.inlines import BaseInline
from residence.exports import Column
from residence.permissions import Permission

LIVE = Q(cancelled_at__isnull=True)


def _sejour(row: Any) -> int:
    return row.sejour_id  # type: ignore[no-any-return]


_STAY = (
    Column("N° de séjour", "sejour_id"),
    Column("Ménage", lambda row: str(row.sejour.menage), named=True),
    Column("Résidence", "sejour.residence.name"),
)


@admin.register(DossierImpaye)
class DossierImpayeAdmin(LedgerAdmin):
    noun = "impaye"
    rank = 60
    menage_path = "sejour__menage"
    list_display = ("menage_name", "late_from", "stage", "last_contact_on", "caf_constituted_on", "closed_on")
    list_select_related = ("sejour__menage", "sejour__residence")
    list_filter = (
        yes_no("dossier", "ouvert", "ouverts", "réglés", lambda: Q(closed_on=None)),
        "stage",
        ResidenceFilter,
    )
    search_numbers = ("sejour__menage_id",)
    fields = (
        "menage_name",
        "opened_on",
        "late_from",
        "stage",
        "last_contact_on",
        "caf_constituted_on",
        "caf_reported_on",
        "closed_on",
    )
    acts = (Act("Ouvrir l’impayé", "logement:impaye_detail", Permission.COMPTE_VIEW, main=True, argument=_sejour),)
    export_columns = (
        *_STAY,
        Column("Premier terme manqué", "late_from"),
        Column("Étape", "get_stage_display"),
        Column("Dernier contact", "last_contact_on"),
        Column("Constitué pour la CAF", "caf_constituted_on"),
        Column("Signalé", "caf_reported_on"),
        Column("Réglé le", "closed_on"),
    )


@admin.register(Decaissement)
class DecaissementAdmin(LedgerAdmin):
    noun = "remboursement"
    rank = 35
    menage_path = "sejour__menage"
    list_display = ("paid_on", "menage_name", "kind", "method", money("amount", "montant"))
    list_select_related = ("sejour__menage", "sejour__residence")
    list_filter = (yes_no("état", "valable", "valables", "annulés", lambda: LIVE), "kind", "method", ResidenceFilter)
    date_hierarchy = "paid_on"
    search_numbers = ("pk", "sejour__menage_id")
    private_fields = ("payee", "proof")
    fields = ("menage_name", "kind", "paid_on", "amount", "method", "payee", "proof", "cancelled_reason")
    export_columns = (
        *_STAY,
        Column("Payé le", "paid_on"),
        Column("Nature", "get_kind_display"),
        Column("Moyen", "get_method_display"),
        Column("Montant", "amount"),
        Column("Annulé parce que", "cancelled_reason"),
    )
    totals = {"Montant": Sum("amount")}


class RetenueInline(BaseInline):
    model = RetenueDepot
    read_only = True
    fields = ("kind", "label", "amount", "proof")


@admin.register(RestitutionDepot)
class RestitutionDepotAdmin(LedgerAdmin):
    noun = "depot"
    rank = 36
    menage_path = "sejour__menage"
    list_display = (
        "settled_on",
        "menage_name",
        money("held", "versé"),
        money("kept", "retenu"),
        money("interest", "intérêts"),
        money("refund", "rendu"),
    )
    list_select_related = ("sejour__menage", "sejour__residence")
    list_filter = (ResidenceFilter,)
    date_hierarchy = "settled_on"
    search_numbers = ("sejour__menage_id",)
    fields = ("menage_name", "keys_back_on", "settled_on", "held", "kept", "interest", "refund")
    inlines = (RetenueInline,)
    export_columns = (
        *_STAY,
        Column("Clés rendues le", "keys_back_on"),
        Column("Arrêté le", "settled_on"),
        Column("Versé", "held"),
        Column("Retenu", "kept"),
        Column("Intérêts", "interest"),
        Column("Rendu", "refund"),
    )


@admin.register(DelaisImpaye)
class DelaisImpayeAdmin(BaseAdmin):
    section = "redevance"
    noun = "delais_impaye"
    rank = 62
    view_permission = Permission.COMPTE_VIEW
    edit_permission = Permission.TARIF_EDIT
    list_display = (
        "residence",
        "valid_from",
        "talk",
        "reminder_after_talk",
        "second_reminder",
        "plan_after_talk",
        "formal_notice",
    )
    list_select_related = ("residence",)
    list_filter = (ResidenceFilter,)
    fields = list_display
    fixed_fields = ("residence", "valid_from")


@admin.register(SchemaComptable)
class SchemaComptableAdmin(BaseAdmin):
    section = "redevance"
    noun = "comptabilite"
    rank = 90
    view_permission = Permission.COMPTABILITE_EXPORT
    edit_permission = Permission.COMPTABILITE_EXPORT
    list_display = ("residence", "account", "kind", "journal", "debit", "credit")
    list_select_related = ("residence",)
    list_filter = ("account", ResidenceFilter)
    fields = (
        "residence",
        "account",
        "kind",
        "journal",
        ("debit", "debit_label"),
        ("credit", "credit_label"),
    )
    fixed_fields = ("residence", "account", "kind")
