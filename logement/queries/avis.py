"""The papers of a month in one file, and the avis that a list shows."""

from collections.abc import Sequence

from residence.actions.documents import revived
from residence.models import DocumentEmis
from residence.pdf import render_batch


def print_papers(documents: Sequence[DocumentEmis], *, title: str) -> bytes:
    """Issued documents one after the other in one PDF for the printer, from their frozen data."""
    ids = [document.pk for document in documents]
    # As the database gives them back: the same papers, byte for byte, as when they are read one by one.
    rows = DocumentEmis.objects.in_bulk(ids)
    return render_batch(((rows[pk].template, revived(rows[pk].data)) for pk in ids), title=title, recto=True)
