"""What this app gives to the pages and acts of the others, by the names in settings."""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Prefetch, Q, Value
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from logement.models import (
    AvisEcheance,
    ContratOccupation,
    EtapeProcedure,
    EtatDesLieux,
    Logement,
    Place,
    Preavis,
    Procedure,
    RenouvellementSejour,
    Sejour,
)
from logement.queries.contrats import entry_steps
from logement.queries.parc import free_counts, places_of
from logement.queries.sejours import current_contrat, status_badge
from residence.components import Badge, Event, Tab
from residence.contracts import BannerPart, Hit, MenagePart, Panel, Told
from residence.menu import MenuEntry
from residence.models import User
from residence.models.base import PlainText, today
from residence.permissions import Permission, Role
from residence.queries.menages import MenageReader
from residence.queries.together import staff
from residence.rules.dates import add_days

Status = ContratOccupation.Status

MENU = [
    MenuEntry("logement", "Planning", "logement:planning_view", Permission.PARC_VIEW, "calendar", order=5),
    MenuEntry(
        "logement",
        "Places",
        "logement:place_list",
        Permission.PARC_VIEW,
        "bed",
        order=10,
        mobile_for_roles=frozenset({Role.GESTIONNAIRE}),
    ),
    MenuEntry("logement", "Vacances", "logement:vacance_list", Permission.PARC_VIEW, "door", order=15),
    MenuEntry(
        "logement",
        "Séjours",
        "logement:sejour_list",
        Permission.SEJOUR_VIEW,
        "users",
        order=20,
        mobile_for_roles=frozenset({Role.GESTIONNAIRE}),
    ),
    MenuEntry("logement", "Contrats", "logement:contrat_list", Permission.CONTRAT_VIEW, "sign", order=30),
    MenuEntry(
        "logement",
        "États des lieux",
        "logement:etat_des_lieux_list",
        Permission.ETAT_DES_LIEUX_VIEW,
        "checklist",
        order=40,
        mobile_for_roles=frozenset({Role.VIE_RESIDENTIELLE}),
    ),
    MenuEntry(
        "logement",
        "Présents",
        "logement:presents_list",
        Permission.PRESENTS_VIEW,
        "stairs",
        order=50,
        mobile_for_roles=frozenset({Role.VIE_RESIDENTIELLE}),
    ),
]

SHORTEST = 2
TERM_AHEAD_DAYS = 90
_NUMBER = re.compile(r"^(?:n°)?\s*([a-z0-9_-]+)-(\d{4})-(\d{1,6})$", re.IGNORECASE)


# Search


def search(user: User, text: str, limit: int) -> list[Hit]:
    """Places by code, contracts by number, stays by the name of the household, that `user` may see."""
    wanted = text.strip()
    if len(wanted) < SHORTEST:
        return []
    return [*_places(user, wanted, limit), *_contracts(user, wanted, limit), *_stays(user, wanted, limit)]


def _places(user: User, text: str, limit: int) -> list[Hit]:
    if not user.holds(Permission.PARC_VIEW) or " " in text:
        return []
    rows = (
        Place.objects.visible_to(user, Permission.PARC_VIEW)
        .filter(Q(code__istartswith=text) | Q(logement__in=Logement.objects.filter(number__iexact=text)))
        .select_related("logement", "residence")
        .order_by("code")
    )
    return [
        Hit(
            group="Places",
            label=f"Place {place.code}",
            url=place.get_absolute_url(),
            detail=f"{place.logement.floor_name}, {place.residence}",
            icon="bed",
        )
        for place in rows[:limit]
    ]


def _contracts(user: User, text: str, limit: int) -> list[Hit]:
    found = _NUMBER.match(text)
    if found is None or not user.holds(Permission.CONTRAT_VIEW):
        return []
    code, year, rank = found.groups()
    rows = (
        ContratOccupation.objects.visible_to(user, Permission.CONTRAT_VIEW)
        .filter(document__residence__code__iexact=code, document__year=int(year), document__rank=int(rank))
        .select_related("sejour__menage", "place", "document__residence")
    )
    return [
        Hit(
            group="Contrats",
            label=f"Contrat n° {contrat.document.number}",
            url=contrat.get_absolute_url(),
            detail=f"{contrat.menage}, place {contrat.place}, {contrat.get_status_display()}",
            icon="sign",
        )
        for contrat in rows[:limit]
    ]


