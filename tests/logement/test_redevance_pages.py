"""The pages of the redevance: what they say, what a click does, how many queries they cost."""

import copy
import datetime
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from logement.actions.tarifs import create_prestation, open_souscription
from logement.models import (
    AvisEcheance,
    Campagne,
    ClotureMensuelle,
    Ecriture,
    Encaissement,
    Quittance,
    Souscription,
    Tarif,
)
from residence.confidentiality import reading_as
from residence.models import AccesConfidentiel, DocumentEmis, EntreeJournal, Menage
from residence.permissions import Role
from tests.factories import MenageFactory, ResidenceFactory, UserFactory
from tests.kept import kept
from tests.logement.books import APRIL, FEBRUARY, MARCH, D, call, check_books, pay, read, stay
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[SimpleNamespace]:
    """A stay of which February is unpaid and March paid in part, on 10 April; everybody of the team."""
    with kept(django_db_blocker) as keep:
        residence = ResidenceFactory(code="ophis", name="Côté Cour", iban="FR7630001007941234567890185")
        contrat = stay(
            residence=residence, start_on=datetime.date(2025, 2, 10), menage=MenageFactory(name="DIALLO Awa")
        )
        laundry = create_prestation(
            by=None, residence=residence, name="Laverie", monthly_amount=D(12), valid_from=FEBRUARY
        )
        with time_machine.travel("2025-02-20 10:00", tick=False):
            taken = open_souscription(by=None, contrat=contrat, prestation=laundry, start_on=FEBRUARY.replace(day=20))
        avis = call(contrat, FEBRUARY)
        call(contrat, MARCH)
        payment = pay(contrat, 100, datetime.date(2025, 4, 2), method="cash")
        made = SimpleNamespace(
            residence=residence,
            contrat=contrat,
            sejour=contrat.sejour,
            avis=avis,
            payment=payment,
            prestation=laundry,
            souscription=taken,
            campagne=Campagne.objects.get(month=MARCH),
            elsewhere=UserFactory(role=Role.GESTIONNAIRE, residence=ResidenceFactory()),
            **{role.value: UserFactory(role=role, residence=residence) for role in Role},
        )
        yield keep(made)


@pytest.fixture
def world(made: SimpleNamespace, settings: Any, tmp_path: Any) -> Iterator[SimpleNamespace]:
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel("2025-04-10 10:00", tick=False):
        yield copy.deepcopy(made)


# The pages of one account, and of one résidence.
PAGES = {
    "arriere_list": None,
    "compte_list": None,
    "compte_detail": "sejour",
    "encaissement_record": "sejour",
    "encaissement_list": None,
    "encaissement_cancel": "payment",
    "souscription_open": "contrat",
    "souscription_close": "souscription",
    "quittance_list": None,
    "campagne_detail": "campagne",
    "campagne_undo": "campagne",
    "campagne_send": "campagne",
    "avis_list": None,
    "avis_detail": "avis",
    "avis_rectify": "avis",
    "mois_close": "residence",
    "tarif_print": "residence",
    "prestation_set_price": "prestation",
}


def url(world: SimpleNamespace, name: str) -> str:
    target = PAGES[name]
    return reverse(f"logement:{name}", args=[getattr(world, target).pk] if target else [])


@pytest.mark.parametrize("name", ["arriere_list", "compte_list", "encaissement_list", "quittance_list", "avis_list"])
def test_lists_leave_out_another_residence(world: SimpleNamespace, name: str) -> None:
    assert "DIALLO" in signed_in(world.gestionnaire).get(url(world, name)).content.decode()
    assert "DIALLO" not in signed_in(world.elsewhere).get(url(world, name)).content.decode()


