"""The social file, its notes, the projet personnalisé, the rhythms of support."""

from accompagnement.models.dossiers import DossierSocial, EtapeDossier, Theme
from accompagnement.models.notes import BrouillonNote, NoteSociale, followed_by
from accompagnement.models.projets import LEVELS, BilanProjet, EtapeObjectif, NiveauBilan, Objectif
from accompagnement.models.rythmes import Adaptation, Aide, AppelVeille, DiagnosticHabitat, VeilleCanicule

__all__ = [
    "LEVELS",
    "Adaptation",
    "Aide",
    "AppelVeille",
    "BilanProjet",
    "BrouillonNote",
    "DiagnosticHabitat",
    "DossierSocial",
    "EtapeDossier",
    "EtapeObjectif",
    "NiveauBilan",
    "NoteSociale",
    "Objectif",
    "Theme",
    "VeilleCanicule",
    "followed_by",
]
