"""Confidential households: which ones I read, who else does, and how one becomes so."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from residence.actions.confidentiels import end_reader, name_reader, unmask_menage
from residence.actions.journal import record_reading
from residence.actions.personnes import mask_menage
from residence.authentication import require_confirmation
from residence.forms.confidentiels import MaskForm, ReaderForm
from residence.models import AccesConfidentiel, Menage
from residence.permissions import Permission, require_permission
from residence.queries.banner import banner_for
from residence.queries.menages import residence_for

# What changes for a household, told before anything is done.
CONSEQUENCES = (
    "Son nom, sa composition, son adresse et ses documents ne se lisent plus que par les personnes nommées.",
    "Les autres voient « dossier confidentiel » et un numéro : la place est occupée, le ménage compté, rien de plus.",
    "La recherche de son nom ne montre rien, à personne d’autre, et ne dit pas pourquoi.",
    "La redevance continue sur le numéro : avis, paiements et soldes, sans nom.",
    "Les candidatures et le dossier social ne s’ouvrent plus que pour les personnes nommées.",
    "Chaque lecture du dossier est consignée au journal, y compris les vôtres.",
    "Ce qui est déjà imprimé ou envoyé le reste : récupérez les papiers qui circulent.",
)


@require_http_methods(["GET"])
@require_permission(Permission.MENAGE_VIEW)
def confidentiel_list(request: HttpRequest) -> HttpResponse:
    """The confidential households on which the user was named, and who else is."""
    seen = Menage.objects.visible_to(request.user, Permission.MENAGE_VIEW).filter(is_confidential=True)
    readers: dict[int, list[AccesConfidentiel]] = {}
    for access in AccesConfidentiel.objects.in_force().filter(menage__in=seen).select_related("user"):
        readers.setdefault(access.menage_id, []).append(access)
    manages = set(
        Menage.objects.visible_to(request.user, Permission.CONFIDENTIEL_MANAGE)
        .filter(is_confidential=True)
        .values_list("pk", flat=True)
    )
    context = {"files": [(menage, readers.get(menage.pk, []), menage.pk in manages) for menage in seen]}
    return render(request, "residence/confidentiel_list.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.CONFIDENTIEL_MANAGE)
@require_confirmation
def menage_mask(request: HttpRequest, menage_id: int) -> HttpResponse:
    """Make a household confidential, once what it changes has been read."""
    menage = _menage(request, menage_id)
    if menage.is_confidential:
        return redirect("residence:confidentiel_detail", menage.pk)
    residence = residence_for(request.user, menage, Permission.CONFIDENTIEL_MANAGE)
    form = MaskForm(request.POST or None, by=request.user, menage=menage, residence=residence)
    if request.method == "POST" and form.is_valid():
        try:
            mask_menage(by=request.user, menage=menage, residence=residence, named=form.named())
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, f"Le dossier n° {menage.pk} est confidentiel.")
            if request.user in form.cleaned_data["referents"]:
                return redirect("residence:confidentiel_detail", menage.pk)
            return redirect("residence:confidentiel_list")
    context = {
        "menage": menage,
        "form": form,
        "consequences": CONSEQUENCES,
        "banner": banner_for(request.user, menage),
    }
    return render(request, "residence/menage_mask.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.CONFIDENTIEL_MANAGE)
@require_confirmation
def confidentiel_detail(request: HttpRequest, menage_id: int) -> HttpResponse:
    """Who reads a confidential household; name one more."""
    menage = _menage(request, menage_id, confidential=True)
    residence = residence_for(request.user, menage, Permission.CONFIDENTIEL_MANAGE)
    record_reading(menage, by=request.user, residence=residence)
    form = ReaderForm(request.POST or None, menage=menage, residence=residence)
    if request.method == "POST" and form.is_valid():
        try:
            name_reader(by=request.user, menage=menage, residence=residence, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, f"{form.cleaned_data['user']} lit maintenant ce dossier.")
            return redirect("residence:confidentiel_detail", menage.pk)
    context = {
        "menage": menage,
        "form": form,
        "readers": AccesConfidentiel.objects.in_force().filter(menage=menage).select_related("user", "granted_by"),
        "banner": banner_for(request.user, menage),
    }
    return render(request, "residence/confidentiel_detail.html", context)


@require_http_methods(["POST"])
@require_permission(Permission.CONFIDENTIEL_MANAGE)
@require_confirmation
def reader_end(request: HttpRequest, access_id: int) -> HttpResponse:
    """A person reads the household no more."""
    access = get_object_or_404(AccesConfidentiel.objects.in_force().select_related("user", "menage"), pk=access_id)
    menage = _menage(request, access.menage_id, confidential=True)
    residence = residence_for(request.user, menage, Permission.CONFIDENTIEL_MANAGE)
    try:
        end_reader(by=request.user, access=access, residence=residence)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"{access.user} ne lit plus ce dossier.")
    if access.user_id == request.user.pk:
        return redirect("residence:confidentiel_list")
    return redirect("residence:confidentiel_detail", menage.pk)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.CONFIDENTIEL_MANAGE)
@require_confirmation
def menage_unmask(request: HttpRequest, menage_id: int) -> HttpResponse:
    """Show the household again to all whose role opens it."""
    menage = _menage(request, menage_id, confidential=True)
    if request.method == "POST":
        residence = residence_for(request.user, menage, Permission.CONFIDENTIEL_MANAGE)
        unmask_menage(by=request.user, menage=menage, residence=residence)
        messages.success(request, "Le dossier n’est plus confidentiel.")
        return redirect("residence:menage_detail", menage.pk)
    context = {
        "menage": menage,
        "banner": banner_for(request.user, menage),
        "back": reverse("residence:confidentiel_detail", args=[menage.pk]),
        "facts": (
            "Son nom, ses documents et son adresse redeviennent visibles pour toute l’équipe, selon le rôle de chacun.",
            "Assurez-vous que le danger est passé, et que le ménage est d’accord.",
        ),
    }
    return render(request, "residence/menage_unmask.html", context)


def _menage(request: HttpRequest, menage_id: int, *, confidential: bool = False) -> Menage:
    rows = Menage.objects.visible_to(request.user, Permission.CONFIDENTIEL_MANAGE)
    menage: Menage = get_object_or_404(rows.filter(is_confidential=True) if confidential else rows, pk=menage_id)
    return menage