def test_queries_do_not_grow_with_the_rows(world: SimpleNamespace) -> None:
    client = signed_in(world.gestionnaire)
    lists = ["arriere_list", "compte_list", "encaissement_list", "quittance_list", "avis_list", "campagne_detail"]

    def asked() -> dict[str, int]:
        counts = {}
        for name in lists:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url(world, name)).status_code == 200
            counts[name] = len(queries)
        return counts

    asked()  # what a process keeps, it has now
    few = asked()
    for _ in range(8):
        more = stay(residence=world.residence, start_on=MARCH)
        call(more, MARCH)
        pay(more, 50, datetime.date(2025, 4, 3))
    AvisEcheance.objects.update(campagne=world.campagne)
    many = asked()

    assert {name: count for name, count in many.items() if count > few[name]} == {}


def test_the_account_says_where_it_stands(world: SimpleNamespace) -> None:
    said = signed_in(world.coordinatrice).get(url(world, "compte_detail")).content.decode().replace("\xa0", " ")
    assert "Où en est le compte" in said
    assert "en retard" in said
    assert "Enregistrer un paiement" not in said
    assert "Paiement reçu (espèces)" in said
    assert "Enregistrer un paiement" in signed_in(world.gestionnaire).get(url(world, "compte_detail")).content.decode()


def test_a_payment_is_recorded_once_with_its_receipt(world: SimpleNamespace) -> None:
    client = signed_in(world.gestionnaire)
    form = client.get(url(world, "encaissement_record")).context["form"]
    left = form["amount"].value()
    key = str(form["form_key"].value())
    sent = {"what": "redevance", "amount": left, "received_on": "10/4/25", "method": "card"}
    sent["form_key"] = key
    for _ in range(2):
        answer = client.post(url(world, "encaissement_record"), sent)
        assert answer["Location"] == reverse("logement:compte_detail", args=[world.sejour.pk])
    assert Encaissement.objects.count() == 2
    assert AvisEcheance.objects.unsettled().count() == 0
    assert Quittance.objects.live().filter(kind="quittance").count() == 2
    said = client.get(answer["Location"]).content.decode()
    assert "Tout ce qui a été demandé est payé" in said
    check_books()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"received_on": "11/04/2025"}, "Cette date est à venir"),
        ({"received_on": "01/01/2025"}, "Le séjour commence le"),
        ({"amount": "douze"}, "nombre"),
        ({"method": "apl"}, "pour quel mois"),
        ({"method": ""}, "obligatoire"),
    ],
)
def test_a_wrong_payment_is_told_at_its_field(world: SimpleNamespace, changes: dict[str, str], said: str) -> None:
    client = signed_in(world.gestionnaire)
    sent = {
        "what": "redevance",
        "amount": "50",
        "received_on": "10/04/2025",
        "method": "cash",
        "form_key": "6f6d5b7e-4a2e-4b7c-9d4e-1a2b3c4d5e6f",
    }
    answer = client.post(url(world, "encaissement_record"), sent | changes)
    assert answer.status_code == 200
    assert said in str(
        answer.context["form"].errors[next(iter(changes)) if changes != {"method": "apl"} else "for_month"]
    )
    assert Encaissement.objects.count() == 1


def test_a_payment_is_taken_back(world: SimpleNamespace) -> None:
    client = signed_in(world.gestionnaire)
    client.post(url(world, "encaissement_cancel"), {"reason": "saisi deux fois"})
    world.payment.refresh_from_db()
    assert world.payment.cancelled_by == world.gestionnaire
    assert client.get(url(world, "encaissement_cancel")).status_code == 302


def test_a_statement_is_issued_and_opened(world: SimpleNamespace) -> None:
    client = signed_in(world.gestionnaire)
    answer = client.post(reverse("logement:compte_statement", args=[world.sejour.pk]))
    document = DocumentEmis.objects.get(kind="releve")
    assert answer["Location"] == document.get_absolute_url()
    text = read(client.get(answer["Location"]).content)
    assert "Relevé de compte" in text
    assert "Il vous reste à payer" in text
    assert "DIALLO Awa" in text


