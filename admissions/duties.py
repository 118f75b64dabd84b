"""What is due on candidates, sessions, decisions and proposals: one rule a kind."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.text import Truncator

from admissions.models import (
    AvisMembre,
    Decision,
    ImportOrientations,
    Orientation,
    PassageCommission,
    Proposition,
    SessionCommission,
)
from admissions.models.orientations import OrientationStatus
from admissions.queries.attente import pieces_to_renew
from admissions.queries.completude import completeness_of
from admissions.queries.criteres import derogations_missing, points_of
from admissions.queries.lettres import Lettre, lettres_of, not_all_gone, with_letters
from admissions.queries.siao import reponses_of
from residence.duties import DutyKind, Expected, in_status
from residence.models import CritereDispositif, RendezVous, RoleAttribution
from residence.permissions import Permission, Role
from residence.rules.dates import add_days

S = OrientationStatus
St = SessionCommission.Status

# Habits of the house, in days, where no partner and no dispositif sets a delay.
CHASE_DAYS = 15
FILE_DAYS = 2
SCHEDULE_DAYS = 15
LETTER_DAYS = 8
SEND_DAYS = 2
CONVENE_BEFORE_DAYS = 7
DEROGATION_DAYS = 8
RENEW_DAYS = 15
CONTRACT_BEFORE_DAYS = 5


def _for_coordinatrice(orientation: Any, due_on: datetime.date, *, target_id: int, detail: str = "") -> Expected:
    return Expected(
        target_id=target_id,
        residence_id=orientation.residence_id,
        menage_id=orientation.menage_id,
        role=Role.COORDINATRICE,
        due_on=due_on,
        detail=detail,
    )


def _stage_day(orientation: Any) -> datetime.date:
    """The day the present stage began (`since()`)."""
    day: datetime.date = timezone.localdate(orientation.stage_at) if orientation.stage_at else orientation.received_on
    return day


def _to_contact(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    for one in rows.filter(status=S.RECEIVED, contact_by_on__isnull=False):
        yield _for_coordinatrice(one, one.contact_by_on, target_id=one.pk)
    cancelled = rows.filter(
        status=S.INTERVIEW_PLANNED, entretien__rendez_vous__status=RendezVous.Status.CANCELLED
    ).select_related("entretien__rendez_vous")
    for one in cancelled:
        due_on = timezone.localdate(one.entretien.rendez_vous.start_at)
        yield _for_coordinatrice(one, due_on, target_id=one.pk, detail="l’entretien prévu a été annulé")


def _unanswered(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    return rows.filter(answer_due_on__isnull=False, answered_on__isnull=True).exclude(closed_reason="erreur")


def _to_answer(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    for one in rows.select_related("partenaire"):
        yield _for_coordinatrice(one, one.answer_due_on, target_id=one.pk, detail=str(one.partenaire or ""))


def _droppable(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    limited = Q(partenaire__cancels_after_days__isnull=False) | Q(partenaire__no_shows_max__isnull=False)
    return rows.filter(limited, status=S.RECEIVED)


def _to_close(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Requests that the partner drops, by its own delay, as nobody met the household or it did not come too often."""
    for told in reponses_of(list(rows.select_related("menage", "partenaire", "dispositif", "residence"))):
        if told.too_many_no_shows:
            words = f"{len(told.no_shows)} absences à l’entretien"
            yield _for_coordinatrice(told.orientation, told.no_shows[-1], target_id=told.orientation.pk, detail=words)
        elif told.cancelled_on is not None:
            words = "sans contact, la demande est annulée chez le partenaire"
            yield _for_coordinatrice(told.orientation, told.cancelled_on, target_id=told.orientation.pk, detail=words)


