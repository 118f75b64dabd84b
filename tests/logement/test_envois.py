"""Receipts by e-mail: to who agreed, once, tried again when the server is down; on paper the others."""

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse
from pypdf import PdfReader

from logement.actions.envois import email_receipts, send_again
from logement.actions.quittances import cancel_receipts, month_receipts
from logement.models import EnvoiQuittance, PartieContrat, Quittance
from logement.queries.envois import ways_of
from residence.models import Mandataire
from residence.permissions import Role
from residence.rules.courriel import retry_on
from tests.factories import MenageFactory, PersonneFactory, ResidenceFactory, UserFactory
from tests.logement.books import MARCH, call, on, pay, stay

pytestmark = pytest.mark.django_db

AGREED = datetime.date(2025, 2, 1)
# Name, fields of the household, why it goes on paper.
HOUSEHOLDS = (
    ("DIALLO Awa", {"email": "awa@exemple.fr", "email_agreed_on": AGREED}, ""),
    ("KONE Issa", {"email": "issa@exemple.fr"}, "n’a pas accepté le courriel"),
    ("SY Fatou", {"email_agreed_on": None}, "sans adresse électronique"),
    (
        "BA Moussa",
        {"email": "ba@exemple.fr", "email_agreed_on": AGREED, "is_confidential": True},
        "dossier confidentiel",
    ),
    ("LY Adama", {"email": "ly@exemple.fr", "email_agreed_on": AGREED}, "reçue par le mandataire"),
)


@pytest.fixture
def house() -> SimpleNamespace:
    residence = ResidenceFactory(code="cour", name="Côté Cour")
    by = UserFactory(role=Role.GESTIONNAIRE, residence=residence)
    contrats = [
        stay(start_on=MARCH, residence=residence, menage=MenageFactory(name=name, **fields))
        for name, fields, _ in HOUSEHOLDS
    ]
    protected = PersonneFactory()
    PartieContrat.objects.create(contrat=contrats[-1], personne=protected, capacity="titulaire", start_on=MARCH)
    Mandataire.objects.create(personne=protected, measure="tutelle", name="UDAF", start_on=AGREED)
    call(contrats[0], MARCH)
    for contrat in contrats:
        pay(contrat, 420, datetime.date(2025, 4, 2))
    return SimpleNamespace(residence=residence, by=by)


def test_to_who_agreed_and_once(house: SimpleNamespace, client: Any, tmp_path: Any) -> None:
    with on(2025, 4, 6):
        ways = ways_of(month_receipts(house.residence, MARCH))
        assert [(way.address, way.because) for way in ways.values()] == [
            (fields["email"] if not why else "", why) for _, fields, why in HOUSEHOLDS
        ]
        client.force_login(house.by)
        url = reverse("logement:quittances_email")
        form = {"residence": house.residence.pk, "month": "2025-03"}
        page = client.post(url, form, follow=True).content.decode()
        assert "1 papier en partance par courriel, 4 papiers à remettre" in page
        assert "par courriel" in page.split("<table", 1)[1]
        assert "déjà parti par courriel" in client.post(url, form).content.decode()
        (message,) = mail.outbox
        assert message.to == ["awa@exemple.fr"]
        assert not {"DIALLO", "420"} & set(f"{message.subject} {message.body}".replace(",", " ").split())
        assert message.attachments[0][1].startswith(b"%PDF")
        # On paper: the others, and all of them when asked for.
        printed = tmp_path / "quittances.pdf"
        pages = []
        for options in ({}, {"toutes": True}):
            call_command("issue_quittances", "2025-03", output=str(printed), verbosity=0, **options)
            pages.append("".join(one.extract_text() for one in PdfReader(printed).pages).count("DIALLO"))
        assert pages[0] == 0 < pages[1]
        EnvoiQuittance.objects.bulk_create(
            EnvoiQuittance(quittance=one, address="x@exemple.fr", asked_by=house.by)
            for one in Quittance.objects.filter(envois=None)
        )
        with pytest.raises(CommandError, match="--toutes"):
            call_command("issue_quittances", "2025-03", output=str(printed), verbosity=0)


def test_a_server_that_is_down_is_tried_again(house: SimpleNamespace, monkeypatch: Any) -> None:
    def down(self: Any, **kwargs: Any) -> int:
        raise ConnectionRefusedError

    send = mail.EmailMessage.send
    with on(2025, 4, 6):
        monkeypatch.setattr(mail.EmailMessage, "send", down)
        (asked,) = email_receipts(by=house.by, quittances=month_receipts(house.residence, MARCH))
        asked.refresh_from_db()
        assert (asked.sent_on, asked.failed_at is None) == (None, False)
        assert send_again(datetime.date(2025, 4, 6)) == ""
    with on(2025, 4, 7):
        assert send_again(datetime.date(2025, 4, 7)) == "1 quittance de nouveau en partance"
    monkeypatch.setattr(mail.EmailMessage, "send", send)
    with on(2025, 4, 8):
        assert send_again(datetime.date(2025, 4, 8)) == ""
    with on(2025, 4, 9):
        assert send_again(datetime.date(2025, 4, 9))
        assert send_again(datetime.date(2025, 4, 9)) == ""
    assert list(EnvoiQuittance.objects.order_by("pk").values_list("attempt", "sent_on")) == [
        (1, None),
        (2, None),
        (3, datetime.date(2025, 4, 9)),
    ]
    assert len(mail.outbox) == 1
    # Left behind by a worker that stopped, then cancelled: it does not leave.
    with on(2025, 4, 10):
        quittance = EnvoiQuittance.objects.first().quittance  # type: ignore[union-attr]
        EnvoiQuittance.objects.update(sent_on=None)
        cancel_receipts(by=house.by, quittances=[quittance], reason="paiement annulé")
        assert send_again(datetime.date(2025, 4, 10))
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(("failures", "day"), [(0, None), (1, 11), (2, 12), (3, 14), (4, None)])
def test_when_it_is_tried_again(failures: int, day: int | None) -> None:
    found = retry_on(failures, last=datetime.date(2025, 4, 10))
    assert found == (day and datetime.date(2025, 4, day))
