"""The month's avis: what they say, once each, undone as a whole, whoever asks and how often."""

import datetime
import os
import signal
import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError

from logement.actions import campagnes
from logement.actions.campagnes import (
    confirm_campagne,
    drop_campagne,
    issue_avis,
    prepare_campagne,
    send_campagne,
    undo_campagne,
)
from logement.actions.compte import close_month
from logement.actions.tarifs import create_prestation, open_souscription
from logement.models import (
    AvisEcheance,
    Campagne,
    ContratOccupation,
    DroitApl,
    Ecriture,
    LigneAvis,
    OccupationPlace,
    Preavis,
    Quittance,
    Tarif,
)
from logement.models.parc import days
from residence.actions.documents import pdf_of
from residence.models import CritereDispositif, DocumentEmis, EntreeJournal, PlafondRedevance, Ressource
from residence.permissions import Role
from tests.factories import (
    AvisFactory,
    ConventionFactory,
    MenageFactory,
    PlaceFactory,
    ResidenceFactory,
    TarifFactory,
    UserFactory,
)
from tests.logement.books import APRIL, FEBRUARY, MARCH, MAY, D, call, check_books, on, pay, read, stay

pytestmark = pytest.mark.django_db


def parts(avis: AvisEcheance) -> list[tuple[str, Any]]:
    return [(line.kind, line.amount) for line in avis.lignes.order_by("pk")]


# What an avis says


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        pytest.param((2025, 3, 1), None, ("300.00", "100.00", "20.00"), id="whole month"),
        pytest.param((2025, 3, 10), None, ("212.90", "70.97", "14.19"), id="entry on the 10th, both days lived in"),
        pytest.param((2025, 2, 1), (2025, 3, 1), ("9.68", "3.23", "0.65"), id="gone on the 1st"),
        pytest.param((2025, 3, 31), None, ("9.68", "3.23", "0.65"), id="entry on the last day"),
    ],
)
def test_days_of_the_contract(start: Any, end: Any, expected: tuple[str, ...]) -> None:
    end_on = datetime.date(*end) if end else None
    contrat = stay(start_on=datetime.date(*start), end_on=end_on, **({"status": "notice"} if end else {}))
    avis = call(contrat, MARCH)
    assert parts(avis) == list(zip(["rent", "charges", "services"], map(D, expected), strict=True))
    assert avis.total == sum(map(D, expected))
    assert avis.housing == D(expected[0]) + D(expected[1])


def test_due_on_the_last_day_of_the_month() -> None:
    assert call(stay(), MARCH).due_on == datetime.date(2025, 3, 31)


def test_confirmed_after_the_month_leaves_eight_days() -> None:
    contrat = stay()
    with on(2025, 4, 10):
        issue_avis(by=None, residence=contrat.sejour.residence, month=MARCH)
    assert AvisEcheance.objects.get().due_on == datetime.date(2025, 4, 18)
    assert Ecriture.objects.get().dated_on == datetime.date(2025, 3, 31)


def test_a_tariff_changes_inside_the_month() -> None:
    contrat = stay()
    Tarif.objects.filter(categorie=contrat.place.categorie).update(valid_to=datetime.date(2025, 3, 15))
    TarifFactory(categorie=contrat.place.categorie, valid_from=datetime.date(2025, 3, 16), rent=D("310.00"))
    avis = call(contrat, MARCH)
    rents = list(avis.lignes.filter(kind="rent").order_by("start_on").values_list("start_on", "end_on", "amount"))
    assert rents == [
        (datetime.date(2025, 3, 1), datetime.date(2025, 3, 15), D("145.16")),
        (datetime.date(2025, 3, 16), datetime.date(2025, 3, 31), D("160.00")),
    ]


