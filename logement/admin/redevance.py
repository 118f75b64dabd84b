"""What is called, what is paid, and the ledger: read here with their totals; each act is done on its page."""

from collections import Counter
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import F, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst

from logement.admin.sejours import StayAdmin, unless_masked
from logement.models import AvisEcheance, Campagne, ClotureMensuelle, Ecriture, Encaissement, LigneAvis, Quittance
from logement.queries.avis import print_papers
from residence.actions.journal import record
from residence.admin.base import Act, BaseAdmin, BaseInline
from residence.admin.columns import ResidenceFilter, agent, money, state, yes_no
from residence.exports import Column, file_name
from residence.models import EntreeJournal
from residence.models.base import today
from residence.permissions import Permission

# A batch is laid out while the person waits.
MOST_PAPERS = 300


class LedgerAdmin(StayAdmin):
    section = "redevance"
    view_permission = Permission.COMPTE_VIEW


class PrintedAdmin(LedgerAdmin):
    """Rows with a paper of their own, printed together for the letter boxes."""

    print_permission: Permission

    def has_print_permission(self, request: HttpRequest) -> bool:
        return self._holds(request, self.print_permission)

    @admin.action(description="Imprimer en un seul PDF", permissions=["print"])
    def print_papers(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """The papers of the rows chosen, in the order of the list; the journal keeps how many."""
        mine = self.rows_for(request.user, self.print_permission).order_by().values("pk")
        chosen = queryset.filter(pk__in=mine, document__isnull=False).select_related("document")
        rows = list(chosen[: MOST_PAPERS + 1])
        if not rows:
            self.message_user(request, "Ces lignes n’ont pas encore de document à imprimer.", "WARNING")
            return None
        if len(rows) > MOST_PAPERS:
            self.message_user(request, f"Imprimez au plus {MOST_PAPERS} documents à la fois.", "WARNING")
            return None
        name = str(capfirst(self.opts.verbose_name_plural))
        content = print_papers([row.document for row in rows], title=name)
        for residence, count in Counter(self.residence_of(row) for row in rows).items():
            record(
                f"{self.noun}.print",
                by=request.user,
                residence=residence,
                kind=EntreeJournal.Kind.EXPORT,
                count=count,
            )
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{file_name(name, "pdf")}"'
        response["Cache-Control"] = "private, no-store"
        return response


class MonthAdmin(BaseAdmin):
    section = "redevance"
    view_permission = Permission.COMPTE_VIEW

    @admin.display(description="mois", ordering="month")
    def month_shown(self, row: Any) -> str:
        return f"{row.month:%m/%Y}"


def _is(*statuses: str) -> Any:
    return lambda row: row.status in statuses


@admin.register(Campagne)
class CampagneAdmin(MonthAdmin):
    rank = 10
    list_display = (
        "month_shown",
        "rank",
        "residence",
        state({"prepared": "soon", "confirmed": "information", "sent": "done"}),
        "prepared_at",
        "confirmed_at",
        "sent_at",
    )
    list_select_related = ("residence",)
    list_filter = ("status", ResidenceFilter)
    date_hierarchy = "month"
    fields = (
        "residence",
        "month_shown",
        "rank",
        "status",
        agent("prepared_by", "préparée par"),
        "prepared_at",
        agent("confirmed_by", "confirmée par"),
        "confirmed_at",
        agent("sent_by", "envoyée par"),
        "sent_at",
    )
    readonly_fields = ("month_shown",)
    acts = (
        Act("Préparer une campagne", "logement:campagne_prepare", Permission.AVIS_ISSUE, on_list=True, main=True),
        Act("Ouvrir la campagne", "logement:campagne_detail", Permission.COMPTE_VIEW),
        Act(
            "Confirmer la campagne",
            "logement:campagne_confirm",
            Permission.AVIS_ISSUE,
            condition=_is("prepared"),
            main=True,
        ),
        Act("Envoyer les avis", "logement:campagne_send", Permission.AVIS_ISSUE, condition=_is("confirmed"), main=True),
        Act("Revenir en préparation", "logement:campagne_undo", Permission.AVIS_ISSUE, condition=_is("confirmed")),
    )


@admin.register(ClotureMensuelle)
class ClotureMensuelleAdmin(MonthAdmin):
    rank = 100
    list_display = ("month_shown", "residence", "closed_by", "closed_at")
    list_select_related = ("residence", "closed_by")
    list_filter = (ResidenceFilter,)
    date_hierarchy = "month"
    fields = ("residence", "month_shown", "closed_by", "closed_at")
    readonly_fields = ("month_shown",)
    acts = (Act("Clore un mois", "logement:mois_list", Permission.AVIS_ISSUE, on_list=True, main=True),)


class LigneInline(BaseInline):
    model = LigneAvis
    read_only = True
    fields = ("label", "kind", "start_on", "end_on", "monthly_amount", "amount", "reason")


def overdue_now() -> Q:
    return Q(pk__in=AvisEcheance.objects.overdue(today()).values("pk"))


CALLED = Q(status__in=[AvisEcheance.Status.CONFIRMED, AvisEcheance.Status.SENT])


@admin.register(AvisEcheance)
class AvisEcheanceAdmin(PrintedAdmin):
    noun = "avis"
    rank = 20
    menage_path = "contrat__sejour__menage"
    list_display = (
        "month_shown",
        "menage_name",
        "place",
        state({"confirmed": "information", "sent": "done", "cancelled": "plain"}),
        "due_on",
        money("total", "total"),
        money("apl_expected", "APL attendue"),
        money("paid", "payé"),
        money("left", "reste"),
    )
    list_select_related = ("contrat__sejour__menage", "contrat__sejour__residence", "contrat__place")
    list_filter = (
        "status",
        yes_no("échéance", "retard", "en retard", "à jour", overdue_now),
        ResidenceFilter,
    )
    date_hierarchy = "month"
    search_codes = ("contrat__place__code",)
    search_numbers = ("pk", "contrat__sejour__menage_id")
    inlines = (LigneInline,)
    fields = (
        "menage_name",
        "place",
        "month_shown",
        "rank",
        "rectifies",
        "reason",
        "status",
        "start_on",
        "end_on",
        "due_on",
        "total",
        "housing",
        "apl_expected",
        "apl_received",
        "paid",
        "document",
        "confirmed_at",
        "cancelled_at",
    )
    readonly_fields = ("menage_name", "place", "month_shown")
    totals = {
        "Appelé": Sum("total", filter=CALLED),
        "APL attendue": Sum("apl_expected", filter=CALLED),
        "Payé": Sum("paid", filter=CALLED),
        "Reste": Sum(F("total") - F("paid"), filter=CALLED),
    }
    actions = ("print_papers",)
    print_permission = Permission.AVIS_ISSUE
    acts = (
        Act("Voir les arriérés", "logement:arriere_list", Permission.COMPTE_VIEW, on_list=True),
        Act("Ouvrir l’avis", "logement:avis_detail", Permission.COMPTE_VIEW, main=True),
        Act(
            "Ouvrir le PDF",
            "residence:document_open",
            Permission.COMPTE_VIEW,
            condition=lambda row: row.document_id is not None,
            argument=lambda row: row.document_id,
        ),
        Act(
            "Rectifier l’avis",
            "logement:avis_rectify",
            Permission.AVIS_ISSUE,
            condition=_is("confirmed", "sent"),
        ),
        Act(
            "Enregistrer un paiement",
            "logement:encaissement_record",
            Permission.ENCAISSEMENT_RECORD,
            argument=lambda row: row.contrat.sejour_id,
        ),
        Act(
            "Voir le compte",
            "logement:compte_detail",
            Permission.COMPTE_VIEW,
            argument=lambda row: row.contrat.sejour_id,
        ),
    )
    export_columns = (
        Column("N° d’avis", "pk"),
        Column("Mois", "month"),
        Column("Rang", "rank"),
        Column("N° de séjour", "contrat.sejour_id"),
        Column("Ménage", lambda row: str(row.contrat.sejour.menage), named=True),
        Column("Résidence", "contrat.sejour.residence.name"),
        Column("Place", "contrat.place.code"),
        Column("État", "get_status_display"),
        Column("Du", "start_on"),
        Column("Au", "end_on"),
        Column("À payer pour le", "due_on"),
        Column("Total (€)", "total"),
        Column("Loyer et charges (€)", "housing"),
        Column("APL attendue (€)", "apl_expected"),
        Column("APL reçue (€)", "apl_received"),
        Column("Payé (€)", "paid"),
        Column("Reste (€)", "left"),
    )

    @admin.display(description="mois", ordering="month")
    def month_shown(self, row: AvisEcheance) -> str:
        return f"{row.month:%m/%Y}" + (f", rectificatif {row.rank}" if row.rank else "")

    @admin.display(description="place", ordering="contrat__place__code")
    def place(self, row: AvisEcheance) -> str:
        return str(row.contrat.place)


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
