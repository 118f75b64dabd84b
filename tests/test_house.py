"""The house rules that no linter knows: models, templates, code. The addresses are in test_house_rights.py."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.contrib.staticfiles import finders
from django.db import models
from django.template import TemplateDoesNotExist, engines
from django.template.loader import get_template

from residence.hooks import named
from residence.models.echeances import Echeance

OURS = ("residence", "logement", "admissions", "accompagnement")
ROOT = settings.BASE_DIR
TEMPLATES = ROOT / "templates"

# A module past the first is said by `test_modules_to_cut` (shown by pytest -rP); past the second it must be cut.
LONG, TOO_LONG = 400, 650
# What is deleted, and why it is no fact.
DELETES: dict[str, str] = {
    "accompagnement/actions/notes.py": "a draft, once its note is written",
    "accompagnement/actions/services.py": "a round that nobody began, of a rhythm that was changed",
    "admissions/actions/entretiens.py": "a line typed the same day, a slip",
    "admissions/actions/agenda.py": "the opinion on a synthesis that another takes the place of",
    "admissions/actions/opinions.py": "the opinion of who then says to know the candidate",
    "admissions/actions/sessions.py": "a member not convened yet; the opinion of a member whose seat goes to another",
    "logement/actions/campagnes.py": "what a campaign has prepared, freely redone until it is confirmed",
    "logement/actions/contrats.py": "a party taken off a contract that nobody signed",
    "logement/actions/fichiers.py": "lines of a file that none of is entered, read again by its columns",
    "logement/actions/etats_des_lieux.py": "a line or a photo taken off a draft",
    "logement/actions/tarifs.py": "a price put right the day it was typed, before any avis",
    "residence/actions/confidentiels.py": "a reading opened and closed the same day; the journal keeps it",
    "residence/actions/staff.py": "the secret of a telephone that was lost",
    "residence/admin/importing.py": "a sheet waiting in the cache",
}
# What goes with its parent, and why.
CASCADES: dict[str, str] = {
    "accompagnement.BrouillonNote.dossier": "a draft is no fact",
    "accompagnement.BrouillonNote.author": "a draft is no fact",
    "accompagnement.BrouillonNote.corrects": "a draft is no fact",
}
# Imports that cannot stand on top, and why.
IMPORTS_INSIDE: dict[str, str] = {
    "residence/apps.py": "models exist once the apps are ready",
}
# Templates asked for by Django or allauth, by their name alone.
ASKED_BY_PACKAGES = {
    "400.html",
    "403.html",
    "403_csrf.html",
    "404.html",
    "429.html",
    "500.html",
    "account/password_reset_help_text.html",
}
# Labels that look like the name Django makes of a member, and are French.
FRENCH_LABELS = {"Action Logement"}


def our_models():
    return [model for app in OURS for model in apps.get_app_config(app).get_models()]


def label(model, field=None):
    return f"{model._meta.app_label}.{model.__name__}" + (f".{field.name}" if field else "")


@cache
def sources():
    """Our modules, parsed: path relative to the project -> (text, tree)."""
    found = {}
    for app in OURS:
        for path in sorted((ROOT / app).rglob("*.py")):
            text = path.read_text()
            found[path.relative_to(ROOT).as_posix()] = (text, ast.parse(text))
    return found


@cache
def templates():
    """Our templates: name -> text."""
    return {
        path.relative_to(TEMPLATES).as_posix(): path.read_text()
        for path in sorted(TEMPLATES.rglob("*"))
        if path.suffix in {".html", ".txt", ".svg", ".ics"}
    }


class TestModels:
    @pytest.mark.parametrize("model", our_models(), ids=label)
    def test_who_did_it_has_its_when(self, model):
        names = {field.name for field in model._meta.get_fields()}
        for name in names:
            if name.endswith("_by") and isinstance(model._meta.get_field(name), models.ForeignKey):
                stem = name.removesuffix("_by")
                assert names & {f"{stem}_at", f"{stem}_on"}, f"{label(model)}.{name} has neither _at nor _on"

    @pytest.mark.parametrize("model", our_models(), ids=label)
    def test_dates_instants_and_people_are_named_so(self, model):
        for field in model._meta.local_fields:
            if isinstance(field, models.DateTimeField):
                assert field.name == "at" or field.name.endswith(("_at", "last_login")), label(model, field)
            elif isinstance(field, models.DateField):
                day = field.name == "on" or field.name.endswith(("_on", "_from", "_to", "month"))
                assert day, f"{label(model, field)} is a date and does not end in _on"
            elif isinstance(field, models.FloatField):
                pytest.fail(f"{label(model, field)}: money and measures are Decimal")

    @pytest.mark.parametrize("model", our_models(), ids=label)
    def test_nothing_goes_with_its_parent(self, model):
        for field in model._meta.local_fields:
            if field.remote_field is not None:
                cascades = field.remote_field.on_delete is models.CASCADE
                assert not cascades or label(model, field) in CASCADES, label(model, field)

    @pytest.mark.parametrize("model", our_models(), ids=label)
    def test_it_speaks_french(self, model):
        for field in model._meta.local_fields:
            for value, said in field.flatchoices if field.choices else ():
                made = "_" in str(value) and str(said) == str(value).replace("_", " ").title()
                assert not made or said in FRENCH_LABELS, f"{label(model, field)}: « {said} » is not a French label"
            generic = field.related_model is ContentType or field.name == "target_id"
            if field.editable and "_" in field.name and not generic:
                made = str(field.verbose_name) == field.name.replace("_", " ")
                assert not made, f"{label(model, field)}: verbose_name is missing"

    @pytest.mark.parametrize("model", our_models(), ids=label)
    def test_it_says_what_it_is(self, model):
        assert model.__doc__, "a docstring says what a row is"
        assert not model.__doc__.startswith(f"{model.__name__}("), "a docstring says what a row is"
        assert "__str__" in vars(model) or "__str__" in vars(model.__mro__[1])


class TestCode:
    @pytest.mark.parametrize("path", sources())
    def test_imports_stand_on_top(self, path):
        for function in ast.walk(sources()[path][1]):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inside = [one for one in ast.walk(function) if isinstance(one, ast.Import | ast.ImportFrom)]
                assert not inside or path in IMPORTS_INSIDE, f"{path}:{inside[0].lineno}"

    def test_modules_to_cut(self):
        sizes = {path: text.count("\n") for path, (text, _) in sources().items() if "/migrations/" not in path}
        long = sorted((path for path in sizes if sizes[path] > LONG), key=sizes.get, reverse=True)
        print(f"Past {LONG} lines: " + ", ".join(f"{path} ({sizes[path]})" for path in long))
        assert not [path for path in long if sizes[path] > TOO_LONG]

    @pytest.mark.parametrize("path", [path for path in sources() if "/migrations/" not in path])
    def test_facts_are_not_deleted(self, path):
        calls = [
            node
            for node in ast.walk(sources()[path][1])
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "delete"
        ]
        assert not calls or path in DELETES, f"{path}:{calls[0].lineno}"

    @pytest.mark.parametrize("path", sources())
    def test_the_day_is_that_of_paris(self, path):
        for node in ast.walk(sources()[path][1]):
            if isinstance(node, ast.Attribute) and node.attr in {"today", "utcnow"}:
                owner = getattr(node.value, "id", getattr(node.value, "attr", ""))
                assert owner not in {"date", "datetime"}, f"{path}:{node.lineno}: today() of residence.models.base"

    @pytest.mark.parametrize("path", [path for path in sources() if "/rules/" in path])
    def test_rules_have_no_clock_and_no_float(self, path):
        for node in ast.walk(sources()[path][1]):
            if isinstance(node, ast.Constant) and isinstance(node.value, float):
                pytest.fail(f"{path}:{node.lineno}: Decimal, not float")
            if isinstance(node, ast.Name) and node.id == "float":
                pytest.fail(f"{path}:{node.lineno}: Decimal, not float")

    @pytest.mark.parametrize("path", [path for path in sources() if "/actions/" in path])
    def test_actions_say_what_they_do(self, path):
        for node in sources()[path][1].body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                assert ast.get_docstring(node), f"{path}:{node.lineno} {node.name}"

    @pytest.mark.parametrize("path", [path for path in sources() if "/actions/" not in path and "demo" not in path])
    def test_only_actions_write_a_status(self, path):
        """Elsewhere a row's status is read; the demonstration lays its past down whole."""
        for node in ast.walk(sources()[path][1]):
            targets = node.targets if isinstance(node, ast.Assign) else []
            for target in targets:
                if isinstance(target, ast.Attribute) and target.attr == "status":
                    pytest.fail(f"{path}:{node.lineno}")


