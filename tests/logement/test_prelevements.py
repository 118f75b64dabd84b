"""Direct debit: a mandate, an avis that announces, a remise that the schema takes, what the bank sends back."""

import datetime
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse

from logement.actions.fichiers import apply_fichier, open_fichier
from logement.actions.prelevements import (
    book_remise,
    cancel_remise,
    create_mandat,
    make_remise,
    reject_all,
    reject_ligne,
    revoke_mandat,
    sign_mandat,
)
from logement.models import AvisEcheance, Encaissement, LigneRemise, MandatPrelevement, Quittance, RemisePrelevement
from logement.queries.compte import balance_of
from logement.rules.releve import Reject, pain_rejects
from residence.actions.documents import pdf_of
from residence.duties import rebuild_duties
from residence.models import Echeance
from residence.permissions import Role
from tests.factories import MenageFactory, ResidenceFactory, UserFactory
from tests.logement.books import FEBRUARY, MARCH, D, call, check_books, on, read, stay
from tests.logement.rules.test_releve import IBAN, camt, entry

pytestmark = pytest.mark.django_db

HERS = "FR1420041010050500013M02606"


@pytest.fixture
def house() -> SimpleNamespace:
    """Two residents with a mandate signed in February, a third without; the avis of March called."""
    residence = ResidenceFactory(code="cour", name="Côté Cour", organisme="OPHIS", iban=IBAN, ics="FR72ZZZ123456")
    by = UserFactory(role=Role.GESTIONNAIRE, residence=residence)
    contrats = [
        stay(start_on=FEBRUARY, apl="250", residence=residence, menage=MenageFactory(name=name))
        for name in ("DIALLO Awa", "N’DIAYE-ŒUVRE Zoé", "SY Fatou")
    ]
    with on(2025, 2, 10):
        for contrat in contrats[:2]:
            mandat = create_mandat(by=by, contrat=contrat, holder=contrat.sejour.menage.name, iban=HERS)
            sign_mandat(by=by, mandat=mandat, signed_on=datetime.date(2025, 2, 10))
    avis = [call(contrat, MARCH) for contrat in contrats[:1]]
    avis += list(AvisEcheance.objects.filter(month=MARCH, contrat__in=contrats[1:]).order_by("contrat"))
    return SimpleNamespace(residence=residence, by=by, contrats=contrats, avis=avis)


def test_from_the_mandate_to_the_reject(house: Any, tmp_path: Path) -> None:
    first, _, third = house.avis
    mandat = MandatPrelevement.objects.get(contrat=house.contrats[0])
    paper = read(pdf_of(mandat.document))
    assert mandat.rum in paper
    assert "FR14 2004 1010 0505 0001 3M02 606" in paper
    # The avis of the 25th announces the later of the 5th and of fourteen days: the 8th.
    day = datetime.date(2025, 4, 8)
    assert (first.collect_on, third.collect_on) == (day, None)
    assert first.document.data["debit"]["iban"] == "FR14 … 606"
    assert "prélevés le 8 avril 2025" in read(pdf_of(first.document))
    # Until then, no term is missed.
    overdue = AvisEcheance.objects.overdue(datetime.date(2025, 4, 8))
    assert set(overdue.values_list("pk", flat=True)) == {third.pk}
    output = tmp_path / "remise.xml"
    with on(2025, 4, 2):
        rebuild_duties()
        assert Echeance.objects.open().get(kind="remise.make").due_on == datetime.date(2025, 4, 4)
        said = StringIO()
        call_command("sepa", "2025-03", output=str(output), stdout=said)
        content = output.read_bytes()
        assert "2 prélèvements, 340.00 €, le 08/04/2025" in said.getvalue()
        call_command("sepa", "2025-03", output=str(output), stdout=StringIO())
        assert (output.read_bytes(), RemisePrelevement.objects.count()) == (content, 1)
        assert make_remise(by=house.by, residence=house.residence, month=MARCH) is None
    for part in ("<SeqTp>FRST</SeqTp>", "<CtrlSum>340.00</CtrlSum>", "N'DIAYE-OEUVRE Zoe", "2025-04-08", mandat.rum):
        assert part in content.decode()
    remise = RemisePrelevement.objects.get()
    with on(2025, 4, 7), pytest.raises(ValidationError, match="08/04/2025"):
        book_remise(by=house.by, remise=remise)
    with on(2025, 4, 8):
        book_remise(by=house.by, remise=remise)
        book_remise(by=house.by, remise=remise)
    assert Encaissement.objects.filter(method="debit").count() == 2
    assert balance_of(house.contrats[0].sejour).to_pay == 0
    check_books()
    # One comes back: owed again, the receipt cancelled, no fee; the account is closed, so is the mandate.
    with on(2025, 4, 11):
        rejects = [Reject(one.end_to_end, "AC04") for one in remise.lignes.filter(avis=first)] + [Reject("X", "AM04")]
        assert reject_all(by=house.by, remise=remise, rejects=rejects, on=datetime.date(2025, 4, 11)) == (1, ["X"])
        assert reject_all(by=house.by, remise=remise, rejects=rejects[:1], on=datetime.date(2025, 4, 11)) == (0, [])
    assert balance_of(house.contrats[0].sejour).to_pay == D(170)
    assert balance_of(house.contrats[1].sejour).to_pay == 0
    assert Quittance.objects.live().filter(sejour=house.contrats[0].sejour).count() == 0
    mandat.refresh_from_db()
    assert (mandat.revoked_on, "compte clos" in mandat.revoked_reason) == (datetime.date(2025, 4, 11), True)
    # The other comes back by the bank's statement.
    with on(2025, 4, 14):
        other = remise.lignes.get(avis=house.avis[1])
        details = (
            f"<TxDtls><Refs><EndToEndId>{other.end_to_end}</EndToEndId></Refs>"
            "<RtrInf><Rsn><Cd>AM04</Cd></Rsn></RtrInf></TxDtls>"
        )
        statement = camt(entry("170.00", sign="DBIT", day="2025-04-14", reference="RJ", details=details))
        fichier, _ = open_fichier(
            by=house.by, residence=house.residence, kind="bank", file_name="r.xml", content=statement
        )
        assert "provision insuffisante" in fichier.lignes.get().reason
        assert apply_fichier(by=house.by, fichier=fichier).done == 1
    assert balance_of(house.contrats[1].sejour).to_pay == D(170)
    check_books()
    with pytest.raises(CommandError, match="Rien n’est à prélever"):
        call_command("sepa", "2025-01", output=str(output))


