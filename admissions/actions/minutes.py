"""The minutes of a sitting, frozen when it closes."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from admissions.models import AvisMembre, MembreSession, PassageCommission, SessionCommission
from admissions.queries.courriers import long_date, place_and_date
from residence.actions.documents import issue_document
from residence.models import DocumentEmis, DocumentKind, User

# The minutes are read by more people than were named on a confidential household.
KEPT_APART = "consignée au dossier, que lisent les seules personnes nommées"


def issue_minutes(by: User, session: SessionCommission, passages: Sequence[Any]) -> DocumentEmis:
    """Freeze the minutes of a sitting that closes."""
    start = timezone.localtime(session.starts_at)
    members = list(session.membres.select_related("user", "replaces"))
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
            {
                "passage": passage.pk,
                "name": _name(passage),
                "reason": KEPT_APART if _is_hidden(passage) else passage.withdrawn_reason,
            }
            for passage in withdrawn.order_by("rank", "pk")
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
    said = f"{member.user.get_full_name()}{f', {member.function}' if member.function else ''}"
    return f"{said} (en remplacement de {member.replaces.get_full_name()})" if member.replaces else said


def _is_hidden(passage: PassageCommission) -> bool:
    return passage.orientation.menage.is_confidential


def _name(passage: PassageCommission) -> str:
    """The name in the minutes: its number for a confidential household, whoever closes the sitting."""
    menage = passage.orientation.menage
    return menage.masked_name if menage.is_confidential else str(menage)


def _file(passage: Any) -> dict[str, Any]:
    """What the minutes say of a file; of a confidential household, what was decided and never why."""
    decision = passage.decision
    opinions = list(passage.opinions.all())
    counted = {choice: sum(one.opinion == choice for one in opinions) for choice in AvisMembre.Opinion}
    said = {
        "passage": passage.pk,
        "name": _name(passage),
        "dispositif": str(passage.orientation.dispositif),
        "decision": decision.get_kind_display(),
        "for": counted[AvisMembre.Opinion.FOR],
        "against": counted[AvisMembre.Opinion.AGAINST],
        "abstain": counted[AvisMembre.Opinion.ABSTAIN],
        "kept_out": [lien.user.get_full_name() for lien in passage.liens.select_related("user")],
        "deferred_to_on": decision.deferred_to_on,
        "conditions_by_on": decision.conditions_by_on,
    }
    if _is_hidden(passage):
        return said | {"reasons": KEPT_APART, "motives": [], "conditions": ""}
    return said | {
        "reasons": decision.reasons,
        "motives": decision.motives_display,
        "conditions": decision.reserve_display,
    }
