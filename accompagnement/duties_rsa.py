"""What is due on the RSA: the contrat d'engagement, the joint diagnosis, the meetings."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from accompagnement.duties import of_file, open_rows
from accompagnement.models import ParcoursRsa
from accompagnement.queries.rsa import Standing, standing
from residence.components import SOON_IN_MONTHS
from residence.duties import DutyKind, Expected
from residence.permissions import Permission


def _rsa(rows: QuerySet[Any], day: datetime.date) -> Iterator[tuple[Any, Standing]]:
    """Each support of the RSA that runs, and where it stands."""
    running = rows.filter(ended_on=None).prefetch_related("contrats", "entretiens")
    for parcours in open_rows(running, day):
        yield parcours, standing(parcours)


def _rsa_sign(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """The contrat d'engagement is to sign, or the old contract to convert."""
    for parcours, now in _rsa(rows, day):
        if due_on := now.sign_by_on or now.convert_by_on:
            yield of_file(parcours, due_on)


def _rsa_renew(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """The contrat d'engagement ends."""
    for parcours, now in _rsa(rows, day):
        if now.contrat is not None:
            yield of_file(parcours, now.contrat.end_on)


def _rsa_diagnosis(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """No work can be looked for: a joint diagnosis with France Travail."""
    for parcours, now in _rsa(rows, day):
        if now.diagnosis_by_on is not None:
            yield of_file(parcours, now.diagnosis_by_on)


def _rsa_meeting(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """The next meeting that the last one has dated."""
    for parcours, now in _rsa(rows, day):
        if now.entretiens and now.entretiens[0].next_on:
            yield of_file(parcours, now.entretiens[0].next_on)


KINDS = [
    DutyKind(
        code="rsa.sign",
        sentence="Faire signer le contrat d’engagement",
        model=ParcoursRsa,
        rule=_rsa_sign,
        url_name="accompagnement:rsa_sign",
        permission=Permission.RSA_EDIT,
        action_label="Enregistrer",
    ),
    DutyKind(
        code="rsa.renew",
        sentence="Renouveler le contrat d’engagement",
        model=ParcoursRsa,
        rule=_rsa_renew,
        url_name="accompagnement:rsa_sign",
        permission=Permission.RSA_EDIT,
        action_label="Renouveler",
        soon_within=SOON_IN_MONTHS,
    ),
    DutyKind(
        code="rsa.diagnosis",
        sentence="Diagnostic conjoint avec France Travail",
        model=ParcoursRsa,
        rule=_rsa_diagnosis,
        url_name="accompagnement:rsa_edit",
        permission=Permission.RSA_EDIT,
        action_label="Le noter",
        soon_within=SOON_IN_MONTHS,
    ),
    DutyKind(
        code="rsa.meeting",
        sentence="Tenir l’entretien RSA",
        model=ParcoursRsa,
        rule=_rsa_meeting,
        url_name="accompagnement:rsa_hold",
        permission=Permission.RSA_EDIT,
        action_label="Le tenir",
    ),
]
