"""Lists that leave and come back as spreadsheets: nothing runs in them, nothing is half written."""

import csv
import datetime
import io
import re
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from logement.models import CategoriePlace, Logement, Place, Sejour, Tarif
from residence import imports
from residence.exports import Column, csv_lines, harmless, unescaped, xlsx
from residence.imports import amount_from, day_from, read_sheet, text_from, whole_from, yes_no_from
from residence.models import AccesConfidentiel, EntreeJournal, Partenaire
from residence.permissions import Role
from tests.factories import (
    AvisFactory,
    CategoriePlaceFactory,
    ContratFactory,
    DispositifFactory,
    LogementFactory,
    MenageFactory,
    PartenaireFactory,
    PlaceFactory,
    ResidenceFactory,
    RoleAttributionFactory,
    SejourFactory,
    TarifFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return ResidenceFactory(name="Côté Cour", code="cour")


@pytest.fixture
def elsewhere():
    return ResidenceFactory(name="Côté Jardin", code="jardin")


@pytest.fixture
def gestionnaire(here):
    return UserFactory(role=Role.GESTIONNAIRE, residence=here)


@pytest.fixture
def desk(client, gestionnaire):
    client.force_login(gestionnaire)
    return client


def address(model, what):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}")


def exported(client, model, *, content="named", file_format="csv", **query):
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_export", query=query or None)
    response = client.post(url, {"content": content, "file_format": file_format})
    assert response.status_code == 200
    if file_format == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
        return [[cell.value for cell in row] for row in sheet.iter_rows()]
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))


# What is written


@pytest.mark.parametrize("text", ["=1+1", "+33 6", "-2", "@SUM(A1)", "\tx", "\rx", '=HYPERLINK("http://x")'])
def test_no_cell_is_a_formula(text):
    assert harmless(text) == f"'{text}"
    assert unescaped(harmless(text)) == text
    book = openpyxl.load_workbook(io.BytesIO(xlsx("Liste", [Column("Nom", lambda row: row)], [text])))
    assert book.active["A2"].data_type != "f"
    lines = "".join(csv_lines([Column("Nom", lambda row: row)], [text]))
    assert next(iter(csv.reader(io.StringIO(lines.split("\r\n", 1)[1]), delimiter=";")))[0].startswith("'")


def test_what_is_not_dangerous_is_left_alone():
    assert harmless("O’Neill") == "O’Neill"
    assert harmless("a\x00b") == "ab"
    assert unescaped("'ordinaire") == "'ordinaire"


def test_dates_and_amounts_are_dates_and_amounts():
    row = (datetime.date(2026, 3, 12), Decimal("-1234.50"), True, None)
    columns = [Column(str(rank), lambda row, rank=rank: row[rank]) for rank in range(4)]
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx("Liste", columns, [row]))).active
    assert sheet["A2"].value.date() == row[0]
    assert sheet["B2"].value == -1234.5
    assert sheet["C2"].value == "oui"
    assert "".join(csv_lines(columns, [row])).endswith("12/03/2026;-1234,50;oui;\r\n")


# Exports from the desk


def test_an_export_is_what_the_list_shows_and_leaves_a_line(desk, gestionnaire, here, elsewhere):
    ContratFactory(sejour=SejourFactory(residence=here, menage=MenageFactory(name="=DIALLO Awa")))
    ContratFactory(sejour=SejourFactory(residence=elsewhere))
    heads, *rows = exported(desk, Sejour)
    assert [row[heads.index("Ménage")] for row in rows] == ["'=DIALLO Awa"]
    line = EntreeJournal.objects.get(kind="export")
    assert (line.action, line.by, line.residence) == ("sejour.export", gestionnaire, here)
    assert (line.details["rows"], line.details["named"]) == (1, True)
    assert "DIALLO" not in str(line.details)


