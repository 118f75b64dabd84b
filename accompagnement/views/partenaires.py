"""The directory of partners, and the persons oriented to them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accompagnement.actions.partenaires import (
    orient,
    record_answer,
    record_outcome,
    save_contact,
    save_partenaire,
    withdraw_consent,
)
from accompagnement.forms.partenaires import (
    AnswerForm,
    ContactForm,
    DirectoryForm,
    OrientForm,
    OutcomeForm,
    PartenaireForm,
)
from accompagnement.models import OrientationPartenaire
from accompagnement.queries.partenaires import directory, narrowed, orientations_told, themes_of
from accompagnement.views.pages import TAB, act_page, acted, dossier_of, form_page, in_dossier, refusal
from residence.actions.journal import record_reading
from residence.components import Badge, Column, Row, Table
from residence.models import ContactPartenaire, Partenaire, Personne, Residence
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.queries.banner import banner_for

PER_PAGE = 50


@require_http_methods(["GET"])
@require_permission(Permission.PARTENAIRE_VIEW)
def partenaire_list(request: HttpRequest) -> HttpResponse:
    """The partners, by theme: whom to call, and for what."""
    user: Any = request.user
    form = DirectoryForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = narrowed(
        directory(user),
        text=wanted.get("q", ""),
        theme=wanted.get("theme", ""),
        kind=wanted.get("nature", ""),
        past=bool(wanted.get("anciens")),
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "table": _table(list(page)),
        "may_edit": user.holds(Permission.PARTENAIRE_EDIT),
    }
    return render(request, "accompagnement/partenaire_list.html", context)


def _table(partenaires: list[Any]) -> Table:
    return Table(
        caption="Partenaires",
        columns=(
            Column("Partenaire", "main"),
            Column("Thèmes", "tags"),
            Column("Nature"),
            Column("Téléphone", word="tél."),
            Column("Commune", "minor"),
        ),
        rows=tuple(
            Row(
                (
                    one.name,
                    [Badge(theme) for theme in themes_of(one)],
                    one.get_kind_display(),
                    one.phone,
                    one.city,
                ),
                url=reverse("accompagnement:partenaire_detail", args=[one.pk]),
            )
            for one in partenaires
        ),
    )


@require_http_methods(["GET"])
@require_permission(Permission.PARTENAIRE_VIEW)
def partenaire_detail(request: HttpRequest, partenaire_id: int) -> HttpResponse:
    """A partner: how to reach it, its contacts, what is done with it."""
    user: Any = request.user
    partenaire = _partenaire(request, partenaire_id, Permission.PARTENAIRE_VIEW)
    contacts = list(partenaire.contacts.order_by("left_on", "name"))
    context = {
        "partenaire": partenaire,
        "themes": themes_of(partenaire),
        "contacts": [one for one in contacts if one.left_on is None],
        "left": [one for one in contacts if one.left_on is not None],
        "told": orientations_told(user, partenaire) if user.holds(Permission.DOSSIER_VIEW) else None,
        "actions": partenaire.actions.visible_to(user, Permission.ACTION_VIEW).filter(ended_on=None)[:10],
        "may_edit": user.holds(Permission.PARTENAIRE_EDIT),
    }
    return render(request, "accompagnement/partenaire_detail.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PARTENAIRE_EDIT)
def partenaire_create(request: HttpRequest) -> HttpResponse:
    """Add a partner to the directory."""
    back = reverse("accompagnement:partenaire_list")
    return _saved_partenaire(
        request, PartenaireForm(request.POST or None, back=back), "Quel partenaire ajouter ?", back
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PARTENAIRE_EDIT)
def partenaire_edit(request: HttpRequest, partenaire_id: int) -> HttpResponse:
    """Change a partner."""
    partenaire = _partenaire(request, partenaire_id, Permission.PARTENAIRE_EDIT)
    back = reverse("accompagnement:partenaire_detail", args=[partenaire.pk])
    form = PartenaireForm(request.POST or None, instance=partenaire, back=back)
    return _saved_partenaire(request, form, "Que change‑t‑il pour ce partenaire ?", back)


def _saved_partenaire(request: HttpRequest, form: PartenaireForm, question: str, back: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        user: Any = request.user
        here = Residence.objects.visible_to(user, Permission.PARTENAIRE_EDIT)
        try:
            saved = save_partenaire(by=user, partenaire=form.instance, residences=here)
        except ValidationError as error:
            form.show(error)
        else:
            messages.success(request, "C’est dans l’annuaire.")
            return redirect("accompagnement:partenaire_detail", saved.pk)
    return act_page(request, form, question, back=back)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PARTENAIRE_EDIT)
def contact_add(request: HttpRequest, partenaire_id: int) -> HttpResponse:
    """Add a contact to a partner."""
    partenaire = _partenaire(request, partenaire_id, Permission.PARTENAIRE_EDIT)
    return _saved_contact(request, ContactPartenaire(partenaire=partenaire), "Qui appeler chez ce partenaire ?")


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PARTENAIRE_EDIT)
def contact_edit(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Change a contact, or say that they have left."""
    partners = directory(request.user, Permission.PARTENAIRE_EDIT)
    rows = ContactPartenaire.objects.filter(partenaire__in=partners)
    return _saved_contact(request, get_object_or_404(rows, pk=contact_id), "Que change‑t‑il pour ce contact ?")


