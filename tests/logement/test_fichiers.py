"""The CAF's list and the bank's statement: recognised with a reason, entered once, refused when it is not ours."""

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from logement.actions.apl import report_departure
from logement.actions.fichiers import (
    Choice,
    apply_fichier,
    decide_fichier,
    drop_fichier,
    open_fichier,
    say_columns,
)
from logement.models import AvisEcheance, DroitApl, Ecriture, Encaissement, FichierPaiements, LigneFichier, Quittance
from logement.queries.compte import balance_of
from residence.duties import rebuild_duties
from residence.imports import read_sheet
from residence.models import AccesConfidentiel, DocumentEmis, Echeance
from residence.permissions import Role
from tests.factories import MenageFactory, ResidenceFactory, UserFactory
from tests.logement.books import FEBRUARY, MARCH, D, call, check_books, on, pay, stay
from tests.logement.rules.test_releve import IBAN, camt, entry

pytestmark = pytest.mark.django_db

PAID_ON = datetime.date(2025, 4, 5)
Status = LigneFichier.Status


@pytest.fixture
def house() -> SimpleNamespace:
    """Three residents with an APL of 250 €, their avis of February and March called; a gestionnaire."""
    residence = ResidenceFactory(code="cour", name="Côté Cour", iban=IBAN)
    gestionnaire = UserFactory(role=Role.GESTIONNAIRE, residence=residence)
    contrats = []
    for name, caf in (("DIALLO Awa", "1234567"), ("KONE Issa", ""), ("SY Fatou", "7654321")):
        menage = MenageFactory(name=name)
        menage.caf_number = caf
        menage.save()
        contrats.append(stay(start_on=FEBRUARY, apl="250", residence=residence, menage=menage))
    for month in (FEBRUARY, MARCH):
        call(contrats[0], month)
    return SimpleNamespace(residence=residence, by=gestionnaire, contrats=contrats)


def caf_list(house: Any, text: str, *, month: datetime.date = MARCH, **more: Any) -> FichierPaiements:
    content = text.encode()
    with on(2025, 4, 6):
        fichier, _ = open_fichier(
            by=house.by,
            residence=house.residence,
            kind="apl",
            file_name="liste.csv",
            content=content,
            sheet=read_sheet(content, known=["Montant"], any_heads=True),
            month=month,
            paid_on=PAID_ON,
        )
        columns = {int(rank): code for rank, code in fichier.columns.items()} | more.get("columns", {})
        return say_columns(by=house.by, fichier=fichier, columns=columns)


def apply(house: Any, fichier: FichierPaiements) -> Any:
    with on(2025, 4, 6):
        return apply_fichier(by=house.by, fichier=fichier)


LIST = """N° allocataire;Nom prénom;Période;Montant;Trop-perçu
1234567 A;DIALLO Awa;03/2025;250,00;
5555555;KONE Issa;02/2025 - 03/2025;500,00;
7654321;SY Fatou;;500,00;
9999999;INCONNU Paul;03/2025;120,00;
"""


def test_a_list_is_recognised_and_entered_once(house: Any) -> None:
    fichier = caf_list(house, LIST)
    lignes = list(fichier.lignes.order_by("number"))
    assert [one.matched_by for one in lignes] == ["caf_number", "name", "caf_number", ""]
    assert [one.status for one in lignes] == ["ready", "ready", "ready", "to_decide"]
    # A line for two months is understood, said or added up; the one that nobody knows waits.
    assert (lignes[2].first_month, lignes[2].last_month) == (FEBRUARY, MARCH)
    assert "couvre 02/2025 à 03/2025" in lignes[2].reason
    applied = apply(house, fichier)
    assert (applied.done, applied.total) == (3, D("1250.00"))
    assert apply(house, fichier).done == 0
    received = Encaissement.objects.filter(method="apl")
    assert sorted(received.values_list("for_month", "amount")) == [(FEBRUARY, D(250))] * 2 + [(MARCH, D(250))] * 3
    assert set(Ecriture.objects.filter(kind="apl_recall").values_list("label", flat=True)) == {
        "Rappel d’APL pour 02/2025"
    }
    # What was recognised by name is found by number the next time.
    house.contrats[1].sejour.menage.refresh_from_db()
    assert house.contrats[1].sejour.menage.caf_number == "5555555"
    check_books()
    # The same file again is the same; its lines in another file are seen to be entered.
    with on(2025, 4, 6):
        same, new = open_fichier(
            by=house.by,
            residence=house.residence,
            kind="apl",
            file_name="x",
            content=LIST.encode(),
            sheet=read_sheet(LIST.encode(), known=["Montant"], any_heads=True),
            month=MARCH,
            paid_on=PAID_ON,
        )
    assert (same, new) == (fichier, False)
    again = caf_list(house, LIST + "\n")
    assert set(again.lignes.exclude(caf_number="9999999").values_list("status", flat=True)) == {"already"}
    assert received.count() == 5
    # What is left is decided by a person, and may be left out.
    (unknown,) = fichier.lignes.filter(status="to_decide")
    with on(2025, 4, 6):
        rebuild_duties()
        assert Echeance.objects.open().filter(kind="fichier.apply").count() == 2
        decide_fichier(by=house.by, fichier=fichier, choices=[Choice(unknown.pk, left_out=True)])
        fichier.refresh_from_db()
        assert fichier.status == "done"
        assert Echeance.objects.open().filter(kind="fichier.apply", target_id=fichier.pk).count() == 0
        with pytest.raises(ValidationError, match="déjà passées"):
            drop_fichier(by=house.by, fichier=fichier)