def test_an_export_without_names_names_nobody(desk, here):
    ContratFactory(sejour=SejourFactory(residence=here, menage=MenageFactory(name="DIALLO Awa")))
    table = exported(desk, Sejour, content="anonymous", file_format="xlsx")
    assert "Ménage" not in table[0]
    assert "DIALLO" not in str(table)
    assert EntreeJournal.objects.get(kind="export").details["named"] is False


def test_a_masked_household_leaves_on_its_number(desk, here):
    sejour = SejourFactory(residence=here, menage=MenageFactory(name="KONATÉ Awa", is_confidential=True))
    ContratFactory(sejour=sejour)
    table = exported(desk, Sejour)
    assert sejour.menage.masked_name in str(table)
    assert "KONAT" not in str(table).upper()


def test_a_named_reader_exports_the_name(desk, gestionnaire, here):
    sejour = SejourFactory(residence=here, menage=MenageFactory(name="KONATÉ Awa", is_confidential=True))
    AccesConfidentiel.objects.create(
        menage=sejour.menage, user=gestionnaire, capacity="gestionnaire", granted_by=gestionnaire
    )
    for file_format in ("csv", "xlsx"):
        assert "KONATÉ Awa" in str(exported(desk, Sejour, file_format=file_format))


def test_filters_are_kept(desk, here):
    contrat = ContratFactory(sejour=SejourFactory(residence=here))
    AvisFactory(contrat=contrat)
    AvisFactory(contrat=contrat, month=datetime.date(2025, 5, 1))
    url = reverse("admin:logement_avisecheance_export", query={"month__year": 2025, "month__month": 5})
    response = desk.post(url, {"content": "anonymous", "file_format": "csv"})
    assert len(response.content.decode().splitlines()) == 2


def test_who_may_not_export_does_not(client, here):
    client.force_login(UserFactory(role=Role.TECHNIQUE))
    assert client.get(address(Sejour, "export")).status_code == 403
    assert client.get(address(Partenaire, "export")).status_code == 403


@pytest.mark.parametrize("model_name", ["sejour", "contratoccupation", "preavis", "avisecheance", "encaissement",
    "ecriture", "quittance", "tarif", "logement", "place", "categorieplace", "occupationplace", "droitapl",
    "assuranceoccupant", "souscription", "etatdeslieux", "indiceirl"])  # fmt: skip
def test_every_list_of_the_day_leaves(desk, here, model_name):
    contrat = ContratFactory(sejour=SejourFactory(residence=here))
    AvisFactory(contrat=contrat)
    TarifFactory(categorie=contrat.place.categorie)
    page = desk.get(reverse(f"admin:logement_{model_name}_export"))
    assert page.status_code == 200
    for content, _ in page.context["form"].fields["content"].choices:
        for file_format in ("csv", "xlsx"):
            response = desk.post(page.request["PATH_INFO"], {"content": content, "file_format": file_format})
            assert response.status_code == 200
            assert "attachment" in response["Content-Disposition"]


def test_a_workbook_too_long_is_refused_politely(desk, here, monkeypatch):
    monkeypatch.setattr("residence.admin.exporting.XLSX_ROWS", 1)
    for _ in range(2):
        LogementFactory(residence=here)
    response = desk.post(address(Logement, "export"), {"content": "anonymous", "file_format": "xlsx"})
    assert "choisissez le CSV" in response.content.decode()


# What is read


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("12/3/26", datetime.date(2026, 3, 12)),
        ("12.03.2026", datetime.date(2026, 3, 12)),
        ("2026-03-12", datetime.date(2026, 3, 12)),
        ("1er mars 2026", datetime.date(2026, 3, 1)),
        ("12 août 2026", datetime.date(2026, 8, 12)),
        ("3 févr. 2026", datetime.date(2026, 2, 3)),
        (datetime.datetime(2026, 3, 12, 0, 0), datetime.date(2026, 3, 12)),  # noqa: DTZ001
        ("01/01/85", datetime.date(1985, 1, 1)),
    ],
)
def test_dates_as_people_write_them(written, day):
    assert day_from(written) == day


