"""Revise the tariffs of a résidence on 1 January, and tell the residents."""

import datetime
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from logement.actions.tarifs import set_tarif
from logement.models import CategoriePlace, ContratOccupation, RevisionRedevance, Tarif
from logement.queries.compte import box_order, place_and_date, recipients
from logement.queries.revisions import Revision, national_year, revision_of
from logement.queries.tarifs import in_force
from residence.actions.documents import current_modele, frozen, reserve_ranks
from residence.actions.journal import record
from residence.bulk import write_all
from residence.confidentiality import reading_as
from residence.duties import refresh_duties
from residence.models import DocumentEmis, DocumentKind, Residence, User
from residence.models.base import today
from residence.rules.dates import eve
from residence.rules.money import ZERO

LETTER_TEMPLATE = "logement/pdf/lettre_revision.html"
REASON_LENGTH = 200


def _held(residence: Residence) -> Residence:
    """The résidence, whose revisions nobody else touches until the end of the transaction."""
    return Residence.objects.select_for_update(no_key=True).get(pk=residence.pk)


@transaction.atomic
def decide_revision(
    *, by: User | None, residence: Residence, year: int, rate: Decimal | None, reason: str = ""
) -> RevisionRedevance | None:
    """Fix the rate of a year by hand, zero to freeze it, with its reason; None goes back to the index.

    ValidationError once the revision is done.
    """
    residence = _held(residence)
    row = RevisionRedevance.objects.filter(residence=residence, year=year).first()
    if row is None and rate is None:
        return None
    if row is not None and row.applied_at is not None:
        raise ValidationError(
            f"La révision de {year} est déjà faite : fixez un nouveau tarif si un montant doit changer."
        )
    if rate is not None and national_year(year) is not None:
        raise ValidationError(f"La loi a fixé l’année {year} pour tous.")
    row = row or RevisionRedevance(residence=residence, year=year)
    row.rate, row.reason = rate, reason.strip() if rate is not None else ""
    row.decided_by, row.decided_at = by, timezone.now()
    row.full_clean()
    row.save()
    record(
        "revision.decide",
        by=by,
        target=row,
        residence=residence,
        year=year,
        rate="IRL" if rate is None else rate,
        reason=row.reason,
    )
    refresh_duties(residence)
    return row


@dataclass(frozen=True)
class Applied:
    """A revision as it stands, and whether this call is the one that did it."""

    revision: Revision
    is_new: bool


@transaction.atomic
def apply_revision(*, by: User | None, residence: Residence, year: int, seen: str = "") -> Applied:
    """Write the tariffs of a year's revision, all of them or none; asked again, nothing more happens.

    From 1 January, or from the first month not called yet when that is later: what was called stays as it was.
    ValidationError while something is missing, or when the amounts are not those of the page whose fingerprint is
    `seen`.
    """
    residence = _held(residence)
    revision = revision_of(residence, year)
    if revision.is_applied:
        return Applied(revision, is_new=False)
    if revision.stopped or revision.basis is None:
        raise ValidationError(revision.stopped)
    if seen and seen != revision.fingerprint:
        raise ValidationError("Les tarifs ont changé depuis que vous avez ouvert cette page : relisez les montants.")
    basis = revision.basis
    row = revision.kept or RevisionRedevance(residence=residence, year=year, decided_by=by)
    if basis.by_index:
        row.old_index, row.new_index = basis.old, basis.new
    row.effective_on, row.applied_at, row.applied_by = revision.effective_on, timezone.now(), by
    row.full_clean()
    row.save()
    for line in revision.changed:
        reason = f"Révision annuelle {year}. {line.note or basis.short}"
        set_tarif(
            by=by,
            categorie=line.categorie,
            valid_from=revision.effective_on,
            rent=line.rent,
            charges=line.charges,
            services=line.services,
            reason=reason[:REASON_LENGTH],
            revision=row,
        )
    record(
        "revision.apply",
        by=by,
        target=row,
        residence=residence,
        year=year,
        effective_on=revision.effective_on,
        old_index=basis.old,
        new_index=basis.new,
        tarifs=len(revision.changed),
    )
    refresh_duties(residence)
    return Applied(revision_of(residence, year), is_new=True)


