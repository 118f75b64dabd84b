"""Issued documents and attachments: opened under the rights of their kind, served by us alone."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods

from residence import hooks
from residence.actions.documents import pdf_of, revived
from residence.actions.journal import record_reading
from residence.actions.pieces import add_piece, withdraw_piece
from residence.components import Column, Row, Table
from residence.forms.pieces import PieceForm
from residence.models import DocumentEmis, Menage, PieceJointe
from residence.models.base import today
from residence.models.documents import DOCUMENT_PERMISSION
from residence.pdf import render_pdf
from residence.permissions import Permission, require_permission
from residence.queries.banner import banner_for
from residence.queries.menages import residence_for


@require_http_methods(["GET"])
@require_permission(*sorted(set(DOCUMENT_PERMISSION.values())))
def document_open(request: HttpRequest, document_id: int) -> HttpResponse:
    """The PDF of an issued document, made the first time it is opened."""
    readable = DocumentEmis.objects.readable_by(request.user).select_related("residence", "menage")
    document = get_object_or_404(readable, pk=document_id)
    if document.menage is not None:
        record_reading(document.menage, by=request.user, what=document, residence=document.residence)
    told = next(filter(None, hooks.call("DOCUMENT_TOLD", document=document, user=request.user)), None)
    content = render_pdf(document.template, revived(told)) if told else pdf_of(document)
    response = HttpResponse(content, content_type="application/pdf")
    name = slugify(f"{document.get_kind_display()} {document.number}")
    response["Content-Disposition"] = content_disposition_header("telecharger" in request.GET, f"{name}.pdf")
    return _kept_private(response)


@require_http_methods(["GET"])
@require_permission(Permission.MENAGE_VIEW)
def document_list(request: HttpRequest, menage_id: int) -> HttpResponse:
    """The documents issued to a household and the files attached to it, as far as the user may open them."""
    menage = get_object_or_404(Menage.objects.visible_to(request.user, Permission.MENAGE_VIEW), pk=menage_id)
    if menage.is_confidential:
        record_reading(menage, by=request.user, residence=residence_for(request.user, menage, Permission.MENAGE_VIEW))
    documents = DocumentEmis.objects.filter(menage=menage).readable_by(request.user)
    pieces = PieceJointe.objects.visible_to(request.user, Permission.PIECE_VIEW).filter(
        menage=menage, withdrawn_at=None
    )
    adds = Menage.objects.visible_to(request.user, Permission.PIECE_ADD).filter(pk=menage.pk).exists()
    context = {
        "menage": menage,
        "banner": banner_for(request.user, menage, current="documents"),
        "documents": _documents_table(list(documents.select_related("residence").defer("data"))),
        "pieces": pieces.select_related("added_by", "piece_requise", "personne"),
        "sees_pieces": request.user.holds(Permission.PIECE_VIEW),
        "adds_pieces": adds,
        "day": today(),
    }
    return render(request, "residence/document_list.html", context)


def _documents_table(documents: list[DocumentEmis]) -> Table:
    return Table(
        caption="Documents émis",
        columns=(
            Column("Document", "main"),
            Column("Numéro", word="n°"),
            Column("Date", "date", word="du"),
        ),
        rows=tuple(
            Row(
                (str(one.get_kind_display()).capitalize(), one.number, one.issued_on),
                url=one.get_absolute_url(),
            )
            for one in documents
        ),
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PIECE_ADD)
def piece_add(request: HttpRequest, menage_id: int) -> HttpResponse:
    """Attach a file to a household."""
    menage = get_object_or_404(Menage.objects.visible_to(request.user, Permission.PIECE_ADD), pk=menage_id)
    residence = residence_for(request.user, menage, Permission.PIECE_ADD)
    form = PieceForm(request.POST or None, request.FILES or None, menage=menage, residence=residence)
    if request.method == "POST" and form.is_valid():
        try:
            piece = add_piece(by=request.user, menage=menage, residence=residence, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("upload", error.messages)
        else:
            messages.success(request, f"« {piece.name} » est jointe au dossier.")
            return redirect("residence:document_list", menage.pk)
    context = {"menage": menage, "form": form, "banner": banner_for(request.user, menage, current="documents")}
    return render(request, "residence/piece_add.html", context)


@require_http_methods(["GET"])
@require_permission(Permission.PIECE_VIEW)
def piece_open(request: HttpRequest, piece_id: int) -> HttpResponse:
    """A file attached to a household, always as a download."""
    piece = _piece(request, piece_id, Permission.PIECE_VIEW)
    if piece.menage.is_confidential:
        residence = residence_for(request.user, piece.menage, Permission.PIECE_VIEW)
        record_reading(piece.menage, by=request.user, what=piece, residence=residence)
    with piece.file.open() as file:
        response = HttpResponse(file.read(), content_type=piece.content_type)
    response["Content-Disposition"] = content_disposition_header(True, piece.name)
    return _kept_private(response)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PIECE_ADD)
def piece_withdraw(request: HttpRequest, piece_id: int) -> HttpResponse:
    """Take a file back."""
    piece = _piece(request, piece_id, Permission.PIECE_ADD)
    if request.method == "POST":
        residence = residence_for(request.user, piece.menage, Permission.PIECE_ADD)
        withdraw_piece(by=request.user, piece=piece, residence=residence)
        messages.success(request, f"« {piece.name} » est retirée du dossier.")
        return redirect("residence:document_list", piece.menage_id)
    context = {"piece": piece, "banner": banner_for(request.user, piece.menage, current="documents")}
    return render(request, "residence/piece_withdraw.html", context)


def _piece(request: HttpRequest, piece_id: int, permission: Permission) -> PieceJointe:
    rows = PieceJointe.objects.visible_to(request.user, permission).filter(withdrawn_at=None)
    return get_object_or_404(rows.select_related("menage"), pk=piece_id)


def _kept_private(response: HttpResponse) -> HttpResponse:
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
