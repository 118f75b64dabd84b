from logement.models.avenants import Avenant
from logement.models.compte import (
    AvisEcheance,
    Campagne,
    ClotureMensuelle,
    Ecriture,
    Encaissement,
    Imputation,
    LigneAvis,
    Quittance,
)
from logement.models.etats_des_lieux import (
    Condition,
    ElementModele,
    EtatDesLieux,
    LigneEtatDesLieux,
    ModeleEtatDesLieux,
    PhotoEtatDesLieux,
    SignatureEtatDesLieux,
)
from logement.models.fichiers import ColonnesFichier, FichierPaiements, LigneFichier, SignalementDepart
from logement.models.parc import Batiment, CategoriePlace, Logement, OccupationPlace, Place
from logement.models.revisions import RevisionRedevance
from logement.models.sejours import (
    AssuranceOccupant,
    ContratOccupation,
    Destination,
    PartieContrat,
    Preavis,
    RenouvellementSejour,
    Sejour,
)
from logement.models.tarifs import DroitApl, IndiceIRL, Prestation, Souscription, Tarif, TarifPrestation
from logement.models.travaux import TravauxPrevus
from logement.models.vacances import SignalementVacance

__all__ = [
    "AssuranceOccupant",
    "Avenant",
    "AvisEcheance",
    "Batiment",
    "Campagne",
    "CategoriePlace",
    "ClotureMensuelle",
    "ColonnesFichier",
    "Condition",
    "ContratOccupation",
    "Destination",
    "DroitApl",
    "Ecriture",
    "ElementModele",
    "Encaissement",
    "EtatDesLieux",
    "FichierPaiements",
    "Imputation",
    "IndiceIRL",
    "LigneAvis",
    "LigneEtatDesLieux",
    "LigneFichier",
    "Logement",
    "ModeleEtatDesLieux",
    "OccupationPlace",
    "PartieContrat",
    "PhotoEtatDesLieux",
    "Place",
    "Preavis",
    "Prestation",
    "Quittance",
    "RenouvellementSejour",
    "RevisionRedevance",
    "Sejour",
    "SignalementDepart",
    "SignalementVacance",
    "SignatureEtatDesLieux",
    "Souscription",
    "Tarif",
    "TarifPrestation",
    "TravauxPrevus",
]