def test_a_change_of_place_inside_the_month_makes_two_avis() -> None:
    contrat = stay(
        end_on=datetime.date(2025, 3, 14), status="ended", keys_back_on=datetime.date(2025, 3, 14), apl="350"
    )
    place = PlaceFactory(residence=contrat.sejour.residence, dispositif=contrat.sejour.dispositif)
    TarifFactory(categorie=place.categorie, rent=D("400.00"))
    second = ContratOccupation.objects.create(
        sejour=contrat.sejour,
        place=place,
        status="running",
        start_on=datetime.date(2025, 3, 15),
        signed_on=datetime.date(2025, 3, 15),
        monthly_rent=400,
        monthly_charges=100,
    )
    first_avis = call(contrat, MARCH)
    second_avis = AvisEcheance.objects.get(contrat=second)
    assert (first_avis.housing, second_avis.housing) == (D("180.64"), D("274.19"))
    # The APL of the month is shared, never above loyer and charges.
    assert (first_avis.apl_expected, second_avis.apl_expected) == (D("180.64"), D("169.36"))


def test_joined_rooms_add_up() -> None:
    contrat = stay()
    joined = PlaceFactory(residence=contrat.sejour.residence, categorie=contrat.place.categorie)
    contrat.joined_places.add(joined)
    avis = call(contrat, MARCH)
    assert avis.total == D("840.00")
    assert avis.lignes.filter(label__contains=joined.code).count() == 3


def test_optional_services_are_billed_apart() -> None:
    contrat = stay()
    laundry = create_prestation(
        by=None, residence=contrat.sejour.residence, name="Laverie", monthly_amount=D(12), valid_from=MARCH
    )
    with on(2025, 3, 20):
        open_souscription(by=None, contrat=contrat, prestation=laundry, start_on=datetime.date(2025, 3, 16))
    avis = call(contrat, MARCH)
    assert avis.total == D("426.19")
    assert avis.housing == D("400.00")
    assert set(Ecriture.objects.values_list("kind", "amount")) == {
        ("redevance", D("420.00")),
        ("prestation", D("6.19")),
    }
    assert avis.facture.kind == DocumentEmis.Kind.FACTURE
    assert avis.facture.data["total"] == "6.19"
    assert "Laverie" in str(avis.facture.data["lines"])
    assert "Laverie" not in str(avis.document.data["lines"])


def test_after_the_title_the_days_are_an_indemnite() -> None:
    contrat = stay(end_on=datetime.date(2025, 3, 10), status="occupant_sans_titre")
    OccupationPlace.objects.filter(contrat=contrat).delete()
    OccupationPlace.objects.create(
        place=contrat.place, contrat=contrat, kind="after_contract", period=days(datetime.date(2025, 3, 11), None)
    )
    avis = call(contrat, MARCH)
    assert avis.lignes.filter(kind="rent").get().amount == D("96.77")
    assert avis.lignes.filter(kind="indemnite").count() == 3
    assert sum(line.amount for line in avis.lignes.filter(kind="indemnite")) == D("284.52")
    assert avis.housing == D("129.03")
    april = call(contrat, APRIL)
    assert {line.kind for line in april.lignes.all()} == {"indemnite"}
    assert april.document.data["is_indemnite"] is True


def test_days_after_the_title_are_called_even_once_the_keys_are_back() -> None:
    contrat = stay(end_on=datetime.date(2025, 3, 10), status="ended", keys_back_on=datetime.date(2025, 4, 20))
    OccupationPlace.objects.create(
        place=contrat.place,
        contrat=contrat,
        kind="after_contract",
        period=days(datetime.date(2025, 3, 11), datetime.date(2025, 4, 20)),
        keys_back_on=datetime.date(2025, 4, 20),
    )
    avis = call(contrat, APRIL)
    assert (avis.start_on, avis.end_on) == (APRIL, datetime.date(2025, 4, 20))
    assert avis.total == D("280.00")


def test_a_manager_s_notice_is_due_for_the_days_lived_in_only() -> None:
    contrat = stay(end_on=datetime.date(2025, 3, 31), status="ended", keys_back_on=datetime.date(2025, 3, 12))
    Preavis.objects.create(
        contrat=contrat,
        given_by_whom="manager",
        ground="breach",
        form="hand",
        notified_on=datetime.date(2025, 3, 1),
        ends_on=datetime.date(2025, 3, 31),
        recorded_by=UserFactory(),
    )
    assert call(contrat, MARCH).end_on == datetime.date(2025, 3, 12)


