"""The services of the house: what runs today, the rounds of linen on a phone, the counts of a year."""

import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accompagnement.actions.services import close_tournee, move_tournee, note_day, set_service, tick_passages
from accompagnement.forms.services import DayForm, MoveForm, ServiceForm
from accompagnement.models import JourService, PassageLinge, ServiceMaison, TourneeLinge
from accompagnement.queries.services import Stop, month_days, services_of, sheet, shown_floor, year_counts
from accompagnement.views.pages import act_page, acted
from residence.actions.documents import letterhead
from residence.actions.journal import record
from residence.confidentiality import reading_as
from residence.context_processors import frame_of
from residence.models import EntreeJournal
from residence.models.base import today
from residence.pdf import render_pdf
from residence.permissions import Permission, require_permission
from residence.rules.dates import add_months, eve, month_start

RESULTS = tuple(one for one in PassageLinge.Result.choices if one[0] != PassageLinge.Result.MISSED)
SHOWN_ROUNDS = 26


def _chosen(request: HttpRequest) -> int | None:
    residence = frame_of(request).residence
    return residence.pk if residence else None


def _service(request: HttpRequest, service_id: int, permission: Permission) -> ServiceMaison:
    rows: Any = ServiceMaison.objects.visible_to(request.user, permission).select_related("residence")
    found: ServiceMaison = get_object_or_404(rows, pk=service_id)
    return found


def _tournee(request: HttpRequest, tournee_id: int) -> TourneeLinge:
    rows: Any = TourneeLinge.objects.visible_to(request.user, Permission.SERVICE_RUN)
    found: TourneeLinge = get_object_or_404(rows.select_related("service__residence", "closed_by"), pk=tournee_id)
    return found


@require_http_methods(["GET"])
@require_permission(Permission.SERVICE_RUN)
def service_list(request: HttpRequest) -> HttpResponse:
    """What runs today: the next round of linen, the hours of the others and how many came."""
    services = list(services_of(request.user, Permission.SERVICE_RUN, _chosen(request)))
    day = today()
    noted = {one.service_id: one for one in JourService.objects.filter(service__in=services, on=day)}
    following: dict[int, TourneeLinge] = {}
    for tournee in TourneeLinge.objects.filter(service__in=services, closed_at=None).order_by("-planned_on"):
        following[tournee.service_id] = tournee
    context = {
        "services": [
            (one, following.get(one.pk), noted.get(one.pk), day.isoweekday() in one.weekdays) for one in services
        ],
        "day": day,
        "may_set": request.user.holds(Permission.SERVICE_SET),
    }
    return render(request, "accompagnement/service_list.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.SERVICE_SET)
def service_create(request: HttpRequest) -> HttpResponse:
    """A service of the house."""
    back = reverse("accompagnement:service_list")
    form = ServiceForm(request.POST or None, user=request.user, chosen=_chosen(request), back=back)
    if acted(request, form, set_service, done="Le service est enregistré."):
        return redirect(back)
    return act_page(request, form, "Quel service la maison rend‑elle ?", back=back)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.SERVICE_SET)
def service_edit(request: HttpRequest, service_id: int) -> HttpResponse:
    """The days, hours or rhythm of a service."""
    service = _service(request, service_id, Permission.SERVICE_SET)
    names = ("kind", "name", "starts_on", "every_days", "weekdays", "opens_at", "closes_at", "ended_on")
    form = ServiceForm(
        request.POST or None,
        user=request.user,
        chosen=service.residence_id,
        initial={name: getattr(service, name) for name in names},
        back=service.get_absolute_url(),
    )
    for name in ("residence", "kind"):
        form.fields[name].disabled = True
        form.fields[name].initial = service.residence_id if name == "residence" else service.kind
    if acted(request, form, set_service, service=service, done="Le service est enregistré."):
        return redirect(service)
    return act_page(request, form, f"Régler « {service} »", back=service.get_absolute_url())


