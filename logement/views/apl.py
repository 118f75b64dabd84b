"""The APL month by month: expected, received, what differs; the departures to tell the CAF."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from logement.actions.apl import report_departure
from logement.forms.errors import put_errors
from logement.forms.fichiers import AplMonthForm, DepartForm
from logement.models import FichierPaiements, Sejour
from logement.queries.rapprochement import AplLine, apl_of_month, departing, departures
from logement.views.compte import sejour_or_404
from logement.views.parc import chosen_residence
from residence.components import Badge, Column, Row, Table
from residence.models import Residence
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.queries.banner import banner_for
from residence.rules.dates import add_months, month_start
from residence.rules.money import ZERO

PER_PAGE = 50


@require_http_methods(["GET"])
@require_permission(Permission.COMPTE_VIEW)
def apl_list(request: HttpRequest) -> HttpResponse:
    """The APL of a month, stay by stay, and the departures that the CAF does not know yet."""
    sejours: Any = Sejour.objects.visible_to(request.user, Permission.COMPTE_VIEW).live()
    if residence_id := chosen_residence(request):
        sejours = sejours.filter(residence=residence_id)
    form = AplMonthForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    month = wanted.get("mois") or add_months(month_start(today()), -1)
    everything = apl_of_month(sejours, month)
    lines = everything
    if wanted.get("montre") == "attendues":
        lines = [one for one in everything if one.received is None and one.expected]
    elif wanted.get("montre") == "differentes":
        lines = [one for one in everything if one.difference]
    page = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
    files = FichierPaiements.objects.visible_to(request.user, Permission.ENCAISSEMENT_RECORD)
    context = {
        "month": month,
        "form": form,
        "page": page,
        "table": _table(list(page)),
        "expected": sum((one.expected for one in everything), ZERO),
        "received": sum((one.received or ZERO for one in everything), ZERO),
        "missing": sum(1 for one in everything if one.received is None and one.expected),
        "files": files.filter(kind="apl", month=month).exclude(status="abandoned").defer("rows")
        if request.user.holds(Permission.ENCAISSEMENT_RECORD)
        else (),
        "departures": departures(departing(sejours, today())),
        "may_report": request.user.holds(Permission.APL_RECORD),
        "residences": Residence.objects.visible_to(request.user, Permission.ENCAISSEMENT_RECORD),
        "may_import": request.user.holds(Permission.ENCAISSEMENT_RECORD),
    }
    return render(request, "logement/apl_list.html", context)


def _table(lines: list[AplLine]) -> Table:
    return Table(
        "APL du mois",
        (
            Column("Ménage", "main"),
            Column("Place", "code", word="place"),
            Column("État", "tags"),
            Column("À regarder"),
            Column("Attendue", "money", word="attendue"),
            Column("Reçue", "money", word="reçue"),
            Column("Écart", "money", word="écart"),
        ),
        tuple(
            Row(
                (
                    str(one.sejour.menage),
                    one.place,
                    _badge(one),
                    one.note or None,
                    one.expected or None,
                    one.received,
                    one.difference or None,
                ),
                reverse("logement:compte_detail", args=[one.sejour.pk]),
            )
            for one in lines
        ),
    )


def _badge(line: AplLine) -> Badge:
    if line.received is None:
        return Badge("attendue", "soon") if line.expected else Badge("rien d’attendu")
    return Badge("reçue", "done") if not line.difference else Badge("différente", "information")


@require_http_methods(["GET", "POST"])
@require_permission(Permission.APL_RECORD)
def apl_report_departure(request: HttpRequest, sejour_id: int) -> HttpResponse:
    """Keep that the CAF was told of a departure."""
    sejour = sejour_or_404(request, sejour_id, Permission.APL_RECORD)
    back = reverse("logement:apl_list")
    kept = getattr(sejour, "signalement_depart", None)
    known = {one.pk: left for one, left in departures(departing(Sejour.objects.filter(pk=sejour.pk), today()))}
    initial = {"left_on": known.get(sejour.pk) or sejour.ended_on, "is_death": sejour.destination == "deces"}
    if kept is not None:
        initial = {"left_on": kept.left_on, "is_death": kept.is_death, "reported_on": kept.reported_on}
    form = DepartForm(request.POST or None, back=back, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            report_departure(by=request.user, sejour=sejour, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Départ signalé : l’APL n’est plus attendue au-delà.")
            return redirect(back)
    context = {
        "form": form,
        "sejour": sejour,
        "kept": kept,
        "banner": banner_for(request.user, sejour.menage, current="compte"),
    }
    return render(request, "logement/apl_report_departure.html", context)
