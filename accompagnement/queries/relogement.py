"""How far a household is from a home of its own: the gauge, the DALO, the list of the team."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery

from accompagnement.models import (
    DemandeLogement,
    DossierSocial,
    NiveauBilan,
    OffreLogement,
    PieceRelogement,
    Priorite,
)
from accompagnement.rules.relogement import (
    WARN_DAYS,
    Facts,
    Point,
    dalo_appeal_window,
    dalo_decision_due_on,
    dalo_offer_due_on,
    dalo_opens_on,
    readiness,
)
from logement.models import Sejour
from logement.queries.compte import balance_of
from residence.models import Ressource, User
from residence.permissions import Permission

LIVE = (Priorite.Status.FILED, Priorite.Status.GRANTED)


@dataclass(frozen=True)
class Dalo:
    """Where the DALO stands for a household: the day it opens, then each clock of what was filed."""

    opens_on: datetime.date
    is_open: bool
    filed: Priorite | None
    decision_due_on: datetime.date | None = None
    offer_due_on: datetime.date | None = None
    appeal: tuple[datetime.date, datetime.date] | None = None


def gauge(user: User, dossier: DossierSocial, *, day: datetime.date) -> tuple[Point, ...]:
    """The gauge « prêt à être relogé » of a household."""
    demande = dossier.demandes.filter(ended_on=None).first()
    in_hand = {one.kind: one for one in dossier.pieces_relogement.all()}
    missing = [str(kind.label) for kind in PieceRelogement.Kind if not _is_ready(in_hand.get(kind), day)]
    level = (
        NiveauBilan.objects.filter(bilan__dossier=dossier, theme="logement")
        .order_by("-bilan__held_on", "-bilan__pk")
        .values_list("level", flat=True)
        .first()
    )
    facts = Facts(
        request_valid_until=demande.valid_until_on if demande else None,
        pieces_missing=missing,
        has_resources=Ressource.objects.in_force(day).filter(menage=dossier.menage_id).exists(),
        debt=_debt(user, dossier),
        has_priority=dossier.priorites.filter(status__in=LIVE).exists(),
        self_reliance=level,
    )
    return readiness(facts, today=day)


def _is_ready(piece: PieceRelogement | None, day: datetime.date) -> bool:
    if piece is None:
        return False
    return piece.is_needless or (
        piece.received_on is not None and (piece.expires_on is None or piece.expires_on >= day)
    )


def _debt(user: User, dossier: DossierSocial) -> Any:
    """What the household owes past its last day; None where there is no stay, or the user may not know."""
    if dossier.sejour is None or not user.holds(Permission.COMPTE_VIEW, dossier.residence_id):
        return None
    return balance_of(dossier.sejour).overdue


def dalo_of(dossier: DossierSocial, *, day: datetime.date) -> Dalo | None:
    """Where the DALO stands; None for who does not live here."""
    stay = dossier.sejour
    if stay is None:
        return None
    opens_on = dalo_opens_on(stay.start_on)
    filed = dossier.priorites.filter(kind=Priorite.Kind.DALO).exclude(status=Priorite.Status.ENDED).first()
    if filed is None or filed.status == Priorite.Status.REFUSED:
        return Dalo(opens_on, opens_on <= day, filed)
    if filed.decided_on is None:
        return Dalo(opens_on, True, filed, decision_due_on=dalo_decision_due_on(filed.filed_on))
    large = dossier.residence.is_in_large_agglomeration
    return Dalo(
        opens_on,
        True,
        filed,
        offer_due_on=dalo_offer_due_on(filed.decided_on, large_agglomeration=large),
        appeal=dalo_appeal_window(filed.decided_on, large_agglomeration=large),
    )


def with_requests(dossiers: QuerySet[Any]) -> QuerySet[Any]:
    """Files with their housing request, its last day, the priorities that run and the offers received."""
    live = Priorite.objects.filter(dossier=OuterRef("pk"), status__in=LIVE)
    offers = OffreLogement.objects.filter(dossier=OuterRef("pk")).order_by().values("dossier")
    return dossiers.annotate(
        # One at most runs; joined, since the order of all files asks for it.
        running=FilteredRelation("demandes", condition=Q(demandes__ended_on=None)),
        nur=F("running__nur"),
        request_until=F("running__valid_until_on"),
        priority=Subquery(live.values("kind")[:1]),
        offers=Subquery(offers.annotate(count=Count("pk")).values("count")),
        refused=Subquery(offers.filter(answer="refused").annotate(count=Count("pk")).values("count")),
    )


def without_request(dossiers: QuerySet[Any]) -> QuerySet[Any]:
    return dossiers.filter(~Exists(DemandeLogement.objects.filter(dossier=OuterRef("pk"), ended_on=None)))


def to_renew(dossiers: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    """Of files `with_requests`, those whose request is to renew within the warning."""
    return dossiers.filter(request_until__lte=day + datetime.timedelta(days=WARN_DAYS))


def exits(user: User, *, residence_id: int | None, since: datetime.date) -> list[tuple[str, int]]:
    """(destination, how many) of the stays that ended from `since` on, of the résidences of the user."""
    rows = (
        Sejour.objects.visible_to(user, Permission.SEJOUR_VIEW)
        .live()
        .filter(Q(ended_on__gte=since), ended_on__isnull=False)
    )
    if residence_id is not None:
        rows = rows.filter(residence=residence_id)
    return list(rows.order_by().values_list("destination").annotate(count=Count("pk")).order_by("-count"))
