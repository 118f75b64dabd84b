"""The demonstration's privacy: sheets given at entry, consents, two requests for one's own file."""

from accompagnement.actions.vie_privee import give_information, receive_demande
from accompagnement.models import Accord, Consentement, DossierSocial, InformationRgpd
from residence.demo import World, lived_on
from residence.models import MembreMenage

PURPOSES = (Consentement.Purpose.PARTAGE, Consentement.Purpose.MESSAGES, Consentement.Purpose.IMAGE)
BATCH = 2000


def load(world: World, files: list[DossierSocial]) -> None:
    """Most people have their sheet; one in six waits for it. A consent withdrawn now and then."""
    open_files = {one.menage_id: one for one in files if one.closed_on is None}
    rows = MembreMenage.objects.in_force(world.today).filter(menage__in=open_files, tie=MembreMenage.Tie.REFERENCE)
    sheets, consents = [], []
    people = list(rows.select_related("personne", "menage").order_by("pk"))
    for rank, one in enumerate(people):
        if rank % 6 == 5:
            continue
        file = open_files[one.menage_id]
        about = {"residence": world.residence, "menage": one.menage, "personne": one.personne}
        sheets.append(InformationRgpd(given_on=file.opened_on, given_by=file.created_by, **about))
        for purpose in PURPOSES[: 1 + rank % 3]:
            withdrawn = purpose == Consentement.Purpose.IMAGE and rank % 4 == 0
            consents.append(
                Consentement(
                    purpose=purpose,
                    kind=Accord.WRITTEN if rank % 2 else Accord.ORAL,
                    given_on=file.opened_on,
                    withdrawn_on=world.past(20) if withdrawn and file.opened_on < world.past(20) else None,
                    withdrawn_by=file.created_by if withdrawn and file.opened_on < world.past(20) else None,
                    recorded_by=file.created_by,
                    recorded_at=world.at(file.opened_on),
                    **about,
                )
            )
    InformationRgpd.objects.bulk_create(sheets, batch_size=BATCH)
    Consentement.objects.bulk_create(consents, batch_size=BATCH)
    for days, one in zip((3, 24), (one for one in people[5:] if not one.menage.is_confidential), strict=False):
        file = open_files[one.menage_id]
        with lived_on(world.past(days)):
            about = {"by": file.created_by, "menage": one.menage, "residence": world.residence}
            if not InformationRgpd.objects.filter(personne=one.personne).exists():
                give_information(**about, personnes=[one.personne], given_on=world.past(days))
            receive_demande(**about, personne=one.personne, received_on=world.past(days), identity="connue de l’équipe")
