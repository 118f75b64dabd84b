"""What may be attached: recognised by its content, written anew, and only then kept."""

import io

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageFile
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader, PdfWriter

from residence.uploads import clean_upload, shown_name


def upload(content, name="piece.pdf"):
    return SimpleUploadedFile(name, content)


def image(kind="JPEG", size=(40, 20), **options):
    made = io.BytesIO()
    Image.new("RGB", size, "teal").save(made, kind, **options)
    return made.getvalue()


def pdf(change=lambda writer: None, pages=1):
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    change(writer)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def test_a_pdf_is_kept_with_its_pages():
    kept = clean_upload(upload(pdf(pages=3), "scan.exe"))

    assert (kept.content_type, kept.suffix) == ("application/pdf", ".pdf")
    assert len(PdfReader(io.BytesIO(kept.content)).pages) == 3


def test_what_a_pdf_could_run_or_carry_is_taken_out():
    def load(writer):
        writer.add_attachment("virus.exe", b"MZ executable")
        writer.add_metadata({"/Author": "Quelqu’un"})

    source = pikepdf.open(io.BytesIO(pdf(load)))
    source.Root.Names.JavaScript = pikepdf.Dictionary(Names=["a", pikepdf.Dictionary(JS="app.alert(1)")])
    source.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('y')")
    source.pages[0].AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe"))
    source.pages[0].Annots = pikepdf.Array(
        [
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Link,
                Rect=[0, 0, 9, 9],
                A=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('z')"),
            ),
            source.make_indirect(
                pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FileAttachment, Rect=[0, 0, 9, 9])
            ),
        ]
    )
    made = io.BytesIO()
    source.save(made)

    kept = clean_upload(upload(made.getvalue())).content

    bare = io.BytesIO()
    with pikepdf.open(io.BytesIO(kept)) as opened:
        opened.save(bare, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False)
    for word in (b"JavaScript", b"alert", b"Launch", b"calc.exe", b"EmbeddedFile", b"MZ executable", b"FileAttachment"):
        assert word not in bare.getvalue()
    assert "Quelqu" not in str(PdfReader(io.BytesIO(kept)).metadata)


def test_a_pdf_under_a_password_says_so():
    with pytest.raises(ValidationError, match="mot de passe"):
        clean_upload(upload(pdf(lambda writer: writer.encrypt("secret", algorithm="RC4-128"))))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"%PDF-1.7\nnothing of a PDF", id="nothing inside"),
        pytest.param(b"%PDF-1.4\n1 0 obj<</Length 99999999>>stream\n", id="cut"),
    ],
)
def test_a_broken_pdf_is_refused(content):
    with pytest.raises(ValidationError, match="illisible"):
        clean_upload(upload(content))


def test_a_pdf_too_long_is_refused():
    with pytest.raises(ValidationError, match="trop long"):
        clean_upload(upload(pdf(pages=301)))


def test_an_image_loses_what_it_says_of_where_and_when():
    exif = Image.Exif()
    exif[0x0110] = "Appareil"
    exif[0x0112] = 6  # turned a quarter
    exif[0x8825] = {1: "N", 2: (45.0, 46.0, 47.0)}
    kept = clean_upload(upload(image(exif=exif), "photo.JPG"))

    opened = Image.open(io.BytesIO(kept.content))
    assert (kept.content_type, opened.size) == ("image/jpeg", (20, 40))
    assert not opened.getexif()
    assert b"Appareil" not in kept.content


def test_a_png_keeps_its_transparency_and_loses_its_comments():
    made, info = io.BytesIO(), PngInfo()
    info.add_text("Comment", "secret")
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(made, "PNG", pnginfo=info)

    kept = clean_upload(upload(made.getvalue(), "logo.png"))

    assert Image.open(io.BytesIO(kept.content)).mode == "RGBA"
    assert b"secret" not in kept.content


def test_a_bomb_of_points_is_refused_before_it_is_opened():
    with pytest.raises(ValidationError, match="50 millions"):
        clean_upload(upload(image("PNG", (10_001, 5_000)), "bombe.png"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "vide", id="empty"),
        pytest.param(b"\x00\x00\x00\x18ftypheic" + b"\x00" * 40, "HEIC", id="heic"),
        pytest.param(b"MZ\x90\x00", "n’est pas un PDF", id="program"),
        pytest.param(b"<html><script>alert(1)</script>", "n’est pas un PDF", id="page"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "n’est pas un PDF", id="svg"),
        pytest.param(b"PK\x03\x04docx", "n’est pas un PDF", id="docx"),
        pytest.param(b"GIF89a" + b"\x00" * 40, "n’est pas un PDF", id="gif"),
        pytest.param(b"\xff\xd8\xff\xe0 broken", "illisible", id="broken jpeg"),
        pytest.param(b"\x89PNG\r\n\x1a\n broken", "illisible", id="broken png"),
    ],
)
def test_what_is_not_accepted_says_what_to_do(content, said):
    with pytest.raises(ValidationError, match=said):
        clean_upload(upload(content, "justificatif.pdf"))


def test_a_file_too_big_is_refused_unread(settings):
    settings.ATTACHMENT_MAX_BYTES = 1024 * 1024

    with pytest.raises(ValidationError, match="dépasse 1 Mo"):
        clean_upload(upload(b"%PDF-" + b"0" * 1024 * 1024))


def test_a_truncated_image_is_refused_after_a_pdf_was_made_too(monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)

    with pytest.raises(ValidationError, match="illisible"):
        clean_upload(upload(image(size=(400, 400))[:-200]))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\me\\carte.PDF", "carte.pdf"),
        ("facture\r\nSet-Cookie: x.pdf", "facture Set-Cookie x.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        ("", "pièce.pdf"),
        ("a" * 400, "a" * 150 + ".pdf"),
    ],
)
def test_the_name_shown_is_harmless(name, shown):
    assert shown_name(name, ".pdf") == shown


def test_the_same_pdf_is_written_the_same_way_twice():
    content = pdf(pages=2)
    assert clean_upload(upload(content)).content == clean_upload(upload(content)).content