def _stays(user: User, text: str, limit: int) -> list[Hit]:
    words = [word for word in re.split(r"[\s,’'\-]+", text) if len(word) >= SHORTEST and not word.isdigit()]
    if not words or not user.holds(Permission.SEJOUR_VIEW):
        return []
    # By name: the confidential ones are left out whatever the permission, their number alone finds them.
    rows = Sejour.objects.visible_to(user, Permission.SEJOUR_VIEW).open().open_to(user)
    for word in words[:6]:
        rows = rows.filter(menage__sort_name__contains=Lower(PlainText(Value(word))))
    contrats = Prefetch("contrats", ContratOccupation.objects.select_related("place"))
    rows = rows.select_related("menage", "residence").prefetch_related(contrats).order_by("menage__sort_name")
    return [
        Hit(
            group="Séjours",
            label=str(sejour.menage),
            url=sejour.get_absolute_url(),
            detail=_stay_detail(sejour),
            icon="logement",
        )
        for sejour in rows[:limit]
    ]


def _stay_detail(sejour: Sejour) -> str:
    contrat = current_contrat(sejour)
    where = f"place {contrat.place}, " if contrat else ""
    return f"{where}depuis le {sejour.start_on:%d/%m/%Y}, {sejour.residence}"


# The household


def stay_among(parts: Iterable[MenagePart], sejour: Sejour) -> Sejour:
    """`sejour` as the banner of its household reads it, with its contracts; itself where it was cancelled."""
    stays = (one for part in parts if isinstance(part, Sejours) for one in part.stays)
    return next((one for one in stays if one.pk == sejour.pk), sejour)


