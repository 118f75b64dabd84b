"""Bootstrap's files, taken from its package: the two that pages use, not the two hundred that exist."""

import importlib.util
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, Storage

PREFIX = "bootstrap"
FILES = (
    "css/bootstrap.min.css",
    "css/bootstrap.min.css.map",
    "js/bootstrap.bundle.min.js",
    "js/bootstrap.bundle.min.js.map",
)


class BootstrapFinder(BaseFinder):
    """Finds `bootstrap/css/bootstrap.min.css` and `bootstrap/js/bootstrap.bundle.min.js`, with their maps."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        package = importlib.util.find_spec("bootstrap")
        if package is None or not package.submodule_search_locations:
            raise ImproperlyConfigured("Bootstrap n’est pas installé (paquet bootstrap-wrapper) : lancez « make run ».")
        self.storage = FileSystemStorage(location=package.submodule_search_locations[0])
        self.storage.prefix = PREFIX

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> str | list[str]:
        name = path.removeprefix(f"{PREFIX}/")
        if not path.startswith(f"{PREFIX}/") or name not in FILES:
            return []
        return [self.storage.path(name)] if find_all else self.storage.path(name)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for name in FILES:
            yield name, self.storage