class TestTemplates:
    @pytest.mark.parametrize("name", templates())
    def test_it_is_used(self, name):
        assert name in _used() or _overrides_a_package(name) or name in ASKED_BY_PACKAGES

    def test_what_is_used_exists(self):
        missing = []
        for name, where in sorted(_used().items()):
            try:
                get_template(name)
            except TemplateDoesNotExist:
                missing.append(f"{name} ({where})")
            except Exception as error:  # noqa: BLE001 (a template that cannot be read is told with its name)
                missing.append(f"{name}: {error}")
        assert not missing

    @pytest.mark.parametrize("name", [name for name in templates() if "pdf/" not in name])
    def test_nothing_is_inline(self, name):
        text = re.sub(r"{%\s*comment.*?endcomment\s*%}", "", templates()[name], flags=re.DOTALL)
        for sign in (
            r"<script(?![^>]*\ssrc=)",
            r"<style",
            r"\sstyle\s*=",
            r"\son[a-z]+\s*=\s*[\"']",
            r"javascript:",
            r"hx-on",
            r"hx-vals\s*=\s*[\"']js:",
        ):
            found = re.search(sign, text, re.IGNORECASE)
            assert not found, f"{name}: {found and found.group()}"

    @pytest.mark.parametrize("name", templates())
    def test_names_of_people_are_printed_masked(self, name):
        found = re.search(
            r"{{[^}]*(personne|menage|membre)[\w.]*\.(last_name|first_names|name)\b[^}]*}}", templates()[name]
        )
        assert not found, f"{name}: {found and found.group()}: print the person, who masks itself"

    @pytest.mark.parametrize("name", [name for name in templates() if name.endswith(".html")])
    def test_a_page_of_ours_extends_the_frame(self, name):
        folder, _, file = name.rpartition("/")
        if folder in OURS and not file.startswith("_"):
            assert re.search(r"{%\s*extends", templates()[name]), "a page extends base.html"

    @pytest.mark.parametrize("name", templates())
    def test_static_files_exist(self, name):
        for path in re.findall(r"{%\s*static\s+['\"]([^'\"]+)['\"]", templates()[name]):
            assert finders.find(path), f"{name}: {path}"

    def test_icons_exist(self):
        drawn = set(re.findall(r'<symbol[^>]*\sid="([^"]+)"', (ROOT / "static/img/icons.svg").read_text()))
        asked = {}
        for name, text in templates().items():
            for icon in re.findall(r"(?:{%\s*icon|_icon=)\s*['\"]([\w-]+)['\"]", text):
                asked[icon] = name
        for entry in named("MENU"):
            for one in entry:
                asked[one.icon] = one.label
        assert {icon: where for icon, where in asked.items() if icon not in drawn} == {}


