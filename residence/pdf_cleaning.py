"""Rebuild a PDF that somebody sends, without what it could run or carry: its pages, and nothing else.

Run as a program (`python -m residence.pdf_cleaning`, PDF in, PDF out), so that a file made to exhaust memory or
processor exhausts a process of its own. It exits with one of the codes below.
"""

import io
import resource
import sys
from typing import Any

import pikepdf

UNREADABLE, PROTECTED, TOO_LONG = 3, 4, 5
MOST_PAGES = 300
MEMORY = 1024 * 1024 * 1024
SECONDS = 20

# Actions that do something else than move about in the pages.
_ACTIONS = frozenset(
    f"/{name}"
    for name in (
        "JavaScript",
        "Launch",
        "SubmitForm",
        "ImportData",
        "GoToR",
        "GoToE",
        "Rendition",
        "Movie",
        "Sound",
        "RichMediaExecute",
        "ResetForm",
        "Hide",
    )
)
# Annotations that carry files, films or sounds.
_ANNOTATIONS = frozenset(f"/{name}" for name in ("FileAttachment", "Movie", "Sound", "Screen", "RichMedia", "3D"))
_KEYS = ("/JS", "/AA", "/OpenAction", "/EF", "/EmbeddedFiles", "/JavaScript", "/XFA", "/Metadata", "/PieceInfo")


def cleaned(content: bytes) -> bytes:
    """The pages of `content` in a new PDF. PasswordError or PdfError of pikepdf, ValueError when it is too long."""
    with pikepdf.open(io.BytesIO(content)) as source:
        if len(source.pages) > MOST_PAGES:
            raise ValueError("too many pages")
        made = pikepdf.new()
        made.pages.extend(source.pages)
        for page in made.pages:
            _drop_annotations(page)
        for item in made.objects:
            _strip(item, 0)
        output = io.BytesIO()
        made.remove_unreferenced_resources()
        made.save(output, deterministic_id=True)  # the same file gives the same bytes: sent twice, it is known
    return output.getvalue()


def _drop_annotations(page: Any) -> None:
    annotations = page.obj.get("/Annots")
    if isinstance(annotations, pikepdf.Array):
        kept = [one for one in annotations if not _carries(one)]
        page.obj["/Annots"] = pikepdf.Array(kept)


def _carries(annotation: Any) -> bool:
    return isinstance(annotation, pikepdf.Dictionary) and str(annotation.get("/Subtype", "")) in _ANNOTATIONS


def _strip(item: Any, depth: int) -> None:
    """Take out of `item` and what it holds all that acts; what another object refers to is met on its own."""
    if depth > 60:
        raise ValueError("too deep")
    if isinstance(item, pikepdf.Array):
        for one in item:
            if not getattr(one, "is_indirect", False):
                _strip(one, depth + 1)
        return
    if not isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        return
    for key in _KEYS:
        if key in item:
            del item[key]
    for key in list(item.keys()):
        value = item.get(key)
        if isinstance(value, pikepdf.Dictionary) and str(value.get("/S", "")) in _ACTIONS:
            del item[key]
        elif isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect:
            _strip(value, depth + 1)
    if str(item.get("/S", "")) in _ACTIONS:
        del item["/S"]


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        result = cleaned(sys.stdin.buffer.read())
    except pikepdf.PasswordError:
        return PROTECTED
    except ValueError:
        return TOO_LONG
    except (pikepdf.PdfError, MemoryError, RuntimeError, TypeError, KeyError, AttributeError):
        return UNREADABLE
    sys.stdout.buffer.write(result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
