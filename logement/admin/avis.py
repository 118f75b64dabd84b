"""What is called, month after month: read here with its totals; each act is done on its page."""

from typing import Any

from django.contrib import admin
from django.db.models import F, Q, Sum

from logement.admin.ledger import PrintedAdmin
from logement.models import AvisEcheance, Campagne, ClotureMensuelle, LigneAvis
from residence.admin.acts import Act
from residence.admin.base import BaseAdmin
from residence.admin.columns import ResidenceFilter, agent, money, state, yes_no
from residence.admin.inlines import BaseInline
from residence.exports import Column
from residence.models.base import today
from residence.permissions import Permission


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
