"""The pages of the redevance, in the navigation."""

from residence.menu import MenuEntry
from residence.permissions import Permission, Role

_DESK = frozenset({Role.GESTIONNAIRE})

MENU = [
    MenuEntry("redevance", "Comptes", "logement:compte_list", Permission.COMPTE_VIEW, "wallet", 10, _DESK),
    MenuEntry("redevance", "Impayés", "logement:arriere_list", Permission.COMPTE_VIEW, "alert", 20),
    MenuEntry("redevance", "Campagnes", "logement:campagne_list", Permission.COMPTE_VIEW, "calendar", 30),
    MenuEntry("redevance", "Avis d’échéance", "logement:avis_list", Permission.COMPTE_VIEW, "document", 40),
    MenuEntry("redevance", "Paiements", "logement:encaissement_list", Permission.COMPTE_VIEW, "redevance", 50),
    MenuEntry("redevance", "APL", "logement:apl_list", Permission.COMPTE_VIEW, "wallet", 55),
    MenuEntry("redevance", "Prélèvements", "logement:remise_list", Permission.PRELEVEMENT_MANAGE, "redevance", 57),
    MenuEntry("redevance", "Quittances", "logement:quittance_list", Permission.COMPTE_VIEW, "receipt", 60),
    MenuEntry("redevance", "Tarifs", "logement:tarif_list", Permission.TARIF_VIEW, "flag", 70),
    MenuEntry("redevance", "Mois clos", "logement:mois_list", Permission.COMPTE_VIEW, "lock", 80),
    MenuEntry(
        "redevance", "Comptabilité", "logement:comptabilite_export", Permission.COMPTABILITE_EXPORT, "download", 85
    ),
]
