"""The one way up: what settings name for a lower app to call in the apps above it."""

from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

_import = cache(import_string)


def named(setting_name: str) -> list[Any]:
    """What the setting `setting_name` names, in its order."""
    return [_import(path) for path in getattr(settings, setting_name)]


def call(setting_name: str, **kwargs: Any) -> list[Any]:
    """Results of every function named by the setting `setting_name`, in its order.

    Runs in the caller's transaction and lets errors through: what one hook refuses undoes the act that called it.
    """
    return [function(**kwargs) for function in named(setting_name)]
