"""Accounts and delegations, in the navigation."""

from residence.menu import MenuEntry
from residence.permissions import Permission, Role

MENU = [
    MenuEntry(
        "administration",
        "Comptes et rôles",
        "residence:utilisateur_list",
        Permission.UTILISATEUR_MANAGE,
        "users",
        order=10,
        mobile_for_roles=frozenset({Role.TECHNIQUE}),
    ),
    MenuEntry(
        "administration", "Délégations", "residence:delegation_list", Permission.DELEGATION_CREATE, "key", order=20
    ),
]
