"""Filters, tags and shared components: what they print, and that each renders with what its head says it takes."""

import datetime
import re
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from crispy_forms.templatetags.crispy_forms_filters import as_crispy_form
from django import forms
from django.conf import settings as django_settings
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.template import Context, Engine
from django.template.backends.django import get_installed_libraries
from django.template.loader import render_to_string
from django.test import RequestFactory

from residence.components import (
    SOON_IN_MONTHS,
    Badge,
    Banner,
    Column,
    Duty,
    Event,
    Part,
    Row,
    Tab,
    Table,
    by_urgency,
    deadline,
)
from residence.templatetags import residence_ui as ui

TODAY = datetime.date(2026, 11, 22)
NBSP = "\u00a0"


class Undefined(str):
    """What a template of ours prints for a variable that it was not given: an error."""

    __slots__ = ()

    def __contains__(self, item: object) -> bool:
        return True

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"undefined in the template: {name}")


@pytest.fixture(scope="module")
def engine() -> Engine:
    options = django_settings.TEMPLATES[0]["OPTIONS"]
    return Engine(
        dirs=django_settings.TEMPLATES[0]["DIRS"],
        loaders=options["loaders"],
        libraries=get_installed_libraries(),
        builtins=["residence.templatetags.residence_ui"],
        string_if_invalid=Undefined("%s"),
    )


@pytest.fixture
def render(engine: Engine) -> Any:
    """Renders a source, or a component by its name, with `request` at the address given."""

    def _render(source: str, address: str = "/", **context: Any) -> str:
        context["request"] = RequestFactory().get(address)
        if source.startswith("_"):
            source = f'{{% include "components/{source}" %}}'
        return engine.from_string(source).render(Context(context))

    return _render