@cache
def _used():
    """Names of templates that our code and our templates ask for: name -> where."""
    found = {}
    for path, (_, tree) in sources().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= dict.fromkeys(re.findall(r"{% include \"([^\"]+)\" %}", node.value), path)
                if re.fullmatch(r"(?!img/)[\w/]+\.(html|txt|ics|svg)", node.value):
                    found[node.value] = path
            elif isinstance(node, ast.JoinedStr):
                found |= {name: path for name in templates() if _could_be(node, name)}
    for name, text in templates().items():
        for asked in re.findall(r"{%-?\s*(?:extends|include)\s+['\"]([^'\"]+)['\"]", text):
            found[asked] = name
    return found


def _could_be(joined, name):
    """Whether an f-string may give the name of this template."""
    parts = [re.escape(part.value) if isinstance(part, ast.Constant) else r"\w+" for part in joined.values]
    return len(parts) > 1 and re.fullmatch("".join(parts), name) is not None and "/" in name


def _overrides_a_package(name):
    """Whether a package has a template of this name, which ours replaces."""
    for loader in engines["django"].engine.template_loaders:
        for inner in getattr(loader, "loaders", [loader]):
            for origin in inner.get_template_sources(name):
                path = Path(origin.name)
                if path.is_file() and not path.is_relative_to(TEMPLATES):
                    return True
    return False


def test_a_duty_is_not_made_outside_of_its_rules():
    """`Echeance` rows come from residence/duties.py alone: its rules say what is open."""
    for path, (text, _) in sources().items():
        if path not in {"residence/duties.py", "residence/models/echeances.py"} and "/migrations/" not in path:
            assert not re.search(r"\bEcheance(\.objects\.(bulk_)?create)?\(\s*\w+=", text), path
    assert Echeance._meta.ordering[0] == "due_on"
