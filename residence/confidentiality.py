"""Who is reading: what lets a confidential household print its name.

Names are masked by default. A request reads as its user, a task or a command as nobody unless it says so.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_reader: ContextVar[Any] = ContextVar("reader", default=None)


@contextmanager
def reading_as(user: Any) -> Iterator[None]:
    """Print the names that `user` may read, inside the block only."""
    token = _reader.set(user)
    try:
        yield
    finally:
        _reader.reset(token)


def may_open(menage_id: int | None) -> bool:
    """Whether the present reader was named on this confidential household."""
    reader = _reader.get()
    return reader is not None and menage_id in getattr(reader, "opened_menages", ())


class ReaderMiddleware:
    """The signed-in user is the reader of their requests."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        with reading_as(request.user):
            return self.get_response(request)
