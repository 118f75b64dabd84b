"""The monthly list of the APL that the CAF or the MSA pays to the manager: its columns, its lines, their months.

Source: CCH, L.832-1 and L.832-2 (payment to the manager), R.823-10 to R.823-14 (first and last month of the right),
L.823-6 (a departure is told without delay), L.823-9 (what was paid too much is taken back).
"""

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from residence.rules.colonnes import Champ, Champs, bare
from residence.rules.dates import add_months, eve, month_end, month_start
from residence.rules.money import ZERO, split

CHAMPS = Champs(
    (
        Champ(
            "caf_number",
            "Numéro d’allocataire",
            "n allocataire, no allocataire, numero allocataire, allocataire, n caf, numero caf, matricule, matricule "
            "caf, num allocataire, identifiant allocataire",
        ),
        Champ(
            "full_name",
            "Nom et prénom, dans une cellule",
            "nom prenom, nom et prenom, nom prenoms, nom et prenoms, identite, beneficiaire, nom de l allocataire, "
            "nom allocataire",
        ),
        Champ("last_name", "Nom", "nom de famille, nom usuel"),
        Champ("first_names", "Prénoms", "prenom, prenoms"),
        Champ(
            "amount",
            "Montant versé",
            "montant, montant apl, apl, montant paye, montant du mois, montant mensuel, droit, montant du droit, "
            "total, net verse, montant net",
        ),
        Champ("recall", "Rappel", "rappels, regularisation, montant rappel, rappel apl"),
        Champ(
            "overpaid",
            "Trop-perçu retenu",
            "trop percu, indu, indus, retenue, retenues, recuperation, montant indu, reprise",
        ),
        Champ("month", "Mois", "periode, mois de droit, mois du droit, mois concerne, echeance, mois paye"),
        Champ("month_from", "Du mois", "debut, du, periode du, date debut, mois debut, debut de periode"),
        Champ("month_to", "Au mois", "fin, au, periode au, date fin, mois fin, fin de periode"),
        Champ("nature", "Nature de la ligne", "nature, type, libelle, motif, type de ligne, code"),
    )
)

_MONTHS = (
    *("janvier", "fevrier", "mars", "avril", "mai", "juin"),
    *("juillet", "aout", "septembre", "octobre", "novembre", "decembre"),
)
# What a line may span at most: older or longer is a typing error.
MOST_MONTHS = 36


class Nature(Enum):
    """What a line of the list is: the month's right, a right of past months paid late, one taken back."""

    PAYMENT = "payment"
    RECALL = "recall"
    OVERPAID = "overpaid"


@dataclass(frozen=True)
class Part:
    """An amount above zero, what it is, and the months it is for (first days, both included); None: not said."""

    nature: Nature
    amount: Decimal
    first_month: datetime.date | None
    last_month: datetime.date | None


def right_starts_on(*, entry_on: datetime.date, requested_on: datetime.date, from_alt: bool = False) -> datetime.date:
    """The first day of the right: of the month after the entry, not before the month of the request.

    Straight out of a home with temporary housing aid (ALT), of the month of the entry (CCH, R.823-10 and R.823-11).
    """
    met = month_start(entry_on) if from_alt else add_months(month_start(entry_on), 1)
    return max(met, month_start(requested_on))


def right_ends_on(*, left_on: datetime.date, is_death: bool = False) -> datetime.date:
    """The last day of the right: the eve of the month of departure; after a death, the end of its month (R.823-12)."""
    return month_end(left_on) if is_death else eve(month_start(left_on))


def caf_key(number: str) -> str:
    """A number of allocataire as it is compared: its figures, without the zeros before them nor the letter behind."""
    found = re.search(r"\d[\d .]*", number)
    return re.sub(r"\D", "", found[0]).lstrip("0") if found else ""


