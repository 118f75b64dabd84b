"""An exit: each thing it asks for is a dated fact; what is missing is a duty of the gestionnaire."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from logement.actions.sejours import record_cles, record_preavis
from logement.actions.sorties import cancel_etape_sortie, record_etape_sortie
from logement.models import Destination, EtapeSortie, Preavis
from logement.queries.sorties import exit_steps
from residence.models import Echeance
from tests.factories import ContratFactory, SejourFactory

pytestmark = pytest.mark.django_db
Step = EtapeSortie.Step


def day(text):
    return datetime.date.fromisoformat(text)


def duty(sejour):
    return Echeance.objects.open().filter(kind="sortie.to_finish", target_id=sejour.pk).first()


def test_an_exit_is_followed_to_its_end(client, ophis):
    sejour = SejourFactory(menage=ophis.menage, residence=ophis.residence, dispositif=ophis.temporary)
    contrat = ContratFactory(sejour=sejour, place=ophis.place)
    with time_machine.travel("2025-06-02 10:00", tick=False):
        record_preavis(
            by=ophis.gestionnaire,
            contrat=contrat,
            given_by_whom=Preavis.By.RESIDENT,
            form=Preavis.Form.LETTER,
            notified_on=day("2025-06-02"),
        )
    contrat.refresh_from_db()
    # Nobody pays an APL and no deposit was paid: nothing to stop, nothing to give back.
    assert {step.code for step in exit_steps(sejour, contrat) if step.done} == {"caf", "deposit"}
    assert duty(sejour) is None, "nobody has left yet"
    with time_machine.travel("2025-07-02 10:00", tick=False):
        record_cles(by=ophis.gestionnaire, contrat=contrat, keys_on=day("2025-07-02"), destination=Destination.HLM)
        contrat.refresh_from_db()
        sejour.refresh_from_db()
        steps = {step.code: step for step in exit_steps(sejour, contrat)}
        assert {code for code, step in steps.items() if step.done} == {"keys", "destination", "deposit", "caf"}
        assert steps["destination"].detail == "logement social (pérenne)"
        assert steps["last_account"].due_on == day("2025-07-17")
        assert (duty(sejour).detail, duty(sejour).due_on) == ("dernier compte à remettre", day("2025-07-17"))
        for wrong in ("2025-07-03", "2025-02-28"):
            with pytest.raises(ValidationError):
                record_etape_sortie(by=ophis.gestionnaire, sejour=sejour, step=Step.ADDRESS, done_on=day(wrong))
        known = [
            record_etape_sortie(by=ophis.gestionnaire, sejour=sejour, step=Step.ADDRESS, done_on=day("2025-07-02"))
            for _ in range(2)
        ]
        assert known[0] == known[1]
        # By the pages: recorded, then taken back.
        client.force_login(ophis.gestionnaire)
        page = reverse("logement:sortie_detail", args=[sejour.pk])
        assert "étapes restent à faire" in client.get(page).content.decode()
        act = reverse("logement:etape_sortie_record", args=[sejour.pk, Step.LAST_ACCOUNT])
        assert client.post(act, {"done_on": "2/7/25"}).status_code == 302
        assert duty(sejour) is None
        etape = EtapeSortie.objects.live().get(step=Step.LAST_ACCOUNT)
        assert client.post(reverse("logement:etape_sortie_cancel", args=[etape.pk])).status_code == 302
        assert duty(sejour) is not None
        cancel_etape_sortie(by=ophis.gestionnaire, etape=etape)
        assert client.get(reverse("logement:etape_sortie_record", args=[sejour.pk, "rien"])).status_code == 404
        assert (
            reverse("logement:sortie_detail", args=[sejour.pk])
            in client.get(sejour.get_absolute_url()).content.decode()
        )
    with time_machine.travel("2025-09-01 10:00", tick=False):
        assert {step.code for step in exit_steps(sejour, contrat) if step.done} >= {"place", "address"}
