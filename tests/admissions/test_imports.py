"""A partner's file: read, put right at its cells, entered once."""

import datetime
import io
import time
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import Workbook

from admissions.actions import imports
from admissions.actions.imports import (
    Correction,
    correct_lines,
    drop_import,
    enter_lines,
    open_import,
    remembered_columns,
    say_columns,
)
from admissions.models import ImportOrientations, LigneImport, Orientation
from admissions.rules.colonnes import known_titles
from residence.actions.personnes import mask_menage
from residence.imports import read_sheet
from residence.models import Echeance, EntreeJournal, MembreMenage, Menage, Personne, RessemblanceMasquee
from residence.models.base import today
from residence.permissions import Cause, Role
from tests.factories import DispositifFactory, MenageFactory, PersonneFactory, ResidenceFactory, UserFactory

pytestmark = pytest.mark.django_db

L = LigneImport.Status
HEADS = ["N° SIAO", "NOM Prénom", "Né(e) le", "Tél.", "Ville", "Type", "Référent"]


def csv_of(rows, heads=HEADS):
    return "\r\n".join(";".join(map(str, row)) for row in [heads, *rows]).encode()


def xlsx_of(rows, heads=HEADS, merged=()):
    book = Workbook()
    sheet = book.active
    sheet.append(["Orientations du mois"])
    sheet.append(heads)
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


NAMES = [
    *("ABRIAL", "BONNET", "CHAZAL", "DURIF", "ESTEVE", "FAYARD", "GARDES", "HUGON"),
    *("IMBERT", "JOURDE", "KLEIN", "LAFARGE", "MAURY", "NIVET", "OLLIER", "PICHON"),
]
FIRST = ["Awa", "Bruno", "Chloé", "Driss", "Élodie", "Farid", "Grâce"]


def hundred():
    """A hundred lines; ten of them have a fault each, of ten kinds."""
    rows = [
        [
            f"63-{n:04d}",
            f"{NAMES[n % 16]} {FIRST[n // 16]}",
            f"{n % 28 + 1:02d}/{n % 12 + 1:02d}/{1950 + n % 50}",
            "0601020304",
            "Thiers",
            "T1",
            "Lucie Morel",
        ]
        for n in range(100)
    ]
    rows[3][0] = ""  # no number
    rows[13][1] = "SEUL"  # one name alone
    rows[23][2] = "31/02/1990"  # a day that does not exist
    rows[33][2] = "12/03/2090"  # to come
    rows[43][2] = "vers Noël"  # no date
    rows[53][3] = "appeler le soir"  # no number
    rows[63][5] = "grand"  # no type
    rows[73][0] = rows[72][0]  # the number of the line above, another person
    rows[83][1:3] = rows[82][1:3]  # the person of the line above
    rows[93][6] = "x" * 151  # too long
    return rows


@pytest.fixture
def take_in(nadia, dispositif, siao):
    """Take in a file and read its lines, the columns as they were guessed."""

    def make(content, **changes):
        asked = {
            "by": nadia,
            "dispositif": dispositif,
            "partenaire": siao,
            "route": "siao",
            "received_on": today(),
            "file_name": "orientations.csv",
        } | changes
        sheet = read_sheet(content, known=known_titles(remembered_columns(asked["partenaire"])), any_heads=True)
        importation, new = open_import(content=content, sheet=sheet, **asked)
        if new:
            columns = {int(rank): code for rank, code in importation.columns.items()}
            importation = say_columns(by=asked["by"], importation=importation, columns=columns)
        return importation

    return make


def statuses(importation):
    return dict(importation.counts)


def line(importation, number):
    return importation.lignes.get(number=number)


