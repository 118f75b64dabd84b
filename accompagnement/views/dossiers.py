"""The social files: the list of mine, one of them, and what opens, closes and hands it over."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accompagnement.actions.dossiers import (
    close_dossier,
    continue_dossier,
    create_dossier,
    name_referents,
    open_dossier,
    pin_note,
    record_printing,
    reopen_dossier,
)
from accompagnement.forms.dossiers import (
    CLOSING_REASONS,
    CloseForm,
    CreateForm,
    FilterForm,
    OpenForm,
    PinForm,
    ReferentsForm,
    ReopenForm,
)
from accompagnement.models import DossierSocial, NoteSociale, Theme
from accompagnement.queries.dossiers import (
    by_name,
    followed_by,
    load_of,
    named_like,
    scope,
    shares,
    with_facts,
    without_referent,
)
from accompagnement.queries.rythmes import visited
from accompagnement.rules.rythmes import months_of_support
from residence.actions.documents import letterhead
from residence.actions.journal import record_reading
from residence.components import Column, Row, Table
from residence.context_processors import Frame
from residence.models import Menage, Referent
from residence.models.base import today
from residence.paging import KeysFirst
from residence.pdf import render_pdf
from residence.permissions import Permission, require_permission
from residence.queries.accueil import duties_about
from residence.queries.banner import banner_for

PER_PAGE = 50
NOTES_PER_PAGE = 30
TAB = "dossier-social"


@require_http_methods(["GET"])
@require_permission(Permission.DOSSIER_VIEW)
def dossier_list(request: HttpRequest) -> HttpResponse:
    """The households that the user follows, those of a colleague, or those that nobody follows."""
    chosen = Frame(request).residence
    residence_id = chosen.pk if chosen else None
    team = shares(request.user, residence_id=residence_id)
    form = FilterForm(request.GET, user=request.user, team=[share.user for share in team])
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = _narrowed(scope(request.user, residence_id=residence_id), wanted, request.user)
    load = load_of(request.user, residence_id=residence_id)
    paginator = KeysFirst(by_name(with_facts(rows, request.user)), PER_PAGE)
    if not any(wanted.values()):
        paginator.count = load.mine
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "table": _table(list(page)),
        "team": team,
        "load": load,
    }
    return render(request, "accompagnement/dossier_list.html", context)


def _narrowed(rows: Any, wanted: dict[str, str], user: Any) -> Any:
    state, referent, name = (wanted.get(key, "") for key in ("etat", "referent", "q"))
    if state == "clos":
        rows = rows.filter(closed_on__isnull=False)
    elif state != "tous":
        rows = rows.open()
    if referent == "aucun":
        rows = without_referent(rows)
    elif referent.isdecimal():
        rows = rows.filter(menage__referents__in=Referent.objects.in_force().filter(user=referent, kind="social"))
    elif referent != "tous":
        rows = followed_by(rows, user)
    return named_like(rows, name) if name else rows


def _table(dossiers: list[Any]) -> Table:
    return Table(
        caption="Dossiers sociaux",
        columns=(
            Column("Ménage", "main"),
            Column("Place", "code", word="place"),
            Column("Référent", word="suivi par"),
            Column("Suivi depuis", "date", word="depuis le"),
            Column("Dernière note", "date", word="dernière note le"),
            Column("Prochaine suite", "deadline", word="suite"),
        ),
        rows=tuple(
            Row(
                (
                    str(dossier.menage),
                    dossier.place_code,
                    f"{dossier.referent_first_name or ''} {dossier.referent_last_name or ''}".strip() or None,
                    dossier.opened_on,
                    dossier.last_note_on,
                    dossier.next_step_on,
                ),
                url=dossier.get_absolute_url(),
            )
            for dossier in dossiers
        ),
    )


@require_http_methods(["GET"])
@require_permission(Permission.DOSSIER_VIEW)
def dossier_detail(request: HttpRequest, dossier_id: int) -> HttpResponse:
    """The social file: what to know first, what is due, who follows, and the notes, most recent first."""
    dossier = _dossier(request, dossier_id, Permission.DOSSIER_VIEW)
    record_reading(dossier.menage, by=request.user, what=dossier, residence=dossier.residence)
    notes = NoteSociale.objects.visible_to(request.user, Permission.DOSSIER_VIEW).readable_by(request.user).current()
    theme, kind = request.GET.get("theme", ""), request.GET.get("nature", "")
    notes = notes.filter(dossier=dossier).select_related("author")
    if theme in Theme.values:
        notes = notes.filter(themes__contains=[theme])
    if kind in NoteSociale.Kind.values:
        notes = notes.filter(kind=kind)
    draft = dossier.brouillons.filter(author=request.user, corrects=None).first()
    context = {
        "dossier": dossier,
        "part": "notes",
        "months": months_of_support(dossier.opened_on, dossier.closed_on, today=today()),
        "visits": visited(DossierSocial.objects.filter(pk=dossier.pk)).first(),
        "diagnostic": dossier.diagnostics.first(),
        "banner": banner_for(request.user, dossier.menage, current=TAB),
        "duties": duties_about(request.user, dossier.menage),
        "referents": _present(dossier).values(),
        "stages": dossier.etapes.select_related("by"),
        "page": Paginator(notes, NOTES_PER_PAGE).get_page(request.GET.get("page")),
        "themes": Theme.choices,
        "kinds": NoteSociale.Kind.choices,
        "theme": theme,
        "kind": kind,
        "draft": draft,
        "may_write": dossier.is_open and request.user.holds(Permission.NOTE_WRITE, dossier.residence_id),
        "may_plan": dossier.is_open and request.user.holds(Permission.PROJET_EDIT, dossier.residence_id),
        "may_print": request.user.holds(Permission.DOSSIER_PRINT, dossier.residence_id),
        "may_open": request.user.holds(Permission.DOSSIER_OPEN, dossier.residence_id),
    }
    return render(request, "accompagnement/dossier_detail.html", context)


@require_http_methods(["GET"])
@require_permission(Permission.DOSSIER_PRINT)
def dossier_print(request: HttpRequest, dossier_id: int) -> HttpResponse:
    """The whole file in order, as a PDF; notes kept to the referents are left out. The journal says who took it."""
    dossier = _dossier(request, dossier_id, Permission.DOSSIER_PRINT)
    notes = NoteSociale.objects.visible_to(request.user, Permission.DOSSIER_PRINT).current()
    context = {
        "title": "Dossier social",
        "residence": letterhead(dossier.residence),
        "reference": f"dossier social n° {dossier.pk}",
        "dossier": dossier,
        "printed_by": request.user,
        "referents": _present(dossier).values(),
        "stages": dossier.etapes.select_related("by"),
        "bilans": dossier.bilans.prefetch_related("niveaux").order_by("held_on", "pk"),
        "objectives": dossier.objectifs.prefetch_related("etapes"),
        "notes": notes.filter(dossier=dossier, level=NoteSociale.Level.TEAM)
        .select_related("author")
        .order_by("held_on", "pk"),
        "day": today(),
    }
    content = render_pdf("accompagnement/pdf/dossier.html", context)
    record_printing(by=request.user, dossier=dossier)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="dossier-social-{dossier.pk}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "POST"])
@require_permission(Permission.DOSSIER_OPEN)
def dossier_open(request: HttpRequest, menage_id: int) -> HttpResponse:
    """Open the social file of a household that is known, wherever it lives."""
    menage = get_object_or_404(Menage.objects.visible_to(request.user, Permission.DOSSIER_OPEN), pk=menage_id)
    back = reverse("residence:menage_detail", args=[menage.pk])
    form = OpenForm(request.POST or None, user=request.user, back=back)
    if request.method == "POST" and form.is_valid():
        try:
            dossier = open_dossier(by=request.user, menage=menage, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, f"Dossier social ouvert pour {menage}.")
            return redirect(dossier)
    context = {"form": form, "menage": menage, "banner": banner_for(request.user, menage, current=TAB)}
    return render(request, "accompagnement/dossier_open.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.DOSSIER_OPEN)
def dossier_create(request: HttpRequest) -> HttpResponse:
    """Open a social file for somebody who lives elsewhere and whom nobody here knows yet."""
    form = CreateForm(request.POST or None, user=request.user, back=reverse("accompagnement:dossier_list"))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            dossier = create_dossier(
                by=request.user,
                identity=form.identity(),
                contact={name: given[name] for name in ("phone", "address", "postal_code", "city")},
                residence=given["residence"],
                on=given["on"],
                referent=given["referent"],
                form_key=given["form_key"],
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, f"Dossier social ouvert pour {dossier.menage}.")
            return redirect(dossier)
    return render(request, "accompagnement/dossier_create.html", {"form": form})


@require_http_methods(["GET", "POST"])
@require_permission(Permission.DOSSIER_OPEN)
def dossier_close(request: HttpRequest, dossier_id: int) -> HttpResponse:
    """Close a social file, or say that the support goes on after the stay."""
    dossier = _dossier(request, dossier_id, Permission.DOSSIER_OPEN)
    if not dossier.is_open:
        return redirect(dossier)
    form = CloseForm(request.POST or None, dossier=dossier)
    if request.method == "POST" and form.is_valid():
        try:
            close_dossier(by=request.user, dossier=dossier, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, "Dossier social clos. Il reste lisible, et se rouvre en un clic.")
            return redirect(dossier)
    context = _page(request, dossier, form) | {
        "reasons": CLOSING_REASONS,
        "left": dossier.sejour.ended_on if dossier.sejour and not dossier.continued_on else None,
    }
    return render(request, "accompagnement/dossier_close.html", context)


@require_http_methods(["POST"])
@require_permission(Permission.DOSSIER_OPEN)
def dossier_continue(request: HttpRequest, dossier_id: int) -> HttpResponse:
    """Go on with the support of a household that has left."""
    dossier = _dossier(request, dossier_id, Permission.DOSSIER_OPEN)
    try:
        continue_dossier(by=request.user, dossier=dossier)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "Le suivi continue après la sortie.")
    return redirect(dossier)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.DOSSIER_OPEN)
def dossier_reopen(request: HttpRequest, dossier_id: int) -> HttpResponse:
    """Take up again the support of a household."""
    dossier = _dossier(request, dossier_id, Permission.DOSSIER_OPEN)
    form = ReopenForm(request.POST or None, dossier=dossier)
    if request.method == "POST" and form.is_valid():
        try:
            reopen_dossier(by=request.user, dossier=dossier, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, "Dossier social rouvert.")
            return redirect(dossier)
    return render(request, "accompagnement/dossier_reopen.html", _page(request, dossier, form))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.NOTE_WRITE)
def dossier_pin(request: HttpRequest, dossier_id: int) -> HttpResponse:
    """What whoever opens the file must know first."""
    dossier = _dossier(request, dossier_id, Permission.NOTE_WRITE)
    form = PinForm(request.POST or None, dossier=dossier)
    if request.method == "POST" and form.is_valid():
        pin_note(by=request.user, dossier=dossier, text=form.cleaned_data["text"])
        messages.success(request, "C’est enregistré.")
        return redirect(dossier)
    return render(request, "accompagnement/dossier_pin.html", _page(request, dossier, form))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.DOSSIER_OPEN)
def dossier_referents(request: HttpRequest, dossier_id: int) -> HttpResponse:
    """Who follows the household."""
    dossier = _dossier(request, dossier_id, Permission.DOSSIER_OPEN)
    form = ReferentsForm(request.POST or None, dossier=dossier, present=_present(dossier))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            name_referents(
                by=request.user,
                menage=dossier.menage,
                residence=dossier.residence,
                on=given["on"],
                social=given["social"],
                substitute=given["substitute"],
                partner=given["partner"],
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, "Référents enregistrés.")
            return redirect(dossier)
    return render(request, "accompagnement/dossier_referents.html", _page(request, dossier, form))


def _dossier(request: HttpRequest, dossier_id: int, permission: Permission) -> DossierSocial:
    rows = DossierSocial.objects.visible_to(request.user, permission)
    return get_object_or_404(rows.select_related("menage", "residence", "sejour"), pk=dossier_id)


def _present(dossier: DossierSocial) -> dict[str, Referent]:
    """Who follows the household today, by kind."""
    rows = Referent.objects.in_force().filter(menage=dossier.menage_id, residence=dossier.residence_id)
    return {one.kind: one for one in rows.select_related("user", "contact", "contact__partenaire").order_by("start_on")}


def _page(request: HttpRequest, dossier: DossierSocial, form: Any) -> dict[str, Any]:
    return {"dossier": dossier, "form": form, "banner": banner_for(request.user, dossier.menage, current=TAB)}
