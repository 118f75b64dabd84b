"""The gestionnaire's desk: the stock, the stays and contracts, the redevance."""

from logement.admin import (
    avis,
    compte,
    contrats,
    day,
    etats_des_lieux,
    impayes,
    parc,
    retenues,
    sejours,
    tarifs,
    textes,
    travaux,
    vacances,
)

__all__ = [
    "avis",
    "compte",
    "contrats",
    "day",
    "etats_des_lieux",
    "impayes",
    "parc",
    "retenues",
    "sejours",
    "tarifs",
    "textes",
    "travaux",
    "vacances",
]
