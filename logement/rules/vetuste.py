"""Wear: what is left of an element's value for who damaged it, by its age.

No text sets a grid for a logement-foyer: wear is never charged to the resident (C. civ., art. 1730 and 1755), and the
grid follows the contents that article 4 of décret n° 2016-382 of 30 March 2016 gives to one: a theoretical life span,
years without abatement, a yearly abatement, a share that is left in the end. The figures below are those of usage; each
résidence writes its own, dated. The grid proposes; a person decides.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from residence.rules.money import ZERO, cents, share

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Poste:
    """A line of the grid. `words`: what the name of an element holds, by which it is found; percents a year."""

    name: str
    words: tuple[str, ...]
    life_years: int
    free_years: int
    yearly_percent: Decimal
    residual_percent: Decimal


_ELECTRICITY = ("éclairage", "prise", "chauffage", "tableau", "détecteur", "interphone")
_PLUMBING = ("lavabo", "douche", "wc", "évier", "robinet", "miroir", "ventilation")
_KITS = ("drap", "couverture", "housse", "taie", "assiette", "verre", "couvert", "casserole", "poêle")
USUAL = tuple(
    Poste(name, words, life, free, Decimal(yearly), Decimal(residual))
    for name, words, life, free, yearly, residual in (
        ("Peintures et papiers peints", ("mur", "plafond", "peinture"), 7, 1, 15, 10),
        ("Sols", ("sol", "plinthe", "parquet"), 10, 1, 10, 10),
        ("Menuiseries, portes, fenêtres", ("porte", "fenêtre", "volet", "placard", "serrure"), 15, 2, 7, 10),
        ("Électricité, chauffage", _ELECTRICITY, 15, 2, 7, 10),
        ("Plomberie, sanitaires", _PLUMBING, 15, 2, 7, 10),
        ("Électroménager", ("plaque", "réfrigérateur", "four", "hotte", "lave"), 8, 1, 13, 10),
        ("Literie", ("lit", "matelas", "sommier"), 8, 0, 12, 10),
        ("Mobilier", ("table", "chaise", "armoire", "bureau", "buffet", "étagère"), 8, 1, 12, 10),
        ("Linge et vaisselle", _KITS, 3, 0, 33, 10),
        ("Clés et badges", ("clé", "badge", "boîte aux lettres"), 10, 10, 0, 100),
    )
)  # fmt: skip


def bare(text: str) -> str:
    """`text` in small letters, without accents."""
    return "".join(sign for sign in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(sign))


def poste_of(element: str, postes: Iterable[Poste], *, is_key: bool = False) -> Poste | None:
    """The line of the grid of an element: the one whose word stands first in its name; None where none does.

    A word is looked for at the beginning of a word of the name: « lit » is not in « qualité ». A key is a key, whatever
    it opens.
    """
    name = "cle" if is_key else bare(element)
    best: tuple[int, int, Poste] | None = None
    for poste in postes:
        for word in poste.words:
            place = f" {name}".replace("’", " ").replace("'", " ").find(f" {bare(word)}")
            if place >= 0 and (best is None or (place, -len(word)) < best[:2]):
                best = (place, -len(word), poste)
    return best[2] if best else None


def whole_years(since: date, until: date) -> int:
    """Whole years from one day to another; a 29 February has its birthday on 1 March. 0 where `until` is before."""
    years = until.year - since.year - ((until.month, until.day) < (since.month, since.day))
    return max(0, years)


def share_left(poste: Poste, *, installed_on: date | None, on: date) -> Decimal:
    """The share of a repair that may be charged on `on`, between 0 and 1, four decimals.

    Each whole year after the free ones takes the yearly abatement off; from the end of the life span, and never below
    before it, the residual share. An age that nobody knows is taken as past the life span: the reading that protects
    the resident.
    """
    residual = poste.residual_percent / HUNDRED
    if installed_on is None:
        return share(residual)
    years = whole_years(installed_on, on)
    if years >= poste.life_years:
        return share(residual)
    worn = poste.yearly_percent / HUNDRED * max(0, years - poste.free_years)
    return share(max(residual, Decimal(1) - worn, Decimal(0)))


def proposed(cost: Decimal, poste: Poste | None, *, installed_on: date | None, on: date) -> Decimal:
    """What may be kept of `cost` euros, rounded half up to the cent; nothing without a line of the grid.

    ValueError for a negative cost.
    """
    if cost < 0:
        raise ValueError("a cost is not negative")
    return cents(cost * share_left(poste, installed_on=installed_on, on=on)) if poste else ZERO
