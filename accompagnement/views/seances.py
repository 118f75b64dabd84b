"""A session of a collective action: who is expected, who came, its sheet to sign, its cancelling; who registers."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accompagnement.actions.actions_collectives import (
    cancel_seance,
    enrol,
    record_attendance,
    withdraw_inscription,
)
from accompagnement.forms.actions_collectives import AttendanceForm, EnrolForm, GuestForm, ReasonForm
from accompagnement.models import ActionCollective, InscriptionAction, PresenceAction, SeanceAction
from accompagnement.queries.actions_collectives import objectives_of, room
from accompagnement.views.actions_collectives import action_of
from accompagnement.views.pages import act_page, acted, refusal
from residence.actions.documents import letterhead
from residence.actions.journal import record
from residence.models import Menage, Personne
from residence.models.base import today
from residence.pdf import render_pdf
from residence.permissions import Permission, require_permission
from residence.queries.search import households_named

# Lines left blank at the end of the sheet, for those who come without having registered, and lines of a whole page.
BLANK_LINES, PAGE_LINES = 3, 15


@require_http_methods(["GET"])
@require_permission(Permission.ACTION_VIEW)
def seance_detail(request: HttpRequest, seance_id: int) -> HttpResponse:
    """A session: the attendance to take on a phone for who takes it, how many came for the others."""
    return _seance_page(request, _seance(request, seance_id, Permission.ACTION_VIEW))


def _seance_page(request: HttpRequest, seance: SeanceAction, form: AttendanceForm | None = None) -> HttpResponse:
    user: Any = request.user
    found = room(user, seance)
    attends = user.holds(Permission.ACTION_ATTEND, seance.action.residence_id)
    context = {
        "seance": seance,
        "action": seance.action,
        "room": found,
        "form": form
        or AttendanceForm(people={}, initial={"anonymous_count": seance.anonymous_count, "cost": seance.cost}),
        "present": seance.presences.filter(status=PresenceAction.Status.PRESENT).count(),
        "statuses": PresenceAction.Status.choices,
        "attends": attends,
        "may_tick": attends and not seance.is_cancelled and seance.held_on <= today(),
        "may_enrol": attends and not seance.is_cancelled and seance.action.ended_on is None,
        "may_edit": user.holds(Permission.ACTION_EDIT, seance.action.residence_id),
        "today": today(),
    }
    return render(request, "accompagnement/seance_detail.html", context)


@require_http_methods(["POST"])
@require_permission(Permission.ACTION_ATTEND)
def seance_attend(request: HttpRequest, seance_id: int) -> HttpResponse:
    """Who came. « Les autres sont là » says it of all who were not told of yet."""
    seance = _seance(request, seance_id, Permission.ACTION_ATTEND)
    people = {one.inscription.pk: one.status for one in room(request.user, seance).people}
    form = AttendanceForm(request.POST, people=people)
    if not form.is_valid():
        return _seance_page(request, seance, form)
    rest = PresenceAction.Status.PRESENT if "rest" in request.POST else ""
    statuses = form.statuses(rest=rest)
    try:
        record_attendance(by=request.user, seance=seance, statuses=statuses, **form.cleaned_data)
    except ValidationError as error:
        form.show(error)
        return _seance_page(request, seance, form)
    left = len(people.keys() - statuses.keys() - {pk for pk, status in people.items() if status})
    untold = f" Il reste {left} personne{'s' if left > 1 else ''} sans réponse." if left else ""
    messages.success(request, f"Présences notées.{untold}")
    return redirect(seance)


@require_http_methods(["GET"])
@require_permission(Permission.ACTION_ATTEND)
def seance_sheet(request: HttpRequest, seance_id: int) -> HttpResponse:
    """The sheet that goes round the table: a line a person, some blank ones. Confidential households are not on it."""
    seance = _seance(request, seance_id, Permission.ACTION_ATTEND)
    people = [one for one in room(request.user, seance).people if not one.waits]
    names = [str(one.inscription) for one in people if not _is_confidential(one.inscription)]
    context = {
        "title": "Feuille d’émargement",
        "residence": letterhead(seance.action.residence),
        "reference": f"{seance.action.name}, {seance.held_on:%d/%m/%Y}",
        "seance": seance,
        "action": seance.action,
        "names": names,
        "blank": range(max(BLANK_LINES, PAGE_LINES - len(names))),
    }
    content = render_pdf("accompagnement/pdf/emargement.html", context)
    record(
        "seance_action.print",
        by=request.user,
        target=seance,
        residence=seance.action.residence,
        lines=len(names),
    )
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="emargement-{seance.held_on:%Y-%m-%d}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _is_confidential(inscription: InscriptionAction) -> bool:
    return inscription.menage is not None and inscription.menage.is_confidential


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ACTION_EDIT)
def seance_cancel(request: HttpRequest, seance_id: int) -> HttpResponse:
    """A session does not take place."""
    seance = _seance(request, seance_id, Permission.ACTION_EDIT)
    form = ReasonForm(request.POST or None, submit="Annuler la séance", back=seance.get_absolute_url())
    if acted(request, form, cancel_seance, seance=seance, done="Séance annulée : prévenez ceux qui devaient venir."):
        return redirect(seance)
    question = f"Pourquoi annuler la séance du {seance.held_on:%d/%m/%Y} ?"
    return act_page(request, form, question, lead=seance.name, back=seance.get_absolute_url())


@require_http_methods(["GET"])
@require_permission(Permission.ACTION_ATTEND)
def action_enrol_choose(request: HttpRequest, action_id: int) -> HttpResponse:
    """Of which household to register somebody."""
    action = action_of(request, action_id, Permission.ACTION_ATTEND)
    text = " ".join(request.GET.get("menage", "").replace("\x00", "").split())[:100]
    found = households_named(request.user, text, Permission.ACTION_ATTEND) if len(text) > 1 else []
    context = {
        "action": action,
        "seance": _one_session(request, action),
        "text": text,
        "found": found,
        "back": _back(action, _one_session(request, action)),
    }
    return render(request, "accompagnement/action_enrol_choose.html", context)


def _one_session(request: HttpRequest, action: ActionCollective) -> SeanceAction | None:
    """The only session to register for, when the address names one."""
    wanted = request.GET.get("seance", "")
    if not wanted.isdecimal() or len(wanted) > 9:
        return None
    found = action.seances.kept().filter(pk=wanted).first()
    if found is None:
        raise Http404("Cette séance n’est pas de cette action.")
    return found


def _back(action: ActionCollective, seance: SeanceAction | None) -> str:
    return seance.get_absolute_url() if seance else action.get_absolute_url()


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ACTION_ATTEND)
def action_enrol(request: HttpRequest, action_id: int, menage_id: int) -> HttpResponse:
    """Register somebody of a household."""
    user: Any = request.user
    action = action_of(request, action_id, Permission.ACTION_ATTEND)
    menage = get_object_or_404(Menage.objects.visible_to(user, Permission.ACTION_ATTEND), pk=menage_id)
    seance = _one_session(request, action)
    day = seance.held_on if seance else today()
    form = EnrolForm(
        request.POST or None,
        people=Personne.objects.filter(pk__in=menage.members_on(day).values("personne")),
        objectives=objectives_of(user, menage.pk),
        one_session=seance is not None,
        back=_back(action, seance),
    )
    if acted(request, form, enrol, action=action, menage=menage, seance=seance, done="Inscription enregistrée."):
        return redirect(_back(action, seance))
    question = f"Qui vient à « {action} » ?"
    lead = f"Pour la seule séance du {seance.held_on:%d/%m/%Y}." if seance else str(menage)
    return act_page(request, form, question, lead=lead, back=_back(action, seance))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ACTION_ATTEND)
def action_enrol_guest(request: HttpRequest, action_id: int) -> HttpResponse:
    """Register a neighbour, by their name alone."""
    action = action_of(request, action_id, Permission.ACTION_ATTEND)
    back = action.get_absolute_url()
    form = GuestForm(request.POST or None, back=back)
    if acted(request, form, enrol, action=action, done="Inscription enregistrée."):
        return redirect(back)
    return act_page(request, form, f"Qui vient de l’extérieur à « {action} » ?", back=back)


@require_http_methods(["POST"])
@require_permission(Permission.ACTION_ATTEND)
def inscription_withdraw(request: HttpRequest, inscription_id: int) -> HttpResponse:
    """Somebody no longer comes."""
    rows = InscriptionAction.objects.visible_to(request.user, Permission.ACTION_ATTEND)
    inscription = get_object_or_404(rows.select_related("action", "menage"), pk=inscription_id)
    refusal(request, withdraw_inscription, inscription=inscription, done="L’inscription est retirée.")
    return redirect(reverse("accompagnement:action_detail", args=[inscription.action_id]))


def _seance(request: HttpRequest, seance_id: int, permission: Permission) -> SeanceAction:
    rows: Any = SeanceAction.objects.visible_to(request.user, permission)
    found: SeanceAction = get_object_or_404(
        rows.select_related("action__residence", "action__partenaire", "cancelled_by", "attended_by"), pk=seance_id
    )
    return found
