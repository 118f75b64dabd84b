"""Money that goes out, payments set against other debts, and the accountant's file."""

import csv
import datetime
import uuid
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from logement.actions.compte import call_deposit, close_month
from logement.actions.decaissements import Deduction, cancel_remboursement, record_remboursement, settle_deposit
from logement.actions.encaissements import cancel_encaissement, impute_again
from logement.models import (
    ContratOccupation,
    Decaissement,
    Ecriture,
    Encaissement,
    Imputation,
    Quittance,
    RestitutionDepot,
    SchemaComptable,
)
from logement.queries.compte import balance_of
from logement.queries.decaissements import refundable
from residence.actions.documents import pdf_of
from residence.permissions import Role
from tests.factories import UserFactory
from tests.logement.books import APRIL, MARCH, D, call, check_books, on, pay, read, stay

pytestmark = pytest.mark.django_db
Kind = Decaissement.Kind


def day(month: int, number: int) -> datetime.date:
    return datetime.date(2025, month, number)


def refund(contrat: Any, amount: Any, when: datetime.date, kind: str = Kind.CREDIT, **fields: Any) -> Decaissement:
    fields.setdefault("form_key", uuid.uuid4())
    with on(when.year, when.month, when.day):
        return record_remboursement(
            by=None, sejour=contrat.sejour, kind=kind, amount=D(amount), paid_on=when, method="transfer",
            payee="DIALLO Awa", proof="virement 12", **fields,
        )  # fmt: skip


