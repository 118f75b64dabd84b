"""What is due on a social file."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from accompagnement.models import (
    BilanProjet,
    DiagnosticHabitat,
    DossierSocial,
    EtapeObjectif,
    NoteSociale,
    VeilleCanicule,
)
from accompagnement.queries.rythmes import exposed, visited
from accompagnement.rules.rythmes import within
from residence.components import SOON_IN_MONTHS
from residence.duties import DutyKind, Expected
from residence.models import Referent, User
from residence.permissions import Permission, Role

# Days left to name a referent, and to close a file or go on with it after the stay.
NAME_REFERENT_WITHIN = 7
CLOSE_WITHIN = 30

# What counts as having met the household.
MEETINGS = (NoteSociale.Kind.ENTRETIEN, NoteSociale.Kind.VISITE)
# Days left to have the paper of the projet signed once it is issued.
SIGN_WITHIN = 15


def following(day: datetime.date, *, prefix: str = "") -> Subquery:
    """The referent of the household of a row, an active member of the team, on `day`."""
    rows = Referent.objects.in_force(day).filter(
        menage=OuterRef(f"{prefix}menage"),
        residence=OuterRef(f"{prefix}residence"),
        kind=Referent.Kind.SOCIAL,
        user__is_active=True,
    )
    return Subquery(rows.values("user")[:1])


def addressee(user_id: int | None) -> dict[str, Any]:
    return {"user_id": user_id} if user_id else {"role": Role.COORDINATRICE}


def _not_met(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    met = NoteSociale.objects.current().filter(
        dossier=OuterRef("pk"), kind__in=MEETINGS, outcome=NoteSociale.Outcome.HELD
    )
    return rows.filter(
        ~Exists(met), closed_on=None, sejour__ended_on=None, sejour__dispositif__first_meeting_days__isnull=False
    )


def _first_meeting(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Nobody has met yet the household that came in: within the days that the dispositif gives."""
    for dossier in rows.annotate(follower=following(day)).select_related("sejour__dispositif"):
        yield Expected(
            target_id=dossier.pk,
            residence_id=dossier.residence_id,
            menage_id=dossier.menage_id,
            due_on=within(dossier.sejour.start_on, dossier.sejour.dispositif.first_meeting_days),
            **addressee(dossier.follower),
        )


