"""What this app gives to the pages and acts of the others, by the names in settings."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from admissions.actions.entretiens import return_to_received
from admissions.actions.propositions import enter_orientation, wait_again
from admissions.models import Decision, Proposition
from admissions.models.orientations import OrientationStatus
from admissions.queries.orientations import history_of, live_proposition, orientations_of, stage_badge
from residence.components import Event, Tab
from residence.contracts import BannerPart, Panel
from residence.menu import MenuEntry
from residence.models import Menage, RendezVous, User
from residence.permissions import Permission, Role

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


def banner(user: User, menage: Menage) -> BannerPart:
    """The tab of the household's candidature: the one that is open, else the last one."""
    ranked = orientations_of(user).filter(menage=menage).annotate(is_over=Q(status__in=[S.ENTERED, S.CLOSED]))
    latest = ranked.order_by("is_over", "-received_on", "-pk").first()
    return BannerPart(tabs=(Tab("Candidature", latest.get_absolute_url()),)) if latest else BannerPart()


def panels(user: User, menage: Menage) -> list[Panel]:
    """The candidatures of a household: whole for the coordinatrice, from the waiting list on for the gestionnaire."""
    whole = list(orientations_of(user).filter(menage=menage).order_by("-received_on", "-pk"))
    seen = {orientation.pk for orientation in whole}
    panels_shown = [
        Panel(
            title=f"Candidature, {orientation.dispositif}",
            lines=(
                ("Reçue le", orientation.received_on),
                ("Orientée par", str(orientation.partenaire or orientation.get_route_display())),
                *_proposal_lines(orientation),
            ),
            url=orientation.get_absolute_url(),
            link_label="Ouvrir la candidature",
            badges=(stage_badge(orientation.status),),
            order=20,
        )
        for orientation in whole
    ]
    if user.holds(Permission.CANDIDAT_VIEW):
        seekers = orientations_of(user, Permission.CANDIDAT_VIEW).filter(menage=menage, status__in=_CANDIDATE_STAGES)
        for orientation in seekers.exclude(pk__in=seen):
            proposition = live_proposition(orientation)
            panels_shown.append(
                Panel(
                    title=f"Candidature, {orientation.dispositif}",
                    lines=(
                        ("Besoins", ", ".join(orientation.needs_display) or "aucun"),
                        *_proposal_lines(orientation),
                    ),
                    url=reverse("admissions:proposition_detail", args=[proposition.pk]) if proposition else "",
                    link_label="Voir la proposition",
                    badges=(stage_badge(orientation.status),),
                    order=20,
                )
            )
    return panels_shown


def _proposal_lines(orientation: Any) -> tuple[tuple[str, Any], ...]:
    proposition = live_proposition(orientation) if orientation.status == S.PROPOSED else None
    if proposition is None:
        return ()
    return (
        ("Place proposée", f"{proposition.place} ({proposition.get_status_display()})"),
        ("Entrée prévue le", proposition.entry_on),
    )


def timeline(user: User, menage: Menage) -> list[Event]:
    """Stages, decisions and proposals of a household, as far as the user may read each."""
    told: list[Event] = []
    for orientation in orientations_of(user).filter(menage=menage):
        told += [
            Event(
                event.on,
                event.sentence,
                event.theme,
                event.icon,
                orientation.get_absolute_url(),
                event.by,
                event.meaning,
            )
            for event in history_of(orientation)
        ]
    for decision in (
        Decision.objects.visible_to(user, Permission.DECISION_VIEW)
        .filter(passage__orientation__menage=menage)
        .select_related("passage__session")
    ):
        told.append(
            Event(
                decision.decided_on,
                f"Décision de la commission : {decision.get_kind_display()}",
                "commission",
                "meeting",
                reverse("admissions:passage_detail", args=[decision.passage_id]),
            )
        )
    for proposition in (
        Proposition.objects.visible_to(user, Permission.CANDIDAT_VIEW)
        .filter(orientation__menage=menage)
        .select_related("place", "made_by")
    ):
        told.append(
            Event(
                timezone.localdate(proposition.made_at),
                f"Place {proposition.place} proposée ({proposition.get_status_display()})",
                "proposition",
                "door",
                reverse("admissions:proposition_detail", args=[proposition.pk]),
                str(proposition.made_by),
            )
        )
    return told
