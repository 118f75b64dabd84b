"""Payments: what they settle, what acknowledges them, how one is taken back; the sums always balance."""

import datetime
import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logement.actions.avis import rectify_avis
from logement.actions.campagnes import issue_avis, undo_campagne
from logement.actions.compte import call_deposit, cancel_deposit_call, close_month
from logement.actions.decaissements import cancel_remboursement, record_remboursement
from logement.actions.encaissements import (
    Payment,
    cancel_encaissement,
    impute_again,
    record_encaissement,
    record_encaissements,
)
from logement.actions.quittances import issue_quittances
from logement.models import (
    AvisEcheance,
    Campagne,
    ContratOccupation,
    Decaissement,
    Ecriture,
    Encaissement,
    Imputation,
    Quittance,
    Tarif,
)
from logement.queries.compte import arrears_badge, balance_of, statement
from logement.queries.decaissements import refundable
from logement.queries.impayes import board, late_today
from residence.actions.documents import pdf_of
from residence.duties import rebuild_duties
from residence.models import DocumentEmis, Echeance
from residence.permissions import Role
from tests.factories import PlaceFactory, ResidenceFactory, TarifFactory, UserFactory
from tests.logement.books import APRIL, FEBRUARY, JANUARY, MARCH, D, call, check_books, on, pay, read, stay

pytestmark = pytest.mark.django_db


def day(month: int, number: int) -> datetime.date:
    return datetime.date(2025, month, number)


# What a payment settles


def test_the_oldest_term_first() -> None:
    contrat = stay(start_on=FEBRUARY)
    first, second = call(contrat, FEBRUARY), call(contrat, MARCH)
    payment = pay(contrat, 500, day(4, 2))
    assert list(payment.imputations.order_by("avis__month").values_list("avis", "amount")) == [
        (first.pk, D("420.00")),
        (second.pk, D("80.00")),
    ]
    check_books()


def test_the_choice_of_the_debtor_comes_before() -> None:
    contrat = stay(start_on=FEBRUARY)
    first, second = call(contrat, FEBRUARY), call(contrat, MARCH)
    pay(contrat, 500, day(4, 2), chosen=(second.pk,))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.paid, second.paid) == (D("80.00"), D("420.00"))


def test_what_is_paid_ahead_settles_the_next_avis() -> None:
    contrat = stay()
    payment = pay(contrat, 500, day(3, 5))
    assert payment.surplus == D("500.00")
    assert Quittance.objects.get().avis is None
    avis = call(contrat, MARCH)
    assert avis.left == 0
    payment.refresh_from_db()
    assert payment.surplus == D("80.00")
    check_books()


def test_the_resident_does_not_pay_the_caf_s_part() -> None:
    contrat = stay(start_on=FEBRUARY, apl="250")
    first, second = call(contrat, FEBRUARY), call(contrat, MARCH)
    pay(contrat, 340, day(4, 2))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.left, second.left) == (D("250.00"), D("250.00"))
    assert balance_of(contrat.sejour).to_pay == 0


def test_the_apl_settles_its_own_month() -> None:
    contrat = stay(start_on=FEBRUARY, apl="250")
    first, second = call(contrat, FEBRUARY), call(contrat, MARCH)
    pay(contrat, 240, day(4, 5), method="apl", for_month=MARCH)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.apl_received, second.apl_received) == (None, D("240.00"))
    # What the CAF did not pay of what was expected is the resident's from now on.
    assert (first.left_to_pay, second.left_to_pay) == (D("170.00"), D("180.00"))


def test_an_apl_before_its_avis_waits_for_it() -> None:
    contrat = stay(start_on=FEBRUARY, apl="250")
    call(contrat, FEBRUARY)
    payment = pay(contrat, 250, day(3, 5), method="apl", for_month=MARCH)
    assert payment.surplus == D("250.00")
    assert call(contrat, MARCH).apl_received == D("250.00")
    check_books()