@require_http_methods(["GET"])
@require_permission(Permission.SERVICE_RUN)
def service_detail(request: HttpRequest, service_id: int) -> HttpResponse:
    """A service: its rounds, or the days of a month."""
    service = _service(request, service_id, Permission.SERVICE_RUN)
    context: dict[str, Any] = {
        "service": service,
        "may_set": request.user.holds(Permission.SERVICE_SET, service.residence_id),
    }
    if service.goes_round:
        rounds = list(service.tournees.select_related("closed_by")[:SHOWN_ROUNDS])
        context |= {
            "ahead": sorted((one for one in rounds if one.closed_at is None), key=lambda one: one.planned_on),
            "past": [one for one in rounds if one.closed_at is not None],
        }
    else:
        first = _month(request)
        context |= {
            "days": month_days(service, first, eve(add_months(first, 1))),
            "month": first,
            "before": add_months(first, -1) if add_months(first, -1) >= month_start(service.starts_on) else None,
            "after": add_months(first, 1) if add_months(first, 1) <= today() else None,
            "form": DayForm(),
        }
    return render(request, "accompagnement/service_detail.html", context)


def _month(request: HttpRequest) -> datetime.date:
    """The month of `?mois=2026-11`; this one when it says nothing readable."""
    try:
        asked = datetime.datetime.strptime(request.GET.get("mois", ""), "%Y-%m").date()  # noqa: DTZ007 (a month)
    except ValueError:
        asked = today()
    return month_start(min(asked, today()))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.SERVICE_RUN)
def service_note(request: HttpRequest, service_id: int) -> HttpResponse:
    """How many came on a day, or why it was closed."""
    service = _service(request, service_id, Permission.SERVICE_RUN)
    back = service.get_absolute_url()
    if service.goes_round:
        messages.info(request, "Le linge se coche sur la feuille de sa tournée.")
        return redirect(back)
    form = DayForm(request.POST or None, initial={"on": request.GET.get("jour") or today()}, back=back)
    if acted(request, form, note_day, service=service, done="C’est noté."):
        return redirect("accompagnement:service_list" if request.POST.get("retour") == "liste" else back)
    return act_page(request, form, f"{service} : combien sont venus ?", lead=service.hours, back=back)


@require_http_methods(["GET"])
@require_permission(Permission.SERVICE_RUN)
def service_count(request: HttpRequest) -> HttpResponse:
    """What each service did, month by month and for the year."""
    year = today().year
    asked = request.GET.get("annee", "")
    if asked.isdigit() and len(asked) == 4:
        year = min(max(int(asked), 2000), year)
    rows = ServiceMaison.objects.visible_to(request.user, Permission.SERVICE_RUN).select_related("residence")
    chosen = _chosen(request)
    services = list(rows.filter(residence=chosen) if chosen else rows)
    services = [one for one in services if one.starts_on.year <= year]
    context = {
        "year": year,
        "counts": year_counts(request.user, services, year),
        "before": year - 1,
        "after": year + 1 if year < today().year else None,
    }
    return render(request, "accompagnement/service_count.html", context)


@require_http_methods(["GET"])
@require_permission(Permission.SERVICE_RUN)
def tournee_detail(request: HttpRequest, tournee_id: int) -> HttpResponse:
    """The sheet of a round, ticked where one stands: a floor at a time where many live."""
    tournee = _tournee(request, tournee_id)
    floors = sheet(tournee)
    stops = [stop for floor in floors for stop in floor.stops]
    shown = shown_floor(floors, request.GET.get("etage", ""), is_open=tournee.closed_at is None)
    context = {
        "tournee": tournee,
        "floors": floors,
        "shown": shown,
        "following": next((floor for floor in floors if shown and floor.rank == shown.rank + 1), None),
        "results": RESULTS,
        "total": len(stops),
        "done": sum(not stop.is_left for stop in stops),
        "carried": [(floor.rank, stop) for floor in floors for stop in floor.stops if stop.carried_from_on],
        "tally": _tally(stops),
        "may_close": tournee.closed_at is None and tournee.planned_on <= today(),
    }
    return render(request, "accompagnement/tournee_detail.html", context)


