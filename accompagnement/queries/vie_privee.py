"""What a person is given of their own file: theirs, without the others."""

import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from accompagnement.models import (
    BilanProjet,
    Consentement,
    ContratEngagement,
    DemandeAcces,
    DemandeLogement,
    EntretienRsa,
    InformationRgpd,
    NoteCommuniquee,
    NoteSociale,
    Objectif,
    OffreLogement,
    OrientationPartenaire,
    PresenceAction,
    Priorite,
)
from accompagnement.models.projets import LEVELS
from accompagnement.rules.vie_privee import without_names
from admissions.models import Orientation
from logement.models import ContratOccupation, TiersHeberge
from residence.models import DocumentEmis, MembreMenage, Ressource
from residence.models.base import today
from residence.rules.money import euros


def notes_of(demande: DemandeAcces) -> QuerySet[Any]:
    """The notes of the social files of the household in the résidence, as they stand, oldest first."""
    rows = NoteSociale.objects.current().filter(
        dossier__menage=demande.menage_id, dossier__residence=demande.residence_id
    )
    return rows.order_by("held_on", "pk")


def undecided(demande: DemandeAcces) -> QuerySet[Any]:
    """Of these, those that nobody has read again for this request."""
    return notes_of(demande).filter(~Exists(NoteCommuniquee.objects.filter(demande=demande, note=OuterRef("pk"))))


def others_of(demande: DemandeAcces) -> list[str]:
    """The names of everybody else who was of the household, or a guest of its stays."""
    members = MembreMenage.objects.filter(menage=demande.menage_id).exclude(personne=demande.personne_id)
    guests = TiersHeberge.objects.filter(sejour__menage=demande.menage_id)
    own = f"{demande.personne.last_name} {demande.personne.first_names}".split()
    names = [*members.values_list("personne__last_name", "personne__first_names")]
    names += guests.values_list("last_name", "first_names")
    # A family shares its name: what is also the person's own stays.
    mine = {part.casefold() for part in own}
    return [part for pair in names for name in pair for part in name.split() if part.casefold() not in mine]


def given_text(demande: DemandeAcces, note: NoteSociale) -> str:
    """The words of a note as they are proposed: the names of the others taken out."""
    return without_names(note.text, others_of(demande))


def is_reference(demande: DemandeAcces) -> bool:
    """Whether the person is the one who speaks for the household: its projet and its housing request are theirs."""
    rows = MembreMenage.objects.filter(menage=demande.menage_id, personne=demande.personne_id)
    return rows.filter(tie=MembreMenage.Tie.REFERENCE).exists()


def communicated(demande: DemandeAcces) -> dict[str, Any]:
    """The frozen data of the file that is given.

    Theirs: identity, what they receive, stays, requests, notes as they were read again, RSA, partners, sessions,
    consents. Of the household (projet, housing request) only to its person of reference. Never: the names of the
    others, drafts, what is not decided yet, and the names of the team.
    """
    personne, menage = demande.personne, demande.menage_id
    others = others_of(demande)

    def own(text: str) -> str:
        return without_names(text, others)

    where = {"dossier__menage": menage, "dossier__residence": demande.residence_id}
    sections = [
        _section("Qui vous êtes", _identity(demande)),
        _section(
            "Vos ressources, telles que vous nous les avez dites",
            [
                (row.start_on, f"{row.get_kind_display()} : {euros(row.monthly_amount)} par mois")
                for row in Ressource.objects.filter(menage=menage, personne=personne).order_by("start_on")
            ],
        ),
        _section(
            "Vos demandes et vos séjours",
            [
                *(
                    (row.received_on, f"Demande reçue, aujourd’hui : {row.get_status_display()}")
                    for row in Orientation.objects.filter(menage=menage, residence=demande.residence_id)
                ),
                *(
                    (row.start_on, f"Contrat d’occupation, place {row.place.code} : {row.get_status_display()}")
                    for row in ContratOccupation.objects.filter(
                        sejour__menage=menage, sejour__residence=demande.residence_id
                    ).select_related("place")
                ),
            ],
        ),
        _section("Ce qui s’est dit et fait avec vous", _notes(demande)),
        _section("Votre RSA", _rsa(demande, own)),
        _section(
            "Les partenaires vers qui nous vous avons orienté",
            [
                (row.sent_on, f"{row.partenaire} : {own(row.shared)}{_ended(row)}")
                for row in OrientationPartenaire.objects.filter(personne=personne, **where).select_related("partenaire")
            ],
        ),
        _section(
            "Les actions collectives",
            [
                (row.seance.held_on, f"{row.seance.name} : {row.get_status_display()}")
                for row in PresenceAction.objects.filter(
                    inscription__personne=personne, seance__action__residence=demande.residence_id
                ).select_related("seance")
            ],
        ),
        _section("Ce qui vous a été dit, et ce dont vous êtes d’accord", _agreed(demande)),
        _section(
            "Les documents que nous vous avons faits",
            [
                (row.issued_on, f"{str(row.get_kind_display()).capitalize()} n° {row.number}")
                for row in DocumentEmis.objects.filter(menage=menage, residence=demande.residence_id)
                .select_related("residence")
                .defer("data")
                .order_by("issued_on", "pk")
            ],
        ),
    ]
    if is_reference(demande):
        sections[4:4] = [_section("Votre projet", _projet(where, own)), _section("Votre relogement", _housing(where))]
    kept = demande.notes.filter(choice=NoteCommuniquee.Choice.KEPT)
    return {
        "title": "Votre dossier",
        "name": str(personne),
        "received_on": demande.received_on,
        "day": today(),
        "sections": [one for one in sections if one["lines"]],
        "kept": [one.reason for one in kept.order_by("pk")],
        "others_count": demande.menage.members_on(today()).exclude(personne=personne).count(),
    }


