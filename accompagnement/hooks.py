"""What this app gives to the pages and acts of the others, by the names in settings."""

from django.db.models import Max, Min
from django.urls import reverse

from accompagnement.actions.dossiers import name_referent, open_dossier
from accompagnement.models import DossierSocial, EtapeDossier, NoteSociale
from accompagnement.queries.dossiers import load_of
from accompagnement.queries.notes import note_events
from admissions.models import Orientation
from logement.models import ContratOccupation, Sejour
from residence.components import Badge, Event, Tab
from residence.contracts import BannerPart, Panel
from residence.duties import refresh_duties
from residence.menu import MenuEntry
from residence.models import Menage, Referent, User
from residence.models.base import today
from residence.permissions import Permission, Role

MENU = [
    MenuEntry(
        "accompagnement",
        "Mes suivis",
        "accompagnement:dossier_list",
        Permission.DOSSIER_VIEW,
        "accompagnement",
        mobile_for_roles=frozenset({Role.COORDINATRICE}),
    ),
]


def banner(user: User, menage: Menage) -> BannerPart:
    """The referent of the household in the résidences of the user, and its social file for who may open it."""
    referents = Referent.objects.visible_to(user, Permission.MENAGE_VIEW).in_force(today())
    referent = referents.filter(menage=menage, kind=Referent.Kind.SOCIAL).select_related("user", "contact").first()
    dossier = _dossier(user, menage)
    badges, tabs = [], []
    if dossier is not None:
        tabs.append(Tab("Dossier social", dossier.get_absolute_url()))
        if dossier.is_open:
            badges.append(Badge("suivi", "plain", "accompagnement"))
    return BannerPart(referent=str(referent) if referent else "", badges=tuple(badges), tabs=tuple(tabs))


def panels(user: User, menage: Menage) -> list[Panel]:
    """The social file in short, for who may open it."""
    if not user.holds(Permission.DOSSIER_VIEW):
        return []
    dossier = _dossier(user, menage)
    if dossier is None or not dossier.is_open:
        return _no_dossier(user, menage, dossier)
    notes = NoteSociale.objects.visible_to(user, Permission.DOSSIER_VIEW).readable_by(user).current()
    dates = notes.filter(dossier=dossier).aggregate(last=Max("held_on"))
    step = notes.with_step_to_do().filter(dossier=dossier).aggregate(next=Min("next_step_on"))
    team = {
        one.kind: str(one)
        for one in Referent.objects.visible_to(user, Permission.DOSSIER_VIEW)
        .in_force(today())
        .filter(menage=menage, residence=dossier.residence_id)
        .select_related("user", "contact")
    }
    lines = [
        ("Référent", team.get(Referent.Kind.SOCIAL, "à désigner")),
        ("Suppléant", team.get(Referent.Kind.SUBSTITUTE, "aucun")),
        ("Suivi depuis le", dossier.opened_on),
        ("Dernière note", dates["last"] or "aucune"),
    ]
    if step["next"]:
        lines.append(("Prochaine suite", step["next"]))
    actions = []
    if user.holds(Permission.NOTE_WRITE, dossier.residence_id):
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


def timeline(user: User, menage: Menage) -> list[Event]:
    """What happened in the social files of the household, for who may open them; notes are told without their text."""
    if not user.holds(Permission.DOSSIER_VIEW):
        return []
    dossiers = list(DossierSocial.objects.visible_to(user, Permission.DOSSIER_VIEW).filter(menage=menage))
    if not dossiers:
        return []
    stages = EtapeDossier.objects.filter(dossier__in=dossiers).select_related("dossier")
    notes = NoteSociale.objects.visible_to(user, Permission.DOSSIER_VIEW).readable_by(user).current()
    return [
        *note_events(notes.filter(dossier__in=dossiers).select_related("author").defer("text")),
        *(
            Event(
                on=stage.on,
                sentence=f"Dossier social {stage.get_kind_display()}" + (f" : {stage.reason}" if stage.reason else ""),
                theme="accompagnement",
                icon="accompagnement",
                url=stage.dossier.get_absolute_url(),
            )
            for stage in stages
        ),
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


def _dossier(user: User, menage: Menage) -> DossierSocial | None:
    """The open social file of the household, else the last one closed, where the user may read it."""
    if not user.holds(Permission.DOSSIER_VIEW):
        return None
    rows = DossierSocial.objects.visible_to(user, Permission.DOSSIER_VIEW).filter(menage=menage)
    return rows.order_by("-closed_on", "-opened_on").first()
