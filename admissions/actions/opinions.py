"""What a member says of a file, and the link with a candidate that keeps a member out of it."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from admissions.actions.agenda import record_passage
from admissions.models import AvisMembre, LienMembre, PassageCommission, SessionCommission
from admissions.queries.commission import MEMBER_STAGES
from residence.actions.statuses import locked
from residence.duties import refresh_duties
from residence.models import User
from residence.models.base import today

St = SessionCommission.Status


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
        record_passage("lien.declare", by, passage, member=user.pk)
        refresh_duties(session)
    return lien


@transaction.atomic
def withdraw_lien(*, by: User, lien: LienMembre, reason: str) -> None:
    """Say that a link was declared by mistake: the member hears every file of that household again.

    Never by the member themselves, who would open to themselves what they were kept from.
    """
    passage = locked(lien.passage)
    if passage.session.status == St.CLOSED:
        raise ValidationError("Cette séance est close.")
    if lien.user_id == by.pk:
        raise ValidationError("Un lien qui vous tient à l’écart ne se retire que par quelqu’un d’autre.")
    menage = passage.orientation.menage_id
    held = LienMembre.objects.filter(user=lien.user_id, passage__orientation__menage=menage)
    sessions = SessionCommission.objects.exclude(status=St.CLOSED).filter(passages__liens__in=held).distinct()
    concerned = list(sessions)
    if held.update(withdrawn_by=by, withdrawn_at=timezone.now(), withdrawn_reason=reason):
        record_passage("lien.withdraw", by, passage, member=lien.user_id)
        for session in concerned:
            refresh_duties(session)


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
    record_passage("opinion.give", by, passage)
    refresh_duties(session)
    return given
