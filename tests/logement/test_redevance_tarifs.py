"""Tariffs, optional services, the index of rents: from a day on, under the maximum, never twice."""

import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from logement.actions.tarifs import (
    close_souscription,
    create_prestation,
    import_irl,
    open_souscription,
    set_prestation_price,
    set_tarif,
)
from logement.models import IndiceIRL, Souscription, Tarif, TarifPrestation
from logement.queries.tarifs import Maxima
from residence.models import EntreeJournal, PlafondRedevance
from tests.factories import CategoriePlaceFactory, ConventionFactory, ResidenceFactory, TarifFactory
from tests.logement.books import APRIL, MARCH, MAY, D, call, on, stay

pytestmark = pytest.mark.django_db

PUBLISHED = Path(__file__).resolve().parents[2] / "logement" / "rules" / "irl.csv"


def fix(categorie: Any, valid_from: datetime.date, rent: int = 310, **fields: Any) -> Tarif:
    return set_tarif(by=None, categorie=categorie, valid_from=valid_from, rent=D(rent), charges=D(100), **fields)


def spans(categorie: Any) -> list[tuple[datetime.date, datetime.date | None, Any]]:
    return list(categorie.tarifs.order_by("valid_from").values_list("valid_from", "valid_to", "rent"))


def test_a_new_tariff_ends_the_one_before_on_the_eve() -> None:
    categorie = TarifFactory().categorie
    fix(categorie, APRIL)
    assert spans(categorie) == [
        (datetime.date(2015, 1, 1), datetime.date(2025, 3, 31), D(300)),
        (APRIL, None, D(310)),
    ]
    assert EntreeJournal.objects.get(action="tarif.set").details["rent"] == "310"


def test_a_tariff_put_between_two_ends_on_the_eve_of_the_next() -> None:
    categorie = TarifFactory().categorie
    fix(categorie, MAY, 320)
    fix(categorie, APRIL, 310)
    assert [span[1] for span in spans(categorie)] == [
        datetime.date(2025, 3, 31),
        datetime.date(2025, 4, 30),
        None,
    ]


def test_a_tariff_of_the_same_day_gives_way_while_nothing_was_called_with_it() -> None:
    contrat = stay()
    fix(contrat.place.categorie, MARCH, 310)
    fix(contrat.place.categorie, MARCH, 311)
    assert [span[2] for span in spans(contrat.place.categorie)] == [D(300), D(311)]
    call(contrat, MARCH)
    with pytest.raises(ValidationError, match="commence déjà ce jour-là"):
        fix(contrat.place.categorie, MARCH, 312, accept_called=True)


def test_a_month_already_called_is_refused_unless_the_avis_will_be_rectified() -> None:
    contrat = stay()
    call(contrat, MARCH)
    with pytest.raises(ValidationError, match=r"confirmés jusqu’à 03/2025.*: commencez le 01/04/2025"):
        fix(contrat.place.categorie, datetime.date(2025, 3, 15))
    assert fix(contrat.place.categorie, datetime.date(2025, 3, 15), accept_called=True).pk


@pytest.mark.parametrize(("rent", "accepted"), [(300, True), (301, False)], ids=["at the maximum", "above it"])
def test_never_above_the_maximum_of_the_convention(rent: int, accepted: bool) -> None:
    categorie = CategoriePlaceFactory()
    convention = ConventionFactory(residence=categorie.residence)
    PlafondRedevance.objects.create(
        convention=convention, type_logement="T1", valid_from=datetime.date(2020, 1, 1), monthly_maximum=400
    )
    if accepted:
        assert fix(categorie, APRIL, rent).pk
    else:
        with pytest.raises(ValidationError, match="de plus que le maximum de 400,00"):
            fix(categorie, APRIL, rent)


def test_the_maximum_is_that_of_the_day_and_of_the_lowest_loan() -> None:
    residence = ResidenceFactory()
    convention = ConventionFactory(residence=residence)
    for year, loan, amount in ((2020, "PLAI", 390), (2020, "PLUS", 450), (2025, "PLAI", 400)):
        PlafondRedevance.objects.create(
            convention=convention,
            type_logement="T1",
            loan=loan,
            valid_from=datetime.date(year, 1, 1),
            monthly_maximum=amount,
        )
    maxima = Maxima(residence)
    assert maxima.on("T1", datetime.date(2019, 12, 31)) is None
    assert maxima.on("T1", datetime.date(2024, 12, 31)).amount == 390
    assert maxima.on("T1", datetime.date(2025, 1, 1)).amount == 400
    assert maxima.on("T2", datetime.date(2025, 1, 1)) is None


