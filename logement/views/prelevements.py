"""Direct debit: mandates, what is to be collected, remises, what comes back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from logement.actions.prelevements import (
    book_remise,
    cancel_remise,
    create_mandat,
    make_remise,
    reject_all,
    reject_ligne,
    revoke_mandat,
    sign_mandat,
    to_collect,
)
from logement.forms.campagnes import ReasonForm, month_name
from logement.forms.errors import put_errors
from logement.forms.prelevements import (
    MandatForm,
    RejectForm,
    RejectsFileForm,
    RemiseMonthForm,
    RevocationForm,
    SignatureForm,
)
from logement.models import ContratOccupation, LigneRemise, MandatPrelevement, PartieContrat, RemisePrelevement
from logement.rules.releve import masked_iban, pain_rejects
from logement.views.parc import chosen_residence
from residence.actions.journal import record
from residence.components import Badge, Column, Row, Table
from residence.imports import FILE_BYTES
from residence.models import EntreeJournal, Residence
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.queries.banner import banner_for
from residence.rules.dates import add_months, month_start
from residence.rules.money import ZERO, euros

PER_PAGE = 50
MANAGE = Permission.PRELEVEMENT_MANAGE
St = RemisePrelevement.Status
BADGES = {
    St.MADE: Badge("à remettre à la banque", "soon"),
    St.BOOKED: Badge("passée en compte", "done"),
    St.CANCELLED: Badge("annulée", "plain"),
}


def _remises(request: HttpRequest) -> Any:
    return RemisePrelevement.objects.visible_to(request.user, MANAGE).select_related("residence", "made_by")


def _remise(request: HttpRequest, remise_id: int) -> Any:
    return get_object_or_404(_remises(request), pk=remise_id)


@require_http_methods(["GET"])
@require_permission(MANAGE)
def remise_list(request: HttpRequest) -> HttpResponse:
    """The remises handed to the bank, and where to prepare the next."""
    residences: Any = Residence.objects.visible_to(request.user, MANAGE)
    if residence_id := chosen_residence(request):
        residences = residences.filter(pk=residence_id)
    rows = _remises(request).filter(residence__in=residences).defer("content")
    rows = rows.annotate(rejected=Count("lignes", filter=Q(lignes__rejected_on__isnull=False)))
    page = Paginator(rows.order_by("-made_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    table = Table(
        "Remises de prélèvements",
        (
            Column("Remise", "main"),
            Column("Mois"),
            Column("Prélevée le", "date", word="prélevée le"),
            Column("Prélèvements", "number", word="prélèvements"),
            Column("Rejets", "number", word="rejets"),
            Column("État", "tags"),
            Column("Total", "money"),
        ),
        tuple(
            Row(
                (
                    one.message_id,
                    month_name(one.month),
                    one.collected_on,
                    one.count,
                    one.rejected or None,
                    BADGES[one.status],
                    one.total,
                ),
                one.get_absolute_url(),
            )
            for one in page
        ),
    )
    context = {"page": page, "table": table, "residences": residences}
    return render(request, "logement/remise_list.html", context)


@require_http_methods(["GET"])
@require_permission(MANAGE)
def mandat_list(request: HttpRequest) -> HttpResponse:
    """The mandates: signed, to sign, lapsed, revoked."""
    rows = MandatPrelevement.objects.visible_to(request.user, MANAGE)
    if residence_id := chosen_residence(request):
        rows = rows.filter(contrat__sejour__residence=residence_id)
    rows = rows.select_related("contrat__sejour__menage", "contrat__place").order_by("contrat__place__code", "-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    table = Table(
        "Mandats de prélèvement",
        (
            Column("Ménage", "main"),
            Column("Place", "code", word="place"),
            Column("Mandat", word="mandat"),
            Column("Compte", "minor"),
            Column("Signé le", "date", word="signé le"),
            Column("Dernier prélèvement", "date", word="dernier le"),
            Column("État", "tags"),
        ),
        tuple(
            Row(
                (
                    str(one.contrat.sejour.menage),
                    one.contrat.place.code,
                    one.rum,
                    masked_iban(one.iban),
                    one.signed_on,
                    one.last_collected_on,
                    mandat_badge(one),
                ),
                one.get_absolute_url(),
            )
            for one in page
        ),
    )
    return render(request, "logement/mandat_list.html", {"page": page, "table": table})


def mandat_badge(mandat: MandatPrelevement) -> Badge:
    if mandat.revoked_on:
        return Badge("révoqué")
    until = mandat.usable_until
    if until is None:
        return Badge("à signer", "soon")
    return Badge("caduc", "late") if until < today() else Badge("en cours", "done")


@require_http_methods(["GET", "POST"])
@require_permission(MANAGE)
def mandat_create(request: HttpRequest, contrat_id: int) -> HttpResponse:
    """Prepare the mandate of a contract; the one that it has is shown."""
    rows = ContratOccupation.objects.visible_to(request.user, MANAGE)
    contrat: Any = get_object_or_404(rows.select_related("sejour__menage", "sejour__residence"), pk=contrat_id)
    existing = MandatPrelevement.objects.filter(contrat=contrat, revoked_on=None).first()
    if existing is not None:
        return redirect(existing)
    back = reverse("logement:compte_detail", args=[contrat.sejour_id])
    holder = PartieContrat.objects.filter(contrat=contrat, capacity="titulaire").select_related("personne").first()
    name = str(holder.personne) if holder and not contrat.sejour.menage.is_masked else ""
    form = MandatForm(request.POST or None, back=back, initial={"holder": name})
    if request.method == "POST" and form.is_valid():
        try:
            mandat = create_mandat(by=request.user, contrat=contrat, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Le mandat est prêt : imprimez-le, faites-le signer, puis notez la signature.")
            return redirect(mandat)
    context = {"form": form, "contrat": contrat, "banner": banner_for(request.user, contrat.sejour.menage)}
    return render(request, "logement/mandat_create.html", context)


def _mandat(request: HttpRequest, mandat_id: int) -> Any:
    rows = MandatPrelevement.objects.visible_to(request.user, MANAGE)
    related = ("contrat__sejour__menage", "contrat__sejour__residence", "contrat__place", "document__residence")
    return get_object_or_404(rows.select_related(*related), pk=mandat_id)


@require_http_methods(["GET", "POST"])
@require_permission(MANAGE)
def mandat_detail(request: HttpRequest, mandat_id: int) -> HttpResponse:
    """A mandate: its references, its paper, its signature, what was collected under it."""
    mandat = _mandat(request, mandat_id)
    back = reverse("logement:mandat_list")
    form = None
    if mandat.signed_on is None and mandat.revoked_on is None:
        form = SignatureForm(request.POST or None, back=back)
        if request.method == "POST" and form.is_valid():
            try:
                sign_mandat(by=request.user, mandat=mandat, **form.cleaned_data)
            except ValidationError as error:
                put_errors(form, error)
            else:
                messages.success(request, "Signature notée : le prochain avis annoncera le prélèvement.")
                return redirect(mandat)
    masked = mandat.contrat.sejour.menage.is_masked
    context = {
        "mandat": mandat,
        "form": form,
        "badge": mandat_badge(mandat),
        "iban": masked_iban(mandat.iban) if masked else " ".join(_fours(mandat.iban)),
        "holder": "" if masked else mandat.holder,
        "lignes": mandat.lignes.select_related("remise", "avis").defer("remise__content").order_by("-pk")[:12],
        "banner": banner_for(request.user, mandat.contrat.sejour.menage),
    }
    return render(request, "logement/mandat_detail.html", context)


def _fours(text: str) -> list[str]:
    return [text[at : at + 4] for at in range(0, len(text), 4)]


@require_http_methods(["GET", "POST"])
@require_permission(MANAGE)
def mandat_revoke(request: HttpRequest, mandat_id: int) -> HttpResponse:
    """End a mandate."""
    mandat = _mandat(request, mandat_id)
    if mandat.revoked_on is not None:
        messages.info(request, "Ce mandat est déjà révoqué.")
        return redirect(mandat)
    form = RevocationForm(request.POST or None, back=mandat.get_absolute_url())
    if request.method == "POST" and form.is_valid():
        try:
            revoke_mandat(by=request.user, mandat=mandat, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Le mandat est révoqué : plus rien n’est prélevé par lui.")
            return redirect(mandat)
    context = {"form": form, "mandat": mandat, "banner": banner_for(request.user, mandat.contrat.sejour.menage)}
    return render(request, "logement/mandat_revoke.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(MANAGE)
def remise_make(request: HttpRequest, residence_id: int) -> HttpResponse:
    """What is to be collected for a month, and the file of it."""
    rows: Any = Residence.objects.visible_to(request.user, MANAGE)
    residence = get_object_or_404(rows, pk=residence_id)
    month_form = RemiseMonthForm(request.GET)
    month = (month_form.cleaned_data.get("mois") if month_form.is_valid() else None) or add_months(
        month_start(today()), -1
    )
    if request.method == "POST":
        try:
            remise = make_remise(by=request.user, residence=residence, month=month)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            if remise is not None:
                messages.success(request, f"Remise {remise.message_id} prête : téléchargez son fichier pour la banque.")
                return redirect(remise)
            messages.info(request, f"Rien de nouveau n’est à prélever pour {month_name(month)}.")
        return redirect(f"{reverse('logement:remise_make', args=[residence.pk])}?mois={month:%Y-%m}")
    found = to_collect(residence, month)
    total = sum((avis.to_pay for avis, _ in found), ZERO)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    table = Table(
        "À prélever",
        (
            Column("Ménage", "main"),
            Column("Place", "code", word="place"),
            Column("Mandat", word="mandat"),
            Column("Annoncé pour le", "date", word="annoncé pour le"),
            Column("À prélever", "money"),
        ),
        tuple(
            Row(
                (
                    str(avis.contrat.sejour.menage),
                    avis.contrat.place.code,
                    mandat.rum,
                    avis.collect_on,
                    avis.to_pay,
                ),
                avis.get_absolute_url(),
            )
            for avis, mandat in page
        ),
    )
    context = {
        "residence": residence,
        "month": month,
        "form": month_form,
        "page": page,
        "table": table,
        "total": total,
        "remises": _remises(request).filter(residence=residence, month=month).defer("content"),
    }
    return render(request, "logement/remise_make.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(MANAGE)
def remise_detail(request: HttpRequest, remise_id: int) -> HttpResponse:
    """A remise, debit by debit; the bank's report is read here."""
    remise = _remise(request, remise_id)
    form = RejectsFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            rejects = pain_rejects(form.cleaned_data["file"].read(FILE_BYTES))
            done, unknown = reject_all(by=request.user, remise=remise, rejects=rejects, on=form.cleaned_data["on"])
        except ValueError as error:
            form.add_error("file", error.args[0])
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"{done} rejet{'s' if done > 1 else ''} noté{'s' if done > 1 else ''}.")
            if unknown:
                messages.warning(request, f"Pas de cette remise : {', '.join(unknown[:5])}.")
            return redirect(remise)
    lignes = remise.lignes.select_related("avis__contrat__sejour__menage", "avis__contrat__place", "mandat")
    page = Paginator(lignes.order_by("avis__contrat__place__code", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    table = Table(
        "Prélèvements de la remise",
        (
            Column("Ménage", "main"),
            Column("Place", "code", word="place"),
            Column("Mandat", word="mandat"),
            Column("Compte", "minor"),
            Column("État", "tags"),
            Column("Montant", "money"),
        ),
        tuple(
            Row(
                (
                    str(one.avis.contrat.sejour.menage),
                    one.avis.contrat.place.code,
                    f"{one.mandat.rum}{', premier' if one.is_first else ''}",
                    masked_iban(one.mandat.iban),
                    _ligne_badge(one),
                    one.amount,
                ),
                "" if one.dropped else reverse("logement:prelevement_reject", args=[one.pk]),
            )
            for one in page
        ),
    )
    context = {
        "remise": remise,
        "badge": BADGES[remise.status],
        "page": page,
        "table": table,
        "form": form,
        "may_book": remise.status == St.MADE and remise.collected_on <= today(),
    }
    return render(request, "logement/remise_detail.html", context)


def _ligne_badge(ligne: LigneRemise) -> Badge:
    if ligne.rejected_on:
        return Badge(f"rejeté : {ligne.rejected_reason}", "late")
    if ligne.dropped:
        return Badge("annulé")
    return Badge("prélevé", "done") if ligne.encaissement_id else Badge("en cours", "information")


@require_http_methods(["POST"])
@require_permission(MANAGE)
def remise_download(request: HttpRequest, remise_id: int) -> HttpResponse:
    """The file for the bank, the same each time; the journal keeps who took it."""
    remise = _remise(request, remise_id)
    record(
        "remise.export",
        by=request.user,
        target=remise,
        residence=remise.residence,
        kind=EntreeJournal.Kind.EXPORT,
        count=remise.count,
    )
    response = HttpResponse(remise.content.encode(), content_type="application/xml")
    response["Content-Disposition"] = f'attachment; filename="{remise.message_id}.xml"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["POST"])
@require_permission(MANAGE)
def remise_book(request: HttpRequest, remise_id: int) -> HttpResponse:
    """Enter the debits in the accounts."""
    remise = _remise(request, remise_id)
    try:
        book_remise(by=request.user, remise=remise)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"{euros(remise.total)} passés en compte ; quittances et reçus sont édités.")
    return redirect(remise)


@require_http_methods(["GET", "POST"])
@require_permission(MANAGE)
def remise_cancel(request: HttpRequest, remise_id: int) -> HttpResponse:
    """Give up a remise that was not handed to the bank."""
    remise = _remise(request, remise_id)
    if remise.status != St.MADE:
        messages.info(request, f"Cette remise est {remise.get_status_display()}.")
        return redirect(remise)
    form = ReasonForm(
        request.POST or None,
        submit="Annuler la remise",
        back=remise.get_absolute_url(),
        help_text="Seulement si la banque n’a pas reçu le fichier.",
    )
    if request.method == "POST" and form.is_valid():
        try:
            cancel_remise(by=request.user, remise=remise, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "La remise est annulée : ses termes peuvent être prélevés par une autre.")
            return redirect(remise)
    return render(request, "logement/remise_cancel.html", {"form": form, "remise": remise})


@require_http_methods(["GET", "POST"])
@require_permission(MANAGE)
def prelevement_reject(request: HttpRequest, prelevement_id: int) -> HttpResponse:
    """Bring back one debit by hand."""
    rows = LigneRemise.objects.visible_to(request.user, MANAGE)
    related = ("avis__contrat__sejour__menage", "avis__contrat__place", "remise", "mandat")
    ligne: Any = get_object_or_404(rows.select_related(*related).defer("remise__content"), pk=prelevement_id)
    if ligne.dropped:
        messages.info(request, "Ce prélèvement est déjà rejeté ou annulé.")
        return redirect(ligne.remise)
    form = RejectForm(request.POST or None, back=ligne.remise.get_absolute_url())
    if request.method == "POST" and form.is_valid():
        try:
            reject_ligne(by=request.user, ligne=ligne, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Rejet noté : le terme est de nouveau à payer, sans frais.")
            return redirect(ligne.remise)
    context = {"form": form, "ligne": ligne, "banner": banner_for(request.user, ligne.avis.contrat.sejour.menage)}
    return render(request, "logement/prelevement_reject.html", context)