def test_an_overpaid_apl_is_asked_for_on_its_own_line(house: Any, client: Any) -> None:
    contrat = house.contrats[0]
    pay(contrat, 250, datetime.date(2025, 3, 5), method="apl", for_month=FEBRUARY)
    pay(contrat, 170, datetime.date(2025, 3, 5))
    assert Quittance.objects.live().filter(kind="quittance").count() == 1
    text = "N° allocataire;Mois;Montant;Nature\n1234567;02/2025;-40;Indu\n1234567;03/2025;250;APL\n"
    apply(house, caf_list(house, text))
    avis = AvisEcheance.objects.get(rank=1)
    assert (avis.month, avis.total, avis.left_to_pay) == (FEBRUARY, D(40), D(40))
    assert Ecriture.objects.get(avis=avis).kind == "apl_overpaid"
    assert avis.document.data["overpaid"] == "40.00"
    assert Quittance.objects.live().filter(kind="quittance").count() == 0
    # 170 € of March, 40 € that the CAF took back.
    assert balance_of(contrat.sejour).to_pay == D(210)
    check_books()
    # Paid, then undone: it was another's. The counter-entry, a statement that says so, the month's quittance anew.
    pay(contrat, 40, datetime.date(2025, 4, 8), chosen=(avis.pk,))
    with on(2025, 4, 9):
        client.force_login(house.by)
        page = client.get(avis.get_absolute_url()).content.decode()
        assert "Annuler cette reprise" in page
        for _ in range(2):
            client.post(reverse("logement:reprise_cancel", args=[avis.pk]), {"reason": "ligne d’un autre"})
    avis.refresh_from_db()
    assert (avis.status, avis.paid) == ("cancelled", 0)
    assert [row.amount for row in Ecriture.objects.filter(avis=avis).order_by("pk")] == [D(40), D(-40)]
    assert Quittance.objects.live().filter(kind="quittance", avis__month=FEBRUARY).count() == 1
    told = DocumentEmis.objects.filter(kind="releve").latest("pk")
    assert "ligne d’un autre" in str(told.data)
    # The 40 € paid go to March.
    assert balance_of(contrat.sejour).to_pay == D(130)
    check_books()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("N° allocataire;Mois;Montant\n1234567;02/2025;250\n", "celle de 02/2025"),
        ("N° allocataire;Mois;Montant\n1111111;03/2025;250\n2222222;03/2025;250\n", "pas celle de Côté Cour"),
        ("N° allocataire;Mois;Montant\n1234567;03/2025;250\n3333333;;1\n4444444;;1\n", "2 dans une autre résidence"),
    ],
)
def test_a_list_that_is_not_ours_is_refused(house: Any, text: str, message: str) -> None:
    for caf in ("3333333", "4444444"):
        other = stay(start_on=FEBRUARY)
        other.sejour.menage.caf_number = caf
        other.sejour.menage.save()
    with pytest.raises(ValidationError, match=message):
        caf_list(house, text)
    assert not LigneFichier.objects.exists()


def statement(house: Any, entries: str, **more: Any) -> FichierPaiements:
    with on(2025, 4, 6):
        fichier, _ = open_fichier(
            by=house.by, residence=house.residence, kind="bank", file_name="r.xml", content=camt(entries, **more)
        )
    return fichier


