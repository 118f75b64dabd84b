"""The social file, its notes, the projet, rhythms, rehousing, the RSA, what is done together, the life of the house."""

from accompagnement.models.actions_collectives import (
    ActionCollective,
    InscriptionAction,
    PresenceAction,
    SeanceAction,
)
from accompagnement.models.dossiers import DossierSocial, EtapeDossier, Theme
from accompagnement.models.incidents import Incident, SuiteIncident
from accompagnement.models.notes import BrouillonNote, NoteSociale, followed_by
from accompagnement.models.projets import LEVELS, BilanProjet, EtapeObjectif, NiveauBilan, Objectif
from accompagnement.models.relogement import DemandeLogement, OffreLogement, PieceRelogement, Priorite
from accompagnement.models.rsa import ContratEngagement, EntretienRsa, ParcoursRsa
from accompagnement.models.rythmes import Adaptation, Aide, AppelVeille, DiagnosticHabitat, VeilleCanicule
from accompagnement.models.services import JourService, PassageLinge, ServiceMaison, TourneeLinge
from accompagnement.models.transmissions import LectureTransmission, Transmission

__all__ = [
    "LEVELS",
    "ActionCollective",
    "Adaptation",
    "Aide",
    "AppelVeille",
    "BilanProjet",
    "BrouillonNote",
    "ContratEngagement",
    "DemandeLogement",
    "DiagnosticHabitat",
    "DossierSocial",
    "EntretienRsa",
    "EtapeDossier",
    "EtapeObjectif",
    "Incident",
    "InscriptionAction",
    "JourService",
    "LectureTransmission",
    "NiveauBilan",
    "NoteSociale",
    "Objectif",
    "OffreLogement",
    "ParcoursRsa",
    "PassageLinge",
    "PieceRelogement",
    "PresenceAction",
    "Priorite",
    "SeanceAction",
    "ServiceMaison",
    "SuiteIncident",
    "Theme",
    "TourneeLinge",
    "Transmission",
    "VeilleCanicule",
    "followed_by",
]
