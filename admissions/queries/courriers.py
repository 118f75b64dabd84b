"""To whom a letter about a household goes, and how it is greeted and signed."""

import datetime
from dataclasses import dataclass
from typing import Any

from residence.models import Mandataire, Menage, Partenaire, Personne, Residence, User
from residence.models.base import today

LINE_LENGTH = 38
LINES = 6

MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)

# Measures under which the mandataire stands in for the person; under the others they are at the person's side.
REPRESENTING = frozenset(
    {
        Mandataire.Measure.TUTELLE,
        Mandataire.Measure.HABILITATION,
        Mandataire.Measure.MANDAT,
    }
)


@dataclass(frozen=True)
class Addressee:
    """Who a letter is for: lines for the window, the greeting, a first sentence for a mandataire, who gets a copy.

    `copy_lines` are those of the window of the copy.
    """

    lines: tuple[str, ...]
    salutation: str
    formal_name: str
    mandate: str = ""
    copies: tuple[str, ...] = ()
    copy_lines: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        """What a letter keeps of its addressee."""
        return {
            "recipient_lines": list(self.lines),
            "salutation": self.salutation,
            "formal_name": self.formal_name,
            "mandate": self.mandate,
            "copies": list(self.copies),
            "copy_lines": list(self.copy_lines),
        }


def reference_of(menage: Menage) -> Personne | None:
    """The person of reference of a household today."""
    member = menage.membres.filter(end_on__isnull=True, tie="reference").select_related("personne").first()
    return member.personne if member else None


def receiving_mandataire(personne: Personne | None) -> Mandataire | None:
    """The mandataire who receives the person's letters today, if the measure says so."""
    if personne is None:
        return None
    return Mandataire.objects.in_force().filter(personne=personne, receives=True).first()


def addressee_of(menage: Menage, partenaire: Partenaire | None = None) -> Addressee:
    """Who a letter to this household is sent to, as its measure of protection says.

    A mandataire who stands in for the person gets the letter; one who is at their side gets it too, with a copy to the
    person. Without an address, the letter goes care of the partner who oriented the household, or by hand.
    """
    personne = reference_of(menage)
    name = personne.formal_name if personne else str(menage)
    salutation = f"{_civility(personne)},"
    own = _window(name, *_lines_of(menage, partenaire))
    mandataire = receiving_mandataire(personne)
    if mandataire is not None:
        stands_in = mandataire.measure in REPRESENTING
        return Addressee(
            lines=_window(
                mandataire.name,
                f"pour {name}",
                mandataire.address,
                f"{mandataire.postal_code} {mandataire.city}".strip(),
            ),
            salutation="Madame, Monsieur,",
            formal_name=name,
            mandate=f"Vous recevez ce courrier pour {name}, au titre de sa mesure de protection "
            f"({mandataire.get_measure_display()}).",
            copies=() if stands_in else (name,),
            copy_lines=() if stands_in else own,
        )
    return Addressee(lines=own, salutation=salutation, formal_name=name)


def _lines_of(menage: Menage, partenaire: Partenaire | None) -> list[str]:
    if menage.city:
        return menage.address_lines
    if partenaire is not None and partenaire.city:
        return [f"chez {partenaire.name}", *partenaire.address_lines]
    return [*menage.address_lines, "Remis en main propre"]


def addressee_partner(partenaire: Partenaire, contact: Any) -> Addressee:
    """Who a letter to the prescripteur is sent to."""
    lines = [partenaire.name]
    if contact is not None:
        lines.append(f"à l’attention de {contact.name}")
    return Addressee(
        lines=_window(*lines, *partenaire.address_lines),
        salutation="Madame, Monsieur,",
        formal_name=contact.name if contact else partenaire.name,
    )


def signatory_of(residence: Residence, by: User) -> dict[str, str]:
    """Who signs the résidence's letters: the signatory that it names, else the author."""
    if residence.signatory_name:
        return {"name": residence.signatory_name, "function": residence.signatory_title or residence.organisme}
    return {"name": by.get_full_name(), "function": by.function or residence.organisme}


def long_date(day: datetime.date) -> str:
    """« 3 décembre 2026 », « 1er mars 2026 »."""
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"


def place_and_date(residence: Residence, day: datetime.date | None = None) -> str:
    return f"{residence.city}, le {long_date(day or today())}"


def _civility(personne: Personne | None) -> str:
    if personne is None or personne.civility == Personne.Civility.UNKNOWN:
        return "Madame, Monsieur"
    return str(personne.get_civility_display())


def _window(*lines: str) -> tuple[str, ...]:
    """At most six lines of 38 signs, long ones folded at a space."""
    folded: list[str] = []
    for line in lines:
        rest = line.strip()
        while len(rest) > LINE_LENGTH:
            cut = rest.rfind(" ", 0, LINE_LENGTH + 1)
            cut = cut if cut > 0 else LINE_LENGTH
            folded.append(rest[:cut].strip())
            rest = rest[cut:].strip()
        if rest:
            folded.append(rest)
    return tuple(folded[:LINES])
