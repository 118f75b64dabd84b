"""The house rules that no linter knows: models, templates, code. The addresses are in test_house_rights.py."""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

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
# A plain space where French has one that no line may end on.
PLAIN_SPACE = re.compile(r"(?<![^\w)%»”’}\]€…]) [:;!?](?=[\s\"'<]|$)|«\x20(?=\S)|(?<=\S)\x20»")
# Labels that look like the name Django makes of a member, and are French.
FRENCH_LABELS = {"Action Logement"}


def our_models():
    return [model for app in OURS for model in apps.get_app_config(app).get_models()]


def our_fields():
    return [(model, field) for model in our_models() for field in model._meta.local_fields]


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
def _nodes():
    """Every node of our modules: its kind -> (path, node)."""
    found = defaultdict(list)
    for path, (_, tree) in sources().items():
        for node in ast.walk(tree):
            found[type(node)].append((path, node))
    return found


def nodes(*kinds):
    """(path, node) of every node of these kinds."""
    return [one for kind in kinds for one in _nodes()[kind]]


@cache
def templates():
    """Our templates: name -> text."""
    return {
        path.relative_to(TEMPLATES).as_posix(): path.read_text()
        for path in sorted(TEMPLATES.rglob("*"))
        if path.suffix in {".html", ".txt", ".svg", ".ics"}
    }


class TestModels:
    def test_who_did_it_has_its_when(self):
        wrong = []
        for model in our_models():
            names = {field.name for field in model._meta.get_fields()}
            for field in model._meta.local_fields:
                stem = field.name.removesuffix("_by")
                if isinstance(field, models.ForeignKey) and stem != field.name:
                    wrong += [] if names & {f"{stem}_at", f"{stem}_on"} else [label(model, field)]
        assert wrong == [], "neither _at nor _on"

    def test_dates_instants_and_people_are_named_so(self):
        wrong = []
        for model, field in our_fields():
            if isinstance(field, models.DateTimeField):
                right = field.name == "at" or field.name.endswith(("_at", "last_login"))
            elif isinstance(field, models.DateField):
                right = field.name == "on" or field.name.endswith(("_on", "_from", "_to", "month"))
            else:
                # Money and measures are Decimal.
                right = not isinstance(field, models.FloatField)
            wrong += [] if right else [label(model, field)]
        assert wrong == []

    def test_nothing_goes_with_its_parent(self):
        cascades = {
            label(model, field)
            for model, field in our_fields()
            if field.remote_field is not None and field.remote_field.on_delete is models.CASCADE
        }
        assert cascades - CASCADES.keys() == set()

    def test_it_speaks_french(self):
        wrong = []
        for model, field in our_fields():
            for value, said in field.flatchoices if field.choices else ():
                made = "_" in str(value) and str(said) == str(value).replace("_", " ").title()
                wrong += [(label(model, field), said)] if made and said not in FRENCH_LABELS else []
            generic = field.related_model is ContentType or field.name == "target_id"
            if field.editable and "_" in field.name and not generic:
                wrong += [label(model, field)] if str(field.verbose_name) == field.name.replace("_", " ") else []
        assert wrong == [], "a label, or a verbose_name, is missing"

    def test_it_says_what_it_is(self):
        for model in our_models():
            assert model.__doc__, f"{label(model)}: a docstring says what a row is"
            assert not model.__doc__.startswith(f"{model.__name__}("), f"{label(model)}: a docstring says what a row is"
            assert "__str__" in vars(model) or "__str__" in vars(model.__mro__[1]), label(model)


