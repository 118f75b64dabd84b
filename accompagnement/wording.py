"""The words of the information sheet on personal data, which a résidence adapts at its desk."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Paragraph:
    """A part of the sheet: its code, its heading, its words, the text that asks for it."""

    code: str
    title: str
    text: str
    source: str


_RGPD = "RGPD (règlement UE 2016/679), article 13"

INFORMATION: tuple[Paragraph, ...] = (
    Paragraph(
        "pourquoi",
        "Pourquoi nous gardons des informations sur vous",
        "Pour étudier votre demande de logement, tenir votre contrat et votre compte, et vous accompagner dans vos "
        "démarches : droits, santé, emploi, logement. Le contrat et la mission d’intérêt public de la résidence "
        "le permettent. Quand nous avons besoin de votre accord, nous vous le demandons, et vous pouvez le retirer.",
        f"{_RGPD}, 1, c",
    ),
    Paragraph(
        "quoi",
        "Quelles informations",
        "Votre identité, votre famille, vos ressources, votre contrat, vos paiements, et ce que vous dites à la "
        "coordinatrice. Jamais votre origine, votre religion ni vos opinions.",
        f"{_RGPD}, 1 ; loi n° 78-17 du 6 janvier 1978, article 6",
    ),
    Paragraph(
        "qui",
        "Qui les lit",
        "Chacun dans l’équipe lit seulement ce qu’il lui faut : la gestionnaire, votre contrat et votre compte ; la "
        "coordinatrice, votre dossier social. Un partenaire ne reçoit rien sans votre accord, sauf quand la loi "
        "l’oblige.",
        f"{_RGPD}, 1, e",
    ),
    Paragraph(
        "combien",
        "Combien de temps",
        "Votre dossier social : deux ans après notre dernier contact. Vos paiements : dix ans, comme la loi le "
        "demande.",
        f"{_RGPD}, 2, a",
    ),
    Paragraph(
        "droits",
        "Vos droits",
        "Vous pouvez demander à lire votre dossier et à en avoir une copie, le faire corriger, demander d’effacer ce "
        "qui n’est plus utile, limiter ce que nous en faisons ou vous y opposer. Demandez à l’accueil ou "
        "écrivez-nous : nous répondons en un mois. C’est gratuit.",
        f"{_RGPD}, 2, b ; articles 15 à 21",
    ),
    Paragraph(
        "plainte",
        "Si vous n’êtes pas d’accord",
        "Vous pouvez écrire à la CNIL, 3 place de Fontenoy, 75007 Paris, www.cnil.fr.",
        f"{_RGPD}, 2, d",
    ),
    Paragraph(
        "dpo",
        "À qui écrire",
        "Au délégué à la protection des données de l’organisme, à l’adresse en tête de cette fiche.",
        f"{_RGPD}, 1, b",
    ),
)