def _file_to_finish(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Files of partners with lines left to understand, to put right or to enter."""
    for one in rows.select_related("partenaire"):
        yield Expected(
            target_id=one.pk,
            residence_id=one.residence_id,
            role=Role.COORDINATRICE,
            due_on=add_days(timezone.localdate(one.opened_at), FILE_DAYS),
            detail=f"de {one.partenaire}",
        )


def _with_interview_come(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    return rows.filter(
        status=S.INTERVIEW_PLANNED,
        entretien__rendez_vous__status__in=[RendezVous.Status.PLANNED, RendezVous.Status.HELD],
        entretien__rendez_vous__start_at__lt=_midnight_after(day),
    )


def _interview_to_record(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Interviews whose time has come: due on their own day, by who was to hold them."""
    for one in rows.select_related("entretien__rendez_vous"):
        rendez_vous = one.entretien.rendez_vous
        yield Expected(
            target_id=one.pk,
            residence_id=one.residence_id,
            menage_id=one.menage_id,
            user_id=rendez_vous.user_id,
            due_on=timezone.localdate(rendez_vous.start_at),
        )


def _midnight_after(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(add_days(day, 1), datetime.time.min))


def _pieces_to_chase(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    for one in rows.since().select_related("dispositif", "menage"):
        blocking = completeness_of(one).blocking
        if blocking:
            missing = f"{len(blocking)} point{'s' if len(blocking) > 1 else ''} à compléter"
            yield _for_coordinatrice(one, add_days(_stage_day(one), CHASE_DAYS), target_id=one.pk, detail=missing)


def _to_declare_ready(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    for one in rows.since().select_related("dispositif", "menage"):
        if completeness_of(one).is_complete:
            yield _for_coordinatrice(one, add_days(_stage_day(one), CHASE_DAYS), target_id=one.pk)


def _on_no_agenda(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    on_agenda = PassageCommission.objects.on_agenda().filter(orientation=OuterRef("pk"), decision__isnull=True)
    return rows.filter(~Exists(on_agenda), status=S.READY)


def _to_schedule(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Ready files on no agenda; a deferred one is due on the day that the commission gave."""
    for one in rows.since():
        deferred = _deferred_to(one)
        due_on = deferred or add_days(_stage_day(one), SCHEDULE_DAYS)
        yield _for_coordinatrice(one, due_on, target_id=one.pk, detail="dossier ajourné" if deferred else "")


def _deferred_to(orientation: Any) -> datetime.date | None:
    last = Decision.objects.filter(passage__orientation=orientation).order_by("-pk").first()
    return last.deferred_to_on if last else None


def _under_criteria(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    asking = CritereDispositif.objects.filter(
        dispositif=OuterRef("dispositif"), effect=CritereDispositif.Effect.NEEDS_DEROGATION
    )
    return rows.filter(Exists(asking), status=S.WAITING)


def _derogation_to_grant(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Candidates of the waiting list whom a criterion keeps from a proposal until the direction has decided."""
    for one in rows.since().select_related("dispositif", "menage", "residence"):
        missing = derogations_missing(points_of(one))
        if missing:
            yield Expected(
                target_id=one.pk,
                residence_id=one.residence_id,
                menage_id=one.menage_id,
                role=Role.DIRECTION,
                due_on=add_days(_stage_day(one), DEROGATION_DAYS),
                detail=", ".join(point.label for point in missing),
            )


def _pieces_to_renew(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Pieces that are out of date, or will be before the entry hoped for, of who waits or was proposed a place.

    For who held the interview as long as they are a coordinatrice there, for all of them otherwise.
    """
    live = Proposition.objects.filter(orientation=OuterRef("pk"), status__in=["made", "accepted"])
    waiting = rows.annotate(
        entry_on=Coalesce(Subquery(live.values("entry_on")[:1]), "entretien__wished_entry_on"),
        held_by=F("entretien__held_by"),
    )
    entries = {one: max(one.entry_on or day, day) for one in waiting}
    to_renew = pieces_to_renew(entries) if entries else {}
    concerned = [one for one in entries if one.pk in to_renew]
    held = RoleAttribution.objects.in_force(day).filter(role=Role.COORDINATRICE, user__is_active=True)
    there = set(held.values_list("user", "residence")) if concerned else set()
    for one in concerned:
        last, names = to_renew[one.pk]
        yield Expected(
            target_id=one.pk,
            residence_id=one.residence_id,
            menage_id=one.menage_id,
            due_on=min(add_days(last, RENEW_DAYS), max(entries[one], last)),
            detail=Truncator(", ".join(names)).chars(200),
            **({"user_id": one.held_by} if (one.held_by, one.residence_id) in there else {"role": Role.COORDINATRICE}),
        )


def _without_letters(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    return rows.filter(letter_candidat__isnull=True, passage__session__status=St.CLOSED)


def _letters_to_issue(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    for one in rows.select_related("passage__orientation"):
        yield _for_coordinatrice(
            one.passage.orientation,
            add_days(one.decided_on, LETTER_DAYS),
            target_id=one.pk,
            detail=f"décision {one.get_kind_display()}",
        )


def _with_unsent(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    return not_all_gone(rows)


def _letters_to_send(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Letters that were issued and have not left, save those whose message is tried again by itself, or no more."""
    for one, lettres in _unsent(rows):
        if any(lettre.retry_on is None and not lettre.is_given_up for lettre in lettres):
            yield _for_coordinatrice(
                one.passage.orientation,
                add_days(one.notified_on or one.decided_on, SEND_DAYS),
                target_id=one.pk,
                detail=f"décision {one.get_kind_display()}",
            )


def _letters_to_print(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Letters whose message did not leave, as often as it was tried."""
    for one, lettres in _unsent(rows):
        given_up = [lettre for lettre in lettres if lettre.is_given_up]
        if given_up:
            last = max(envoi.failed_at for lettre in given_up for envoi in lettre.envois if envoi.failed_at)
            yield _for_coordinatrice(
                one.passage.orientation,
                add_days(timezone.localdate(last), SEND_DAYS),
                target_id=one.pk,
                detail=f"lettre {', '.join(lettre.what for lettre in given_up)}",
            )


def _unsent(rows: QuerySet[Any]) -> Iterator[tuple[Any, list[Lettre]]]:
    """Decisions with the letters of each that were issued and have not left."""
    for one in with_letters(rows):
        yield one, [lettre for lettre in lettres_of([one]) if not lettre.is_sent]


def _with_reserve(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    return rows.filter(
        kind=Decision.Kind.FAVORABLE_SUBJECT_TO,
        conditions_lifted_on__isnull=True,
        passage__session__status=St.CLOSED,
        passage__orientation__status=S.DECIDED,
    )


def _reserve_to_lift(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    for one in rows.select_related("passage__orientation"):
        yield _for_coordinatrice(one.passage.orientation, one.conditions_by_on, target_id=one.pk)


def _proposal_to_answer(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    for one in rows.select_related("orientation", "place"):
        yield _for_coordinatrice(one.orientation, one.answer_by_on, target_id=one.pk, detail=f"place {one.place}")


def _contract_to_prepare(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    accepted = rows.filter(orientation__status=S.PROPOSED)
    for one in accepted.select_related("orientation", "place"):
        yield Expected(
            target_id=one.pk,
            residence_id=one.orientation.residence_id,
            menage_id=one.orientation.menage_id,
            role=Role.GESTIONNAIRE,
            due_on=one.entry_on - datetime.timedelta(days=CONTRACT_BEFORE_DAYS),
            detail=f"place {one.place}, entrée le {one.entry_on:%d/%m/%Y}",
        )


def _session_to_convene(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    for one in rows:
        held_on = timezone.localdate(one.starts_at)
        yield Expected(
            target_id=one.pk,
            residence_id=one.residence_id,
            role=Role.COORDINATRICE,
            due_on=held_on - datetime.timedelta(days=CONVENE_BEFORE_DAYS),
            detail=f"séance du {held_on:%d/%m/%Y}",
        )


def _opinions_to_give(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Members with a file left on which they have said nothing, from the convocation to the closing."""
    for session in rows.prefetch_related("membres"):
        held_on = timezone.localdate(session.starts_at)
        files = session.passages.on_agenda()
        for member in session.membres.all():
            given = AvisMembre.objects.filter(passage=OuterRef("pk"), user=member.user_id)
            left = files.filter(~Exists(given)).exclude(liens__user=member.user_id).count()
            if left:
                yield Expected(
                    target_id=session.pk,
                    residence_id=session.residence_id,
                    user_id=member.user_id,
                    due_on=held_on,
                    detail=f"séance du {held_on:%d/%m/%Y}, {left} dossier{'s' if left > 1 else ''}",
                )


def _session_to_hold(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    for one in rows:
        held_on = timezone.localdate(one.starts_at)
        yield Expected(
            target_id=one.pk,
            residence_id=one.residence_id,
            role=Role.DIRECTION,
            due_on=held_on,
            detail=f"séance du {held_on:%d/%m/%Y}",
        )


def _decisions_to_record(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    for one in rows:
        left = one.passages.on_agenda().filter(decision__isnull=True).count()
        if left:
            yield Expected(
                target_id=one.pk,
                residence_id=one.residence_id,
                role=Role.COORDINATRICE,
                due_on=timezone.localdate(one.starts_at),
                detail=f"{left} dossier{'s' if left > 1 else ''} sans décision",
            )


KINDS = [
    DutyKind(
        "orientation.contact",
        "Contacter le ménage et fixer l’entretien",
        Orientation,
        _to_contact,
        "admissions:entretien_plan",
        Permission.ENTRETIEN_RECORD,
        "Fixer l’entretien",
        among=in_status(S.RECEIVED, S.INTERVIEW_PLANNED),
    ),
    DutyKind(
        "orientation.answer",
        "Répondre au prescripteur",
        Orientation,
        _to_answer,
        "admissions:orientation_answer",
        Permission.LETTRE_ISSUE,
        "Noter la réponse",
        among=_unanswered,
    ),
    DutyKind(
        "orientation.close",
        "Joindre le ménage, ou clore sa candidature",
        Orientation,
        _to_close,
        "admissions:orientation_close",
        Permission.ORIENTATION_CLOSE,
        "Clore",
        among=_droppable,
    ),
    DutyKind(
        "import_orientations.finish",
        "Finir de saisir le fichier d’un partenaire",
        ImportOrientations,
        _file_to_finish,
        "admissions:import_detail",
        Permission.ORIENTATION_CREATE,
        "Ouvrir le fichier",
        among=in_status("columns", "review"),
    ),
    DutyKind(
        "entretien.record",
        "Consigner l’entretien de préadmission",
        Orientation,
        _interview_to_record,
        "admissions:entretien_record",
        Permission.ENTRETIEN_RECORD,
        "Consigner",
        among=_with_interview_come,
    ),
    DutyKind(
        "pieces.chase",
        "Relancer pour compléter le dossier",
        Orientation,
        _pieces_to_chase,
        "admissions:orientation_detail",
        Permission.ORIENTATION_VIEW,
        "Voir ce qui manque",
        among=in_status(S.INCOMPLETE),
    ),
    DutyKind(
        "orientation.ready",
        "Déclarer le dossier prêt pour la commission",
        Orientation,
        _to_declare_ready,
        "admissions:orientation_ready",
        Permission.ENTRETIEN_RECORD,
        "Déclarer prêt",
        among=in_status(S.INCOMPLETE),
    ),
    DutyKind(
        "passage.add",
        "Inscrire le dossier à une séance",
        Orientation,
        _to_schedule,
        "admissions:passage_add",
        Permission.COMMISSION_PREPARE,
        "Inscrire",
        among=_on_no_agenda,
    ),
    DutyKind(
        "derogation.grant",
        "Décider d’une dérogation",
        Orientation,
        _derogation_to_grant,
        "admissions:derogation_grant",
        Permission.DEROGATION_GRANT,
        "Examiner",
        among=_under_criteria,
    ),
    DutyKind(
        "pieces.renew",
        "Faire renouveler une pièce du dossier",
        Orientation,
        _pieces_to_renew,
        "admissions:orientation_detail",
        Permission.ENTRETIEN_RECORD,
        "Voir les pièces",
        among=in_status(S.WAITING, S.PROPOSED),
    ),
    DutyKind(
        "session.convene",
        "Préparer et convoquer la commission",
        SessionCommission,
        _session_to_convene,
        "admissions:session_detail",
        Permission.COMMISSION_PREPARE,
        "Préparer la séance",
        among=in_status(St.PREPARED),
    ),
    DutyKind(
        "opinion.give",
        "Lire les synthèses et donner son avis",
        SessionCommission,
        _opinions_to_give,
        "admissions:session_detail",
        Permission.OPINION_GIVE,
        "Lire les dossiers",
        among=in_status(St.CONVENED, St.SITTING),
    ),
    DutyKind(
        "decision.record",
        "Consigner les décisions de la commission",
        SessionCommission,
        _decisions_to_record,
        "admissions:session_detail",
        Permission.DECISION_RECORD,
        "Ouvrir la séance",
        among=in_status(St.SITTING),
    ),
    DutyKind(
        "session.close",
        "Tenir et clore la séance de la commission",
        SessionCommission,
        _session_to_hold,
        "admissions:session_detail",
        Permission.COMMISSION_CLOSE,
        "Ouvrir la séance",
        among=in_status(St.CONVENED, St.SITTING),
    ),
    DutyKind(
        "decision.letters",
        "Éditer les lettres de décision",
        Decision,
        _letters_to_issue,
        "admissions:decision_letters",
        Permission.LETTRE_ISSUE,
        "Éditer les lettres",
        among=_without_letters,
    ),
    DutyKind(
        "lettre.send",
        "Faire partir les lettres de décision",
        Decision,
        _letters_to_send,
        "admissions:decision_letters",
        Permission.LETTRE_ISSUE,
        "Envoyer les lettres",
        among=_with_unsent,
    ),
    DutyKind(
        "lettre.print",
        "Imprimer la lettre que le courriel n’a pas pu porter",
        Decision,
        _letters_to_print,
        "admissions:decision_letters",
        Permission.LETTRE_ISSUE,
        "Imprimer la lettre",
        among=_with_unsent,
    ),
    DutyKind(
        "reserve.lift",
        "Lever la réserve de la commission",
        Decision,
        _reserve_to_lift,
        "admissions:reserve_lift",
        Permission.DECISION_RECORD,
        "Lever la réserve",
        among=_with_reserve,
    ),
    DutyKind(
        "proposition.answer",
        "Recueillir la réponse à la proposition",
        Proposition,
        _proposal_to_answer,
        "admissions:proposition_answer",
        Permission.PROPOSITION_MAKE,
        "Noter la réponse",
        among=in_status(Proposition.Status.MADE),
    ),
    DutyKind(
        "contrat.prepare",
        "Préparer le contrat du candidat qui a accepté",
        Proposition,
        _contract_to_prepare,
        "admissions:proposition_detail",
        Permission.CANDIDAT_VIEW,
        "Voir la proposition",
        among=in_status(Proposition.Status.ACCEPTED),
    ),
]