def _saved_contact(request: HttpRequest, contact: ContactPartenaire, question: str) -> HttpResponse:
    back = reverse("accompagnement:partenaire_detail", args=[contact.partenaire_id])
    form = ContactForm(request.POST or None, instance=contact, back=back)
    if request.method == "POST" and form.is_valid():
        save_contact(by=request.user, contact=form.instance)
        messages.success(request, "Contact enregistré.")
        return redirect(back)
    return act_page(request, form, question, lead=str(contact.partenaire), back=back)


def _partenaire(request: HttpRequest, partenaire_id: int, permission: Permission) -> Partenaire:
    found: Partenaire = get_object_or_404(directory(request.user, permission), pk=partenaire_id)
    return found


def _back(dossier_id: int) -> str:
    return reverse("accompagnement:orientation_partenaire_list", args=[dossier_id])


@require_http_methods(["GET"])
@require_permission(Permission.DOSSIER_VIEW)
def orientation_partenaire_list(request: HttpRequest, dossier_id: int) -> HttpResponse:
    """To whom the household was oriented, with which consent, what is awaited and what came of it."""
    dossier = dossier_of(request, dossier_id, Permission.DOSSIER_VIEW)
    record_reading(dossier.menage, by=request.user, what=dossier, residence=dossier.residence)
    rows = dossier.orientations_partenaires.select_related("personne", "partenaire", "contact__partenaire")
    context = {
        "dossier": dossier,
        "part": "partenaires",
        "banner": banner_for(request.user, dossier.menage, current=TAB),
        "rows": rows,
        "may_write": dossier.is_open and request.user.holds(Permission.PARTENAIRE_ORIENT, dossier.residence_id),
        "today": today(),
    }
    return render(request, "accompagnement/orientation_partenaire_list.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PARTENAIRE_ORIENT)
def orientation_partenaire_make(request: HttpRequest, dossier_id: int) -> HttpResponse:
    """Orient somebody to a partner."""
    dossier = dossier_of(request, dossier_id, Permission.PARTENAIRE_ORIENT)
    people = Personne.objects.filter(pk__in=dossier.menage.members_on(today()).values("personne"))
    partners = directory(request.user, Permission.PARTENAIRE_ORIENT).filter(closed_on=None).order_by("sort_name")
    form = OrientForm(request.POST or None, people=people, partenaires=partners, back=_back(dossier.pk))
    if acted(request, form, orient, dossier=dossier, done="Orientation enregistrée."):
        return redirect(_back(dossier.pk))
    return form_page(request, dossier, form, "Vers qui orienter, et pour quoi ?", back=_back(dossier.pk))


def _orientation(request: HttpRequest, pk: int) -> Any:
    rows = OrientationPartenaire.objects.select_related("partenaire", "personne")
    return in_dossier(request, rows, pk, Permission.PARTENAIRE_ORIENT)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PARTENAIRE_ORIENT)
def orientation_partenaire_answer(request: HttpRequest, orientation_partenaire_id: int) -> HttpResponse:
    """What the partner answers."""
    row = _orientation(request, orientation_partenaire_id)
    form = AnswerForm(request.POST or None, back=_back(row.dossier_id))
    if acted(request, form, record_answer, orientation=row, done="Réponse notée."):
        return redirect(_back(row.dossier_id))
    question = f"Que répond {row.partenaire} ?"
    return form_page(request, row.dossier, form, question, lead=row.shared, back=_back(row.dossier_id))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PARTENAIRE_ORIENT)
def orientation_partenaire_settle(request: HttpRequest, orientation_partenaire_id: int) -> HttpResponse:
    """What came of it."""
    row = _orientation(request, orientation_partenaire_id)
    form = OutcomeForm(request.POST or None, back=_back(row.dossier_id))
    if acted(request, form, record_outcome, orientation=row, done="Issue notée."):
        return redirect(_back(row.dossier_id))
    question = f"Qu’a donné l’orientation vers {row.partenaire} ?"
    return form_page(request, row.dossier, form, question, lead=row.shared, back=_back(row.dossier_id))


@require_http_methods(["POST"])
@require_permission(Permission.PARTENAIRE_ORIENT)
def orientation_partenaire_withdraw(request: HttpRequest, orientation_partenaire_id: int) -> HttpResponse:
    """The person no longer agrees."""
    row = _orientation(request, orientation_partenaire_id)
    done = f"L’accord est retiré : dites à {row.partenaire} que la demande s’arrête."
    refusal(request, withdraw_consent, orientation=row, done=done)
    return redirect(_back(row.dossier_id))
