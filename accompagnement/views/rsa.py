"""The RSA: who is supported by delegation, their contrat d'engagement, the meetings and their records."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accompagnement.actions.rsa import edit_rsa, end_rsa, hold_rsa, open_rsa, sign_engagement
from accompagnement.forms.rsa import EngagementForm, EntretienRsaForm, RsaEditForm, RsaEndForm, RsaOpenForm
from accompagnement.models import ParcoursRsa
from accompagnement.queries.rsa import receivers, standing
from accompagnement.views.pages import TAB, acted, dossier_of, form_page, in_dossier
from residence.actions.journal import record_reading
from residence.components import SOON_IN_MONTHS
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.queries.banner import banner_for


def _back(dossier_id: int) -> str:
    return reverse("accompagnement:rsa_detail", args=[dossier_id])


@require_http_methods(["GET"])
@require_permission(Permission.DOSSIER_VIEW)
def rsa_detail(request: HttpRequest, dossier_id: int) -> HttpResponse:
    """Each person of the household who is supported for the RSA, with what is due."""
    dossier = dossier_of(request, dossier_id, Permission.DOSSIER_VIEW)
    record_reading(dossier.menage, by=request.user, what=dossier, residence=dossier.residence)
    parcours = dossier.parcours_rsa.select_related("personne").prefetch_related("contrats", "entretiens__document")
    running = [standing(one) for one in parcours if one.ended_on is None]
    context = {
        "dossier": dossier,
        "part": "rsa",
        "banner": banner_for(request.user, dossier.menage, current=TAB),
        "running": running,
        "past": [one for one in parcours if one.ended_on is not None],
        "waiting": receivers(request.user, dossier, known={one.parcours.personne_id for one in running}),
        "soon_within": SOON_IN_MONTHS,
        "may_write": dossier.is_open and request.user.holds(Permission.RSA_EDIT, dossier.residence_id),
    }
    return render(request, "accompagnement/rsa_detail.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.RSA_EDIT)
def rsa_open(request: HttpRequest, dossier_id: int) -> HttpResponse:
    """Open the support of one person."""
    dossier = dossier_of(request, dossier_id, Permission.RSA_EDIT)
    form = RsaOpenForm(request.POST or None, dossier=dossier, back=_back(dossier.pk))
    if acted(request, form, open_rsa, dossier=dossier, done="Suivi RSA ouvert."):
        return redirect(_back(dossier.pk))
    lead = "Dans un couple, chacun a son suivi et signe son propre contrat."
    return form_page(request, dossier, form, "Qui est suivi au titre du RSA ?", lead=lead, back=_back(dossier.pk))


def _parcours(request: HttpRequest, parcours_id: int) -> Any:
    rows = ParcoursRsa.objects.select_related("personne")
    return in_dossier(request, rows, parcours_id, Permission.RSA_EDIT)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.RSA_EDIT)
def rsa_edit(request: HttpRequest, parcours_id: int) -> HttpResponse:
    """What decides of the joint diagnosis with France Travail."""
    parcours = _parcours(request, parcours_id)
    form = RsaEditForm(request.POST or None, parcours=parcours, back=_back(parcours.dossier_id))
    if acted(request, form, edit_rsa, parcours=parcours, done="C’est enregistré."):
        return redirect(_back(parcours.dossier_id))
    question = "Où en est la recherche d’emploi ?"
    return form_page(
        request, parcours.dossier, form, question, lead=str(parcours.personne), back=_back(parcours.dossier_id)
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.RSA_EDIT)
def rsa_sign(request: HttpRequest, parcours_id: int) -> HttpResponse:
    """A contrat d'engagement is signed, or renewed."""
    parcours = _parcours(request, parcours_id)
    form = EngagementForm(request.POST or None, before=parcours.contrats.first(), back=_back(parcours.dossier_id))
    if acted(request, form, sign_engagement, parcours=parcours, done="Contrat d’engagement enregistré."):
        return redirect(_back(parcours.dossier_id))
    question = f"Que signe {parcours.personne} ?"
    return form_page(request, parcours.dossier, form, question, back=_back(parcours.dossier_id))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.RSA_EDIT)
def rsa_hold(request: HttpRequest, parcours_id: int) -> HttpResponse:
    """A meeting of the RSA, and its record."""
    parcours = _parcours(request, parcours_id)
    form = EntretienRsaForm(request.POST or None, back=_back(parcours.dossier_id))
    if acted(request, form, hold_rsa, parcours=parcours, done="Entretien enregistré, compte rendu édité."):
        return redirect(_back(parcours.dossier_id))
    question = f"Comment s’est passé l’entretien avec {parcours.personne} ?"
    lead = f"Aujourd’hui, le {today():%d/%m/%Y}"
    return form_page(request, parcours.dossier, form, question, lead=lead, back=_back(parcours.dossier_id))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.RSA_EDIT)
def rsa_end(request: HttpRequest, parcours_id: int) -> HttpResponse:
    """The support of the RSA stops."""
    parcours = _parcours(request, parcours_id)
    form = RsaEndForm(request.POST or None, back=_back(parcours.dossier_id))
    if acted(request, form, end_rsa, parcours=parcours, done="Suivi RSA terminé."):
        return redirect(_back(parcours.dossier_id))
    question = f"Le suivi RSA de {parcours.personne} s’arrête ?"
    return form_page(request, parcours.dossier, form, question, back=_back(parcours.dossier_id))