def test_a_month_from_the_preparation_to_the_post(world: SimpleNamespace) -> None:
    client = signed_in(world.gestionnaire)
    with time_machine.travel("2025-04-22 10:00", tick=False):
        client = signed_in(world.gestionnaire)
        answer = client.post(
            reverse("logement:campagne_prepare"), {"residence": world.residence.pk, "month": "2025-04"}
        )
        campagne = Campagne.objects.get(month=APRIL)
        assert answer["Location"] == campagne.get_absolute_url()
        page = client.get(campagne.get_absolute_url())
        assert "Confirmer" in page.content.decode()
        client.post(reverse("logement:campagne_redo", args=[campagne.pk]))
        assert (
            "Confirmer l’avis" in client.get(reverse("logement:campagne_confirm", args=[campagne.pk])).content.decode()
        )
        for _ in range(2):
            client.post(reverse("logement:campagne_confirm", args=[campagne.pk]))
        assert AvisEcheance.objects.called().filter(month=APRIL).count() == 1
        printed = client.post(reverse("logement:campagne_print", args=[campagne.pk]))
        assert printed["Content-Type"] == "application/pdf"
        text = read(printed.content)
        assert "Avis d’échéance · avril 2025" in text
        assert "Facture de prestations facultatives" in text
        client.post(reverse("logement:campagne_send", args=[campagne.pk]))
        campagne.refresh_from_db()
        assert campagne.status == Campagne.Status.SENT
        assert client.post(reverse("logement:campagne_undo", args=[campagne.pk]), {"reason": "x"}).status_code == 302
    campagne.refresh_from_db()
    assert campagne.status == Campagne.Status.SENT
    assert EntreeJournal.objects.get(action="campagne.print").kind == EntreeJournal.Kind.EXPORT


def test_before_the_20th_the_page_says_when(world: SimpleNamespace) -> None:
    client = signed_in(world.gestionnaire)
    client.post(reverse("logement:campagne_prepare"), {"residence": world.residence.pk, "month": "2025-04"})
    campagne = Campagne.objects.get(month=APRIL)
    assert "à partir du 20/04/2025" in client.get(campagne.get_absolute_url()).content.decode()
    client.post(reverse("logement:campagne_confirm", args=[campagne.pk]))
    campagne.refresh_from_db()
    assert campagne.status == Campagne.Status.PREPARED
    client.post(reverse("logement:campagne_drop", args=[campagne.pk]))
    assert not Campagne.objects.filter(month=APRIL).exists()


def test_what_is_left_out_is_named_on_the_page(world: SimpleNamespace) -> None:
    Tarif.objects.update(valid_to=datetime.date(2025, 3, 31))
    client = signed_in(world.gestionnaire)
    answer = client.post(
        reverse("logement:campagne_prepare"), {"residence": world.residence.pk, "month": "2025-04"}, follow=True
    )
    said = answer.content.decode()
    assert "Laissés de côté" in said
    assert "aucun tarif" in said


def test_a_campaign_is_undone_from_its_page(world: SimpleNamespace) -> None:
    client = signed_in(world.gestionnaire)
    client.post(url(world, "campagne_undo"), {"reason": "tarif faux"})
    world.campagne.refresh_from_db()
    assert world.campagne.status == Campagne.Status.PREPARED
    check_books()


def test_an_avis_is_rectified_from_its_page(world: SimpleNamespace) -> None:
    client = signed_in(world.gestionnaire)
    assert "Rien n’a changé" in client.get(url(world, "avis_rectify")).content.decode()
    Tarif.objects.update(rent=D("310.00"))
    assert "Ce que donnent les faits" in client.get(url(world, "avis_rectify")).content.decode()
    answer = client.post(url(world, "avis_rectify"), {"reason": "tarif corrigé"})
    rectificatif = AvisEcheance.objects.get(rank=1)
    assert answer["Location"] == rectificatif.get_absolute_url()
    text = read(client.get(rectificatif.document.get_absolute_url()).content)
    assert "Avis rectificatif n° 1 · février 2025" in text
    assert "tarif corrigé" in text