def test_a_hundred_lines_with_ten_kinds_of_fault(take_in, nadia):
    importation = take_in(csv_of(hundred()))

    faulty = {one.number: one.faults for one in importation.lignes.filter(status=L.FAULTY)}
    assert statuses(importation) == {L.FAULTY: 10, L.READY: 90}
    # The file's own numbers of lines: the heads are on the first.
    assert {number: set(faults) for number, faults in faulty.items()} == {
        5: {"siao_number"},
        15: {"full_name"},
        25: {"birth"},
        35: {"birth"},
        45: {"birth"},
        55: {"phone"},
        65: {"requested_type"},
        75: {"tie"},
        85: {"full_name"},
        95: {"contact_name"},
    }
    assert faulty[25]["birth"] == "Cette date n’existe pas."
    assert "à venir" in faulty[35]["birth"]
    assert "12/03/1990" in faulty[45]["birth"]
    assert "ligne 74" in faulty[75]["tie"]
    assert "ligne 84" in faulty[85]["full_name"]
    assert Orientation.objects.count() == 0

    told = enter_lines(by=nadia, importation=importation)

    # Fifty at once; what is left waits for the next press.
    assert (told.done, told.refused, told.left) == (50, 0, 40)
    told = enter_lines(by=nadia, importation=importation)
    assert (told.done, told.refused, told.left) == (40, 0, 0)
    assert statuses(importation) == {L.FAULTY: 10, L.ENTERED: 90}
    assert Orientation.objects.count() == Menage.objects.count() == 90

    # Only the failed lines are put right, then only they are entered.
    said = {
        5: {"siao_number": "63-9999"},
        15: {"full_name": "SEULE Anne"},
        25: {"birth": "28/02/1990"},
        35: {"birth": "12/03/90"},
        45: {"birth": "1990"},
        55: {"phone": "04 73 00 00 00"},
        65: {"requested_type": "studio"},
        75: {"tie": "conjointe"},
        95: {"contact_name": "MOREL Lucie"},
    }
    corrections = [Correction(line(importation, number).pk, texts) for number, texts in said.items()]
    corrections.append(Correction(line(importation, 85).pk, {}, left_out=True))
    correct_lines(by=nadia, importation=importation, said=corrections)
    assert statuses(importation) == {L.ENTERED: 90, L.READY: 9, L.LEFT_OUT: 1}
    told = enter_lines(by=nadia, importation=importation)
    # The household of line 74 was entered already: its partner joins it.
    assert (told.done, told.joined) == (8, 1)
    assert line(importation, 75).orientation == line(importation, 74).orientation
    assert line(importation, 74).orientation.menage.membres.count() == 2
    assert Orientation.objects.count() == 98
    year_only = Personne.objects.get(membre_de__menage=line(importation, 45).orientation.menage)
    assert (year_only.born_on, year_only.birth_precision) == (datetime.date(1990, 1, 1), "year")
    # The prescripteur was in the directory: found again whatever the order of their names.
    assert {one.prescripteur.name for one in Orientation.objects.select_related("prescripteur")} == {"Lucie Morel"}
    entry = EntreeJournal.objects.filter(action="import_orientations.enter").latest("pk")
    assert entry.details["done"] == 8


def test_the_same_file_twice_changes_nothing_and_says_so(client, nadia, dispositif, siao, take_in):
    content = csv_of(hundred()[:3])
    importation = take_in(content)
    enter_lines(by=nadia, importation=importation)
    client.force_login(nadia)

    answer = client.post(
        reverse("admissions:import_open"),
        {
            "partenaire": siao.pk,
            "dispositif": dispositif.pk,
            "route": "siao",
            "received_on": f"{today():%d/%m/%Y}",
            "file": SimpleUploadedFile("encore.csv", content),
        },
        follow=True,
    )

    assert "Ce fichier est déjà là" in answer.content.decode()
    assert ImportOrientations.objects.count() == 1
    assert Orientation.objects.count() == 3
    assert enter_lines(by=nadia, importation=importation).done == 0


def test_the_same_lines_in_a_longer_file_are_entered_once(take_in, nadia):
    enter_lines(by=nadia, importation=take_in(csv_of(hundred()[:3])))

    longer = take_in(csv_of(hundred()[4:6] + hundred()[:3]))

    assert statuses(longer) == {L.READY: 2, L.ALREADY: 3}
    enter_lines(by=nadia, importation=longer)
    assert Orientation.objects.count() == 5
    assert longer.lignes.get(number=4).orientation.siao_number == "63-0000"


