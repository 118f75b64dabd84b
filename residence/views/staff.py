"""Accounts and roles: who may come in, and what for. Kept by `technique`, who opens no file on a person."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from residence.actions.staff import (
    close_utilisateur,
    edit_utilisateur,
    end_role,
    grant_role,
    invite_utilisateur,
    open_utilisateur,
    reopen_utilisateur,
    reset_second_factor,
)
from residence.authentication import has_second_factor, require_confirmation, set_password_path
from residence.components import Badge, Column, Row, Table
from residence.forms.staff import CloseForm, RoleEndForm, RoleForm, UtilisateurFilterForm, UtilisateurForm
from residence.models import RoleAttribution, User
from residence.permissions import ROLES_SECOND_FACTOR, Permission, require_permission
from residence.queries.staff import delegations_for, left_by, roles_of, utilisateurs

PER_PAGE = 50


@require_http_methods(["GET"])
@require_permission(Permission.UTILISATEUR_MANAGE)
@require_confirmation
def utilisateur_list(request: HttpRequest) -> HttpResponse:
    """Every account, with its roles."""
    form = UtilisateurFilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    page = Paginator(utilisateurs(**chosen), PER_PAGE).get_page(request.GET.get("page"))
    table = Table(
        caption="Comptes, avec leurs rôles",
        columns=(
            Column("Personne", "main"),
            Column("Identifiant", word="identifiant"),
            Column("Rôles"),
            Column("Second facteur", "tags", word="second facteur"),
            Column("Dernière connexion", "date", word="vu le"),
        ),
        rows=tuple(_row(user) for user in page.object_list),
    )
    return render(request, "residence/utilisateur_list.html", {"form": form, "page": page, "table": table})


def _row(user: User) -> Row:
    held = "; ".join(f"{one.get_role_display()} ({one.residence or 'tout l’organisme'})" for one in user.current_roles)
    if not user.is_active:
        factor = Badge("compte fermé", "plain", "lock")
    elif user.with_second_factor:
        factor = Badge("actif", "done")
    elif any(one.role in ROLES_SECOND_FACTOR for one in user.current_roles):
        factor = Badge("attendu", "soon")
    else:
        factor = Badge("non", "plain")
    seen = user.last_login.date() if user.last_login else None
    cells = (str(user), user.username, held or "aucun rôle", factor, seen)
    return Row(cells, url=reverse("residence:utilisateur_detail", args=[user.pk]))


@require_http_methods(["GET"])
@require_permission(Permission.UTILISATEUR_MANAGE)
@require_confirmation
def utilisateur_detail(request: HttpRequest, utilisateur_id: int) -> HttpResponse:
    """One account: who, which roles, what can be done."""
    user = get_object_or_404(User, pk=utilisateur_id)
    context = {
        "utilisateur": user,
        "roles": roles_of(user),
        "delegations": delegations_for(request.user)
        .filter(to_user=user)
        .union(delegations_for(request.user).filter(from_user=user)),
        "second_factor": has_second_factor(user),
        "is_oneself": user == request.user,
    }
    return render(request, "residence/utilisateur_detail.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.UTILISATEUR_MANAGE)
@require_confirmation
def utilisateur_open(request: HttpRequest) -> HttpResponse:
    """Open an account and send its holder the link where a password is chosen."""
    form = UtilisateurForm(request.POST or None, submit="Ouvrir le compte", back=reverse("residence:utilisateur_list"))
    if request.method == "POST" and form.is_valid():
        try:
            user = open_utilisateur(by=request.user, **_typed(form))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            _invite(request, user)
            messages.success(request, f"Compte ouvert pour {user}. Il lui reste à recevoir un rôle.")
            return redirect("residence:role_grant", user.pk)
    return render(request, "residence/utilisateur_open.html", {"form": form})


@require_http_methods(["GET", "POST"])
@require_permission(Permission.UTILISATEUR_MANAGE)
@require_confirmation
def utilisateur_edit(request: HttpRequest, utilisateur_id: int) -> HttpResponse:
    """Correct who an account is."""
    user = get_object_or_404(User, pk=utilisateur_id)
    back = reverse("residence:utilisateur_detail", args=[user.pk])
    form = UtilisateurForm(request.POST or None, instance=user, submit="Enregistrer", back=back)
    if request.method == "POST" and form.is_valid():
        try:
            edit_utilisateur(by=request.user, user=user, **_typed(form))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Le compte est à jour.")
            return redirect(back)
    # As stored: the form has written what was typed into its own row.
    return render(
        request, "residence/utilisateur_edit.html", {"form": form, "name": form.initial["last_name"], "back": back}
    )


def _typed(form: UtilisateurForm) -> dict[str, str]:
    return {name: form.cleaned_data[name] for name in form.Meta.fields}


@require_http_methods(["POST"])
@require_permission(Permission.UTILISATEUR_MANAGE)
@require_confirmation
def utilisateur_invite(request: HttpRequest, utilisateur_id: int) -> HttpResponse:
    """Send once more the link where a password is chosen."""
    user = get_object_or_404(User, pk=utilisateur_id)
    try:
        _invite(request, user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("residence:utilisateur_detail", user.pk)


def _invite(request: HttpRequest, user: User) -> None:
    link = request.build_absolute_uri(set_password_path(user))
    invite_utilisateur(by=request.user, user=user, link=link)
    messages.info(request, f"Un message est parti à {user.email} : il permet de choisir un mot de passe.")
    if settings.MODE == "demonstration":
        messages.info(request, f"Démonstration, aucun message ne part. Le lien : {link}")


@require_http_methods(["GET", "POST"])
@require_permission(Permission.UTILISATEUR_MANAGE)
@require_confirmation
def utilisateur_close(request: HttpRequest, utilisateur_id: int) -> HttpResponse:
    """Close an account at once, and hand over what its holder followed."""
    user = get_object_or_404(User, pk=utilisateur_id)
    form = CloseForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            left = close_utilisateur(by=request.user, user=user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"Le compte de {user} est fermé ; ses sessions sont terminées.")
            if left:
                messages.warning(
                    request,
                    f"{left} dossier(s) confidentiel(s) restent à confier par une personne qui y est nommée.",
                )
            return redirect("residence:utilisateur_detail", user.pk)
    context = {"form": form, "utilisateur": user, "facts": _facts_of_closing(user)}
    return render(request, "residence/utilisateur_close.html", context)


def _facts_of_closing(user: User) -> list[str]:
    left = left_by(user)
    facts = ["Ses sessions prennent fin tout de suite, ses rôles et ses délégations aussi."]
    if left["referents"]:
        facts.append(f"Ménages suivis : {left['referents']}.")
    if left["echeances"]:
        facts.append(f"Échéances à son nom : {left['echeances']}.")
    if left["confidential"]:
        facts.append(
            f"Dossiers confidentiels où cette personne est nommée : {left['confidential']}. "
            "Une autre personne nommée désigne qui la remplace."
        )
    return facts


@require_http_methods(["GET", "POST"])
@require_permission(Permission.UTILISATEUR_MANAGE)
@require_confirmation
def utilisateur_reopen(request: HttpRequest, utilisateur_id: int) -> HttpResponse:
    """Reopen an account: another password, no role yet."""
    user = get_object_or_404(User, pk=utilisateur_id)
    if request.method == "POST":
        try:
            reopen_utilisateur(by=request.user, user=user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("residence:utilisateur_detail", user.pk)
        user.refresh_from_db()
        _invite(request, user)
        messages.success(request, f"Le compte de {user} est rouvert. Il lui reste à recevoir un rôle.")
        return redirect("residence:role_grant", user.pk)
    return render(request, "residence/utilisateur_reopen.html", {"utilisateur": user})


@require_http_methods(["GET", "POST"])
@require_permission(Permission.UTILISATEUR_MANAGE)
@require_confirmation
def second_facteur_reset(request: HttpRequest, utilisateur_id: int) -> HttpResponse:
    """Take off the second factor of who has lost telephone and recovery codes."""
    user = get_object_or_404(User, pk=utilisateur_id)
    if request.method == "POST":
        try:
            reset_second_factor(by=request.user, user=user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, f"Le second facteur de {user} est retiré.")
        return redirect("residence:utilisateur_detail", user.pk)
    return render(request, "residence/second_facteur_reset.html", {"utilisateur": user})


@require_http_methods(["GET", "POST"])
@require_permission(Permission.UTILISATEUR_MANAGE)
@require_confirmation
def role_grant(request: HttpRequest, utilisateur_id: int) -> HttpResponse:
    """Give a role; management is told."""
    user = get_object_or_404(User, pk=utilisateur_id)
    back = reverse("residence:utilisateur_detail", args=[user.pk])
    form = RoleForm(request.POST or None, by=request.user, user=user, back=back)
    if request.method == "POST" and form.is_valid():
        try:
            given = grant_role(by=request.user, user=user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"{user} : {given.get_role_display()}. La direction en est prévenue.")
            return redirect(back)
    return render(request, "residence/role_grant.html", {"form": form, "utilisateur": user})


@require_http_methods(["GET", "POST"])
@require_permission(Permission.UTILISATEUR_MANAGE)
@require_confirmation
def role_end(request: HttpRequest, role_id: int) -> HttpResponse:
    """Take a role back, at once or after a last day."""
    attribution = get_object_or_404(RoleAttribution.objects.select_related("user", "residence"), pk=role_id)
    form = RoleEndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            end_role(by=request.user, attribution=attribution, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"Le rôle de {attribution.user} prend fin.")
            return redirect("residence:utilisateur_detail", attribution.user_id)
    return render(request, "residence/role_end.html", {"form": form, "attribution": attribution})
