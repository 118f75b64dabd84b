"""The kinds of what a household receives, which its lines and the criteria of a dispositif name alike."""

from django.db import models


class RessourceKind(models.TextChoices):
    """What a household may receive each month. The PCH pays for an aid: it is told, and counts in no budget."""

    SALAIRE = "salaire", "salaire"
    RSA = "rsa", "RSA"
    PRIME_ACTIVITE = "prime_activite", "prime d’activité"
    CHOMAGE = "chomage", "allocation chômage"
    RETRAITE = "retraite", "retraite"
    ASPA = "aspa", "ASPA"
    AAH = "aah", "AAH"
    PCH = "pch", "PCH"
    INVALIDITE = "invalidite", "pension d’invalidité"
    INDEMNITES = "indemnites", "indemnités journalières"
    PRESTATIONS_FAMILIALES = "prestations_familiales", "prestations familiales"
    PENSION_ALIMENTAIRE = "pension_alimentaire", "pension alimentaire reçue"
    FORMATION = "formation", "rémunération de formation"
    AUTRE = "autre", "autre ressource"