def test_a_break_in_the_middle_leaves_nothing_doubled(take_in, nadia, monkeypatch):
    importation = take_in(csv_of(hundred()[4:10]))
    real, calls = imports.create_orientation, []

    def broken(**asked):
        made = real(**asked)
        calls.append(made)
        if len(calls) == 3:
            raise RuntimeError("power cut")
        return made

    monkeypatch.setattr(imports, "create_orientation", broken)
    with pytest.raises(RuntimeError):
        enter_lines(by=nadia, importation=importation)
    # The third is undone whole: its household, its person, its line.
    assert Orientation.objects.count() == Menage.objects.count() == Personne.objects.count() == 2
    assert statuses(importation) == {L.ENTERED: 2, L.READY: 4}

    monkeypatch.setattr(imports, "create_orientation", real)
    assert enter_lines(by=nadia, importation=importation).done == 4
    assert Orientation.objects.count() == Menage.objects.count() == 6


def test_a_household_refused_says_why_and_the_others_go_on(take_in, nadia, dispositif):
    dispositif.pieces.all()
    importation = take_in(csv_of(hundred()[4:7]))
    one = line(importation, 3)
    # Its number was typed by a colleague between the reading and the entering.
    take = {"siao_number": one.cells[0]}
    from_elsewhere = take_in(csv_of([[take["siao_number"], "AUTRE Personne", "01/02/1980", "", "", "", ""]]))
    enter_lines(by=nadia, importation=from_elsewhere)

    told = enter_lines(by=nadia, importation=importation)

    assert told.done == 2
    assert statuses(importation) == {L.ENTERED: 2, L.ALREADY: 1}


def test_dates_of_a_workbook_merged_cells_and_doubled_heads(take_in):
    rows = [
        ["63-1", "DIALLO", "Awa", datetime.date(1990, 5, 17), "référente", None],
        [None, "DIALLO", "Issa", 33012, "enfant", None],
        ["63-2", "N'DIAYE", "Élodie", datetime.date(1900, 1, 1), None, None],
    ]
    heads = ["N° SIAO", "Nom", "Prénom", "Date de naissance", "Lien", "Nom"]

    importation = take_in(xlsx_of(rows, heads, merged=["A3:A4"]))

    assert importation.heads[-1] == "Nom (2)"
    assert statuses(importation) == {L.READY: 3}
    assert line(importation, 4).head == line(importation, 3)
    assert line(importation, 5).notes["birth"].endswith("lu comme une date inconnue.")
    enter_lines(by=importation.opened_by, importation=importation)
    family = line(importation, 3).orientation.menage
    assert {(str(one.personne), one.tie) for one in family.membres.all()} == {
        ("DIALLO Awa", "reference"),
        ("DIALLO Issa", "child"),
    }
    assert family.personnes.get(first_names="Issa").born_on == datetime.date(1990, 5, 19)
    assert line(importation, 4).orientation == line(importation, 3).orientation
    assert Personne.objects.get(last_name="N’Diaye").born_on is None


def test_twins_of_one_name_are_two_persons(take_in, nadia):
    heads = ["N° SIAO", "Nom", "Prénom", "Date de naissance", "Lien"]
    rows = [
        ["63-1", "DIALLO", "Awa", "17/05/1990", "demandeuse"],
        ["63-1", "DIALLO", "Fatou", "01/02/2020", "enfant"],
        ["63-1", "DIALLO", "Fatou", "01/02/2020", "enfant"],
    ]

    importation = take_in(csv_of(rows, heads))
    enter_lines(by=nadia, importation=importation)

    menage = line(importation, 2).orientation.menage
    assert menage.membres.filter(personne__first_names="Fatou").count() == 2


