"""Prepare a session of the commission, make its agenda, convene it, hold it, close it."""

import datetime
import logging
import uuid
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from admissions.actions.orientations import reach
from admissions.models import (
    AvisMembre,
    Decision,
    LienMembre,
    MembreSession,
    Orientation,
    PassageCommission,
    SessionCommission,
)
from admissions.models.orientations import OrientationStatus
from admissions.queries.commission import MEMBER_STAGES, possible_members, synthesis_of
from admissions.queries.completude import completeness_of
from admissions.queries.courriers import long_date, place_and_date
from residence.actions.documents import issue_document
from residence.actions.journal import record
from residence.actions.statuses import locked, move
from residence.duties import refresh_duties
from residence.models import DocumentEmis, DocumentKind, Residence, User
from residence.models.base import today

logger = logging.getLogger(__name__)

S = OrientationStatus
St = SessionCommission.Status


def prepare_session(*, by: User, form_key: uuid.UUID | None = None, **asked: Any) -> SessionCommission:
    """A new session (arguments: those of `_prepare`). A form sent twice gives the first one back."""
    try:
        return _prepare(by=by, form_key=form_key, **asked)
    except IntegrityError:
        existing = SessionCommission.objects.filter(form_key=form_key).first() if form_key else None
        if existing is None:
            raise
        return existing


@transaction.atomic
def _prepare(
    *,
    by: User,
    residence: Residence,
    starts_at: datetime.datetime,
    place: str = "",
    quorum: int = 2,
    members: Iterable[User] = (),
    form_key: uuid.UUID | None = None,
) -> SessionCommission:
    """Prepare a session with those who will sit in it; its agenda is empty."""
    if form_key is not None and (existing := SessionCommission.objects.filter(form_key=form_key).first()):
        return existing
    session = SessionCommission(
        residence=residence, starts_at=starts_at, place=place, quorum=quorum, form_key=form_key, created_by=by
    )
    session.full_clean(exclude=["form_key"])
    session.save()
    _seat(session, members)
    record("session.prepare", by=by, target=session, residence=residence, starts_at=starts_at)
    refresh_duties(session)
    return session


@transaction.atomic
def edit_session(
    *,
    by: User,
    session: SessionCommission,
    starts_at: datetime.datetime,
    place: str,
    quorum: int,
    members: Iterable[User],
) -> SessionCommission:
    """Change the day, the place, the quorum or the members of a session that does not sit yet."""
    session = locked(session)
    if session.status not in (St.PREPARED, St.CONVENED):
        raise ValidationError(f"La séance est « {session.get_status_display()} » : elle ne se modifie plus.")
    session.starts_at, session.place, session.quorum = starts_at, place, quorum
    session.full_clean()
    session.save()
    _seat(session, members)
    record("session.edit", by=by, target=session, residence=session.residence, starts_at=starts_at)
    refresh_duties(session)
    return session


def _seat(session: SessionCommission, members: Iterable[User]) -> None:
    """Those who sit, and nobody else; a member who already gave an opinion stays."""
    wanted = {user.pk: user for user in members}
    allowed = set(possible_members(session.residence).values_list("pk", flat=True))
    if strangers := [user for pk, user in wanted.items() if pk not in allowed]:
        raise ValidationError({"members": f"{strangers[0]} n’est pas membre de la commission de {session.residence}."})
    gone = session.membres.exclude(user__in=wanted)
    heard = AvisMembre.objects.filter(passage__session=session, user__in=gone.values("user"))
    if heard.exists():
        raise ValidationError({"members": "Un membre qui a déjà donné un avis ne peut plus être retiré."})
    gone.delete()
    here = set(session.membres.values_list("user", flat=True))
    for pk, user in wanted.items():
        if pk not in here:
            MembreSession.objects.create(session=session, user=user, function=user.function)


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
    if session.status in MEMBER_STAGES:
        _freeze(by, passage)
    _record("passage.add", by, passage, rank=passage.rank)
    refresh_duties(orientation)
    refresh_duties(session)
    return passage


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
    _record("passage.withdraw", by, passage)
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
    _record("passage.move", by, passage, rank=there + 1)


@transaction.atomic
def convene_session(*, by: User, session: SessionCommission) -> SessionCommission:
    """Convene the members: each file's synthesis is frozen, and they read it from now to the closing."""
    session = locked(session)
    if session.status in MEMBER_STAGES:
        return session
    passages = list(session.passages.on_agenda().select_related("orientation__menage"))
    if not passages:
        raise ValidationError("L’ordre du jour est vide : inscrivez au moins un dossier avant de convoquer.")
    if session.membres.count() < session.quorum:
        raise ValidationError(
            f"Le quorum est de {session.quorum} membres et {session.membres.count()} seulement siègent : ajoutez-en."
        )
    move(session, St.CONVENED)
    session.convened_by, session.convened_at = by, timezone.now()
    session.save(update_fields=["status", "convened_by", "convened_at"])
    for passage in passages:
        _freeze(by, passage)
    record("session.convene", by=by, target=session, residence=session.residence, files=len(passages))
    refresh_duties(session)
    transaction.on_commit(partial(_mail_members, session.pk, len(passages)))
    return session


