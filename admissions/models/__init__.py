from admissions.models.commission import (
    AvisMembre,
    Decision,
    LienMembre,
    MembreSession,
    PassageCommission,
    SessionCommission,
)
from admissions.models.orientations import Besoin, Derogation, EtapeOrientation, MotifCloture, Orientation
from admissions.models.preadmission import (
    Autonomie,
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
    "Decision",
    "Derogation",
    "EntretienPreadmission",
    "EtapeOrientation",
    "EvaluationTheme",
    "LienMembre",
    "MembreSession",
    "MotifCloture",
    "Orientation",
    "PassageCommission",
    "PieceCandidature",
    "Proposition",
    "SessionCommission",
    "ThemeBesoin",
]
