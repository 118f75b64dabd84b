"""The entries of a period as the accountant takes them: the columns of the FEC, two lines an entry."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone

from logement.models import ClotureMensuelle, Ecriture, Encaissement, SchemaComptable
from logement.rules.comptabilite import DEFAULTS, JOURNALS, BookLine, Scheme, book_lines
from residence.exports import Column
from residence.models import Residence
from residence.rules.dates import month_end


def schemes_of(residence: Residence) -> dict[tuple[str, str], Scheme]:
    """The accounts of each kind of entry in a résidence: its own, else those that are proposed."""
    own = {
        (row.account, row.kind): Scheme(row.journal, row.debit, row.debit_label, row.credit, row.credit_label)
        for row in SchemaComptable.objects.filter(residence=residence)
    }
    return DEFAULTS | own


@dataclass(frozen=True)
class FecLine:
    """One line of the export, as the columns of the FEC name it (livre des procédures fiscales, A.47 A-1)."""

    entry: Ecriture
    line: BookLine
    journal: str
    piece: str
    closed: datetime.date | None

    @property
    def journal_label(self) -> str:
        return JOURNALS.get(self.journal, self.journal)

    @property
    def date(self) -> str:
        return f"{self.entry.dated_on:%Y%m%d}"

    @property
    def aux(self) -> str:
        return f"S{self.entry.sejour_id:06d}" if self.line.is_resident else ""

    @property
    def aux_label(self) -> str:
        return str(self.entry.sejour.menage) if self.line.is_resident else ""

    @property
    def valid_on(self) -> str:
        """An entry of a closed month is final, the day that it was written."""
        if self.closed is None or self.entry.dated_on > self.closed:
            return ""
        return f"{timezone.localdate(self.entry.recorded_at):%Y%m%d}"


COLUMNS = (
    Column("JournalCode", "journal"),
    Column("JournalLib", "journal_label"),
    Column("EcritureNum", "entry.pk"),
    Column("EcritureDate", "date"),
    Column("CompteNum", "line.account"),
    Column("CompteLib", "line.label"),
    Column("CompAuxNum", "aux"),
    Column("CompAuxLib", "aux_label", named=True),
    Column("PieceRef", "piece"),
    Column("PieceDate", "date"),
    Column("EcritureLib", "entry.label"),
    Column("Debit", "line.debit"),
    Column("Credit", "line.credit"),
    Column("EcritureLet", lambda row: ""),
    Column("DateLet", lambda row: ""),
    Column("ValidDate", "valid_on"),
    Column("Montantdevise", lambda row: ""),
    Column("Idevise", lambda row: ""),
)


def entries_of(residence: Residence, start: datetime.date, end: datetime.date) -> Iterator[FecLine]:
    """Two lines an entry dated from `start` to `end`, both included, in the order of the books."""
    schemes = schemes_of(residence)
    last = ClotureMensuelle.objects.filter(residence=residence).order_by("-month").first()
    closed = month_end(last.month) if last else None
    rows = (
        Ecriture.objects.filter(sejour__residence=residence, dated_on__gte=start, dated_on__lte=end)
        .select_related("sejour__menage", "reverses__encaissement", "encaissement", "avis__document__residence")
        .defer("avis__document__data")
        .order_by("dated_on", "pk")
    )
    for entry in rows.iterator(chunk_size=2000):
        scheme = schemes[(entry.account, _kind(entry.reverses or entry))]
        for line in book_lines(entry.amount, scheme):
            yield FecLine(entry, line, scheme.journal, _piece(entry), closed)


def _kind(entry: Ecriture) -> str:
    """The kind by which accounts are chosen: what a counter-entry takes back, and what a deposit pays, say it."""
    encaissement = entry.encaissement
    if encaissement is not None and encaissement.method == Encaissement.Method.DEPOSIT:
        return Ecriture.Kind.DEPOSIT_KEPT
    return str(entry.kind)


def _piece(entry: Ecriture) -> str:
    if entry.avis is not None and entry.avis.document is not None:
        return str(entry.avis.document.number)
    if entry.encaissement is not None:
        return entry.encaissement.cash_number or f"P{entry.encaissement.pk}"
    if entry.decaissement_id:
        return f"R{entry.decaissement_id}"
    return f"C{entry.contrat_id}" if entry.contrat_id else f"E{entry.pk}"


def total_of(residence: Residence, start: datetime.date, end: datetime.date) -> tuple[int, Decimal]:
    """How many entries there are, and what they come to on each side, in euros."""
    rows = Ecriture.objects.filter(sejour__residence=residence, dated_on__gte=start, dated_on__lte=end)
    up = rows.filter(amount__gt=0).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    down = rows.filter(amount__lt=0).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    return rows.count(), up - down
