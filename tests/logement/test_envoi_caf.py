"""The yearly table for the CAF, the attestation of a resident's redevance."""

import datetime
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from logement.models import EnvoiAnnuelCaf
from residence.actions.documents import pdf_of
from residence.duties import rebuild_duties
from residence.models import DocumentEmis, Echeance
from residence.permissions import Role
from tests.factories import MenageFactory, UserFactory
from tests.logement.books import MARCH, call, on, pay, read, stay

pytestmark = pytest.mark.django_db


def test_the_table_the_list_and_the_attestation(client: Any) -> None:
    contrat = stay(apl="250", menage=MenageFactory(name="DIALLO Awa"))
    residence = contrat.sejour.residence
    hidden = stay(residence=residence, menage=MenageFactory(name="CACHÉE Zoé", is_confidential=True))
    by = UserFactory(role=Role.GESTIONNAIRE, residence=residence)
    call(contrat, MARCH)
    client.force_login(by)
    with on(2025, 9, 1):
        rebuild_duties()
        assert Echeance.objects.open().get(kind="envoi_caf.send").due_on == datetime.date(2025, 11, 15)
        url = reverse("logement:envoi_caf", args=[residence.pk])
        page = client.get(url).content.decode()
        assert "DIALLO Awa" in page
        assert "CACHÉE" not in page

        def file(what: str) -> bytes:
            return bytes(client.post(reverse("logement:envoi_caf_export", args=[residence.pk, what])).content)

        rows = list(load_workbook(BytesIO(file("retards"))).active.values)
        assert [row[6] for row in rows[1:]] == [420, 170] or [row[6] for row in rows[1:]] == [170, 420]
        assert not any("CACHÉE" in str(cell) for row in rows for cell in row)
        table = list(load_workbook(BytesIO(file("redevances"))).active.values)
        assert [row[7] for row in table[1:]] == [420, 420]
        paper = read(file("pdf"))
        assert "DIALLO Awa" in paper
        assert "Cette liste est exhaustive" in paper
        assert client.post(reverse("logement:envoi_caf_export", args=[residence.pk, "autre"])).status_code == 404
        # The APL is late too: what is attested is the resident's own part.
        client.post(reverse("logement:attestation_apl", args=[contrat.sejour_id]))
        attested = read(pdf_of(DocumentEmis.objects.get(kind="attestation_apl")))
        assert "170,00 € en retard depuis le 31/03/2025" in attested
        assert "400,00 €" in attested
        pay(contrat, 170, datetime.date(2025, 9, 1))
        pay(hidden, 420, datetime.date(2025, 9, 1))
        assert "Néant" in read(file("pdf"))
        client.post(url, {"sent_on": "01/09/2025"})
        assert EnvoiAnnuelCaf.objects.get().late_count == 0
        assert not Echeance.objects.open().filter(kind="envoi_caf.send").exists()
