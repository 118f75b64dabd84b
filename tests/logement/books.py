"""What the tests of the redevance set up: a day, stays with their tariff, a month called, books that balance."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from io import BytesIO
from typing import Any

import time_machine
from django.db.models import Sum
from pypdf import PdfReader

from logement.actions.campagnes import issue_avis
from logement.actions.encaissements import record_encaissement
from logement.models import (
    AvisEcheance,
    ContratOccupation,
    Decaissement,
    DroitApl,
    Ecriture,
    Encaissement,
    Imputation,
    LigneAvis,
)
from tests.factories import ContratFactory, SejourFactory, TarifFactory

D = Decimal
JANUARY, FEBRUARY, MARCH, APRIL, MAY = (datetime.date(2025, month, 1) for month in range(1, 6))


@contextmanager
def on(year: int, month: int, day: int) -> Iterator[None]:
    """Live the block at ten in the morning of that day."""
    with time_machine.travel(datetime.datetime(year, month, day, 10, tzinfo=datetime.UTC), tick=False):
        yield


def stay(*, start_on: datetime.date = datetime.date(2025, 3, 1), apl: Any = None, **fields: Any) -> ContratOccupation:
    """A running contract on its own place, at 300 € of loyer, 100 € of charges, 20 € of services since 2015."""
    sejour_fields = {name: fields.pop(name) for name in ("residence", "menage") if name in fields}
    sejour = SejourFactory(start_on=start_on, **sejour_fields)
    contrat = ContratFactory(sejour=sejour, **fields)
    TarifFactory(categorie=contrat.place.categorie)
    if apl is not None:
        DroitApl.objects.create(
            sejour=sejour, status="granted", start_on=start_on.replace(day=1), monthly_amount=D(apl)
        )
    return contrat


def call(contrat: ContratOccupation, month: datetime.date, day: int = 25) -> AvisEcheance:
    """The avis of `contrat` for `month`, issued on the 25th of it with those of its whole résidence."""
    with on(month.year, month.month, day):
        issue_avis(by=None, residence=contrat.sejour.residence, month=month)
    return AvisEcheance.objects.called().get(contrat=contrat, month=month, rank=0)


def pay(contrat: ContratOccupation, amount: Any, day: datetime.date, **fields: Any) -> Encaissement:
    """A payment received and recorded on `day`."""
    fields.setdefault("method", "transfer")
    with on(day.year, day.month, day.day):
        return record_encaissement(by=None, sejour=contrat.sejour, received_on=day, amount=D(amount), **fields)


def check_books() -> None:
    """What must hold whatever has been lived: sums kept beside the facts, ledger against avis and payments."""
    settled, used, imputed = (_sums(Imputation, name) for name in ("avis", "credit_avis", "encaissement"))
    of_avis, of_payment = _sums(Ecriture, "avis"), _sums(Ecriture, "encaissement")
    lines = _sums(LigneAvis, "avis")
    for avis in AvisEcheance.objects.all():
        assert avis.paid == settled.get(avis.pk, 0) - used.get(avis.pk, 0)
        assert avis.total == lines.get(avis.pk, 0)
        is_called = avis.status in (AvisEcheance.Status.CONFIRMED, AvisEcheance.Status.SENT)
        assert of_avis.get(avis.pk, 0) == (avis.total if is_called else 0)
    for payment in Encaissement.objects.all():
        assert payment.imputed == imputed.get(payment.pk, 0)
        assert of_payment.get(payment.pk, 0) == (0 if payment.cancelled_at else -payment.amount)
    gone_out, taken = _sums(Ecriture, "decaissement"), _sums(Imputation, "decaissement")
    for refund in Decaissement.objects.all():
        stands = Decimal(0) if refund.cancelled_at else refund.amount
        assert gone_out.get(refund.pk, 0) == stands
        assert refund.kind == Decaissement.Kind.DEPOSIT or taken.get(refund.pk, 0) == stands


def _sums(model: Any, name: str) -> dict[int, Decimal]:
    rows = model.objects.filter(**{f"{name}__isnull": False}).order_by().values(name).annotate(sum=Sum("amount"))
    return {row[name]: row["sum"] for row in rows}


def read(content: bytes) -> str:
    """The text of a PDF, on one line."""
    pages = [page.extract_text() for page in PdfReader(BytesIO(content)).pages]
    return " ".join(" ".join(pages).replace("\u00a0", " ").split())
