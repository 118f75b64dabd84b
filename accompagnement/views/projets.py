"""The projet personnalisé: where the person stands over time, objectives and steps, the paper that is signed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accompagnement.actions.projets import (
    add_etape,
    assess_projet,
    correct_bilan,
    end_objectif,
    finish_etape,
    issue_projet,
    open_objectif,
    sign_projet,
)
from accompagnement.forms.projets import BilanForm, EtapeForm, ObjectifEndForm, ObjectifForm, SignForm
from accompagnement.models import LEVELS, BilanProjet, DossierSocial, EtapeObjectif, Objectif, Theme
from accompagnement.queries.actions_collectives import served
from accompagnement.queries.projets import lines, meetings, needs_told, told_at_admission
from accompagnement.rules.rythmes import review_on
from accompagnement.views.pages import TAB, acted, dossier_of, form_page, in_dossier, refusal
from residence.actions.journal import record_reading
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.queries.banner import banner_for


def _back(dossier_id: int) -> str:
    return reverse("accompagnement:projet_detail", args=[dossier_id])


@require_http_methods(["GET"])
@require_permission(Permission.DOSSIER_VIEW)
def projet_detail(request: HttpRequest, dossier_id: int) -> HttpResponse:
    """Where the person stands on each theme, meeting after meeting, what they want, and who does what."""
    dossier = dossier_of(request, dossier_id, Permission.DOSSIER_VIEW)
    record_reading(dossier.menage, by=request.user, what=dossier, residence=dossier.residence)
    bilans = meetings(dossier)
    objectives = list(dossier.objectifs.prefetch_related("etapes"))
    together = served(dossier.pk)
    for one in objectives:
        one.together = together.get(one.pk, [])
    context = {
        "dossier": dossier,
        "part": "projet",
        "banner": banner_for(request.user, dossier.menage, current=TAB),
        "bilans": bilans,
        "last": bilans[-1] if bilans else None,
        "lines": lines(bilans),
        "running": [one for one in objectives if one.ended_on is None],
        "ended": [one for one in objectives if one.ended_on is not None],
        "entretien": None if bilans else told_at_admission(request.user, dossier),
        "may_write": dossier.is_open and request.user.holds(Permission.PROJET_EDIT, dossier.residence_id),
    }
    return render(request, "accompagnement/projet_detail.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PROJET_EDIT)
def projet_assess(request: HttpRequest, dossier_id: int) -> HttpResponse:
    """A meeting on the projet: the first one starts from what the admission knows, the next ones from the last."""
    return _assess(request, dossier_of(request, dossier_id, Permission.PROJET_EDIT))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PROJET_EDIT)
def bilan_next(request: HttpRequest, bilan_id: int) -> HttpResponse:
    """The review that a meeting on the projet has announced."""
    bilan = in_dossier(request, BilanProjet.objects, bilan_id, Permission.PROJET_EDIT)
    return redirect("accompagnement:projet_assess", bilan.dossier_id)


def _assess(request: HttpRequest, dossier: DossierSocial) -> HttpResponse:
    last = dossier.bilans.prefetch_related("niveaux").first()
    every = dossier.sejour.dispositif.review_every_months if dossier.sejour else None
    form = BilanForm(
        request.POST or None,
        back=_back(dossier.pk),
        is_first=last is None,
        hints=_hints(request, dossier, last),
        initial={"review_on": review_on(today(), every_months=every)},
    )
    if acted(request, form, assess_projet, dossier=dossier, done="C’est enregistré avec la personne."):
        return redirect(_back(dossier.pk))
    question = f"Où en est {dossier.menage} ?" if last is None else f"Où en est {dossier.menage} maintenant ?"
    lead = "À remplir ensemble : c’est la personne qui dit où elle en est. Laissez de côté ce qui n’a pas été abordé."
    return form_page(request, dossier, form, question, lead=lead, back=_back(dossier.pk))


def _hints(request: HttpRequest, dossier: DossierSocial, last: BilanProjet | None) -> dict[str, str]:
    """What was told of each theme before: at the last meeting, else at the pre-admission interview."""
    if last is not None:
        return {
            one.theme: f"Le {last.held_on:%d/%m/%Y} : {LEVELS[one.level]}{f' ({one.comment})' if one.comment else ''}"
            for one in last.niveaux.all()
        }
    needs = needs_told(told_at_admission(request.user, dossier))
    return {
        theme: f"À l’admission : {one.get_level_display()}{f' ({one.comment})' if one.comment else ''}"
        for theme, one in needs.items()
        if theme in Theme.values
    }


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PROJET_EDIT)
def bilan_correct(request: HttpRequest, bilan_id: int) -> HttpResponse:
    """Put a meeting right as long as its paper is not issued."""
    bilan = in_dossier(request, BilanProjet.objects, bilan_id, Permission.PROJET_EDIT)
    dossier = bilan.dossier
    form = BilanForm(request.POST or None, back=_back(dossier.pk), bilan=bilan, hints={})
    if acted(request, form, correct_bilan, bilan=bilan, done="Le point est corrigé."):
        return redirect(_back(dossier.pk))
    question = f"Que corriger au point du {bilan.held_on:%d/%m/%Y} ?"
    return form_page(request, dossier, form, question, back=_back(dossier.pk))


@require_http_methods(["POST"])
@require_permission(Permission.PROJET_EDIT)
def projet_issue(request: HttpRequest, bilan_id: int) -> HttpResponse:
    """Issue the paper of the projet, to be printed and signed."""
    bilan = in_dossier(request, BilanProjet.objects, bilan_id, Permission.PROJET_EDIT)
    refusal(request, issue_projet, bilan=bilan, done="Le projet est édité : imprimez-le, puis notez la signature.")
    return redirect(_back(bilan.dossier_id))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PROJET_EDIT)
def projet_sign(request: HttpRequest, bilan_id: int) -> HttpResponse:
    """Note the day of the signatures."""
    bilan = in_dossier(request, BilanProjet.objects, bilan_id, Permission.PROJET_EDIT)
    dossier = bilan.dossier
    form = SignForm(request.POST or None, back=_back(dossier.pk))
    if acted(request, form, sign_projet, bilan=bilan, done="Signature notée."):
        return redirect(_back(dossier.pk))
    return form_page(request, dossier, form, "Quand le projet a‑t‑il été signé ?", back=_back(dossier.pk))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PROJET_EDIT)
def objectif_open(request: HttpRequest, dossier_id: int) -> HttpResponse:
    """An objective in the words of the person."""
    dossier = dossier_of(request, dossier_id, Permission.PROJET_EDIT)
    form = ObjectifForm(request.POST or None, back=_back(dossier.pk))
    if acted(request, form, open_objectif, dossier=dossier, done="Objectif fixé. Quelle est la première étape ?"):
        return redirect(_back(dossier.pk))
    return form_page(request, dossier, form, f"Que veut {dossier.menage} ?", back=_back(dossier.pk))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PROJET_EDIT)
def objectif_end(request: HttpRequest, objectif_id: int) -> HttpResponse:
    """How an objective ended."""
    objectif = in_dossier(request, Objectif.objects, objectif_id, Permission.PROJET_EDIT)
    dossier = objectif.dossier
    form = ObjectifEndForm(request.POST or None, back=_back(dossier.pk))
    if acted(request, form, end_objectif, objectif=objectif, done="C’est noté."):
        return redirect(_back(dossier.pk))
    question = "Comment cet objectif se termine‑t‑il ?"
    return form_page(request, dossier, form, question, lead=f"« {objectif.words} »", back=_back(dossier.pk))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PROJET_EDIT)
def etape_add(request: HttpRequest, objectif_id: int) -> HttpResponse:
    """A step towards an objective."""
    objectif = in_dossier(request, Objectif.objects, objectif_id, Permission.PROJET_EDIT)
    dossier = objectif.dossier
    form = EtapeForm(request.POST or None, back=_back(dossier.pk))
    if acted(request, form, add_etape, objectif=objectif, done="Étape ajoutée."):
        return redirect(_back(dossier.pk))
    question = "Quelle est la prochaine étape ?"
    return form_page(request, dossier, form, question, lead=f"« {objectif.words} »", back=_back(dossier.pk))


def _etape(request: HttpRequest, etape_id: int, permission: Permission) -> Any:
    rows = EtapeObjectif.objects.visible_to(request.user, permission)
    return get_object_or_404(rows.select_related("objectif__dossier"), pk=etape_id)


@require_http_methods(["GET"])
@require_permission(Permission.PROJET_EDIT)
def etape_detail(request: HttpRequest, etape_id: int) -> HttpResponse:
    """The step where it stands in the projet."""
    etape = _etape(request, etape_id, Permission.PROJET_EDIT)
    return redirect(f"{_back(etape.objectif.dossier_id)}#etape-{etape.pk}")


@require_http_methods(["POST"])
@require_permission(Permission.PROJET_EDIT)
def etape_finish(request: HttpRequest, etape_id: int) -> HttpResponse:
    """A step is done."""
    etape = _etape(request, etape_id, Permission.PROJET_EDIT)
    refusal(request, finish_etape, etape=etape, done="Étape faite.")
    return redirect(_back(etape.objectif.dossier_id))
