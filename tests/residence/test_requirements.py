"""What is installed is what is imported: each package asked for by name, pinned by hash, from nowhere in particular."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from residence.embedded import PROJECT

OURS = {"residence", "logement", "admissions", "accompagnement", "tests", "bench"}


def _name(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", requirement)[0]).lower()


def _asked(*extras: str) -> set[str]:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    lists = [project["dependencies"], *(project["optional-dependencies"][extra] for extra in extras)]
    return {_name(requirement) for requirements in lists for requirement in requirements}


def _imported(*folders: str) -> dict[str, Path]:
    """Packages of others that the modules of these folders import, each with one module that does."""
    found = {}
    for folder in folders:
        for path in (PROJECT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and not node.level:
                    names = [node.module]
                for name in (name.partition(".")[0] for name in names):
                    if name not in OURS and name not in sys.stdlib_module_names:
                        found[name] = path.relative_to(PROJECT)
    return found


# tablib's data sets are what django-import-export hands over; pytest reads versions with packaging.
COME_WITH = {"tablib": "django-import-export", "packaging": "pytest"}


@pytest.mark.parametrize(
    ("folders", "extras"),
    [(("residence", "logement", "admissions", "accompagnement"), ()), (("tests", "bench"), ("dev",))],
    ids=["site", "tests"],
)
def test_what_is_imported_is_asked_for(folders: tuple[str, ...], extras: tuple[str, ...]) -> None:
    asked, distributions = _asked(*extras), packages_distributions()
    unasked = {
        name: str(path)
        for name, path in _imported(*folders).items()
        if not asked & {_name(COME_WITH.get(name, other)) for other in distributions.get(name, [name])}
    }
    assert unasked == {}


@pytest.mark.parametrize(("file", "extras"), [("base.txt", ()), ("dev.txt", ("dev",))])
def test_what_is_asked_for_is_pinned_by_hash(file: str, extras: tuple[str, ...]) -> None:
    text = (PROJECT / "requirements" / file).read_text()
    pinned = dict(re.findall(r"^([\w.-]+)==\S+ \\\n((?:    --hash=sha256:\w+(?: \\)?\n)+)", text, re.MULTILINE))
    assert _asked(*extras) <= pinned.keys()
    assert len(pinned) == len(re.findall(r"^\w", text, re.MULTILINE))


def _pinned(file: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+) ", (PROJECT / "requirements" / file).read_text(), re.MULTILINE))


def test_what_runs_is_among_what_tests() -> None:
    """One list is installed for the tests: it holds the other."""
    assert _pinned("base.txt").items() <= _pinned("dev.txt").items()


@pytest.mark.parametrize("file", ["base.txt", "dev.txt"])
def test_a_list_is_whole(file: str) -> None:
    """What a package needs in turn is pinned too: the installation does not look for it."""
    pinned = _pinned(file).keys()
    missing = {
        (name, need.name)
        for name in pinned
        for need in map(Requirement, requires(name) or ())
        if (need.marker is None or need.marker.evaluate({"extra": ""})) and _name(need.name) not in pinned
    }
    assert missing == set()


@pytest.mark.parametrize("file", ["requirements/base.txt", "requirements/dev.txt", "pyproject.toml"])
def test_no_address_of_a_registry_is_written(file: str) -> None:
    assert not re.search(
        r"https?://|file://|--(extra-)?index-url|--find-links|^-i ", (PROJECT / file).read_text(), re.M
    )
