from logement.models.avenants import Avenant
from logement.models.caisse import BordereauCheques, ComptageCaisse
from logement.models.campagnes import Campagne, ClotureMensuelle, ConfirmationCampagne
from logement.models.comptabilite import SchemaComptable
from logement.models.compte import (
    AvisEcheance,
    Ecriture,
    Encaissement,
    Imputation,
    LigneAvis,
    Quittance,
)
from logement.models.decaissements import Decaissement, RestitutionDepot, RetenueDepot
from logement.models.envois import EnvoiQuittance
from logement.models.etats_des_lieux import (
    Condition,
    ElementModele,
    EtatDesLieux,
    LigneEtatDesLieux,
    ModeleEtatDesLieux,
    PhotoEtatDesLieux,
    SignatureEtatDesLieux,
)
from logement.models.fichiers import (
    ColonnesFichier,
    EnvoiAnnuelCaf,
    FichierPaiements,
    LigneFichier,
    SignalementDepart,
)
from logement.models.impayes import DelaisImpaye, DemarcheImpaye, DossierImpaye, PlanApurement, SituationCompte
from logement.models.parc import Batiment, CategoriePlace, Logement, OccupationPlace, Place
from logement.models.prelevements import LigneRemise, MandatPrelevement, RemisePrelevement
from logement.models.presence import Absence, EntreeLogement, TiersHeberge
from logement.models.procedures import EtapeProcedure, Procedure
from logement.models.retenues import PosteVetuste, RetenueSortie
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
from logement.models.sorties import EtapeSortie
from logement.models.tarifs import DroitApl, IndiceIRL, Prestation, Souscription, Tarif, TarifPrestation
from logement.models.travaux import TravauxPrevus
from logement.models.vacances import SignalementVacance

__all__ = [
    "Absence",
    "AssuranceOccupant",
    "Avenant",
    "AvisEcheance",
    "Batiment",
    "BordereauCheques",
    "Campagne",
    "CategoriePlace",
    "ClotureMensuelle",
    "ColonnesFichier",
    "ComptageCaisse",
    "Condition",
    "ConfirmationCampagne",
    "ContratOccupation",
    "Decaissement",
    "DelaisImpaye",
    "DemarcheImpaye",
    "Destination",
    "DossierImpaye",
    "DroitApl",
    "Ecriture",
    "ElementModele",
    "Encaissement",
    "EntreeLogement",
    "EnvoiAnnuelCaf",
    "EnvoiQuittance",
    "EtapeProcedure",
    "EtapeSortie",
    "EtatDesLieux",
    "FichierPaiements",
    "Imputation",
    "IndiceIRL",
    "LigneAvis",
    "LigneEtatDesLieux",
    "LigneFichier",
    "LigneRemise",
    "Logement",
    "MandatPrelevement",
    "ModeleEtatDesLieux",
    "OccupationPlace",
    "PartieContrat",
    "PhotoEtatDesLieux",
    "Place",
    "PlanApurement",
    "PosteVetuste",
    "Preavis",
    "Prestation",
    "Procedure",
    "Quittance",
    "RemisePrelevement",
    "RenouvellementSejour",
    "RestitutionDepot",
    "RetenueDepot",
    "RetenueSortie",
    "RevisionRedevance",
    "SchemaComptable",
    "Sejour",
    "SignalementDepart",
    "SignalementVacance",
    "SignatureEtatDesLieux",
    "SituationCompte",
    "Souscription",
    "Tarif",
    "TarifPrestation",
    "TiersHeberge",
    "TravauxPrevus",
]
