"""PDF files made from templates: the only module that imports WeasyPrint.

The same template, context, fonts and version of WeasyPrint give the same bytes: no clock is read, and the identifier of
the file is drawn from its HTML.
"""

import base64
import hashlib
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import font_source_sans_pro
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

# What relative addresses stand on; nothing is ever asked from a network.
_ORIGIN = "https://pdf.invalid"
_FONT_PATH = "/polices/"
_KEPT_PATH = "/gardes/"
_FONTS = Path(font_source_sans_pro.font_directory)
_FACES = (
    ("SourceSansPro-Regular.ttf", 400, "normal"),
    ("SourceSansPro-It.ttf", 400, "italic"),
    ("SourceSansPro-Semibold.ttf", 600, "normal"),
    ("SourceSansPro-SemiboldIt.ttf", 600, "italic"),
    ("SourceSansPro-Bold.ttf", 700, "normal"),
    ("SourceSansPro-BoldIt.ttf", 700, "italic"),
)
_STYLESHEET = "css/pdf.css"


class ResourceRefusedError(ValueError):
    """A template asks for an image or a file that is neither a static file of ours nor written in the page itself."""


def render_pdf(template: str, context: dict[str, Any], *, tagged: bool = True) -> bytes:
    """`template` as a PDF: PDF/UA-1 with its tags, or plain where nobody will read it by ear.

    ResourceRefusedError when the page asks for anything but our static files, files kept and data addresses.
    """
    html = render_to_string(template, context)
    return _write(_lay_out(html, tagged=tagged), identifier=html, tagged=tagged)


def render_batch(documents: Iterable[tuple[str, dict[str, Any]]], *, title: str, recto: bool = False) -> bytes:
    """Several (template, context) one after the other in one untagged PDF, for the printer.

    Each keeps its own page numbers. `recto` starts each on a new sheet of a two-sided printer, so that no sheet carries
    the papers of two households. ValueError when there is nothing to print.
    """
    digest = hashlib.sha256()
    whole: Document | None = None
    pages: list[Any] = []
    blank: list[Any] = []
    for template, context in documents:
        html = render_to_string(template, context)
        digest.update(html.encode())
        document = _lay_out(html, tagged=False)
        if whole is None:
            whole = document
        elif recto and len(pages) % 2:
            blank = blank or _lay_out('<html lang="fr"><title>–</title><body class="blank">', tagged=False).pages
            pages += blank
        pages += document.pages
    if whole is None:
        raise ValueError("Il n’y a aucun document à imprimer.")
    whole.metadata.title = title
    return _write(whole.copy(pages), identifier=digest.hexdigest() + title, tagged=False)


def kept_address(name: str, sha256: str) -> str:
    """The address, for a template, of a file that the project keeps, as it was when `sha256` was taken of it."""
    return f"{_KEPT_PATH}{name}?{sha256}"


def data_address(content: bytes, content_type: str) -> str:
    """`content` as an address that a template can show, for a logo that a résidence keeps."""
    return f"data:{content_type};base64,{base64.b64encode(content).decode()}"


class _Fetcher(URLFetcher):
    """Gives the fonts, our static files, files kept and data addresses; refuses the rest and stops the page."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols={"data"}, allow_redirects=False, fail_on_errors=True)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if not url.startswith(f"{_ORIGIN}/"):
            return super().fetch(url, headers)
        path = unquote(urlsplit(url).path)
        if path.startswith(_KEPT_PATH):
            return URLFetcherResponse(url, self._kept(path.removeprefix(_KEPT_PATH), urlsplit(url).query))
        found = self._font(path) or self._static(path)
        if found is None:
            raise ValueError(f"no such file: {path}")
        return URLFetcherResponse(url, found.read_bytes())

    def _kept(self, name: str, sha256: str) -> bytes:
        """A file of the storage, which never leads out of its folder, and only as it was frozen."""
        with default_storage.open(name) as file:
            content: bytes = file.read()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ValueError(f"not the file that was frozen: {name}")
        return content

    def _font(self, path: str) -> Path | None:
        name = path.removeprefix(_FONT_PATH)
        return _FONTS / name if path.startswith(_FONT_PATH) and name in {face for face, _, _ in _FACES} else None

    def _static(self, path: str) -> Path | None:
        root = urlsplit(settings.STATIC_URL).path
        if not path.startswith(root):
            return None
        name = path.removeprefix(root)
        if found := finders.find(name):
            return Path(found)
        # Names that carry a hash exist only where the static files were collected.
        collected = (Path(settings.STATIC_ROOT) / name).resolve()
        within = collected.is_relative_to(Path(settings.STATIC_ROOT).resolve())
        return collected if within and collected.is_file() else None


class _Kit(threading.local):
    """Fonts and stylesheet, read once a thread, which takes a quarter off a page; two threads must not share them."""

    def __init__(self) -> None:
        self.fetcher = _Fetcher()
        self.fonts = FontConfiguration()
        faces = "".join(
            f"@font-face {{ font-family: 'Source Sans Pro'; font-weight: {weight}; font-style: {style};"
            f" src: url({_ORIGIN}{_FONT_PATH}{name}) }}\n"
            for name, weight, style in _FACES
        )
        sheet = Path(finders.find(_STYLESHEET)).read_text()
        self.stylesheet = CSS(
            string=faces + sheet, font_config=self.fonts, url_fetcher=self.fetcher, base_url=f"{_ORIGIN}/"
        )


_kit = _Kit()


def _options(*, tagged: bool) -> dict[str, Any]:
    return {"pdf_variant": "pdf/ua-1"} if tagged else {"pdf_version": "1.7"}


def _lay_out(html: str, *, tagged: bool) -> Document:
    try:
        return HTML(string=html, base_url=f"{_ORIGIN}/", url_fetcher=_kit.fetcher).render(
            stylesheets=[_kit.stylesheet], font_config=_kit.fonts, **_options(tagged=tagged)
        )
    except FatalURLFetchingError as error:
        raise ResourceRefusedError(f"Le modèle demande un fichier qui n’est pas à nous : {error}") from error


def _write(document: Document, *, identifier: str, tagged: bool) -> bytes:
    name = hashlib.sha256(identifier.encode()).digest()[:16]
    return bytes(document.write_pdf(pdf_identifier=name, **_options(tagged=tagged)))
