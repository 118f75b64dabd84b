"""What is paid, and the ledger: read here with their totals; each act is done on its page."""

from decimal import Decimal

from django.contrib import admin
from django.db.models import Q, Sum

from logement.admin.ledger import LedgerAdmin, PrintedAdmin
from logement.admin.sejours import unless_masked
from logement.models import Ecriture, Encaissement, Quittance
from residence.admin.acts import Act
from residence.admin.columns import ResidenceFilter, agent, money, yes_no
from residence.exports import Column
from residence.permissions import Permission

LIVE = Q(cancelled_at__isnull=True)


@admin.register(Encaissement)
class EncaissementAdmin(LedgerAdmin):
    noun = "encaissement"
    rank = 30
    menage_path = "sejour__menage"
    list_display = (
        "received_on",
        "menage_name",
        "method",
        money("amount", "montant"),
        "payer_shown",
        "reference_shown",
        "is_deposit",
        "state_shown",
    )
    list_select_related = ("sejour__menage", "sejour__residence")
    list_filter = (
        yes_no("état", "valable", "enregistrés", "annulés", lambda: LIVE),
        "method",
        "is_deposit",
        yes_no(
            "imputation",
            "reste",
            "avec un reste à imputer",
            "imputés en entier",
            lambda: Q(pk__in=Encaissement.objects.with_surplus().values("pk")),
        ),
        ResidenceFilter,
    )
    date_hierarchy = "received_on"
    search_private = ("reference", "payer")
    search_codes = ("cash_number",)
    search_numbers = ("pk", "sejour__menage_id")
    fields = (
        "menage_name",
        "received_on",
        "amount",
        "method",
        "for_month",
        "payer",
        "reference",
        "cash_number",
        "is_deposit",
        "imputed",
        agent("recorded_by", "saisi par"),
        "recorded_at",
        agent("cancelled_by", "annulé par"),
        "cancelled_at",
        "cancelled_reason",
    )
    readonly_fields = ("menage_name",)
    private_fields = ("payer", "reference", "cancelled_reason")
    totals = {
        "Encaissé": Sum("amount", filter=LIVE),
        "dont dépôts de garantie": Sum("amount", filter=LIVE & Q(is_deposit=True)),
        "Annulé": Sum("amount", filter=~LIVE),
    }
    acts = (
        Act(
            "Choisir le compte à créditer",
            "logement:compte_list",
            Permission.ENCAISSEMENT_RECORD,
            on_list=True,
            main=True,
        ),
        Act(
            "Voir le compte",
            "logement:compte_detail",
            Permission.COMPTE_VIEW,
            argument=lambda row: row.sejour_id,
            main=True,
        ),
        Act(
            "Annuler ce paiement",
            "logement:encaissement_cancel",
            Permission.ENCAISSEMENT_RECORD,
            condition=lambda row: row.cancelled_at is None,
        ),
    )
    export_columns = (
        Column("N° d’encaissement", "pk"),
        Column("Reçu le", "received_on"),
        Column("N° de séjour", "sejour_id"),
        Column("Ménage", lambda row: str(row.sejour.menage), named=True),
        Column("Résidence", "sejour.residence.name"),
        Column("Moyen", "get_method_display"),
        Column("Montant (€)", "amount"),
        Column("Pour le mois", "for_month"),
        Column("Payeur", unless_masked("payer", "sejour.menage"), named=True),
        Column("Référence", unless_masked("reference", "sejour.menage"), named=True),
        Column("N° du reçu de caisse", "cash_number"),
        Column("Dépôt de garantie", "is_deposit"),
        Column("Annulé le", "cancelled_at"),
    )

    @admin.display(description="payeur")
    def payer_shown(self, row: Encaissement) -> str:
        return "" if row.sejour.menage.is_masked else row.payer

    @admin.display(description="référence")
    def reference_shown(self, row: Encaissement) -> str:
        return "" if row.sejour.menage.is_masked else row.reference

    @admin.display(description="état", ordering="cancelled_at")
    def state_shown(self, row: Encaissement) -> str:
        return "annulé" if row.cancelled_at else "enregistré"


