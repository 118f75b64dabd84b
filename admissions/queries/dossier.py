"""The folder of a session: its agenda and the syntheses, as they were frozen, in one PDF."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from admissions.models import PassageCommission, SessionCommission
from admissions.queries.commission import AgendaLine, passages_for_member, passages_of_staff
from admissions.queries.courriers import long_date
from residence.actions.documents import letterhead, revived
from residence.models import User
from residence.pdf import render_batch
from residence.permissions import Permission


def synthesis_readable(user: User) -> QuerySet[Any]:
    """The files whose synthesis `user` reads: as a member, or where they read the interviews."""
    staff = passages_of_staff(user, Permission.ENTRETIEN_VIEW)
    member = passages_for_member(user)
    return PassageCommission.objects.filter(
        Q(pk__in=staff.values("pk")) | Q(pk__in=member.values("pk"))
    ).select_related("session__residence", "orientation__menage", "synthese")


def synthesis_shown(passage: Any) -> Any:
    """The frozen synthesis of a file, None where its household became confidential after it named it.

    Withdrawn and put on the agenda again, the file gets a masked one.
    """
    document = passage.synthese
    if document is None or (passage.orientation.menage.is_confidential and not document.data.get("masked")):
        return None
    return document


def folder_of(session: SessionCommission, agenda: Sequence[AgendaLine], passages: Sequence[Any]) -> bytes:
    """The cover with the whole agenda, then the synthesis of each of `passages`, each on its own sheet."""
    start = timezone.localtime(session.starts_at)
    inside = {passage.pk for passage in passages}
    cover = {
        "title": f"Commission du {long_date(start.date())}",
        "residence": letterhead(session.residence),
        "time": f"{start.hour} h {start.minute:02d}",
        "place": session.place,
        "members": [
            f"{member.user.get_full_name()}{f', {member.function}' if member.function else ''}"
            for member in session.membres.select_related("user")
        ],
        "files": [
            {
                "name": line.shown_name,
                "dispositif": str(line.passage.orientation.dispositif),
                "is_inside": line.passage.pk in inside,
                "is_kept_out": line.is_kept_out,
            }
            for line in agenda
        ],
    }
    papers = [(passage.synthese.template, revived(passage.synthese.data)) for passage in passages]
    return render_batch([("admissions/pdf/dossier.html", cover), *papers], title=cover["title"], recto=True)
