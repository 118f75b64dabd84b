"""The acts that the desk offers beside its rows and lists."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

from residence.permissions import Permission


@dataclass(frozen=True)
class Act:
    """A button of a row, or of a list when `on_list`: it opens the page where the act is done.

    Shown to who holds `permission` in the row's résidence, when `condition` is true of the row.
    `argument` gives what the address takes, from the row; None for an address that takes nothing.
    """

    label: str
    url_name: str
    permission: Permission
    condition: Callable[[Any], bool] = lambda row: True
    argument: Callable[[Any], Any] | None = lambda row: row.pk
    on_list: bool = False
    main: bool = False
    query: Callable[[Any], str] = lambda row: ""

    def url(self, row: Any = None) -> str:
        """Where it leads, or an empty string when there is nothing to do there."""
        try:
            if self.on_list or self.argument is None:
                return reverse(self.url_name) + self.query(row)
            argument = self.argument(row)
            return reverse(self.url_name, args=[argument]) + self.query(row) if argument is not None else ""
        except NoReverseMatch:
            return ""