def test_what_was_paid_ahead_is_paid_back_once(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    contrat = stay()
    call(contrat, MARCH)
    payment = pay(contrat, 500, day(4, 1))
    assert refundable(contrat.sejour_id) == {Kind.CREDIT: D(80), Kind.APL_EXCESS: D(0)}
    with pytest.raises(ValidationError, match="Au plus 80,00"):
        refund(contrat, "80.01", day(4, 2))
    key = uuid.uuid4()
    row = refund(contrat, 80, day(4, 2), form_key=key)
    assert refund(contrat, 80, day(4, 2), form_key=key) == row
    assert balance_of(contrat.sejour).surplus == 0
    assert "80,00 €" in read(pdf_of(row.document))
    check_books()
    with on(2025, 4, 3), pytest.raises(ValidationError, match="annulez d’abord ce remboursement"):
        cancel_encaissement(by=None, encaissement=payment, reason="rejeté")
    gestionnaire = UserFactory(role=Role.GESTIONNAIRE, residence=contrat.sejour.residence)
    with on(2025, 4, 4):
        cancel_remboursement(by=gestionnaire, decaissement=row, reason="virement revenu")
        with pytest.raises(ValidationError, match="déjà annulé"):
            cancel_remboursement(by=gestionnaire, decaissement=row, reason="encore")
    assert balance_of(contrat.sejour).surplus == D(80)
    # What came back settles the next term.
    assert call(contrat, APRIL).paid == 0 or call(contrat, APRIL).paid == D(80)
    check_books()
    with on(2025, 5, 2):
        close_month(by=gestionnaire, residence=contrat.sejour.residence, month=APRIL)
    with pytest.raises(ValidationError, match="sont clos"):
        refund(contrat, 1, day(4, 30))


def test_an_apl_above_loyer_and_charges_goes_to_its_holder() -> None:
    contrat = stay(apl="400")
    with on(2025, 3, 10):
        pay(contrat, 430, day(3, 10), method="apl", for_month=MARCH)
    assert refundable(contrat.sejour_id)[Kind.APL_EXCESS] == 0  # Its avis is not there yet.
    call(contrat, MARCH)
    assert refundable(contrat.sejour_id) == {Kind.CREDIT: D(0), Kind.APL_EXCESS: D(10) + D(20)}
    row = refund(contrat, 30, day(4, 8), kind=Kind.APL_EXCESS)
    assert Ecriture.objects.get(decaissement=row).kind == Ecriture.Kind.APL_EXCESS
    assert refundable(contrat.sejour_id)[Kind.APL_EXCESS] == 0
    check_books()


def gone(**fields: Any) -> ContratOccupation:
    """A stay that is over: deposit of 400 € paid, March called, keys back on 31 March."""
    contrat = stay(deposit_amount=D(400), signed_on=day(3, 1), **fields)
    with on(2025, 3, 1):
        call_deposit(contrat=contrat, by=None)
    pay(contrat, 400, day(3, 1), is_deposit=True)
    call(contrat, MARCH)
    ContratOccupation.objects.filter(pk=contrat.pk).update(status="ended", end_on=day(3, 31), keys_back_on=day(3, 31))
    contrat.refresh_from_db()
    return contrat


def settle(contrat: Any, when: datetime.date, *deductions: Deduction, **fields: Any) -> RestitutionDepot:
    given = {"method": "transfer", "payee": "DIALLO Awa", "proof": "virement 3", "form_key": uuid.uuid4()} | fields
    with on(when.year, when.month, when.day):
        return settle_deposit(by=None, sejour=contrat.sejour, deductions=deductions, paid_on=when, **given)


def test_a_deposit_pays_what_is_owed_and_the_rest_is_given_back(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    contrat = gone()
    pay(contrat, 370, day(3, 31))
    door = Deduction("repair", "porte fendue", D("80.50"), "facture 12")
    with pytest.raises(ValidationError, match="pas plus"):
        settle(contrat, day(4, 10), Deduction("debt", "redevance", D(51), "compte"))
    with pytest.raises(ValidationError, match="plus que le dépôt"):
        settle(contrat, day(4, 10), Deduction("repair", "tout", D("400.01"), "devis"))
    with pytest.raises(ValidationError, match="quelle preuve"):
        settle(contrat, day(4, 10), proof="")
    row = settle(contrat, day(4, 10), Deduction("debt", "redevance de mars", D(50), "compte"), door)
    assert (row.held, row.kept, row.interest, row.refund) == (D(400), D("130.50"), 0, D("269.50"))
    balance = balance_of(contrat.sejour)
    assert (balance.deposit, balance.deposit_held, balance.to_pay) == (0, 0, 0)
    assert Encaissement.objects.get(method="deposit").amount == D(50)
    assert Quittance.objects.live().filter(kind="quittance").exists()
    said = read(pdf_of(row.document))
    for words in ("porte fendue", "facture 12", "80,50", "269,50", "15/04/2025"):
        assert words in said
    with pytest.raises(ValidationError, match="déjà arrêté"):
        settle(contrat, day(4, 11))
    check_books()


def test_late_the_legal_interest_is_added() -> None:
    contrat = gone()
    pay(contrat, 420, day(3, 31))
    row = settle(contrat, day(5, 15))
    # 30 days after 15 April, at 7,21 %: 400 × 0,0721 × 30 ÷ 365.
    assert (row.interest, row.refund) == (D("2.37"), D("402.37"))
    assert balance_of(contrat.sejour).deposit == 0


def test_a_deposit_waits_for_the_keys_and_may_be_kept_whole() -> None:
    contrat = gone()
    ContratOccupation.objects.update(status="running", end_on=None, keys_back_on=None)
    with pytest.raises(ValidationError, match="clés ne sont pas rendues"):
        settle(contrat, day(4, 10))
    ContratOccupation.objects.update(status="ended", end_on=day(3, 31), keys_back_on=day(3, 31))
    row = settle(contrat, day(4, 10), Deduction("debt", "redevance", D(400), "compte"), method="", payee="", proof="")
    assert (row.refund, row.decaissement) == (0, None)
    assert balance_of(contrat.sejour).to_pay == D(20)
    check_books()


def test_a_payment_is_set_against_what_its_payer_meant() -> None:
    contrat = stay()
    march, april = call(contrat, MARCH), call(contrat, APRIL)
    payment = pay(contrat, 420, day(5, 2))
    assert Quittance.objects.live().get(kind="quittance").avis == march
    gestionnaire = UserFactory(role=Role.GESTIONNAIRE, residence=contrat.sejour.residence)
    with on(2025, 5, 6):
        with pytest.raises(ValidationError, match="Dites pourquoi"):
            impute_again(by=gestionnaire, encaissement=payment, chosen=[april.pk], reason=" ")
        impute_again(by=gestionnaire, encaissement=payment, chosen=[april.pk], reason="demandé au guichet le 5 mai")
    march.refresh_from_db()
    april.refresh_from_db()
    assert (march.paid, april.paid) == (0, D(420))
    assert Quittance.objects.live().get(kind="quittance").avis == april
    # What was is still there: a row, its opposite, the new one.
    assert list(Imputation.objects.order_by("pk").values_list("avis", "amount")) == [
        (march.pk, D(420)), (march.pk, D(-420)), (april.pk, D(420))
    ]  # fmt: skip
    check_books()
    apl = pay(contrat, 10, day(5, 7), method="apl", for_month=MARCH)
    with pytest.raises(ValidationError, match="L’APL règle le mois"):
        impute_again(by=gestionnaire, encaissement=apl, chosen=[april.pk], reason="x")


def test_the_accountant_s_file_balances_and_its_accounts_are_the_residence_s_own() -> None:
    contrat = gone()
    residence = contrat.sejour.residence
    payment = pay(contrat, 100, day(4, 2), method="cash")
    with on(2025, 4, 3):
        cancel_encaissement(by=None, encaissement=payment, reason="saisi deux fois")
    pay(contrat, 500, day(4, 4))
    refund(contrat, 80, day(4, 5))
    settle(contrat, day(4, 10), Deduction("repair", "vitre", D(30), "facture 4"))
    SchemaComptable.objects.create(residence=residence, account="redevance", kind="redevance", journal="VT",
                                   debit="411REDEV", debit_label="Résidents", credit="706REDEV",
                                   credit_label="Redevances")  # fmt: skip
    client = Client()
    with on(2025, 5, 2):
        client.force_login(UserFactory(role=Role.GESTIONNAIRE, residence=residence))
        url = reverse("logement:comptabilite_export")
        assert "706REDEV" in client.get(url).content.decode()
        sent = {"residence": residence.pk, "start": "2025-03", "end": "2025-04", "file_format": "csv"}
        assert "vient après" in client.post(url, sent | {"end": "2025-02"}).content.decode()
        answer = client.post(url, sent)
        assert client.post(url, sent | {"file_format": "xlsx"}).content[:2] == b"PK"
    text = (b"".join(answer) if answer.streaming else answer.content).decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text), delimiter=";"))
    assert list(rows[0])[:6] == ["JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib"]
    assert len(rows) == 2 * Ecriture.objects.count()

    def amount(row: dict[str, str], side: str) -> Decimal:
        return Decimal(row[side].replace(",", "."))

    assert sum(amount(row, "Debit") for row in rows) == sum(amount(row, "Credit") for row in rows) > 0
    by_account: dict[str, Decimal] = {}
    for row in rows:
        by_account[row["CompteNum"]] = (
            by_account.get(row["CompteNum"], D(0)) + amount(row, "Debit") - amount(row, "Credit")
        )
    assert by_account["706REDEV"] == D(-420)
    # Nobody owes anything, no deposit is held; the bank has the redevance and the pane.
    assert (by_account["411100"], by_account["165000"], by_account["708800"]) == (0, 0, D(-30))
    assert by_account["411REDEV"] + by_account["411000"] == 0
    assert by_account["512000"] == D(450)
    assert {row["EcritureDate"] for row in rows} >= {"20250301", "20250410"}