def _section(title: str, lines: list[tuple[datetime.date | None, str]]) -> dict[str, Any]:
    ordered = sorted(lines, key=lambda line: line[0] or datetime.date.min)
    return {"title": title, "lines": [{"on": on, "said": said} for on, said in ordered]}


def _identity(demande: DemandeAcces) -> list[tuple[datetime.date | None, str]]:
    personne = demande.personne
    said = [str(personne)]
    if personne.born_on:
        said.append(f"Naissance : {personne.born_on:%d/%m/%Y}")
    said += [f"{label} : {value}" for label, value in (("Tél.", personne.phone), ("Courriel", personne.email)) if value]
    return [(None, one) for one in said]


def _notes(demande: DemandeAcces) -> list[tuple[datetime.date | None, str]]:
    rows = demande.notes.exclude(choice=NoteCommuniquee.Choice.KEPT).select_related("note")
    return [(row.note.held_on, f"{str(row.note.get_kind_display()).capitalize()} : {row.text}") for row in rows]


def _projet(where: dict[str, Any], own: Any) -> list[tuple[datetime.date | None, str]]:
    found = []
    for bilan in BilanProjet.objects.filter(**where).prefetch_related("niveaux"):
        kind = "d’étape" if bilan.kind == BilanProjet.Kind.REVIEW else bilan.get_kind_display()
        levels = ", ".join(f"{one.get_theme_display()} : {LEVELS[one.level]}" for one in bilan.niveaux.all())
        said = (f"Point {kind}. {own(bilan.words)}".strip(), levels[:1].upper() + levels[1:])
        found.append((bilan.held_on, "\n".join(filter(None, said))))
    for objectif in Objectif.objects.filter(**where).prefetch_related("etapes"):
        steps = " ; ".join(own(step.what) for step in objectif.etapes.all())
        found.append((objectif.opened_on, f"Objectif : {own(objectif.words)}{f' ({steps})' if steps else ''}"))
    return found


def _housing(where: dict[str, Any]) -> list[tuple[datetime.date | None, str]]:
    found = [
        (row.registered_on, f"Demande de logement social n° {row.nur}")
        for row in DemandeLogement.objects.filter(**where)
    ]
    found += [
        (row.filed_on, f"Priorité {row.get_kind_display()} : {row.get_status_display()}")
        for row in Priorite.objects.filter(**where)
    ]
    for row in OffreLogement.objects.filter(**where):
        end = row.get_outcome_display() or row.get_answer_display()
        found.append((row.received_on, f"Offre de {row.bailleur} à {row.commune}{f', {end}' if end else ''}"))
    return found


def _rsa(demande: DemandeAcces, own: Any) -> list[tuple[datetime.date | None, str]]:
    mine = {"parcours__personne": demande.personne_id, "parcours__dossier__residence": demande.residence_id}
    found = [
        (row.signed_on, f"Contrat d’engagement jusqu’au {row.end_on:%d/%m/%Y} : {own(row.actions)}")
        for row in ContratEngagement.objects.filter(**mine)
    ]
    for row in EntretienRsa.objects.filter(**mine):
        said = " ".join(part for part in (own(row.done), own(row.to_do)) if part)
        found.append((row.held_on, f"Entretien RSA, personne {row.get_presence_display()}. {said}"))
    return found


def _agreed(demande: DemandeAcces) -> list[tuple[datetime.date | None, str]]:
    mine = {"personne": demande.personne_id, "residence": demande.residence_id}
    found = [(row.given_on, "Fiche d’information remise") for row in InformationRgpd.objects.filter(**mine)]
    for row in Consentement.objects.filter(**mine):
        end = f", retiré le {row.withdrawn_on:%d/%m/%Y}" if row.withdrawn_on else ""
        found.append((row.given_on, f"Accord pour {row.get_purpose_display()}{end}"))
    return found


def _ended(row: OrientationPartenaire) -> str:
    end = row.get_outcome_display() or row.get_answer_display()
    return f" ({end})" if end else ""
