"""What the views of the admissions share."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from admissions.forms.orientations import refuse
from admissions.models import Orientation
from admissions.queries.orientations import orientations_of
from residence.actions.journal import record_reading
from residence.context_processors import Frame
from residence.permissions import Permission
from residence.queries.banner import banner_for

PER_PAGE = 50
TAB = "candidature"


def residence_chosen(request: HttpRequest) -> int | None:
    """The résidence that the user works in, None for all of theirs."""
    chosen = Frame(request).residence
    return chosen.pk if chosen else None


def orientation_or_404(request: HttpRequest, orientation_id: int, permission: Permission) -> Orientation:
    """An orientation in the user's scope; reading a confidential one leaves a line."""
    orientation: Orientation = get_object_or_404(orientations_of(request.user, permission), pk=orientation_id)
    record_reading(orientation.menage, by=request.user, what=orientation, residence=orientation.residence)
    return orientation


def done(request: HttpRequest, form: forms.Form, act: Callable[[], Any]) -> Any:
    """What the act gives, or None where it was refused: the form then says why."""
    try:
        return act() or True
    except ValidationError as error:
        refuse(form, error)
        return None


def about(request: HttpRequest, orientation: Any) -> dict[str, Any]:
    """What every page about a candidate shows."""
    return {
        "orientation": orientation,
        "banner": banner_for(request.user, orientation.menage, current=TAB),
    }


def form_page(
    request: HttpRequest,
    template: str,
    *,
    form: forms.Form,
    act: Callable[[], Any],
    success: str,
    to: Any,
    context: dict[str, Any],
) -> HttpResponse:
    """The life of a page with one form: shown, refused with its reasons, or done and left with a sentence."""
    if request.method == "POST" and form.is_valid() and done(request, form, act) is not None:
        messages.success(request, success)
        return redirect(to)
    return render(request, template, {**context, "form": form})