def test_a_notice_that_is_over_without_keys_is_named_and_not_billed() -> None:
    contrat = stay(start_on=datetime.date(2025, 2, 1), end_on=datetime.date(2025, 2, 20), status="notice")
    with on(2025, 3, 25):
        prepared = issue_avis(by=None, residence=contrat.sejour.residence, month=MARCH)
    assert prepared.avis_count == 0
    assert [anomaly.code for anomaly in prepared.anomalies] == ["past_end"]
    assert not prepared.blocked


@pytest.mark.parametrize(
    ("granted", "expected"),
    [("250.00", "250.00"), ("500.00", "400.00"), (None, "0")],
    ids=["as granted", "never above loyer and charges", "no right"],
)
def test_apl_expected(granted: str | None, expected: str) -> None:
    assert call(stay(apl=granted), MARCH).apl_expected == D(expected)


# Anomalies


def test_without_a_tariff_the_contract_is_left_out_and_named() -> None:
    contrat = stay()
    other = stay(residence=contrat.sejour.residence)
    Tarif.objects.filter(categorie=contrat.place.categorie).update(valid_to=datetime.date(2025, 3, 20))
    with on(2025, 3, 25):
        prepared = issue_avis(by=None, residence=contrat.sejour.residence, month=MARCH)
    assert [(anomaly.code, anomaly.contrat_id) for anomaly in prepared.blocked] == [("no_tarif", contrat.pk)]
    assert "21/03/2025" in prepared.blocked[0].text
    assert list(AvisEcheance.objects.values_list("contrat", flat=True)) == [other.pk]


def test_above_the_maximum_of_the_convention_the_contract_is_left_out() -> None:
    contrat = stay()
    convention = ConventionFactory(residence=contrat.sejour.residence)
    PlafondRedevance.objects.create(
        convention=convention, type_logement="T1", valid_from=datetime.date(2024, 1, 1), monthly_maximum=D("399.99")
    )
    with on(2025, 3, 25):
        prepared = issue_avis(by=None, residence=contrat.sejour.residence, month=MARCH)
    assert [anomaly.code for anomaly in prepared.blocked] == ["above_maximum"]
    assert not AvisEcheance.objects.exists()
    assert not Campagne.objects.exists()
    PlafondRedevance.objects.update(monthly_maximum=D("400.00"))
    assert call(contrat, MARCH).total == D("420.00")


def test_what_jumps_and_what_is_missing_is_shown() -> None:
    contrat = stay(start_on=FEBRUARY, apl="200")
    call(contrat, FEBRUARY)
    contrat.sejour.droits_apl.update(end_on=datetime.date(2025, 2, 28))
    Tarif.objects.update(valid_to=datetime.date(2025, 2, 28))
    TarifFactory(categorie=contrat.place.categorie, valid_from=MARCH, rent=D("450.00"))
    with on(2025, 3, 25):
        prepared = prepare_campagne(by=None, residence=contrat.sejour.residence, month=MARCH)
    assert {anomaly.code for anomaly in prepared.anomalies} == {"apl_missing", "amount_jump"}


def test_what_is_known_already_or_follows_from_the_law_is_not_shown_again() -> None:
    """An APL refused is news once, a ceiling passed too; it ends with the month of a departure."""
    refused = stay(start_on=FEBRUARY)
    residence = refused.sejour.residence
    leaving = stay(start_on=FEBRUARY, apl="200", residence=residence)
    DroitApl.objects.create(sejour=refused.sejour, status="refused", start_on=FEBRUARY)
    Ressource.objects.create(menage=refused.sejour.menage, kind="rsa", monthly_amount=900, start_on=FEBRUARY)
    CritereDispositif.objects.create(
        dispositif=refused.sejour.dispositif, kind="taux_effort", maximum=D("0.30"), effect="flags"
    )

    def shown(month: datetime.date) -> list[str]:
        with on(2025, month.month, 25):
            return sorted(one.code for one in issue_avis(by=None, residence=residence, month=month).anomalies)

    assert shown(FEBRUARY) == ["above_ceiling", "apl_missing"]
    leaving.sejour.droits_apl.update(end_on=datetime.date(2025, 2, 28))
    ContratOccupation.objects.filter(pk=leaving.pk).update(end_on=datetime.date(2025, 3, 18), status="notice")
    assert shown(MARCH) == []
    # Enough to live on in March, then little again: news again; and keys that were not given back.
    Ressource.objects.update(monthly_amount=5000, end_on=datetime.date(2025, 4, 10))
    Ressource.objects.create(
        menage=refused.sejour.menage, kind="rsa", monthly_amount=600, start_on=datetime.date(2025, 4, 11)
    )
    assert shown(APRIL) == ["above_ceiling", "past_end"]


