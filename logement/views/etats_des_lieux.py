"""États des lieux: those to make; fill one on a tablet, read it, have it signed."""

import re
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods

from logement.actions.etats_des_lieux import (
    Conflict,
    Saved,
    add_photo,
    cancel_etat_des_lieux,
    create_etat_des_lieux,
    remove_photo,
    save_etat_des_lieux,
    sign_etat_des_lieux,
)
from logement.forms.errors import put_errors
from logement.forms.etats_des_lieux import (
    DebutForm,
    EnTeteForm,
    LigneForm,
    NouvelleLigneForm,
    PhotoForm,
    SignaturesForm,
)
from logement.models import Condition, ContratOccupation, EtatDesLieux, LigneEtatDesLieux, PhotoEtatDesLieux
from logement.queries.etats_des_lieux import (
    ComparedLine,
    counted,
    entry_of,
    incomplete_lines,
    rooms_of,
    signed,
    signers_of,
    to_make,
)
from logement.views.parc import chosen_residence
from residence.actions.journal import record_reading
from residence.components import Badge, Column, Part, Row, Table
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.queries.banner import banner_for

PER_PAGE = 50
Kind = EtatDesLieux.Kind
Status = EtatDesLieux.Status
EMPTY_ROWS = 3


@require_http_methods(["GET"])
@require_permission(Permission.ETAT_DES_LIEUX_VIEW)
def etat_des_lieux_list(request: HttpRequest) -> HttpResponse:
    """Which états des lieux are to make, and those that are signed."""
    residence_id = chosen_residence(request)
    awaited = to_make(request.user, residence_id)
    page = Paginator(signed(request.user, residence_id), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "awaited": len(awaited),
        "to_make": _to_make_table(awaited),
        "page": page,
        "signed": _signed_table(list(page)),
    }
    return render(request, "logement/etat_des_lieux_list.html", context)


def _to_make_table(awaited: list[Any]) -> Table:
    columns = (
        Column("Ménage", "main"),
        Column("Avancement", "tags"),
        Column("Nature"),
        Column("Place", "code"),
        Column("Pour le", "deadline"),
    )
    rows = []
    for one in awaited:
        entry = one.kind == Kind.ENTRY
        name = "etat_des_lieux_entry" if entry else "etat_des_lieux_exit"
        rows.append(
            Row(
                (
                    str(one.contrat.menage),
                    Badge("commencé", "information") if one.begun else Badge("à dresser", "soon"),
                    "entrée" if entry else "sortie",
                    one.contrat.place.code,
                    one.contrat.start_on if entry else one.contrat.end_on,
                ),
                reverse(f"logement:{name}", args=[one.contrat.pk]),
            )
        )
    return Table("États des lieux à dresser ou à faire signer", columns, tuple(rows))