def words(html: str) -> str:
    """What is read of a piece of page, spaces made one."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace(NBSP, " ").replace("&nbsp;", " ").split())


# Values


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (Decimal("1234.56"), "1 234,56 €"),
        (Decimal("1234567.8"), "1 234 567,80 €"),
        (Decimal("-12.5"), "-12,50 €"),
        (Decimal("-0.001"), "0,00 €"),
        (Decimal("0.125"), "0,13 €"),
        (3, "3,00 €"),
        (None, ""),
        ("", ""),
    ],
)
def test_euros(amount: Any, written: str) -> None:
    assert ui.euros(amount).replace(NBSP, " ") == written
    assert " " not in ui.euros(amount)


def test_euros_refuses_a_float() -> None:
    with pytest.raises(TypeError):
        ui.euros(12.5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "places", "written"),
    [(Decimal("20.245"), 2, "20,25"), (Decimal(12), 0, "12"), (1234, 0, "1 234"), (None, 2, "")],
)
def test_decimals(value: Any, places: int, written: str) -> None:
    assert ui.decimals(value, places).replace(NBSP, " ") == written


@pytest.mark.parametrize(
    ("count", "nouns", "said"),
    [
        (0, "candidat,candidats", "0 candidat"),
        (1, "candidat,candidats", "1 candidat"),
        (2, "candidat,candidats", "2 candidats"),
        (3, "jour", "3 jours"),
        (1500, "place,places", "1 500 places"),
    ],
)
def test_nombre(count: int, nouns: str, said: str) -> None:
    assert ui.nombre(count, nouns).replace(NBSP, " ") == said


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime.date(2026, 3, 12), "12/03/2026"),
        (datetime.datetime(2026, 3, 12, 13, 5, tzinfo=datetime.UTC), "12/03/2026 à 14 h 05"),
        (datetime.datetime(2026, 7, 12, 13, 5, tzinfo=datetime.UTC), "12/07/2026 à 15 h 05"),
        (None, ""),
    ],
)
def test_dt(moment: Any, written: str) -> None:
    assert ui.dt(moment).replace(NBSP, " ") == written


@pytest.mark.parametrize(
    ("number", "written"),
    [("0612345678", "06 12 34 56 78"), ("+33 6 12 34 56 78", "06 12 34 56 78"), ("+32 2 555 12 12", "+32 2 555 12 12")],
)
def test_phone(number: str, written: str) -> None:
    assert ui.phone(number).replace(NBSP, " ") == written


@pytest.mark.parametrize(
    ("days", "soon_within", "said", "meaning"),
    [
        (-400, 16, "en retard de 13 mois (18 oct. 2025)", "late"),
        (-3, 16, "en retard de 3 jours (19 nov.)", "late"),
        (-1, 16, "en retard d’un jour (21 nov.)", "late"),
        (0, 16, "aujourd’hui (22 nov.)", "soon"),
        (1, 16, "demain (23 nov.)", "soon"),
        (9, 16, "dans 9 jours (1er déc.)", "soon"),
        (15, 16, "dans 15 jours (7 déc.)", "soon"),
        (16, 16, "dans 16 jours (8 déc.)", "plain"),
        (60, SOON_IN_MONTHS, "dans 60 jours (21 janv. 2027)", "soon"),
        (61, SOON_IN_MONTHS, "dans 61 jours (22 janv. 2027)", "plain"),
        (92, SOON_IN_MONTHS, "dans 3 mois (22 févr. 2027)", "plain"),
        (1000, SOON_IN_MONTHS, "dans 2 ans (18 août 2029)", "plain"),
    ],
)
def test_a_deadline_is_said_in_words(days: int, soon_within: int, said: str, meaning: str) -> None:
    due = deadline(TODAY + datetime.timedelta(days=days), today=TODAY, soon_within=soon_within)
    assert (due.text, due.meaning) == (said, meaning)


@time_machine.travel(datetime.datetime(2026, 11, 22, 23, 30, tzinfo=datetime.UTC))
def test_echeance_counts_from_the_day_in_paris() -> None:
    html = ui.echeance(datetime.date(2026, 11, 23))
    assert "aujourd’hui" in html
    assert 'class="echeance is-soon"' in html
    assert 'datetime="2026-11-23"' in html
    assert "#clock" in html


def test_echeance_of_nothing_is_nothing() -> None:
    assert ui.echeance(None) == ""


# Signs


def test_icons_of_the_code_are_in_the_sprite() -> None:
    sprite = (Path(django_settings.BASE_DIR) / "static/img/icons.svg").read_text()
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    used = {sign for sign in ui.MEANING_ICONS.values() if sign}
    for place in ("templates", "static/js"):
        for file in (Path(django_settings.BASE_DIR) / place).rglob("*.*"):
            used |= set(re.findall(r"""\bicon[ (]["']([\w-]+)["']""", file.read_text()))
    assert used - drawn == set()


def test_an_icon_is_decoration_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in ui.icon("search")
    assert 'role="img" aria-label="Fermer &lt;"' in ui.icon("close", "Fermer <")


def test_a_badge_says_its_word_with_its_sign() -> None:
    html = ui.badge("impayé", "late")
    assert "tag is-late" in html
    assert "#alert" in html
    assert words(html) == "impayé"
    assert "#lock" in ui.badge(Badge("confidentiel", "information", "lock"))
    assert "<svg" not in ui.badge("brouillon")
    assert "&lt;b&gt;" in ui.badge("<b>")


def test_progress_says_its_figures() -> None:
    html = ui.progress(3, 5, "pièces reçues")
    assert '<progress value="3" max="5" aria-label="pièces reçues">' in html
    assert words(html) == "3 sur 5 pièces reçues"
    assert "is-done" in ui.progress(5, 5, "pièces")
    assert 'max="1"' in ui.progress(0, 0, "pièces")


@pytest.mark.parametrize(
    ("value", "url", "said"),
    [
        ("Paul", "", "<dd>Paul</dd>"),
        (None, "", '<dd><span class="missing">non renseigné</span></dd>'),
        (False, "", "<dd>non</dd>"),
        (0, "", "<dd>0</dd>"),
        (TODAY, "", "<dd>22/11/2026</dd>"),
        ("<i>", "/x/", '<dd><a href="/x/">&lt;i&gt;</a></dd>'),
    ],
)
def test_field_value(value: Any, url: str, said: str) -> None:
    assert said in ui.field_value("Référent", value, url)


# Lists


@pytest.mark.parametrize(
    ("address", "source", "query"),
    [
        ("/?q=a&page=3", "{% query_replace page=4 %}", "?q=a&amp;page=4"),
        ("/?q=a&page=3", "{% query_replace q=None page='' %}", "?"),
        ("/?q=a&q=b", "{% query_replace page=2 %}", "?q=a&amp;q=b&amp;page=2"),
        ("/?q=%22%3E", "{% query_replace page=2 %}", "?q=%22%3E&amp;page=2"),
    ],
)
def test_query_replace(render: Any, address: str, source: str, query: str) -> None:
    assert render(source, address) == query


@pytest.mark.parametrize(
    ("address", "href", "said"),
    [
        ("/?q=a&page=3", "?q=a&amp;tri=nom", ""),
        ("/?tri=nom", "?tri=-nom", "ascending"),
        ("/?tri=-nom", "?tri=nom", "descending"),
        ("/?tri=place", "?tri=nom", ""),
    ],
)
def test_a_head_sorts_both_ways_and_says_which(render: Any, address: str, href: str, said: str) -> None:
    html = render('{% sort_header "Nom" "nom" "main" %}', address)
    assert f'href="{href}"' in html
    assert (f'aria-sort="{said}"' in html) if said else ("aria-sort" not in html)
    assert 'class="main"' in html
    assert href in render('{% sort_link "Nom" "nom" %}', address)


def test_a_head_without_sort_is_plain(render: Any) -> None:
    assert render('{% sort_header "Nom" %}') == '<th scope="col" class="">Nom</th>'


def test_pagination_keeps_the_filters(render: Any) -> None:
    page = Paginator(range(612), 50).get_page(3)
    html = render("{% pagination page %}", "/?q=a&page=3", page=page)
    assert 'href="?q=a&amp;page=2" rel="prev"' in html
    assert 'href="?q=a&amp;page=4" rel="next"' in html
    assert re.search(r'aria-current="page"><span[^>]*>page </span>3<', html)
    assert "…" in html
    assert render("{% pagination page %}", page=Paginator(range(5), 50).get_page(1)).strip() == ""


class FilterForm(forms.Form):
    state = forms.ChoiceField(
        label="État", choices=[("", "tous"), ("En cours", [("w", "en attente"), ("r", "reçue")])], required=False
    )
    q = forms.CharField(label="Nom contient", required=False)
    since = forms.DateField(label="Depuis le", required=False)
    wheelchair = forms.BooleanField(label="Fauteuil", required=False)


def test_filters_are_said_in_words_and_taken_away_one_by_one(render: Any) -> None:
    address = "/?state=w&q=Dupont&wheelchair=on&page=2&tri=nom"
    form = FilterForm(RequestFactory().get(address).GET)
    html = render(
        "_filters.html",
        address,
        form=form,
        count=12,
        nouns="candidat,candidats",
        export_url="/x/",
        export_label="Exporter",
    )
    said = words(html)
    assert "12 candidats" in said
    assert "État : en attente" in said
    assert "Nom contient : Dupont" in said
    assert "Fauteuil : oui" in said
    assert 'href="?q=Dupont&amp;wheelchair=on&amp;tri=nom"' in html
    assert 'name="tri" value="nom"' in html
    assert 'class="form-select"' in html
    assert 'for="id_q"' in html


def test_a_filter_mistyped_says_so(render: Any) -> None:
    form = FilterForm({"since": "hier"})
    html = render("_filters.html", "/?since=hier", form=form, count=0, nouns="candidat")
    assert "invalid-feedback" in html


TABLE = Table(
    "Candidats",
    (
        Column("Nom", "main", sort="nom"),
        Column("Entrée", "date", word="entrée le"),
        Column("Échéance", "deadline", soon_within=61),
        Column("Solde", "money"),
        Column("État", "tags"),
        Column("Remarque"),
    ),
    (Row(("Mme Aïcha <B>", TODAY, TODAY, Decimal("12.5"), Badge("impayé", "late"), None), url="/x/"),),
    totals=(None, None, None, Decimal("12.5"), None, None),
)


def test_a_table_writes_each_cell_as_its_column_asks(render: Any) -> None:
    html = render("_table.html", table=TABLE)
    assert '<caption class="visually-hidden">Candidats</caption>' in html
    assert '<a class="row-link" href="/x/">Mme Aïcha &lt;B&gt;</a>' in html
    assert 'data-word="entrée le"' in html
    assert "22/11/2026" in html
    assert "tag is-late" in html
    assert words(html).count("12,50 €") == 2
    assert '<span class="missing">–</span>' in html
    assert "<tfoot>" in html


def test_a_row_with_a_cell_too_few_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        ui.row_cells(Table("x", (Column("a"), Column("b")), (row := Row(("1",)),)), row)


# Components


def test_the_banner_announces_a_person(render: Any) -> None:
    banner = Banner(
        name="Mme Aïcha <Benslimane>",
        url="/p/",
        number="n° 42",
        household="2 adultes, 1 enfant",
        place="B 204",
        place_url="/b204/",
        stay_from=datetime.date(2025, 3, 1),
        stay_to=datetime.date(2027, 2, 28),
        referent="Claire Dubois",
        badges=(Badge("préavis", "soon"),),
        tabs=(Tab("Dossier", "/d/", current=True), Tab("Compte", "/c/", count=0)),
    )
    html = render("{% person_banner banner %}", banner=banner)
    said = words(html)
    for one in ("Mme Aïcha &lt;Benslimane&gt;", "2 adultes, 1 enfant", "B 204", "Claire Dubois", "préavis", "Compte 0"):
        assert one in said
    assert "du 01/03/2025 au 28/02/2027" in said
    assert re.search(r'href="/d/"\s+aria-current="page"', html)


def test_a_masked_person_leaves_nothing_but_the_number(render: Any) -> None:
    html = render("{% person_banner banner %}", banner=Banner(name="dossier confidentiel n° 12"))
    assert words(html) == "dossier confidentiel n° 12"


DUTIES = [
    Duty("Demander l’APL", TODAY + datetime.timedelta(days=40)),
    Duty("Signer le contrat", TODAY - datetime.timedelta(days=3), "/s/", "Signer", "Mme B.", "/b/", detail="B 204"),
    Duty("Renouveler", TODAY + datetime.timedelta(days=40), soon_within=61),
    Duty("Recevoir", TODAY, who="M. T."),
]


@time_machine.travel(datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC))
def test_duties_say_what_for_whom_and_when(render: Any) -> None:
    html = render("_duties.html", duties=DUTIES, duties_title="À faire")
    said = words(html)
    assert "Signer le contrat" in said
    assert "en retard de 3 jours (19 nov.)" in said
    assert "Signer : Signer le contrat , Mme B." in said or "Signer : Signer le contrat, Mme B." in said
    assert 'href="/b/"' in html
    assert "Rien à traiter" in render("_duties.html", duties=[], duties_title="À faire")


def test_duties_are_sorted_by_urgency() -> None:
    grouped = [(title, [duty.what for duty in duties]) for title, duties in by_urgency(DUTIES, today=TODAY)]
    assert grouped == [
        ("En retard", ["Signer le contrat"]),
        ("Aujourd’hui", ["Recevoir"]),
        ("Bientôt", ["Renouveler"]),
        ("Plus tard", ["Demander l’APL"]),
    ]


def test_a_timeline_goes_by_month(render: Any) -> None:
    events = [
        Event(datetime.date(2026, 11, 20), "Entretien : budget, 45 min", "Budget", "talk", "/e/", "Claire Dubois"),
        Event(datetime.date(2026, 11, 13), "Premier terme impayé", meaning="late"),
        Event(datetime.date(2026, 10, 1), "Contrat signé"),
    ]
    html = render("_timeline.html", events=events)
    assert [words(month) for month in re.findall(r"<h2>(.*?)</h2>", html)] == ["Novembre 2026", "Octobre 2026"]
    assert "sign is-late" in html
    assert 'datetime="2026-11-20"' in html
    assert "Budget · Claire Dubois" in words(html)


def test_an_empty_page_says_what_to_do(render: Any) -> None:
    html = render(
        "_empty.html", empty_title="Personne", empty_text="Voyez.", empty_url="/x/", empty_action="Voir la liste"
    )
    assert words(html) == "Personne Voyez. Voir la liste"
    assert 'href="/x/"' in html
    assert "<a" not in render("_empty.html", empty_title="Personne", empty_text="Voyez.")


def test_a_confirmation_has_one_verb_and_one_way_back(render: Any) -> None:
    html = render(
        "_confirm.html",
        csrf_token="x",
        confirm_text="La candidature sort de la liste.",
        confirm_facts=["Le SIAO est prévenu."],
        confirm_verb="Clore la candidature",
        confirm_back="/x/",
        confirm_danger=True,
    )
    assert "btn-danger" in html
    assert "Le SIAO est prévenu." in html
    assert html.count('type="submit"') == 1
    assert 'href="/x/"' in html


def test_the_parts_of_a_form_say_what_is_left(render: Any) -> None:
    html = render("_form_parts.html", parts=[Part("Identité", "identite"), Part("Ressources", "ressources", 3)])
    assert "Ressources 3 à remplir" in words(html)
    assert 'aria-label="Rempli"' in html


def test_messages_say_their_meaning(render: Any) -> None:
    levels = (constants.SUCCESS, constants.WARNING, constants.ERROR, constants.INFO)
    html = render("_messages.html", messages=[Message(level, "Dit") for level in levels])
    assert re.findall(r"notice (is-\w+)", html) == ["is-done", "is-soon", "is-late", "is-information"]


# Forms


class PersonForm(forms.Form):
    name = forms.CharField(label="Nom")
    kind = forms.ChoiceField(label="Type", choices=[("a", "Studio")], widget=forms.RadioSelect)

    def clean(self) -> None:
        raise forms.ValidationError("Les deux dates se contredisent.")


def test_a_form_says_its_errors_once_at_its_top_with_links(render: Any) -> None:
    html = render("{% form_errors form %}", form=PersonForm({"name": ""}))
    assert "3 points à corriger" in words(html)
    assert '<a href="#id_name">Nom</a>' in html
    assert '<a href="#div_id_kind">Type</a>' in html
    assert 'role="alert"' in html
    assert render("{% form_errors form %}", form=PersonForm()).strip() == ""


def test_every_crispy_form_has_them() -> None:
    html = as_crispy_form(PersonForm({}))
    assert html.count("Les deux dates se contredisent.") == 1
    assert 'href="#id_name"' in html


def test_a_field_of_a_package_takes_our_label() -> None:
    form = PersonForm()
    form.fields["name"].widget.attrs["placeholder"] = "Name"
    field = ui.labelled(form["name"], "Nom de famille")
    assert field.label == "Nom de famille"
    assert "placeholder" not in str(field)


def test_capture_shows_one_block_in_several_places(render: Any) -> None:
    source = "{% capture one %} {% if yes %}<b>{{ name }}</b>{% endif %} {% endcapture %}[{{ one }}][{{ one }}]"
    assert render(source, yes=True, name="<x>") == "[<b>&lt;x&gt;</b>][<b>&lt;x&gt;</b>]"
    assert render("{% capture one %}\n{% endcapture %}{% if one %}yes{% endif %}") == ""


# Pages that need nothing


@pytest.mark.parametrize("name", ["400.html", "500.html", "403_csrf.html"])
def test_a_page_of_error_needs_no_context(name: str) -> None:
    html = render_to_string(name)
    assert "<h1>" in html
    assert 'lang="fr"' in html


@pytest.mark.parametrize("name", ["403.html", "404.html"])
def test_a_refusal_is_shown_to_whoever_is_not_signed_in(name: str) -> None:
    request = RequestFactory().get("/x/")
    request.user = SimpleNamespace(is_authenticated=False)  # type: ignore[assignment]
    html = render_to_string(name, request=request)
    assert "<h1>" in html
    assert "bottom-bar" not in html


def test_no_template_carries_a_script_or_a_style() -> None:
    for file in (Path(django_settings.BASE_DIR) / "templates").rglob("*.html"):
        source = re.sub(r"\{% comment %\}.*?\{% endcomment %\}", "", file.read_text(), flags=re.DOTALL)
        html = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "…", source, flags=re.DOTALL)
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*\ssrc=)", html), file


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("MARTIN Zoé", "de MARTIN Zoé"),
        ("ADJOVI Ismaël", "d’ADJOVI Ismaël"),
        ("Émile Roux", "d’Émile Roux"),
        ("HAMIDI Lamine", "de HAMIDI Lamine"),
        ("dossier confidentiel n° 12", "du dossier confidentiel n° 12"),
    ],
)
def test_a_name_after_de(name: str, said: str) -> None:
    assert ui.de(name) == said