# Once, and only once


def test_prepared_as_often_as_wanted_then_confirmed_once() -> None:
    contrat = stay()
    residence = contrat.sejour.residence
    by = UserFactory(role=Role.GESTIONNAIRE, residence=residence)
    with on(2025, 3, 22):
        prepare_campagne(by=by, residence=residence, month=MARCH)
        campagne = prepare_campagne(by=by, residence=residence, month=MARCH).campagne
        assert Campagne.objects.count() == AvisEcheance.objects.count() == 1
        assert not Ecriture.objects.exists()
        assert not DocumentEmis.objects.exists()
        confirm_campagne(by=by, campagne=campagne)
        with pytest.raises(ValidationError, match="déjà confirmée"):
            confirm_campagne(by=by, campagne=campagne)
    avis = AvisEcheance.objects.get()
    assert avis.status == AvisEcheance.Status.CONFIRMED
    assert avis.document.target == avis
    assert avis.document.data["to_pay"] == "420.00"
    assert Ecriture.objects.balance() == D("420.00")
    assert list(EntreeJournal.objects.order_by("pk").values_list("action", flat=True)) == [
        "campagne.prepare",
        "campagne.prepare",
        "campagne.confirm",
    ]
    check_books()


def test_what_has_changed_since_the_preparation_is_not_confirmed() -> None:
    contrat = stay()
    with on(2025, 3, 22):
        campagne = prepare_campagne(by=None, residence=contrat.sejour.residence, month=MARCH).campagne
        Tarif.objects.update(rent=D("305.00"))
        with pytest.raises(ValidationError, match="ont changé"):
            confirm_campagne(by=None, campagne=campagne)
        entrant = stay(residence=contrat.sejour.residence, start_on=datetime.date(2025, 3, 20))
        Tarif.objects.update(rent=D("300.00"))
        with pytest.raises(ValidationError, match=entrant.place.code):
            confirm_campagne(by=None, campagne=campagne)
        again = prepare_campagne(by=None, residence=contrat.sejour.residence, month=MARCH).campagne
        confirm_campagne(by=None, campagne=again)
    assert AvisEcheance.objects.called().count() == 2


@pytest.mark.parametrize(
    ("day", "month", "said"),
    [
        ((2025, 3, 19), MARCH, "à partir du 20/03/2025"),
        ((2025, 3, 25), MAY, "au plus un mois à l’avance"),
        ((2025, 3, 25), datetime.date(2014, 12, 1), "commencent le 01/01/2015"),
    ],
    ids=["before the 20th", "two months ahead", "before the résidence opened"],
)
def test_refused_months(day: tuple[int, int, int], month: datetime.date, said: str) -> None:
    contrat = stay()
    with on(*day), pytest.raises(ValidationError, match=said):
        issue_avis(by=None, residence=contrat.sejour.residence, month=month)
    assert not AvisEcheance.objects.exists()


def test_a_closed_month_is_refused() -> None:
    contrat = stay()
    call(contrat, MARCH)
    with on(2025, 4, 10):
        residence = contrat.sejour.residence
        close_month(by=UserFactory(), residence=residence, month=MARCH)
        with pytest.raises(ValidationError, match="clos"):
            issue_avis(by=None, residence=residence, month=MARCH)
        with pytest.raises(ValidationError, match="clos"):
            undo_campagne(by=None, campagne=Campagne.objects.get(), reason="erreur")


def test_the_database_keeps_one_live_ordinary_avis() -> None:
    avis = AvisFactory()
    with pytest.raises(IntegrityError, match="avis_one_live"), transaction.atomic():
        AvisFactory(contrat=avis.contrat)


