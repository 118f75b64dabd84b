"""The agenda of a session: files put on it, in order, taken off it; the synthesis frozen for each."""

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from admissions.models import AvisMembre, Decision, LienMembre, Orientation, PassageCommission, SessionCommission
from admissions.models.orientations import OrientationStatus
from admissions.queries.commission import MEMBER_STAGES, returning_files, synthesis_of
from residence.actions.documents import issue_document
from residence.actions.journal import record
from residence.actions.statuses import locked
from residence.duties import refresh_duties
from residence.models import DocumentKind, User
from residence.models.documents import canonical_json

S = OrientationStatus
St = SessionCommission.Status


@transaction.atomic
def add_passage(*, by: User, session: SessionCommission, orientation: Orientation) -> PassageCommission:
    """Put a ready file on the agenda; once the session is convened, its synthesis is frozen at once."""
    session = locked(session)
    orientation = locked(orientation)
    if session.status == St.CLOSED:
        raise ValidationError("Cette séance est close : choisissez-en une autre.")
    if orientation.residence_id != session.residence_id:
        raise ValidationError("Ce dossier est celui d’une autre résidence.")
    here = session.passages.on_agenda().filter(orientation=orientation).first()
    if here is not None:
        return here
    if orientation.status != S.READY:
        raise ValidationError(
            f"Le dossier de {orientation} est « {orientation.get_status_display()} » : "
            "seul un dossier prêt va en commission."
        )
    elsewhere = PassageCommission.objects.on_agenda().filter(orientation=orientation, decision__isnull=True).first()
    if elsewhere is not None:
        raise ValidationError(f"Ce dossier est déjà à l’ordre du jour de la {elsewhere.session}.")
    last = session.passages.aggregate(last=Max("rank"))["last"] or 0
    passage = PassageCommission(session=session, orientation=orientation, rank=last + 1, added_by=by)
    passage.full_clean()
    passage.save()
    _carry_links(passage)
    if session.status in MEMBER_STAGES:
        freeze_synthesis(by=by, passage=passage)
    record_passage("passage.add", by, passage, rank=passage.rank)
    refresh_duties(orientation)
    refresh_duties(session)
    return passage


def _carry_links(passage: PassageCommission) -> None:
    """A link declared with this household at another sitting holds at this one."""
    known = LienMembre.objects.filter(passage__orientation__menage=passage.orientation.menage_id)
    first = known.order_by("user", "declared_on").distinct("user").values_list("user", "declared_on")
    LienMembre.objects.bulk_create(
        LienMembre(passage=passage, user_id=user, declared_on=declared_on) for user, declared_on in first
    )


@transaction.atomic
def withdraw_passage(*, by: User, passage: PassageCommission, reason: str) -> PassageCommission:
    """Take a file off the agenda, with the reason that the minutes will tell."""
    session = locked(passage.session)
    passage = locked(passage)
    if passage.withdrawn_at is not None:
        return passage
    if session.status == St.CLOSED or Decision.objects.filter(passage=passage).exists():
        raise ValidationError("Ce dossier a sa décision : il ne se retire plus de l’ordre du jour.")
    if not reason.strip():
        raise ValidationError({"reason": "Dites pourquoi ce dossier est retiré."})
    passage.withdrawn_by, passage.withdrawn_at, passage.withdrawn_reason = by, timezone.now(), reason
    passage.full_clean()
    passage.save()
    record_passage("passage.withdraw", by, passage)
    refresh_duties(passage.orientation)
    refresh_duties(session)
    return passage


@transaction.atomic
def move_passage(*, by: User, passage: PassageCommission, up: bool) -> None:
    """Hear a file one place sooner, or later."""
    session = locked(passage.session)
    if session.status == St.CLOSED:
        raise ValidationError("Cette séance est close : son ordre du jour ne change plus.")
    order = list(session.passages.on_agenda().order_by("rank", "pk"))
    here = next((index for index, one in enumerate(order) if one.pk == passage.pk), None)
    there = None if here is None else here + (-1 if up else 1)
    if here is None or there is None or not 0 <= there < len(order):
        return
    order[here], order[there] = order[there], order[here]
    for rank, one in enumerate(order, 1):
        if one.rank != rank:
            one.rank = rank
            one.save(update_fields=["rank"])
    record_passage("passage.move", by, passage, rank=there + 1)


def return_deferred(*, by: User, session: SessionCommission) -> None:
    """Put on the agenda of a session the files that the commission deferred to its day, or to one before."""
    for orientation in returning_files(session):
        add_passage(by=by, session=session, orientation=orientation)


def return_to_agenda(*, by: User, orientation: Orientation) -> None:
    """Put a deferred file that is ready on the first agenda, not convened yet, of its day or after."""
    last = Decision.objects.filter(passage__orientation=orientation).order_by("-pk").first()
    if last is None or last.deferred_to_on is None or orientation.status != S.READY:
        return
    coming = SessionCommission.objects.filter(
        residence=orientation.residence_id, status=St.PREPARED, starts_at__date__gte=last.deferred_to_on
    )
    session = coming.order_by("starts_at").first()
    if session is not None:
        add_passage(by=by, session=session, orientation=orientation)


def freeze_synthesis(*, by: User, passage: PassageCommission) -> None:
    """Issue the one-page synthesis of a file; a second one, in its place, only where the file has changed since.

    An opinion is about a synthesis: those given on the first are set aside with it.
    """
    data = synthesis_of(passage)
    before = passage.synthese
    if before is not None and _says_the_same(before.data, data):
        return
    passage.synthese = issue_document(
        kind=DocumentKind.SYNTHESE,
        residence=passage.session.residence,
        menage=passage.orientation.menage,
        template="admissions/pdf/synthese.html",
        data=data,
        by=by,
        target=passage,
        replaces=before,
    )
    passage.save(update_fields=["synthese"])
    if before is not None:
        AvisMembre.objects.filter(passage=passage).delete()


def _says_the_same(frozen: dict[str, Any], data: dict[str, Any]) -> bool:
    told = json.loads(canonical_json({key: value for key, value in data.items() if key != "session_on"}))
    return all(frozen.get(key) == value for key, value in told.items())


def record_passage(action: str, by: User, passage: PassageCommission, **details: Any) -> None:
    """A line of the journal about a file of an agenda."""
    record(
        action,
        by=by,
        target=passage,
        menage=passage.orientation.menage,
        residence=passage.session.residence,
        session=passage.session_id,
        **details,
    )
