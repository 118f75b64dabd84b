"""What this app gives to the pages and acts of the others, by the names in settings."""

from logement.models import ContratOccupation, Sejour
from residence.components import Event
from residence.contracts import BannerPart, Panel
from residence.menu import MenuEntry
from residence.models import Menage, Referent, User
from residence.models.base import today
from residence.permissions import Permission

MENU: list[MenuEntry] = []


def banner(user: User, menage: Menage) -> BannerPart:
    """The referent of the household in the résidences of the user."""
    referents = Referent.objects.visible_to(user, Permission.MENAGE_VIEW).in_force(today())
    referent = referents.filter(menage=menage, kind=Referent.Kind.SOCIAL).select_related("user", "contact").first()
    return BannerPart(referent=str(referent) if referent else "")


def panels(user: User, menage: Menage) -> list[Panel]:
    return []


def timeline(user: User, menage: Menage) -> list[Event]:
    return []


def home(user: User, residence_id: int | None) -> list[Panel]:
    return []


def stay_opened(contrat: ContratOccupation, by: User) -> None:
    return None


def stay_closed(sejour: Sejour, by: User) -> None:
    return None