def test_an_apl_above_loyer_and_charges_is_left_to_the_resident() -> None:
    contrat = stay(apl="400")
    call(contrat, MARCH)
    payment = pay(contrat, 430, day(4, 5), method="apl", for_month=MARCH)
    avis = AvisEcheance.objects.get()
    assert (avis.apl_received, avis.left_to_pay) == (D("400.00"), D("20.00"))
    # The 30 € above are the allocataire's: no debt takes them, also later.
    assert payment.surplus == D("30.00")
    assert call(contrat, APRIL).paid == 0


def test_an_apl_for_a_month_already_paid_settles_the_next() -> None:
    contrat = stay(apl="250")
    call(contrat, MARCH)
    pay(contrat, 170, day(4, 1))
    AvisEcheance.objects.update(apl_expected=0)
    pay(contrat, 250, day(4, 2))
    payment = pay(contrat, 250, day(4, 5), method="apl", for_month=MARCH)
    assert payment.surplus == D("250.00")
    assert call(contrat, APRIL).left_to_pay == 0


# What is refused


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        pytest.param({"received_on": day(4, 3)}, "received_on", id="to come"),
        pytest.param({"received_on": day(2, 28)}, "received_on", id="before the stay"),
        pytest.param({"method": "apl"}, "for_month", id="an APL without its month"),
        pytest.param({"amount": D(0)}, "amount", id="nothing"),
        pytest.param({"is_deposit": True}, "amount", id="a deposit that nobody asked for"),
    ],
)
def test_refused_at_the_field(fields: dict[str, Any], field: str) -> None:
    contrat = stay()
    values = {"received_on": day(4, 2), "amount": D(100), "method": "cash", **fields}
    with on(2025, 4, 2), pytest.raises(ValidationError) as refused:
        record_encaissement(by=None, sejour=contrat.sejour, **values)
    assert list(refused.value.error_dict) == [field]
    assert not Encaissement.objects.exists()


def test_refused_in_a_closed_month() -> None:
    contrat = stay()
    call(contrat, MARCH)
    with on(2025, 4, 10):
        close_month(by=UserFactory(), residence=contrat.sejour.residence, month=MARCH)
    values = {"sejour": contrat.sejour, "received_on": day(3, 31), "amount": D(100), "method": "cash"}
    with on(2025, 4, 10), pytest.raises(ValidationError, match="sont clos"):
        record_encaissement(by=None, **values)


def test_sent_twice_recorded_once() -> None:
    contrat = stay()
    call(contrat, MARCH)
    key = uuid.uuid4()
    first = pay(contrat, 100, day(4, 2), key=key)
    second = pay(contrat, 100, day(4, 2), key=key)
    assert first == second
    assert Encaissement.objects.count() == 1
    assert Ecriture.objects.filter(kind="payment").count() == 1


def test_a_deposit_may_be_paid_at_signature_before_the_stay() -> None:
    contrat = stay(start_on=day(3, 15), signed_on=day(3, 1))
    with on(2025, 3, 1):
        assert call_deposit(contrat=contrat, by=None) == call_deposit(contrat=contrat, by=None)
    pay(contrat, 400, day(3, 1), is_deposit=True)
    with pytest.raises(ValidationError, match="20,00"):
        pay(contrat, 21, day(3, 2), is_deposit=True)
    pay(contrat, 20, day(3, 2), is_deposit=True)
    balance = balance_of(contrat.sejour)
    assert (balance.deposit_to_pay, balance.deposit_held, balance.ledger) == (0, D("420.00"), 0)
    assert Quittance.objects.first().document.data["title"] == "Reçu de dépôt de garantie"


def test_a_second_contract_of_the_stay_asks_for_what_is_missing() -> None:
    contrat = stay(end_on=day(3, 31), status="ended", keys_back_on=day(3, 31))
    call_deposit(contrat=contrat, by=None)
    second = ContratOccupation(
        sejour=contrat.sejour,
        place=contrat.place,
        status="running",
        start_on=APRIL,
        signed_on=APRIL,
        monthly_rent=400,
        monthly_charges=100,
        deposit_amount=500,
    )
    second.save()
    entry = call_deposit(contrat=second, by=None)
    assert entry is not None
    assert entry.amount == D("80.00")
    cancel_deposit_call(contrat=second, by=None)
    assert Ecriture.objects.of_account("depot").balance() == D("420.00")


# Receipts


