"""The back office of what all the apps share, and why the models that are not in it are not."""

from residence.admin import documents, etablissement, modeles, personnes, staff

__all__ = ["UNREGISTERED", "documents", "etablissement", "modeles", "personnes", "staff"]

_LINE = "ligne d’une autre fiche, montrée avec elle"
_SOCIAL = "contenu social : jamais dans l’administration"
_ADMISSION = "se tient sur les pages des admissions, sous leurs permissions"
_FILE = "liste de la CAF ou relevé de la banque : sur la page des fichiers de paiements"
_STAY = "se tient sur la page du séjour"

# Each model of the project that has no page of its own here, and why.
UNREGISTERED: dict[str, str] = {
    "residence.PlafondRedevance": _LINE,
    "residence.CritereDispositif": _LINE,
    "residence.SurfaceDispositif": _LINE,
    "residence.PieceRequise": _LINE,
    "residence.ContactPartenaire": _LINE,
    "residence.MembreMenage": _LINE,
    "residence.Compteur": "numéros des documents : la base seule les donne",
    "residence.TitreSejour": "titre de séjour : lu par la coordinatrice seule",
    "residence.Ressource": "ressources : lues par la coordinatrice seule",
    "residence.Charge": "charges : lues par la coordinatrice seule",
    "residence.Mandataire": "mesure de protection : sur la page du ménage",
    "residence.Rattachement": "porte des droits : écrit par les actes qui ouvrent et ferment chaque cause",
    "residence.Referent": "se choisit sur la page du ménage",
    "residence.AccesConfidentiel": "nomme qui lit un dossier confidentiel : jamais dans l’administration",
    "residence.PieceJointe": "pièces d’un ménage : lues par la coordinatrice seule",
    "residence.Echeance": "se règle par l’acte qu’elle demande, depuis l’accueil",
    "residence.Fusion": "se fait et se défait depuis la page du ménage",
    "residence.MouvementFusion": "ligne d’un regroupement, montrée avec lui",
    "residence.RessemblanceMasquee": "ressemblance avec un dossier confidentiel : lue par son référent seul",
    "residence.RendezVous": "se fixe sur la page des rendez-vous",
    "logement.FichierPaiements": _FILE,
    "logement.LigneFichier": _FILE,
    "logement.ColonnesFichier": _FILE,
    "logement.SignalementDepart": "se note depuis la page de l’APL",
    "logement.PartieContrat": _LINE,
    "logement.LigneAvis": _LINE,
    "logement.TarifPrestation": _LINE,
    "logement.ElementModele": _LINE,
    "logement.LigneEtatDesLieux": _LINE,
    "logement.PhotoEtatDesLieux": "photo d’une ligne : montrée avec elle, à qui peut la voir",
    "logement.SignatureEtatDesLieux": "tracé d’une signature : dans le document seul",
    "logement.Imputation": "se lit sur la page du compte, et ne s’écrit que par les paiements",
    "logement.RenouvellementSejour": _STAY,
    "logement.EtapeSortie": _STAY,
    "admissions.ColonnesPartenaire": "colonnes d’un partenaire : se disent pendant un import",
    "logement.Absence": _STAY,
    "logement.TiersHeberge": _STAY,
    "logement.EntreeLogement": _STAY,
    "logement.Procedure": _STAY,
    "logement.EtapeProcedure": _STAY,
    "admissions.EnvoiLettre": _ADMISSION,
    "admissions.ImportOrientations": _ADMISSION,
    "admissions.LigneImport": _ADMISSION,
    "admissions.Orientation": _ADMISSION,
    "admissions.EtapeOrientation": _ADMISSION,
    "admissions.Derogation": _ADMISSION,
    "admissions.EntretienPreadmission": _SOCIAL,
    "admissions.EvaluationTheme": _SOCIAL,
    "admissions.PieceCandidature": _ADMISSION,
    "admissions.Dette": "dettes : lues par la coordinatrice seule",
    "admissions.SessionCommission": _ADMISSION,
    "admissions.MembreSession": _ADMISSION,
    "admissions.PassageCommission": _ADMISSION,
    "admissions.LienMembre": _ADMISSION,
    "admissions.AvisMembre": _ADMISSION,
    "admissions.Decision": "décision de la commission et ses motifs : jamais dans l’administration",
    "admissions.Proposition": _ADMISSION,
    "accompagnement.BrouillonNote": "brouillon : lu par son auteur seul",
    "accompagnement.DossierSocial": _SOCIAL,
    "accompagnement.EtapeDossier": _SOCIAL,
    "accompagnement.NoteSociale": _SOCIAL,
}
