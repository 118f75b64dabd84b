"""Deductions: the grid proposes, a person decides, on a signed exit, with a proof; the deposit reads them."""

import datetime
from decimal import Decimal as D

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from logement.actions.etats_des_lieux import create_etat_des_lieux, sign_etat_des_lieux
from logement.actions.retenues import cancel_retenue, decide_retenue
from logement.models import EtatDesLieux, PosteVetuste, RetenueSortie
from logement.queries.retenues import deposit_deductions, deposit_lines, grid_of, worsened_lines
from logement.rules.depot import balance
from logement.rules.vetuste import USUAL
from tests.factories import ContratFactory, SejourFactory
from tests.logement.test_etats_des_lieux import shot, signatures

pytestmark = pytest.mark.django_db
Kind = EtatDesLieux.Kind


def made(ophis, contrat, kind, **states):
    """A signed état des lieux where all is in good state, save what `states` says by element."""
    edl = create_etat_des_lieux(by=ophis.gestionnaire, contrat=contrat, kind=kind)
    edl.lignes.update(condition="good")
    edl.lignes.filter(is_key=True).update(condition="", quantity=2)
    for element, values in states.items():
        edl.lignes.filter(element=element).update(**values)
    return sign_etat_des_lieux(by=ophis.gestionnaire, edl=edl, version=edl.version, signatures=signatures())


@pytest.fixture
def left(ophis):
    """A household that came in on 1 March 2023 and left three years later: a wall, a key and a table of its own."""
    sejour = SejourFactory(
        menage=ophis.menage, residence=ophis.residence, dispositif=ophis.temporary, start_on=datetime.date(2023, 3, 1)
    )
    contrat = ContratFactory(sejour=sejour, place=ophis.place)
    with time_machine.travel("2023-03-01 10:00", tick=False):
        made(ophis, contrat, Kind.ENTRY, Murs={"condition": "new"}, Table={"is_personal": True})
    with time_machine.travel("2026-03-02 10:00", tick=False):
        exit_edl = made(
            ophis,
            contrat,
            Kind.EXIT,
            Murs={"condition": "bad"},
            Table={"condition": "bad", "is_personal": True},
            **{"clés de la porte": {"quantity": 1}},
        )
        ophis.sejour, ophis.exit = sejour, exit_edl
        yield ophis


def decide(ophis, element, **changes):
    ligne = ophis.exit.lignes.filter(element=element).order_by("rank").first()
    given = {
        "cost": D("200.00"),
        "poste": "Peintures et papiers peints",
        "installed_on": datetime.date(2023, 3, 1),
        "proof_reference": "facture n° 12",
    }
    return decide_retenue(by=ophis.gestionnaire, ligne=ligne, **given | changes)


def test_the_grid_proposes_and_a_person_decides(left):
    found = {(one.compared.line.room, one.compared.line.element): one for one in worsened_lines(left.exit)}
    assert {one.compared.line.element for one in found.values()} == {"Murs", "clés de la porte"}
    wall = found["Entrée", "Murs"]
    # New at the entry: known since then. Three years, the first one free: 100 - 2 x 15 %.
    assert (wall.poste.name, wall.installed_on) == ("Peintures et papiers peints", datetime.date(2023, 3, 1))
    kept = decide(left, "Murs", proof=shot())
    assert (kept.share, kept.proposed, kept.amount) == (D("0.70"), D("140.00"), D("140.00"))
    assert kept.proof_name.endswith(".jpg")
    with pytest.raises(ValidationError, match="déjà sa retenue"):
        decide(left, "Murs")
    with pytest.raises(ValidationError, match="pas celui que la grille propose"):
        decide(left, "clés de la porte", poste="Clés et badges", cost=D("30"), amount=D("10"))
    key = decide(
        left, "clés de la porte", poste="Clés et badges", cost=D("30"), amount=D("10"), reasons="Double gardé."
    )
    assert (key.proposed, key.amount) == (D("30.00"), D("10.00"))
    assert [(line.label, line.amount, line.proof) for line in deposit_lines(left.sejour)] == [
        ("Clés, clés de la porte", D("10.00"), "facture n° 12"),
        ("Entrée, Murs", D("140.00"), "facture n° 12"),
    ]
    assert balance(D("420.00"), deposit_deductions(left.sejour)) == D("270.00")
    cancel_retenue(by=left.gestionnaire, retenue=key, reason="Clé retrouvée")
    assert deposit_deductions(left.sejour) == [D("140.00")]
    with pytest.raises(ValidationError, match="déjà annulée"):
        cancel_retenue(by=left.gestionnaire, retenue=key, reason="encore")


def test_what_may_not_be_kept(left):
    with pytest.raises(ValidationError, match="meuble personnel"):
        decide(left, "Table")
    with pytest.raises(ValidationError, match="rien à retenir"):
        decide(left, "Plafond")
    with pytest.raises(ValidationError, match="entre zéro et le coût"):
        decide(left, "Murs", amount=D("200.01"), reasons="trop")
    kept = decide(left, "Murs")
    personal = left.exit.lignes.filter(is_personal=True).first()
    for change in (
        lambda: RetenueSortie.objects.filter(pk=kept.pk).update(amount=0, reasons="x"),
        kept.delete,
        lambda: RetenueSortie.objects.create(
            ligne=personal, cost=1, share=1, proposed=1, amount=1, proof_reference="x", decided_by=left.gestionnaire
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_a_residence_writes_its_own_grid_from_a_day_on(left):
    day = datetime.date(2026, 3, 2)
    assert grid_of(left.residence, day) == USUAL
    for start, years in (("2020-01-01", 5), ("2026-01-01", 9), ("2026-04-01", 3)):
        PosteVetuste.objects.create(
            residence=left.residence, name="Murs", words="mur, cloison", life_years=years, yearly_percent=10,
            valid_from=start,
        )  # fmt: skip
    (one,) = grid_of(left.residence, day)
    assert (one.life_years, one.words) == (9, ("mur", "cloison"))


def test_the_pages_of_the_deductions(client, left):
    client.force_login(left.gestionnaire)
    url = reverse("logement:retenue_list", args=[left.exit.pk])
    assert "Murs" in client.get(url).content.decode()
    wall = left.exit.lignes.filter(element="Murs").order_by("rank").first()
    act = reverse("logement:retenue_decide", args=[wall.pk])
    page = client.post(act, {"cost": "200", "poste": "Sols", "installed_on": "1/3/23", "compute": "1"})
    assert "160,00" in page.content.decode()
    given = {
        "cost": "200",
        "poste": "Peintures et papiers peints",
        "installed_on": "1/3/23",
        "proof_reference": "devis 4",
    }
    page = client.post(act, given | {"compute": "1"}).content.decode()
    assert "140,00" in page
    assert not RetenueSortie.objects.exists()
    answer = client.post(act, given | {"decide": "1", "proof": SimpleUploadedFile("f.jpg", shot().read())})
    assert answer.status_code == 302
    kept = RetenueSortie.objects.get()
    assert "140,00" in client.get(url).content.decode()
    assert client.get(reverse("logement:retenue_proof", args=[kept.pk])).status_code == 200
    answer = client.post(reverse("logement:retenue_cancel", args=[kept.pk]), {"reason": "erreur"})
    assert answer.status_code == 302
    assert deposit_deductions(left.sejour) == []
    # Amounts owed are not for who keeps the rounds.
    client.force_login(left.vie_residentielle)
    assert client.get(url).status_code == 403