def test_a_part_has_its_recu_the_rest_brings_the_quittance_that_cites_it() -> None:
    contrat = stay()
    avis = call(contrat, MARCH)
    pay(contrat, 100, day(4, 2), method="cash")
    recu = Quittance.objects.get()
    assert (recu.kind, recu.amount, recu.avis) == ("recu", D("100.00"), avis)
    pay(contrat, 320, day(4, 5))
    quittance = Quittance.objects.get(kind="quittance")
    assert (quittance.amount, quittance.completes) == (D("420.00"), recu)
    assert quittance.document.data["recus"][0]["number"] == recu.document.number
    assert [row["amount"] for row in quittance.document.data["payments"]] == ["100.00", "320.00"]
    assert Quittance.objects.count() == 2


def test_no_quittance_before_the_apl_is_there() -> None:
    contrat = stay(apl="250")
    call(contrat, MARCH)
    pay(contrat, 170, day(4, 2))
    recu = Quittance.objects.get()
    assert recu.kind == "recu"
    assert (recu.document.data["left_to_pay"], recu.document.data["apl_awaited"]) == (None, "250.00")
    pay(contrat, 250, day(4, 6), method="apl", for_month=MARCH)
    assert Quittance.objects.get(kind="quittance").amount == D("420.00")
    # The resident did not pay the APL: it has no reçu of its own.
    assert Quittance.objects.count() == 2


def test_an_indemnite_has_a_recu_never_a_quittance() -> None:
    contrat = stay(start_on=FEBRUARY, end_on=day(2, 28), status="occupant_sans_titre")
    call(contrat, MARCH)
    pay(contrat, 420, day(4, 2))
    recu = Quittance.objects.get()
    assert (recu.kind, recu.document.data["is_indemnite"]) == ("recu", True)


def test_cash_has_its_numbers() -> None:
    contrat = stay()
    numbers = [pay(contrat, 10, day(4, n), method="cash").cash_number for n in (1, 2)]
    code = contrat.sejour.residence.code.upper()
    assert numbers == [f"{code}-2025-C00001", f"{code}-2025-C00002"]
    assert pay(contrat, 10, day(4, 3)).cash_number is None


