"""The social file, notes, projet, rhythms, rehousing, the RSA, what is done together, partners, the house."""

from accompagnement.models.actions_collectives import (
    ActionCollective,
    InscriptionAction,
    PresenceAction,
    SeanceAction,
)
from accompagnement.models.dossiers import DossierSocial, EtapeDossier, Theme
from accompagnement.models.incidents import Incident, SuiteIncident
from accompagnement.models.instances import (
    InstancePartenariale,
    ParticipantInstance,
    ReunionInstance,
    SituationInstance,
)
from accompagnement.models.notes import BrouillonNote, NoteSociale, followed_by
from accompagnement.models.partenaires import Accord, OrientationPartenaire
from accompagnement.models.projets import LEVELS, BilanProjet, EtapeObjectif, NiveauBilan, Objectif
from accompagnement.models.relogement import DemandeLogement, OffreLogement, PieceRelogement, Priorite
from accompagnement.models.rsa import ContratEngagement, EntretienRsa, ParcoursRsa
from accompagnement.models.rythmes import Adaptation, Aide, AppelVeille, DiagnosticHabitat, VeilleCanicule
from accompagnement.models.services import JourService, PassageLinge, ServiceMaison, TourneeLinge
from accompagnement.models.transmissions import LectureTransmission, Transmission
from accompagnement.models.vie_privee import Consentement, DemandeAcces, InformationRgpd, NoteCommuniquee

__all__ = [
    "LEVELS",
    "Accord",
    "ActionCollective",
    "Adaptation",
    "Aide",
    "AppelVeille",
    "BilanProjet",
    "BrouillonNote",
    "Consentement",
    "ContratEngagement",
    "DemandeAcces",
    "DemandeLogement",
    "DiagnosticHabitat",
    "DossierSocial",
    "EntretienRsa",
    "EtapeDossier",
    "EtapeObjectif",
    "Incident",
    "InformationRgpd",
    "InscriptionAction",
    "InstancePartenariale",
    "JourService",
    "LectureTransmission",
    "NiveauBilan",
    "NoteCommuniquee",
    "NoteSociale",
    "Objectif",
    "OffreLogement",
    "OrientationPartenaire",
    "ParcoursRsa",
    "ParticipantInstance",
    "PassageLinge",
    "PieceRelogement",
    "PresenceAction",
    "Priorite",
    "ReunionInstance",
    "SeanceAction",
    "ServiceMaison",
    "SituationInstance",
    "SuiteIncident",
    "Theme",
    "TourneeLinge",
    "Transmission",
    "VeilleCanicule",
    "followed_by",
]