class Sejours(MenagePart):
    """The stays of a household, their contracts and their états des lieux, as far as the user may read each."""

    @cached_property
    def stays(self) -> list[Sejour]:
        """Those that count first: the open one, then the last ones."""
        if not self.user.holds(Permission.SEJOUR_VIEW):
            return []
        late = AvisEcheance.objects.overdue(today()).filter(contrat__sejour=OuterRef("pk"))
        open_procedures = Procedure.objects.open().filter(sejour=OuterRef("pk")).order_by("kind").distinct("kind")
        contrats = ContratOccupation.objects.select_related("place")
        if not self.reader.banner_only:
            contrats = contrats.select_related("place__logement", "document__residence").defer("document__data")
        rows = (
            self.reader.rows(Sejour, Permission.SEJOUR_VIEW)
            .live()
            .annotate(is_late=Exists(late), procedures_open=ArraySubquery(open_procedures.values("kind")))
            .select_related("residence", "dispositif")
            .prefetch_related(Prefetch("contrats", contrats))
        )
        found = sorted(rows, key=lambda one: (one.ended_on is None, one.start_on), reverse=True)
        for sejour in found:
            sejour.menage = self.menage
        return found

    @property
    def sejour(self) -> Sejour | None:
        return self.stays[0] if self.stays else None

    def banner(self) -> BannerPart:
        """Place, dates and tabs of the stay; the badges préavis and impayé, and that of a planned end that is near."""
        sejour = self.sejour
        if sejour is None:
            return BannerPart()
        contrat = current_contrat(sejour)
        badges = []
        if contrat is not None and contrat.status == Status.NOTICE:
            badges.append(Badge("préavis", "soon"))
        if contrat is not None and contrat.status == Status.OCCUPANT_SANS_TITRE:
            badges.append(Badge("occupant sans titre", "late"))
        if sejour.ended_on is not None:
            badges.append(Badge("sorti"))
        elif sejour.planned_end_on and sejour.planned_end_on <= add_days(today(), TERM_AHEAD_DAYS):
            passed = sejour.planned_end_on < today()
            badges.append(
                Badge("fin de séjour passée" if passed else "fin de séjour proche", "late" if passed else "soon")
            )
        if any(one.is_late and self.user.holds(Permission.COMPTE_VIEW, one.residence_id) for one in self.stays):
            badges.append(Badge("impayé", "late"))
        if self.user.holds(Permission.PROCEDURE_VIEW, sejour.residence_id):
            badges += [_OPEN_PROCEDURE[Procedure.Kind(kind)] for kind in sejour.procedures_open]
        tabs = [Tab("Séjour", sejour.get_absolute_url())]
        if self.user.holds(Permission.COMPTE_VIEW, sejour.residence_id):
            tabs.append(Tab("Compte", reverse("logement:compte_detail", args=[sejour.pk])))
        sees_place = contrat is not None and contrat.status != Status.CANCELLED
        opens_place = sees_place and self.user.holds(Permission.PARC_VIEW, sejour.residence_id)
        ends = sejour.ended_on or (contrat.end_on if contrat is not None and contrat.status == Status.NOTICE else None)
        return BannerPart(
            place=f"{contrat.place}, {sejour.residence}" if sees_place and contrat else "",
            place_url=contrat.place.get_absolute_url() if opens_place and contrat else "",
            stay_from=sejour.start_on,
            stay_to=ends,
            badges=tuple(badges),
            tabs=tuple(tabs),
        )

    def panels(self) -> list[Panel]:
        """The stay in short: contract, dates, what is left to do for the entry; or how to begin."""
        sejour = self.sejour
        if sejour is None or sejour.ended_on is not None:
            return _beginning(self.reader, sejour)
        contrat = current_contrat(sejour)
        lines: list[tuple[str, Any]] = [
            ("Place", f"{contrat.place}, {contrat.place.logement.floor_name}" if contrat else ""),
            ("Entrée", sejour.start_on),
        ]
        if sejour.planned_end_on:
            lines.append(("Fin prévue du séjour", sejour.planned_end_on))
        else:
            lines.append(("Séjour", "sans limitation de durée"))
        if contrat is not None and contrat.end_on:
            lines.append(("Fin du contrat", contrat.end_on))
        if contrat is not None and self.user.holds(Permission.CONTRAT_VIEW, sejour.residence_id):
            steps = entry_steps(contrat) if contrat.status in (Status.DRAFT, Status.TO_SIGN, Status.RUNNING) else []
            left = [step.label for step in steps if not step.done]
            if left:
                lines.append(("Reste à faire pour l’entrée", ", ".join(left)))
        return [
            Panel(
                title="Séjour",
                lines=tuple(lines),
                url=sejour.get_absolute_url(),
                link_label="Ouvrir le séjour",
                badges=(status_badge(contrat),) if contrat else (),
                order=20,
            )
        ]

    def timeline(self) -> list[Event | Told]:
        """Entry, signature, état des lieux, decisions on the stay, notice, procedures and their steps, exit."""
        told: list[Event | Told] = [event for sejour in self.stays for event in _of_sejour(sejour)]
        by_pk = {sejour.pk: sejour for sejour in self.stays}

        def of_decision(one: RenouvellementSejour) -> Event:
            return _of_decision(one, by_pk[one.sejour_id].get_absolute_url())

        told.append(
            Told(
                RenouvellementSejour.objects.filter(sejour__in=list(by_pk)),
                ("sejour", "kind", "until_on", "decided_on", *staff("decided_by")),
                of_decision,
            )
        )
        contrats = self.reader.rows(ContratOccupation, Permission.CONTRAT_VIEW)
        told.append(
            Told(
                contrats.filter(signed_on__isnull=False),
                ("signed_on", "place__id", "place__code", *staff("signed_by")),
                _of_contract,
            )
        )
        told.append(
            Told(
                Preavis.objects.filter(contrat__in=contrats, notified_on__isnull=False),
                ("contrat", "notified_on", "ends_on", "withdrawn_at", "given_by_whom"),
                _of_notice,
            )
        )
        told.append(
            Told(
                self.reader.rows(EtatDesLieux, Permission.ETAT_DES_LIEUX_VIEW).filter(
                    status=EtatDesLieux.Status.SIGNED
                ),
                ("kind", "signed_at", *staff("made_by")),
                _of_state,
            )
        )
        procedures = self.reader.rows(Procedure, Permission.PROCEDURE_VIEW)
        told.append(Told(procedures, ("kind", "opened_on", *staff("opened_by")), _of_procedure))
        told.append(
            Told(
                EtapeProcedure.objects.standing().filter(procedure__in=procedures),
                ("code", "done_on", "procedure__id", "procedure__kind", *staff("recorded_by")),
                _of_step,
            )
        )
        return told