class TestCode:
    def test_imports_stand_on_top(self):
        wrong = {
            f"{path}:{one.lineno}"
            for path, function in nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
            if path not in IMPORTS_INSIDE and path in _with_indented_imports()
            for one in ast.walk(function)
            if isinstance(one, ast.Import | ast.ImportFrom)
        }
        assert wrong == set()

    def test_modules_to_cut(self):
        sizes = {path: text.count("\n") for path, (text, _) in sources().items() if "/migrations/" not in path}
        long = sorted((path for path in sizes if sizes[path] > LONG), key=sizes.get, reverse=True)
        print(f"Past {LONG} lines: " + ", ".join(f"{path} ({sizes[path]})" for path in long))
        assert not [path for path in long if sizes[path] > TOO_LONG]

    def test_facts_are_not_deleted(self):
        wrong = [
            f"{path}:{call.lineno}"
            for path, call in nodes(ast.Call)
            if isinstance(call.func, ast.Attribute) and call.func.attr == "delete"
            if path not in DELETES and "/migrations/" not in path
        ]
        assert wrong == []

    def test_the_day_is_that_of_paris(self):
        wrong = [
            f"{path}:{node.lineno}"
            for path, node in nodes(ast.Attribute)
            if node.attr in {"today", "utcnow"}
            if getattr(node.value, "id", getattr(node.value, "attr", "")) in {"date", "datetime"}
        ]
        assert wrong == [], "today() of residence.models.base"

    def test_rules_have_no_clock_and_no_float(self):
        wrong = [
            f"{path}:{node.lineno}"
            for path, node in nodes(ast.Constant, ast.Name)
            if "/rules/" in path
            if isinstance(getattr(node, "value", None), float) or getattr(node, "id", "") == "float"
        ]
        assert wrong == [], "Decimal, not float"

    def test_actions_say_what_they_do(self):
        wrong = [
            f"{path}:{node.lineno} {node.name}"
            for path, (_, tree) in sources().items()
            if "/actions/" in path
            for node in tree.body
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node)
        ]
        assert wrong == []

    def test_only_actions_write_a_status(self):
        """Elsewhere a row's status is read; the demonstration lays its past down whole."""
        wrong = [
            f"{path}:{node.lineno}"
            for path, node in nodes(ast.Assign)
            if "/actions/" not in path and "demo" not in path
            if any(isinstance(target, ast.Attribute) and target.attr == "status" for target in node.targets)
        ]
        assert wrong == []

    def test_no_line_ends_before_a_colon(self):
        """In what is said: not in docstrings, nor in the SQL of migrations."""
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
        docstrings = {id(node.body[0].value) for _, node in nodes(*documented) if ast.get_docstring(node)}
        wrong = [
            f"{path}:{node.lineno} {node.value!r}"
            for path, node in nodes(ast.Constant)
            if isinstance(node.value, str) and id(node) not in docstrings and PLAIN_SPACE.search(node.value)
            if not path.endswith("migrations_sql.py") and "EXCEPTION" not in node.value
        ]
        assert wrong == [], "write U+00A0 before « : » and inside « », U+202F before « ; ! ? »"


class TestTemplates:
    def test_no_line_ends_before_a_colon(self):
        said = {
            name: re.sub(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}", "", text, flags=re.DOTALL)
            for name, text in templates().items()
        }
        wrong = [
            (name, text[found.start() - 20 : found.end()])
            for name, text in said.items()
            for found in PLAIN_SPACE.finditer(text)
        ]
        assert wrong == []

    def test_it_is_used(self):
        unused = templates().keys() - _used().keys() - ASKED_BY_PACKAGES
        assert [name for name in sorted(unused) if not _overrides_a_package(name)] == []

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

    def test_nothing_is_inline(self):
        inline = re.compile(
            r"<script(?![^>]*\ssrc=)|<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|hx-on|hx-vals\s*=\s*[\"']js:",
            re.IGNORECASE,
        )
        wrong = []
        for name, text in templates().items():
            if "pdf/" not in name:
                said = re.sub(r"{%\s*comment.*?endcomment\s*%}", "", text, flags=re.DOTALL)
                wrong += [(name, found.group()) for found in inline.finditer(said)]
        assert wrong == []

    def test_names_of_people_are_printed_masked(self):
        printed = re.compile(r"{{[^}]*(personne|menage|membre)[\w.]*\.(last_name|first_names|name)\b[^}]*}}")
        wrong = [(name, found.group()) for name, text in templates().items() for found in printed.finditer(text)]
        assert wrong == [], "print the person, who masks itself"

    def test_a_page_of_ours_extends_the_frame(self):
        wrong = []
        for name, text in templates().items():
            folder, _, file = name.rpartition("/")
            if folder in OURS and name.endswith(".html") and not file.startswith("_"):
                wrong += [] if re.search(r"{%\s*extends", text) else [name]
        assert wrong == [], "a page extends base.html"

    def test_static_files_exist(self):
        asked = {
            path: name
            for name, text in templates().items()
            for path in re.findall(r"{%\s*static\s+['\"]([^'\"]+)['\"]", text)
        }
        assert {path: name for path, name in asked.items() if not finders.find(path)} == {}

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
def _with_indented_imports():
    return {path for path, node in nodes(ast.Import, ast.ImportFrom) if node.col_offset}


@cache
def _used():
    """Names of templates that our code and our templates ask for: name -> where."""
    found = {}
    for path, node in nodes(ast.Constant):
        if isinstance(node.value, str):
            found |= dict.fromkeys(re.findall(r"{% include \"([^\"]+)\" %}", node.value), path)
            if re.fullmatch(r"(?!img/)[\w/]+\.(html|txt|ics|svg)", node.value):
                found[node.value] = path
    for path, node in nodes(ast.JoinedStr):
        if "/" in "".join(part.value for part in node.values if isinstance(part, ast.Constant)):
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