def test_the_papers_can_be_read(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    contrat = stay()
    call(contrat, MARCH)
    pay(contrat, 100, day(4, 2), method="cash")
    pay(contrat, 320, day(4, 5))
    recu, quittance = Quittance.objects.order_by("pk")
    said = read(pdf_of(recu.document))
    assert "Nous avons reçu : 100,00 €" in said
    assert "Il reste 320,00 € à payer par vous" in said
    said = read(pdf_of(quittance.document))
    assert "Quittance · mars 2025" in said
    assert "paie en entier" in said
    assert recu.document.number in said


def test_the_month_s_receipts_follow_the_letter_boxes(tmp_path: Any) -> None:
    residence = ResidenceFactory()
    for box in ("A10", "A2", "A1"):
        contrat = stay(residence=residence)
        contrat.place.mailbox = box
        contrat.place.save()
        call(contrat, MARCH)
        pay(contrat, 420, day(4, 2))
    with on(2025, 4, 6):
        receipts, new = issue_quittances(by=None, residence=residence, month=MARCH)
        again, none = issue_quittances(by=None, residence=residence, month=MARCH)
    assert [row.avis.contrat.place.mailbox for row in receipts] == ["A1", "A2", "A10"]
    assert (receipts, new, none) == (again, [], [])


# Taking a payment back


def test_a_payment_taken_back_is_owed_again_and_its_quittance_falls() -> None:
    contrat = stay()
    avis = call(contrat, MARCH)
    payment = pay(contrat, 420, day(4, 2), method="cheque")
    quittance = Quittance.objects.get()
    with on(2025, 4, 20):
        cancel_encaissement(by=UserFactory(), encaissement=payment, reason="chèque sans provision")
        with pytest.raises(ValidationError, match="déjà annulé"):
            cancel_encaissement(by=None, encaissement=payment, reason="encore")
    avis.refresh_from_db()
    quittance.refresh_from_db()
    assert avis.left == D("420.00")
    assert quittance.cancelled_reason == "chèque sans provision"
    told = DocumentEmis.objects.get(kind="releve")
    assert told.replaces == quittance.document
    assert "chèque sans provision" in told.data["told"]
    assert Imputation.objects.count() == 2
    check_books()
    # The true payment has its own quittance.
    pay(contrat, 420, day(4, 21))
    assert Quittance.objects.live().get().document.replaces == quittance.document


def test_taken_back_with_a_reason_only() -> None:
    payment = pay(stay(), 10, day(4, 2))
    with pytest.raises(ValidationError):
        cancel_encaissement(by=None, encaissement=payment, reason=" ")


def test_a_counter_entry_leaves_a_closed_month_alone() -> None:
    contrat = stay()
    call(contrat, MARCH)
    payment = pay(contrat, 100, day(3, 30))
    with on(2025, 4, 10):
        close_month(by=UserFactory(), residence=contrat.sejour.residence, month=MARCH)
        cancel_encaissement(by=None, encaissement=payment, reason="rejet")
    assert Ecriture.objects.get(kind="reversal").dated_on == APRIL


# Correcting an avis


def test_a_correction_in_favour_of_the_resident_settles_what_is_owed() -> None:
    contrat = stay()
    avis = call(contrat, MARCH)
    pay(contrat, 420, day(4, 2))
    ContratOccupation.objects.update(end_on=day(3, 15), status="ended", keys_back_on=day(3, 15))
    with on(2025, 4, 5):
        rectificatif = rectify_avis(by=None, avis=avis, reason="départ le 15 mars")
        with pytest.raises(ValidationError, match="rien à rectifier"):
            rectify_avis(by=None, avis=avis, reason="encore")
    assert (rectificatif.rank, rectificatif.rectifies, rectificatif.total) == (1, avis, D("-216.77"))
    assert rectificatif.document.replaces == avis.document
    rectificatif.document.refresh_from_db()
    assert rectificatif.document.data["in_favour"] == "216.77"
    balance = balance_of(contrat.sejour)
    assert (balance.ledger, balance.surplus) == (D("-216.77"), D("216.77"))
    check_books()


def test_a_correction_below_zero_takes_off_what_is_not_paid_yet() -> None:
    contrat = stay()
    avis = call(contrat, MARCH)
    ContratOccupation.objects.update(end_on=day(3, 15), status="ended", keys_back_on=day(3, 15))
    with on(2025, 4, 5):
        rectify_avis(by=None, avis=avis, reason="départ le 15 mars")
    avis.refresh_from_db()
    assert avis.left == D("203.23")
    assert balance_of(contrat.sejour).to_pay == D("203.23")
    pay(contrat, "203.23", day(4, 8))
    assert Quittance.objects.get(kind="quittance").amount == D("420.00")
    check_books()


def test_a_correction_that_adds_is_due_eight_days_later() -> None:
    contrat = stay()
    avis = call(contrat, MARCH)
    Tarif.objects.update(rent=D("310.00"))
    with on(2025, 4, 5):
        rectificatif = rectify_avis(by=None, avis=avis, reason="tarif corrigé")
    assert (rectificatif.total, rectificatif.housing, rectificatif.due_on) == (D("10.00"), D("10.00"), day(4, 13))
    assert Ecriture.objects.get(kind="correction").amount == D("10.00")


def test_an_apl_that_changes_is_said_without_touching_the_redevance() -> None:
    contrat = stay(apl="250")
    avis = call(contrat, MARCH)
    contrat.sejour.droits_apl.update(monthly_amount=D(200))
    with on(2025, 4, 5):
        rectificatif = rectify_avis(by=None, avis=avis, reason="notification de la CAF")
    avis.refresh_from_db()
    assert (rectificatif.total, avis.apl_expected, avis.left_to_pay) == (0, D("200.00"), D("220.00"))
    check_books()


# Who begins to owe


def test_arrears_leave_out_what_the_caf_owes() -> None:
    residence = ResidenceFactory()
    gestionnaire = UserFactory(role=Role.GESTIONNAIRE, residence=residence)
    elsewhere = UserFactory(role=Role.GESTIONNAIRE, residence=ResidenceFactory())
    late, awaiting = stay(residence=residence), stay(residence=residence, apl="400")
    call(late, MARCH)
    pay(awaiting, 20, day(4, 1))
    with on(2025, 3, 31):
        assert not board(gestionnaire).exists()
    with on(2025, 4, 1):
        (found,) = board(gestionnaire)
        assert (found.sejour, found.late, found.late_since, found.late_terms) == (
            late.sejour,
            D("420.00"),
            day(3, 31),
            1,
        )
        assert not board(elsewhere).exists()
        assert arrears_badge(gestionnaire, late.sejour.menage).word == "impayé"
        assert arrears_badge(gestionnaire, awaiting.sejour.menage) is None
        assert arrears_badge(elsewhere, late.sejour.menage) is None


def test_the_first_missed_term_is_a_talk_for_two_and_stops_when_paid() -> None:
    contrat = stay()
    call(contrat, MARCH)
    with on(2025, 4, 1):
        rebuild_duties()
    open_now = Echeance.objects.open().filter(kind="terme.missed")
    assert set(open_now.values_list("role", flat=True)) == {Role.GESTIONNAIRE, Role.COORDINATRICE}
    pay(contrat, 420, day(4, 3))
    assert not open_now.exists()


def test_the_campaign_is_due_from_the_20th() -> None:
    contrat = stay()
    open_now = Echeance.objects.open().filter(kind="campagne.confirm")
    with on(2025, 3, 19):
        rebuild_duties()
        assert not open_now.exists()
    with on(2025, 3, 20):
        rebuild_duties()
        assert open_now.get().due_on == day(3, 31)
        issue_avis(by=None, residence=contrat.sejour.residence, month=MARCH)
    assert not open_now.exists()


def test_a_statement_adds_up_and_leaves_out_what_was_undone() -> None:
    contrat = stay(start_on=FEBRUARY)
    call(contrat, FEBRUARY)
    with on(2025, 2, 26):
        undo_campagne(by=None, campagne=Campagne.objects.get(), reason="erreur")
    call(contrat, FEBRUARY, day=27)
    pay(contrat, 100, day(3, 3))
    call(contrat, MARCH)
    shown = statement(contrat.sejour)
    assert [(line.asked, line.paid) for line in shown.lines] == [
        (D("420.00"), None),
        (None, D("100.00")),
        (D("420.00"), None),
    ]
    assert shown.closing == D("740.00") == Ecriture.objects.balance()
    since = statement(contrat.sejour, start=MARCH)
    assert (since.opening, since.closing) == (D("420.00"), D("740.00"))
    assert len(statement(contrat.sejour, everything=True).lines) == 5


# Lives


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    acts=st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "pay",
                    "pay",
                    "pay",
                    "apl",
                    "call",
                    "call",
                    "undo",
                    "cancel",
                    "rectify",
                    "tarif",
                    "refund",
                    "back",
                    "impute",
                    "move",
                ]
            ),
            st.integers(1, 60_000),
        ),
        max_size=14,
    )
)
def test_the_books_balance_whatever_is_lived(db: Any, acts: list[tuple[str, int]]) -> None:
    contrat = stay(start_on=JANUARY, apl="180", residence=ResidenceFactory())
    month, today_is = JANUARY, datetime.date(2025, 1, 20)
    agent = UserFactory(role=Role.GESTIONNAIRE, residence=contrat.sejour.residence)
    mine = {"sejour": contrat.sejour}
    for act, number in acts:
        today_is = min(today_is + datetime.timedelta(days=3), datetime.date(2025, 12, 30))
        with on(today_is.year, today_is.month, today_is.day):
            try:
                if act == "pay":
                    record_encaissement(by=None, amount=D(number) / 100, received_on=today_is, method="card", **mine)
                elif act == "apl":
                    record_encaissement(
                        by=None, amount=D(number) / 200, received_on=today_is, method="apl", for_month=month, **mine
                    )
                elif act == "call":
                    month = today_is.replace(day=1)
                    issue_avis(by=None, residence=contrat.sejour.residence, month=month)
                elif act == "undo":
                    campagne = Campagne.objects.filter(
                        residence=contrat.sejour.residence, status=Campagne.Status.CONFIRMED
                    ).last()
                    if campagne:
                        undo_campagne(by=None, campagne=campagne, reason="essai")
                elif act == "cancel":
                    payment = Encaissement.objects.live().filter(**mine).order_by("?").first()
                    if payment:
                        cancel_encaissement(by=None, encaissement=payment, reason="essai")
                elif act == "rectify":
                    avis = AvisEcheance.objects.called().filter(contrat__sejour=contrat.sejour, rank=0).first()
                    if avis:
                        rectify_avis(by=None, avis=avis, reason="essai")
                elif act == "refund":
                    for kind, most in refundable(contrat.sejour_id).items():
                        if most > 0:
                            part = min(most, D(number) / 100)
                            record_remboursement(by=None, kind=kind, amount=part, paid_on=today_is, method="transfer",
                                                 payee="x", proof="x", form_key=uuid.uuid4(), **mine)  # fmt: skip
                elif act == "back":
                    refund = Decaissement.objects.live().filter(**mine).first()
                    if refund:
                        cancel_remboursement(by=agent, decaissement=refund, reason="essai")
                elif act == "impute":
                    payment = Encaissement.objects.live().filter(method="card", **mine).order_by("?").first()
                    owed = AvisEcheance.objects.called().filter(contrat__sejour=contrat.sejour, total__gt=0).last()
                    if payment and owed:
                        impute_again(by=agent, encaissement=payment, chosen=[owed.pk], reason="essai")
                elif act == "move":
                    move_on(contrat.sejour, today_is)
                else:
                    Tarif.objects.filter(categorie=contrat.place.categorie).update(rent=D(number) / 100)
            except ValidationError:
                pass
        check_books()
    paid = sum((row.amount for row in Encaissement.objects.live().filter(**mine)), D(0))
    terms = AvisEcheance.objects.called().filter(contrat__sejour=contrat.sejour)
    called = sum((row.total for row in terms), D(0))
    refunded = sum((row.amount for row in Decaissement.objects.live().filter(**mine)), D(0))
    assert Ecriture.objects.filter(**mine).balance() == called - paid + refunded
    balance = balance_of(contrat.sejour)
    left = sum((row.left for row in terms), D(0))
    surplus = sum((row.surplus for row in Encaissement.objects.live().filter(**mine)), D(0))
    assert balance.ledger == left - surplus
    with on(today_is.year, today_is.month, today_is.day):
        late = AvisEcheance.objects.overdue(today_is).filter(contrat__sejour=contrat.sejour)
        assert late_today(contrat.sejour) == sum((row.to_pay for row in late), D(0))
    # However often it was called, a contract has one live ordinary avis a month.
    alone = terms.filter(rank=0).values_list("contrat", "month")
    assert len(alone) == len(set(alone))


