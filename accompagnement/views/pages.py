"""What the pages of the social support share: the file they stand in, the form that acts."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accompagnement.models import DossierSocial
from residence.models import Menage
from residence.permissions import Permission
from residence.queries.banner import banner_for

TAB = "dossier-social"


def dossier_of(request: HttpRequest, dossier_id: int, permission: Permission) -> DossierSocial:
    """The social file, where the user holds `permission`; 404 elsewhere."""
    rows: Any = DossierSocial.objects.visible_to(request.user, permission)
    found: DossierSocial = get_object_or_404(
        rows.select_related("menage", "residence", "sejour__dispositif"), pk=dossier_id
    )
    return found


def in_dossier(request: HttpRequest, rows: Any, pk: int, permission: Permission) -> Any:
    """A row of a social file, where the user holds `permission`; 404 elsewhere."""
    rows = rows.visible_to(request.user, permission)
    return get_object_or_404(rows.select_related("dossier__menage", "dossier__residence"), pk=pk)


def acted(request: HttpRequest, form: Any, act: Callable[..., Any], *, done: str, **given: Any) -> bool:
    """Whether the form was sent and `act` did it; what it refuses stands on the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act(by=request.user, **given, **(form.given() if hasattr(form, "given") else form.cleaned_data))
    except ValidationError as error:
        form.show(error)
        return False
    messages.success(request, done)
    return True


def form_page(
    request: HttpRequest, dossier: DossierSocial, form: Any, question: str, *, lead: str = "", back: str = ""
) -> HttpResponse:
    """The page of one act in a social file: a question, the form that answers it."""
    return act_page(request, form, question, lead=lead, back=back or dossier.get_absolute_url(), menage=dossier.menage)


def act_page(
    request: HttpRequest,
    form: Any,
    question: str,
    *,
    back: str,
    lead: str = "",
    menage: Menage | None = None,
    tab: str = TAB,
) -> HttpResponse:
    """The page of one act, about a household or about none."""
    context = {
        "form": form,
        "question": question,
        "lead": lead,
        "back": back,
        "banner": banner_for(request.user, menage, current=tab) if menage else None,
    }
    return render(request, "accompagnement/form.html", context)


def refusal(request: HttpRequest, act: Callable[..., Any], *, done: str, **given: Any) -> None:
    """Run an act asked for by a button, and say how it went."""
    try:
        act(by=request.user, **given)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