def _mail_members(session_id: int, files: int) -> None:
    """Tell each member by mail; the mail names nobody, and a mail server that is down undoes nothing."""
    session = SessionCommission.objects.select_related("residence").get(pk=session_id)
    start = timezone.localtime(session.starts_at)
    text = (
        f"La commission de {session.residence} se réunit le {long_date(start.date())} "
        f"à {start.hour} h {start.minute:02d}{f' ({session.place})' if session.place else ''}.\n\n"
        f"{files} dossier{'s sont' if files > 1 else ' est'} à l’ordre du jour. Les synthèses se lisent "
        "dans le logiciel, où vous pouvez donner votre avis avant la séance.\n"
    )
    to = session.membres.filter(user__is_active=True).values_list("user__email", flat=True)
    for address in to:
        try:
            send_mail(f"Convocation à la commission du {start:%d/%m/%Y}", text, None, [address])
        except OSError:
            logger.exception("The convocation of session %s could not be sent to one of its members.", session_id)


def _freeze(by: User, passage: PassageCommission) -> None:
    """Issue the one-page synthesis of a file, once."""
    if passage.synthese_id is not None:
        return
    passage.synthese = issue_document(
        kind=DocumentKind.SYNTHESE,
        residence=passage.session.residence,
        menage=passage.orientation.menage,
        template="admissions/pdf/synthese.html",
        data=synthesis_of(passage),
        by=by,
        target=passage,
    )
    passage.save(update_fields=["synthese"])


@transaction.atomic
def declare_lien(*, by: User, passage: PassageCommission, user: User) -> LienMembre:
    """Keep a member out of a file because of a link with the candidate; what they had said of it is set aside."""
    passage = locked(passage)
    session = passage.session
    if session.status == St.CLOSED:
        raise ValidationError("Cette séance est close.")
    if not session.membres.filter(user=user).exists():
        raise ValidationError("Cette personne ne siège pas à cette séance.")
    lien, made = LienMembre.objects.get_or_create(passage=passage, user=user, defaults={"declared_on": today()})
    if made:
        AvisMembre.objects.filter(passage=passage, user=user).delete()
        _record("lien.declare", by, passage, member=user.pk)
        refresh_duties(session)
    return lien


@transaction.atomic
def give_opinion(*, by: User, passage: PassageCommission, opinion: str, comment: str = "") -> AvisMembre:
    """The opinion of a member on a file, which they may change until the sitting closes."""
    passage = locked(passage)
    session = passage.session
    if session.status not in MEMBER_STAGES:
        raise ValidationError("Les avis se donnent de la convocation à la clôture de la séance.")
    if not session.membres.filter(user=by).exists():
        raise ValidationError("Vous ne siégez pas à cette séance.")
    if passage.liens.filter(user=by).exists():
        raise ValidationError("Un lien avec ce candidat vous tient à l’écart de ce dossier.")
    given = AvisMembre.objects.filter(passage=passage, user=by).first() or AvisMembre(passage=passage, user=by)
    given.opinion, given.comment, given.given_at = opinion, comment, timezone.now()
    given.full_clean()
    given.save()
    _record("opinion.give", by, passage)
    refresh_duties(session)
    return given


@transaction.atomic
def open_sitting(*, by: User, session: SessionCommission, present: Sequence[User]) -> SessionCommission:
    """Open the sitting with those who came: as many at least as the quorum."""
    session = locked(session)
    if session.status not in (St.CONVENED, St.SITTING):
        raise ValidationError("La séance doit d’abord être convoquée.")
    here = {user.pk for user in present}
    seated = set(session.membres.values_list("user", flat=True))
    if not here <= seated:
        raise ValidationError({"present": "Une personne présente ne siège pas à cette séance."})
    if len(here) < session.quorum:
        raise ValidationError(
            {"present": f"Le quorum est de {session.quorum} membres présents : la séance ne peut pas se tenir."}
        )
    for member in session.membres.all():
        member.is_present = member.user_id in here
        member.save(update_fields=["is_present"])
    if session.status == St.CONVENED:
        move(session, St.SITTING)
        session.save(update_fields=["status"])
    record("session.open", by=by, target=session, residence=session.residence, present=len(here))
    refresh_duties(session)
    return session


