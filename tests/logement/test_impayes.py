"""Arrears: opened by themselves, followed softly, closed by themselves."""

import datetime
import uuid
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from logement.actions.encaissements import cancel_encaissement
from logement.actions.impayes import (
    cancel_demarche,
    deliver_letter,
    issue_letter,
    record_demarche,
    sign_plan,
    stop_plan,
)
from logement.actions.situations import count_again
from logement.models import DemarcheImpaye, DossierImpaye, PlanApurement, SituationCompte
from logement.queries.impayes import arrears_of, board
from residence.actions.documents import pdf_of
from residence.models import Echeance, EntreeJournal
from residence.permissions import Cause, Role
from tests.factories import RattachementFactory, ResidenceFactory, UserFactory
from tests.logement.books import APRIL, MARCH, MAY, D, call, check_books, on, pay, read, stay

pytestmark = pytest.mark.django_db
Kind = DemarcheImpaye.Kind


def day(month: int, number: int) -> datetime.date:
    return datetime.date(2025, month, number)


def note(contrat: Any, kind: str, when: datetime.date, outcome: str = "promise", **fields: Any) -> DemarcheImpaye:
    with on(when.year, when.month, when.day):
        return record_demarche(
            by=None, sejour=contrat.sejour, kind=kind, done_on=when, outcome=outcome, form_key=uuid.uuid4(), **fields
        )


def shown(client: Client, url: str, **query: str) -> str:
    return client.get(url, query).content.decode().replace("\u00a0", " ").replace("&nbsp;", " ")


def duties() -> set[tuple[str, str]]:
    return set(Echeance.objects.open().filter(kind__in=["terme.missed", "impaye.next", "impaye.caf"])
               .values_list("kind", "role"))  # fmt: skip


