"""Rehousing: the request and its clock, priorities, pieces, offers, the gauge."""

import datetime
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accompagnement.actions.relogement import (
    answer_offre,
    decide_priorite,
    file_priorite,
    record_demande,
    record_offre,
    renew_demande,
    settle_offre,
)
from accompagnement.models import DemandeLogement, OffreLogement, Priorite
from accompagnement.queries.relogement import dalo_of, gauge
from residence.duties import rebuild_duties, refresh_duties
from residence.models import Echeance
from residence.models.base import today
from residence.permissions import Role
from residence.rules.dates import add_months
from tests.factories import SejourFactory, UserFactory
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
NUR = "063012512345678901"


def days_ago(days):
    return today() - datetime.timedelta(days=days)


def due(dossier):
    rows = Echeance.objects.open().filter(menage=dossier.menage)
    return sorted(rows.values_list("kind", "role", "due_on"))


def test_a_request_is_followed_to_the_lease(dossier, nadia):
    """Its renewal is asked of the referent, then of the team; a lease ends it."""
    demande = record_demande(by=nadia, dossier=dossier, nur=NUR, registered_on=days_ago(320))
    until = demande.valid_until_on
    assert due(dossier) == [("demande.renew", "", until)]
    with pytest.raises(ValidationError, match="déjà en cours"):
        record_demande(by=nadia, dossier=dossier, nur=NUR, registered_on=today())
    DemandeLogement.objects.update(valid_until_on=today() + datetime.timedelta(days=20))
    refresh_duties(demande)
    assert [role for _, role, _ in due(dossier)] == ["", Role.COORDINATRICE]
    with pytest.raises(ValidationError, match="plus récent"):
        renew_demande(by=nadia, demande=demande, renewed_on=days_ago(400))
    renew_demande(by=nadia, demande=demande, renewed_on=today())
    assert due(dossier) == []

    key = uuid.uuid4()
    given = {"bailleur": "Assemblia", "commune": "Riom", "received_on": today(), "form_key": key}
    offre = record_offre(by=nadia, dossier=dossier, answer_by_on=today(), **given)
    assert record_offre(by=nadia, dossier=dossier, **given) == offre
    assert due(dossier) == [("offre.answer", "", today())]
    with pytest.raises(ValidationError, match="raison"):
        answer_offre(by=nadia, offre=offre, answer="refused", on=today())
    with pytest.raises(ValidationError, match="accepté"):
        settle_offre(by=nadia, offre=offre, outcome="signed", on=today())
    answer_offre(by=nadia, offre=offre, answer="accepted", on=today())
    assert due(dossier) == []
    settle_offre(by=nadia, offre=offre, outcome="signed", on=today())
    demande.refresh_from_db()
    assert demande.ended_reason == DemandeLogement.End.ATTRIBUTION


def test_a_dalo_has_its_clocks(here, dossier, nadia):
    dossier.sejour = SejourFactory(menage=dossier.menage, residence=here, start_on=add_months(today(), -17))
    dossier.save()
    assert not dalo_of(dossier, day=today()).is_open
    filed = add_months(today(), -9)
    priorite = file_priorite(by=nadia, dossier=dossier, kind="dalo", filed_on=filed)
    refresh_duties(priorite)
    assert ("priorite.decision", "", add_months(filed, 3)) in due(dossier)
    with pytest.raises(ValidationError, match="déjà en cours"):
        file_priorite(by=nadia, dossier=dossier, kind="dalo", filed_on=today())
    decided = add_months(today(), -5)
    decide_priorite(by=nadia, priorite=priorite, status="granted", on=decided)
    assert ("priorite.appeal", "", add_months(add_months(decided, 3), 4)) in due(dossier)
    with pytest.raises(ValidationError, match="passé avant vous"):
        decide_priorite(by=nadia, priorite=priorite, status="refused", on=today())
    refresh_duties(dossier)
    stored = due(dossier)
    rebuild_duties()
    assert due(dossier) == stored
    here.is_in_large_agglomeration = True
    here.save()
    priorite.refresh_from_db()
    refresh_duties(priorite)
    assert "priorite.appeal" not in [kind for kind, _, _ in due(dossier)]
    decide_priorite(by=nadia, priorite=priorite, status="ended", on=today())
    assert Priorite.objects.get().ended_on == today()


def test_pages_of_rehousing(dossier, nadia):
    """Each form writes; what is wrong is said at its field, and nothing is written."""
    client = signed_in(nadia)
    day = f"{today():%d/%m/%Y}"

    def post(name, *args, **data):
        return client.post(reverse(f"accompagnement:{name}", args=args), data)

    refused = post("demande_record", dossier.pk, nur="123", registered_on=day)
    assert "18 caractères" in refused.content.decode()
    assert not DemandeLogement.objects.exists()
    assert post("demande_record", dossier.pk, nur="0630125 12345678901", registered_on=day).status_code == 302
    demande = DemandeLogement.objects.get()
    assert demande.nur == NUR
    assert post("demande_renew", demande.pk, renewed_on=day).status_code == 302
    pieces = {"received_on_rib": day, "is_needless_famille": "on"}
    assert post("pieces_record", dossier.pk, **pieces).status_code == 302
    points = {one.label: one for one in gauge(nadia, dossier, day=today())}
    assert "RIB" not in points["Pièces du dossier"].missing
    assert "avis d’imposition" in points["Pièces du dossier"].missing
    assert points["Demande de logement social"].done
    key = str(uuid.uuid4())
    assert post("priorite_file", dossier.pk, kind="syplo", filed_on=day, form_key=key).status_code == 302
    assert post("priorite_decide", Priorite.objects.get().pk, status="granted", on=day).status_code == 302
    offer = {"bailleur": "Assemblia", "commune": "Riom", "received_on": day, "monthly_rent": "412,5", "form_key": key}
    assert post("offre_record", dossier.pk, **offer).status_code == 302
    offre = OffreLogement.objects.get()
    assert post("offre_answer", offre.pk, answer="refused", on=day).status_code == 200
    reason = "Trop loin de l’école"
    assert post("offre_answer", offre.pk, answer="refused", answer_reason=reason, on=day).status_code == 302
    assert post("offre_settle", offre.pk, outcome="not_chosen", on=day).status_code == 302
    detail = client.get(reverse("accompagnement:relogement_detail", args=[dossier.pk])).content.decode()
    assert reason in detail
    assert "412,50" in detail
    listed = client.get(reverse("accompagnement:relogement_list")).content.decode()
    assert str(dossier.menage) in listed
    assert post("demande_end", demande.pk, reason="renonciation", on=day).status_code == 302
    listed = client.get(reverse("accompagnement:relogement_list"), {"demande": "renouveler"}).content.decode()
    assert str(dossier.menage) not in listed
    vie = UserFactory(role=Role.VIE_RESIDENTIELLE, residence=dossier.residence)
    page = signed_in(vie).get(reverse("accompagnement:relogement_detail", args=[dossier.pk]))
    assert page.status_code == 403
