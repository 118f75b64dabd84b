"""The notes of a social file: write, read, put right, take the next step."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accompagnement.actions.notes import (
    NoteChanged,
    correct_note,
    current_version,
    discard_draft,
    finish_next_step,
    record_note_reading,
    save_draft,
    versions,
    write_note,
)
from accompagnement.forms.notes import NoteForm
from accompagnement.models import BrouillonNote, DossierSocial, NoteSociale, followed_by
from residence.actions.journal import record_reading
from residence.permissions import Permission, require_permission
from residence.queries.banner import banner_for

TAB = "dossier-social"


@require_http_methods(["GET", "POST"])
@require_permission(Permission.NOTE_WRITE)
def note_write(request: HttpRequest, dossier_id: int) -> HttpResponse:
    """A new note; what was being typed before comes back."""
    dossier = _dossier(request, dossier_id)
    if not dossier.is_open:
        messages.error(request, "Ce dossier est clos : rouvrez-le avant d’y écrire.")
        return redirect(dossier)
    draft = _draft(request, dossier, None)
    form = NoteForm(request.POST or None, dossier=dossier, draft=draft.data if draft else None)
    if request.method == "POST" and form.is_valid():
        try:
            write_note(
                by=request.user, dossier=dossier, form_key=form.cleaned_data["form_key"], **form.fields_of_note()
            )
        except ValidationError as error:
            _show(form, error)
        else:
            messages.success(request, "Note enregistrée.")
            return redirect(dossier)
    return render(request, "accompagnement/note_write.html", _page(request, dossier, form, draft))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.NOTE_WRITE)
def note_correct(request: HttpRequest, note_id: int) -> HttpResponse:
    """A new version of a note, by its author; when somebody else corrected it meanwhile, both texts are shown."""
    note = _last_version(request, note_id, Permission.NOTE_WRITE)
    if request.method == "GET" and note.pk != note_id:
        return redirect("accompagnement:note_correct", note.pk)
    if not may_correct(request.user, note):
        messages.error(request, "Seul l’auteur d’une note la corrige : écrivez la vôtre.")
        return redirect("accompagnement:note_detail", note.pk)
    dossier = note.dossier
    if not dossier.is_open:
        messages.error(request, "Ce dossier est clos : rouvrez-le avant d’y corriger une note.")
        return redirect(dossier)
    if request.method == "GET":
        record_note_reading(note, by=request.user)
    draft = _draft(request, dossier, note)
    form = NoteForm(request.POST or None, dossier=dossier, note=note, draft=draft.data if draft else None)
    changed = None
    if request.method == "POST" and form.is_valid():
        shown = get_object_or_404(NoteSociale, dossier=dossier, pk=form.cleaned_data["version"] or note_id)
        if current_version(shown).pk != note.pk:
            raise Http404
        try:
            corrected = correct_note(
                by=request.user, note=shown, form_key=form.cleaned_data["form_key"], **form.fields_of_note()
            )
        except NoteChanged as error:
            changed = error.current
            form.data = form.data.copy()
            form.data["version"] = changed.pk
            form.add_error(None, error.messages)
        except ValidationError as error:
            _show(form, error)
        else:
            messages.success(request, "Note corrigée. La version d’avant est gardée.")
            return redirect("accompagnement:note_detail", corrected.pk)
    context = _page(request, dossier, form, draft) | {"note": note, "changed": changed}
    return render(request, "accompagnement/note_correct.html", context)


@require_http_methods(["GET"])
@require_permission(Permission.DOSSIER_VIEW)
def note_detail(request: HttpRequest, note_id: int) -> HttpResponse:
    """One note, with the versions that it replaced."""
    note = _last_version(request, note_id, Permission.DOSSIER_VIEW)
    if note.pk != note_id:
        return redirect("accompagnement:note_detail", note.pk)
    record_reading(note.dossier.menage, by=request.user, what=note, residence=note.dossier.residence)
    record_note_reading(note, by=request.user)
    context = {
        "note": note,
        "dossier": note.dossier,
        "banner": banner_for(request.user, note.dossier.menage, current=TAB),
        "versions": NoteSociale.objects.filter(pk__in=[one.pk for one in versions(note)])
        .readable_by(request.user)
        .select_related("author")
        .order_by("-pk"),
        "may_write": note.dossier.is_open and request.user.holds(Permission.NOTE_WRITE, note.dossier.residence_id),
        "may_correct": may_correct(request.user, note),
    }
    return render(request, "accompagnement/note_detail.html", context)


@require_http_methods(["POST"])
@require_permission(Permission.NOTE_WRITE)
def note_finish_next_step(request: HttpRequest, note_id: int) -> HttpResponse:
    """What the note announced has been done."""
    note = get_object_or_404(_notes(request, Permission.NOTE_WRITE), pk=note_id)
    finish_next_step(by=request.user, note=note)
    messages.success(request, "Suite donnée : c’est noté.")
    return redirect("accompagnement:note_detail", note.pk)


@require_http_methods(["POST"])
@require_permission(Permission.NOTE_WRITE)
def note_draft(request: HttpRequest, dossier_id: int) -> HttpResponse:
    """Keep, or throw away, the note that the user is typing; nobody else reads it."""
    dossier = _dossier(request, dossier_id)
    corrects = None
    if request.POST.get("version", "").isdecimal():
        corrects = get_object_or_404(
            _notes(request, Permission.NOTE_WRITE), pk=request.POST["version"], dossier=dossier
        )
    if "discard" in request.POST:
        discard_draft(by=request.user, dossier=dossier, corrects=corrects)
        if corrects is not None:
            return redirect("accompagnement:note_correct", corrects.pk)
        return redirect("accompagnement:note_write", dossier.pk)
    draft = save_draft(by=request.user, dossier=dossier, corrects=corrects, data=NoteForm.typed(request.POST))
    if request.htmx:
        return render(request, "accompagnement/_note_draft_saved.html", {"draft": draft})
    messages.success(request, "Brouillon gardé : vous le retrouverez ici, vous seul.")
    return redirect(dossier)


def may_correct(user: Any, note: NoteSociale) -> bool:
    """The author of a note corrects it; once the author has left, so does who follows the household."""
    if note.author_id == user.pk or note.author.is_active:
        return note.author_id == user.pk
    follows = note.dossier.menage.referents.in_force().filter(followed_by(user), residence=note.dossier.residence_id)
    return bool(user.holds(Permission.NOTE_WRITE, note.dossier.residence_id)) and follows.exists()


def _notes(request: HttpRequest, permission: Permission) -> Any:
    """Notes as they stand that the user may read."""
    rows = NoteSociale.objects.visible_to(request.user, permission).readable_by(request.user).current()
    return rows.select_related("dossier__menage", "dossier__residence", "author", "replaces", "next_step_done_by")


def _last_version(request: HttpRequest, note_id: int, permission: Permission) -> NoteSociale:
    """What the note says now, when the user may read that; an old address still leads to it."""
    note = get_object_or_404(NoteSociale.objects.visible_to(request.user, permission), pk=note_id)
    last: NoteSociale = get_object_or_404(_notes(request, permission), pk=current_version(note).pk)
    return last


def _dossier(request: HttpRequest, dossier_id: int) -> DossierSocial:
    rows = DossierSocial.objects.visible_to(request.user, Permission.NOTE_WRITE)
    return get_object_or_404(rows.select_related("menage", "residence"), pk=dossier_id)


def _draft(request: HttpRequest, dossier: DossierSocial, corrects: NoteSociale | None) -> BrouillonNote | None:
    if request.method == "POST":
        return None
    return BrouillonNote.objects.filter(dossier=dossier, author=request.user, corrects=corrects).first()


def _show(form: NoteForm, error: ValidationError) -> None:
    if hasattr(error, "error_dict"):
        for name, problems in error.error_dict.items():
            form.add_error(name if name in form.fields else None, problems)
    else:
        form.add_error(None, error.messages)


def _page(request: HttpRequest, dossier: DossierSocial, form: NoteForm, draft: BrouillonNote | None) -> dict[str, Any]:
    return {
        "dossier": dossier,
        "form": form,
        "draft": draft,
        "banner": banner_for(request.user, dossier.menage, current=TAB),
    }
