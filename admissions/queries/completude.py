"""The pieces of a file, and what stops it from going to the commission."""

import datetime
from dataclasses import dataclass

from admissions.models import EntretienPreadmission, Orientation, PieceCandidature
from admissions.rules.admissibilite import Completeness, Item, completeness, last_valid_day, piece_is_valid
from residence.components import Badge
from residence.models import PieceJointe, PieceRequise, Ressource, Route
from residence.models.base import today

MISSING = Badge("manque", "soon")
RECEIVED = Badge("reçue", "done")
EXPIRED = Badge("périmée", "late")
NOT_NEEDED = Badge("sans objet", "plain")


@dataclass(frozen=True)
class PieceState:
    """A piece that the dispositif asks for, and where it stands in the file."""

    piece: PieceRequise
    held: PieceCandidature | None
    badge: Badge
    attached: PieceJointe | None = None  # the file, also one added from the page of the household's documents

    @property
    def is_present(self) -> bool:
        return self.badge in (RECEIVED, NOT_NEEDED)

    @property
    def holds_until(self) -> datetime.date | None:
        """The last day on which the piece holds, where it is known."""
        if self.held is None or self.held.received_on is None:
            return None
        return last_valid_day(
            issued_on=self.held.received_on,
            expires_on=self.held.expires_on,
            validity_months=self.piece.validity_months,
        )


def pieces_of(orientation: Orientation, day: datetime.date | None = None) -> list[PieceState]:
    """Every piece that the dispositif asks for, in its order, as it stands on `day` (today)."""
    held = {piece.piece_id: piece for piece in orientation.pieces.all()}
    files = {
        file.piece_requise_id: file
        for file in PieceJointe.objects.filter(
            menage=orientation.menage_id, piece_requise__dispositif=orientation.dispositif_id, withdrawn_at=None
        ).order_by("pk")
    }
    return [
        PieceState(piece, held.get(piece.pk), _badge(piece, held.get(piece.pk), day or today()), files.get(piece.pk))
        for piece in orientation.dispositif.pieces.all()
    ]


def _badge(piece: PieceRequise, held: PieceCandidature | None, day: datetime.date) -> Badge:
    if held is None:
        return MISSING
    if held.not_needed_reason:
        return NOT_NEEDED
    if held.received_on is None:
        return MISSING
    valid = piece_is_valid(
        on=day, issued_on=held.received_on, expires_on=held.expires_on, validity_months=piece.validity_months
    )
    return RECEIVED if valid else EXPIRED


def completeness_of(orientation: Orientation) -> Completeness:
    """How far a file is, and what stops it: interview, resources, the CCAS's evaluation, mandatory pieces."""
    entretien = EntretienPreadmission.objects.filter(orientation=orientation).first()
    reference = (
        orientation.menage.membres.filter(end_on__isnull=True, tie="reference").select_related("personne").first()
    )
    items = [Item("l’entretien de préadmission n’est pas encore tenu", bool(entretien and entretien.held_on))]
    if orientation.route == Route.CCAS:
        items.append(Item("l’évaluation sociale du CCAS n’est pas au dossier", bool(orientation.social_evaluation)))
    known = bool(entretien and entretien.without_resources)
    known = known or Ressource.objects.in_force().filter(menage=orientation.menage_id).exists()
    items.append(Item("les ressources ne sont pas saisies", known))
    born = bool(reference and reference.personne.born_on)
    items.append(Item("la date de naissance de la personne de référence manque", born, is_mandatory=False))
    wished = bool(entretien and entretien.wished_categorie_id)
    items.append(Item("la place envisagée n’est pas choisie", wished, is_mandatory=False))
    proposed = bool(entretien and entretien.proposal)
    items.append(Item("la proposition à la commission n’est pas écrite", proposed, is_mandatory=False))
    for state in pieces_of(orientation):
        lacking = "est périmée" if state.badge == EXPIRED else "manque"
        items.append(Item(f"« {state.piece.name} » {lacking}", state.is_present, state.piece.is_mandatory))
    return completeness(items)