def test_columns_are_said_once_for_a_sender(take_in, nadia, siao):
    heads = ["Qui", "Code interne", "Quand"]
    content = csv_of([["DIALLO Awa", "63-7", "17/05/1990"]], heads)
    sheet = read_sheet(content, known=known_titles({}), any_heads=True)
    first, _ = open_import(
        by=nadia,
        dispositif=DispositifFactory(residence=nadia.attributions.get().residence),
        partenaire=siao,
        route="siao",
        received_on=today(),
        file_name="a.csv",
        content=content,
        sheet=sheet,
    )
    assert set(first.columns.values()) == {""}
    with pytest.raises(ValidationError, match="numéro SIAO"):
        say_columns(by=nadia, importation=first, columns={0: "full_name", 1: "", 2: "birth"})
    with pytest.raises(ValidationError, match="plusieurs colonnes"):
        say_columns(by=nadia, importation=first, columns={0: "full_name", 1: "siao_number", 2: "full_name"})
    say_columns(by=nadia, importation=first, columns={0: "full_name", 1: "siao_number", 2: "birth"})

    again = take_in(csv_of([["KONE Issa", "63-8", "17/05/1991"]], heads))

    assert again.columns == {"0": "full_name", "1": "siao_number", "2": "birth"}
    assert statuses(again) == {L.READY: 1}


def test_somebody_known_is_proposed_and_taken_again(take_in, nadia, here):
    known = PersonneFactory(last_name="Diallo", first_names="Aminata", born_on=datetime.date(1990, 5, 17))
    menage = MenageFactory(name="DIALLO Aminata", reference=known, attached=(here, Cause.SUIVI))
    rows = [
        ["63-1", "Aminata DIALO", "17/05/1990", "0601020304", "", "", ""],
        ["63-2", "KONE Issa", "", "", "", "", ""],
    ]

    importation = take_in(csv_of(rows))

    assert statuses(importation) == {L.TO_DECIDE: 1, L.READY: 1}
    assert enter_lines(by=nadia, importation=importation).done == 1
    correct_lines(
        by=nadia, importation=importation, said=[Correction(line(importation, 2).pk, {}, same_person=known.pk)]
    )
    assert enter_lines(by=nadia, importation=importation).done == 1
    assert line(importation, 2).orientation.menage == menage
    # What the file told and nobody knew.
    assert Menage.objects.get(pk=menage.pk).phone == "0601020304"
    assert importation.__class__.objects.get(pk=importation.pk).status == "done"


def test_somebody_else_of_a_near_name_is_a_new_household(take_in, nadia, here):
    known = PersonneFactory(last_name="Diallo", first_names="Aminata", born_on=datetime.date(1990, 5, 17))
    MenageFactory(name="DIALLO Aminata", reference=known, attached=(here, Cause.SUIVI))
    importation = take_in(csv_of([["63-1", "Aminata DIALO", "17/05/1990", "", "", "", ""]]))

    correct_lines(by=nadia, importation=importation, said=[Correction(line(importation, 2).pk, {}, nobody=True)])

    assert statuses(importation) == {L.READY: 1}
    enter_lines(by=nadia, importation=importation)
    assert line(importation, 2).orientation.menage.personnes.get() != known


def test_who_was_recognised_wrongly_is_said_again_once_the_line_is_refused(client, take_in, enter, nadia):
    """The household that was recognised has a request open already: it was somebody else."""
    personne = enter().menage.personnes.get()
    importation = take_in(csv_of([["63-1", "Awa DIALO", "17/05/1990", "", "", "", ""]]))
    one = line(importation, 2)
    correct_lines(by=nadia, importation=importation, said=[Correction(one.pk, {}, same_person=personne.pk)])
    assert enter_lines(by=nadia, importation=importation).refused == 1
    client.force_login(nadia)

    shown = client.get(reverse("admissions:import_detail", args=[importation.pk])).content.decode()
    assert "candidature ouverte pour ce dispositif" in shown
    assert f'name="l{one.pk}-same"' in shown
    correct_lines(by=nadia, importation=importation, said=[Correction(one.pk, {}, nobody=True)])

    assert enter_lines(by=nadia, importation=importation).done == 1
    assert line(importation, 2).orientation.menage.personnes.get() != personne