def test_receipts_of_a_month_are_printed(world: SimpleNamespace) -> None:
    client = signed_in(world.gestionnaire)
    answer = client.post(reverse("logement:quittances_issue"), {"residence": world.residence.pk, "month": "2025-02"})
    assert answer["Content-Type"] == "application/pdf"
    assert "Reçu · février 2025" in read(answer.content)
    answer = client.post(reverse("logement:quittances_issue"), {"residence": world.residence.pk, "month": "2025-03"})
    assert "Rien n’a encore été payé" in answer.content.decode()


def test_a_tariff_is_fixed_and_the_list_printed(world: SimpleNamespace) -> None:
    client = signed_in(world.gestionnaire)
    categorie = world.contrat.place.categorie
    sent = {
        "categorie": categorie.pk,
        "valid_from": "15/03/2025",
        "rent": "310",
        "charges": "100",
        "services": "20,5",
        "reason": "révision",
    }
    answer = client.post(reverse("logement:tarif_set"), sent)
    assert "déjà confirmés" in str(answer.context["form"].errors["valid_from"])
    assert 'type="checkbox"' in answer.content.decode()
    client.post(reverse("logement:tarif_set"), sent | {"valid_from": "01/05/2025"})
    assert Tarif.objects.latest("valid_from").redevance == D("430.50")
    printed = client.get(reverse("logement:tarif_print", args=[world.residence.pk]))
    text = read(printed.content)
    assert "420,00 €" in text
    assert "Laverie" in text


def test_a_service_is_taken_then_stopped(world: SimpleNamespace) -> None:
    client = signed_in(world.gestionnaire)
    client.post(url(world, "souscription_close"), {"end_on": "30/04/2025"})
    client.post(
        url(world, "souscription_open"), {"prestation": world.prestation.pk, "start_on": "01/05/2025", "end_on": ""}
    )
    assert Souscription.objects.count() == 2
    client.post(url(world, "prestation_set_price"), {"valid_from": "01/05/2025", "monthly_amount": "13"})
    client.post(
        reverse("logement:prestation_create"),
        {"residence": world.residence.pk, "name": "Garage", "monthly_amount": "30", "valid_from": "01/05/2025"},
    )
    assert "Garage" in client.get(reverse("logement:tarif_list")).content.decode()


def test_a_month_is_closed_from_its_page(world: SimpleNamespace) -> None:
    client = signed_in(world.gestionnaire)
    answer = client.post(url(world, "mois_close"), {"month": "2025-04"})
    assert "pas fini" in str(answer.context["form"].errors["month"])
    client.post(url(world, "mois_close"), {"month": "2025-03"})
    assert ClotureMensuelle.objects.get().closed_by == world.gestionnaire
    assert "Mars 2025" in client.get(reverse("logement:mois_list")).content.decode()


def test_a_campaign_duty_leads_to_the_right_page(world: SimpleNamespace) -> None:
    client = signed_in(world.gestionnaire)
    answer = client.get(reverse("logement:campagne_open", args=[world.residence.pk]))
    assert answer["Location"].endswith(f"?residence={world.residence.pk}&mois=2025-04")
    assert (
        signed_in(world.elsewhere).get(reverse("logement:campagne_open", args=[world.residence.pk])).status_code == 404
    )


# Filters


@pytest.mark.parametrize(
    ("name", "query", "found"),
    [
        ("compte_list", "?q=diallo", 1),
        ("compte_list", "?q=inconnu", 0),
        ("compte_list", "?reste=retard", 1),
        ("compte_list", "?etat=termines", 0),
        ("encaissement_list", "?moyen=cash&du=01/04/2025", 1),
        ("encaissement_list", "?moyen=cheque", 0),
        ("encaissement_list", "?etat=annules", 0),
        ("avis_list", "?mois=2025-02", 1),
        ("avis_list", "?reste=retard", 2),
        ("avis_list", "?reste=non", 0),
        ("avis_list", "?etat=sent", 0),
        ("quittance_list", "?nature=recu", 1),
        ("quittance_list", "?nature=annulees", 0),
        ("quittance_list", "?mois=2025-03", 0),
        ("campagne_detail", "?montre=changes", 1),
        ("campagne_detail", "?montre=anomalies", 0),
    ],
)
def test_filters_live_in_the_address(world: SimpleNamespace, name: str, query: str, found: int) -> None:
    answer = signed_in(world.gestionnaire).get(url(world, name) + query)
    assert answer.context["page"].paginator.count == found


