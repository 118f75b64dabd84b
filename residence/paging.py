"""Pages of long lists."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Window

# Rows that a list counts and adds up on its own: more than a résidence has in two years, and quickly counted.
COUNTED = 10_000


class KeysFirst(Paginator[Any]):
    """Puts the keys of a long list in order, then reads the rows of one page: whole rows are long to sort.

    With `totals`, aggregates of fields by name, `figures` gives them, in the query that counts. Beyond `COUNTED` rows
    only those are counted, and nothing is added up, unless `whole`; the rows beyond are reached by filtering.
    `at_once`: no index gives the order, so that all rows are read anyway: the first page's keys come with their count.
    `leading` names an indexed field of few values, when the order begins with it: most pages hold rows of one value.
    """

    def __init__(
        self,
        rows: Any,
        per_page: int,
        *,
        totals: dict[str, Any] | None = None,
        whole: bool = True,
        leading: str = "",
        at_once: bool = False,
    ) -> None:
        super().__init__(rows, per_page)
        self.totals, self.whole, self.at_once = totals or {}, whole, at_once
        self._first_keys: list[int] | None = None
        first = rows.query.order_by[0] if leading and rows.query.order_by else ""
        self.leading = leading if first.removeprefix("-") == leading else ""
        self.is_descending = first.startswith("-")

    @cached_property
    def figures(self) -> dict[str, Any]:
        """The totals asked for; nothing when the list is too long for them."""
        return {} if self.is_capped else {name: self._counted[name] for name in self.totals}

    @cached_property
    def count(self) -> int:
        counted: int = self._counted["count"]
        return counted if self.whole else min(counted, COUNTED)

    @property
    def is_capped(self) -> bool:
        """Whether there are more rows than are counted."""
        return not self.whole and bool(self._counted["count"] > COUNTED)

    @cached_property
    def _counted(self) -> dict[str, Any]:
        rows = self.object_list.order_by()
        if not self.whole:
            fields = [
                source.name for total in self.totals.values() for source in total.get_source_expressions() if source
            ]
            rows = rows.values("pk", *fields)[: COUNTED + 1]
        counted: dict[str, Any] = rows.aggregate(count=Count("pk"), **self.totals)
        return counted

    def get_page(self, number: int | str | None) -> Page[Any]:
        if self.at_once and number in (None, "", "1", 1):
            keys = self.object_list.annotate(among=Window(Count("*"))).values_list("pk", "among")[: self.per_page]
            found = list(keys)
            self._first_keys = [key for key, _ in found]
            self.count = found[0][1] if found else 0
        return super().get_page(number)

    def page(self, number: int | str) -> Page[Any]:
        asked = self.validate_number(number)
        start = (asked - 1) * self.per_page
        keys: Sequence[int] = self._first_keys if self._first_keys is not None and not start else self._keys(start)
        rows = {row.pk: row for row in self.object_list.order_by().filter(pk__in=list(keys))}
        return self._get_page([rows[key] for key in keys if key in rows], asked, self)

    def _keys(self, start: int) -> Sequence[int]:
        rows = self.object_list
        if self.leading:
            values = rows.order_by(rows.query.order_by[0]).values_list(self.leading, flat=True)
            on_page = set(values[start : start + self.per_page])
            if len(on_page) == 1:
                value = on_page.pop()
                start -= rows.filter(**{f"{self.leading}__{'gt' if self.is_descending else 'lt'}": value}).count()
                rows = rows.filter(**{self.leading: value})
        return list(rows.values_list("pk", flat=True)[start : start + self.per_page])
