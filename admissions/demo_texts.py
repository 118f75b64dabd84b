"""What the demonstration's requests, interviews and decisions say."""

from admissions.models import MotifCloture as M
from admissions.models import ThemeBesoin as T

SITUATIONS = (
    "hébergement chez un tiers",
    "CHRS, sortie prévue",
    "hébergement d’urgence à l’hôtel",
    "logement privé, congé du bailleur",
    "foyer de jeunes travailleurs, fin de séjour",
    "logement trop petit",
    "sans domicile, domiciliation au CCAS",
)
REASONS = (
    "Ressources stables mais trop faibles pour un premier logement privé.",
    "Hébergement qui prend fin ; demande de logement social déposée depuis moins d’un an.",
    "Reprise d’emploi à Clermont-Ferrand, besoin d’un logement proche du travail.",
    "Séparation récente, recherche d’un logement pour le ménage.",
    "Première installation autonome, un appui administratif est souhaité.",
)
REASONS_PERMANENT = (
    "Retraité seul, logement ancien sans confort.",
    "Hébergé chez un proche depuis plusieurs mois, souhaite retrouver une chambre à lui.",
    "Logement quitté pour cause de vente, petite retraite.",
)
CCAS_EVALUATION = (
    "Personne autonome dans les gestes du quotidien, bien connue du service. Les ressources couvrent la redevance. "
    "Un passage régulier de l’équipe de la résidence est souhaité."
)
WISHES = (
    "Un logement calme, proche d’une ligne de bus.",
    "S’installer avant la rentrée, garder la même école.",
    "Un logement meublé le temps de constituer une épargne.",
    "Rester en centre-ville, près du travail.",
    "Un étage bas de préférence.",
)
COMMENTS = {
    T.DROITS: "Dossier de complémentaire santé à renouveler.",
    T.LOGEMENT: "Demande de logement social active, à compléter.",
    T.EMPLOI: "Inscription à France Travail, projet de formation.",
    T.BUDGET: "Un échéancier est suivi chaque mois.",
    T.VIE_QUOTIDIENNE: "Gère seul son quotidien.",
    T.PARENTALITE: "Recherche d’un mode de garde.",
    T.NUMERIQUE: "Souhaite être aidé pour les démarches en ligne.",
    T.LANGUE: "Intéressé par les cours du lundi.",
    T.ISOLEMENT: "Souhaite participer aux animations.",
    T.SANTE: "Médecin traitant déclaré.",
}
PROPOSALS = (
    "Avis favorable : le projet correspond au projet social, le budget est tenu.",
    "Avis favorable, avec un point budget chaque mois pendant le premier trimestre.",
    "Avis favorable ; l’accompagnement portera d’abord sur la demande de logement social.",
)

FAVORABLE = "La demande correspond au projet social de la résidence et le budget permet de payer la redevance."
WAITING_LIST = "La demande correspond au projet social ; aucune place adaptée n’est libre à ce jour."
SUBJECT_TO = "La demande est recevable ; une pièce manque pour préparer l’entrée."
CONDITIONS = (
    "la notification de la CAF qui confirme le droit à l’APL",
    "l’attestation de fin d’hébergement avec sa date",
)
PIECE_TO_HAND_IN = "La demande est recevable ; une pièce du dossier manque encore."
HEARD_AGAIN = "Le contrat de travail demandé lors de la première séance a été remis : le budget permet l’entrée."
DEFERRED = "Le dossier ne permet pas encore de décider : la situation professionnelle doit être précisée."

# Refusals of the commission: the motive, what the candidate reads, what the prescripteur reads besides.
REFUSALS = {
    M.HORS_PROJET: (
        "La demande relève d’un hébergement, que la résidence ne propose pas.",
        "Une orientation vers un hébergement avec présence de nuit paraît plus adaptée.",
    ),
    M.RESSOURCES: (
        "Les ressources du ménage dépassent les plafonds qui s’appliquent à la résidence.",
        "Un logement social ordinaire peut être demandé directement.",
    ),
    M.TITRE_SEJOUR: (
        "Le titre de séjour présenté ne couvre pas la date d’entrée.",
        "La demande peut être reprise dès le renouvellement du titre.",
    ),
    M.COMPOSITION: (
        "Les logements de la résidence sont trop petits pour le nombre de personnes du ménage.",
        "Un logement de cinq pièces serait nécessaire.",
    ),
    M.ACCOMPAGNEMENT: (
        "L’accompagnement souhaité est plus soutenu que celui que l’équipe peut apporter.",
        "Une pension de famille peut être étudiée.",
    ),
    M.DETTE: (
        "Une dette de loyer envers l’organisme reste sans échéancier.",
        "La demande pourra être revue dès qu’un plan d’apurement sera signé et suivi.",
    ),
    M.INCOMPLET: (
        "Les justificatifs demandés n’ont pas été remis malgré deux relances.",
        "Le dossier peut être rouvert dès réception des pièces.",
    ),
    M.PAS_DE_PLACE: (
        "Aucun logement adapté à un fauteuil ne sera libre avant la date à laquelle vous devez quitter le vôtre.",
        "Deux logements accessibles sont occupés ; aucun départ n’est annoncé.",
    ),
    M.AUTRE_SOLUTION: (
        "Vous nous avez dit avoir accepté un logement social, disponible le mois prochain.",
        "Le bail est signé avec un autre bailleur ; la demande n’a plus d’objet.",
    ),
}
# Closed before the commission: the motive, and a detail.
BEFORE = {
    M.NON_VENU: "deux rendez-vous manqués",
    M.INJOIGNABLE: "trois appels et un courrier sans réponse",
    M.AUTRE_SOLUTION: "logement social attribué",
    M.SANS_NOUVELLE: "plus de nouvelles depuis l’entretien",
    M.SECTEUR: "souhaite rester à Riom",
    M.PAS_DE_PLACE: "délai trop long pour le ménage",
    M.ERREUR: "doublon d’une demande déjà saisie",
}
# Closed from the waiting list, after a proposal refused.
AFTER = {
    M.LOGEMENT: "logement jugé trop petit",
    M.COUT: "redevance trop élevée pour le ménage",
    M.COHABITATION: "ne souhaite pas partager la cuisine",
}