def test_what_is_refused_and_what_ends(house: Any) -> None:
    contrat = house.contrats[2]
    with on(2025, 3, 26):
        with pytest.raises(ValidationError, match="IBAN est faux"):
            create_mandat(by=house.by, contrat=contrat, holder="SY Fatou", iban="FR1420041010050500013M02607")
        mandat = create_mandat(by=house.by, contrat=contrat, holder="SY Fatou", iban=HERS)
        with pytest.raises(ValidationError, match="déjà un mandat"):
            create_mandat(by=house.by, contrat=contrat, holder="SY Fatou", iban=HERS)
        with pytest.raises(ValidationError, match="à venir"):
            sign_mandat(by=house.by, mandat=mandat, signed_on=datetime.date(2025, 3, 27))
        revoke_mandat(by=house.by, mandat=mandat, on=datetime.date(2025, 3, 26), reason="changement de banque")
        assert create_mandat(by=house.by, contrat=contrat, holder="SY Fatou", iban=HERS).rum == f"COUR-{contrat.pk}-2"
        remise = make_remise(by=house.by, residence=house.residence, month=MARCH)
        assert remise is not None
        # Cancelled before the bank has it: its terms are free again. A mandate revoked takes its term out.
        cancel_remise(by=house.by, remise=remise, reason="montant à revoir")
        second = MandatPrelevement.objects.get(contrat=house.contrats[1])
        revoke_mandat(by=house.by, mandat=second, on=datetime.date(2025, 3, 26), reason="demande du résident")
        house.avis[1].refresh_from_db()
        assert house.avis[1].collect_on is None
        again = make_remise(by=house.by, residence=house.residence, month=MARCH)
        assert again is not None
        assert again.count == 1
        (ligne,) = again.lignes.all()
        reject_ligne(by=house.by, ligne=ligne, on=datetime.date(2025, 3, 26), code="AM04")
        # Nothing was entered: the term is simply the resident's again.
        assert not Encaissement.objects.exists()
        house.residence.ics = "FR00ZZZ123456"
        house.residence.save()
        with pytest.raises(ValidationError, match="ICS"):
            make_remise(by=house.by, residence=house.residence, month=MARCH)
    # Thirty-six months without a debit: lapsed, neither announced nor collected.
    first = MandatPrelevement.objects.get(contrat=house.contrats[0])
    assert first.usable_until == datetime.date(2028, 2, 10)


def test_the_pages(house: Any, client: Any) -> None:
    client.force_login(house.by)
    contrat = house.contrats[2]
    with on(2025, 3, 26):
        url = reverse("logement:mandat_create", args=[contrat.pk])
        assert "IBAN est faux" in client.post(url, {"holder": "SY", "iban": "FR14"}).content.decode()
        made = client.post(url, {"holder": "SY Fatou", "iban": "FR14 2004 1010 0505 0001 3M02 606"})
        client.post(made.url, {"signed_on": "26/03/2025"})
        assert MandatPrelevement.objects.get(contrat=contrat).signed_on == datetime.date(2025, 3, 26)
        url = reverse("logement:remise_make", args=[house.residence.pk]) + "?mois=2025-03"
        assert "Faire la remise" in client.get(url).content.decode()
        remise_url = client.post(url).url
        remise = RemisePrelevement.objects.get()
        assert remise.count == 3
        file = client.post(reverse("logement:remise_download", args=[remise.pk]))
        assert file.content.decode() == remise.content
        ligne = LigneRemise.objects.first()
        assert ligne is not None
        client.post(reverse("logement:prelevement_reject", args=[ligne.pk]), {"on": "26/03/2025", "code": "AM04"})
        page = client.get(remise_url).content.decode()
        assert "rejeté : provision insuffisante" in page
        assert HERS not in page
    coordinatrice = UserFactory(role=Role.COORDINATRICE, residence=house.residence)
    client.force_login(coordinatrice)
    assert client.get(remise_url).status_code == 403
    document = MandatPrelevement.objects.get(contrat=contrat).document
    assert client.get(document.get_absolute_url()).status_code == 404


PAIN_002 = b"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt><OrgnlPmtInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>E1</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf>
</TxInfAndSts><TxInfAndSts><OrgnlEndToEndId>E2</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts>
</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"""


def test_the_report_of_the_bank_is_read() -> None:
    assert pain_rejects(PAIN_002) == [Reject("E1", "AM04")]
    with pytest.raises(ValueError, match=r"pain\.002"):
        pain_rejects(b"<Document/>")
