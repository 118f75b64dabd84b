"""The social file, its notes, the projet personnalisé, rhythms, rehousing, the RSA, what is done together."""

from accompagnement.models.actions_collectives import (
    ActionCollective,
    InscriptionAction,
    PresenceAction,
    SeanceAction,
)
from accompagnement.models.dossiers import DossierSocial, EtapeDossier, Theme
from accompagnement.models.notes import BrouillonNote, NoteSociale, followed_by
from accompagnement.models.projets import LEVELS, BilanProjet, EtapeObjectif, NiveauBilan, Objectif
from accompagnement.models.relogement import DemandeLogement, OffreLogement, PieceRelogement, Priorite
from accompagnement.models.rsa import ContratEngagement, EntretienRsa, ParcoursRsa
from accompagnement.models.rythmes import Adaptation, Aide, AppelVeille, DiagnosticHabitat, VeilleCanicule

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
    "InscriptionAction",
    "NiveauBilan",
    "NoteSociale",
    "Objectif",
    "OffreLogement",
    "ParcoursRsa",
    "PieceRelogement",
    "PresenceAction",
    "Priorite",
    "SeanceAction",
    "Theme",
    "VeilleCanicule",
    "followed_by",
]