def test_late_entrants_have_a_complementary_campaign() -> None:
    contrat = stay()
    call(contrat, MARCH)
    send_campagne(by=None, campagne=Campagne.objects.get())
    late = stay(residence=contrat.sejour.residence, start_on=datetime.date(2025, 3, 28))
    call(late, MARCH, day=29)
    assert list(Campagne.objects.order_by("rank").values_list("rank", "status")) == [(0, "sent"), (1, "confirmed")]
    with on(2025, 3, 30):
        assert issue_avis(by=None, residence=contrat.sejour.residence, month=MARCH).campagne is None
    assert Campagne.objects.count() == 2


def test_a_preparation_is_taken_back() -> None:
    contrat = stay()
    with on(2025, 3, 22):
        campagne = prepare_campagne(by=None, residence=contrat.sejour.residence, month=MARCH).campagne
        drop_campagne(by=None, campagne=campagne)
    assert not Campagne.objects.exists()
    assert not LigneAvis.objects.exists()


def test_killed_half_way_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    contrat = stay()

    def killed(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch, on(2025, 3, 25):
        patch.setattr(campagnes, "settle", killed)
        with pytest.raises(RuntimeError):
            issue_avis(by=None, residence=contrat.sejour.residence, month=MARCH)
    assert not AvisEcheance.objects.exists()
    assert not Ecriture.objects.exists()
    assert not Campagne.objects.exists()
    call(contrat, MARCH)
    assert AvisEcheance.objects.called().count() == 1
    check_books()


@pytest.mark.django_db(transaction=True)
def test_killed_by_the_system_the_next_run_finds_all_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """kill -9 once papers, avis, lines and entries are written, on a connection of its own: none of it is left."""
    contrat = stay()
    residence = contrat.sejour.residence
    with on(2025, 3, 25):
        child = os.fork()
        if child == 0:
            # The parent's connection is the parent's: the driver of a child does not close it.
            connection.connection = None
            monkeypatch.setattr(campagnes, "settle", lambda *args, **kwargs: os.kill(os.getpid(), signal.SIGKILL))
            try:
                issue_avis(by=None, residence=residence, month=MARCH)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        assert not AvisEcheance.objects.exists()
        assert not Ecriture.objects.exists()
        assert not DocumentEmis.objects.exists()
        issue_avis(by=None, residence=residence, month=MARCH)
        issue_avis(by=None, residence=residence, month=MARCH)
    assert AvisEcheance.objects.live().filter(contrat=contrat, month=MARCH, rank=0).count() == 1
    check_books()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_avis_each() -> None:
    residence = ResidenceFactory()
    for _ in range(3):
        stay(residence=residence)
    barrier, errors = threading.Barrier(4), []

    def run() -> None:
        try:
            barrier.wait()
            issue_avis(by=None, residence=residence, month=MARCH)
        except Exception as error:  # noqa: BLE001 (told below)
            errors.append(error)
        finally:
            connection.close()

    with on(2025, 3, 25):
        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert errors == []
    assert AvisEcheance.objects.called().count() == 3
    assert Campagne.objects.count() == 1
    assert DocumentEmis.objects.count() == 3
    check_books()


# Undoing


def test_undone_as_a_whole_then_done_again() -> None:
    contrat = stay()
    first = call(contrat, MARCH)
    payment = pay(contrat, 420, datetime.date(2025, 3, 27))
    quittance = Quittance.objects.get()
    campagne = Campagne.objects.get()
    with on(2025, 3, 28):
        undo_campagne(by=UserFactory(), campagne=campagne, reason="tarif faux")
    first.refresh_from_db()
    campagne.refresh_from_db()
    payment.refresh_from_db()
    quittance.refresh_from_db()
    assert (first.status, first.paid) == (AvisEcheance.Status.CANCELLED, 0)
    assert campagne.status == Campagne.Status.PREPARED
    assert payment.surplus == D("420.00")
    assert quittance.cancelled_reason == "Avis de 03/2025 annulé : tarif faux"
    assert DocumentEmis.objects.get(kind="releve").replaces == quittance.document
    assert Ecriture.objects.balance() == D("-420.00")
    check_books()

    second = call(contrat, MARCH, day=29)
    assert second.pk != first.pk
    assert second.document.rank == first.document.rank + 1
    assert second.left == 0
    with on(2025, 3, 30):
        send_campagne(by=None, campagne=Campagne.objects.get())
    new = Quittance.objects.live().get()
    assert new.document.replaces == quittance.document
    assert Ecriture.objects.balance() == 0
    check_books()


def test_a_sent_campaign_is_not_undone() -> None:
    contrat = stay()
    call(contrat, MARCH)
    campagne = Campagne.objects.get()
    with on(2025, 3, 26):
        send_campagne(by=None, campagne=campagne)
        with pytest.raises(ValidationError, match="rectifient"):
            undo_campagne(by=None, campagne=campagne, reason="trop tard")
    assert set(AvisEcheance.objects.values_list("status", flat=True)) == {"sent"}


# What the database keeps


def test_the_ledger_is_only_added_to() -> None:
    contrat = stay()
    call(contrat, MARCH)
    with pytest.raises(DatabaseError), transaction.atomic():
        Ecriture.objects.update(amount=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        Ecriture.objects.all().delete()


def test_no_entry_in_a_closed_month_whoever_writes_it() -> None:
    contrat = stay()
    avis = call(contrat, MARCH)
    with on(2025, 4, 10):
        close_month(by=UserFactory(), residence=contrat.sejour.residence, month=MARCH)
    with pytest.raises(DatabaseError, match="clos"), transaction.atomic():
        Ecriture.objects.bulk_create(
            [Ecriture(sejour=contrat.sejour, kind="correction", amount=1, label="x", avis=avis, dated_on=MARCH)]
        )


# Confidential households


def test_a_confidential_household_is_a_number_on_paper_too() -> None:
    residence = ResidenceFactory()
    menage = MenageFactory(name="SECRET Nom", is_confidential=True)
    contrat = stay(residence=residence, menage=menage)
    avis = call(contrat, MARCH)
    pay(contrat, 420, datetime.date(2025, 4, 2), payer="Nom Secret", reference="SECRET")
    for document in DocumentEmis.objects.all():
        assert "secret" not in str(document.data).lower()
    assert avis.document.data["recipient_lines"] == [
        f"Dossier confidentiel n° {menage.pk}",
        f"Place {contrat.place.code}",
    ]


def test_the_paper_of_an_avis(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    avis = call(stay(apl="250"), MARCH)
    text = read(pdf_of(avis.document))
    for said in (
        "Avis d’échéance · mars 2025",
        "170,00 €",
        "31 mars 2025",
        "Équivalence de loyer et de charges",
        "400,00 €",
    ):
        assert said in text
    assert "page 1 / 1" in text


# Ceilings of a dispositif


def test_a_ceiling_that_reduces_takes_off_what_is_above_with_its_reason() -> None:
    """200 € of loyer left for 900 € of resources, 20 % at most: 20 € less, on the avis and in the ledger."""
    contrat = stay(apl="100")
    dispositif, menage = contrat.sejour.dispositif, contrat.sejour.menage
    CritereDispositif.objects.create(dispositif=dispositif, kind="loyer_net", maximum=D("0.20"), effect="reduces")
    CritereDispositif.objects.create(dispositif=dispositif, kind="taux_effort", maximum=D("0.30"), effect="flags")
    with on(2025, 3, 20):
        unknown = prepare_campagne(by=None, residence=contrat.sejour.residence, month=MARCH)
        assert [one.code for one in unknown.anomalies] == ["no_resources"]
        Ressource.objects.create(menage=menage, kind="rsa", monthly_amount=900)
        known = prepare_campagne(by=None, residence=contrat.sejour.residence, month=MARCH)
        assert [one.code for one in known.anomalies] == ["above_ceiling"]
    avis = call(contrat, MARCH)
    assert parts(avis)[-1] == ("reduction", D("-20.00"))
    assert (avis.total, avis.housing, avis.net) == (D(400), D(380), D(300))
    line = avis.lignes.get(kind="reduction")
    assert "20" in line.label
    assert str(dispositif) in line.reason
    assert Ecriture.objects.get(kind="reduction").amount == D(-20)
    # Nothing of the resources is told with it.
    assert "900" not in line.label + line.reason
    pay(contrat, 300, datetime.date(2025, 4, 2))
    pay(contrat, 100, datetime.date(2025, 4, 5), method="apl", for_month=MARCH)
    avis.refresh_from_db()
    assert avis.left == 0
    check_books()
