from admissions.models.attente import CritereRang, PlafondPLAI
from admissions.models.commission import (
    AvisMembre,
    Decision,
    LienMembre,
    MembreSession,
    PassageCommission,
    SessionCommission,
)
from admissions.models.imports import ColonnesPartenaire, ImportOrientations, LigneImport
from admissions.models.lettres import EnvoiLettre
from admissions.models.orientations import Besoin, Derogation, EtapeOrientation, MotifCloture, Orientation
from admissions.models.preadmission import (
    Autonomie,
    Dette,
    EntretienPreadmission,
    EvaluationTheme,
    PieceCandidature,
    ThemeBesoin,
)
from admissions.models.propositions import Proposition

__all__ = [
    "Autonomie",
    "AvisMembre",
    "Besoin",
    "ColonnesPartenaire",
    "CritereRang",
    "Decision",
    "Derogation",
    "Dette",
    "EntretienPreadmission",
    "EnvoiLettre",
    "EtapeOrientation",
    "EvaluationTheme",
    "ImportOrientations",
    "LienMembre",
    "LigneImport",
    "MembreSession",
    "MotifCloture",
    "Orientation",
    "PassageCommission",
    "PieceCandidature",
    "PlafondPLAI",
    "Proposition",
    "SessionCommission",
    "ThemeBesoin",
]
