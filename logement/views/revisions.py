"""The yearly revision: what it makes of each tariff, how it is decided, done, and told."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from logement.actions.revisions import apply_revision, decide_revision, issue_revision_letters
from logement.forms.errors import put_errors
from logement.forms.revisions import DecideRevisionForm, RevisionYearForm
from logement.models import RevisionRedevance
from logement.queries.avis import print_papers
from logement.queries.revisions import Revision, quarter_name, revision_of, year_to_revise
from logement.rules.irl import reference_quarters
from logement.views.campagnes import pdf_response
from residence.actions.journal import record
from residence.components import Column, Row, Table
from residence.models import EntreeJournal, Residence
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.rules.money import euros


def _asked(request: HttpRequest, residence_id: int, permission: Permission) -> tuple[Residence, int]:
    rows: Any = Residence.objects.visible_to(request.user, permission)
    residence: Residence = get_object_or_404(rows, pk=residence_id)
    form = RevisionYearForm(request.GET)
    year = form.cleaned_data["annee"] if form.is_valid() else None
    return residence, year or year_to_revise(today())


def _address(name: str, residence: Residence, year: int) -> str:
    return f"{reverse(f'logement:{name}', args=[residence.pk])}?annee={year}"


def _table(revision: Revision) -> Table:
    return Table(
        "Montants par catégorie de place",
        (
            Column("Catégorie", "main"),
            Column("Places", "number", word="places :"),
            Column("Nouvelle redevance", "money"),
            Column("Avant", "money", word="avant"),
            Column("Écart", "money", word="écart"),
            Column("Dont loyer", "money", word="loyer"),
            Column("Dont charges", "money", word="charges"),
            Column("Dont prestations", "money", word="prestations"),
            Column("À savoir"),
        ),
        tuple(
            Row(
                (
                    line.categorie.name,
                    len(line.codes),
                    line.redevance if line.old else None,
                    line.old.redevance if line.old else None,
                    line.change or None,
                    line.rent if line.old else None,
                    line.charges if line.old else None,
                    line.services if line.old else None,
                    line.left or line.note or None,
                )
            )
            for line in revision.lines
        ),
    )


@require_http_methods(["GET"])
@require_permission(Permission.TARIF_VIEW)
def revision_detail(request: HttpRequest, residence_id: int) -> HttpResponse:
    """Every category's amount before and after the revision of a year."""
    residence, year = _asked(request, residence_id, Permission.TARIF_VIEW)
    revision = revision_of(residence, year)
    _, quarter = reference_quarters(year)
    may = request.user.holds(Permission.TARIF_EDIT, residence.pk)
    done = RevisionRedevance.objects.filter(residence=residence).exclude(year=year).order_by("-year")
    context = {
        "residence": residence,
        "year": year,
        "revision": revision,
        "quarter": quarter_name(quarter),
        "table": _table(revision),
        "lines": revision.lines,
        "others": done,
        "may_decide": may and not revision.is_applied,
        "can_apply": may and not revision.is_applied and not revision.stopped,
        "may_tell": revision.is_applied and request.user.holds(Permission.AVIS_ISSUE, residence.pk),
        "before": _address("revision_detail", residence, year - 1),
        "after": _address("revision_detail", residence, year + 1),
        "decide": _address("revision_decide", residence, year),
        "apply": _address("revision_apply", residence, year),
        "letters": _address("revision_letters", residence, year),
    }
    return render(request, "logement/revision_detail.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.TARIF_EDIT)
def revision_decide(request: HttpRequest, residence_id: int) -> HttpResponse:
    """Freeze a year, fix its rate by hand, or go back to the index."""
    residence, year = _asked(request, residence_id, Permission.TARIF_EDIT)
    back = _address("revision_detail", residence, year)
    kept = RevisionRedevance.objects.filter(residence=residence, year=year).first()
    initial: dict[str, Any] = {"mode": DecideRevisionForm.INDEX}
    if kept is not None and kept.rate is not None:
        mode = DecideRevisionForm.FROZEN if kept.is_frozen else DecideRevisionForm.FIXED
        initial = {"mode": mode, "rate": kept.rate or None, "reason": kept.reason}
    form = DecideRevisionForm(request.POST or None, year=year, back=back, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            decide_revision(by=request.user, residence=residence, year=year, **form.decision)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"C’est noté pour la révision de {year}.")
            return redirect(back)
    context = {"form": form, "residence": residence, "year": year, "back": back}
    return render(request, "logement/revision_decide.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.TARIF_EDIT)
def revision_apply(request: HttpRequest, residence_id: int) -> HttpResponse:
    """Write the new tariffs."""
    residence, year = _asked(request, residence_id, Permission.TARIF_EDIT)
    back = _address("revision_detail", residence, year)
    if request.method == "POST":
        try:
            applied = apply_revision(by=request.user, residence=residence, year=year, seen=request.POST.get("seen", ""))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            day = applied.revision.effective_on
            if applied.is_new:
                messages.success(request, f"Les tarifs sont révisés à partir du {day:%d/%m/%Y}. Éditez les lettres.")
            else:
                messages.info(request, f"La révision de {year} était déjà faite, au {day:%d/%m/%Y}.")
        return redirect(back)
    revision = revision_of(residence, year)
    if revision.is_applied or revision.stopped:
        messages.info(request, revision.stopped or f"La révision de {year} est déjà faite.")
        return redirect(back)
    facts = [
        f"{line.categorie.name} : {euros(line.old.redevance)} devient {euros(line.redevance)}"
        for line in revision.changed
        if line.old is not None
    ]
    context = {
        "residence": residence,
        "year": year,
        "revision": revision,
        "facts": facts or ["Aucun montant ne change."],
        "back": back,
    }
    return render(request, "logement/revision_apply.html", context)


@require_http_methods(["POST"])
@require_permission(Permission.AVIS_ISSUE)
def revision_letters(request: HttpRequest, residence_id: int) -> HttpResponse:
    """The letters to the residents in one PDF, in the order of the letter boxes."""
    residence, year = _asked(request, residence_id, Permission.AVIS_ISSUE)
    back = _address("revision_detail", residence, year)
    try:
        letters = issue_revision_letters(by=request.user, residence=residence, year=year)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(back)
    if not letters:
        messages.info(request, "Aucun résident ne voit sa redevance changer : il n’y a pas de lettre.")
        return redirect(back)
    name = f"Révision des redevances de {year}"
    content = print_papers(letters, title=name)
    record(
        "revision.print",
        by=request.user,
        residence=residence,
        kind=EntreeJournal.Kind.EXPORT,
        year=year,
        count=len(letters),
    )
    return pdf_response(content, name)
