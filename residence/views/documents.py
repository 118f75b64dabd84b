"""Issued documents and attachments."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods

from residence.actions.documents import pdf_of
from residence.actions.journal import record_reading
from residence.models import DocumentEmis, Menage
from residence.models.documents import DOCUMENT_PERMISSION
from residence.permissions import Permission, require_permission
from residence.queries.banner import banner_for


@require_http_methods(["GET"])
@require_permission(*sorted(set(DOCUMENT_PERMISSION.values())))
def document_open(request: HttpRequest, document_id: int) -> HttpResponse:
    """The PDF of an issued document, made the first time it is opened."""
    readable = DocumentEmis.objects.readable_by(request.user).select_related("residence", "menage")
    document = get_object_or_404(readable, pk=document_id)
    if document.menage is not None:
        record_reading(document.menage, by=request.user, what=document, residence=document.residence)
    response = HttpResponse(pdf_of(document), content_type="application/pdf")
    name = slugify(f"{document.get_kind_display()} {document.number}")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET"])
@require_permission(Permission.MENAGE_VIEW)
def document_list(request: HttpRequest, menage_id: int) -> HttpResponse:
    """The documents issued to a household that the user may open."""
    menage = get_object_or_404(Menage.objects.visible_to(request.user, Permission.MENAGE_VIEW), pk=menage_id)
    record_reading(menage, by=request.user)
    documents = DocumentEmis.objects.filter(menage=menage).readable_by(request.user).select_related("residence")
    context = {
        "menage": menage,
        "banner": banner_for(request.user, menage, current="documents"),
        "documents": documents.defer("data"),
    }
    return render(request, "residence/document_list.html", context)