@pytest.fixture
def hidden(enter, here, nadia):
    """A hidden household of the résidence, with a request open; Nadia is not named on it."""
    referent = UserFactory(role=Role.COORDINATRICE, residence=here)
    manager = UserFactory(role=Role.GESTIONNAIRE, residence=here)
    substitute = UserFactory(role=Role.COORDINATRICE, residence=here)
    orientation = enter(
        by=referent,
        siao_number="63-SECRET",
        reference={
            "last_name": "Secrète",
            "first_names": "Anne",
            "born_on": datetime.date(1985, 6, 7),
            "birth_precision": "day",
        },
    )
    mask_menage(
        by=referent,
        menage=orientation.menage,
        residence=here,
        named=[(referent, "referent"), (manager, "gestionnaire"), (substitute, "substitute")],
    )
    orientation.referent = referent
    return orientation


def test_a_hidden_match_shows_nothing_and_becomes_a_duty_of_its_referent(client, take_in, nadia, hidden):
    rows = [["63-SECRET", "SECRETE Anne", "07/06/1985", "", "", "", ""], ["63-2", "KONE Issa", "", "", "", "", ""]]

    importation = take_in(csv_of(rows))

    # Nothing tells the two lines apart.
    assert statuses(importation) == {L.READY: 2}
    told = enter_lines(by=nadia, importation=importation)
    assert (told.done, told.refused) == (2, 0)
    made = line(importation, 2).orientation
    assert made.menage != hidden.menage
    client.force_login(nadia)
    page = client.get(reverse("admissions:import_detail", args=[importation.pk])).content.decode()
    assert "dossier confidentiel n°" not in page.replace("\u00a0", " ").lower()
    assert f"ménage n° {hidden.menage.pk}" not in page.replace("\u00a0", " ")
    likeness = RessemblanceMasquee.objects.get()
    assert (likeness.menage, likeness.personne) == (hidden.menage, made.menage.personnes.get())
    duty = Echeance.objects.open().get(kind="ressemblance.settle")
    assert duty.user == hidden.referent
    # Typing it again, by hand, is refused as for anybody: the number is open now.
    assert not Echeance.objects.open().filter(kind="ressemblance.settle", user=nadia).exists()


def test_a_line_hidden_since_leaves_the_page(client, take_in, nadia, here):
    importation = take_in(csv_of([["63-1", "CACHEE Anne", "07/06/1985", "", "", "", ""]]))
    enter_lines(by=nadia, importation=importation)
    menage = line(importation, 2).orientation.menage
    manager = UserFactory(role=Role.GESTIONNAIRE, residence=here)
    other = UserFactory(role=Role.COORDINATRICE, residence=here)
    mask_menage(by=other, menage=menage, residence=here, named=[(manager, "gestionnaire"), (other, "substitute")])
    client.force_login(nadia)

    page = client.get(reverse("admissions:import_detail", args=[importation.pk]) + "?lignes=entered").content.decode()

    assert "achée" not in page.lower().replace("cachee", "cachée")
    assert f"n° {menage.pk}" not in page.replace("\u00a0", " ")


class TestFiles:
    def test_too_many_lines_are_told_quickly(self, client, nadia, dispositif, siao):
        content = csv_of([[f"63-{n}", "A B", "", "", "", "", ""] for n in range(100_000)])
        client.force_login(nadia)
        start = time.monotonic()

        answer = self._send(client, dispositif, siao, content)

        assert "2000 lignes" in answer or "2\u00a0000 lignes" in answer
        assert time.monotonic() - start < 3

    def test_more_lines_than_an_import_takes_are_told(self, client, nadia, dispositif, siao):
        client.force_login(nadia)
        rows = [[f"63-{n}", f"NOM{n} Prénom", "", "", "", "", ""] for n in range(501)]

        answer = self._send(client, dispositif, siao, csv_of(rows))

        assert "501 lignes et un import en prend 500" in answer

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "vide"),
            (b"PK\x03\x04 not a workbook", "lisible"),
            (b"\xd0\xcf\x11\xe0 old", "ancien classeur"),
            (b"\x00\x01\x02", "lisible"),
            (b"x" * (5 * 1024 * 1024 + 1), "5"),
        ],
        ids=["empty", "broken", "xls", "binary", "heavy"],
    )
    def test_what_is_no_table_is_refused(self, client, nadia, dispositif, siao, content, said):
        client.force_login(nadia)

        assert said in self._send(client, dispositif, siao, content)
        assert not ImportOrientations.objects.exists()

    def test_macros_are_refused(self, client, nadia, dispositif, siao):
        content = io.BytesIO(xlsx_of([["63-1", "A B", "", "", "", "", ""]]))
        with zipfile.ZipFile(content, "a") as archive:
            archive.writestr("xl/vbaProject.bin", b"macro")
        client.force_login(nadia)

        assert "macros" in self._send(client, dispositif, siao, content.getvalue())

    def _send(self, client, dispositif, siao, content):
        answer = client.post(
            reverse("admissions:import_open"),
            {
                "partenaire": siao.pk,
                "dispositif": dispositif.pk,
                "route": "siao",
                "received_on": f"{today():%d/%m/%Y}",
                "file": SimpleUploadedFile("f.xlsx", content),
            },
        )
        assert answer.status_code == 200
        return answer.content.decode()