def months_in(text: str) -> tuple[datetime.date, datetime.date] | None:
    """The first and last months that a cell names; None when it names none.

    « 03/2026 », « 2026-03 », « 202603 », « mars 2026 », « 01/03/2026 », « 02/2026 - 03/2026 », « février-mars 2026 »,
    « du 01/02/2026 au 31/03/2026 ». ValueError, in French, for months that are no months or in the wrong order.
    """
    words = bare(text)
    found: list[datetime.date] = []
    figures = text.strip()
    for match in re.finditer(
        r"(?<!\d)(?:\d{1,2}[/.\-](?P<m1>\d{1,2})[/.\-](?P<y1>\d{4})|(?P<y2>\d{4})[/.\-](?P<m2>\d{1,2})(?:[/.\-]\d{1,2})?"
        r"|(?P<m3>\d{1,2})[/.\-](?P<y3>\d{4})|(?P<y4>20\d{2})(?P<m4>\d{2}))(?!\d)",
        figures,
    ):
        rank = next(one for one in "1234" if match[f"m{one}"])
        found.append(_month(int(match[f"y{rank}"]), int(match[f"m{rank}"])))
    if not found:
        named = [
            (match.start(), _MONTHS.index(month) + 1)
            for month in _MONTHS
            for match in re.finditer(rf"\b{month}\b", words)
        ]
        years = [int(one) for one in re.findall(r"\b20\d{2}\b", words)]
        if named and years:
            ordered = [month for _, month in sorted(named)]
            found = [
                _month(years[rank] if len(years) == len(ordered) else years[-1], month)
                for rank, month in enumerate(ordered)
            ]
            if len(years) == 1 and len(found) == 2 and found[0] > found[1]:
                found[0] = add_months(found[0], -12)
    if not found:
        return None
    if found[0] > found[-1]:
        raise ValueError("Les mois de la période sont à l’envers.")
    if add_months(found[0], MOST_MONTHS) < found[-1]:
        raise ValueError(f"Une ligne couvre {MOST_MONTHS} mois au plus.")
    return found[0], found[-1]


def _month(year: int, month: int) -> datetime.date:
    if not 1 <= month <= 12:
        raise ValueError("Ce mois n’existe pas.")
    return datetime.date(year, month, 1)


def nature_of(text: str, amount: Decimal) -> Nature:
    """What the words of a line, or the sign of its amount, make of it."""
    words = f" {bare(text)} "
    if amount < 0 or any(f" {word}" in words for word in ("trop", "indu", "retenue", "reprise", "recup")):
        return Nature.OVERPAID
    if any(f" {word}" in words for word in ("rappel", "regul", "complement")):
        return Nature.RECALL
    return Nature.PAYMENT


def parts_of(
    *,
    amount: Decimal,
    recall: Decimal,
    overpaid: Decimal,
    nature: str,
    months: tuple[datetime.date, datetime.date] | None,
    list_month: datetime.date,
) -> list[Part]:
    """What one line of the list of `list_month` pays and takes back; nil amounts are left out.

    A right that ends before the month of the list is a recall, whatever it is called. A recall or an amount taken back
    in a column of its own is for the months before the list unless the line says which.
    """
    first, last = months or (None, None)
    found = []
    if amount:
        kind = nature_of(nature, amount)
        if kind == Nature.PAYMENT and last is not None and last < list_month:
            kind = Nature.RECALL
        found.append(Part(kind, abs(amount), first, last))
    before = None if months is None or (first, last) == (list_month, list_month) else months
    for kind, value in ((Nature.RECALL, recall), (Nature.OVERPAID, overpaid)):
        if value:
            found.append(Part(kind, abs(value), *(before or (None, None))))
    return found


def share(
    amount: Decimal, months: Sequence[datetime.date], expected: Mapping[datetime.date, Decimal]
) -> dict[datetime.date, Decimal]:
    """The part of each month in an amount paid for several: what was expected of each when it adds up, else alike.

    Each part is whole cents, and the parts add up.
    """
    parts = [expected.get(month, ZERO) for month in months]
    if sum(parts, ZERO) != amount:
        parts = split(amount, [Decimal(1)] * len(months))
    return {month: part for month, part in zip(months, parts, strict=True) if part}


def months_paid(
    amount: Decimal, *, list_month: datetime.date, awaited: Mapping[datetime.date, Decimal]
) -> tuple[datetime.date, datetime.date]:
    """The months that a line which names none pays: those before the list's that add up with it to the cent, else its.

    `awaited`: by month, what is expected and not received yet.
    """
    total = awaited.get(list_month, ZERO)
    first = list_month
    while total < amount and (before := awaited.get(add_months(first, -1))):
        first = add_months(first, -1)
        total += before
    return (first, list_month) if total == amount and first < list_month else (list_month, list_month)
