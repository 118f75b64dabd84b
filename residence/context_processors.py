"""What every page needs for its frame: the menu, the résidence chosen, what is due."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from residence.menu import Menu, menu_for
from residence.models import Residence
from residence.permissions import Permission

if TYPE_CHECKING:
    from collections.abc import Callable

# Session key of the résidence that the user works in; absent: all of theirs.
SESSION_RESIDENCE = "residence_id"
_SESSION_NAMES = "residence_names"


@dataclass(frozen=True)
class ResidenceChoice:
    pk: int
    name: str

    def __str__(self) -> str:
        return self.name


class Frame:
    """The frame of a signed-in user's page; each part is worked out when the template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._user: Any = request.user

    @cached_property
    def menu(self) -> Menu:
        return menu_for(self._user, self._request.path)

    @property
    def section(self) -> str:
        return self.menu.section

    @cached_property
    def can_search(self) -> bool:
        return bool(self._user.holds(Permission.RECHERCHE_USE))

    @cached_property
    def residences(self) -> tuple[ResidenceChoice, ...]:
        """Résidences where the user holds a role. Their names are kept in the session: asked once, not on each page."""
        held = {residence_id for _, residence_id in self._user.held_roles if residence_id is not None}
        names = {int(pk): name for pk, name in self._request.session.get(_SESSION_NAMES, {}).items()}
        if names.keys() != held:
            names = dict(Residence.objects.filter(pk__in=held).values_list("pk", "name"))
            self._request.session[_SESSION_NAMES] = {str(pk): name for pk, name in names.items()}
        return tuple(ResidenceChoice(pk, name) for pk, name in sorted(names.items(), key=lambda item: item[1]))

    @cached_property
    def residence(self) -> ResidenceChoice | None:
        """The résidence chosen; the only one when there is only one; None for all of them."""
        if len(self.residences) == 1:
            return self.residences[0]
        chosen = self._request.session.get(SESSION_RESIDENCE)
        return next((residence for residence in self.residences if residence.pk == chosen), None)

    @cached_property
    def due_count(self) -> int:
        """Duties late or due today, counted by the function that the setting `FRAME_DUE_COUNT` names, if any."""
        path = getattr(settings, "FRAME_DUE_COUNT", "")
        if not path:
            return 0
        count: Callable[..., int] = import_string(path)
        return count(user=self._user, residence_id=self.residence.pk if self.residence else None)


def frame_of(request: HttpRequest) -> Frame:
    """The frame of the page that answers `request`: one, for its view and its template."""
    if not hasattr(request, "_frame"):
        request._frame = Frame(request)  # type: ignore[attr-defined]
    found: Frame = request._frame  # type: ignore[attr-defined]
    return found


def frame(request: HttpRequest) -> dict[str, Any]:
    """`frame` for a signed-in user (None for anybody else) and `site_name`."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "frame": frame_of(request) if signed_in else None,
        "site_name": getattr(settings, "SITE_NAME", "Résidences"),
    }
