"""The pages that all the apps share, in the navigation."""

from residence.menu import MenuEntry
from residence.permissions import Permission, Role

_EVERYBODY = frozenset(Role)

MENU = [
    MenuEntry(
        "accueil",
        "Accueil",
        "residence:accueil",
        Permission.ACCUEIL_VIEW,
        "home",
        order=0,
        mobile_for_roles=_EVERYBODY,
    ),
    MenuEntry(
        "accueil",
        "Rendez-vous",
        "residence:rendez_vous_list",
        Permission.RENDEZ_VOUS_VIEW,
        "calendar",
        order=10,
        mobile_for_roles=frozenset({Role.COORDINATRICE}),
    ),
    MenuEntry(
        "administration",
        "Journal",
        "residence:journal_list",
        Permission.JOURNAL_VIEW,
        "checklist",
        order=50,
        mobile_for_roles=frozenset({Role.DIRECTION}),
    ),
    MenuEntry(
        "administration",
        "Journal technique",
        "residence:journal_technique_list",
        Permission.JOURNAL_TECHNIQUE_VIEW,
        "checklist",
        order=51,
        mobile_for_roles=frozenset({Role.TECHNIQUE}),
    ),
    MenuEntry(
        "administration",
        "Dossiers confidentiels",
        "residence:confidentiel_list",
        Permission.MENAGE_VIEW,
        "lock",
        order=60,
    ),
    MenuEntry("administration", "Qui peut quoi", "residence:droits", Permission.DROITS_VIEW, "eye", order=90),
]
