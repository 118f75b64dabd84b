"""The way to the back office."""

from residence.menu import MenuEntry
from residence.permissions import Permission

MENU = [
    MenuEntry(
        section="administration",
        label="Administration",
        url_name="admin:index",
        permission=Permission.ADMIN_USE,
        icon="administration",
        order=90,
    )
]
