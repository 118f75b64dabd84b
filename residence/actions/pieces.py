"""Attach a file to a household, and take it back."""

import datetime
import uuid
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from residence.actions.journal import record
from residence.actions.statuses import locked
from residence.duties import refresh_duties
from residence.models import Menage, Personne, PieceJointe, PieceRequise, Residence, User
from residence.models.documents import sha256_of
from residence.uploads import CleanFile, clean_upload, shown_name


def add_piece(
    *,
    by: User,
    menage: Menage,
    residence: Residence,
    upload: Any,
    name: str = "",
    piece_requise: PieceRequise | None = None,
    personne: Personne | None = None,
    expires_on: datetime.date | None = None,
) -> PieceJointe:
    """Keep `upload` (an UploadedFile, or a file cleaned already) with the household. Sent twice, it is kept once.

    ValidationError when its content is not a PDF, JPEG or PNG, is too big, or cannot be read.
    """
    # Cleaned before the transaction: a big file must not hold the household.
    clean = upload if isinstance(upload, CleanFile) else clean_upload(upload)
    with transaction.atomic():
        menage = locked(menage)
        digest = sha256_of(clean.content)
        same = PieceJointe.objects.filter(
            menage=menage, sha256=digest, withdrawn_at=None, piece_requise=piece_requise, personne=personne
        ).first()
        if same is not None:
            return same
        piece = PieceJointe(
            menage=menage,
            personne=personne,
            piece_requise=piece_requise,
            name=shown_name(name or getattr(upload, "name", None) or "", clean.suffix),
            content_type=clean.content_type,
            size=len(clean.content),
            sha256=digest,
            expires_on=expires_on,
            added_by=by,
        )
        piece.full_clean(exclude=["file"])
        piece.file.save(f"{uuid.uuid4().hex}{clean.suffix}", ContentFile(clean.content), save=False)
        piece.save()
        record("piece.add", by=by, target=piece, menage=menage, residence=residence, size=piece.size)
        refresh_duties(piece)
    return piece


@transaction.atomic
def withdraw_piece(*, by: User, piece: PieceJointe, residence: Residence) -> PieceJointe:
    """Take a file back: nobody opens it any more, and nothing is deleted."""
    piece = locked(piece)
    if piece.withdrawn_at is None:
        piece.withdrawn_at, piece.withdrawn_by = timezone.now(), by
        piece.save(update_fields=["withdrawn_at", "withdrawn_by"])
        record("piece.withdraw", by=by, target=piece, menage=piece.menage, residence=residence)
        refresh_duties(piece)
    return piece
