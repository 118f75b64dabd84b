"""Prepare a session of the commission, convene it, hold it, close it; who sits, who takes whose seat."""

import datetime
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from admissions.actions.agenda import add_passage, freeze_synthesis, return_deferred, return_to_agenda
from admissions.actions.minutes import issue_minutes
from admissions.actions.orientations import reach
from admissions.models import AvisMembre, Decision, MembreSession, PassageCommission, SessionCommission
from admissions.models.orientations import OrientationStatus
from admissions.queries.commission import MEMBER_STAGES, possible_members
from admissions.queries.completude import completeness_of
from admissions.queries.courriers import long_date
from residence.actions.journal import record
from residence.actions.notices import write
from residence.actions.statuses import locked, move
from residence.duties import refresh_duties
from residence.models import Residence, User

__all__ = ["add_passage", "close_session", "convene_session", "open_sitting", "prepare_session"]

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
    """Prepare a session with those who will sit in it; the files deferred to its day stand on its agenda."""
    if form_key is not None and (existing := SessionCommission.objects.filter(form_key=form_key).first()):
        return existing
    session = SessionCommission(
        residence=residence, starts_at=starts_at, place=place, quorum=quorum, form_key=form_key, created_by=by
    )
    session.full_clean(exclude=["form_key"])
    session.save()
    _seat(session, members)
    record("session.prepare", by=by, target=session, residence=residence, starts_at=starts_at)
    return_deferred(by=by, session=session)
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
    """Change the day, the place, the quorum or the members of a session that does not sit yet.

    Once it is convened, who sits is told of what changes, who comes is convened, who no longer sits is told so.
    """
    session = locked(session)
    if session.status not in (St.PREPARED, St.CONVENED):
        raise ValidationError(f"La séance est « {session.get_status_display()} » : elle ne se modifie plus.")
    moved = (session.starts_at, session.place) != (starts_at, place)
    session.starts_at, session.place, session.quorum = starts_at, place, quorum
    session.full_clean()
    session.save()
    stay, come, gone = _seat(session, members)
    record("session.edit", by=by, target=session, residence=session.residence, starts_at=starts_at)
    if session.status == St.CONVENED:
        _require_quorum(session)
        _tell(gone, session, "n’attend plus votre présence : vous n’y siégez plus")
        _convene_by_mail(come, session)
        if moved:
            _tell(stay, session, f"est déplacée : elle se réunit {_when(session)}")
    else:
        return_deferred(by=by, session=session)
    refresh_duties(session)
    return session


def _seat(session: SessionCommission, members: Iterable[User]) -> tuple[list[User], list[User], list[User]]:
    """Those who sit, and nobody else; a member who already gave an opinion stays. Gives who stays, comes, is gone."""
    wanted = {user.pk: user for user in members}
    _require_members(session, wanted.values())
    gone = session.membres.exclude(user__in=wanted).select_related("user")
    if AvisMembre.objects.filter(passage__session=session, user__in=gone.values("user")).exists():
        raise ValidationError(
            {"members": "Un membre qui a déjà donné un avis ne se retire pas : remplacez-le, son avis sera écarté."}
        )
    left = [member.user for member in gone]
    gone.delete()
    here = {member.user_id: member.user for member in session.membres.select_related("user")}
    come = [user for pk, user in wanted.items() if pk not in here]
    for user in come:
        MembreSession.objects.create(session=session, user=user, function=user.function)
    return list(here.values()), come, left


def _require_members(session: SessionCommission, users: Iterable[User], field: str = "members") -> None:
    allowed = set(possible_members(session.residence).values_list("pk", flat=True))
    if strangers := [user for user in users if user.pk not in allowed]:
        raise ValidationError({field: f"{strangers[0]} n’est pas membre de la commission de {session.residence}."})


def _require_quorum(session: SessionCommission) -> None:
    seated = session.membres.count()
    if seated < session.quorum:
        raise ValidationError(f"Le quorum est de {session.quorum} membres et {seated} seulement siègent : ajoutez-en.")


@transaction.atomic
def replace_siege(*, by: User, siege: MembreSession, coming: User) -> MembreSession:
    """Give the seat of a member who cannot come to another; what the first had said is set aside.

    A seat has one voice, and the minutes say who sat in whose place.
    """
    session = locked(siege.session)
    siege, leaving = locked(siege), siege.user
    if session.status == St.CLOSED:
        raise ValidationError("Cette séance est close : ses membres ne changent plus.")
    if siege.user_id != leaving.pk:
        raise ValidationError("Quelqu’un est passé avant vous : ce membre est déjà remplacé.")
    _require_members(session, [coming], "coming")
    if session.membres.filter(user=coming).exists():
        raise ValidationError({"coming": f"{coming} siège déjà à cette séance."})
    siege.user, siege.function, siege.replaces = coming, coming.function, leaving
    # Who takes a seat during the sitting is in the room.
    siege.is_present = True if session.status == St.SITTING else None
    siege.full_clean()
    siege.save()
    AvisMembre.objects.filter(passage__session=session, user=leaving).delete()
    record("siege.replace", by=by, target=session, residence=session.residence, leaving=leaving.pk, coming=coming.pk)
    if session.status == St.CONVENED:
        _tell([leaving], session, "n’attend plus votre présence : vous y êtes remplacé")
        _convene_by_mail([coming], session)
    refresh_duties(session)
    return siege


