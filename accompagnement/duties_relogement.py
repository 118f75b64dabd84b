"""What is due for a household to be rehoused: the request, the priorities, the offers."""

import datetime
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet

from accompagnement.duties import of_file, open_rows
from accompagnement.models import DemandeLogement, OffreLogement, Priorite
from accompagnement.rules.relogement import dalo_appeal_window, dalo_decision_due_on, renewal_stage
from residence.components import SOON_IN_MONTHS
from residence.duties import DutyKind, Expected
from residence.permissions import Permission, Role


def _renewal(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """A housing request ends: who follows is told 60 days before, the whole team 30 days before."""
    for demande in open_rows(rows.filter(ended_on=None), day):
        stage = renewal_stage(demande.valid_until_on, today=day)
        if stage:
            yield of_file(demande, demande.valid_until_on)
        if stage == 2 and demande.follower:
            yield replace(of_file(demande, demande.valid_until_on), user_id=None, role=Role.COORDINATRICE)


def _dalo_decision(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """The commission de médiation has to decide on a DALO."""
    for priorite in open_rows(rows.filter(kind=Priorite.Kind.DALO, status=Priorite.Status.FILED), day):
        yield of_file(priorite, dalo_decision_due_on(priorite.filed_on))


def _dalo_appeal(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Recognised by the DALO and not housed in time: the last day to ask the court."""
    recognised = rows.filter(kind=Priorite.Kind.DALO, status=Priorite.Status.GRANTED)
    for priorite in open_rows(recognised, day).select_related("dossier__residence"):
        first, last = dalo_appeal_window(
            priorite.decided_on, large_agglomeration=priorite.dossier.residence.is_in_large_agglomeration
        )
        if first <= day:
            yield of_file(priorite, last)


def _priority_ends(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """A priority granted for a time comes to its end."""
    for priorite in open_rows(rows.filter(status=Priorite.Status.GRANTED, valid_until_on__isnull=False), day):
        yield of_file(priorite, priorite.valid_until_on)


def _offer(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """A landlord waits for the answer to an offer."""
    for offre in open_rows(rows.filter(answer="", outcome="", answer_by_on__isnull=False), day):
        yield of_file(offre, offre.answer_by_on)


KINDS = [
    DutyKind(
        code="demande.renew",
        sentence="Renouveler la demande de logement social",
        model=DemandeLogement,
        rule=_renewal,
        url_name="accompagnement:demande_renew",
        permission=Permission.RELOGEMENT_EDIT,
        action_label="Noter le renouvellement",
        soon_within=SOON_IN_MONTHS,
    ),
    DutyKind(
        code="priorite.decision",
        sentence="Vérifier la décision de la commission DALO",
        model=Priorite,
        rule=_dalo_decision,
        url_name="accompagnement:priorite_decide",
        permission=Permission.RELOGEMENT_EDIT,
        action_label="Noter la décision",
        soon_within=SOON_IN_MONTHS,
    ),
    DutyKind(
        code="priorite.appeal",
        sentence="Recours DALO possible : en parler, puis décider",
        model=Priorite,
        rule=_dalo_appeal,
        url_name="accompagnement:priorite_decide",
        permission=Permission.RELOGEMENT_EDIT,
        soon_within=SOON_IN_MONTHS,
    ),
    DutyKind(
        code="priorite.end",
        sentence="Une priorité de relogement arrive à son terme",
        model=Priorite,
        rule=_priority_ends,
        url_name="accompagnement:priorite_decide",
        permission=Permission.RELOGEMENT_EDIT,
        soon_within=SOON_IN_MONTHS,
    ),
    DutyKind(
        code="offre.answer",
        sentence="Répondre à une offre de logement",
        model=OffreLogement,
        rule=_offer,
        url_name="accompagnement:offre_answer",
        permission=Permission.RELOGEMENT_EDIT,
        action_label="Répondre",
    ),
]