def _unfollowed(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    followed = Referent.objects.in_force(day).filter(
        menage=OuterRef("menage"), residence=OuterRef("residence"), kind=Referent.Kind.SOCIAL
    )
    return rows.filter(~Exists(followed), closed_on=None)


def _without_referent(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """An open file that nobody follows."""
    for dossier in rows:
        yield Expected(
            target_id=dossier.pk,
            residence_id=dossier.residence_id,
            menage_id=dossier.menage_id,
            role=Role.COORDINATRICE,
            due_on=dossier.opened_on + datetime.timedelta(days=NAME_REFERENT_WITHIN),
        )


def _left_behind(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    return rows.filter(closed_on=None, continued_on=None, sejour__ended_on__isnull=False)


def _to_close(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """The household has left, and nobody has said whether its support goes on."""
    for dossier in rows.annotate(follower=following(day)).select_related("sejour"):
        yield Expected(
            target_id=dossier.pk,
            residence_id=dossier.residence_id,
            menage_id=dossier.menage_id,
            due_on=dossier.sejour.ended_on + datetime.timedelta(days=CLOSE_WITHIN),
            **addressee(dossier.follower),
        )


def _next_step(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """A step that a note announced, for its author, or for who follows the household once the author has left."""
    active = User.objects.filter(pk=OuterRef("author"), is_active=True)
    announced = rows.with_step_to_do().annotate(
        writer=Subquery(active.values("pk")[:1]), follower=following(day, prefix="dossier__")
    )
    for note in announced.select_related("dossier"):
        yield Expected(
            target_id=note.pk,
            residence_id=note.dossier.residence_id,
            menage_id=note.dossier.menage_id,
            due_on=note.next_step_on,
            **addressee(note.writer or note.follower),
        )


def _without_projet(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    begun = BilanProjet.objects.filter(dossier=OuterRef("pk"))
    return rows.filter(
        ~Exists(begun), closed_on=None, sejour__ended_on=None, sejour__dispositif__project_within_days__isnull=False
    )


def _first_projet(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """The projet personnalisé of the household that came in is not begun: within the days that the dispositif gives."""
    for dossier in rows.annotate(follower=following(day)).select_related("sejour__dispositif"):
        yield Expected(
            target_id=dossier.pk,
            residence_id=dossier.residence_id,
            menage_id=dossier.menage_id,
            due_on=within(dossier.sejour.start_on, dossier.sejour.dispositif.project_within_days),
            **addressee(dossier.follower),
        )


def _at_a_rhythm(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    return visited(rows)


def _visit(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """The next visit of a household that is visited at a rhythm."""
    for dossier in rows.annotate(follower=following(day)):
        yield Expected(
            target_id=dossier.pk,
            residence_id=dossier.residence_id,
            menage_id=dossier.menage_id,
            due_on=dossier.visit_due_on,
            **addressee(dossier.follower),
        )


def of_file(row: Any, due_on: datetime.date) -> Expected:
    """What is due about a row of an open file, for who follows it."""
    return Expected(
        target_id=row.pk,
        residence_id=row.dossier.residence_id,
        menage_id=row.dossier.menage_id,
        due_on=due_on,
        **addressee(row.follower),
    )


def open_rows(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    """Rows of open files, each with who follows the household."""
    return (
        rows.filter(dossier__closed_on=None)
        .annotate(follower=following(day, prefix="dossier__"))
        .select_related("dossier")
    )


def _review(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """The next review of a projet, which the last meeting on it has dated."""
    later = BilanProjet.objects.filter(dossier=OuterRef("dossier"), held_on__gt=OuterRef("held_on"))
    for bilan in open_rows(rows.filter(~Exists(later), review_on__isnull=False), day):
        yield of_file(bilan, bilan.review_on)


def _to_sign(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """The paper of a projet waits for its signatures."""
    waiting = rows.filter(document__isnull=False, signed_on=None).select_related("document")
    for bilan in open_rows(waiting, day).select_related("dossier", "document"):
        yield of_file(bilan, within(bilan.document.issued_on, SIGN_WITHIN))


def _projet_step(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """A dated step of an objective that is still pursued."""
    waiting = rows.filter(
        due_on__isnull=False, done_on=None, objectif__ended_on=None, objectif__dossier__closed_on=None
    )
    for step in waiting.annotate(follower=following(day, prefix="objectif__dossier__")).select_related(
        "objectif__dossier"
    ):
        dossier = step.objectif.dossier
        yield Expected(
            target_id=step.pk,
            residence_id=dossier.residence_id,
            menage_id=dossier.menage_id,
            due_on=step.due_on,
            **addressee(step.follower),
        )


def _diagnostic_again(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """The last diagnosis of a home said when to make it again."""
    later = DiagnosticHabitat.objects.filter(dossier=OuterRef("dossier"), pk__gt=OuterRef("pk"))
    for diagnostic in open_rows(rows.filter(~Exists(later), again_on__isnull=False), day):
        yield of_file(diagnostic, diagnostic.again_on)


def _heat_calls(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """A heat wave runs, and somebody has not been reached today."""
    for veille in rows.filter(ended_on=None).select_related("residence"):
        if not all(one.is_settled for one in exposed(veille, day)):
            for role in (Role.VIE_RESIDENTIELLE, Role.COORDINATRICE):
                yield Expected(target_id=veille.pk, residence_id=veille.residence_id, role=role, due_on=day)


def _steps(user: User, note_ids: list[int]) -> dict[int, str]:
    """What each note announced, for who may read it: never stored in the duty."""
    rows = NoteSociale.objects.visible_to(user, Permission.DOSSIER_VIEW).readable_by(user).filter(pk__in=note_ids)
    return dict(rows.values_list("pk", "next_step"))


def _projet_steps(user: User, step_ids: list[int]) -> dict[int, str]:
    """What each step of a projet is, for who may read it: never stored in the duty."""
    rows = EtapeObjectif.objects.visible_to(user, Permission.DOSSIER_VIEW).filter(pk__in=step_ids)
    return dict(rows.values_list("pk", "what"))


KINDS = [
    DutyKind(
        code="dossier.first_meeting",
        sentence="Tenir le premier rendez-vous",
        model=DossierSocial,
        rule=_first_meeting,
        url_name="accompagnement:note_write",
        permission=Permission.NOTE_WRITE,
        action_label="L’écrire",
        among=_not_met,
    ),
    DutyKind(
        code="dossier.name_referent",
        sentence="Désigner un référent",
        model=DossierSocial,
        rule=_without_referent,
        url_name="accompagnement:dossier_referents",
        permission=Permission.DOSSIER_OPEN,
        action_label="Désigner",
        among=_unfollowed,
    ),
    DutyKind(
        code="dossier.to_close",
        sentence="Clore le dossier social, ou dire que le suivi continue",
        model=DossierSocial,
        rule=_to_close,
        url_name="accompagnement:dossier_close",
        permission=Permission.DOSSIER_OPEN,
        action_label="Décider",
        soon_within=SOON_IN_MONTHS,
        among=_left_behind,
    ),
    DutyKind(
        code="note.next_step",
        sentence="Donner suite à une note",
        model=NoteSociale,
        rule=_next_step,
        url_name="accompagnement:note_detail",
        permission=Permission.NOTE_WRITE,
        detail_for=_steps,
    ),
    DutyKind(
        code="dossier.visit",
        sentence="Faire la visite prévue",
        model=DossierSocial,
        rule=_visit,
        url_name="accompagnement:note_write",
        permission=Permission.NOTE_WRITE,
        action_label="L’écrire",
        among=_at_a_rhythm,
    ),
    DutyKind(
        code="projet.start",
        sentence="Commencer le projet personnalisé",
        model=DossierSocial,
        rule=_first_projet,
        url_name="accompagnement:projet_assess",
        permission=Permission.PROJET_EDIT,
        action_label="Commencer",
        among=_without_projet,
    ),
    DutyKind(
        code="projet.review",
        sentence="Revoir le projet personnalisé",
        model=BilanProjet,
        rule=_review,
        url_name="accompagnement:bilan_next",
        permission=Permission.PROJET_EDIT,
        action_label="Faire le point",
    ),
    DutyKind(
        code="projet.sign",
        sentence="Faire signer le projet personnalisé",
        model=BilanProjet,
        rule=_to_sign,
        url_name="accompagnement:projet_sign",
        permission=Permission.PROJET_EDIT,
        action_label="Noter la signature",
    ),
    DutyKind(
        code="projet.step",
        sentence="Avancer une étape du projet",
        model=EtapeObjectif,
        rule=_projet_step,
        url_name="accompagnement:etape_detail",
        permission=Permission.PROJET_EDIT,
        detail_for=_projet_steps,
    ),
    DutyKind(
        code="diagnostic.again",
        sentence="Refaire le diagnostic du logement et de l’autonomie",
        model=DiagnosticHabitat,
        rule=_diagnostic_again,
        url_name="accompagnement:diagnostic_again",
        permission=Permission.PROJET_EDIT,
        action_label="Le refaire",
    ),
    DutyKind(
        code="veille.call",
        sentence="Appeler les personnes de la veille canicule",
        model=VeilleCanicule,
        rule=_heat_calls,
        url_name="accompagnement:veille_detail",
        permission=Permission.VEILLE_CALL,
        action_label="Appeler",
    ),
]
