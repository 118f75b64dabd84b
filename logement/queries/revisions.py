"""What the yearly revision makes of each tariff of a résidence, before it is done and after."""

import datetime
import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Max, Q

from logement.models import AvisEcheance, CategoriePlace, IndiceIRL, Place, RevisionRedevance, Tarif
from logement.queries.tarifs import Maxima, Maximum, in_force
from logement.rules.irl import (
    FIXED_YEARS,
    PUBLISHED,
    FixedYear,
    Index,
    reference_indices,
    reference_quarters,
    revised_parts,
)
from residence.models import Residence
from residence.rules.dates import add_months, eve
from residence.rules.money import ZERO, euros, percent


@dataclass(frozen=True)
class Basis:
    """What a year is revised by: an old and a new index, or 1 and a ratio; `text` says it, `short` in a reason."""

    old: Decimal
    new: Decimal
    text: str
    short: str
    by_index: bool

    @property
    def is_frozen(self) -> bool:
        return not self.by_index and self.old == self.new


@dataclass(frozen=True)
class Line:
    """A category: its tariff of the eve, and what it becomes; `left` says why it stays as it is."""

    categorie: CategoriePlace
    codes: tuple[str, ...]
    old: Tarif | None
    rent: Decimal = ZERO
    charges: Decimal = ZERO
    services: Decimal = ZERO
    maximum: Maximum | None = None
    left: str = ""
    note: str = ""

    @property
    def redevance(self) -> Decimal:
        return self.rent + self.charges + self.services

    @property
    def change(self) -> Decimal:
        return self.redevance - self.old.redevance if self.old is not None else ZERO

    @property
    def is_changed(self) -> bool:
        return not self.left and self.old is not None and (self.old.rent, self.old.charges) != (self.rent, self.charges)


@dataclass(frozen=True)
class Revision:
    """The revision of a résidence for a year. `stopped`: why it cannot be done, empty when it can."""

    residence: Residence
    year: int
    effective_on: datetime.date
    kept: RevisionRedevance | None
    basis: Basis | None
    lines: Sequence[Line] = field(default_factory=list)
    stopped: str = ""
    called_until: datetime.date | None = None

    @property
    def is_applied(self) -> bool:
        return self.kept is not None and self.kept.applied_at is not None

    @property
    def is_late(self) -> bool:
        return self.effective_on > datetime.date(self.year, 1, 1)

    @property
    def changed(self) -> list[Line]:
        return [line for line in self.lines if line.is_changed]

    @property
    def fingerprint(self) -> str:
        """Changes with any amount or day shown: a confirmation is worth what its reader saw."""
        seen = [(line.categorie.pk, line.rent, line.charges, line.services, line.left) for line in self.lines]
        return hashlib.sha256(f"{self.effective_on} {seen}".encode()).hexdigest()[:16]


def quarter_name(quarter: str) -> str:
    """« 2026-T2 » for 2026-Q2."""
    return quarter.replace("Q", "T")


def known_indices() -> list[Index]:
    """The indices that came with the program, those of the database in their place where it has them."""
    known = {index.quarter: index for index in PUBLISHED}
    for row in IndiceIRL.objects.all():
        quarter = row.quarter.replace("T", "Q")
        known[quarter] = Index(quarter, row.value, row.published_on)
    return list(known.values())


def national_year(year: int) -> FixedYear | None:
    """A year that the law fixed for everybody."""
    return next((fixed for fixed in FIXED_YEARS if fixed.year == year), None)


def basis_of(year: int, kept: RevisionRedevance | None, indices: Sequence[Index] | None = None) -> Basis:
    """What `year` is revised by. LookupError, with a French sentence, while an index is not known."""
    if kept is not None and kept.rate is not None:
        rate = kept.rate / 100
        said = f"Année gelée : {kept.reason}" if not rate else f"Taux fixé à {percent(rate)} : {kept.reason}"
        return Basis(Decimal(1), 1 + rate, said, said, by_index=False)
    fixed = national_year(year)
    if fixed is not None:
        return Basis(Decimal(1), fixed.ratio, fixed.reason, fixed.reason, by_index=False)
    if kept is not None and kept.old_index is not None and kept.new_index is not None:
        old, new = kept.old_index, kept.new_index
    else:
        try:
            old, new = reference_indices(year, indices=known_indices() if indices is None else indices)
        except LookupError as error:
            missing = quarter_name(str(error).rsplit(" ", 1)[-1])
            raise LookupError(f"L’IRL du trimestre {missing} manque : saisissez‑le ou importez‑le.") from None
    before, after = (quarter_name(quarter) for quarter in reference_quarters(year))
    change = new / old - 1
    sign = "+" if change > 0 else ""
    short = f"IRL {after} {_number(new)} sur {before} {_number(old)}, soit {sign}{percent(change)}"
    return Basis(old, new, f"{short}.", short, by_index=True)


def _number(value: Decimal) -> str:
    return f"{value:.2f}".replace(".", ",")


