"""What may be attached: its type told by its content, never by its name; written anew, without what it hides."""

import io
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from PIL import Image, ImageFile, ImageOps

from residence import pdf_cleaning

MOST_PIXELS = 50_000_000
# The longest side of a photo that is kept, and of the small one shown on lists and printed.
PHOTO_SIDE, SMALL_SIDE = 1600, 720
ACCEPTED = "PDF, JPEG ou PNG"
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif")
_IMAGE_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
HEIC = (
    "Cette photo est au format HEIC, que tous les ordinateurs ne lisent pas. Sur l’iPhone : Réglages, Appareil "
    "photo, Formats, « Le plus compatible », puis reprenez la photo."
)
_IMAGES = {"JPEG": ("image/jpeg", ".jpg"), "PNG": ("image/png", ".png")}


@dataclass(frozen=True)
class CleanFile:
    """A file as it is kept: its bytes, written by us, its type and the end of its name."""

    content: bytes
    content_type: str
    suffix: str


@dataclass(frozen=True)
class CleanPhoto:
    """A photo as it is kept: two JPEGs written by us, upright, without what a camera hides in them."""

    content: bytes
    small: bytes
    width: int
    height: int


def clean_photo(upload: Any) -> CleanPhoto:
    """`upload` (an UploadedFile) as a photo that may be kept, or a ValidationError that says what to do."""
    content = _content_of(upload)
    if _is_heic(content):
        raise ValidationError(HEIC)
    if b"%PDF-" in content[:1024] or not content.startswith(_IMAGE_STARTS):
        raise ValidationError("Ce fichier n’est pas une photo JPEG ou PNG, même si son nom le dit.")
    with _opened(content) as image:
        upright = _bare(ImageOps.exif_transpose(_drafted(image)), "RGB")
    upright.thumbnail((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS)
    small = upright.copy()
    small.thumbnail((SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS)
    return CleanPhoto(_jpeg(upright), _jpeg(small, quality=80), upright.width, upright.height)


def clean_upload(upload: Any) -> CleanFile:
    """`upload` (an UploadedFile) as it may be kept, or a ValidationError that says what to do."""
    content = _content_of(upload)
    if b"%PDF-" in content[:1024]:
        return CleanFile(_clean_pdf(content), "application/pdf", ".pdf")
    if _is_heic(content):
        raise ValidationError(HEIC)
    if content.startswith(_IMAGE_STARTS):
        return _clean_image(content)
    raise ValidationError(
        f"Ce fichier n’est pas un {ACCEPTED}, même si son nom le dit : enregistrez-le dans ce format."
    )


def _content_of(upload: Any) -> bytes:
    if upload.size > settings.ATTACHMENT_MAX_BYTES:
        most = settings.ATTACHMENT_MAX_BYTES // (1024 * 1024)
        raise ValidationError(f"Ce fichier dépasse {most} Mo : numérisez-le en moins fin, ou en plusieurs fichiers.")
    upload.seek(0)
    content = upload.read()
    if not content:
        raise ValidationError("Ce fichier est vide.")
    return bytes(content)


def _is_heic(content: bytes) -> bool:
    return content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS


def _clean_pdf(content: bytes) -> bytes:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "residence.pdf_cleaning"],
            input=content,
            capture_output=True,
            timeout=2 * pdf_cleaning.SECONDS,
            cwd=settings.BASE_DIR,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ValidationError(
            "Ce PDF est trop lourd à ouvrir : imprimez-le en PDF, puis joignez le résultat."
        ) from error
    if done.returncode == 0:
        return done.stdout
    raise ValidationError(
        {
            pdf_cleaning.PROTECTED: "Ce PDF est protégé par un mot de passe : enregistrez-en une copie qui n’en a pas.",
            pdf_cleaning.TOO_LONG: f"Ce PDF est trop long (plus de {pdf_cleaning.MOST_PAGES} pages) : coupez-le.",
        }.get(done.returncode, "Ce PDF est illisible : imprimez-le en PDF, puis joignez le résultat.")
    )


def _clean_image(content: bytes) -> CleanFile:
    with _opened(content) as image:
        content_type, suffix = _IMAGES[image.format or ""]
        upright = ImageOps.exif_transpose(image)
        return CleanFile(_written(upright, suffix), content_type, suffix)


@contextmanager
def _opened(content: bytes) -> Iterator[Image.Image]:
    """The image in `content`, its faults told as a ValidationError, also those found as it is read."""
    # WeasyPrint, once loaded, has Pillow fill what is missing of a cut file with grey.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    too_large = "Cette image a plus de 50 millions de points : réduisez-la."
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            warnings.simplefilter("ignore", UserWarning)
            with Image.open(io.BytesIO(content), formats=tuple(_IMAGES)) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise ValidationError(too_large)
                yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(too_large) from error
    except (OSError, SyntaxError, ValueError, KeyError, EOFError) as error:
        raise ValidationError(
            "Cette image est illisible : ouvrez-la, enregistrez-la en JPEG, puis joignez le résultat."
        ) from error


def _drafted(image: Image.Image) -> Image.Image:
    """The image, a large JPEG read at a smaller scale: quicker, and no smaller than what is kept."""
    image.draft("RGB", (PHOTO_SIDE, PHOTO_SIDE))
    return image


def _written(image: Image.Image, suffix: str) -> bytes:
    """The points of `image` and nothing else: no place, no date, no camera, no thumbnail."""
    mode = "RGB" if suffix == ".jpg" else image.mode if image.mode in ("L", "LA", "RGB", "RGBA") else "RGBA"
    bare = _bare(image, mode)
    if suffix == ".jpg":
        return _jpeg(bare)
    output = io.BytesIO()
    bare.save(output, "PNG", optimize=True)
    return output.getvalue()


def _bare(image: Image.Image, mode: str) -> Image.Image:
    bare = Image.new(mode, image.size)
    bare.paste(image.convert(mode))
    return bare


def _jpeg(image: Image.Image, *, quality: int = 85) -> bytes:
    output = io.BytesIO()
    image.save(output, "JPEG", quality=quality, optimize=True)
    return output.getvalue()


def shown_name(name: str, suffix: str) -> str:
    """The name that people see: what the sender called the file, without path or controls, with its real type."""
    bare = re.sub(r"[\x00-\x1f\x7f/\\:*?\"<>|\u202a-\u202e\u2066-\u2069]+", " ", PurePath(name.replace("\\", "/")).name)
    stem = " ".join(PurePath(bare).stem.split())[:150] or "pièce"
    return f"{stem}{suffix}"