@pytest.mark.parametrize("written", ["31/02/2026", "hier", "12/13/2026", "2026", "1e1", 45000.5])
def test_what_is_no_date(written):
    with pytest.raises(ValueError, match="Écrivez une date"):
        day_from(written)


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1 234,5", "1234.5"),
        ("1\u202f234,50 €", "1234.50"),
        ("1234.50", "1234.50"),
        (12.1, "12.1"),
        (3, "3"),
        ("-2,5", "-2.5"),
        ("22 m²", "22"),
    ],
)
def test_amounts_as_people_write_them(written, amount):
    assert amount_from(written) == Decimal(amount)


@pytest.mark.parametrize("written", ["1.234,50", "abc", "NaN", "Infinity", "", "1e", True])
def test_what_is_no_amount(written):
    with pytest.raises(ValueError, match="Écrivez"):
        amount_from(written)


def test_the_other_values():
    assert whole_from("2,0") == 2
    assert text_from(101.0) == "101"
    assert yes_no_from("Oui") is True
    assert yes_no_from("x") is True
    assert yes_no_from("NON") is False
    for read, value in ((whole_from, "2,5"), (yes_no_from, "peut-être"), (text_from, "#REF!"), (whole_from, "1e9999")):
        with pytest.raises(ValueError, match=r"\w"):
            read(value)


def workbook(*rows, merge="", hidden_first=False, name="Feuille"):
    book = openpyxl.Workbook()
    sheet = book.active
    if hidden_first:
        sheet.sheet_state = "hidden"
        sheet.append(["Notes"])
        sheet = book.create_sheet(name)
    for row in rows:
        sheet.append(row)
    if merge:
        sheet.merge_cells(merge)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


KNOWN = ["Numéro", "Type"]


def test_a_title_above_and_blank_lines_do_not_matter():
    content = workbook(["Parc au 1er janvier"], [], ["NUMERO", "type"], ["101", "T1"], [], ["102", "T2"])
    sheet = read_sheet(content, known=KNOWN)
    assert sheet.heads == ("NUMERO", "type")
    assert [(line.number, line.cells) for line in sheet.lines] == [(4, ("101", "T1")), (6, ("102", "T2"))]


def test_merged_cells_give_their_value_to_each_line():
    content = workbook(["Numéro", "Type"], ["101", "T1"], ["102", None], ["103", None], merge="B2:B4")
    assert [line.cells for line in read_sheet(content, known=KNOWN).lines] == [
        ("101", "T1"),
        ("102", "T1"),
        ("103", "T1"),
    ]


def test_the_first_visible_sheet_is_read():
    content = workbook(["Numéro", "Type"], ["101", "T1"], hidden_first=True)
    assert len(read_sheet(content, known=KNOWN).lines) == 1


def test_formulas_give_no_formula():
    content = workbook(["Numéro", "Type"], ["101", "=1+1"])
    assert read_sheet(content, known=KNOWN).lines[0].cells == ("101", None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_of_every_sort(encoding, delimiter):
    content = f"Numéro{delimiter}Type\r\n101{delimiter}T1\r\n".encode(encoding)
    assert read_sheet(content, known=KNOWN).lines[0].cells == ("101", "T1")


def _zip(**parts):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return content.getvalue()


def test_a_zip_bomb_is_not_opened(monkeypatch):
    content = _zip(**{"xl/workbook.xml": "<x/>", "xl/worksheets/sheet1.xml": b"0" * (imports.UNZIPPED_BYTES + 1)})
    assert len(content) < imports.FILE_BYTES
    monkeypatch.setattr(imports, "load_workbook", None)
    with pytest.raises(ValidationError, match="trop de données"):
        read_sheet(content, known=KNOWN)


def test_a_workbook_that_declares_entities_is_not_opened():
    good = workbook(["Numéro", "Type"], ["101", "T1"])
    bad = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as source, zipfile.ZipFile(bad, "w") as target:
        for part in source.infolist():
            text = source.read(part)
            if part.filename == "xl/workbook.xml":
                text = b'<!DOCTYPE x [<!ENTITY a "b">]>' + text
            target.writestr(part.filename, text)
    with pytest.raises(ValidationError, match="contenu inattendu"):
        read_sheet(bad.getvalue(), known=KNOWN)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "vide"),
        (b"\xd0\xcf\x11\xe0 old", "ancien classeur"),
        (b"PK\x03\x04 broken", "pas un classeur lisible"),
        (_zip(**{"word/document.xml": "x"}), "pas un classeur Excel"),
        (b"\x00\x01\x02", "ni un classeur ni un CSV"),
        (b"Nom;Prenom\nx;y\n", "Aucune ligne de titres"),
        ("Numéro;Type\n".encode(), "rien à importer"),
        ("Numéro;Type;Type\n1;2;3\n".encode(), "même titre"),
        (b"x" * (5 * 1024 * 1024 + 1), "dépasse 5 Mo"),
        ("Numéro;Type\n".encode() + b"101;T1\n" * 100_000, "plus de 2000 lignes"),
    ],
)
def test_what_cannot_be_read_is_said(content, sentence):
    with pytest.raises(ValidationError, match=sentence):
        read_sheet(content, known=KNOWN)


