"""A colleague is away: who holds whose role, until when."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from residence.actions.delegations import create_delegation, end_delegation, lendable
from residence.components import Badge, Column, Row, Table
from residence.forms.staff import DelegationForm
from residence.models import Delegation
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.queries.staff import delegations_for

PER_PAGE = 50


@require_http_methods(["GET"])
@require_permission(Permission.DELEGATION_CREATE, Permission.UTILISATEUR_MANAGE)
def delegation_list(request: HttpRequest) -> HttpResponse:
    """Delegations that the user gives, receives, or oversees."""
    rows = delegations_for(request.user).order_by("-start_on", "-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    table = Table(
        caption="Délégations",
        columns=(
            Column("De", "main"),
            Column("À", word="à"),
            Column("Rôle"),
            Column("Du", "date", word="du"),
            Column("Au", "date", word="au"),
            Column("État", "tags"),
        ),
        rows=tuple(_row(one, request) for one in page.object_list),
    )
    may_lend = lendable(request.user).exists()
    return render(request, "residence/delegation_list.html", {"page": page, "table": table, "may_lend": may_lend})


def _row(one: Delegation, request: HttpRequest) -> Row:
    role = f"{one.get_role_display()} ({one.residence})"
    cells = (str(one.from_user), str(one.to_user), role, one.start_on, one.end_on, _state(one))
    running = one.ended_at is None and one.end_on >= today()
    mine = request.user in (one.from_user, one.to_user) or request.user.holds(Permission.UTILISATEUR_MANAGE)
    return Row(cells, url=reverse("residence:delegation_end", args=[one.pk]) if running and mine else "")


def _state(one: Delegation) -> Badge:
    day = today()
    if one.ended_at is not None or one.end_on < day:
        return Badge("finie", "plain")
    return Badge("à venir", "information") if one.start_on > day else Badge("en cours", "done")


@require_http_methods(["GET", "POST"])
@require_permission(Permission.DELEGATION_CREATE)
def delegation_create(request: HttpRequest) -> HttpResponse:
    """Lend a role of one's own to a colleague, from date to date."""
    back = reverse("residence:delegation_list")
    form = DelegationForm(request.POST or None, by=request.user, back=back)
    if request.method == "POST" and form.is_valid():
        try:
            given = create_delegation(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(
                request,
                f"{given.to_user} vous remplace du {given.start_on:%d/%m/%Y} au {given.end_on:%d/%m/%Y}. "
                "La direction en est prévenue.",
            )
            return redirect(back)
    may_lend = lendable(request.user).exists()
    return render(request, "residence/delegation_create.html", {"form": form, "may_lend": may_lend})


@require_http_methods(["GET", "POST"])
@require_permission(Permission.DELEGATION_CREATE, Permission.UTILISATEUR_MANAGE)
def delegation_end(request: HttpRequest, delegation_id: int) -> HttpResponse:
    """End a delegation at once, also one to come."""
    delegation = get_object_or_404(delegations_for(request.user), pk=delegation_id)
    if request.method == "POST":
        try:
            end_delegation(by=request.user, delegation=delegation)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, "La délégation est finie.")
        return redirect("residence:delegation_list")
    return render(request, "residence/delegation_end.html", {"delegation": delegation})
