"""The demonstration's RSA: supports by delegation, contracts running, ending, to sign and to convert."""

import datetime

from accompagnement.models import ContratEngagement, DossierSocial, EntretienRsa, ParcoursRsa
from residence.demo import World
from residence.models import Ressource
from residence.rules.dates import add_months, eve

SHOWN = 18
ENGAGEMENTS = (
    "La personne : deux ateliers par semaine et une enquête métier. L’équipe : la mise en lien avec la mission emploi.",
    "La personne : les cours de français du lundi et du jeudi. L’équipe : la recherche d’un mode de garde.",
    "La personne : un chantier d’insertion. L’équipe : le point budget de chaque mois.",
)


def load(world: World, files: list[DossierSocial]) -> None:
    """A support for the first people of open files who receive the RSA."""
    open_files = {one.menage_id: one for one in files if one.closed_on is None}
    rows = Ressource.objects.in_force(world.today).filter(
        kind=Ressource.Kind.RSA, menage__in=open_files, personne__isnull=False
    )
    contracts: list[ContratEngagement] = []
    meetings: list[EntretienRsa] = []
    seen: set[int] = set()
    for rank, row in enumerate(rows.select_related("personne").order_by("pk")[:SHOWN]):
        if row.personne_id in seen:
            continue
        seen.add(row.personne_id)
        file = open_files[row.menage_id]
        user = file.created_by
        notified = world.past(12 if rank % 6 == 5 else world.chance.randint(50, 200))
        parcours = ParcoursRsa.objects.create(
            dossier=file,
            personne=row.personne,
            delegated_on=notified,
            delegated_from_body="Conseil départemental du Puy-de-Dôme",
            notified_on=notified,
            old_contract_on=datetime.date(2024, 9, 12) if rank % 6 == 4 else None,
            seeks_work=rank % 3 == 0,
            opened_by=user,
            opened_at=world.at(notified),
        )
        if rank % 6 in (4, 5):
            continue
        start = notified + datetime.timedelta(days=15)
        contracts.append(
            ContratEngagement(
                parcours=parcours,
                signed_on=start,
                start_on=start,
                end_on=eve(add_months(start, 6)),
                weekly_hours=6 if rank % 5 == 1 else 15,
                fewer_hours_reason="Garde d’un enfant de moins de douze ans, sans solution" if rank % 5 == 1 else "",
                actions=ENGAGEMENTS[rank % 3],
                recorded_by=user,
                recorded_at=world.at(start),
            )
        )
        held = min(start + datetime.timedelta(days=30), world.today)
        meetings.append(
            EntretienRsa(
                parcours=parcours,
                held_on=held,
                presence=EntretienRsa.Presence.EXCUSED if rank % 7 == 3 else EntretienRsa.Presence.CAME,
                done="Le CV est refait, deux candidatures sont parties.",
                to_do="Préparer l’entretien d’embauche ; revoir le budget après la première paie.",
                next_on=world.ahead(world.chance.randint(4, 40)),
                written_by=user,
                written_at=world.at(held),
            )
        )
    ContratEngagement.objects.bulk_create(contracts)
    EntretienRsa.objects.bulk_create(meetings)
