"""What keeps templates honest: a variable that ours do not find is a failure, theirs is not."""

from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, engines
from django.template.base import Origin, Template

from tests.undefined_variables import UndefinedVariable


def render(text, folder, **context):
    engine = engines["django"].engine
    origin = Origin(str(Path(folder) / "x.html"), "x.html")
    return Template(text, origin=origin, engine=engine).render(Context(context))


OURS = settings.BASE_DIR / "templates" / "residence"


@pytest.mark.parametrize("text", ["{{ absent }}", "{{ absent.name }}", "{{ here.absent }}", "{{ absent|default:'' }}"])
def test_ours_fail(text):
    with pytest.raises(UndefinedVariable, match="is not defined"):
        render(text, OURS, here={"a": 1})


@pytest.mark.parametrize(
    "text",
    [
        "{{ here.a }}",
        "{% if absent %}x{% endif %}",
        "{% firstof absent here.a %}",
        "{{ nothing }}",
        "{{ here.none.x }}",
    ],
)
def test_what_is_given_or_asked_about_passes(text):
    assert render(text, OURS, here={"a": 1, "none": {"x": ""}}, nothing=None) is not None


def test_those_of_packages_count_on_silence():
    assert render("{{ absent }}", "/usr/lib/python/templates") == ""