@admin.register(Ecriture)
class EcritureAdmin(LedgerAdmin):
    """The ledger: only ever added to, and by acts alone."""

    noun = "ecriture"
    rank = 40
    menage_path = "sejour__menage"
    list_display = ("dated_on", "menage_name", "account", "kind", "label", money("amount", "montant"))
    list_select_related = ("sejour__menage", "sejour__residence")
    list_filter = ("account", "kind", ResidenceFilter)
    date_hierarchy = "dated_on"
    ordering = ("-dated_on", "-pk")
    search_codes = ("label",)
    search_numbers = ("sejour_id", "sejour__menage_id")
    fields = (
        "menage_name",
        "account",
        "kind",
        "dated_on",
        "amount",
        "label",
        "avis",
        "encaissement",
        "reverses",
        agent("recorded_by", "saisi par"),
        "recorded_at",
    )
    readonly_fields = ("menage_name",)
    totals = {
        "Dû": Sum("amount", filter=Q(amount__gt=Decimal(0))),
        "Reçu": Sum("amount", filter=Q(amount__lt=Decimal(0))),
        "Solde": Sum("amount"),
    }
    acts = (
        Act("Voir les comptes", "logement:compte_list", Permission.COMPTE_VIEW, on_list=True, main=True),
        Act(
            "Voir le compte",
            "logement:compte_detail",
            Permission.COMPTE_VIEW,
            argument=lambda row: row.sejour_id,
            main=True,
        ),
    )
    export_columns = (
        Column("N° d’écriture", "pk"),
        Column("Date", "dated_on"),
        Column("N° de séjour", "sejour_id"),
        Column("Ménage", lambda row: str(row.sejour.menage), named=True),
        Column("Résidence", "sejour.residence.name"),
        Column("Compte", "get_account_display"),
        Column("Nature", "get_kind_display"),
        Column("Libellé", "label"),
        Column("Montant (€)", "amount"),
        Column("Passée le", "recorded_at"),
    )


@admin.register(Quittance)
class QuittanceAdmin(PrintedAdmin):
    noun = "quittance"
    rank = 50
    menage_path = "sejour__menage"
    list_display = ("issued_on", "kind", "menage_name", "month_shown", money("amount", "montant"), "state_shown")
    list_select_related = ("sejour__menage", "sejour__residence", "avis")
    list_filter = ("kind", yes_no("état", "valable", "valables", "annulés", lambda: LIVE), ResidenceFilter)
    date_hierarchy = "issued_on"
    search_numbers = ("pk", "sejour__menage_id", "document__rank")
    fields = (
        "menage_name",
        "kind",
        "issued_on",
        "month_shown",
        "amount",
        "document",
        "completes",
        agent("cancelled_by", "annulé par"),
        "cancelled_at",
        "cancelled_reason",
    )
    readonly_fields = ("menage_name", "month_shown")
    totals = {"Acquitté": Sum("amount", filter=LIVE)}
    actions = ("print_papers",)
    print_permission = Permission.QUITTANCE_ISSUE
    acts = (
        Act(
            "Éditer les quittances du mois",
            "logement:quittances_issue",
            Permission.QUITTANCE_ISSUE,
            on_list=True,
            main=True,
        ),
        Act(
            "Ouvrir le PDF",
            "residence:document_open",
            Permission.COMPTE_VIEW,
            argument=lambda row: row.document_id,
            main=True,
        ),
        Act("Voir le compte", "logement:compte_detail", Permission.COMPTE_VIEW, argument=lambda row: row.sejour_id),
    )
    export_columns = (
        Column("Date", "issued_on"),
        Column("Nature", "get_kind_display"),
        Column("N° de séjour", "sejour_id"),
        Column("Ménage", lambda row: str(row.sejour.menage), named=True),
        Column("Résidence", "sejour.residence.name"),
        Column("Mois", "avis.month"),
        Column("Montant (€)", "amount"),
        Column("Annulée le", "cancelled_at"),
    )

    @admin.display(description="mois", ordering="avis__month")
    def month_shown(self, row: Quittance) -> str:
        return f"{row.avis.month:%m/%Y}" if row.avis else ""

    @admin.display(description="état", ordering="cancelled_at")
    def state_shown(self, row: Quittance) -> str:
        return "annulée" if row.cancelled_at else "valable"
