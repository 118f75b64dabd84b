"""Times of two papers beside WeasyPrint alone on the same HTML: a contract, a ten-room état des lieux with its photos.

Ratios of the processor's time, the median of each: what the project adds to the making of a PDF.
"""

import io
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from PIL import Image
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from residence import pdf
from residence.actions.documents import revived
from residence.models import DocumentEmis, DocumentKind
from residence.models.documents import sha256_of
from residence.uploads import SMALL_SIDE

ROUNDS = 5
ROOMS, LINES, PHOTOS = 10, 9, 40


def main(places: int) -> None:
    def say(name: str, value: float, unit: str) -> None:
        print(
            json.dumps({"name": name, "value": round(value, 2), "unit": unit, "size": places}, ensure_ascii=False),
            flush=True,
        )

    papers = DocumentEmis.objects.order_by("pk")
    contrat = papers.filter(kind=DocumentKind.CONTRAT).first()
    edl = papers.filter(kind=DocumentKind.ETAT_DES_LIEUX).first()
    if contrat is not None:
        compare(say, "contrat en PDF", contrat.template, revived(contrat.data))
    if edl is not None:
        data, names = ten_rooms(revived(edl.data))
        try:
            compare(say, f"état des lieux de {ROOMS} pièces et {PHOTOS} photos", edl.template, data)
        finally:
            for name in names:
                default_storage.delete(name)


def ten_rooms(data: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The data of a large état des lieux, and the names of the photos made for it."""
    chance = random.Random(1)  # noqa: S311 (the same pictures at each run)
    photos, names = [], []
    for _ in range(PHOTOS):
        picture = Image.effect_noise((SMALL_SIDE, SMALL_SIDE * 3 // 4), chance.uniform(10, 40)).convert("RGB")
        content = io.BytesIO()
        picture.save(content, "JPEG", quality=80)
        name = default_storage.save("mesures/photo.jpg", ContentFile(content.getvalue()))
        digest = sha256_of(content.getvalue())
        names.append(name)
        photos.append({"address": pdf.kept_address(name, digest), "sha256": digest, "added_on": "12/03/2026 à 10 h 00"})
    blank = {"number": "", "is_key": False, "quantity": None, "is_personal": False, "changed": False}
    lines = [
        {
            **blank,
            "element": f"Élément {rank}",
            "condition": "bon état",
            "comment": "éclat près de la fenêtre" if rank % 3 == 0 else "",
            "before": "",
            "before_quantity": None,
            "before_comment": "",
            "before_photos": [],
        }
        for rank in range(LINES)
    ]
    each = PHOTOS // ROOMS
    rooms = [
        {
            "name": f"Pièce {rank + 1}",
            "lines": [
                {**line, "photos": photos[rank * each : (rank + 1) * each] if place == 0 else []}
                for place, line in enumerate(lines)
            ],
        }
        for rank in range(ROOMS)
    ]
    return {**data, "rooms": rooms, "is_joint": True, "photos": PHOTOS}, names


def compare(say: Callable[[str, float, str], None], name: str, template: str, data: dict[str, Any]) -> None:
    """Say the time of the project's PDF, WeasyPrint's alone on the same HTML, and their ratio."""
    html = render_to_string(template, data)
    ours = measured(lambda: pdf.render_pdf(template, data))
    alone = measured(lambda: weasyprint_alone(html))
    say(f"{name}\u00a0: temps du processeur", ours * 1000, "ms")
    say(f"{name}\u00a0: WeasyPrint seul", alone * 1000, "ms")
    say(f"{name}\u00a0: rapport", ours / alone, "fois")


def measured(make: Callable[[], object]) -> float:
    make()
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        make()
        times.append(time.process_time() - start)
    return statistics.median(times)


def weasyprint_alone(html: str) -> bytes:
    """The same page as anybody would make it with WeasyPrint: fonts and stylesheet read each time."""
    fonts = FontConfiguration()
    kit = pdf._kit
    origin = f"{pdf._ORIGIN}/"
    css = CSS(string=faces_and_sheet(), font_config=fonts, url_fetcher=kit.fetcher, base_url=origin)
    page = HTML(string=html, base_url=origin, url_fetcher=kit.fetcher)
    return bytes(page.write_pdf(stylesheets=[css], font_config=fonts, pdf_variant="pdf/ua-1"))


def faces_and_sheet() -> str:
    """The fonts and the stylesheet of every paper, as a page of CSS."""
    faces = "".join(
        f"@font-face {{ font-family: 'Source Sans Pro'; font-weight: {weight}; font-style: {style};"
        f" src: url({pdf._ORIGIN}{pdf._FONT_PATH}{face}) }}\n"
        for face, weight, style in pdf._FACES
    )
    return faces + (settings.BASE_DIR / "static" / pdf._STYLESHEET).read_text()


if __name__ == "__main__":
    main(int(sys.argv[1]))
