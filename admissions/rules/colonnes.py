"""What the columns of a partner's file may hold, and how their titles are recognised."""

from collections.abc import Mapping, Sequence

from residence.rules.colonnes import IGNORED, Champ, Champs

__all__ = ["CHAMPS", "IGNORED", "LABELS", "faults_of", "guess", "known_titles"]

CHAMPS = (
    Champ(
        "full_name",
        "Nom et prénom, dans une cellule",
        "nom prenom, nom et prenom, nom prenoms, identite, demandeur, personne, menage, candidat, "
        "beneficiaire, nom et prenoms, usager",
    ),
    Champ("last_name", "Nom", "nom, nom de famille, nom usuel, nom d usage, nom du demandeur, nom usage"),
    Champ("birth_name", "Nom de naissance", "nom de jeune fille, nom naissance, nom patronymique"),
    Champ("first_names", "Prénoms", "prenom, prenoms, prenom s, prenom du demandeur"),
    Champ("civility", "Civilité", "civ, sexe, genre, titre"),
    Champ(
        "birth",
        "Date de naissance",
        "ne le, nee le, ne e le, ddn, naissance, date naissance, date de naiss, date naiss, d naissance, "
        "annee de naissance",
    ),
    Champ(
        "tie",
        "Lien avec la personne de référence",
        "lien, lien de parente, lien familial, role, qualite, place dans le menage, position",
    ),
    Champ("nationality", "Nationalité", ""),
    Champ("spoken_language", "Langue parlée", "langue, langues, langue s"),
    Champ(
        "phone",
        "Téléphone",
        "tel, telephone, portable, mobile, telephone portable, tel portable, numero de telephone, n de "
        "telephone, coordonnees telephoniques",
    ),
    Champ("email", "Adresse électronique", "mail, email, e mail, courriel, adresse mail"),
    Champ("address", "Adresse", "adresse actuelle, adresse postale, domiciliation, rue"),
    Champ("postal_code", "Code postal", "cp, code post"),
    Champ("city", "Commune", "ville, localite, commune actuelle"),
    Champ("caf_number", "Numéro d’allocataire", "numero caf, n caf, allocataire, n allocataire, matricule caf"),
    Champ(
        "declared_persons",
        "Nombre de personnes",
        "nb personnes, nb de personnes, nbre de personnes, composition, taille du menage, nombre, nb pers, "
        "nombre de personnes du menage, composition familiale",
    ),
    Champ(
        "siao_number",
        "Numéro SIAO",
        "n siao, id siao, siao, numero de demande, n demande, n de demande, numero demande, id demande, "
        "numero si siao, n si siao, identifiant, reference, id, dossier, n dossier",
    ),
    Champ(
        "received_on",
        "Date de l’orientation",
        "date orientation, date d orientation, orientee le, oriente le, date de la demande, date de demande, "
        "date demande, date, recue le, date de reception, date envoi",
    ),
    Champ("clt_on", "Passage en CLT", "clt, date clt, date de la clt, passage clt, date commission, commission"),
    Champ(
        "requested_type",
        "Type demandé",
        "type de logement, typologie, type logement, logement demande, type, produit, preconisation",
    ),
    Champ("needs", "Ce qu’il faut au ménage", "besoin, besoins, contraintes, besoins specifiques"),
    Champ(
        "current_situation",
        "Situation actuelle de logement",
        "situation, situation actuelle, situation residentielle, hebergement actuel, situation de logement, "
        "lieu de vie",
    ),
    Champ(
        "reasons",
        "Motifs de la demande",
        "motif, motifs, motif de la demande, observations, commentaire, commentaires, remarques, motif de l "
        "orientation",
    ),
    Champ("social_evaluation", "Évaluation sociale", "evaluation, rapport social, note sociale, synthese"),
    Champ(
        "contact_name",
        "Prescripteur",
        "referent, travailleur social, referent social, oriente par, instructeur, nom du prescripteur, nom du "
        "referent, prescripteur nom, ts",
    ),
    Champ(
        "contact_structure",
        "Structure du prescripteur",
        "structure, service, organisme, structure prescriptrice, structure referente, service orienteur, etablissement",
    ),
    Champ(
        "contact_phone",
        "Téléphone du prescripteur",
        "tel prescripteur, tel referent, telephone du referent, telephone prescripteur, telephone referent, "
        "tel du referent, tel ts",
    ),
    Champ(
        "contact_email",
        "Adresse électronique du prescripteur",
        "mail prescripteur, mail referent, mail du referent, mail du prescripteur, email referent, courriel "
        "du referent, courriel du prescripteur, mail ts",
    ),
)

_ALL = Champs(CHAMPS)
LABELS = _ALL.labels


def known_titles(remembered: Mapping[str, str]) -> list[str]:
    """Titles by which the line of heads of a file is recognised."""
    return _ALL.known_titles(remembered)


def guess(heads: Sequence[str], remembered: Mapping[str, str]) -> dict[int, str]:
    """What each column probably holds, by its rank (`residence.rules.colonnes`)."""
    return _ALL.guess(heads, remembered)


def faults_of(columns: Mapping[int, str], *, needs_number: bool) -> list[str]:
    """What a file must hold and does not, in sentences."""
    held = [code for code in columns.values() if code]
    said = [f"« {LABELS[code]} » est choisi pour plusieurs colonnes." for code in LABELS if held.count(code) > 1]
    if "full_name" not in held and not {"last_name", "first_names"} <= set(held):
        said.append(
            "Dites quelle colonne porte le nom et le prénom ensemble, ou lesquelles portent l’un et les autres."
        )
    if needs_number and "siao_number" not in held:
        said.append("Dites quelle colonne porte le numéro SIAO : une orientation du SIAO porte le sien.")
    return said
