"""Files of orientations that partners send: sent in, understood column by column, put right line by line, entered."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from admissions.actions.imports import (
    AT_ONCE,
    correct_lines,
    drop_import,
    enter_lines,
    open_import,
    remembered_columns,
    say_columns,
)
from admissions.forms.imports import NOBODY, ImportForm, corrections_in
from admissions.forms.orientations import refuse
from admissions.models import ImportOrientations, LigneImport, Orientation
from admissions.queries.imports import DISTINCT, find_known, read_file, shown_fields, texts_of
from admissions.rules.colonnes import CHAMPS, LABELS, known_titles
from admissions.views.common import PER_PAGE, residence_chosen
from residence.components import Badge, Column, Row, Table
from residence.forms.colonnes import ColumnsForm, samples_of
from residence.imports import FILE_BYTES, read_sheet
from residence.permissions import Permission, require_permission
from residence.queries.connus import Known

St = ImportOrientations.Status
L = LigneImport.Status

TABS = (L.FAULTY, L.TO_DECIDE, L.READY, L.ENTERED, L.ALREADY, L.LEFT_OUT)
TAB_LABELS = {
    L.FAULTY: "À corriger",
    L.TO_DECIDE: "Personnes à reconnaître",
    L.READY: "Prêtes",
    L.ENTERED: "Saisies",
    L.ALREADY: "Déjà saisies",
    L.LEFT_OUT: "Écartées",
}
BADGES = {
    St.COLUMNS: Badge("colonnes à reconnaître", "soon"),
    St.REVIEW: Badge("lignes à vérifier", "soon"),
    St.DONE: Badge("terminé", "done"),
    St.ABANDONED: Badge("abandonné", "plain"),
}


@require_http_methods(["GET"])
@require_permission(Permission.ORIENTATION_CREATE)
def import_list(request: HttpRequest) -> HttpResponse:
    """Which files were sent in, and what is left of each."""
    rows = _imports(request).annotate(
        read=Count("lignes"),
        done=Count("lignes", filter=Q(lignes__status=L.ENTERED)),
        left=Count("lignes", filter=Q(lignes__status__in=[L.FAULTY, L.TO_DECIDE, L.READY])),
    )
    if (residence_id := residence_chosen(request)) is not None:
        rows = rows.filter(residence=residence_id)
    page = Paginator(rows.order_by("-opened_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    table = Table(
        caption="Fichiers importés",
        columns=(
            Column("Fichier", "main"),
            Column("Envoyé par", word="de"),
            Column("Dispositif", "minor"),
            Column("Importé le", "date", word="importé le"),
            Column("Lignes", "number", word="lignes"),
            Column("Saisies", "number", word="saisies"),
            Column("À faire", "number", word="à faire"),
            Column("État", "tags"),
        ),
        rows=tuple(
            Row(
                (
                    one.file_name,
                    str(one.partenaire),
                    str(one.dispositif),
                    one.opened_at,
                    one.read,
                    one.done,
                    one.left,
                    BADGES[one.status],
                ),
                url=one.get_absolute_url(),
            )
            for one in page
        ),
    )
    return render(request, "admissions/import_list.html", {"page": page, "table": table})


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ORIENTATION_CREATE)
def import_open(request: HttpRequest) -> HttpResponse:
    """Send in a file: it is read, nothing is entered yet."""
    form = ImportForm(
        request.POST or None,
        request.FILES or None,
        user=request.user,
        back=reverse("admissions:import_list"),
    )
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        upload = given.pop("file")
        try:
            content = upload.read(FILE_BYTES + 1)
            sheet = read_sheet(content, known=known_titles(remembered_columns(given["partenaire"])), any_heads=True)
        except ValidationError as error:
            form.add_error("file", error.messages)
        else:
            try:
                importation, new = open_import(
                    by=request.user, file_name=upload.name, content=content, sheet=sheet, **given
                )
            except ValidationError as error:
                refuse(form, error)
            else:
                if not new:
                    messages.info(request, f"Ce fichier est déjà là ({importation}) : rien n’a changé.")
                return redirect(importation)
    return render(request, "admissions/import_open.html", {"form": form})


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ORIENTATION_CREATE)
def import_columns(request: HttpRequest, importation_id: int) -> HttpResponse:
    """What each column holds: recognised by its title, or as it was said for this sender the last time."""
    importation = _import(request, importation_id)
    form = ColumnsForm(
        request.POST if request.method == "POST" else None,
        champs=CHAMPS,
        heads=importation.heads,
        columns=importation.columns,
        samples=_samples(importation),
    )
    if request.method == "POST" and form.is_valid():
        try:
            say_columns(by=request.user, importation=importation, columns=form.columns())
        except ValidationError as error:
            refuse(form, error)
        else:
            return redirect("admissions:import_detail", importation.pk)
    context = {"importation": importation, "form": form, "count": importation.lignes.count()}
    return render(request, "admissions/import_columns.html", context)


def _samples(importation: ImportOrientations) -> list[str]:
    """The first values of each column."""
    lignes = importation.lignes.filter(status__in=[L.FAULTY, L.READY, L.TO_DECIDE])[:20]
    return samples_of(importation.heads, [ligne.cells for ligne in lignes])


@dataclass(frozen=True)
class Cell:
    """A field of a line as it is typed, with what is wrong or was guessed of it."""

    code: str
    label: str
    name: str
    text: str
    fault: str = ""
    note: str = ""

    @property
    def is_long(self) -> bool:
        return self.code in ("reasons", "social_evaluation")


@dataclass(frozen=True)
class Shown:
    """A line on the page."""

    ligne: Any
    prefix: str
    title: str
    at_fault: list[Cell] = field(default_factory=list)
    others: list[Cell] = field(default_factory=list)
    general: str = ""
    known: list[Known] = field(default_factory=list)
    menage: Any = None
    of_line: int | None = None
    may_be_distinct: bool = False


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ORIENTATION_CREATE)
def import_detail(request: HttpRequest, importation_id: int) -> HttpResponse:
    """Where each line stands: the fault at its cell, put right in place; who is known already; what is ready."""
    importation = _import(request, importation_id)
    if importation.status == St.COLUMNS:
        return redirect("admissions:import_columns", importation.pk)
    lignes = _readable(request, importation)
    if request.method == "POST":
        try:
            correct_lines(by=request.user, importation=importation, said=corrections_in(request.POST, lignes))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return redirect(f"{request.path}?{request.GET.urlencode()}" if request.GET else request.path)
    counts = dict(lignes.order_by().values_list("status").annotate(Count("pk")))
    asked = request.GET.get("lignes", "")
    current = asked if asked in TABS else next((tab for tab in TABS if counts.get(tab)), L.FAULTY)
    rows = lignes.filter(status=current).select_related("orientation__menage", "head").order_by("number")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "importation": importation,
        "badge": BADGES[St(importation.status)],
        "tabs": [(tab.value, TAB_LABELS[tab], counts.get(tab, 0), tab == current) for tab in TABS],
        "current": current,
        "editable": current in (L.FAULTY, L.TO_DECIDE, L.READY, L.LEFT_OUT) and importation.status != St.ABANDONED,
        "page": page,
        "lines": _shown(request, importation, list(page)),
        "ready": counts.get(L.READY, 0),
        "at_once": AT_ONCE,
        "left": counts.get(L.FAULTY, 0) + counts.get(L.TO_DECIDE, 0),
        "nobody": NOBODY,
        "may_drop": importation.status == St.REVIEW and not importation.lignes.filter(status=L.ENTERED).exists(),
        "may_say_columns": importation.status == St.REVIEW and not importation.lignes.filter(status=L.ENTERED).exists(),
    }
    return render(request, "admissions/import_detail.html", context)


def _readable(request: HttpRequest, importation: ImportOrientations) -> QuerySet[Any]:
    """Lines of the file, but those whose household has become hidden to the reader."""
    seen = Orientation.objects.visible_to(request.user, Permission.ORIENTATION_CREATE)
    return importation.lignes.filter(Q(orientation__isnull=True) | Q(orientation__in=seen))


def _shown(request: HttpRequest, importation: ImportOrientations, lignes: list[Any]) -> list[Shown]:
    """The lines of the page as they are read now; who is known is asked for once."""
    wanted = {ligne.pk for ligne in lignes}
    read = {line.ligne.pk: line for line in read_file(importation) if line.ligne.pk in wanted}
    find_known(request.user, [line for line in read.values() if _to_recognise(line.ligne)])
    codes = shown_fields(importation)
    return [_line(importation, ligne, read.get(ligne.pk), codes) for ligne in lignes]


def _to_recognise(ligne: Any) -> bool:
    """Whether it is to say who a line is about: not said yet, or refused as a whole for what was said."""
    return ligne.status == L.TO_DECIDE or any(code not in LABELS for code in ligne.faults)


def _line(importation: ImportOrientations, ligne: Any, read: Any, codes: list[str]) -> Shown:
    prefix = f"l{ligne.pk}-"
    if ligne.orientation_id is not None:
        return Shown(ligne, prefix, "", menage=ligne.orientation.menage)
    texts = texts_of(importation.columns, ligne)
    known_codes = [*codes, *(code for code in ligne.faults if code in LABELS and code not in codes)]
    cells = [
        Cell(
            code,
            LABELS[code],
            f"{prefix}{code}",
            texts.get(code, ""),
            ligne.faults.get(code, ""),
            ligne.notes.get(code, ""),
        )
        for code in known_codes
    ]
    identity = read.reading.identity if read else None
    title = f"{identity.last_name.upper()} {identity.first_names}" if identity else ""
    return Shown(
        ligne,
        prefix,
        title,
        at_fault=[cell for cell in cells if cell.fault or cell.note],
        others=[cell for cell in cells if not cell.fault and not cell.note],
        general=" ".join(text for code, text in ligne.faults.items() if code not in LABELS),
        known=read.known if read else [],
        of_line=ligne.head.number if ligne.head_id else None,
        may_be_distinct=any(text.startswith("Même personne") for text in ligne.faults.values())
        and "siao_number" not in ligne.faults
        and DISTINCT not in ligne.corrections,
    )


@require_http_methods(["POST"])
@require_permission(Permission.ORIENTATION_CREATE)
def import_enter(request: HttpRequest, importation_id: int) -> HttpResponse:
    """Enter the households whose lines are ready."""
    importation = _import(request, importation_id)
    try:
        told = enter_lines(by=request.user, importation=importation)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(importation)
    if told.done:
        messages.success(request, f"{_orientations(told.done)}. Chacune attend sur le tableau des candidats.")
    if told.joined:
        messages.success(request, f"Personnes ajoutées à leur ménage : {told.joined}.")
    if told.refused:
        messages.warning(request, f"Lignes refusées, avec leur raison : {told.refused}. Les autres n’en dépendent pas.")
    if told.left:
        messages.info(request, f"Il reste {told.left} ménages prêts : saisissez la suite.")
    if not told.done and not told.refused and not told.joined:
        messages.info(request, "Aucune ligne n’attendait d’être saisie : rien n’a changé.")
    return redirect("admissions:import_detail", importation.pk)


def _orientations(count: int) -> str:
    return "Une orientation est saisie" if count == 1 else f"{count} orientations sont saisies"


@require_http_methods(["POST"])
@require_permission(Permission.ORIENTATION_CREATE)
def import_drop(request: HttpRequest, importation_id: int) -> HttpResponse:
    """Leave a file of which nothing was entered."""
    importation = _import(request, importation_id)
    try:
        drop_import(by=request.user, importation=importation)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(importation)
    messages.success(request, "Ce fichier est abandonné : rien n’en a été saisi.")
    return redirect("admissions:import_list")


def _imports(request: HttpRequest) -> QuerySet[Any]:
    rows: QuerySet[Any] = ImportOrientations.objects.visible_to(request.user, Permission.ORIENTATION_CREATE)
    return rows.select_related("partenaire", "dispositif", "residence")


def _import(request: HttpRequest, importation_id: int) -> ImportOrientations:
    importation: ImportOrientations = get_object_or_404(_imports(request), pk=importation_id)
    return importation
