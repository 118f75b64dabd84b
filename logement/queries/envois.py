"""Which receipts may leave by e-mail, to which address, and what became of those that did."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from logement.models import EnvoiQuittance, PartieContrat, Quittance
from residence.models import Mandataire


@dataclass(frozen=True)
class Way:
    """How a receipt goes: `address` by e-mail, else on paper `because`."""

    address: str = ""
    because: str = ""


def ways_of(quittances: Iterable[Quittance]) -> dict[int, Way]:
    """By receipt: to the household's address where it agreed to that; never of a confidential one, nor past a guardian.

    Two queries, however many they are, where `sejour__menage` and `sejour__residence` are read already.
    """
    rows = list(quittances)
    menages = {row.sejour.menage_id for row in rows if row.sejour.menage.email_agreed_on}
    guarded: set[int] = set()
    if menages:
        held = PartieContrat.objects.filter(contrat__sejour__menage__in=menages)
        received = Mandataire.objects.in_force().filter(receives=True, personne__in=held.values("personne"))
        of_them = held.filter(personne__in=received.values("personne"))
        guarded = set(of_them.values_list("contrat__sejour__menage", flat=True))
    return {row.pk: _way(row, guarded) for row in rows}


def _way(quittance: Quittance, guarded: set[int]) -> Way:
    menage = quittance.sejour.menage
    if menage.is_confidential or quittance.sejour.residence.is_confidential:
        return Way(because="dossier confidentiel")
    if not menage.email:
        return Way(because="sans adresse électronique")
    if menage.email_agreed_on is None:
        return Way(because="n’a pas accepté le courriel")
    if menage.pk in guarded:
        return Way(because="reçue par le mandataire")
    return Way(menage.email)


def gone_by_email(quittances: Sequence[Quittance]) -> set[int]:
    """Those of `quittances` that left by e-mail, or are on their way."""
    rows = EnvoiQuittance.objects.filter(quittance__in=quittances, failed_at=None)
    return set(rows.values_list("quittance_id", flat=True))
