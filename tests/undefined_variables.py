"""A variable that a template of ours does not find fails the test, where Django prints nothing."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.base import Node

OURS = str(Path(settings.BASE_DIR) / "templates")


class UndefinedVariable(AssertionError):
    """A template of ours prints what its view does not give."""


class FailIfOurs(str):
    """For `string_if_invalid`: empty in the packages' templates, which count on it, a failure in ours."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return True

    def __contains__(self, item: Any) -> bool:
        # Django then asks for `self % variable`.
        return item == "%s"

    def __mod__(self, variable: Any) -> str:
        origin = _template_that_asks()
        if origin is not None and origin.startswith(OURS):
            raise UndefinedVariable(f"{origin.removeprefix(OURS)[1:]}: « {variable} » is not defined")
        return ""


def _template_that_asks() -> str | None:
    """The file of the node being rendered: the nearest one on the stack that knows where it was read."""
    frame = sys._getframe(2)
    while frame is not None:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None) is not None:
            return str(node.origin.name)
        frame = frame.f_back
    return None
