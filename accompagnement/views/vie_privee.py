"""Privacy at work: what a household was told and agrees to, and the file that a person asks for."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accompagnement.actions.notes import record_note_reading
from accompagnement.actions.vie_privee import (
    answer_demande,
    close_demande,
    extend_demande,
    give_information,
    give_notes,
    issue_file,
    receive_demande,
    record_consent,
    review_note,
    withdraw_consent,
)
from accompagnement.forms.actions_collectives import ReasonForm
from accompagnement.forms.vie_privee import AccessForm, ConsentForm, DeliverForm, InformForm, NoteForm
from accompagnement.models import Consentement, DemandeAcces, InformationRgpd, NoteSociale
from accompagnement.queries.vie_privee import given_text, notes_of, undecided
from accompagnement.views.pages import act_page, acted, refusal
from residence.actions.journal import record_reading
from residence.models import Menage, Personne, Residence
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.queries.banner import banner_for
from residence.queries.menages import residence_for

PER_PAGE = 30
TAB = "vie-privee"


@require_http_methods(["GET"])
@require_permission(Permission.VIE_PRIVEE_RECORD)
def vie_privee_detail(request: HttpRequest, menage_id: int) -> HttpResponse:
    """Each person of the household: the sheet that they were given, what they agree to; the files asked for."""
    user: Any = request.user
    menage, residence = _menage(request, menage_id, Permission.VIE_PRIVEE_RECORD)
    record_reading(menage, by=user, what=menage, residence=residence)
    told = InformationRgpd.objects.filter(menage=menage, residence=residence).select_related("document", "given_by")
    agreed = Consentement.objects.filter(menage=menage, residence=residence)
    people = [
        {
            "personne": one.personne,
            "told": [row for row in told if row.personne_id == one.personne_id],
            "agreed": [row for row in agreed if row.personne_id == one.personne_id],
        }
        for one in menage.members_on(today()).order_by("pk")
    ]
    answers = user.holds(Permission.ACCES_ANSWER, residence.pk)
    asked = DemandeAcces.objects.filter(menage=menage, residence=residence).select_related("personne", "document")
    context = {
        "menage": menage,
        "people": people,
        "asked": list(asked) if answers else [],
        "answers": answers,
        "banner": banner_for(user, menage, current=TAB),
    }
    return render(request, "accompagnement/vie_privee_detail.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.VIE_PRIVEE_RECORD)
def information_give(request: HttpRequest, menage_id: int) -> HttpResponse:
    """The information sheet is given: it is issued in the name of each person."""
    menage, residence = _menage(request, menage_id, Permission.VIE_PRIVEE_RECORD)
    form = InformForm(request.POST or None, people=_people(menage), back=_back(menage_id))
    if acted(
        request, form, give_information, menage=menage, residence=residence, done="Remise notée : la fiche est prête."
    ):
        return redirect(_back(menage_id))
    lead = "Une fiche au nom de chacun, dans les mots d’aujourd’hui : imprimez-la depuis la page."
    return act_page(
        request,
        form,
        "À qui remettre la fiche d’information ?",
        lead=lead,
        back=_back(menage_id),
        menage=menage,
        tab=TAB,
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.VIE_PRIVEE_RECORD)
def consentement_record(request: HttpRequest, menage_id: int) -> HttpResponse:
    """What somebody agrees to."""
    menage, residence = _menage(request, menage_id, Permission.VIE_PRIVEE_RECORD)
    form = ConsentForm(request.POST or None, people=_people(menage), back=_back(menage_id))
    if acted(request, form, record_consent, menage=menage, residence=residence, done="Accord enregistré."):
        return redirect(_back(menage_id))
    lead = "Un accord se donne librement, se retire quand on veut, et ne conditionne jamais le logement."
    return act_page(
        request, form, "Qui est d’accord, et pour quoi ?", lead=lead, back=_back(menage_id), menage=menage, tab=TAB
    )


@require_http_methods(["POST"])
@require_permission(Permission.VIE_PRIVEE_RECORD)
def consentement_withdraw(request: HttpRequest, consentement_id: int) -> HttpResponse:
    """Somebody changes their mind."""
    rows = Consentement.objects.visible_to(request.user, Permission.VIE_PRIVEE_RECORD)
    row = get_object_or_404(rows.select_related("menage", "residence"), pk=consentement_id)
    refusal(request, withdraw_consent, consentement=row, done="L’accord est retiré.")
    return redirect(_back(row.menage_id))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ACCES_ANSWER)
def acces_receive(request: HttpRequest, menage_id: int) -> HttpResponse:
    """Somebody asks for their file."""
    menage, residence = _menage(request, menage_id, Permission.ACCES_ANSWER)
    form = AccessForm(request.POST or None, people=_people(menage), back=_back(menage_id))
    done = "Demande enregistrée : un mois pour répondre."
    if acted(request, form, receive_demande, menage=menage, residence=residence, done=done):
        made = DemandeAcces.objects.filter(form_key=form.cleaned_data["form_key"]).first()
        return redirect(made or _back(menage_id))
    return act_page(request, form, "Qui demande son dossier ?", back=_back(menage_id), menage=menage, tab=TAB)


@require_http_methods(["GET"])
@require_permission(Permission.ACCES_ANSWER)
def acces_detail(request: HttpRequest, acces_id: int) -> HttpResponse:
    """A request for one's file: the clock, the notes to read again, the file to issue and to give."""
    user: Any = request.user
    demande = _demande(request, acces_id)
    record_reading(demande.menage, by=user, what=demande, residence=demande.residence)
    left = undecided(demande)
    mine = _readable(request, left)
    page = Paginator(mine.select_related("author"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "demande": demande,
        "page": page,
        "proposed": [
            (one, "" if one.level == NoteSociale.Level.REFERENTS else given_text(demande, one)) for one in page
        ],
        "plain": mine.filter(level=NoteSociale.Level.TEAM).count(),
        "unreadable": left.count() - mine.count(),
        "read": demande.notes.select_related("note").order_by("note__held_on", "pk"),
        "banner": banner_for(user, demande.menage, current=TAB),
    }
    return render(request, "accompagnement/acces_detail.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ACCES_ANSWER)
def acces_note(request: HttpRequest, acces_id: int, note_id: int) -> HttpResponse:
    """Read a note again for the person who asks: what is given of it."""
    demande = _demande(request, acces_id)
    note = get_object_or_404(_readable(request, notes_of(demande)).select_related("dossier__menage"), pk=note_id)
    record_note_reading(note, by=request.user)
    known = demande.notes.filter(note=note).first()
    initial = {
        "choice": known.choice if known else "given",
        "text": known.text if known and known.text else given_text(demande, note),
        "reason": known.reason if known else "",
    }
    form = NoteForm(request.POST or None, initial=initial, back=demande.get_absolute_url())
    if acted(request, form, review_note, demande=demande, note=note, done="Relecture enregistrée."):
        return redirect(demande)
    question = f"Que donner de cette note à {demande.personne} ?"
    return act_page(
        request,
        form,
        question,
        lead=str(note).capitalize(),
        back=demande.get_absolute_url(),
        menage=demande.menage,
        tab=TAB,
    )


@require_http_methods(["POST"])
@require_permission(Permission.ACCES_ANSWER)
def acces_give(request: HttpRequest, acces_id: int) -> HttpResponse:
    """Give the notes of this page of the request as they are proposed; those of the referents are read one by one."""
    demande = _demande(request, acces_id)
    wanted = [int(pk) for pk in request.POST.getlist("note") if pk.isdecimal() and len(pk) <= 18]
    notes = _readable(request, undecided(demande)).filter(pk__in=wanted, level=NoteSociale.Level.TEAM)
    refusal(request, give_notes, demande=demande, notes=list(notes), done="Ces notes seront données, sans les noms.")
    return redirect(demande)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ACCES_ANSWER)
def acces_extend(request: HttpRequest, acces_id: int) -> HttpResponse:
    """Two months more."""
    demande = _demande(request, acces_id)
    form = ReasonForm(request.POST or None, submit="Prolonger de deux mois", back=demande.get_absolute_url())
    if acted(request, form, extend_demande, demande=demande, done="Délai prolongé : dites-le à la personne."):
        return redirect(demande)
    lead = "Seulement si la demande est complexe ; la personne est prévenue avant la fin du premier mois."
    return act_page(
        request,
        form,
        "Pourquoi prolonger ?",
        lead=lead,
        back=demande.get_absolute_url(),
        menage=demande.menage,
        tab=TAB,
    )


@require_http_methods(["POST"])
@require_permission(Permission.ACCES_ANSWER)
def acces_issue(request: HttpRequest, acces_id: int) -> HttpResponse:
    """Issue the file to give."""
    demande = _demande(request, acces_id)
    refusal(request, issue_file, demande=demande, done="Le dossier est édité : relisez-le, puis remettez-le.")
    return redirect(demande)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ACCES_ANSWER)
