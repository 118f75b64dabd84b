"""What the letters about a stay freeze: to whom, signed by whom, in which words."""

# ruff: noqa: E501 (a sentence is one text, as it will be read)

from collections.abc import Sequence
from typing import Any

from logement.models import ContratOccupation, Preavis
from logement.queries.compte import place_and_date, recipients
from residence.models import User
from residence.models.base import today


def letter_data(
    contrat: ContratOccupation,
    *,
    by: User,
    title: str,
    subject: str,
    paragraphs: Sequence[str],
    closing: str = "Nous restons à votre disposition pour en parler.",
    enclosures: Sequence[str] = (),
) -> dict[str, Any]:
    """The data of `pdf/letter.html` for the titulaires of a contract, or who receives their mail for them."""
    residence = contrat.sejour.residence
    if residence.signatory_name:
        signatory = {"name": residence.signatory_name, "function": residence.signatory_title or residence.organisme}
    else:
        signatory = {"name": by.get_full_name(), "function": by.function or residence.organisme}
    return {
        "title": title,
        "reference": "",
        "recipient_lines": recipients([contrat])[contrat.pk],
        "place_and_date": place_and_date(residence, today()),
        "object": subject,
        "salutation": "Madame, Monsieur,",
        "paragraphs": list(paragraphs),
        "closing": closing,
        "signatory": signatory,
        "enclosures": list(enclosures),
    }


DELAYS = {
    Preavis.Ground.BREACH: "un mois à compter du jour où cette lettre vous est remise",
    Preavis.Ground.CLOSURE: "trois mois à compter du jour où cette lettre vous est remise",
    Preavis.Ground.CONDITIONS_ENDED: "trois mois francs à compter du jour où cette lettre vous est remise, et pas avant "
    "un mois après l’offre de relogement",
}


def preavis_letter(preavis: Preavis, why: str) -> tuple[str, str, list[str]]:
    """Title, object and paragraphs of the letter of a notice; `why`: how its last day is computed, once it runs."""
    contrat = preavis.contrat
    if preavis.given_by_whom == Preavis.By.RESIDENT:
        return (
            "Accusé de réception de votre préavis",
            f"Votre départ de la place {contrat.place}",
            [
                (
                    f"Nous avons reçu votre préavis le {preavis.notified_on:%d/%m/%Y}. Votre contrat prend fin le "
                    f"{preavis.ends_on:%d/%m/%Y}, dernier jour compris."
                ),
                why,
                (
                    "Pour l’état des lieux de sortie et la remise des clés, prenez rendez-vous à l’accueil. Prévenez la CAF ou "
                    "la MSA de votre départ, et donnez-nous votre nouvelle adresse pour le dernier compte et le dépôt de "
                    "garantie, rendu au plus tard quinze jours après la remise des clés."
                ),
            ],
        )
    ground = str(preavis.get_ground_display())
    delay = DELAYS[Preavis.Ground(preavis.ground)]
    paragraphs = [
        (
            f"Nous mettons fin à votre contrat d’occupation, place {contrat.place}, ayant pris effet le "
            f"{contrat.start_on:%d/%m/%Y}, pour le motif suivant prévu par la loi : {ground} (CCH, art. L.633-2)."
        ),
        preavis.reasons,
        f"Le délai est de {delay} (CCH, art. R.633-3).",
    ]
    if preavis.offer_notified_on:
        paragraphs.append(
            f"Une offre de relogement adaptée à vos besoins vous a été notifiée le {preavis.offer_notified_on:%d/%m/%Y}."
        )
    if why:
        paragraphs.append(f"{why} Dernier jour : {preavis.ends_on:%d/%m/%Y}.")
    paragraphs += [
        "Vous ne devez la redevance que pour les jours où vous occupez réellement le logement (CCH, art. R.633-3, IV).",
        (
            "Vous pouvez contester cette décision devant le juge des contentieux de la protection et demander conseil, "
            "gratuitement, à l’ADIL ou au point-justice le plus proche. Personne ne peut vous faire sortir sans décision du juge."
        ),
    ]
    return "Résiliation du contrat d’occupation", f"Fin de votre contrat, place {contrat.place}", paragraphs
