"""Pages of long lists."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator


class KeysFirst(Paginator[Any]):
    """Puts the keys of a long list in order, then reads the rows of one page: whole rows are long to sort."""

    def page(self, number: int | str) -> Page[Any]:
        asked = self.validate_number(number)
        start = (asked - 1) * self.per_page
        keys: Sequence[int] = self.object_list.values_list("pk", flat=True)[start : start + self.per_page]
        rows = {row.pk: row for row in self.object_list.order_by().filter(pk__in=list(keys))}
        return self._get_page([rows[key] for key in keys if key in rows], asked, self)