def acces_deliver(request: HttpRequest, acces_id: int) -> HttpResponse:
    """The file is given."""
    demande = _demande(request, acces_id)
    form = DeliverForm(request.POST or None, back=demande.get_absolute_url())
    if acted(request, form, answer_demande, demande=demande, done="Remise notée."):
        return redirect(demande)
    return act_page(
        request,
        form,
        "Quand le dossier a‑t‑il été remis ?",
        back=demande.get_absolute_url(),
        menage=demande.menage,
        tab=TAB,
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ACCES_ANSWER)
def acces_close(request: HttpRequest, acces_id: int) -> HttpResponse:
    """The request ends without a file."""
    demande = _demande(request, acces_id)
    form = ReasonForm(request.POST or None, submit="Clore la demande", back=demande.get_absolute_url())
    if acted(request, form, close_demande, demande=demande, done="Demande close."):
        return redirect(demande)
    lead = "La personne y renonce, ou la demande n’était pas la sienne : un refus se motive et se dit par écrit."
    return act_page(
        request,
        form,
        "Pourquoi clore sans remettre ?",
        lead=lead,
        back=demande.get_absolute_url(),
        menage=demande.menage,
    )


def _menage(request: HttpRequest, menage_id: int, permission: Permission) -> tuple[Menage, Residence]:
    """The household, and the résidence in whose name the user acts on it."""
    user: Any = request.user
    menage = get_object_or_404(Menage.objects.visible_to(user, permission), pk=menage_id)
    try:
        return menage, residence_for(user, menage, permission)
    except Residence.DoesNotExist as error:
        raise Http404("Ce ménage n’est pas suivi ici.") from error


def _people(menage: Menage) -> Any:
    return Personne.objects.filter(pk__in=menage.members_on(today()).values("personne")).order_by("pk")


def _demande(request: HttpRequest, acces_id: int) -> Any:
    rows = DemandeAcces.objects.visible_to(request.user, Permission.ACCES_ANSWER)
    return get_object_or_404(rows.select_related("menage", "residence", "personne", "document"), pk=acces_id)


def _readable(request: HttpRequest, notes: Any) -> Any:
    return notes.visible_to(request.user, Permission.ACCES_ANSWER).readable_by(request.user)


def _back(menage_id: int) -> str:
    return reverse("accompagnement:vie_privee_detail", args=[menage_id])