# Long lists


def test_a_long_list_stops_counting_until_asked(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page stands in its order; past what is counted, the totals wait to be asked for."""
    for _ in range(2):
        call(stay(residence=world.residence, start_on=MARCH), MARCH)
    client, address = signed_in(world.gestionnaire), url(world, "avis_list")
    whole = [row.url for row in client.get(address).context["table"].rows]
    assert len(whole) == 4
    monkeypatch.setattr("logement.views.avis.PER_PAGE", 2)
    for order in ("mois", "-mois"):
        pages = [client.get(address, {"tri": order, "page": page}).context["table"].rows for page in (1, 2)]
        told = [row.url for rows in pages for row in rows]
        assert told == whole if order == "mois" else set(told) == set(whole)
    monkeypatch.setattr("residence.paging.COUNTED", 3)
    short = client.get(address)
    said = short.content.decode()
    assert "plus de 3" in said
    assert "?compter=tout" in said
    assert not short.context["table"].totals
    assert short.context["page"].paginator.num_pages == 2
    everything = client.get(address, {"compter": "tout"})
    assert everything.context["page"].paginator.count == 4
    assert "plus de" not in everything.content.decode()
    assert everything.context["table"].totals[5] == sum(avis.total for avis in AvisEcheance.objects.live())


def test_the_points_of_a_campaign_are_told_a_few_at_a_time(
    world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    contrat = world.contrat.pk
    points = [
        {"code": "x", "contrat": contrat, "place": "A1", "text": f"{word} {rank}", "blocking": word == "bloqué"}
        for word in ("bloqué", "à voir")
        for rank in (1, 2, 3)
    ]
    Campagne.objects.filter(pk=world.campagne.pk).update(anomalies=points)
    monkeypatch.setattr("logement.views.campagnes.POINTS", 2)
    client, address = signed_in(world.gestionnaire), url(world, "campagne_detail")
    said = client.get(address).content.decode()
    assert "bloqué 2" in said
    assert "bloqué 3" not in said
    assert "Voir les 1 autres" not in said
    assert "Voir tous les points" in said
    assert "3\xa0points" in said
    assert "?montre=anomalies" in said
    assert "bloqué 3" in client.get(address, {"points": "tous"}).content.decode()


# Confidential households


def test_a_confidential_account_runs_on_its_number(world: SimpleNamespace) -> None:
    Menage.objects.filter(pk=world.sejour.menage_id).update(is_confidential=True)
    world.sejour.menage.personnes.update(is_confidential=True)
    AccesConfidentiel.objects.create(
        menage=world.sejour.menage, user=world.coordinatrice, capacity="referent", granted_by=world.coordinatrice
    )
    client = signed_in(world.gestionnaire)
    for name in PAGES:
        answer = client.get(url(world, name))
        if answer["Content-Type"].startswith("text/html"):
            assert "DIALLO" not in answer.content.decode(), name
    assert (
        f"dossier confidentiel n° {world.sejour.menage_id}" in client.get(url(world, "compte_detail")).content.decode()
    )
    assert client.get(url(world, "compte_list") + "?q=diallo").context["page"].paginator.count == 0
    assert (
        signed_in(world.coordinatrice).get(url(world, "compte_list") + "?q=diallo").context["page"].paginator.count == 1
    )
    with reading_as(world.coordinatrice):
        pay(world.contrat, 10, datetime.date(2025, 4, 10), payer="DIALLO Moussa")
    assert "DIALLO" not in str(Quittance.objects.latest("pk").document.data)
    assert Ecriture.objects.filter(kind="payment").count() == 2