def line(amount: str, *, payer: str = "", iban: str = "", text: str = "", **more: Any) -> str:
    details = (
        f"<TxDtls><RltdPties><Dbtr><Nm>{payer}</Nm></Dbtr><DbtrAcct><Id><IBAN>{iban}</IBAN></Id></DbtrAcct></RltdPties>"
        f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"
    )
    return entry(amount, day="2025-04-04", details=details, **more)


def test_a_statement_is_matched_with_a_reason(house: Any) -> None:
    diallo, kone, sy = house.contrats
    reference = f"{diallo.place.code}-{diallo.sejour_id}"
    fichier = statement(
        house,
        line("100.00", payer="X", text=f"LOYER {reference}", reference="R1")
        + line("340.00", payer="MME SY FATOU", iban="FR1420041010050500013M02606", reference="R2")
        + line("50.00", payer="KONE ISSA", reference="R3")
        + line("77.00", payer="DUPONT", reference="R4")
        + line("900.00", payer="CAF DU PUY DE DOME", reference="R5")
        + entry("12.00", sign="DBIT", day="2025-04-04", reference="R6"),
    )
    found = {one.reference: one for one in fichier.lignes.all()}
    assert {key: (one.status, one.matched_by, one.sejour_id) for key, one in found.items()} == {
        "R1": ("ready", "reference", diallo.sejour_id),
        # The name, and the amount that she has to pay to the cent.
        "R2": ("ready", "name", sy.sejour_id),
        # The name alone is proposed.
        "R3": ("to_decide", "name", kone.sejour_id),
        "R4": ("to_decide", "", None),
        "R5": ("left_out", "", None),
        "R6": ("left_out", "", None),
    }
    assert apply(house, fichier).total == D(440)
    assert balance_of(sy.sejour).to_pay == 0
    assert Encaissement.objects.get(sejour=sy.sejour).method == "transfer"
    with on(2025, 4, 6):
        decide_fichier(
            by=house.by,
            fichier=fichier,
            choices=[
                Choice(found["R3"].pk, sejour=kone.sejour_id, what="cheque"),
                Choice(found["R4"].pk, sejour=diallo.sejour_id, what="fsl"),
            ],
        )
    assert apply(house, fichier).done == 2
    assert Encaissement.objects.get(sejour=kone.sejour).method == "cheque"
    check_books()
    # Her IBAN is known from now on; a line of an earlier statement is not entered twice.
    second = statement(
        house,
        line("60.00", payer="M X", iban="FR1420041010050500013M02606", reference="R7")
        + line("340.00", payer="MME SY FATOU", iban="FR1420041010050500013M02606", reference="R2"),
    )
    assert list(second.lignes.values_list("reference", "status", "matched_by")) == [
        ("R7", "ready", "iban"),
        ("R2", "already", "iban"),
    ]


def test_what_was_typed_by_hand_is_not_entered_again(house: Any) -> None:
    sy = house.contrats[2]
    pay(sy, 340, datetime.date(2025, 4, 3))
    fichier = statement(house, line("340.00", text=f"{sy.place.code}-{sy.sejour_id}", reference="R1"))
    (ligne,) = fichier.lignes.all()
    assert (ligne.status, "déjà saisi le 03/04/2025" in ligne.reason) == ("to_decide", True)


def test_another_account_is_refused(house: Any) -> None:
    with pytest.raises(ValidationError, match="FR14 … 606"):
        statement(house, line("1.00"), iban="FR1420041010050500013M02606")
    text = "IBAN;Date;Libellé;Montant\nFR1420041010050500013M02606;04/04/2025;X;10\n".encode()
    with on(2025, 4, 6):
        fichier, _ = open_fichier(
            by=house.by,
            residence=house.residence,
            kind="bank",
            file_name="r.csv",
            content=text,
            sheet=read_sheet(text, known=["Date"], any_heads=True),
        )
        with pytest.raises(ValidationError, match="pas du compte"):
            say_columns(by=house.by, fichier=fichier, columns={0: "account", 1: "dated_on", 2: "label", 3: "amount"})


