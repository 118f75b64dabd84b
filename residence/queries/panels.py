"""What the page of a household shows that no app owns: who is in it, how to reach it, when it is met."""

import datetime

from django.urls import reverse
from django.utils import timezone

from residence.contracts import Panel
from residence.models import MembreMenage, Menage, Personne, RendezVous, TitreSejour, User
from residence.models.base import today
from residence.permissions import Permission, Role
from residence.rules.dates import age_on

# Who needs no more than names, ties and help on the stairs.
_NAMES_ONLY = frozenset({Role.VIE_RESIDENTIELLE})


def household(user: User, menage: Menage) -> list[Panel]:
    """Composition, contact and next appointments, as far as the user's role needs them."""
    found = [_composition(user, menage)]
    if not names_only(user):
        found.append(_contact(user, menage))
    if user.holds(Permission.RENDEZ_VOUS_VIEW):
        found.append(_appointments(user, menage))
    return found


def names_only(user: User) -> bool:
    """Whether every role of `user` stops at names, rooms and help on the stairs."""
    return user.roles <= _NAMES_ONLY


def born(personne: Personne) -> str:
    """« 17/05/1990 (35 ans) », « en 05/1990 », « en 1990 », « date inconnue »: as precisely as it is known."""
    if personne.born_on is None:
        return "date de naissance inconnue"
    age = age_on(personne.born_on, max(personne.deceased_on or today(), personne.born_on))
    written = {
        Personne.BirthPrecision.MONTH: f"en {personne.born_on:%m/%Y}",
        Personne.BirthPrecision.YEAR: f"en {personne.born_on:%Y}",
    }.get(Personne.BirthPrecision(personne.birth_precision), f"le {personne.born_on:%d/%m/%Y}")
    return f"{written} ({age} an{'s' if age > 1 else ''})"


def _composition(user: User, menage: Menage) -> Panel:
    lines = [(_tie(membre), _about(user, membre.personne)) for membre in menage.members_on(today()).order_by("pk")]
    actions = []
    if Menage.objects.visible_to(user, Permission.MENAGE_EDIT).filter(pk=menage.pk).exists():
        actions.append(("Ajouter une personne", reverse("residence:membre_add", args=[menage.pk])))
    return Panel(
        title="Qui compose le ménage",
        lines=tuple(lines),
        url=reverse("residence:menage_edit", args=[menage.pk]) if actions else "",
        link_label="Modifier le ménage" if actions else "",
        empty="Personne n’y est inscrit.",
        order=10,
        actions=tuple(actions),
    )


def _tie(membre: MembreMenage) -> str:
    return str(membre.get_tie_display()).capitalize()


def _about(user: User, personne: Personne) -> str:
    """A person in one line."""
    said = [str(personne)]
    if not names_only(user):
        said.append(("née " if personne.civility == Personne.Civility.MADAME else "né ") + born(personne))
        if personne.born_on is None:
            said[-1] = born(personne)
        if personne.spoken_language:
            interpreter = " (interprète nécessaire)" if personne.needs_interpreter else ""
            said.append(f"parle {personne.spoken_language}{interpreter}")
    if personne.needs_evacuation_help:
        said.append("aide nécessaire dans les escaliers")
    if personne.deceased_on:
        said.append(f"décès le {personne.deceased_on:%d/%m/%Y}")
    return ", ".join(said)


def _contact(user: User, menage: Menage) -> Panel:
    lines: list[tuple[str, object]] = [
        ("Téléphone", menage.phone),
        ("Courriel", menage.email),
        ("Adresse", ", ".join(menage.address_lines)),
        ("Numéro d’allocataire", menage.caf_number),
    ]
    if menage.email:
        agreed = menage.email_agreed_on
        lines.insert(2, ("Accepte le courriel", f"depuis le {agreed:%d/%m/%Y}" if agreed else "non"))
    if user.holds(Permission.MENAGE_SENSITIVE_VIEW):
        lines += _papers(user, menage)
    return Panel(title="Comment le joindre", lines=tuple(lines), order=20)


def _papers(user: User, menage: Menage) -> list[tuple[str, object]]:
    """Residence permits, for who may know of them."""
    seen = Menage.objects.visible_to(user, Permission.MENAGE_SENSITIVE_VIEW).filter(pk=menage.pk)
    permits = TitreSejour.objects.filter(
        personne__membre_de__menage__in=seen, personne__membre_de__end_on=None, end_on__isnull=False
    ).select_related("personne")
    return [(f"Titre de séjour de {one.personne}", f"{one.kind}, jusqu’au {one.end_on:%d/%m/%Y}") for one in permits]


def _appointments(user: User, menage: Menage) -> Panel:
    coming = (
        RendezVous.objects.visible_to(user, Permission.RENDEZ_VOUS_VIEW)
        .filter(
            menage=menage,
            status=RendezVous.Status.PLANNED,
            start_at__gte=timezone.now() - datetime.timedelta(hours=12),
        )
        .select_related("user")
    )
    actions = []
    if Menage.objects.visible_to(user, Permission.RENDEZ_VOUS_EDIT).filter(pk=menage.pk).exists():
        actions.append(("Fixer un rendez-vous", reverse("residence:rendez_vous_create", args=[menage.pk])))
    return Panel(
        title="Prochains rendez-vous",
        lines=tuple((_moment(one), f"{one.get_kind_display()} avec {one.user}") for one in coming[:3]),
        empty="Aucun rendez-vous n’est prévu.",
        order=30,
        actions=tuple(actions),
    )


def _moment(rendez_vous: RendezVous) -> str:
    local = timezone.localtime(rendez_vous.start_at)
    return f"{local:%d/%m/%Y} à {local.hour}\u00a0h\u00a0{local:%M}"