def _beginning(reader: MenageReader, past: Sejour | None) -> list[Panel]:
    """Nobody lives here any more, or not yet: where a contract begins, for who prepares them."""
    actions: tuple[tuple[str, str], ...] = ()
    if reader.opens(Permission.CONTRAT_PREPARE):
        actions = (("Préparer un contrat", reverse("logement:contrat_prepare", args=[reader.menage.pk])),)
    if past is None:
        return [Panel("Séjour", empty="Aucun séjour.", actions=actions, order=20)] if actions else []
    lines: tuple[tuple[str, Any], ...] = (
        ("Entrée", past.start_on),
        ("Sortie", past.ended_on),
        ("Destination", past.get_destination_display()),
    )
    return [
        Panel(
            "Dernier séjour",
            lines=lines,
            url=past.get_absolute_url(),
            link_label="Ouvrir le séjour",
            actions=actions,
            order=20,
        )
    ]


def _of_sejour(sejour: Sejour) -> list[Event]:
    url = sejour.get_absolute_url()
    told = []
    if sejour.start_on <= today() and any(one.signed_on for one in sejour.contrats.all()):
        places = ", ".join(str(one.place) for one in sejour.contrats.all() if one.start_on == sejour.start_on)
        told.append(
            Event(sejour.start_on, f"Entrée dans le logement, place {places}", "logement", "key", url, "", "done")
        )
    if sejour.ended_on:
        where = f", destination : {sejour.get_destination_display()}" if sejour.destination else ""
        told.append(Event(sejour.ended_on, f"Sortie, clés rendues{where}", "logement", "door", url))
    return told


def _of_decision(one: RenouvellementSejour, url: str) -> Event:
    return Event(
        on=one.decided_on,
        sentence=f"{str(one.get_kind_display()).capitalize()} du séjour, jusqu’au {one.until_on:%d/%m/%Y}",
        theme="logement",
        icon="calendar",
        url=url,
        by=str(one.decided_by),
    )


def _of_contract(contrat: ContratOccupation) -> Event:
    return Event(
        on=contrat.signed_on,
        sentence=f"Contrat d’occupation signé, place {contrat.place}",
        theme="contrat",
        icon="sign",
        url=contrat.get_absolute_url(),
        by=str(contrat.signed_by or ""),
        meaning="done",
    )


def _of_notice(preavis: Preavis) -> Event:
    until = f"jusqu’au {preavis.ends_on:%d/%m/%Y}" if preavis.withdrawn_at is None else "retiré depuis"
    return Event(
        on=preavis.notified_on,
        sentence=f"Préavis donné par {preavis.get_given_by_whom_display()}, {until}",
        theme="contrat",
        icon="mail",
        url=reverse("logement:contrat_detail", args=[preavis.contrat_id]),
        meaning="soon",
    )


def _of_state(edl: EtatDesLieux) -> Event:
    return Event(
        on=timezone.localdate(edl.signed_at),
        sentence=f"{str(edl).capitalize()} signé",
        theme="logement",
        icon="checklist",
        url=edl.get_absolute_url(),
        by=str(edl.made_by),
        meaning="done",
    )


# What the banner says of a procedure that is open.
_OPEN_PROCEDURE = {
    Procedure.Kind.DEATH: Badge("décès", "information"),
    Procedure.Kind.UNSEEN: Badge("personne que l’on ne voit plus", "late"),
    Procedure.Kind.AFTER_END: Badge("resté après la fin du contrat", "late"),
}


def _of_procedure(one: Procedure) -> Event:
    return Event(
        on=one.opened_on,
        sentence=f"Procédure ouverte : {one.get_kind_display()}",
        theme="logement",
        icon="alert",
        url=one.get_absolute_url(),
        by=str(one.opened_by),
        meaning="soon",
    )


def _of_step(step: EtapeProcedure) -> Event:
    return Event(
        on=step.done_on,
        sentence=step.label,
        theme="logement",
        icon="checklist",
        url=step.procedure.get_absolute_url(),
        by=str(step.recorded_by),
    )


# The day


def home(user: User, residence_id: int | None = None) -> list[Panel]:
    """Places free now and soon, each figure leading to its list."""
    if not user.holds(Permission.PARC_VIEW):
        return []
    counts = free_counts(places_of(user, residence_id), today())
    words = {0: "Aujourd’hui", 30: "Dans 30 jours", 60: "Dans 60 jours", 90: "Dans 90 jours"}
    lines = tuple(
        (words[ahead], f"{places} place{'s' if places > 1 else ''}, {persons} personne{'s' if persons > 1 else ''}")
        for ahead, (places, persons) in counts.items()
    )
    return [
        Panel(
            title="Places libres",
            lines=lines,
            url=f"{reverse('logement:place_list')}?quand=libre",
            link_label="Voir les places libres",
            order=20,
        )
    ]
