"""The stock leaves as a workbook and comes back unchanged, rooms that join, reservations and labels included."""

import datetime
import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from logement.models import Batiment, Logement, OccupationPlace, Place, TravauxPrevus
from tests.factories import PartenaireFactory, PlaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, ophis):
    client.force_login(ophis.gestionnaire)
    return client


def address(model, act):
    return reverse(f"admin:logement_{model._meta.model_name}_{act}")


def taken(desk, model):
    """The rows of the export of a list."""
    answer = desk.post(address(model, "export"), {"content": "anonymous", "file_format": "xlsx"})
    return [list(row) for row in load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)]


def shown(desk, model, rows):
    """What the import of `rows` would do."""
    book, content = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(content)
    return desk.post(address(model, "import"), {"file": SimpleUploadedFile("parc.xlsx", content.getvalue())})


def brought(desk, model, rows):
    answer = shown(desk, model, rows)
    assert not answer.context["outcome"].faults
    return desk.post(address(model, "import"), {"confirm": answer.context["token"]}, follow=True)


@pytest.mark.parametrize("model", [Batiment, Logement, Place])
def test_what_leaves_comes_back_unchanged(desk, ophis, model):
    Batiment.objects.create(residence=ophis.residence, name="Est", address="2 rue du Port")
    Logement.objects.filter(number="101").update(
        label="HSS", labelled_on=datetime.date(2018, 10, 1), label_ends_on=datetime.date(2028, 9, 30)
    )
    first, second = ophis.rooms
    Place.objects.filter(pk=first.pk).update(joined_with=second, reservataire=PartenaireFactory(name="Préfecture"))
    rows = taken(desk, model)
    outcome = shown(desk, model, rows).context["outcome"]
    assert not outcome.faults
    assert (outcome.created, outcome.changed, outcome.unchanged) == ([], [], len(rows) - 1)


def test_rooms_that_join_and_a_reservation_come_from_a_file(desk, ophis):
    PartenaireFactory(kind="prefecture", name="Préfecture du Puy-de-Dôme")
    heads = ["Résidence", "Place", "Logement", "Catégorie", "Dispositif", "Surface privative (m²)"]
    more = ["Se joint à", "Réservataire"]
    kinds = ["B12", "Chambre", ophis.permanent.name, 11]
    brought(
        desk,
        Place,
        [
            [*heads, *more],
            ["ophis", "B12-c", *kinds, None, None],
            ["ophis", "B12-d", *kinds, "B12-c", "préfecture du puy-de-dome"],
        ],
    )
    joined = Place.objects.get(code="B12-d")
    assert joined.joined_with.code == "B12-c"
    assert str(joined.reservataire) == "Préfecture du Puy-de-Dôme"
    outcome = shown(desk, Place, [["Place", *heads[2:], *more], ["B12-e", *kinds, "Z9", "Inconnu"]]).context["outcome"]
    assert {column for _, column, _ in outcome.faults} == {"Se joint à", "Réservataire"}


def test_a_label_and_a_building_come_from_a_file(desk, ophis):
    brought(desk, Batiment, [["Bâtiment", "Adresse"], ["Ouest", "3 rue du Port"]])
    heads = ["Numéro", "Type", "Surface (m²)", "Bâtiment", "Label", "Labellisé le", "Label valable jusqu’au"]
    brought(desk, Logement, [heads, ["101", "T1", 22, "Ouest", "HSS", "01/10/2018", "30/09/2028"]])
    logement = Logement.objects.get(number="101")
    assert (str(logement.batiment), logement.label) == ("Ouest", "HSS")
    assert logement.label_ends_on == datetime.date(2028, 9, 30)
    late = shown(desk, Logement, [heads, ["101", "T1", 22, "Ouest", "HSS", "01/10/2018", "30/09/2017"]])
    assert late.context["outcome"].faults


def test_works_come_from_a_file(desk, ophis):
    """Planned where somebody lives; the same file twice changes nothing, a correction changes the line."""
    held = PlaceFactory(residence=ophis.residence, code="T1")
    empty = PlaceFactory(residence=ophis.residence, code="T2")
    OccupationPlace.objects.create(place=held, period=DateRange(datetime.date(2026, 1, 1), None), kind="reservation")
    heads = ["Résidence", "Place", "À partir du", "Durée (jours)", "Travaux"]
    line = ["ophis", "t1", "01/03/2027", 5, "Peinture des murs"]
    brought(desk, TravauxPrevus, [heads, line])
    travaux = TravauxPrevus.objects.get()
    assert (travaux.place, travaux.days, travaux.planned_by) == (held, 5, ophis.gestionnaire)
    again = shown(desk, TravauxPrevus, [heads, line]).context["outcome"]
    assert (again.unchanged, again.created, again.changed) == (1, [], [])
    brought(desk, TravauxPrevus, [heads, [*line[:3], 8, "Peinture"]])
    travaux.refresh_from_db()
    assert (travaux.days, travaux.reason) == (8, "Peinture")
    place, reason, from_on, days = taken(desk, TravauxPrevus)[1][1:5]
    assert (place, reason, f"{from_on:%d/%m/%Y}", days) == ("T1", "Peinture", "01/03/2027", 8)
    faults = (
        shown(
            desk,
            TravauxPrevus,
            [
                heads,
                ["ophis", empty.code, "01/03/2027", 5, "Sols"],
                ["ophis", "Z9", "01/03/2027", 5, "Sols"],
                ["ophis", "T1", "1/13/27", 5, "Sols"],
            ],
        )
        .context["outcome"]
        .faults
    )
    assert [(number, column) for number, column, _ in faults] == [(2, ""), (3, "Place"), (4, "À partir du")]
    assert "bloquez-la" in faults[0][2]


def test_a_place_joins_another_of_its_residence(ophis):
    first = ophis.rooms[0]
    first.joined_with = PlaceFactory()
    with pytest.raises(ValidationError, match="même résidence"):
        first.full_clean()
    first.joined_with = first
    with pytest.raises(ValidationError, match="une autre place"):
        first.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        Place.objects.filter(pk=first.pk).update(joined_with=first.pk)
