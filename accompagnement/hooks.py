"""What this app gives to the pages and acts of the others, by the names in settings."""

from functools import cached_property

from django.urls import reverse

from accompagnement.actions.dossiers import name_referent, open_dossier
from accompagnement.models import (
    BilanProjet,
    ContratEngagement,
    DemandeLogement,
    DossierSocial,
    EntretienRsa,
    EtapeDossier,
    NoteSociale,
    Objectif,
    OffreLogement,
    Priorite,
)
from accompagnement.queries.dossiers import load_of, with_dates
from accompagnement.queries.notes import note_event
from admissions.models import Orientation
from logement.models import ContratOccupation, Sejour
from residence.components import Badge, Event, Tab
from residence.contracts import BannerPart, MenagePart, Panel, Told
from residence.duties import refresh_duties
from residence.menu import MenuEntry
from residence.models import Menage, Referent, User
from residence.models.base import today
from residence.permissions import Permission, Role
from residence.queries.together import staff

MENU = [
    MenuEntry(
        "accompagnement",
        "Mes suivis",
        "accompagnement:dossier_list",
        Permission.DOSSIER_VIEW,
        "accompagnement",
        mobile_for_roles=frozenset({Role.COORDINATRICE}),
    ),
    MenuEntry("accompagnement", "Visites", "accompagnement:visite_list", Permission.DOSSIER_VIEW, "door", order=110),
    MenuEntry(
        "accompagnement", "Relogement", "accompagnement:relogement_list", Permission.DOSSIER_VIEW, "key", order=120
    ),
    MenuEntry(
        "accompagnement", "Veille canicule", "accompagnement:veille_list", Permission.VEILLE_CALL, "phone", order=160
    ),
]


class Dossiers(MenagePart):
    """The social file of a household and its referents, for who may open the one and know the others."""

    @cached_property
    def dossiers(self) -> list[DossierSocial]:
        """The open file first, else the last one closed."""
        if not self.user.holds(Permission.DOSSIER_VIEW):
            return []
        rows = self.reader.rows(DossierSocial, Permission.DOSSIER_VIEW).order_by("-closed_on", "-opened_on")
        return list(rows if self.reader.banner_only else with_dates(rows, self.user))

    def banner(self) -> BannerPart:
        referent = next((one for one in self.reader.referents if one.kind == Referent.Kind.SOCIAL), None)
        badges, tabs = [], []
        for dossier in self.dossiers[:1]:
            tabs.append(Tab("Dossier social", dossier.get_absolute_url()))
            if dossier.is_open:
                badges.append(Badge("suivi", "plain", "accompagnement"))
        return BannerPart(referent=str(referent) if referent else "", badges=tuple(badges), tabs=tuple(tabs))

    def panels(self) -> list[Panel]:
        """The social file in short."""
        if not self.user.holds(Permission.DOSSIER_VIEW):
            return []
        dossier = self.dossiers[0] if self.dossiers else None
        if dossier is None or not dossier.is_open:
            return _no_dossier(self.user, self.menage, dossier)
        team = {one.kind: str(one) for one in self.reader.referents if one.residence_id == dossier.residence_id}
        lines = [
            ("Référent", team.get(Referent.Kind.SOCIAL, "à désigner")),
            ("Suppléant", team.get(Referent.Kind.SUBSTITUTE, "aucun")),
            ("Suivi depuis le", dossier.opened_on),
            ("Dernière note", dossier.last_note_on or "aucune"),
        ]
        if dossier.next_step_on:
            lines.append(("Prochaine suite", dossier.next_step_on))
        actions = []
        if self.user.holds(Permission.NOTE_WRITE, dossier.residence_id):
            actions.append(("Écrire une note", reverse("accompagnement:note_write", args=[dossier.pk])))
        return [
            Panel(
                title="Accompagnement",
                lines=tuple(lines),
                url=dossier.get_absolute_url(),
                link_label="Ouvrir le dossier social",
                order=60,
                actions=tuple(actions),
            )
        ]

    def timeline(self) -> list[Event | Told]:
        """What happened in the social files; notes are told without their text."""
        if not self.dossiers:
            return []
        notes = self.reader.rows(NoteSociale, Permission.DOSSIER_VIEW).readable_by(self.user).current()
        return [
            Told(
                notes.filter(dossier__in=self.dossiers),
                ("held_on", "kind", "outcome", "level", "themes", "minutes", *staff("author")),
                note_event,
                on="held_on",
                theme="accompagnement",
            ),
            Told(
                EtapeDossier.objects.filter(dossier__in=self.dossiers), ("dossier", "on", "kind", "reason"), _of_stage
            ),
            Told(
                BilanProjet.objects.filter(dossier__in=self.dossiers),
                ("dossier", "held_on", "kind", *staff("written_by")),
                _of_bilan,
            ),
            Told(
                OffreLogement.objects.filter(dossier__in=self.dossiers),
                ("dossier", "received_on", "bailleur", "commune", "answer", "outcome"),
                _of_offre,
            ),
            Told(
                Priorite.objects.filter(dossier__in=self.dossiers),
                ("dossier", "filed_on", "kind", "status"),
                _of_priorite,
            ),
            Told(DemandeLogement.objects.filter(dossier__in=self.dossiers), ("dossier", "registered_on"), _of_demande),
            Told(
                ContratEngagement.objects.filter(parcours__dossier__in=self.dossiers),
                ("signed_on", "end_on", "parcours__id", "parcours__dossier"),
                _of_engagement,
            ),
            Told(
                EntretienRsa.objects.filter(parcours__dossier__in=self.dossiers),
                ("held_on", "presence", *staff("written_by"), "parcours__id", "parcours__dossier"),
                _of_entretien_rsa,
            ),
            Told(
                Objectif.objects.filter(dossier__in=self.dossiers),
                ("dossier", "opened_on", "theme", "outcome"),
                _of_objectif,
            ),
        ]