@transaction.atomic
def close_session(*, by: User, session: SessionCommission) -> SessionCommission:
    """Close the sitting: every file heard has its decision, which now takes effect; the minutes are issued."""
    session = locked(session)
    if session.status == St.CLOSED:
        return session
    if session.status != St.SITTING:
        raise ValidationError("La séance n’est pas ouverte : il n’y a rien à clore.")
    passages = list(
        session.passages.on_agenda().select_related("orientation__menage", "decision").order_by("rank", "pk")
    )
    undecided = [passage for passage in passages if not hasattr(passage, "decision")]
    if undecided:
        raise ValidationError(
            [
                f"{passage.orientation} n’a pas de décision : consignez-la, ou retirez le dossier."
                for passage in undecided
            ]
        )
    move(session, St.CLOSED)
    session.closed_by, session.closed_at = by, timezone.now()
    session.minutes = issue_minutes(by, session, passages)
    session.save(update_fields=["status", "closed_by", "closed_at", "minutes"])
    for passage in passages:
        apply_decision(by=by, passage=passage)
    record("session.close", by=by, target=session, residence=session.residence, files=len(passages))
    refresh_duties(session)
    return session


# Where a decision leads once the sitting is closed; the others stay decided until something else happens.
_AFTER = {Decision.Kind.FAVORABLE: S.WAITING, Decision.Kind.WAITING_LIST: S.WAITING}


def apply_decision(*, by: User, passage: PassageCommission) -> None:
    """Take the file where its decision leads: to the waiting list, back to the coordinatrice, or nowhere yet."""
    orientation = locked(passage.orientation)
    decision = passage.decision
    if decision.kind in _AFTER:
        reach(orientation, _AFTER[decision.kind], by=by, reason=f"décision {decision.get_kind_display()}")
    elif decision.kind == Decision.Kind.DEFERRED:
        back = S.READY if completeness_of(orientation).is_complete else S.INCOMPLETE
        reach(orientation, back, by=by, reason=f"ajournée au {decision.deferred_to_on:%d/%m/%Y}")
    refresh_duties(decision)
    refresh_duties(orientation)


def issue_minutes(by: User, session: SessionCommission, passages: Sequence[Any]) -> DocumentEmis:
    """Freeze the minutes of a sitting that closes."""
    start = timezone.localtime(session.starts_at)
    members = list(session.membres.select_related("user"))
    withdrawn = session.passages.filter(withdrawn_at__isnull=False).select_related("orientation__menage")
    data = {
        "title": f"Procès-verbal de la commission du {long_date(start.date())}",
        "place_and_date": place_and_date(session.residence),
        "day": start.date(),
        "time": f"{start.hour} h {start.minute:02d}",
        "place": session.place,
        "quorum": session.quorum,
        "present": [_member(member) for member in members if member.is_present],
        "absent": [_member(member) for member in members if not member.is_present],
        "files": [_file(passage) for passage in passages],
        "withdrawn": [
            {"name": _name(passage), "reason": passage.withdrawn_reason} for passage in withdrawn.order_by("rank", "pk")
        ],
        "closed_by": {"name": by.get_full_name(), "function": by.function},
    }
    return issue_document(
        kind=DocumentKind.PV,
        residence=session.residence,
        template="admissions/pdf/pv.html",
        data=data,
        by=by,
        target=session,
    )


def _member(member: MembreSession) -> str:
    return f"{member.user.get_full_name()}{f', {member.function}' if member.function else ''}"


def _name(passage: PassageCommission) -> str:
    """The name in the minutes: its number for a confidential household, whoever closes the sitting."""
    menage = passage.orientation.menage
    return menage.masked_name if menage.is_confidential else str(menage)


def _file(passage: Any) -> dict[str, Any]:
    decision = passage.decision
    opinions = list(passage.opinions.all())
    counted = {choice: sum(one.opinion == choice for one in opinions) for choice in AvisMembre.Opinion}
    return {
        "name": _name(passage),
        "dispositif": str(passage.orientation.dispositif),
        "decision": decision.get_kind_display(),
        "reasons": decision.reasons,
        "motives": decision.motives_display,
        "conditions": decision.conditions,
        "conditions_by_on": decision.conditions_by_on,
        "deferred_to_on": decision.deferred_to_on,
        "for": counted[AvisMembre.Opinion.FOR],
        "against": counted[AvisMembre.Opinion.AGAINST],
        "abstain": counted[AvisMembre.Opinion.ABSTAIN],
        "kept_out": [lien.user.get_full_name() for lien in passage.liens.select_related("user")],
    }


def _record(action: str, by: User, passage: PassageCommission, **details: Any) -> None:
    record(
        action,
        by=by,
        target=passage,
        menage=passage.orientation.menage,
        residence=passage.session.residence,
        session=passage.session_id,
        **details,
    )
