"""Where the RSA of a person stands: the contract that runs, what is to sign, the joint diagnosis."""

import datetime
from dataclasses import dataclass

from accompagnement.models import ContratEngagement, DossierSocial, EntretienRsa, ParcoursRsa
from accompagnement.rules.rsa import convert_by, diagnosis_due_on, hours_asked, sign_by
from residence.models import Personne, Ressource, User
from residence.models.base import today
from residence.permissions import Permission


@dataclass(frozen=True)
class Standing:
    """The support of one person, its contracts and meetings the last first, and what is due of it (None: nothing)."""

    parcours: ParcoursRsa
    contrat: ContratEngagement | None
    contrats: tuple[ContratEngagement, ...]
    entretiens: tuple[EntretienRsa, ...]
    sign_by_on: datetime.date | None
    convert_by_on: datetime.date | None
    diagnosis_by_on: datetime.date | None

    @property
    def has_fewer_hours(self) -> bool:
        return self.contrat is not None and self.contrat.weekly_hours < hours_asked(self.contrat.start_on)


def standing(parcours: ParcoursRsa) -> Standing:
    """Where one support stands; its contracts and meetings are at hand."""
    contrats = tuple(parcours.contrats.all())
    waits = not contrats
    first = min((one.start_on for one in contrats), default=None)
    seen = parcours.seeks_work or parcours.diagnosed_on is not None or first is None
    return Standing(
        parcours=parcours,
        contrat=contrats[0] if contrats else None,
        contrats=contrats,
        entretiens=tuple(parcours.entretiens.all()),
        sign_by_on=sign_by(parcours.notified_on) if waits and not parcours.old_contract_on else None,
        convert_by_on=convert_by(parcours.old_contract_on) if waits else None,
        diagnosis_by_on=None if seen or first is None else diagnosis_due_on(first, exception=parcours.has_longer_delay),
    )


def receivers(user: User, dossier: DossierSocial, *, known: set[int]) -> list[Personne]:
    """Who of the household is known to receive the RSA, and has no support opened yet."""
    if not user.holds(Permission.RESSOURCE_VIEW, dossier.residence_id):
        return []
    rows = Ressource.objects.in_force(today()).filter(
        menage=dossier.menage_id, kind=Ressource.Kind.RSA, personne__isnull=False
    )
    people = {one.personne_id: one.personne for one in rows.select_related("personne")}
    return [personne for pk, personne in people.items() if pk not in known]
