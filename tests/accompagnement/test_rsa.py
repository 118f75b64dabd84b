"""The RSA: one contract for each partner, its renewals, the meetings and their record."""

import datetime
import io
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from pypdf import PdfReader

from accompagnement.actions.rsa import open_rsa, sign_engagement
from accompagnement.models import ContratEngagement, EntretienRsa, ParcoursRsa
from residence.duties import rebuild_duties, refresh_duties
from residence.models import Echeance, Ressource
from residence.models.base import today
from residence.permissions import Role
from residence.rules.dates import add_months
from tests.factories import PersonneFactory, UserFactory
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(dossier):
    """A partner of the couple, since long."""
    return dossier.menage.membres.create(
        personne=PersonneFactory(last_name="ENGAGEE"), tie="other", start_on=datetime.date(2020, 1, 1)
    ).personne


def due(dossier):
    rows = Echeance.objects.open().filter(menage=dossier.menage, kind__startswith="rsa.")
    return dict(rows.values_list("kind", "due_on"))


def opened(nadia, dossier, person, **given):
    notified = today() - datetime.timedelta(days=10)
    return open_rsa(
        by=nadia, dossier=dossier, personne=person, **{"delegated_on": notified, "notified_on": notified} | given
    )


def test_a_contract_is_signed_then_renewed(dossier, nadia, person):
    parcours = opened(nadia, dossier, person)
    assert due(dossier) == {"rsa.sign": add_months(parcours.notified_on, 1)}
    with pytest.raises(ValidationError, match="déjà un suivi RSA"):
        opened(nadia, dossier, person)
    with pytest.raises(ValidationError, match="ne fait pas partie"):
        opened(nadia, dossier, PersonneFactory())
    end = today() + datetime.timedelta(days=180)
    given = {"signed_on": today(), "start_on": today(), "end_on": end, "actions": "Chercher un mode de garde"}
    with pytest.raises(ValidationError, match="dispense"):
        sign_engagement(by=nadia, parcours=parcours, weekly_hours=6, **given)
    key = uuid.uuid4()
    reason = {"weekly_hours": 6, "fewer_hours_reason": "Garde d’enfant", "form_key": key}
    first = sign_engagement(by=nadia, parcours=parcours, **given, **reason)
    assert sign_engagement(by=nadia, parcours=parcours, **given, **reason) == first
    assert due(dossier) == {"rsa.renew": end, "rsa.diagnosis": add_months(today(), 6)}
    with pytest.raises(ValidationError, match="court jusqu’au"):
        sign_engagement(by=nadia, parcours=parcours, **given)
    follow = {"start_on": end + datetime.timedelta(days=1), "end_on": end + datetime.timedelta(days=90)}
    second = sign_engagement(by=nadia, parcours=parcours, **given | follow)
    assert second.renews == first
    assert due(dossier)["rsa.renew"] == second.end_on
    stored = due(dossier)
    rebuild_duties()
    assert due(dossier) == stored


def test_an_old_contract_is_to_convert(dossier, nadia, person):
    parcours = opened(nadia, dossier, person, old_contract_on=datetime.date(2024, 6, 1))
    assert due(dossier) == {"rsa.sign": datetime.date(2026, 12, 31)}
    parcours.seeks_work = True
    parcours.save()
    refresh_duties(parcours)
    assert "rsa.diagnosis" not in due(dossier)


def test_pages_of_the_rsa(dossier, nadia, person):
    """Each form writes, the record is a paper, the end stops what was due."""
    Ressource.objects.create(menage=dossier.menage, personne=person, kind="rsa", monthly_amount=560)
    client = signed_in(nadia)
    day = f"{today():%d/%m/%Y}"

    def post(name, *args, **data):
        return client.post(reverse(f"accompagnement:{name}", args=args), data)

    detail = reverse("accompagnement:rsa_detail", args=[dossier.pk])
    assert "perçoit le RSA" in client.get(detail).content.decode()
    sent = {"personne": person.pk, "delegated_on": day, "delegated_from_body": "Puy-de-Dôme", "notified_on": day}
    assert post("rsa_open", dossier.pk, **sent | {"notified_on": ""}).status_code == 200
    assert post("rsa_open", dossier.pk, **sent).status_code == 302
    parcours = ParcoursRsa.objects.get()
    key = str(uuid.uuid4())
    contract = {
        "signed_on": day,
        "start_on": day,
        "end_on": "31/12/2030",
        "weekly_hours": "15",
        "actions": "Refaire le CV",
        "form_key": key,
    }
    assert post("rsa_sign", parcours.pk, **contract | {"weekly_hours": "3"}).status_code == 200
    assert post("rsa_sign", parcours.pk, **contract).status_code == 302
    assert ContratEngagement.objects.count() == 1
    meeting = {
        "held_on": day,
        "presence": "came",
        "done": "CV refait",
        "to_do": "Envoyer trois lettres",
        "form_key": key,
    }
    assert post("rsa_hold", parcours.pk, **meeting | {"to_do": ""}).status_code == 200
    assert post("rsa_hold", parcours.pk, **meeting).status_code == 302
    paper = client.get(EntretienRsa.objects.get().document.get_absolute_url())
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.content)).pages)
    for word in ("Envoyer trois lettres", "15 heures", "ENGAGEE"):
        assert word in text.replace("\u00a0", " ")
    assert post("rsa_edit", parcours.pk, diagnosed_on=day).status_code == 302
    assert "rsa.diagnosis" not in due(dossier)
    assert post("rsa_end", parcours.pk, reason="Emploi").status_code == 302
    assert due(dossier) == {}
    assert "Emploi" in client.get(detail).content.decode()
    gestionnaire = UserFactory(role=Role.GESTIONNAIRE, residence=dossier.residence)
    assert signed_in(gestionnaire).get(detail).status_code == 403
