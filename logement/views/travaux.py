"""Works that wait for a place: planned, begun, dropped."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from logement.actions.parc import described, in_the_way
from logement.actions.travaux import begin_travaux, drop_travaux, plan_travaux
from logement.forms.errors import put_errors
from logement.forms.parc import TravauxBeginForm, TravauxForm
from logement.models import Place, TravauxPrevus
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.rules.dates import add_days


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PARC_EDIT)
def travaux_plan(request: HttpRequest, place_id: int) -> HttpResponse:
    """Plan works on a place where somebody lives: they begin once it is empty."""
    place = get_object_or_404(Place.objects.visible_to(request.user, Permission.PARC_EDIT), pk=place_id)
    form = TravauxForm(request.POST or None, place=place, initial={"from_on": today()})
    if request.method == "POST" and form.is_valid():
        try:
            travaux = plan_travaux(by=request.user, place=place, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"Travaux prévus sur la place {place} : {travaux.reason}.")
            return redirect(place)
    context = {"place": place, "form": form, "in_the_way": [described(one) for one in in_the_way(place, today(), None)]}
    return render(request, "logement/travaux_plan.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PARC_EDIT)
def travaux_begin(request: HttpRequest, travaux_id: int) -> HttpResponse:
    """Begin the works that waited for a place, or see what still has it."""
    travaux = _travaux(request, travaux_id)
    place = travaux.place
    start = max(today(), travaux.from_on)
    form = TravauxBeginForm(request.POST or None, place=place, initial={"start_on": start})
    if request.method == "POST" and form.is_valid():
        try:
            begin_travaux(by=request.user, travaux=travaux, start_on=form.cleaned_data["start_on"])
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"Place {place} bloquée pour les travaux.")
            return redirect(place)
    context = {
        "travaux": travaux,
        "place": place,
        "form": form,
        "in_the_way": [described(one) for one in in_the_way(place, start, add_days(start, travaux.days - 1))],
        "is_waiting": travaux.occupation_id is None and travaux.dropped_at is None,
    }
    return render(request, "logement/travaux_begin.html", context)


@require_http_methods(["POST"])
@require_permission(Permission.PARC_EDIT)
def travaux_drop(request: HttpRequest, travaux_id: int) -> HttpResponse:
    """Plan these works no more."""
    travaux = _travaux(request, travaux_id)
    try:
        drop_travaux(by=request.user, travaux=travaux)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"Travaux abandonnés sur la place {travaux.place}.")
    return redirect(travaux.place)


def _travaux(request: HttpRequest, travaux_id: int) -> TravauxPrevus:
    rows = TravauxPrevus.objects.visible_to(request.user, Permission.PARC_EDIT).select_related("place")
    found: TravauxPrevus = get_object_or_404(rows, pk=travaux_id)
    return found
