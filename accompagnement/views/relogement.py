"""Rehousing: how ready a household is, its request, priorities, pieces and offers; the list of the team."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accompagnement.actions.relogement import (
    answer_offre,
    decide_priorite,
    end_demande,
    file_priorite,
    record_demande,
    record_offre,
    record_pieces,
    renew_demande,
    settle_offre,
)
from accompagnement.forms.relogement import (
    DemandeEndForm,
    DemandeForm,
    OffreAnswerForm,
    OffreForm,
    OffreSettleForm,
    PiecesForm,
    PrioriteDecideForm,
    PrioriteForm,
    RelogementFilterForm,
    RenewForm,
)
from accompagnement.models import DemandeLogement, DossierSocial, OffreLogement, Priorite
from accompagnement.queries.dossiers import followed_by, scope, with_facts
from accompagnement.queries.relogement import dalo_of, exits, gauge, to_renew, with_requests, without_request
from accompagnement.rules.relogement import share_permanent
from accompagnement.views.pages import TAB, acted, dossier_of, form_page, in_dossier
from logement.models import Destination
from logement.models.sejours import PERMANENT_DESTINATIONS
from residence.actions.journal import record_reading
from residence.components import SOON_IN_MONTHS, Column, Row, Table
from residence.context_processors import Frame
from residence.models.base import today
from residence.paging import KeysFirst
from residence.permissions import Permission, require_permission
from residence.queries.banner import banner_for
from residence.rules.dates import add_months

PER_PAGE = 50


def _back(dossier_id: int) -> str:
    return reverse("accompagnement:relogement_detail", args=[dossier_id])


@require_http_methods(["GET"])
@require_permission(Permission.DOSSIER_VIEW)
def relogement_list(request: HttpRequest) -> HttpResponse:
    """Where the requests stand, the one that ends first on top; where those who left went."""
    chosen = Frame(request).residence
    residence_id = chosen.pk if chosen else None
    form = RelogementFilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = scope(request.user, residence_id=residence_id).open()
    if wanted.get("qui") != "equipe":
        rows = followed_by(rows, request.user)
    if wanted.get("demande") == "aucune":
        rows = without_request(rows)
    rows = with_requests(with_facts(rows, request.user))
    if wanted.get("demande") == "renouveler":
        rows = to_renew(rows, today())
    rows = rows.order_by("request_until", "menage__sort_name", "pk")
    page = KeysFirst(rows, PER_PAGE, at_once=True).get_page(request.GET.get("page"))
    left = exits(request.user, residence_id=residence_id, since=add_months(today(), -12))
    context = {
        "form": form,
        "page": page,
        "table": _table(list(page)),
        "exits": [(Destination(code).label, code in PERMANENT_DESTINATIONS, count) for code, count in left if code],
        "left": sum(count for _, count in left),
        "share": share_permanent(
            [code for code, count in left for _ in range(count)], permanent=frozenset(PERMANENT_DESTINATIONS)
        ),
    }
    return render(request, "accompagnement/relogement_list.html", context)


def _table(dossiers: list[DossierSocial]) -> Table:
    kinds = dict(Priorite.Kind.choices)
    return Table(
        caption="Relogements en préparation",
        columns=(
            Column("Ménage", "main"),
            Column("Place", "code", word="place"),
            Column("Demande valable jusqu’au", "deadline", word="demande", soon_within=SOON_IN_MONTHS),
            Column("Priorité", word="priorité"),
            Column("Offres", "number", word="offres :"),
            Column("Refusées", "number", word="refusées :"),
        ),
        rows=tuple(
            Row(
                (
                    str(one.menage),
                    one.place_code,  # type: ignore[attr-defined]
                    one.request_until,  # type: ignore[attr-defined]
                    kinds.get(one.priority),  # type: ignore[attr-defined]
                    one.offers,  # type: ignore[attr-defined]
                    one.refused,  # type: ignore[attr-defined]
                ),
                url=_back(one.pk),
            )
            for one in dossiers
        ),
    )


@require_http_methods(["GET"])
@require_permission(Permission.DOSSIER_VIEW)
def relogement_detail(request: HttpRequest, dossier_id: int) -> HttpResponse:
    """How ready the household is for a home of its own, and all that was asked for and offered."""
    dossier = dossier_of(request, dossier_id, Permission.DOSSIER_VIEW)
    record_reading(dossier.menage, by=request.user, what=dossier, residence=dossier.residence)
    points = gauge(request.user, dossier, day=today())
    demandes = list(dossier.demandes.select_related("ended_by"))
    context = {
        "dossier": dossier,
        "part": "relogement",
        "banner": banner_for(request.user, dossier.menage, current=TAB),
        "points": points,
        "done": sum(one.done for one in points),
        "demande": next((one for one in demandes if one.ended_on is None), None),
        "past": [one for one in demandes if one.ended_on is not None],
        "dalo": dalo_of(dossier, day=today()),
        "priorites": dossier.priorites.all(),
        "offres": dossier.offres.all(),
        "day": today(),
        "soon_within": SOON_IN_MONTHS,
        "may_write": dossier.is_open and request.user.holds(Permission.RELOGEMENT_EDIT, dossier.residence_id),
    }
    return render(request, "accompagnement/relogement_detail.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.RELOGEMENT_EDIT)
def demande_record(request: HttpRequest, dossier_id: int) -> HttpResponse:
    """The housing request of the household."""
    dossier = dossier_of(request, dossier_id, Permission.RELOGEMENT_EDIT)
    form = DemandeForm(request.POST or None, back=_back(dossier.pk))
    if acted(
        request, form, record_demande, dossier=dossier, done="Demande enregistrée : son renouvellement est suivi."
    ):
        return redirect(_back(dossier.pk))
    question = f"Quelle est la demande de logement de {dossier.menage} ?"
    return form_page(request, dossier, form, question, back=_back(dossier.pk))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.RELOGEMENT_EDIT)
def demande_renew(request: HttpRequest, demande_id: int) -> HttpResponse:
    """The request is renewed for a year."""
    demande = in_dossier(request, DemandeLogement.objects, demande_id, Permission.RELOGEMENT_EDIT)
    form = RenewForm(request.POST or None, back=_back(demande.dossier_id))
    if acted(request, form, renew_demande, demande=demande, done="Renouvellement noté : un an de plus."):
        return redirect(_back(demande.dossier_id))
    lead = f"Demande {demande.nur}, valable jusqu’au {demande.valid_until_on:%d/%m/%Y}"
    question = "Quand la demande a‑t‑elle été renouvelée ?"
    return form_page(request, demande.dossier, form, question, lead=lead, back=_back(demande.dossier_id))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.RELOGEMENT_EDIT)
def demande_end(request: HttpRequest, demande_id: int) -> HttpResponse:
    """The request no longer runs."""
    demande = in_dossier(request, DemandeLogement.objects, demande_id, Permission.RELOGEMENT_EDIT)
    form = DemandeEndForm(request.POST or None, back=_back(demande.dossier_id))
    if acted(request, form, end_demande, demande=demande, done="Demande terminée."):
        return redirect(_back(demande.dossier_id))
    question = "Pourquoi la demande s’arrête‑t‑elle ?"
    return form_page(request, demande.dossier, form, question, lead=demande.nur, back=_back(demande.dossier_id))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.RELOGEMENT_EDIT)
def priorite_file(request: HttpRequest, dossier_id: int) -> HttpResponse:
    """A priority is asked for."""
    dossier = dossier_of(request, dossier_id, Permission.RELOGEMENT_EDIT)
    form = PrioriteForm(request.POST or None, back=_back(dossier.pk))
    if acted(request, form, file_priorite, dossier=dossier, done="Demande de priorité enregistrée."):
        return redirect(_back(dossier.pk))
    lead = "SYPLO et la demande de logement sont deux fichiers : ce qui est saisi dans l’un l’est aussi dans l’autre."
    return form_page(request, dossier, form, "Quelle priorité est demandée ?", lead=lead, back=_back(dossier.pk))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.RELOGEMENT_EDIT)
def priorite_decide(request: HttpRequest, priorite_id: int) -> HttpResponse:
    """What came of a priority."""
    priorite = in_dossier(request, Priorite.objects, priorite_id, Permission.RELOGEMENT_EDIT)
    form = PrioriteDecideForm(request.POST or None, priorite=priorite, back=_back(priorite.dossier_id))
    if acted(request, form, decide_priorite, priorite=priorite, done="C’est enregistré."):
        return redirect(_back(priorite.dossier_id))
    question = f"Quelle suite pour la priorité {priorite.get_kind_display()} ?"
    return form_page(request, priorite.dossier, form, question, back=_back(priorite.dossier_id))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.RELOGEMENT_EDIT)
def pieces_record(request: HttpRequest, dossier_id: int) -> HttpResponse:
    """Which pieces are in hand."""
    dossier = dossier_of(request, dossier_id, Permission.RELOGEMENT_EDIT)
    stored = {one.kind: one for one in dossier.pieces_relogement.all()}
    form = PiecesForm(request.POST or None, stored=stored, back=_back(dossier.pk))
    if acted(request, form, record_pieces, dossier=dossier, done="Pièces enregistrées."):
        return redirect(_back(dossier.pk))
    return form_page(request, dossier, form, "Quelles pièces sont prêtes ?", back=_back(dossier.pk))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.RELOGEMENT_EDIT)
def offre_record(request: HttpRequest, dossier_id: int) -> HttpResponse:
    """A home is offered."""
    dossier = dossier_of(request, dossier_id, Permission.RELOGEMENT_EDIT)
    form = OffreForm(request.POST or None, back=_back(dossier.pk))
    if acted(request, form, record_offre, dossier=dossier, done="Offre enregistrée."):
        return redirect(_back(dossier.pk))
    return form_page(request, dossier, form, "Quel logement est proposé ?", back=_back(dossier.pk))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.RELOGEMENT_EDIT)
def offre_answer(request: HttpRequest, offre_id: int) -> HttpResponse:
    """What the person answers to an offer."""
    offre = in_dossier(request, OffreLogement.objects, offre_id, Permission.RELOGEMENT_EDIT)
    form = OffreAnswerForm(request.POST or None, back=_back(offre.dossier_id))
    if acted(request, form, answer_offre, offre=offre, done="Réponse enregistrée."):
        return redirect(_back(offre.dossier_id))
    question = f"Que répond {offre.dossier.menage} ?"
    lead = f"{offre.bailleur}, {offre.commune} {offre.home}".strip()
    return form_page(request, offre.dossier, form, question, lead=lead, back=_back(offre.dossier_id))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.RELOGEMENT_EDIT)
def offre_settle(request: HttpRequest, offre_id: int) -> HttpResponse:
    """What came of an offer."""
    offre = in_dossier(request, OffreLogement.objects, offre_id, Permission.RELOGEMENT_EDIT)
    form = OffreSettleForm(request.POST or None, back=_back(offre.dossier_id))
    if acted(request, form, settle_offre, offre=offre, done="Issue enregistrée."):
        return redirect(_back(offre.dossier_id))
    question = f"Comment finit l’offre de {offre.bailleur} ?"
    return form_page(request, offre.dossier, form, question, back=_back(offre.dossier_id))