@transaction.atomic
def issue_revision_letters(*, by: User | None, residence: Residence, year: int) -> list[DocumentEmis]:
    """The letters that tell the residents their new redevance, in the order of the letter boxes; each is made once.

    For the contracts that run over the day of effect and whose redevance changes.
    """
    residence = _held(residence)
    row = RevisionRedevance.objects.filter(residence=residence, year=year).first()
    if row is None or row.effective_on is None:
        raise ValidationError(f"La révision de {year} n’est pas faite : il n’y a rien à annoncer.")
    revision = revision_of(residence, year)
    contrats = _told(residence, row.effective_on)
    letters = {
        letter.data["contrat"]: letter
        for letter in DocumentEmis.objects.filter(
            kind=DocumentKind.LETTRE_REVISION, residence=residence, data__year=year
        )
    }
    amounts = _Amounts(row)
    new = [one for one in contrats if one.pk not in letters and amounts.is_changed(one)]
    if new:
        day = today()
        modele = current_modele(residence, DocumentKind.LETTRE_REVISION, day)
        ranks = reserve_ranks(residence, DocumentKind.LETTRE_REVISION, day.year, count=len(new))
        with reading_as(None):
            lines = recipients(new)
            written = [
                frozen(
                    kind=DocumentKind.LETTRE_REVISION,
                    residence=residence,
                    rank=rank,
                    template=LETTER_TEMPLATE,
                    data=_letter(contrat, revision, amounts, lines[contrat.pk], day),
                    by=by,
                    target=contrat,
                    menage=contrat.sejour.menage,
                    on=day,
                    modele=modele,
                )
                for contrat, rank in zip(new, ranks, strict=True)
            ]
        write_all(written)
        letters |= {contrat.pk: letter for contrat, letter in zip(new, written, strict=True)}
        record("revision.issue", by=by, target=row, residence=residence, year=year, count=len(new))
    return [letters[one.pk] for one in contrats if one.pk in letters]


def _told(residence: Residence, effective_on: datetime.date) -> list[ContratOccupation]:
    """Contracts in force on the eve and on the day, as their letter boxes stand."""
    rows = (
        ContratOccupation.objects.filter(
            Q(end_on=None) | Q(end_on__gte=effective_on),
            sejour__residence=residence,
            status__in=[ContratOccupation.Status.RUNNING, ContratOccupation.Status.NOTICE],
            start_on__lt=effective_on,
        )
        .select_related("place__logement", "sejour__menage", "sejour__residence")
        .prefetch_related("joined_places")
    )
    return sorted(rows, key=lambda one: (box_order(one.place), one.pk))


class _Amounts:
    """What each contract pays on the eve of a revision and from its day, part by part."""

    PARTS = ("rent", "charges", "services")

    def __init__(self, row: RevisionRedevance) -> None:
        day: Any = row.effective_on
        tarifs: dict[int, list[Tarif]] = defaultdict(list)
        categories = CategoriePlace.objects.filter(residence=row.residence_id)
        for tarif in Tarif.objects.filter(categorie__in=categories):
            tarifs[tarif.categorie_id].append(tarif)
        self._old = {categorie: in_force(found, eve(day)) for categorie, found in tarifs.items()}
        self._new = {categorie: in_force(found, day) for categorie, found in tarifs.items()}

    def _sum(self, contrat: ContratOccupation, known: dict[int, Tarif | None]) -> dict[str, Decimal]:
        places = [contrat.place, *contrat.joined_places.all()]
        found = [known.get(place.categorie_id) for place in places]
        parts = {name: sum((getattr(one, name) for one in found if one), ZERO) for name in self.PARTS}
        return {**parts, "total": sum(parts.values(), ZERO)}

    def old(self, contrat: ContratOccupation) -> dict[str, Decimal]:
        return self._sum(contrat, self._old)

    def new(self, contrat: ContratOccupation) -> dict[str, Decimal]:
        return self._sum(contrat, self._new)

    def is_changed(self, contrat: ContratOccupation) -> bool:
        old = self.old(contrat)
        return bool(old["total"]) and old != self.new(contrat)


def _letter(
    contrat: ContratOccupation, revision: Revision, amounts: _Amounts, lines: list[str], day: datetime.date
) -> dict[str, Any]:
    """What a letter freezes."""
    residence = contrat.sejour.residence
    old, new = amounts.old(contrat), amounts.new(contrat)
    labels = {
        "rent": "équivalent de loyer",
        "charges": "équivalent de charges",
        "services": "prestations obligatoires",
    }
    return {
        "title": f"Révision de la redevance au {revision.effective_on:%d/%m/%Y}",
        "object": f"votre redevance à partir du {revision.effective_on:%d/%m/%Y}",
        "salutation": "Madame, Monsieur,",
        "closing": "Nous vous prions d’agréer nos salutations distinguées.",
        "reference": f"Place {contrat.place.code}",
        "place_and_date": place_and_date(residence, day),
        "recipient_lines": lines,
        "contrat": contrat.pk,
        "year": revision.year,
        "effective_on": revision.effective_on,
        "place": contrat.place.code,
        "rows": [
            {"label": label, "old": old[name], "new": new[name]}
            for name, label in labels.items()
            if old[name] or new[name]
        ],
        "old": old["total"],
        "new": new["total"],
        "basis": revision.basis.text if revision.basis else "",
        "by_index": bool(revision.basis and revision.basis.by_index),
        "signatory": {
            "name": residence.signatory_name or str(residence.organisme),
            "function": residence.signatory_title or "Le gestionnaire",
        },
    }