def test_the_life_of_an_arrear(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    contrat = stay()
    call(contrat, MARCH)
    assert not DossierImpaye.objects.exists()
    assert SituationCompte.objects.get().coming == D("420.00")
    with on(2025, 4, 1):
        call_command("quotidien", stdout=StringIO())
    dossier = DossierImpaye.objects.get()
    assert (dossier.opened_on, dossier.late_from, dossier.stage) == (day(4, 1), day(3, 31), "new")
    assert duties() == {("terme.missed", Role.GESTIONNAIRE), ("terme.missed", Role.COORDINATRICE)}

    with on(2025, 4, 2), pytest.raises(ValidationError, match="Parlez-en d’abord"):
        issue_letter(by=None, sejour=contrat.sejour, kind=Kind.REMINDER)
    note(contrat, Kind.TALK, day(4, 3), outcome="unreached")
    dossier.refresh_from_db()
    assert (dossier.stage, dossier.last_contact_on) == ("new", None)
    note(contrat, Kind.TALK, day(4, 4))
    dossier.refresh_from_db()
    assert (dossier.stage, dossier.last_contact_on) == ("talk", day(4, 4))
    assert duties() == {("impaye.next", Role.GESTIONNAIRE)}

    with on(2025, 4, 20):
        first = issue_letter(by=None, sejour=contrat.sejour, kind=Kind.REMINDER)
        with pytest.raises(ValidationError, match="déjà partie"):
            issue_letter(by=None, sejour=contrat.sejour, kind=Kind.REMINDER)
        with pytest.raises(ValidationError, match="n’est pas atteint"):
            issue_letter(by=None, sejour=contrat.sejour, kind=Kind.FORMAL_NOTICE, form="lrar")
    said = read(pdf_of(first.document))
    assert "420,00 €" in said
    assert "Mars 2025" in said
    assert "Si payer est difficile" in said

    call(contrat, APRIL)
    call(contrat, MAY)
    with on(2025, 6, 2):
        count_again()
        now = arrears_of([contrat.sejour_id])[contrat.sejour_id].situation
        assert (now.terms, now.overdue, now.is_termination_ground) == (3, D("1260.00"), True)
        # Two months of loyer and charges: since the end of April.
        dossier.refresh_from_db()
        assert dossier.caf_constituted_on == day(4, 30)
        issue_letter(by=None, sejour=contrat.sejour, kind=Kind.SECOND_REMINDER)
        notice = issue_letter(by=None, sejour=contrat.sejour, kind=Kind.FORMAL_NOTICE, form="lrar")
        assert "Cette lettre ne met pas fin au contrat" in read(pdf_of(notice.document))
    gestionnaire = UserFactory(role=Role.GESTIONNAIRE, residence=contrat.sejour.residence)
    with on(2025, 6, 20):
        deliver_letter(by=gestionnaire, demarche=notice, delivery="unclaimed", delivered_on=None)
        assert arrears_of([contrat.sejour_id])[contrat.sejour_id].situation.is_delivered is False
        with pytest.raises(ValidationError, match="jour de la remise"):
            deliver_letter(by=gestionnaire, demarche=notice, delivery="delivered", delivered_on=None)
        report = note(contrat, Kind.CAF_REPORT, day(6, 20), outcome="")
        dossier.refresh_from_db()
        assert (dossier.stage, dossier.caf_reported_on) == ("formal_notice", day(6, 20))
        cancel_demarche(by=gestionnaire, demarche=report, reason="mauvais dossier")
        dossier.refresh_from_db()
        assert dossier.caf_reported_on is None
        plan = sign_plan(by=None, sejour=contrat.sejour, signed_on=day(6, 20), monthly=D(210), first_on=day(7, 10),
                         form_key=uuid.uuid4())  # fmt: skip
        text = read(pdf_of(plan.demarche.document))
        assert "1 260,00 €" in text
        assert "10/12/2025" in text
        # A plan that is kept suspends the letters; the CAF keeps its own day.
        assert duties() == {("impaye.caf", Role.GESTIONNAIRE)}
        with pytest.raises(ValidationError, match="déjà en cours"):
            sign_plan(by=None, sejour=contrat.sejour, signed_on=day(6, 20), monthly=D(210), first_on=day(7, 10),
                      form_key=uuid.uuid4())  # fmt: skip
    with on(2025, 7, 20):
        assert arrears_of([contrat.sejour_id])[contrat.sejour_id].situation.plan_broken is True

    payment = pay(contrat, 1260, day(7, 21))
    dossier.refresh_from_db()
    plan.refresh_from_db()
    assert (dossier.closed_on, plan.status, plan.ended_on) == (day(7, 21), "done", day(7, 21))
    assert duties() == set()
    with on(2025, 7, 22), pytest.raises(ValidationError, match="Rien n’est en retard"):
        issue_letter(by=None, sejour=contrat.sejour, kind=Kind.REMINDER)
    # A payment that bounces opens a new file.
    with on(2025, 7, 25):
        cancel_encaissement(by=None, encaissement=payment, reason="rejeté par la banque")
    assert DossierImpaye.objects.open().get().opened_on == day(7, 25)
    assert EntreeJournal.objects.filter(action__startswith="impaye.").count() >= 9
    check_books()


def test_a_plan_is_stopped_and_another_signed() -> None:
    contrat = stay()
    call(contrat, MARCH)
    gestionnaire = UserFactory(role=Role.GESTIONNAIRE, residence=contrat.sejour.residence)
    with on(2025, 4, 2):
        terms: dict[str, Any] = {"signed_on": day(4, 2), "first_on": day(5, 10)}
        with pytest.raises(ValidationError, match="36 mois"):
            sign_plan(by=None, sejour=contrat.sejour, monthly=D(10), form_key=uuid.uuid4(), **terms)
        key = uuid.uuid4()
        plan = sign_plan(by=None, sejour=contrat.sejour, monthly=D(50), form_key=key, **terms)
        # Sent twice, kept once.
        assert sign_plan(by=None, sejour=contrat.sejour, monthly=D(50), form_key=key, **terms) == plan
        stop_plan(by=gestionnaire, plan=plan, reason="perte d’emploi")
        sign_plan(by=None, sejour=contrat.sejour, monthly=D(20), form_key=uuid.uuid4(), **terms)
    assert PlanApurement.objects.running().get().monthly == D(20)


def test_the_board_reads_one_row_a_stay() -> None:
    """Filters, the word about the social file, few queries."""
    residence = ResidenceFactory()
    contrats = [stay(residence=residence) for _ in range(4)]
    gestionnaire = UserFactory(role=Role.GESTIONNAIRE, residence=residence)
    call(contrats[0], MARCH)
    for contrat in contrats[1:]:
        pay(contrat, 400, day(4, 1))
    RattachementFactory(menage=contrats[0].sejour.menage, residence=residence, cause=Cause.SUIVI)
    url = reverse("logement:arriere_list")
    with on(2025, 5, 5):
        client = Client()
        client.force_login(gestionnaire)
        client.get(url)
        with CaptureQueriesContext(connection) as all_four:
            said = shown(client, url)
        with CaptureQueriesContext(connection) as only_one:
            found = shown(client, url, montant="100")
        assert max(len(all_four), len(only_one)) <= 12
        assert "4 ménages en retard" in said
        assert "1 ménage en retard" in found
        assert "suivi social en cours" in found
        assert "à contacter" in said
        assert "Badge(" not in said
        assert "1 ménage" in shown(client, url, age="1", montant="100")
        assert "Personne à montrer" in shown(client, url, etape="fsl")
        # The file of one, and what its household is told when nothing is late any more.
        page = shown(client, reverse("logement:impaye_detail", args=[contrats[0].sejour_id]))
        assert "Seuil de résiliation" in page
        assert "suivi social en cours" in page
        assert board(UserFactory(role=Role.GESTIONNAIRE, residence=ResidenceFactory())).count() == 0


def test_both_trades_act_from_the_page() -> None:
    residence = ResidenceFactory()
    contrat = stay(residence=residence)
    call(contrat, MARCH)
    users = {role: UserFactory(role=role, residence=residence) for role in (Role.GESTIONNAIRE, Role.COORDINATRICE)}
    page = reverse("logement:impaye_detail", args=[contrat.sejour_id])
    with on(2025, 4, 2):
        coordinatrice, gestionnaire = Client(), Client()
        coordinatrice.force_login(users[Role.COORDINATRICE])
        gestionnaire.force_login(users[Role.GESTIONNAIRE])
        record = reverse("logement:impaye_record", args=[contrat.sejour_id])
        sent = {"kind": "talk", "done_on": "02/04/2025", "form_key": str(uuid.uuid4())}
        assert "Dites ce qui est sorti" in coordinatrice.post(record, sent).content.decode()
        # The CAF is told by who keeps the accounts.
        assert (
            "Sélectionnez un choix valide" in coordinatrice.post(record, sent | {"kind": "caf_report"}).content.decode()
        )
        for _ in range(2):
            assert coordinatrice.post(record, sent | {"outcome": "promise"})["Location"] == page
        assert DemarcheImpaye.objects.count() == 1
        assert "Écrire la" not in coordinatrice.get(page).content.decode()
        assert "Écrire la première lettre" in gestionnaire.get(page).content.decode()
        gestionnaire.post(reverse("logement:impaye_remind", args=[contrat.sejour_id]))
        assert DemarcheImpaye.objects.filter(kind="reminder").count() == 1
        plan = reverse("logement:impaye_plan", args=[contrat.sejour_id])
        form = {"monthly": "70", "first_on": "10/05/2025", "signed_on": "02/04/2025", "form_key": str(uuid.uuid4())}
        assert "36 mois" in coordinatrice.post(plan, form | {"monthly": "1"}).content.decode()
        assert coordinatrice.post(plan, form)["Location"] == page
        assert "plan tenu" in gestionnaire.get(page).content.decode()
    pay(contrat, 420, day(4, 4))
    with on(2025, 4, 5):
        client = Client()
        client.force_login(users[Role.GESTIONNAIRE])
        said = client.get(page).content.decode()
    assert "Rien n’est en retard" in said
    assert "Impayés réglés" in said
