"""A month at the gestionnaire's desk in a browser: campaign, statement, list of the CAF, receipts, reminder."""

import datetime

import pytest
import time_machine

from logement.models import AvisEcheance, Encaissement, Quittance
from residence.models import DocumentEmis
from residence.permissions import Role
from tests.factories import PASSWORD, MenageFactory, ResidenceFactory, UserFactory
from tests.logement.books import stay
from tests.logement.rules.test_releve import IBAN, camt, entry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MARCH = datetime.date(2026, 3, 1)
# Name, APL, number of allocataire.
RESIDENTS = (
    ("DIALLO Awa", "250", "1234567"),
    ("KONE Issa", "250", ""),
    ("SY Fatou", None, ""),
    ("BA Moussa", None, ""),
)


@pytest.fixture
def house():
    """Four residents at 420 € a month, two of them with an APL; a gestionnaire; the 25th of March."""
    with time_machine.travel(datetime.datetime(2026, 3, 25, 8, 30, tzinfo=datetime.UTC)) as clock:
        residence = ResidenceFactory(code="cour", name="Côté Cour", iban=IBAN)
        by = UserFactory(role=Role.GESTIONNAIRE, residence=residence, username="sylvie")
        by.set_password(PASSWORD)
        by.save()
        contrats = {}
        for name, apl, caf in RESIDENTS:
            menage = MenageFactory(name=name, caf_number=caf)
            contrats[name] = stay(start_on=MARCH, apl=apl, residence=residence, menage=menage)
        yield by, contrats, clock


def upload(desk, name: str, content: bytes) -> None:
    desk.page.set_input_files("[name=file]", {"name": name, "mimeType": "text/plain", "buffer": content})


def test_a_month(house, at_screen):
    by, contrats, clock = house
    desk = at_screen(by)
    # The avis of March.
    desk.go("/logement/redevance/campagnes/preparer/?mois=2026-03")
    desk.press("Préparer les avis")
    desk.press("Confirmer 4 avis")
    desk.press("Confirmer les 4 avis")
    assert AvisEcheance.objects.filter(status="confirmed").count() == 4
    # The statement of the bank: one by its reference, one who pays a part, which somebody decides.
    desk.later(clock, datetime.date(2026, 4, 6))
    diallo, ba = contrats["DIALLO Awa"], contrats["BA Moussa"]
    reference = f"{diallo.place.code}-{diallo.sejour_id}"

    def line(amount: str, payer: str, text: str, number: str) -> str:
        details = (
            f"<TxDtls><RltdPties><Dbtr><Nm>{payer}</Nm></Dbtr></RltdPties>"
            f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"
        )
        return entry(amount, day="2026-04-03", details=details, reference=number)

    desk.go("/logement/redevance/paiements/fichiers/importer/?nature=bank")
    upload(desk, "releve.xml", camt(line("170.00", "M X", reference, "R1") + line("100.00", "BA MOUSSA", "", "R2")))
    desk.press("Lire le fichier")
    assert "nom et prénom" in desk.text
    desk.page.get_by_label("C’est BA Moussa").check()
    desk.press("Enregistrer ces décisions")
    desk.press("Passer en compte 2 lignes prêtes")
    # The list of the CAF: by number, by name.
    desk.go("/logement/redevance/paiements/fichiers/importer/?nature=apl")
    desk.fill(month="2026-03", paid_on="5/4/26")
    upload(desk, "liste.csv", "Allocataire;Nom prénom;Montant\n1234567;X;250\n;KONE Issa;250\n".encode())
    desk.press("Lire le fichier")
    desk.press("Lire les lignes")
    desk.press("Passer en compte 2 lignes prêtes")
    assert Encaissement.objects.filter(method="apl").count() == 2
    # What each one has in hand: a quittance, a reçu, nothing.
    desk.go(f"/logement/redevance/comptes/{diallo.sejour_id}/")
    quittance = Quittance.objects.live().get(sejour=diallo.sejour, kind="quittance")
    paper = desk.pdf(quittance.document_id)
    assert "420,00 €" in paper
    assert "APL" in paper
    desk.go(f"/logement/redevance/comptes/{ba.sejour_id}/")
    assert "100,00 €" in desk.pdf(Quittance.objects.get(sejour=ba.sejour).document_id)
    unpaid = contrats["SY Fatou"].sejour
    assert not Quittance.objects.filter(sejour=unpaid).exists()
    # Who begins to owe, on the board.
    desk.go("/logement/redevance/arrieres/")
    for name in ("SY Fatou", "BA Moussa", "KONE Issa"):
        assert name in desk.text
    assert "DIALLO Awa" not in desk.text
    # A talk first; a fortnight later nothing came: the first letter.
    desk.go(f"/logement/redevance/arrieres/{unpaid.pk}/")
    assert desk.page.get_by_role("button", name="Écrire la").count() == 0
    desk.press("Noter une démarche")
    desk.fill(kind="talk", done_on="6/4/26", outcome="promise")
    desk.submit()
    desk.later(clock, datetime.date(2026, 4, 21))
    desk.go(f"/logement/redevance/arrieres/{unpaid.pk}/")
    desk.press("Écrire la première lettre")
    letter = desk.pdf(DocumentEmis.objects.get(kind="relance").pk)
    assert "420,00 €" in letter
    assert f"{contrats['SY Fatou'].place.code}-{unpaid.pk}" in letter
