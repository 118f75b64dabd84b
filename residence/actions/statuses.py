"""The one way in which a status changes."""

from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model

M = TypeVar("M", bound=Model)


def locked(row: M) -> M:
    """The same row, read again and locked until the end of the transaction."""
    return type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)  # type: ignore[no-any-return]


def move(row: Any, to: str) -> None:
    """Give `row`, locked by the caller, the status `to`, without saving; refuse what its table of transitions lacks."""
    if to not in row.TRANSITIONS[row.status]:
        label = dict(type(row)._meta.get_field("status").choices)[to]
        raise ValidationError(
            f"Quelqu’un est passé avant vous : l’état est maintenant « {row.get_status_display()} », "
            f"on ne peut plus passer à « {label} »."
        )
    row.status = to
