"""What this app gives to the pages and acts of the others, by the names in settings."""

from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils import timezone

from admissions.actions.entretiens import return_to_received
from admissions.actions.propositions import enter_orientation, wait_again
from admissions.duties import KINDS
from admissions.models import Decision, EtapeOrientation, Orientation, Proposition
from admissions.models.orientations import OrientationStatus, linked_menages
from admissions.queries.commission import minutes_without
from admissions.queries.orientations import live_proposition, stage_badge, stage_event
from residence.components import Event, Tab
from residence.contracts import BannerPart, KeptFrom, MenagePart, Panel, Told
from residence.menu import MenuEntry
from residence.models import DocumentEmis, DocumentKind, RendezVous, User
from residence.permissions import Permission, Role
from residence.queries.together import staff

MENU = [
    MenuEntry(
        "admissions",
        "Candidats",
        "admissions:orientation_list",
        Permission.ORIENTATION_VIEW,
        "users",
        10,
        frozenset({Role.COORDINATRICE}),
    ),
    MenuEntry(
        "admissions",
        "Liste d’attente",
        "admissions:candidat_list",
        Permission.CANDIDAT_VIEW,
        "clock",
        20,
    ),
    MenuEntry(
        "admissions",
        "Commission",
        "admissions:session_list",
        Permission.COMMISSION_VIEW,
        "meeting",
        30,
        frozenset({Role.COORDINATRICE, Role.COMMISSION, Role.DIRECTION}),
    ),
]

S = OrientationStatus
_CANDIDATE_STAGES = (S.WAITING, S.PROPOSED)


def stay_opened(contrat: Any, by: User) -> None:
    """The candidate has entered; the place kept for them is let go for their contract."""
    enter_orientation(by=by, contrat=contrat)


def stay_closed(sejour: Any, by: User) -> None:
    """A stay that never took place puts its candidate back on the waiting list."""
    if sejour.cancelled_at is not None:
        wait_again(by=by, sejour=sejour)


def rendez_vous_missed(rendez_vous: RendezVous, by: User) -> None:
    """Nobody came to the interview: the household is to be contacted again."""
    if rendez_vous.kind == RendezVous.Kind.PREADMISSION:
        return_to_received(by=by, rendez_vous=rendez_vous)


def kept_by_a_link(user: User) -> KeptFrom:
    """What a declared link keeps from its member besides the request: its papers, what is due and was done on it."""
    return KeptFrom(
        linked_menages(user), Orientation._meta.app_label, _PAPERS_OF_A_REQUEST, frozenset(kind.code for kind in KINDS)
    )


_PAPERS_OF_A_REQUEST = frozenset(
    {
        DocumentKind.INVITATION,
        DocumentKind.SYNTHESE,
        DocumentKind.LETTRE_CANDIDAT,
        DocumentKind.LETTRE_PRESCRIPTEUR,
        DocumentKind.PROPOSITION,
    }
)


def minutes_for(document: DocumentEmis, user: User) -> dict[str, Any] | None:
    """The minutes without what they say of the files that a link keeps from `user`; None when there is none."""
    return minutes_without(document, user) if document.kind == DocumentKind.PV else None


class Candidatures(MenagePart):
    """The requests of a household: whole for the coordinatrice, from the waiting list on for the gestionnaire."""

    @cached_property
    def whole(self) -> list[Orientation]:
        rows = self.reader.rows(Orientation, Permission.ORIENTATION_VIEW)
        return list(rows.select_related("dispositif", "partenaire").order_by("-received_on", "-pk"))

    @cached_property
    def seekers(self) -> list[Orientation]:
        """Those of which the user may know no more than the need."""
        read_whole, known = (
            {scope.residence_id for scope in self.user.scopes_for(permission)}
            for permission in (Permission.ORIENTATION_VIEW, Permission.CANDIDAT_VIEW)
        )
        if known <= read_whole:
            return []
        rows = self.reader.rows(Orientation, Permission.CANDIDAT_VIEW).filter(status__in=_CANDIDATE_STAGES)
        return list(rows.exclude(pk__in=[one.pk for one in self.whole]).select_related("dispositif"))

    def banner(self) -> BannerPart:
        """The tab of the candidature: the one that is open, else the last one."""
        latest = min(self.whole, key=lambda one: one.status in (S.ENTERED, S.CLOSED), default=None)
        return BannerPart(tabs=(Tab("Candidature", latest.get_absolute_url()),)) if latest else BannerPart()

    def panels(self) -> list[Panel]:
        return [*map(_whole_panel, self.whole), *map(_narrow_panel, self.seekers)]

    def timeline(self) -> list[Event | Told]:
        """Stages, decisions and proposals, as far as the user may read each."""
        by_pk = {one.pk: one for one in self.whole}

        def of_stage(etape: EtapeOrientation) -> Event:
            orientation = by_pk[etape.orientation_id]
            return stage_event(etape, orientation, orientation.get_absolute_url())

        return [
            Told(
                EtapeOrientation.objects.filter(orientation__in=list(by_pk)),
                ("orientation", "status", "at", "reason", *staff("by")),
                of_stage,
            ),
            Told(
                self.reader.rows(Decision, Permission.DECISION_VIEW),
                ("passage", "decided_on", "kind"),
                _of_decision,
            ),
            Told(
                self.reader.rows(Proposition, Permission.CANDIDAT_VIEW),
                ("made_at", "status", "place__id", "place__code", *staff("made_by")),
                _of_proposition,
            ),
        ]


def _whole_panel(orientation: Orientation) -> Panel:
    proposition = live_proposition(orientation) if orientation.status == S.PROPOSED else None
    return Panel(
        title=f"Candidature, {orientation.dispositif}",
        lines=(
            ("Reçue le", orientation.received_on),
            ("Orientée par", str(orientation.partenaire or orientation.get_route_display())),
            *_proposal_lines(proposition),
        ),
        url=orientation.get_absolute_url(),
        link_label="Ouvrir la candidature",
        badges=(stage_badge(orientation.status),),
        order=20,
    )


def _narrow_panel(orientation: Orientation) -> Panel:
    proposition = live_proposition(orientation) if orientation.status == S.PROPOSED else None
    return Panel(
        title=f"Candidature, {orientation.dispositif}",
        lines=(
            ("Besoins", ", ".join(orientation.needs_display) or "aucun"),
            *_proposal_lines(proposition),
        ),
        url=reverse("admissions:proposition_detail", args=[proposition.pk]) if proposition else "",
        link_label="Voir la proposition",
        badges=(stage_badge(orientation.status),),
        order=20,
    )


def _proposal_lines(proposition: Proposition | None) -> tuple[tuple[str, Any], ...]:
    if proposition is None:
        return ()
    return (
        ("Place proposée", f"{proposition.place} ({proposition.get_status_display()})"),
        ("Entrée prévue le", proposition.entry_on),
    )


def _of_decision(decision: Decision) -> Event:
    return Event(
        decision.decided_on,
        f"Décision de la commission : {decision.get_kind_display()}",
        "commission",
        "meeting",
        reverse("admissions:passage_detail", args=[decision.passage_id]),
    )


def _of_proposition(proposition: Proposition) -> Event:
    return Event(
        timezone.localdate(proposition.made_at),
        f"Place {proposition.place} proposée ({proposition.get_status_display()})",
        "proposition",
        "door",
        reverse("admissions:proposition_detail", args=[proposition.pk]),
        str(proposition.made_by),
    )