def revision_of(residence: Residence, year: int) -> Revision:
    """The revision of `year`: as it was done, or as it would be done now."""
    kept = RevisionRedevance.objects.filter(residence=residence, year=year).select_related("applied_by").first()
    if kept is not None and kept.effective_on is not None:
        return _applied(residence, year, kept, kept.effective_on)
    new_year = datetime.date(year, 1, 1)
    called: datetime.date | None = (
        AvisEcheance.objects.called().filter(contrat__sejour__residence=residence).aggregate(last=Max("month"))["last"]
    )
    late = called is not None and called >= new_year
    effective_on = add_months(called, 1) if late and called is not None else new_year
    known: dict[str, Any] = {
        "residence": residence,
        "year": year,
        "effective_on": effective_on,
        "kept": kept,
        "called_until": called if late else None,
    }
    try:
        basis = basis_of(year, kept)
    except LookupError as error:
        return Revision(**known, basis=None, stopped=str(error.args[0]))
    lines = _lines(residence, new_year, effective_on, basis)
    return Revision(**known, basis=basis, lines=lines, stopped=_stopped(year, effective_on, basis, lines))


def _stopped(year: int, effective_on: datetime.date, basis: Basis, lines: Sequence[Line]) -> str:
    if effective_on.year != year:
        return f"Les avis d’échéance de {year} sont tous confirmés : cette année ne se révise plus."
    if basis.is_frozen:
        return basis.text
    if all(line.left for line in lines):
        return "Aucun tarif n’est à réviser."
    return ""


def _codes(residence: Residence, day: datetime.date) -> dict[int, tuple[str, ...]]:
    codes: dict[int, list[str]] = defaultdict(list)
    open_on = Q(closed_on=None) | Q(closed_on__gt=day)
    rows = Place.objects.filter(open_on, categorie__residence=residence).order_by("code")
    for categorie, code in rows.values_list("categorie", "code"):
        codes[categorie].append(code)
    return {categorie: tuple(found) for categorie, found in codes.items()}


def _by_category(residence: Residence) -> list[tuple[CategoriePlace, list[Tarif]]]:
    tarifs: dict[int, list[Tarif]] = defaultdict(list)
    for tarif in Tarif.objects.filter(categorie__residence=residence).order_by("valid_from"):
        tarifs[tarif.categorie_id].append(tarif)
    categories = CategoriePlace.objects.filter(residence=residence).order_by("name")
    return [(one, tarifs[one.pk]) for one in categories]


def _lines(residence: Residence, new_year: datetime.date, effective_on: datetime.date, basis: Basis) -> list[Line]:
    codes, maxima = _codes(residence, effective_on), Maxima(residence)
    lines = []
    for categorie, tarifs in _by_category(residence):
        places = codes.get(categorie.pk, ())
        old: Tarif | None = in_force(tarifs, eve(effective_on))
        by_hand = next((one for one in tarifs if new_year <= one.valid_from <= effective_on), None)
        if by_hand is not None:
            left = f"Tarif déjà fixé au {by_hand.valid_from:%d/%m/%Y}"
            now = in_force(tarifs, effective_on) or by_hand
            lines.append(Line(categorie, places, old or now, now.rent, now.charges, now.services, left=left))
            continue
        if old is None:
            if places:
                lines.append(Line(categorie, places, None, left="Aucun tarif"))
            continue
        maximum = maxima.on(categorie.type_logement, effective_on)
        parts = revised_parts(
            rent=old.rent,
            charges=old.charges,
            old_index=basis.old,
            new_index=basis.new,
            ceiling=maximum.amount if maximum else None,
        )
        if basis.is_frozen:
            lines.append(Line(categorie, places, old, old.rent, old.charges, old.services, maximum, left="Année gelée"))
            continue
        capped = f"Ramené au maximum de {euros(maximum.amount)} ({maximum.source})" if maximum else ""
        lines.append(
            Line(
                categorie,
                places,
                old,
                parts.rent,
                parts.charges,
                old.services,
                maximum,
                note=capped if parts.is_capped else "",
            )
        )
    return lines


def _applied(residence: Residence, year: int, kept: RevisionRedevance, effective_on: datetime.date) -> Revision:
    codes = _codes(residence, effective_on)
    lines = []
    for categorie, tarifs in _by_category(residence):
        old: Tarif | None = in_force(tarifs, eve(effective_on))
        new: Tarif | None = in_force(tarifs, effective_on)
        if new is None:
            continue
        left = "" if new.revision_id == kept.pk else "Hors de cette révision"
        places = codes.get(categorie.pk, ())
        lines.append(Line(categorie, places, old, new.rent, new.charges, new.services, left=left))
    return Revision(residence, year, effective_on, kept, basis_of(year, kept), lines)


def year_to_revise(day: datetime.date) -> int:
    """The year whose 1 January is prepared on `day`: the next one from July on, when its index comes out."""
    return day.year + 1 if day.month >= 7 else day.year