def _of_stage(stage: EtapeDossier) -> Event:
    return Event(
        on=stage.on,
        sentence=f"Dossier social {stage.get_kind_display()}" + (f" : {stage.reason}" if stage.reason else ""),
        theme="accompagnement",
        icon="accompagnement",
        url=reverse("accompagnement:dossier_detail", args=[stage.dossier_id]),
    )


def _of_engagement(contrat: ContratEngagement) -> Event:
    return Event(
        on=contrat.signed_on,
        sentence=f"Contrat d’engagement signé, jusqu’au {contrat.end_on:%d/%m/%Y}",
        theme="RSA",
        icon="sign",
        url=reverse("accompagnement:rsa_detail", args=[contrat.parcours.dossier_id]),
    )


def _of_entretien_rsa(entretien: EntretienRsa) -> Event:
    absent = (
        "" if entretien.presence == EntretienRsa.Presence.CAME else f" : personne {entretien.get_presence_display()}"
    )
    return Event(
        on=entretien.held_on,
        sentence=f"Entretien RSA avec {entretien.written_by}{absent}",
        theme="RSA",
        icon="talk",
        url=reverse("accompagnement:rsa_detail", args=[entretien.parcours.dossier_id]),
    )


def _of_offre(offre: OffreLogement) -> Event:
    end = offre.get_outcome_display() or offre.get_answer_display()
    return Event(
        on=offre.received_on,
        sentence=f"Offre de logement de {offre.bailleur} à {offre.commune}" + (f", {end}" if end else ""),
        theme="relogement",
        icon="key",
        url=reverse("accompagnement:relogement_detail", args=[offre.dossier_id]),
    )


def _of_priorite(priorite: Priorite) -> Event:
    return Event(
        on=priorite.filed_on,
        sentence=f"Priorité {priorite.get_kind_display()} {priorite.get_status_display()}",
        theme="relogement",
        icon="flag",
        url=reverse("accompagnement:relogement_detail", args=[priorite.dossier_id]),
    )


def _of_demande(demande: DemandeLogement) -> Event:
    return Event(
        on=demande.registered_on,
        sentence="Demande de logement social enregistrée",
        theme="relogement",
        icon="document",
        url=reverse("accompagnement:relogement_detail", args=[demande.dossier_id]),
    )