def _tally(stops: list[Stop]) -> list[tuple[str, int]]:
    counts = dict.fromkeys(PassageLinge.Result.values, 0)
    for stop in stops:
        if stop.passage is not None:
            counts[stop.passage.result] += 1
    return [(str(PassageLinge.Result(value).label), count) for value, count in counts.items() if count]


@require_http_methods(["POST"])
@require_permission(Permission.SERVICE_RUN)
def tournee_tick(request: HttpRequest, tournee_id: int) -> HttpResponse:
    """What came of the round at a household, or at all those of a floor that were left."""
    tournee = _tournee(request, tournee_id)
    menages = [int(pk) for pk in request.POST.getlist("menage") if pk.isdigit()]
    back = tournee.get_absolute_url()
    try:
        if request.POST.get("result") not in dict(RESULTS):
            raise ValidationError("Dites ce qu’il en a été.")
        tick_passages(by=request.user, tournee=tournee, menages=menages, result=request.POST["result"])
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(back)
    # Where one stood: the next tap is beside this one.
    floor = request.POST.get("etage", "")
    return redirect(f"{back}{f'?etage={floor}' if floor.isdigit() else ''}#m{menages[-1]}")


@require_http_methods(["GET", "POST"])
@require_permission(Permission.SERVICE_RUN)
def tournee_move(request: HttpRequest, tournee_id: int) -> HttpResponse:
    """Another day for a round; those that follow stay where they are."""
    tournee = _tournee(request, tournee_id)
    back = tournee.get_absolute_url()
    form = MoveForm(request.POST or None, initial={"planned_on": tournee.planned_on}, back=back)
    if acted(request, form, move_tournee, tournee=tournee, done="Le jour de la tournée est changé."):
        return redirect(back)
    return act_page(request, form, "Quel jour se fait cette tournée ?", lead=str(tournee), back=back)


@require_http_methods(["POST"])
@require_permission(Permission.SERVICE_RUN)
def tournee_close(request: HttpRequest, tournee_id: int) -> HttpResponse:
    """The round is over: who was not ticked comes back on the next sheet."""
    tournee = _tournee(request, tournee_id)
    try:
        missed = close_tournee(by=request.user, tournee=tournee)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        said = f" {missed} ménages non cochés passent à la prochaine." if missed > 1 else ""
        said = " Un ménage non coché passe à la prochaine." if missed == 1 else said
        messages.success(request, f"La tournée est terminée.{said}")
    return redirect(tournee)


@require_http_methods(["GET"])
@require_permission(Permission.SERVICE_RUN)
def tournee_print(request: HttpRequest, tournee_id: int) -> HttpResponse:
    """The sheet as a PDF, to be ticked by hand.

    The paper goes out of the reader's hands: a confidential household is its number on it, whoever prints.
    """
    tournee = _tournee(request, tournee_id)
    residence = tournee.service.residence
    with reading_as(None):
        floors = sheet(tournee)
        rows = sum(len(floor.stops) for floor in floors)
        if not rows:
            messages.info(request, "Personne n’est sur cette feuille : il n’y a rien à imprimer.")
            return redirect(tournee)
        paper = {
            "title": f"{tournee.service}, feuille de tournée",
            "residence": letterhead(residence),
            "reference": f"tournée du {tournee.planned_on:%d/%m/%Y}",
            "tournee": tournee,
            "floors": floors,
            "total": rows,
            "carried": sum(stop.carried_from_on is not None for floor in floors for stop in floor.stops),
            "made_at": timezone.now(),
        }
        content = render_pdf("accompagnement/pdf/tournee_linge.html", paper)
    record(
        "linge.print",
        by=request.user,
        target=tournee,
        residence=residence,
        kind=EntreeJournal.Kind.EXPORT,
        rows=rows,
        named=True,
    )
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="linge-{tournee.planned_on:%Y-%m-%d}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer
