"""What the page of a household shows that no app owns: who is in it, how to reach it, when it is met, its papers."""

import datetime

from django.urls import reverse
from django.utils import timezone

from residence.components import Event
from residence.contracts import MenagePart, Panel, Told
from residence.models import MembreMenage, Personne, RendezVous, TitreSejour
from residence.models.base import today
from residence.permissions import Permission
from residence.queries.menages import MenageReader
from residence.queries.timeline import appointments_of, appointments_told, documents_told, members_told
from residence.queries.together import Rows, staff, together
from residence.rules.dates import age_on


class Household(MenagePart):
    """Composition, contact, appointments and documents, as far as the user's role needs them."""

    def panels(self) -> list[Panel]:
        permits, coming = together(_permits(self.reader), _coming(self.reader))
        found = [_composition(self.reader)]
        if not self.reader.names_only:
            found.append(_contact(self.reader, permits))
        if self.user.holds(Permission.RENDEZ_VOUS_VIEW):
            found.append(_appointments(self.reader, coming))
        return found

    def timeline(self) -> list[Event | Told]:
        return [*members_told(self.reader), appointments_told(self.reader), documents_told(self.reader)]


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


def _composition(reader: MenageReader) -> Panel:
    menage = reader.menage
    lines = [(_tie(membre), _about(reader, membre.personne)) for membre in reader.members_on(today())]
    actions = []
    if reader.opens(Permission.MENAGE_EDIT):
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


def _about(reader: MenageReader, personne: Personne) -> str:
    """A person in one line."""
    said = [str(personne)]
    if not reader.names_only:
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


def _contact(reader: MenageReader, permits: list[TitreSejour]) -> Panel:
    menage = reader.menage
    lines: list[tuple[str, object]] = [
        ("Téléphone", menage.phone),
        ("Courriel", menage.email),
        ("Adresse", ", ".join(menage.address_lines)),
        ("Numéro d’allocataire", menage.caf_number),
    ]
    if menage.email:
        agreed = menage.email_agreed_on
        lines.insert(2, ("Accepte le courriel", f"depuis le {agreed:%d/%m/%Y}" if agreed else "non"))
    persons = {membre.personne_id: membre.personne for membre in reader.members}
    lines += [
        (f"Titre de séjour de {persons[one.personne_id]}", f"{one.kind}, jusqu’au {one.end_on:%d/%m/%Y}")
        for one in sorted(permits, key=lambda one: one.end_on, reverse=True)
    ]
    return Panel(title="Comment le joindre", lines=tuple(lines), order=20)


def _permits(reader: MenageReader) -> Rows:
    """Residence permits of who is there, for who may know of them."""
    permits = TitreSejour.objects.none()
    if reader.opens(Permission.MENAGE_SENSITIVE_VIEW):
        present = [membre.personne_id for membre in reader.members if membre.end_on is None]
        permits = TitreSejour.objects.filter(personne__in=present, end_on__isnull=False)
    return Rows(permits, ("personne", "kind", "end_on"))


def _coming(reader: MenageReader) -> Rows:
    since = timezone.now() - datetime.timedelta(hours=12)
    rows = appointments_of(reader).filter(status=RendezVous.Status.PLANNED, start_at__gte=since)
    return Rows(rows, ("kind", "start_at", *staff("user")))


def _appointments(reader: MenageReader, coming: list[RendezVous]) -> Panel:
    actions = []
    if reader.opens(Permission.RENDEZ_VOUS_EDIT):
        actions.append(("Fixer un rendez-vous", reverse("residence:rendez_vous_create", args=[reader.menage.pk])))
    coming = sorted(coming, key=lambda one: one.start_at)[:3]
    return Panel(
        title="Prochains rendez-vous",
        lines=tuple((_moment(one), f"{one.get_kind_display()} avec {one.user}") for one in coming),
        empty="Aucun rendez-vous n’est prévu.",
        order=30,
        actions=tuple(actions),
    )


def _moment(rendez_vous: RendezVous) -> str:
    local = timezone.localtime(rendez_vous.start_at)
    return f"{local:%d/%m/%Y} à {local.hour}\u00a0h\u00a0{local:%M}"
