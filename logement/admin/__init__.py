"""The gestionnaire's desk: the stock, the stays and contracts, the redevance."""

from logement.admin import day, etats_des_lieux, parc, redevance, sejours, tarifs, textes

__all__ = ["day", "etats_des_lieux", "parc", "redevance", "sejours", "tarifs", "textes"]
