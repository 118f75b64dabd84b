"""Papers: what they say, how they are tagged, which type they carry, what they may fetch."""

import io
from decimal import Decimal
from typing import Any

import pikepdf
import pypdf
import pytest

from residence import pdf

RESIDENCE = {
    "name": "Résidence Côté Cour",
    "organisme": "OPHIS",
    "address_lines": ["1 rue des Tilleuls", "63000 Clermont-Ferrand"],
    "phone": "04 00 00 00 00",
    "email": "cote-cour@exemple.fr",
}
LETTER = {
    "residence": RESIDENCE,
    "title": "Décision de la commission",
    "reference": "CC-2026-LET-0042",
    "recipient_lines": ["Madame Élodie ŒUVRARD", "14 avenue de la République", "63000 CLERMONT-FERRAND"],
    "place_and_date": "Clermont-Ferrand, le 3 décembre 2026",
    "object": "Votre demande de logement",
    "salutation": "Madame,",
    "paragraphs": ["La commission a donné un avis favorable.", "Première ligne\nseconde ligne"],
    "closing": "Veuillez agréer, Madame, nos salutations distinguées.",
    "signatory": {"name": "Claire Dubois", "function": "La coordinatrice"},
    "enclosures": ["Règlement intérieur"],
}
PAPER = """
{% extends "pdf/base.html" %}{% load residence_ui static %}
{% block body %}
  <p><em>italique</em> <strong>gras</strong> <strong><em>gras italique</em></strong> ☐ ☑ ✓ № 20 m²</p>
  <table class="facts"><tr><th scope="row">Place</th><td>B 204</td></tr></table>
  <table class="lines">
    <thead><tr><th scope="col">Désignation</th><th scope="col" class="amount">Montant</th></tr></thead>
    {% for line in lines %}<tr><td>ligne {{ line }}</td><td class="amount">{{ amount|euros }}</td></tr>{% endfor %}
  </table>
  {{ more|safe }}
{% endblock %}
{% block signatures %}{% include "pdf/_signatures.html" %}{% endblock %}
"""
PAPER_CONTEXT = {
    "residence": RESIDENCE,
    "title": "Avis d’échéance",
    "reference": "CC-2026-AVI-0001",
    "recipient_lines": [],
    "place_and_date": "",
    "lines": range(1),
    "amount": Decimal("1234.56"),
    "more": "",
    "signatures": [
        {"label": "Le résident", "name": "Élodie Œuvrard", "mention": "Écrire « lu et approuvé »", "signed": ""},
        {"label": "Le gestionnaire", "name": "Paul Vidal", "mention": "", "signed": "signé le 3 décembre 2026"},
    ],
}


@pytest.fixture
def paper(settings: Any) -> None:
    """A template `paper.html` that uses every part of a paper."""
    options = dict(settings.TEMPLATES[0]["OPTIONS"])
    options["loaders"] = [("django.template.loaders.locmem.Loader", {"paper.html": PAPER}), *options["loaders"]]
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "OPTIONS": options}]


def read(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content))


def text_of(content: bytes, page: int = 0) -> str:
    return read(content).pages[page].extract_text().replace("\u00a0", " ")


def fonts_of(content: bytes) -> dict[str, bool]:
    """Base fonts of a file, and whether each carries its own program."""
    found = {}
    with pikepdf.open(io.BytesIO(content)) as file:
        for item in file.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor":
                found[str(item.FontName)] = any(key in item for key in ("/FontFile", "/FontFile2", "/FontFile3"))
    return found


def test_a_letter_says_all_that_it_was_given() -> None:
    text = text_of(pdf.render_pdf("pdf/letter.html", LETTER))
    for said in (
        "Résidence Côté Cour",
        "Madame Élodie ŒUVRARD",
        "Clermont-Ferrand, le 3 décembre 2026",
        "Nos références : CC-2026-LET-0042",
        "Objet : Votre demande de logement",
        "La commission a donné un avis favorable.",
        "Claire Dubois",
        "Règlement intérieur",
        "page 1 / 1",
    ):
        assert said in text


def test_a_paper_is_tagged_and_named_and_in_french() -> None:
    with pikepdf.open(io.BytesIO(pdf.render_pdf("pdf/letter.html", LETTER))) as file:
        assert file.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in file.Root
        assert file.Root.Lang == "fr"
        assert file.Root.ViewerPreferences.DisplayDocTitle
        assert file.docinfo["/Title"] == "Décision de la commission"
        assert b'pdfuaid:part="1"' in file.Root.Metadata.read_bytes()


