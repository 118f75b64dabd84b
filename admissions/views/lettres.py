"""The letters of decision: issued one by one or for a whole sitting, e-mailed, printed, noted as posted."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from admissions.actions.lettres import email_letters, issue_letters, issue_session_letters, post_letters
from admissions.forms.lettres import LettersForm, SendForm, SessionLettersForm
from admissions.models import EnvoiLettre, SessionCommission
from admissions.queries.lettres import decisions_to_write, lettres_of, print_letters
from admissions.queries.orientations import stage_badge
from admissions.views.commission import decision_or_404, pdf_response, session_or_404, when_of
from admissions.views.common import about, form_page
from residence.actions.journal import record, record_reading
from residence.models.base import today
from residence.permissions import Permission, require_permission

St = SessionCommission.Status


@require_http_methods(["GET", "POST"])
@require_permission(Permission.LETTRE_ISSUE)
def decision_letters(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Issue the letters of a decision, to the candidate and to the prescripteur; then make them leave."""
    decision = decision_or_404(request, decision_id, Permission.LETTRE_ISSUE)
    orientation = decision.passage.orientation
    form = LettersForm(request.POST or None, decision=decision, back=orientation.get_absolute_url())
    return form_page(
        request,
        "admissions/decision_letters.html",
        form=form,
        act=lambda: issue_letters(by=request.user, decision=decision, **form.cleaned_data),
        success="Les lettres sont éditées : envoyez-les, ou imprimez-les.",
        to=reverse("admissions:decision_letters", args=[decision.pk]),
        context={
            **about(request, orientation),
            "decision": decision,
            "session": decision.passage.session,
            "badge": stage_badge(orientation.status),
            "lettres": lettres_of([decision]),
            "day": today(),
        },
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.LETTRE_ISSUE)
def session_letters(request: HttpRequest, session_id: int) -> HttpResponse:
    """Every letter of a closed sitting: to issue, to send, to print, and when each left."""
    session = session_or_404(request, session_id, Permission.LETTRE_ISSUE)
    decisions = list(decisions_to_write(request.user).filter(passage__session=session))
    form = SessionLettersForm(request.POST or None, back=session.get_absolute_url())
    lettres = lettres_of(decisions)
    return form_page(
        request,
        "admissions/session_letters.html",
        form=form,
        act=lambda: issue_session_letters(by=request.user, decisions=decisions, **form.cleaned_data),
        success="Les lettres sont éditées : envoyez-les, ou imprimez-les.",
        to=reverse("admissions:session_letters", args=[session.pk]),
        context={
            "session": session,
            "when": when_of(session),
            "is_closed": session.status == St.CLOSED,
            "missing": [one for one in decisions if one.letter_candidat_id is None],
            "lettres": lettres,
            "has_unsent": any(not one.is_sent for one in lettres),
            "hidden": session.passages.on_agenda().count() - len(decisions),
            "day": today(),
        },
    )


@require_http_methods(["POST"])
@require_permission(Permission.LETTRE_ISSUE)
def lettre_send(request: HttpRequest, session_id: int) -> HttpResponse:
    """Send by e-mail the letters ticked whose addressee agreed to it, or say that those ticked left on paper."""
    session = session_or_404(request, session_id, Permission.LETTRE_ISSUE)
    decisions = list(decisions_to_write(request.user).filter(passage__session=session))
    back = _back(request, session, decisions)
    form = SendForm(request.POST, documents=[one.document.pk for one in lettres_of(decisions)])
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(errors))
        return redirect(back)
    ticked, means = form.cleaned_data["lettres"], form.cleaned_data["means"]
    try:
        if means == EnvoiLettre.Means.EMAIL:
            sent = email_letters(by=request.user, decisions=decisions, documents=ticked)
        else:
            sent = post_letters(
                by=request.user,
                decisions=decisions,
                documents=ticked,
                means=means,
                sent_on=form.cleaned_data["sent_on"],
            )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        _tell(request, sent, means)
    return redirect(back)


def _tell(request: HttpRequest, sent: int, means: str) -> None:
    how = EnvoiLettre.Means(means).label
    if sent:
        messages.success(request, f"{sent} lettre{'s parties' if sent > 1 else ' partie'} : {how}.")
    elif means == EnvoiLettre.Means.EMAIL:
        messages.info(request, "Aucune des lettres cochées ne peut partir par courriel, ou elles sont déjà parties.")
    else:
        messages.info(request, "Cet envoi est déjà noté.")


def _back(request: HttpRequest, session: Any, decisions: list[Any]) -> str:
    """The page that was left: that of one decision, or that of the whole sitting."""
    asked = request.POST.get("decision", "")
    one = next((decision for decision in decisions if str(decision.pk) == asked), None)
    if one is not None:
        return reverse("admissions:decision_letters", args=[one.pk])
    return reverse("admissions:session_letters", args=[session.pk])


@require_http_methods(["GET"])
@require_permission(Permission.LETTRE_ISSUE)
def lettre_print(request: HttpRequest, session_id: int) -> HttpResponse:
    """The letters ticked in one PDF for the printer, each on its own sheet, copies included; all of them if none is."""
    session = session_or_404(request, session_id, Permission.LETTRE_ISSUE)
    lettres = lettres_of(decisions_to_write(request.user).filter(passage__session=session))
    ticked = {int(one) for one in request.GET.getlist("lettres") if one.isdecimal()}
    chosen = [one for one in lettres if not ticked or one.document.pk in ticked]
    if not chosen:
        messages.error(request, "Il n’y a aucune lettre à imprimer : éditez-les d’abord.")
        return redirect(reverse("admissions:session_letters", args=[session.pk]))
    for one in chosen:
        menage = one.decision.passage.orientation.menage
        record_reading(menage, by=request.user, what=one.document, residence=session.residence)
    record("lettre.print", by=request.user, target=session, residence=session.residence, letters=len(chosen))
    day = timezone.localdate(session.starts_at)
    content = print_letters(chosen, title=f"Lettres de la commission du {day:%d/%m/%Y}")
    return pdf_response(content, f"commission-{day:%Y-%m-%d}-lettres.pdf")