def test_a_hidden_household_is_paid_by_number_and_never_shown(house: Any, client: Any) -> None:
    hidden = house.contrats[2]
    menage = hidden.sejour.menage
    menage.is_confidential = True
    menage.save()
    named = UserFactory(role=Role.GESTIONNAIRE, residence=house.residence)
    AccesConfidentiel.objects.create(
        menage=menage, user=named, capacity="gestionnaire", granted_by=named, start_on=FEBRUARY
    )
    text = "N° allocataire;Nom prénom;Montant;Rappel\n7654321;SY Fatou;250;\n;SY Fatou;;30\n1234567;DIALLO Awa;250;\n"
    fichier = caf_list(house, text)
    assert list(fichier.lignes.values_list("status", flat=True)) == ["ready", "to_decide", "ready"]
    url = reverse("logement:fichier_detail", args=[fichier.pk])
    for user, sees in ((house.by, False), (named, True)):
        client.force_login(user)
        for tab in ("to_decide", "ready"):
            page = client.get(url, {"lignes": tab}).content.decode()
            assert ("SY Fatou" in page) is sees
    with on(2025, 4, 6):
        rebuild_duties()
    assert Echeance.objects.open().get(kind="fichier.decide").user == named
    assert apply(house, fichier).done == 2
    assert AvisEcheance.objects.get(contrat=hidden, month=MARCH).apl_received == D(250)


def test_the_pages_say_columns_decide_and_enter(house: Any, client: Any, django_assert_max_num_queries: Any) -> None:
    client.force_login(house.by)
    content = LIST.replace("Montant", "Somme due").encode()
    with on(2025, 4, 6):
        opened = client.post(
            reverse("logement:fichier_open") + "?nature=apl",
            {
                "residence": house.residence.pk,
                "month": "2025-03",
                "paid_on": "05/04/2025",
                "file": SimpleUploadedFile("liste.csv", content),
            },
        )
        fichier = FichierPaiements.objects.get()
        assert opened.url == reverse("logement:fichier_columns", args=[fichier.pk])
        columns = {"column_0": "caf_number", "column_1": "full_name", "column_2": "month"}
        refused = client.post(opened.url, columns)
        assert "quelle colonne porte le montant" in refused.content.decode()
        client.post(opened.url, columns | {"column_3": "amount"})
        url = reverse("logement:fichier_detail", args=[fichier.pk])
        with django_assert_max_num_queries(40):
            page = client.get(url, {"lignes": "to_decide"}).content.decode()
        assert "INCONNU Paul" in page
        (unknown,) = fichier.lignes.filter(status="to_decide")
        place = house.contrats[0].place.code
        prefix = f"l{unknown.pk}-"
        wrong = client.post(url + "?lignes=to_decide", {f"{prefix}seen": "1", f"{prefix}place": "Z99"})
        assert "Aucun séjour à la place « Z99 »" in wrong.content.decode()
        client.post(url + "?lignes=to_decide", {f"{prefix}seen": "1", f"{prefix}place": place})
        client.post(reverse("logement:fichier_apply", args=[fichier.pk]))
        fichier.refresh_from_db()
        assert fichier.status == "done"
        assert Encaissement.objects.filter(sejour=house.contrats[0].sejour).count() == 2
        # The next list of the CAF is understood as it was said.
        second, _ = open_fichier(
            by=house.by,
            residence=house.residence,
            kind="apl",
            file_name="x",
            content=b"2",
            sheet=read_sheet(content, known=["Somme due"], any_heads=True),
            month=MARCH,
            paid_on=PAID_ON,
        )
        assert second.columns["3"] == "amount"
        page = client.get(reverse("logement:apl_list"), {"mois": "2025-03"}).content.decode()
        assert "KONE Issa" in page


def test_a_departure_is_told_to_the_caf(house: Any) -> None:
    sejour = house.contrats[0].sejour
    sejour.ended_on = datetime.date(2025, 4, 10)
    sejour.save()
    with on(2025, 4, 12):
        rebuild_duties()
        assert Echeance.objects.open().get(kind="apl.report_departure").due_on == datetime.date(2025, 4, 10)
        report_departure(
            by=house.by, sejour=sejour, left_on=datetime.date(2025, 4, 10), reported_on=datetime.date(2025, 4, 12)
        )
        assert not Echeance.objects.open().filter(kind="apl.report_departure").exists()
        assert DroitApl.objects.get(sejour=sejour).end_on == datetime.date(2025, 3, 31)
        # A death: until the end of its month; put right, the right goes on to there.
        with pytest.raises(ValidationError):
            report_departure(
                by=house.by, sejour=sejour, left_on=datetime.date(2025, 4, 10), reported_on=datetime.date(2025, 4, 13)
            )