@transaction.atomic
def convene_session(*, by: User, session: SessionCommission) -> SessionCommission:
    """Convene the members: each file's synthesis is frozen, and they read it from now to the closing."""
    session = locked(session)
    if session.status in MEMBER_STAGES:
        return session
    passages = list(session.passages.on_agenda().select_related("orientation__menage"))
    if not passages:
        raise ValidationError("L’ordre du jour est vide : inscrivez au moins un dossier avant de convoquer.")
    _require_quorum(session)
    move(session, St.CONVENED)
    session.convened_by, session.convened_at = by, timezone.now()
    session.save(update_fields=["status", "convened_by", "convened_at"])
    for passage in passages:
        freeze_synthesis(by=by, passage=passage)
    record("session.convene", by=by, target=session, residence=session.residence, files=len(passages))
    refresh_duties(session)
    _convene_by_mail([member.user for member in session.membres.select_related("user")], session)
    return session


@transaction.atomic
def unconvene_session(*, by: User, session: SessionCommission, reason: str) -> SessionCommission:
    """Take a convocation back: members read nothing any more, and are told why; the session may be convened again.

    The agenda and the syntheses stay. Convened again, a file that has changed gets a new synthesis.
    """
    session = locked(session)
    if session.status == St.PREPARED:
        return session
    if session.status != St.CONVENED:
        raise ValidationError(f"La séance est « {session.get_status_display()} » : sa convocation ne s’annule plus.")
    if not reason.strip():
        raise ValidationError({"reason": "Dites pourquoi la convocation est annulée : les membres le liront."})
    move(session, St.PREPARED)
    session.convened_by = session.convened_at = None
    session.save(update_fields=["status", "convened_by", "convened_at"])
    record("session.unconvene", by=by, target=session, residence=session.residence)
    _tell(
        [member.user for member in session.membres.select_related("user")],
        session,
        f"est décommandée ({reason.strip()}) : vous recevrez une nouvelle convocation",
    )
    refresh_duties(session)
    return session


def _when(session: SessionCommission) -> str:
    start = timezone.localtime(session.starts_at)
    where = f" ({session.place})" if session.place else ""
    return f"le {long_date(start.date())} à {start.hour} h {start.minute:02d}{where}"


def _convene_by_mail(users: Iterable[User], session: SessionCommission) -> None:
    """Tell members that they are convened; the message names no candidate."""
    files = session.passages.on_agenda().count()
    text = (
        f"La commission de {session.residence} se réunit {_when(session)}.\n\n"
        f"{files} dossier{'s sont' if files > 1 else ' est'} à l’ordre du jour. Les synthèses se lisent "
        "dans le logiciel, où vous pouvez donner votre avis avant la séance."
    )
    day = timezone.localdate(session.starts_at)
    write(_addresses(users), f"Convocation à la commission du {day:%d/%m/%Y}", text)


def _tell(users: Iterable[User], session: SessionCommission, what: str) -> None:
    """Tell members what becomes of a session to which they were convened."""
    text = f"La {session} de {session.residence} {what}."
    write(_addresses(users), f"Commission du {timezone.localdate(session.starts_at):%d/%m/%Y}", text)


def _addresses(users: Iterable[User]) -> list[str]:
    return [user.email for user in users if user.is_active and user.email]


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
    """Take the file where its decision leads: to the waiting list, back to the coordinatrice, or nowhere yet.

    A deferred file that lacks nothing goes by itself on the next agenda of its day or after. One that was closed in
    the meantime stays so.
    """
    orientation = locked(passage.orientation)
    decision = passage.decision
    if orientation.status == S.DECIDED:
        if decision.kind in _AFTER:
            reach(orientation, _AFTER[decision.kind], by=by, reason=f"décision {decision.get_kind_display()}")
        elif decision.kind == Decision.Kind.DEFERRED:
            back = S.READY if completeness_of(orientation).is_complete else S.INCOMPLETE
            reach(orientation, back, by=by, reason=f"ajournée au {decision.deferred_to_on:%d/%m/%Y}")
            return_to_agenda(by=by, orientation=orientation)
    refresh_duties(decision)
    refresh_duties(orientation)