def test_the_pages_take_a_file_from_end_to_end(client, nadia, dispositif, siao):
    client.force_login(nadia)
    opened = client.post(
        reverse("admissions:import_open"),
        {
            "partenaire": siao.pk,
            "dispositif": dispositif.pk,
            "route": "siao",
            "received_on": f"{today():%d/%m/%Y}",
            "file": SimpleUploadedFile("f.csv", csv_of(hundred()[:5])),
        },
    )
    importation = ImportOrientations.objects.get()
    assert opened.url == reverse("admissions:import_columns", args=[importation.pk])
    assert "N° SIAO" in client.get(opened.url).content.decode()
    columns = {f"column_{rank}": code for rank, code in importation.columns.items()}
    read = client.post(opened.url, columns)
    assert read.url == reverse("admissions:import_detail", args=[importation.pk])
    page = client.get(read.url).content.decode()
    assert "Une orientation du SIAO porte son numéro." in page
    faulty = line(importation, 5)
    client.post(read.url, {f"l{faulty.pk}-seen": "1", f"l{faulty.pk}-siao_number": "63-77"})
    entered = client.post(reverse("admissions:import_enter", args=[importation.pk]), follow=True)
    assert "5 orientations sont saisies" in entered.content.decode()
    assert Orientation.objects.filter(siao_number="63-77").exists()
    assert client.get(reverse("admissions:import_list")).status_code == 200


def test_a_file_of_another_residence_is_not_found(client, take_in):
    importation = take_in(csv_of(hundred()[:2]))
    client.force_login(UserFactory(role=Role.COORDINATRICE, residence=ResidenceFactory()))

    for name in ("import_detail", "import_columns"):
        assert client.get(reverse(f"admissions:{name}", args=[importation.pk])).status_code == 404
    assert client.post(reverse("admissions:import_enter", args=[importation.pk])).status_code == 404


def test_a_file_of_which_nothing_was_entered_may_be_left_and_sent_again(take_in, nadia):
    content = csv_of(hundred()[:3])
    first = take_in(content)
    assert Echeance.objects.open().filter(kind="import_orientations.finish", target_id=first.pk).exists()
    drop_import(by=nadia, importation=first)
    assert not Echeance.objects.open().filter(kind="import_orientations.finish").exists()

    again = take_in(content)

    assert again != first
    enter_lines(by=nadia, importation=again)
    with pytest.raises(ValidationError, match="déjà saisies"):
        drop_import(by=nadia, importation=again)


def test_the_page_asks_as_many_queries_for_fifty_lines_as_for_three(client, take_in, nadia):
    few = take_in(csv_of(hundred()[4:7]))
    many = take_in(csv_of(hundred()[24:60]))
    client.force_login(nadia)

    def queries(importation):
        with CaptureQueriesContext(
            connection,
        ) as told:
            client.get(reverse("admissions:import_detail", args=[importation.pk]))
        return len(told)

    queries(few)
    assert queries(many) <= queries(few) + 1
    assert MembreMenage.objects.count() == 0