def _signed_table(rows: list[EtatDesLieux]) -> Table:
    columns = (
        Column("Ménage", "main"),
        Column("Nature"),
        Column("Place", "code"),
        Column("Dressé le", "date"),
        Column("Par", "minor"),
    )
    return Table(
        "États des lieux signés",
        columns,
        tuple(
            Row(
                (
                    str(one.contrat.menage),
                    one.get_kind_display(),
                    one.contrat.place.code,
                    one.made_on,
                    str(one.made_by),
                ),
                one.get_absolute_url(),
            )
            for one in rows
        ),
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ETAT_DES_LIEUX_RECORD)
def etat_des_lieux_create(request: HttpRequest, contrat_id: int, kind: str) -> HttpResponse:
    """Begin the état des lieux of a contract, at entry or at exit; one that is begun goes on."""
    contrat = get_object_or_404(
        ContratOccupation.objects.visible_to(request.user, Permission.ETAT_DES_LIEUX_RECORD).select_related(
            "sejour__menage", "sejour__residence", "place__logement"
        ),
        pk=contrat_id,
    )
    begun = contrat.etats_des_lieux.filter(kind=kind).exclude(status=Status.CANCELLED).first()
    if begun is not None:
        return redirect("logement:etat_des_lieux_edit" if begun.status == Status.DRAFT else begun, begun.pk)
    form = DebutForm(request.POST or None, back=contrat.sejour.get_absolute_url())
    if request.method == "POST" and form.is_valid():
        try:
            edl = create_etat_des_lieux(
                by=request.user, contrat=contrat, kind=Kind(kind), made_on=form.cleaned_data["made_on"]
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            return redirect("logement:etat_des_lieux_edit", edl.pk)
    context = {
        "contrat": contrat,
        "is_exit": kind == Kind.EXIT,
        "entry": entry_of(contrat) if kind == Kind.EXIT else None,
        "form": form,
        "banner": banner_for(request.user, contrat.menage, current="sejour"),
    }
    return render(request, "logement/etat_des_lieux_create.html", context)


@require_http_methods(["GET"])
@require_permission(Permission.ETAT_DES_LIEUX_VIEW)
def etat_des_lieux_detail(request: HttpRequest, edl_id: int) -> HttpResponse:
    """An état des lieux to read: before it is signed, or as it was sealed."""
    edl = _edl(request, edl_id, Permission.ETAT_DES_LIEUX_VIEW)
    record_reading(edl.contrat.menage, by=request.user, what=edl, residence=edl.contrat.residence)
    rooms = rooms_of(edl)
    context = {
        "edl": edl,
        "contrat": edl.contrat,
        "rooms": rooms,
        "missing": incomplete_lines(edl) if edl.status == Status.DRAFT else [],
        "counted": counted(edl),
        "can_keep": edl.kind == Kind.EXIT
        and edl.status == Status.SIGNED
        and request.user.holds(Permission.RETENUE_DECIDE, edl.contrat.residence.pk),
        "entry": entry_of(edl.contrat) if edl.kind == Kind.EXIT else None,
        "changed": sum(1 for room in rooms for one in room.lines if one.has_changed),
        "signatures": edl.signatures.all(),
        "can_record": request.user.holds(Permission.ETAT_DES_LIEUX_RECORD, edl.contrat.residence.pk),
        "banner": banner_for(request.user, edl.contrat.menage, current="sejour"),
    }
    return render(request, "logement/etat_des_lieux_detail.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ETAT_DES_LIEUX_RECORD)
def etat_des_lieux_edit(request: HttpRequest, edl_id: int) -> HttpResponse:
    """Fill an état des lieux room by room, on a tablet."""
    edl = _edl(request, edl_id, Permission.ETAT_DES_LIEUX_RECORD)
    if edl.status != Status.DRAFT:
        messages.info(request, f"Cet état des lieux est {edl.get_status_display()} : il ne se modifie plus.")
        return redirect(edl)
    conflicts: list[Conflict] = []
    if request.method == "POST":
        header, lines, new = _posted(request, edl)
        # Every form is asked, so that each says what is wrong with it at once.
        refused = [form for form in (header, *lines, *new) if not form.is_valid()]
        if not refused:
            try:
                conflicts = _save(request, edl, header, lines, new).conflicts
                _keep_photos(request, edl)
            except ValidationError as error:
                put_errors(header, error)
            else:
                if not conflicts:
                    return _after_saving(request, edl)
                edl = _edl(request, edl_id, Permission.ETAT_DES_LIEUX_RECORD)
                header, lines, new = _fresh(edl, conflicts)
    else:
        header, lines, new = _fresh(edl, [])
    return render(request, "logement/etat_des_lieux_edit.html", _page(request, edl, header, lines, new, conflicts))


def _save(
    request: HttpRequest,
    edl: EtatDesLieux,
    header: EnTeteForm | None,
    lines: list[LigneForm],
    new: list[NouvelleLigneForm],
) -> Saved:
    """Write what valid forms say."""
    stored = set(edl.lignes.values_list("pk", flat=True))
    removed = [form.line.pk for form in lines if form.cleaned_data["removed"]]
    again = [
        form.as_new for form in lines if form.line.pk not in stored and form.is_touched and form.line.pk not in removed
    ]
    return save_etat_des_lieux(
        by=request.user,
        edl=edl,
        header=header.changes if header else {},
        lines={form.line.pk: form.changes for form in lines if form.line.pk not in removed},
        new_lines=[*again, *(form.line for form in new if form.line is not None)],
        removed=removed,
    )


def _keep_photos(request: HttpRequest, edl: EtatDesLieux) -> None:
    """The photos that a browser without script sends with the whole page."""
    for name, uploads in request.FILES.lists():
        if found := re.fullmatch(r"l(\d{1,18})-photos", name):
            for upload in uploads:
                add_photo(by=request.user, edl=edl, line_id=int(found[1]), upload=upload)


@require_http_methods(["POST"])
@require_permission(Permission.ETAT_DES_LIEUX_RECORD)
def etat_des_lieux_save(request: HttpRequest, edl_id: int) -> HttpResponse:
    """What a device has just typed, written as it goes: a part of the page at a time, answered in JSON."""
    edl = _edl(request, edl_id, Permission.ETAT_DES_LIEUX_RECORD)
    if edl.status != Status.DRAFT:
        return _sealed(edl)
    header, lines, new = _posted(request, edl)
    sent = header if "h-made_on" in request.POST else None
    added = [form for form in new if f"{form.prefix}-element" in request.POST]
    forms = [form for form in (sent, *lines, *added) if form is not None]
    if refused := [form for form in forms if not form.is_valid()]:
        errors = {form[name].html_name: list(said) for form in refused for name, said in form.errors.items()}
        return JsonResponse({"errors": errors})
    try:
        saved = _save(request, edl, sent, lines, added)
    except ValidationError as error:
        return JsonResponse({"errors": {"": error.messages}})
    edl = _edl(request, edl_id, Permission.ETAT_DES_LIEUX_RECORD)
    compared = {one.line.pk: one for room in rooms_of(edl) for one in room.lines}
    asked = {form.line.pk for form in lines} & compared.keys()
    bases = {f"l{pk}": LigneForm(line=compared[pk].line).bases for pk in asked}
    if sent:
        bases["h"] = EnTeteForm(edl=edl).bases
    return JsonResponse(
        {
            "version": edl.version,
            "at": f"{timezone.localtime():%H h %M}",
            "bases": bases,
            "conflicts": [
                {
                    "name": f"{'h' if one.line_id is None else f'l{one.line_id}'}-{one.field}",
                    "label": one.label,
                    "mine": _said(one.mine),
                    "theirs": _said(one.theirs),
                }
                for one in saved.conflicts
            ],
            "missing": {slugify(room.name): room.missing for room in rooms_of(edl)},
            "added": [
                {"room": slugify(line.room), "html": _line_html(request, compared[line.pk])}
                for line in saved.added
                if line.pk in compared
            ],
            "gone": [form.line.pk for form in lines if form.line.pk not in compared],
        }
    )


def _line_html(request: HttpRequest, one: ComparedLine) -> str:
    context = {"one": _shown(one, LigneForm(line=one.line), []), "conditions": Condition.choices}
    return render_to_string("logement/_edl_line.html", context, request)


def _sealed(edl: EtatDesLieux) -> JsonResponse:
    sentence = f"Cet état des lieux est {edl.get_status_display()} : il ne se modifie plus."
    return JsonResponse({"errors": {"": [sentence]}, "is_sealed": True}, status=409)


@require_http_methods(["POST"])
@require_permission(Permission.ETAT_DES_LIEUX_RECORD)
def etat_des_lieux_photo_add(request: HttpRequest, edl_id: int) -> HttpResponse:
    """A photo of a line, sent as soon as it is taken, or when the network is back; answered in JSON."""
    edl = _edl(request, edl_id, Permission.ETAT_DES_LIEUX_RECORD)
    if edl.status != Status.DRAFT:
        return _sealed(edl)
    form = PhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        said = [sentence for sentences in form.errors.values() for sentence in sentences]
        return JsonResponse({"errors": {"": said}})
    data = form.cleaned_data
    try:
        photo = add_photo(
            by=request.user,
            edl=edl,
            line_id=data["line"],
            upload=data["photo"],
            key=data["key"],
            room=data["room"],
            element=data["element"],
        )
    except ValidationError as error:
        return JsonResponse({"errors": {"": error.messages}})
    html = render_to_string("logement/_edl_photo.html", {"photo": photo, "can_remove": True}, request)
    return JsonResponse({"line": photo.ligne_id, "html": html, "at": f"{timezone.localtime():%H h %M}"})


@require_http_methods(["GET"])
@require_permission(Permission.ETAT_DES_LIEUX_VIEW)
def etat_des_lieux_photo(request: HttpRequest, photo_id: int) -> HttpResponse:
    """A photo, whole, or small with « ?petite »."""
    photo = _photo(request, photo_id, Permission.ETAT_DES_LIEUX_VIEW)
    kept = photo.small if "petite" in request.GET else photo.file
    with kept.open() as file:
        response = HttpResponse(file.read(), content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = f'inline; filename="photo-{photo.pk}.jpg"'
    return response


@require_http_methods(["POST"])
@require_permission(Permission.ETAT_DES_LIEUX_RECORD)
def etat_des_lieux_photo_remove(request: HttpRequest, photo_id: int) -> HttpResponse:
    """Take a photo off a line, as long as nobody has signed."""
    photo = _photo(request, photo_id, Permission.ETAT_DES_LIEUX_RECORD)
    try:
        edl = remove_photo(by=request.user, photo=photo)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(photo.ligne.etat_des_lieux)
    url = reverse("logement:etat_des_lieux_edit", args=[edl.pk])
    return redirect(f"{url}#ligne-{photo.ligne_id}")


def _photo(request: HttpRequest, photo_id: int, permission: Permission) -> PhotoEtatDesLieux:
    rows = PhotoEtatDesLieux.objects.visible_to(request.user, permission).shown_to(request.user)
    photo: PhotoEtatDesLieux = get_object_or_404(rows.select_related("ligne__etat_des_lieux"), pk=photo_id)
    return photo


def _posted(request: HttpRequest, edl: EtatDesLieux) -> tuple[EnTeteForm, list[LigneForm], list[NouvelleLigneForm]]:
    stored = {line.pk: line for line in edl.lignes.all()}
    keys = [int(found[1]) for key in request.POST if (found := re.fullmatch(r"l(\d{1,18})-room", key))]
    lines = [
        LigneForm(request.POST, line=stored.get(pk) or LigneEtatDesLieux(pk=pk, room="?", element="?")) for pk in keys
    ]
    new = [NouvelleLigneForm(request.POST, prefix=f"n{rank}") for rank in range(EMPTY_ROWS)]
    return EnTeteForm(request.POST, edl=edl), lines, new


def _fresh(edl: EtatDesLieux, conflicts: list[Conflict]) -> tuple[EnTeteForm, list[LigneForm], list[NouvelleLigneForm]]:
    """Forms that show what is stored; where two devices disagree, what this one typed, over the other's value."""
    header = EnTeteForm(edl=edl)
    lines = [LigneForm(line=one.line) for room in rooms_of(edl) for one in room.lines]
    by_line = {form.line.pk: form for form in lines}
    for conflict in conflicts:
        form = header if conflict.line_id is None else by_line.get(conflict.line_id)
        if form is not None:
            # The hidden base is already the other's value: sending again says « mine, knowingly ».
            form.initial[conflict.field] = conflict.mine
    new = [NouvelleLigneForm(prefix=f"n{rank}") for rank in range(EMPTY_ROWS)]
    return header, lines, new


def _after_saving(request: HttpRequest, edl: EtatDesLieux) -> HttpResponse:
    then = request.POST.get("then", "")
    if then == "read":
        return redirect(edl)
    messages.success(request, "État des lieux enregistré.")
    url = reverse("logement:etat_des_lieux_edit", args=[edl.pk])
    anchor = slugify(then)
    return redirect(f"{url}#{anchor}" if anchor else url)


def _page(
    request: HttpRequest,
    edl: EtatDesLieux,
    header: EnTeteForm,
    lines: list[LigneForm],
    new: list[NouvelleLigneForm],
    conflicts: list[Conflict],
) -> dict[str, Any]:
    """What the tablet page shows: rooms, each with its lines and, at exit, the entry beside them."""
    by_line = {form.line.pk: form for form in lines}
    theirs = {(one.line_id, one.field): _said(one.theirs) for one in conflicts}
    rooms = [
        {
            "name": room.name,
            "anchor": slugify(room.name),
            "missing": room.missing,
            "lines": [
                _shown(
                    one,
                    by_line.get(one.line.pk) or LigneForm(line=one.line),
                    [text for (pk, _), text in theirs.items() if pk == one.line.pk],
                )
                for one in room.lines
            ],
            "is_counted": all(one.is_counted for one in room.lines),
        }
        for room in rooms_of(edl)
    ]
    parts = [Part(room["name"], room["anchor"], room["missing"]) for room in rooms]
    return {
        "edl": edl,
        "contrat": edl.contrat,
        "header": header,
        "rooms": rooms,
        "new": new,
        "parts": [Part("Compteurs", "compteurs"), *parts],
        "room_names": [room["name"] for room in rooms],
        "conflicts": [(one, _said(one.mine), _said(one.theirs)) for one in conflicts],
        "invalid": [form for form in (header, *lines, *new) if form.is_bound and form.errors],
        "entry": entry_of(edl.contrat) if edl.kind == Kind.EXIT else None,
        "conditions": Condition.choices,
        "banner": banner_for(request.user, edl.contrat.menage, current="sejour"),
    }


def _shown(one: ComparedLine, form: LigneForm, theirs: list[str]) -> dict[str, Any]:
    """What the template of a line takes."""
    return {"form": form, "before": one.before, "line": one.line, "is_counted": one.is_counted, "theirs": theirs}


def _said(value: Any) -> str:
    """A value as the page of a conflict says it."""
    if value in (None, "", False):
        return "rien"
    if value is True:
        return "oui"
    if hasattr(value, "strftime"):
        return f"{value:%d/%m/%Y}"
    return dict(Condition.choices).get(value, str(value))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ETAT_DES_LIEUX_RECORD)
def etat_des_lieux_sign(request: HttpRequest, edl_id: int) -> HttpResponse:
    """Both sign what they have read; then it is sealed."""
    edl = _edl(request, edl_id, Permission.ETAT_DES_LIEUX_RECORD)
    if edl.status != Status.DRAFT:
        messages.info(request, f"Cet état des lieux est {edl.get_status_display()}.")
        return redirect(edl)
    initial = {
        "version": edl.version,
        "resident_name": signers_of(edl),
        "manager_name": str(request.user),
        "resident_paper_on": today(),
        "manager_paper_on": today(),
    }
    form = SignaturesForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            sign_etat_des_lieux(by=request.user, edl=edl, version=form.cleaned_data["version"], signatures=form.given)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "État des lieux signé et scellé.")
            return redirect(edl)
    context = {
        "edl": edl,
        "contrat": edl.contrat,
        "form": form,
        "missing": incomplete_lines(edl),
        "signers": [
            ("resident", "Le résident ou son représentant"),
            ("manager", "Pour le gestionnaire"),
        ],
        "counted": counted(edl),
        "banner": banner_for(request.user, edl.contrat.menage, current="sejour"),
    }
    return render(request, "logement/etat_des_lieux_sign.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ETAT_DES_LIEUX_RECORD)
def etat_des_lieux_cancel(request: HttpRequest, edl_id: int) -> HttpResponse:
    """Give up an état des lieux that is not signed, to begin again."""
    edl = _edl(request, edl_id, Permission.ETAT_DES_LIEUX_RECORD)
    if edl.status != Status.DRAFT:
        return redirect(edl)
    if request.method == "POST":
        try:
            cancel_etat_des_lieux(by=request.user, edl=edl)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect(edl)
        messages.success(request, "État des lieux abandonné : vous pouvez en commencer un autre.")
        return redirect(edl.contrat.sejour)
    context = {
        "edl": edl,
        "contrat": edl.contrat,
        "banner": banner_for(request.user, edl.contrat.menage, current="sejour"),
    }
    return render(request, "logement/etat_des_lieux_cancel.html", context)


def _edl(request: HttpRequest, edl_id: int, permission: Permission) -> EtatDesLieux:
    edl: EtatDesLieux = get_object_or_404(
        EtatDesLieux.objects.visible_to(request.user, permission)
        .select_related(
            "contrat__sejour__menage",
            "contrat__sejour__residence",
            "contrat__place__logement__batiment",
            "document__residence",
            "made_by",
        )
        .prefetch_related("lignes__photos"),
        pk=edl_id,
    )
    return edl
