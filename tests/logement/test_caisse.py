"""The cash box counted against what came in; cheques on one slip each."""

import datetime
import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from logement.actions.caisse import count_caisse, make_bordereau
from logement.actions.encaissements import cancel_encaissement
from logement.models import BordereauCheques, ComptageCaisse, Encaissement
from logement.queries.caisse import caisse_of, cheques_to_hand
from residence.actions.documents import pdf_of
from residence.duties import rebuild_duties
from residence.models import Echeance
from residence.permissions import Role
from tests.factories import UserFactory
from tests.logement.books import MARCH, D, call, on, pay, read, stay

pytestmark = pytest.mark.django_db


def test_a_month_of_cash_and_cheques(client: Any) -> None:
    contrat = stay()
    residence = contrat.sejour.residence
    by = UserFactory(role=Role.GESTIONNAIRE, residence=residence)
    call(contrat, MARCH)
    first = pay(contrat, 100, datetime.date(2025, 4, 1), method="cash")
    pay(contrat, 50, datetime.date(2025, 4, 1), method="cash")
    cheque = pay(contrat, 80, datetime.date(2025, 4, 1), method="cheque", reference="0012345")
    with on(2025, 4, 1):
        rebuild_duties()
        assert set(
            Echeance.objects.open().filter(kind__in=["caisse.count", "bordereau.make"]).values_list("due_on")
        ) == {
            (datetime.date(2025, 4, 1),),
            (datetime.date(2025, 4, 16),),
        }
    with on(2025, 4, 2):
        assert caisse_of(residence).expected == D(150)
        key = uuid.uuid4()
        with pytest.raises(ValidationError, match="qui manquent"):
            count_caisse(by=by, residence=residence, counted=D(140), form_key=key)
        with pytest.raises(ValidationError, match="plus que"):
            count_caisse(by=by, residence=residence, counted=D(150), taken=D(160), form_key=key)
        row = count_caisse(
            by=by, residence=residence, counted=D(140), taken=D(100), explanation="rendu de trop", form_key=key
        )
        assert row.difference == D(-10)
        # Sent twice, counted once.
        count_caisse(by=by, residence=residence, counted=D(140), explanation="x", form_key=key)
        assert ComptageCaisse.objects.count() == 1
        assert not Echeance.objects.open().filter(kind="caisse.count").exists()
    with on(2025, 4, 3):
        cancel_encaissement(by=by, encaissement=first, reason="rendu au résident")
        assert caisse_of(residence).expected == D(-60)
    # The cheque leaves on one slip.
    client.force_login(by)
    with on(2025, 4, 3):
        url = reverse("logement:bordereau_make", args=[residence.pk])
        assert "80,00" in client.get(url).content.decode()
        client.post(url, {"handed_on": "03/04/2025", "cheques": [cheque.pk]})
        with pytest.raises(ValidationError, match="vient d’être remis"):
            make_bordereau(by=by, residence=residence, cheques=[cheque.pk], handed_on=datetime.date(2025, 4, 3))
        assert not Echeance.objects.open().filter(kind="bordereau.make").exists()
    bordereau = BordereauCheques.objects.get()
    assert (bordereau.total, Encaissement.objects.get(pk=cheque.pk).bordereau) == (D(80), bordereau)
    assert not cheques_to_hand(residence).exists()
    paper = read(pdf_of(bordereau.document))
    assert "0012345" in paper
    assert "80,00 €" in paper
    # A third party who pays is named.
    with on(2025, 4, 3):
        record = reverse("logement:encaissement_record", args=[contrat.sejour_id])
        given = {"amount": "10", "received_on": "03/04/2025", "method": "mandataire", "form_key": str(uuid.uuid4())}
        assert "Dites qui paie" in client.post(record, given).content.decode()
        client.post(record, given | {"payer": "UDAF 63"})
    assert Encaissement.objects.get(method="mandataire").payer == "UDAF 63"