def move_on(sejour: Any, day: datetime.date) -> None:
    """Another place from the day after, if the last contract has begun."""
    last = ContratOccupation.objects.filter(sejour=sejour).latest("start_on")
    if last.start_on >= day:
        return
    ContratOccupation.objects.filter(pk=last.pk).update(status="ended", end_on=day, keys_back_on=day)
    place = PlaceFactory(residence=sejour.residence, dispositif=sejour.dispositif)
    TarifFactory(categorie=place.categorie, rent=D(350))
    ContratOccupation.objects.create(
        sejour=sejour, place=place, status="running", start_on=day + datetime.timedelta(days=1), signed_on=day,
        monthly_rent=350, monthly_charges=100,
    )  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amounts=st.lists(st.integers(1, 90_000), min_size=1, max_size=6))
def test_many_payments_at_once_settle_as_one_by_one(db: Any, amounts: list[int]) -> None:
    contrat = stay(start_on=FEBRUARY, residence=ResidenceFactory())
    call(contrat, FEBRUARY)
    call(contrat, MARCH)
    with on(2025, 4, 2):
        rows = record_encaissements(
            [Payment(contrat.sejour, day(4, 2), D(cents) / 100, "transfer") for cents in amounts], by=None
        )
    total = D(sum(amounts)) / 100
    assert sum((row.imputed for row in rows), D(0)) == min(total, D(840))
    assert Ecriture.objects.filter(sejour=contrat.sejour).balance() == D(840) - total
    check_books()