def test_a_hundred_thousand_rows_are_refused_politely():
    small, large = workbook(KNOWN, [1, "T1"]), io.BytesIO()
    rows = "".join(f'<row r="{rank}"><c r="A{rank}"><v>{rank}</v></c></row>' for rank in range(2, 100_002)).encode()
    with zipfile.ZipFile(io.BytesIO(small)) as source, zipfile.ZipFile(large, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            text = source.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                text = re.sub(rb'<row r="2".*</row>', rows, text)
            target.writestr(part.filename, text)
    with pytest.raises(ValidationError, match="plus de 2000 lignes"):
        read_sheet(large.getvalue(), known=KNOWN)


# Imports


def upload(client, model, content, name="parc.xlsx"):
    return client.post(address(model, "import"), {"file": SimpleUploadedFile(name, content)})


def confirmed(client, model, response):
    return client.post(address(model, "import"), {"confirm": response.context["token"]}, follow=True)


LOGEMENTS = (
    ["Résidence", "Numéro", "Étage", "Type", "Surface (m²)", "Accessible en fauteuil"],
    ["cour", 101, 1, "T1", "22,5", "oui"],
    ["Côté Cour", "102", "1", "t1 bis", 30, None],
)


def test_a_good_file_is_shown_then_written(desk, gestionnaire, here):
    response = upload(desk, Logement, workbook(*LOGEMENTS))
    assert not Logement.objects.exists()
    assert [number for number, _, _ in response.context["outcome"].created] == [2, 3]
    assert "22,5" in response.content.decode()
    done = confirmed(desk, Logement, response)
    assert "2 créées" in done.content.decode()
    first = Logement.objects.get(number="101")
    assert (first.residence, first.surface, first.is_accessible, first.type_logement) == (
        here,
        Decimal("22.5"),
        True,
        "T1",
    )
    assert Logement.objects.get(number="102").type_logement == "T1bis"
    line = EntreeJournal.objects.get()
    assert (line.action, line.by, line.residence) == ("logement.import", gestionnaire, here)
    assert line.details == {"created": 2, "changed": 0}


def test_the_same_file_twice_changes_nothing(desk, here):
    content = workbook(*LOGEMENTS)
    confirmed(desk, Logement, upload(desk, Logement, content))
    again = upload(desk, Logement, content)
    assert again.context["outcome"].unchanged == 2
    assert not again.context["token"]
    assert "ne change rien" in again.content.decode()


def test_a_form_sent_twice_writes_once(desk, here):
    response = upload(desk, Logement, workbook(*LOGEMENTS))
    confirmed(desk, Logement, response)
    again = confirmed(desk, Logement, response)
    assert "a déjà été fait" in again.content.decode()
    assert Logement.objects.count() == 2
    assert EntreeJournal.objects.count() == 1


def test_an_import_is_confirmed_by_who_read_it(desk, here, client):
    response = upload(desk, Logement, workbook(*LOGEMENTS))
    client.force_login(UserFactory(role=Role.GESTIONNAIRE, residence=here))
    confirmed(client, Logement, response)
    assert not Logement.objects.exists()


def test_what_changed_since_it_was_read_is_read_again(desk, here):
    LogementFactory(residence=here, number="101", surface=20)
    response = upload(desk, Logement, workbook(*LOGEMENTS))
    Logement.objects.filter(number="101").update(surface=21)
    again = confirmed(desk, Logement, response)
    assert "Les fiches ont changé" in again.content.decode()
    assert Logement.objects.count() == 1
    confirmed(desk, Logement, again)
    assert Logement.objects.get(number="101").surface == Decimal("22.5")


def test_only_what_differs_is_changed(desk, here):
    LogementFactory(residence=here, number="101", surface=20, equipment="Kitchenette")
    response = upload(desk, Logement, workbook(["Numéro", "Type", "Surface"], ["101", "T1", 20]))
    assert "Surface (m²)" in str(response.context["form"].errors)  # a head that is not quite right
    response = upload(desk, Logement, workbook(["Numéro", "Type", "Surface (m²)"], ["101", "T1", 25]))
    ((_, _, changes),) = response.context["outcome"].changed
    assert changes == [("Surface (m²)", "20", "25")]
    confirmed(desk, Logement, response)
    assert Logement.objects.get().equipment == "Kitchenette"


def test_faults_are_told_at_their_line_and_nothing_is_written(desk, here):
    content = workbook(
        LOGEMENTS[0],
        ["cour", "101", 1, "T1", 22, "oui"],
        ["cour", "102", "haut", "T9", "-3", "peut-être"],
        ["ailleurs", "103", 1, "T1", 22, None],
        ["cour", "101", 1, "T1", 22, "oui"],
        ["cour", None, 1, "T1", 22, None],
    )
    response = upload(desk, Logement, content)
    faults = {(line, column) for line, column, _ in response.context["outcome"].faults}
    assert {
        (3, "Étage"),
        (3, "Type"),
        (3, "Accessible en fauteuil"),
        (4, "Résidence"),
        (5, ""),
        (6, "Numéro"),
    } <= faults
    page = response.content.decode()
    assert "rien n’a été enregistré" in page
    assert "déjà dans le fichier, ligne 2" in page
    assert "hors de vos droits" in page
    assert not response.context.get("token")
    assert not Logement.objects.exists()


def test_another_residence_is_out_of_reach(desk, gestionnaire, here, elsewhere):
    RoleAttributionFactory(user=gestionnaire, role=Role.COORDINATRICE, residence=elsewhere)
    theirs = LogementFactory(residence=elsewhere, number="101", surface=20)
    response = upload(desk, Logement, workbook(LOGEMENTS[0], ["jardin", "101", 1, "T1", 99, None]))
    assert response.context["outcome"].faults
    theirs.refresh_from_db()
    assert theirs.surface == 20


def test_a_fault_in_the_middle_of_the_writing_writes_nothing(desk, here, monkeypatch):
    response = upload(desk, Logement, workbook(*LOGEMENTS))
    save = Logement.save
    saved = []

    def failing(self, *args, **kwargs):
        save(self, *args, **kwargs)
        saved.append(self)
        if len(saved) == 4:  # the second row, once it is read again
            raise RuntimeError("le disque est plein")

    monkeypatch.setattr(Logement, "save", failing)
    page = confirmed(desk, Logement, response)
    assert "ne peut pas être enregistrée" in page.content.decode()
    assert not Logement.objects.exists()
    assert not EntreeJournal.objects.exists()


def test_places_name_what_they_belong_to(desk, here, elsewhere):
    LogementFactory(residence=here, number="101")
    CategoriePlaceFactory(residence=here, name="Studio")
    DispositifFactory(residence=here, name="Public temporaire")
    LogementFactory(residence=elsewhere, number="900")
    heads = ["Place", "Logement", "Catégorie", "Dispositif", "Surface privative (m²)", "En service depuis le"]
    good = ["A1", "101", "studio", "PUBLIC TEMPORAIRE", "18", "1er mars 2026"]
    bad = ["A2", "900", "Studio", "Public temporaire", "18", "12/3/26"]
    response = upload(desk, Place, workbook(heads, good, bad))
    assert [(line, column) for line, column, _ in response.context["outcome"].faults] == [(3, "Logement")]
    confirmed(desk, Place, upload(desk, Place, workbook(heads, good)))
    place = Place.objects.get()
    assert (place.code, place.residence, place.capacity, place.opened_on) == (
        "A1",
        here,
        1,
        datetime.date(2026, 3, 1),
    )


@pytest.mark.parametrize("model", [Logement, Place, CategoriePlace, Tarif, Partenaire])
@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_what_was_exported_comes_back_unchanged(desk, here, model, file_format):
    place = PlaceFactory(residence=here, keys="+1 badge", mailbox="=12")
    TarifFactory(categorie=place.categorie, rent=Decimal("312.45"))
    PartenaireFactory(phone="+33 4 73", name="@work")
    content = desk.post(address(model, "export"), {"content": "anonymous", "file_format": file_format}).content
    response = upload(desk, model, content, name=f"liste.{file_format}")
    assert response.context["outcome"].faults == []
    assert (response.context["outcome"].unchanged, response.context["outcome"].changed) == (1, [])


def test_a_tariff_is_set_by_its_act(desk, here):
    old = TarifFactory(categorie=CategoriePlaceFactory(residence=here, name="Studio"))
    heads = ["Catégorie", "À partir du", "Équivalent de loyer (€)", "Équivalent de charges (€)"]
    response = upload(desk, Tarif, workbook(heads, ["Studio", "1/1/2026", "310,00", "105"]))
    assert response.context["outcome"].faults == []
    confirmed(desk, Tarif, response)
    old.refresh_from_db()
    assert old.valid_to == datetime.date(2025, 12, 31)
    new = Tarif.objects.get(valid_from="2026-01-01")
    assert (new.rent, new.charges, new.services) == (Decimal("310.00"), Decimal("105.00"), Decimal("0"))
    assert EntreeJournal.objects.filter(action="tarif.set").count() == 1
    again = upload(desk, Tarif, workbook(heads, ["Studio", "1/1/2026", "310,00", "105"]))
    assert again.context["outcome"].unchanged == 1


def test_partners_are_known_by_their_kind_and_name(desk):
    PartenaireFactory(kind="ccas", name="CCAS de Riom", city="Riom", address="", postal_code="")
    heads = ["Nature", "Nom", "Téléphone"]
    response = upload(desk, Partenaire, workbook(heads, ["CCAS", "ccas de riom", "04 73"], ["SIAO", "SIAO 63", ""]))
    assert (len(response.context["outcome"].changed), len(response.context["outcome"].created)) == (1, 1)
    confirmed(desk, Partenaire, response)
    assert Partenaire.objects.count() == 2
    kept = Partenaire.objects.get(kind="ccas")
    assert (kept.city, kept.phone) == ("Riom", "04 73")


def test_who_may_not_edit_does_not_import(client, here):
    client.force_login(UserFactory(role=Role.TECHNIQUE))
    assert client.get(address(Logement, "import")).status_code == 403
    assert upload(client, Logement, workbook(*LOGEMENTS)).status_code == 403
    assert not Logement.objects.exists()


def test_the_page_says_what_the_file_holds(desk, here):
    page = desk.get(address(Place, "import")).content.decode()
    assert "Boîte aux lettres" in page
    assert "obligatoire" in page


def test_no_file_gets_a_sentence(desk, here):
    response = desk.post(address(Logement, "import"), {})
    assert "Choisissez un fichier." in response.content.decode()
    assert "Sejour" not in response.content.decode()
