"""Files of payments: the CAF's list and the bank's statement, sent in, recognised line by line, entered."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from logement.actions.fichiers import (
    FIELDS,
    LINES,
    account_of,
    apply_fichier,
    decide_fichier,
    drop_fichier,
    open_fichier,
    remembered,
    say_columns,
)
from logement.forms.campagnes import month_name
from logement.forms.errors import put_errors
from logement.forms.fichiers import FILE_MEGABYTES, WHATS, FichierFilterForm, FichierForm, choices_in
from logement.models import FichierPaiements, LigneFichier, Sejour
from logement.queries.compte import current_contrats
from logement.queries.rapprochement import Index, proposals, residences_of_account
from logement.rules.releve import masked_iban
from logement.views.parc import chosen_residence
from residence.components import Badge, Column, Row, Table
from residence.forms.colonnes import ColumnsForm, samples_of
from residence.imports import read_sheet
from residence.models import Residence
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.rules.dates import add_months, month_start
from residence.rules.money import euros

PER_PAGE = 50
Kind = FichierPaiements.Kind
St = FichierPaiements.Status
L = LigneFichier.Status
BADGES = {
    St.COLUMNS: Badge("colonnes à reconnaître", "soon"),
    St.REVIEW: Badge("lignes à passer", "soon"),
    St.DONE: Badge("terminé", "done"),
    St.ABANDONED: Badge("abandonné", "plain"),
}
TABS = {
    L.TO_DECIDE: "À décider",
    L.READY: "Prêtes",
    L.APPLIED: "Passées en compte",
    L.ALREADY: "Déjà passées",
    L.LEFT_OUT: "Écartées",
}
BACK = "logement:fichier_list"


def _fichiers(request: HttpRequest) -> Any:
    return FichierPaiements.objects.visible_to(request.user, Permission.ENCAISSEMENT_RECORD)


def _fichier(request: HttpRequest, fichier_id: int) -> Any:
    return get_object_or_404(_fichiers(request).select_related("residence", "opened_by"), pk=fichier_id)


@require_http_methods(["GET"])
@require_permission(Permission.ENCAISSEMENT_RECORD)
def fichier_list(request: HttpRequest) -> HttpResponse:
    """Which files were sent in, and what is left of each."""
    rows = _fichiers(request)
    if residence_id := chosen_residence(request):
        rows = rows.filter(residence=residence_id)
    form = FichierFilterForm(request.GET)
    if form.is_valid() and form.cleaned_data["nature"]:
        rows = rows.filter(kind=form.cleaned_data["nature"])
    rows = rows.annotate(
        done=Count("lignes", filter=Q(lignes__status=L.APPLIED)),
        total=Sum("lignes__amount", filter=Q(lignes__status=L.APPLIED) & ~Q(lignes__nature="overpaid"), default=0)
        - Sum("lignes__amount", filter=Q(lignes__status=L.APPLIED, lignes__nature="overpaid"), default=0),
        left=Count("lignes", filter=Q(lignes__status__in=[L.TO_DECIDE, L.READY])),
    )
    page = Paginator(rows.select_related("residence").defer("rows").order_by("-opened_at", "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    table = Table(
        "Fichiers de paiements",
        (
            Column("Fichier", "main"),
            Column("Nature"),
            Column("Importé le", "date", word="importé le"),
            Column("Passées", "number", word="passées"),
            Column("À faire", "number", word="à faire"),
            Column("État", "tags"),
            Column("Passé en compte", "money"),
        ),
        tuple(
            Row(
                (
                    one.file_name,
                    f"APL pour {month_name(one.month)}" if one.month else "relevé bancaire",
                    one.opened_at,
                    one.done,
                    one.left,
                    BADGES[one.status],
                    one.total,
                ),
                one.get_absolute_url(),
            )
            for one in page
        ),
    )
    return render(request, "logement/fichier_list.html", {"form": form, "page": page, "table": table})


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ENCAISSEMENT_RECORD)
def fichier_open(request: HttpRequest) -> HttpResponse:
    """Send in a file: it is read and recognised, nothing is entered yet."""
    kind = Kind.BANK if request.GET.get("nature") == Kind.BANK else Kind.APL
    form = FichierForm(
        request.POST or None,
        request.FILES or None,
        kind=kind,
        residences=Residence.objects.visible_to(request.user, Permission.ENCAISSEMENT_RECORD),
        back=reverse(BACK),
        initial={"month": add_months(month_start(today()), -1), "residence": chosen_residence(request)},
    )
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        upload = given.pop("file")
        try:
            content = upload.read(FILE_MEGABYTES * 1024 * 1024 + 1)
            if len(content) > FILE_MEGABYTES * 1024 * 1024:
                raise ValidationError({"file": f"Le fichier dépasse {FILE_MEGABYTES} Mo : coupez-le en plusieurs."})
            sheet = None
            if kind == Kind.APL or not _is_xml(content):
                known = FIELDS[kind].known_titles(remembered(kind, account_of(kind, given["residence"])))
                try:
                    sheet = read_sheet(content, known=known, any_heads=True, most=LINES)
                except ValidationError as error:
                    raise ValidationError({"file": error.messages}) from error
            fichier, new = open_fichier(
                by=request.user, kind=kind, file_name=upload.name, content=content, sheet=sheet, **given
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            if not new:
                messages.info(request, f"Ce fichier est déjà là ({fichier}) : rien n’a changé.")
            return redirect(fichier)
    return render(request, "logement/fichier_open.html", {"form": form, "is_bank": kind == Kind.BANK})


def _is_xml(content: bytes) -> bool:
    return content[:200].lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").startswith(b"<")


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ENCAISSEMENT_RECORD)
def fichier_columns(request: HttpRequest, fichier_id: int) -> HttpResponse:
    """What each column holds: recognised by its title, or as it was said for this sender the last time."""
    fichier = _fichier(request, fichier_id)
    form = ColumnsForm(
        request.POST if request.method == "POST" else None,
        champs=FIELDS[fichier.kind].champs,
        heads=fichier.heads,
        columns=fichier.columns,
        samples=samples_of(fichier.heads, _shown_rows(request, fichier)),
    )
    if request.method == "POST" and form.is_valid():
        try:
            say_columns(by=request.user, fichier=fichier, columns=form.columns())
        except ValidationError as error:
            put_errors(form, error)
        else:
            return redirect("logement:fichier_detail", fichier.pk)
    context = {"fichier": fichier, "form": form, "count": len(fichier.rows)}
    return render(request, "logement/fichier_columns.html", context)


def _shown_rows(request: HttpRequest, fichier: Any) -> list[Any]:
    """The first rows of the table, those of hidden households left out."""
    index = Index(residences_of_account(fichier.residence), user=request.user)
    return index.shown([cells for _, cells in fichier.rows[:20]])


@dataclass(frozen=True)
class Shown:
    """A line on the page, with the stays proposed: (its number, household, place, why)."""

    ligne: Any
    prefix: str
    iban: str
    offers: list[tuple[int, str, str, str]] = field(default_factory=list)
    fault: str = ""

    @property
    def says(self) -> str:
        """Why the line waits, when its offers do not say it already."""
        reason = str(self.ligne.reason)
        return "" if reason in {why for *_, why in self.offers} else reason


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ENCAISSEMENT_RECORD)
def fichier_detail(request: HttpRequest, fichier_id: int) -> HttpResponse:
    """Where each line stands: whose it is and why, what a person must decide, what is ready to enter."""
    fichier = _fichier(request, fichier_id)
    if fichier.status == St.COLUMNS:
        return redirect("logement:fichier_columns", fichier.pk)
    shown = fichier.lignes.open_to(request.user).select_related("sejour__menage")
    counts = dict(shown.order_by().values_list("status").annotate(Count("pk")))
    unseen = fichier.lignes.count() - sum(counts.values())
    current = request.GET.get("lignes") or next((one for one in TABS if counts.get(one)), L.TO_DECIDE)
    lignes = shown.filter(status=current)
    only = request.GET.get("ligne", "")
    if only.isdecimal() and len(only) < 12:
        lignes = lignes.filter(pk=only)
    page = Paginator(lignes.order_by("number", "part"), PER_PAGE).get_page(request.GET.get("page"))
    editable = fichier.status in (St.REVIEW, St.DONE) and (current in (L.TO_DECIDE, L.LEFT_OUT) or bool(only))
    faults: dict[int, str] = {}
    if request.method == "POST":
        choices, faults = choices_in(
            request.POST, page, kind=fichier.kind, residences=residences_of_account(fichier.residence)
        )
        try:
            changed = decide_fichier(by=request.user, fichier=fichier, choices=choices)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect(fichier)
        if not faults:
            said = f"{changed} ligne{'s' if changed > 1 else ''} décidée{'s' if changed > 1 else ''}."
            messages.success(request, said if changed else "Rien n’a changé.")
            return redirect(fichier)
        fichier.refresh_from_db()
    context = {
        "fichier": fichier,
        "badge": BADGES[fichier.status],
        "tabs": [(code, label, counts.get(code, 0), code == current) for code, label in TABS.items()],
        "page": page,
        "editable": editable,
        "lines": _shown(request, fichier, page, faults) if editable else [],
        "table": None if editable else _lines_table(fichier, list(page), current),
        "whats": WHATS,
        "ready": fichier.lignes.filter(status=L.READY).aggregate(
            count=Count("pk"),
            total=Sum("amount", filter=~Q(nature="overpaid"), default=0)
            - Sum("amount", filter=Q(nature="overpaid"), default=0),
        ),
        "unseen": unseen,
        "iban": masked_iban(fichier.account) if fichier.kind == Kind.BANK else "",
        "may_drop": fichier.status == St.REVIEW and not fichier.lignes.filter(status=L.APPLIED).exists(),
    }
    context["may_say_columns"] = context["may_drop"] and bool(fichier.heads)
    return render(request, "logement/fichier_detail.html", context)


def _shown(request: HttpRequest, fichier: Any, page: Any, faults: dict[int, str]) -> list[Shown]:
    lignes = list(page)
    found = proposals(fichier, lignes, user=request.user)
    visible = Sejour.objects.visible_to(request.user, Permission.ENCAISSEMENT_RECORD).select_related("menage")
    stays = {one.pk: one for one in visible.filter(pk__in={f.stay.pk for many in found.values() for f in many})}
    contrats = current_contrats(list(stays))
    result = []
    for ligne in lignes:
        offers = [
            (
                one.stay.pk,
                str(stays[one.stay.pk].menage),
                contrats[one.stay.pk].place.code if one.stay.pk in contrats else "",
                one.reason,
            )
            for one in found.get(ligne.pk, [])[:8]
            # A hidden household is never offered by its name.
            if one.stay.pk in stays and not (one.stay.hidden and one.by == LigneFichier.Match.NAME)
        ]
        if ligne.sejour_id and ligne.sejour_id not in [offer[0] for offer in offers]:
            offers.insert(0, (ligne.sejour_id, str(ligne.sejour.menage), "", ligne.reason))
        result.append(Shown(ligne, f"l{ligne.pk}-", masked_iban(ligne.payer_iban), offers, faults.get(ligne.pk, "")))
    return result


def _lines_table(fichier: Any, lignes: list[Any], current: str) -> Table:
    contrats = current_contrats({one.sejour_id for one in lignes if one.sejour_id})
    is_apl = fichier.kind == Kind.APL

    def url(one: Any) -> str:
        if current == L.APPLIED:
            return reverse("logement:compte_detail", args=[one.sejour_id])
        if current == L.READY:
            return f"?lignes=ready&ligne={one.pk}"
        return ""

    return Table(
        "Lignes du fichier",
        (
            Column("Payé par" if not is_apl else "Allocataire", "main"),
            Column("Séjour"),
            Column("Place", "code", word="place"),
            Column("Mois" if is_apl else "Date", "" if is_apl else "date"),
            Column("Nature", "tags"),
            Column("Pourquoi"),
            Column("Montant", "money"),
        ),
        tuple(
            Row(
                (
                    one.payer or one.label or f"ligne {one.number}",
                    str(one.sejour.menage) if one.sejour else None,
                    contrats[one.sejour_id].place.code if one.sejour_id in contrats else None,
                    _months(one) if is_apl else one.dated_on,
                    _nature_badge(one),
                    one.reason,
                    -one.amount if one.nature == "overpaid" else one.amount,
                ),
                url(one),
            )
            for one in lignes
        ),
    )


def _months(ligne: Any) -> str | None:
    if not ligne.first_month:
        return None
    first, last = f"{ligne.first_month:%m/%Y}", f"{ligne.last_month:%m/%Y}"
    return first if first == last else f"{first} à {last}"


def _nature_badge(ligne: Any) -> Badge | str:
    if ligne.nature in ("recall", "overpaid"):
        return Badge(ligne.get_nature_display(), "information" if ligne.nature == "recall" else "soon")
    if ligne.fichier_id and ligne.method and ligne.method != "apl":
        return "dépôt de garantie" if ligne.is_deposit else str(ligne.get_method_display())
    return ""


@require_http_methods(["POST"])
@require_permission(Permission.ENCAISSEMENT_RECORD)
def fichier_apply(request: HttpRequest, fichier_id: int) -> HttpResponse:
    """Enter the ready lines in the accounts."""
    fichier = _fichier(request, fichier_id)
    try:
        applied = apply_fichier(by=request.user, fichier=fichier)
    except ValidationError as error:
        messages.error(request, "Rien n’est passé : " + " ".join(error.messages))
        return redirect("logement:fichier_detail", fichier.pk)
    if not applied.done:
        messages.info(request, "Aucune ligne n’était prête : rien n’a changé.")
    else:
        plural = "s" if applied.done > 1 else ""
        left = f" Il en reste {applied.left} : passez-les à la suite." if applied.left else ""
        messages.success(
            request,
            f"{applied.done} ligne{plural} passée{plural} en compte, {euros(applied.total)}. Les quittances et reçus "
            f"sont édités.{left}",
        )
    return redirect("logement:fichier_detail", fichier.pk)


@require_http_methods(["POST"])
@require_permission(Permission.ENCAISSEMENT_RECORD)
def fichier_drop(request: HttpRequest, fichier_id: int) -> HttpResponse:
    """Abandon a file of which nothing is entered."""
    fichier = _fichier(request, fichier_id)
    try:
        drop_fichier(by=request.user, fichier=fichier)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("logement:fichier_detail", fichier.pk)
    messages.success(request, "Le fichier est abandonné : rien n’a été passé en compte.")
    return redirect(BACK)
