"""Why a place suits a candidate, and why it does not: said for each, decided by a person."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from logement.rules.surfaces import minimal_surface
from residence.rules.money import NBSP

# Habitable rooms of a place by its type, kitchen left out; one for the others.
ROOMS = {"T2": 2, "T3": 3, "T4": 4, "T5": 5}
TWO = 2  # From two on, French takes the plural.

# Needs as admissions.models.Besoin writes them.
FAUTEUIL, REZ_DE_CHAUSSEE, SEUL, CALME, ANIMAL = "fauteuil", "rez_de_chaussee", "seul", "calme", "animal"


@dataclass(frozen=True, slots=True)
class Place:
    """A place as a candidate sees it. `free_on` is the first day it may be given; surfaces are in square metres.

    `least` and `most` are the surfaces that the dispositif allows for the type, bounds included. `reserved_for` is the
    partner whose candidates come first there, with its name.
    """

    dispositif: int
    dispositif_name: str
    type_code: str
    capacity: int
    surface: Decimal
    floor: int
    floor_name: str
    free_on: date
    accessible: bool = False
    shared: bool = False
    least: Decimal | None = None
    most: Decimal | None = None
    reserved_for: int | None = None
    reserved_name: str = ""
    has_tarif: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a candidate asks of a place. `ready_on`: the day they may come in, None for any.

    `stale`: what is missing or out of date in the file, in French; `derogations`: the criteria that wait for the
    direction. Both are told as the reader may know them.
    """

    dispositif: int
    dispositif_name: str
    persons: int
    needs: frozenset[str] = frozenset()
    type_code: str = ""
    partner: int | None = None
    ready_on: date | None = None
    stale: tuple[str, ...] = ()
    derogations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fit:
    """Reasons in French: `against` each one for which the place does not suit, `caution` what to see to first."""

    against: tuple[str, ...] = ()
    caution: tuple[str, ...] = ()
    favour: tuple[str, ...] = ()
    is_too_small: bool = False
    is_too_large: bool = False

    @property
    def fits(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.against

    @property
    def order(self) -> tuple[int, bool, int, int]:
        """Sorts the best first: of those that suit, one too large for the household comes after the others."""
        return len(self.against), self.is_too_large, len(self.caution), -len(self.favour)


def convenance(place: Place, candidate: Candidate) -> Fit:
    """What `place` is to `candidate`: every reason at once, none of them refuses anybody.

    Surfaces: CCH, R.822-25 (9 m² for one person, 16 for two, 9 more each, 70 at most), under which no APL is paid.
    Too large: over one habitable room more than persons, as CCH, L.621-2 says of a dwelling not occupied enough. It is
    for a larger household first, and may be given all the same.
    """
    against: list[str] = []
    caution: list[str] = []
    favour: list[str] = []
    persons, rooms = candidate.persons, ROOMS.get(place.type_code, 1)
    if candidate.dispositif != place.dispositif:
        against.append(f"attend une place du dispositif «{NBSP}{candidate.dispositif_name}{NBSP}»")
    if persons > place.capacity:
        against.append(f"prévue pour {_persons(place.capacity)}, le ménage en compte {persons}")
    elif rooms - persons > 1:
        caution.append(
            f"{rooms}{NBSP}pièces pour {_persons(persons)}{NBSP}: à garder d’abord pour un ménage plus grand"
        )
    elif place.capacity - persons >= TWO:
        caution.append(f"prévue pour {_persons(place.capacity)}, grande pour ce ménage")
    else:
        favour.append(f"prévue pour {_persons(place.capacity)}")
    least = minimal_surface(persons)
    if place.surface < least:
        against.append(
            f"{metres(place.surface)}{NBSP}: sous les {least}{NBSP}m² que l’APL demande pour {_persons(persons)}"
        )
    if _outside(place):
        against.append(f"{metres(place.surface)}{NBSP}: hors des surfaces que le dispositif admet pour ce type")
    _needs(place, candidate.needs, against, caution, favour)
    if candidate.type_code and candidate.type_code == place.type_code:
        favour.append("du type demandé")
    elif candidate.type_code:
        caution.append("d’un autre type que celui demandé")
    if place.reserved_for is not None:
        if candidate.partner == place.reserved_for:
            favour.append(f"réservée à {place.reserved_name}, qui oriente ce ménage")
        else:
            against.append(f"réservée aux ménages orientés par {place.reserved_name}")
    if candidate.ready_on is not None and candidate.ready_on > place.free_on:
        caution.append(
            f"prêt à entrer le {candidate.ready_on:%d/%m/%Y} seulement, la place est libre le {place.free_on:%d/%m/%Y}"
        )
    elif candidate.ready_on is not None and candidate.ready_on < place.free_on:
        caution.append(
            f"souhaite entrer dès le {candidate.ready_on:%d/%m/%Y}, la place est libre le {place.free_on:%d/%m/%Y}"
        )
    caution += candidate.stale
    caution += [f"dérogation attendue de la direction{NBSP}: {one}" for one in candidate.derogations]
    if not place.has_tarif:
        caution.append("pas de tarif en vigueur à cette date")
    return Fit(
        tuple(against),
        tuple(caution),
        tuple(favour),
        is_too_small=persons > place.capacity,
        is_too_large=rooms - persons > 1,
    )


def _needs(place: Place, needs: frozenset[str], against: list[str], caution: list[str], favour: list[str]) -> None:
    if FAUTEUIL in needs:
        if place.accessible:
            favour.append("accessible en fauteuil")
        else:
            against.append("pas accessible en fauteuil")
    if REZ_DE_CHAUSSEE in needs:
        if place.floor == 0 or place.accessible:
            favour.append(place.floor_name)
        else:
            against.append(f"au {place.floor_name}{NBSP}: rez-de-chaussée ou ascenseur demandé, à vérifier sur place")
    if SEUL in needs:
        if place.shared:
            against.append("dans un appartement partagé")
        else:
            favour.append("logement non partagé")
    if CALME in needs:
        caution.append("logement au calme demandé, à vérifier")
    if ANIMAL in needs:
        caution.append("animal de compagnie, voir avec la gestionnaire")


def _outside(place: Place) -> bool:
    below = place.least is not None and place.surface < place.least
    return below or (place.most is not None and place.surface > place.most)


def metres(surface: Decimal) -> str:
    """« 20,24 m² »."""
    return f"{surface:.2f}{NBSP}m²".replace(".", ",")


def _persons(count: int) -> str:
    return f"{count}{NBSP}personne{'s' if count >= TWO else ''}"
