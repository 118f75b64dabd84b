"""Decide what is kept of a deposit for a line of the exit; take a decision back."""

import datetime
import uuid
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from logement.models import EtatDesLieux, LigneEtatDesLieux, RetenueSortie
from logement.queries.retenues import grid_of, proposal, worsened_lines
from residence.actions.journal import record
from residence.models import User
from residence.models.documents import sha256_of
from residence.uploads import clean_upload, shown_name


def decide_retenue(
    *,
    by: User,
    ligne: LigneEtatDesLieux,
    cost: Decimal,
    poste: str,
    installed_on: datetime.date | None,
    proof_reference: str,
    amount: Decimal | None = None,
    reasons: str = "",
    proof: Any = None,
) -> RetenueSortie:
    """Keep a part of the deposit for a line that worsened: what the grid proposes, or another amount with its reasons.

    `proof`: an UploadedFile, the invoice or the estimate. ValidationError for personal furniture, a line that is no
    worse than at the entry, an exit that is not signed, or a line that has its deduction.
    """
    clean = clean_upload(proof) if proof else None
    with transaction.atomic():
        edl = (
            EtatDesLieux.objects.select_for_update(of=("self",))
            .select_related("contrat__sejour__menage", "contrat__sejour__residence", "contrat__place")
            .get(pk=ligne.etat_des_lieux_id)
        )
        if edl.kind != EtatDesLieux.Kind.EXIT or edl.status != EtatDesLieux.Status.SIGNED:
            raise ValidationError("Une retenue se décide sur un état des lieux de sortie signé.")
        if ligne.is_personal:
            raise ValidationError("C’est un meuble personnel du résident : il ne lui est jamais compté.")
        if ligne.pk not in {one.compared.line.pk for one in worsened_lines(edl)}:
            raise ValidationError("Cette ligne n’est pas en plus mauvais état qu’à l’entrée : il n’y a rien à retenir.")
        residence = edl.contrat.residence
        chosen = next((one for one in grid_of(residence, edl.made_on) if one.name == poste), None)
        if installed_on and installed_on > edl.made_on:
            raise ValidationError({"installed_on": "Posé après la sortie : vérifiez cette date."})
        said = proposal(cost=cost, poste=chosen, installed_on=installed_on, on=edl.made_on)
        row = RetenueSortie(
            ligne=ligne,
            cost=cost,
            poste=chosen.name if chosen else "",
            installed_on=installed_on,
            share=said.share,
            proposed=said.amount,
            amount=said.amount if amount is None else amount,
            reasons=reasons.strip(),
            proof_reference=proof_reference.strip(),
            decided_by=by,
        )
        if row.amount != row.proposed and not row.reasons:
            raise ValidationError({"reasons": "Dites pourquoi le montant n’est pas celui que la grille propose."})
        row.full_clean(exclude=["proof"])
        if clean is not None:
            row.proof_name = shown_name(getattr(proof, "name", "") or "justificatif", clean.suffix)
            row.proof_sha256 = sha256_of(clean.content)
            row.proof.save(f"{uuid.uuid4().hex}{clean.suffix}", ContentFile(clean.content), save=False)
        row.save()
        record(
            "retenue.decide",
            by=by,
            target=row,
            residence=residence,
            menage=edl.contrat.menage,
            proposed=row.proposed,
            amount=row.amount,
        )
    return row


@transaction.atomic
def cancel_retenue(*, by: User, retenue: RetenueSortie, reason: str) -> RetenueSortie:
    """Take a deduction back, with its reason; another may then be decided for its line."""
    row: RetenueSortie = (
        RetenueSortie.objects.select_for_update(of=("self",))
        .select_related("ligne__etat_des_lieux__contrat__sejour__menage")
        .get(pk=retenue.pk)
    )
    if row.cancelled_at is not None:
        raise ValidationError("Cette retenue est déjà annulée.")
    if not reason.strip():
        raise ValidationError({"reason": "Dites pourquoi la retenue est annulée."})
    row.cancelled_by, row.cancelled_at, row.cancelled_reason = by, timezone.now(), reason.strip()
    row.save(update_fields=["cancelled_by", "cancelled_at", "cancelled_reason"])
    contrat = row.ligne.etat_des_lieux.contrat
    record(
        "retenue.cancel",
        by=by,
        target=row,
        residence=contrat.residence,
        menage=contrat.menage,
        amount=row.amount,
    )
    return row