def test_optional_services_and_who_takes_them() -> None:
    contrat = stay()
    residence = contrat.sejour.residence
    laundry = create_prestation(by=None, residence=residence, name="Laverie", monthly_amount=D(12), valid_from=MARCH)
    with pytest.raises(ValidationError):
        create_prestation(by=None, residence=residence, name="Laverie", monthly_amount=D(9), valid_from=MARCH)
    set_prestation_price(by=None, prestation=laundry, valid_from=APRIL, monthly_amount=D(13))
    assert list(TarifPrestation.objects.order_by("valid_from").values_list("valid_to", flat=True)) == [
        datetime.date(2025, 3, 31),
        None,
    ]
    taken = open_souscription(by=None, contrat=contrat, prestation=laundry, start_on=MARCH)
    with pytest.raises(ValidationError, match="déjà souscrite"):
        open_souscription(by=None, contrat=contrat, prestation=laundry, start_on=APRIL)
    with pytest.raises(ValidationError, match="pas un jour du contrat"):
        open_souscription(by=None, contrat=contrat, prestation=laundry, start_on=datetime.date(2025, 2, 1))
    elsewhere = create_prestation(
        by=None, residence=ResidenceFactory(), name="Garage", monthly_amount=D(1), valid_from=MARCH
    )
    with pytest.raises(ValidationError, match="autre résidence"):
        open_souscription(by=None, contrat=contrat, prestation=elsewhere, start_on=MARCH)
    call(contrat, MARCH)
    with pytest.raises(ValidationError, match="déjà facturée jusqu’à 03/2025"):
        set_prestation_price(by=None, prestation=laundry, valid_from=datetime.date(2025, 3, 20), monthly_amount=D(1))
    with on(2025, 4, 2):
        close_souscription(by=None, souscription=taken, end_on=datetime.date(2025, 4, 30))
        with pytest.raises(ValidationError, match="déjà arrêtée"):
            close_souscription(by=None, souscription=taken, end_on=MAY)
    assert Souscription.objects.get().end_on == datetime.date(2025, 4, 30)


# The index of rents


def test_the_published_indices_are_imported_once() -> None:
    lines = PUBLISHED.read_text().splitlines()
    result = import_irl(lines, by=None)
    assert (result.added, result.changed, result.same) == (len(lines) - 1, 0, 0)
    again = import_irl(lines, by=None)
    assert (again.added, again.changed, again.same) == (0, 0, len(lines) - 1)
    assert IndiceIRL.objects.get(quarter="2025-T2").value == D("146.68")
    assert EntreeJournal.objects.filter(action="irl.import").count() == 1


def test_a_corrected_value_is_changed() -> None:
    import_irl(["quarter,value,published_on", "2026-Q2,148.30,"], by=None)
    result = import_irl(["quarter,value,published_on", "2026-T2,148.37,2026-07-15"], by=None)
    assert result.changed == 1
    index = IndiceIRL.objects.get()
    assert (index.value, index.published_on) == (D("148.37"), datetime.date(2026, 7, 15))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("2026-Q5,148.37,", "ligne 2 : « 2026-Q5 » n’est pas un trimestre"),
        ("2026-Q2,cent,", "ligne 2 : « cent » n’est pas une valeur"),
        ("2026-Q2,14.837,", "ligne 2 : la valeur 14.837"),
        ("2026-Q2,148.37,15/07/2026", "ligne 2 : « 15/07/2026 » n’est pas une date"),
    ],
)
def test_a_wrong_line_stops_all_of_it(line: str, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        import_irl(["quarter,value,published_on", line, "2025-Q2,146.68,"], by=None)
    assert said in refused.value.messages[0]
    assert not IndiceIRL.objects.exists()


def test_the_command(tmp_path: Path) -> None:
    out = StringIO()
    call_command("import_irl", str(PUBLISHED), stdout=out)
    assert "ajoutés" in out.getvalue().splitlines()[-1]
    with pytest.raises(CommandError, match="ne peut pas être lu"):
        call_command("import_irl", str(tmp_path / "absent.csv"))
    wrong = tmp_path / "faux.csv"
    wrong.write_text("a,b\n1,2\n")
    with pytest.raises(CommandError, match="Rien n’a été importé"):
        call_command("import_irl", str(wrong), stderr=StringIO())
