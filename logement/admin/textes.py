"""The texts of the contract, of the house rules and of the papers of the redevance, as a résidence may adapt them."""

from logement.wording import CONTRAT, REGLEMENT, Clause
from residence.admin.modeles import Text, offer_texts
from residence.models import DocumentKind


def _adapted(clause: Clause) -> Text:
    return Text(
        code=clause.code,
        title=clause.title,
        default=clause.text,
        source=clause.source,
        clause=True,
        required=not clause.optional,
    )


NOTES = Text("notes", "Au bas de la page", source="")

offer_texts(
    DocumentKind.CONTRAT,
    [
        *map(_adapted, CONTRAT),
        Text("depot_echelonnement", "Échelonnement du dépôt de garantie"),
        Text("jours_absence", "Absence à déclarer au-delà de (jours)"),
    ],
)
offer_texts(
    DocumentKind.REGLEMENT,
    [*map(_adapted, REGLEMENT), Text("jours_absence", "Absence à déclarer au-delà de (jours)")],
)
for kind in (DocumentKind.AVIS_ECHEANCE, DocumentKind.QUITTANCE, DocumentKind.RECU):
    offer_texts(kind, [NOTES])
