"""The receipts of a month in one PDF, beside WeasyPrint alone on the same HTML, its fonts and stylesheet read once.

The processor's time of both: read from their frozen data, made HTML, laid out and written; against the last two alone.
"""

import sys
import time
from typing import Any

from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from bench.attribution import say
from bench.papiers import faces_and_sheet
from logement.actions.quittances import month_receipts
from logement.models import Quittance
from logement.queries.avis import print_papers
from residence import pdf
from residence.actions.documents import revived
from residence.models import DocumentEmis, Residence

MOST, ROUNDS = 222, 3


def main(places: int) -> None:
    """Both print the same third of them, one after the other: a machine that works for others slows both."""
    residence = Residence.objects.order_by("pk")[0]
    months = Quittance.objects.live().exclude(avis=None).order_by("-avis__month").values_list("avis__month", flat=True)
    receipts = month_receipts(residence, months.distinct()[1])[:MOST]
    rows = DocumentEmis.objects.in_bulk([row.document_id for row in receipts])
    pages = [render_to_string(rows[row.document_id].template, revived(rows[row.document_id].data)) for row in receipts]
    print_papers([receipts[0].document], title="Quittances")
    weasyprint_alone(pages[:1])
    ours = alone = 0.0
    for rank in range(ROUNDS):
        start = time.process_time()
        print_papers([row.document for row in receipts[rank::ROUNDS]], title="Quittances")
        between = time.process_time()
        weasyprint_alone(pages[rank::ROUNDS])
        ours, alone = ours + between - start, alone + time.process_time() - between
    say(f"{len(receipts)} quittances en un PDF, processeur", ours, "s", places)
    say(f"{len(receipts)} quittances, WeasyPrint seul", alone, "s", places)
    say("quittances en un PDF, rapport (au plus 1,15)", ours / alone, "fois", places)


def weasyprint_alone(pages: list[str]) -> bytes:
    """The same papers in one PDF, each on a sheet of its own, with nothing of the project."""
    fonts, origin = FontConfiguration(), f"{pdf._ORIGIN}/"
    fetcher = pdf._kit.fetcher
    sheet = CSS(string=faces_and_sheet(), font_config=fonts, url_fetcher=fetcher, base_url=origin)
    whole: Any = None
    found: list[Any] = []
    blank: list[Any] = []
    for html in pages:
        made = HTML(string=html, base_url=origin, url_fetcher=fetcher).render(
            stylesheets=[sheet], font_config=fonts, pdf_version="1.7"
        )
        whole = whole or made
        if len(found) % 2:
            blank = blank or HTML(string="<html><body>", base_url=origin).render(font_config=fonts).pages
            found += blank
        found += made.pages
    return bytes(whole.copy(found).write_pdf(pdf_version="1.7"))


if __name__ == "__main__":
    main(int(sys.argv[1]))