def test_the_address_shows_in_the_window() -> None:
    """A DL window shows at least 100 to 190 mm from the left and 55 to 79 mm from the top, however the sheet slides."""
    millimetre = 72 / 25.4
    seen = []
    page = read(pdf.render_pdf("pdf/letter.html", LETTER)).pages[0]

    def visit(text: str, user: list[float], matrix: list[float], *rest: Any) -> None:
        if "ŒUVRARD" in text or "CLERMONT" in text:
            x = matrix[4] * user[0] + user[4]
            y = matrix[5] * user[3] + user[5]
            seen.append((x / millimetre, 297 - y / millimetre))

    page.extract_text(visitor_text=visit)
    assert seen
    assert all(100 <= x <= 120 and 45 <= y <= 82 for x, y in seen)


@pytest.mark.usefixtures("paper")
def test_every_font_is_ours_and_inside_the_file() -> None:
    fonts = fonts_of(pdf.render_pdf("paper.html", PAPER_CONTEXT))
    assert len(fonts) >= 4
    assert all("Source-Sans-Pro" in name for name in fonts)
    assert all(fonts.values())


@pytest.mark.usefixtures("paper")
def test_a_long_table_repeats_its_head_and_keeps_the_signatures_together() -> None:
    content = pdf.render_pdf("paper.html", PAPER_CONTEXT | {"lines": range(80)})
    pages = len(read(content).pages)
    assert pages == 3
    assert all("Désignation" in text_of(content, page) for page in range(pages))
    assert "page 2 / 3" in text_of(content, 1)
    assert "CC-2026-AVI-0001" in text_of(content, 1)
    last = text_of(content, pages - 1)
    assert "Le résident" in last
    assert "signé le 3 décembre 2026" in last


@pytest.mark.usefixtures("paper")
@pytest.mark.parametrize("lines", range(28, 44, 3))
def test_signatures_are_never_cut(lines: int) -> None:
    content = pdf.render_pdf("paper.html", PAPER_CONTEXT | {"lines": range(lines)}, tagged=False)
    carrying = [page for page in range(len(read(content).pages)) if "Le résident" in text_of(content, page)]
    assert len(carrying) == 1
    assert "Date et signature" in text_of(content, carrying[0])


def test_the_same_letter_is_the_same_file() -> None:
    first, second = (pdf.render_pdf("pdf/letter.html", LETTER) for _ in range(2))
    assert first == second
    assert first != pdf.render_pdf("pdf/letter.html", LETTER | {"salutation": "Monsieur,"})


@pytest.mark.usefixtures("paper")
@pytest.mark.parametrize(
    "asked",
    [
        '<img src="https://exemple.fr/logo.png" alt="">',
        '<img src="file:///etc/hostname" alt="">',
        '<img src="/static/../residence/settings.py" alt="">',
        '<img src="/media/logo.png" alt="">',
        '<link rel="stylesheet" href="https://exemple.fr/style.css">',
    ],
)
def test_nothing_is_fetched_but_what_is_ours(asked: str) -> None:
    with pytest.raises(pdf.ResourceRefusedError):
        pdf.render_pdf("paper.html", PAPER_CONTEXT | {"more": asked})


@pytest.mark.usefixtures("paper")
def test_static_files_and_data_addresses_are_shown() -> None:
    logo = pdf.data_address(b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', "image/svg+xml")
    shown = '<img src="/static/img/favicon.svg" alt="Dessin">'
    assert pdf.render_pdf("paper.html", PAPER_CONTEXT | {"more": shown, "logo": logo})


def test_a_batch_numbers_each_paper_by_itself() -> None:
    other = LETTER | {"reference": "CC-2026-LET-0043"}
    content = pdf.render_batch([("pdf/letter.html", LETTER), ("pdf/letter.html", other)], title="Lettres du mois")
    file = read(content)
    assert len(file.pages) == 2
    assert "page 1 / 1" in text_of(content, 1)
    assert "CC-2026-LET-0043" in text_of(content, 1)
    assert file.metadata is not None
    assert file.metadata.title == "Lettres du mois"


def test_a_batch_printed_on_two_sides_starts_each_paper_on_a_sheet() -> None:
    content = pdf.render_batch([("pdf/letter.html", LETTER)] * 3, title="Lettres", recto=True)
    assert len(read(content).pages) == 5
    assert "page 1 / 1" not in text_of(content, 1)


def test_an_empty_batch_says_so() -> None:
    with pytest.raises(ValueError, match="aucun document"):
        pdf.render_batch([], title="Rien")