def _of_bilan(bilan: BilanProjet) -> Event:
    return Event(
        on=bilan.held_on,
        sentence=f"Projet personnalisé {bilan.get_kind_display()}, avec {bilan.written_by}",
        theme="accompagnement",
        icon="checklist",
        url=reverse("accompagnement:projet_detail", args=[bilan.dossier_id]),
    )


def _of_objectif(objectif: Objectif) -> Event:
    ended = f", {objectif.get_outcome_display()}" if objectif.outcome else ""
    return Event(
        on=objectif.opened_on,
        sentence=f"Objectif fixé : {objectif.get_theme_display()}{ended}",
        theme="accompagnement",
        icon="flag",
        url=reverse("accompagnement:projet_detail", args=[objectif.dossier_id]),
    )


def _no_dossier(user: User, menage: Menage, closed: DossierSocial | None) -> list[Panel]:
    """What is left to do when no file is open: read the one that was closed, open one."""
    actions = []
    if user.holds(Permission.DOSSIER_OPEN) and closed is None:
        actions.append(("Ouvrir un dossier social", reverse("accompagnement:dossier_open", args=[menage.pk])))
    return [
        Panel(
            title="Accompagnement",
            empty=f"Dossier clos le {closed.closed_on:%d/%m/%Y}." if closed else "Aucun dossier social n’est ouvert.",
            url=closed.get_absolute_url() if closed else "",
            link_label="Relire le dossier social" if closed else "",
            order=60,
            actions=tuple(actions),
        )
    ]


def home(user: User, residence_id: int | None) -> list[Panel]:
    """The files that the user follows, and those that nobody follows."""
    if not user.holds(Permission.NOTE_WRITE):
        return []
    load = load_of(user, residence_id=residence_id)
    lines = [("Dossiers que je suis", load.mine)]
    if load.without_referent:
        lines.append(("Sans référent", load.without_referent))
    return [
        Panel(
            title="Mes suivis",
            lines=tuple(lines),
            url=reverse("accompagnement:dossier_list"),
            link_label="Voir mes suivis",
            order=80,
        )
    ]


def stay_opened(contrat: ContratOccupation, by: User) -> None:
    """Open the social file of the household that comes in, followed by who received it."""
    sejour = contrat.sejour
    if not sejour.dispositif.requires_social_file:
        return
    orientation = _orientation(sejour)
    referent = None
    if not Referent.objects.in_force(today()).filter(
        menage=sejour.menage, residence=sejour.residence, kind=Referent.Kind.SOCIAL
    ):
        referent = _received_by(orientation, sejour) if orientation else None
    open_dossier(
        by=by,
        menage=sejour.menage,
        residence=sejour.residence,
        on=min(today(), sejour.start_on),
        sejour=sejour,
        referent=referent,
    )
    if sejour.dispositif.referent_from_partner and orientation is not None and orientation.prescripteur is not None:
        name_referent(
            by=by,
            menage=sejour.menage,
            residence=sejour.residence,
            kind=Referent.Kind.PARTNER,
            contact=orientation.prescripteur,
        )


def stay_closed(sejour: Sejour, by: User) -> None:
    """The household has left: its social file is to close, unless its support goes on."""
    for dossier in DossierSocial.objects.open().filter(sejour=sejour):
        refresh_duties(dossier)


def _orientation(sejour: Sejour) -> Orientation | None:
    """The request by which the household came in."""
    came_by = Orientation.objects.filter(sejour=sejour).order_by("-received_on").first()
    if came_by is not None:
        return came_by
    asked = Orientation.objects.open().filter(menage=sejour.menage, residence=sejour.residence)
    return asked.order_by("-received_on").first()


def _received_by(orientation: Orientation, sejour: Sejour) -> User | None:
    """Who held the interview, else who took the last step of the request, where they may follow the household."""
    interview = getattr(orientation, "entretien", None)
    stages = orientation.etapes.exclude(by=None).select_related("by").order_by("-pk")
    known = [interview.held_by if interview else None, *(stage.by for stage in stages), orientation.created_by]
    return next(
        (
            user
            for user in known
            if user is not None and user.is_active and user.holds(Permission.DOSSIER_VIEW, sejour.residence_id)
        ),
        None,
    )
