"""`issue_avis` and `issue_quittances`: what they say, what they refuse, twice the same."""

import datetime
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pypdf import PdfReader

from logement.models import AvisEcheance, DroitApl, Quittance, Tarif
from residence.models import DocumentEmis
from tests.factories import ResidenceFactory
from tests.logement.books import MARCH, call, on, pay, read, stay

pytestmark = pytest.mark.django_db


def run(*args: str) -> list[str]:
    out = StringIO()
    call_command(*args, stdout=out, stderr=StringIO())
    return out.getvalue().splitlines()


def test_issue_avis_twice() -> None:
    stay()
    stay()
    with on(2025, 3, 25):
        assert run("issue_avis", "2025-03")[-1] == "2 avis d’échéance de 03/2025 confirmés."
        assert run("issue_avis", "2025-03")[-1] == "0 avis d’échéance de 03/2025 confirmé."
    assert AvisEcheance.objects.called().count() == 2


def test_issue_avis_of_one_residence() -> None:
    first, _ = stay(), stay()
    with on(2025, 3, 25):
        run("issue_avis", "2025-03", "--residence", first.sejour.residence.code.upper())
    assert AvisEcheance.objects.get().contrat == first


def test_issue_avis_names_who_is_left_out_and_fails() -> None:
    contrat = stay()
    stay(residence=contrat.sejour.residence)
    Tarif.objects.filter(categorie=contrat.place.categorie).delete()
    out = StringIO()
    with on(2025, 3, 25), pytest.raises(CommandError, match=r"^1 avis .* confirmé\. Reste à faire\s: 1 contrat"):
        call_command("issue_avis", "2025-03", stdout=out)
    assert contrat.place.code in out.getvalue()
    assert AvisEcheance.objects.called().count() == 1


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["2025-13"], "n’est pas un mois"),
        (["mars"], "n’est pas un mois"),
        (["2025-03", "--residence", "nulle-part"], "Aucune résidence n’a le code"),
    ],
)
def test_issue_avis_wrong_arguments(args: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("issue_avis", *args)


def test_issue_avis_too_early_fails_with_the_reason() -> None:
    stay()
    err = StringIO()
    with on(2025, 3, 10), pytest.raises(CommandError, match="1 résidence sans campagne possible"):
        call_command("issue_avis", "2025-03", stderr=err)
    assert "à partir du 20/03/2025" in err.getvalue()


def test_a_residence_without_anybody_that_month_stops_nothing() -> None:
    stay()
    stay(start_on=datetime.date(2025, 5, 1), residence=ResidenceFactory(opened_on=datetime.date(2025, 5, 1)))
    with on(2025, 5, 25):
        assert run("issue_avis", "2025-03")[-1].startswith("1 avis")


def test_issue_quittances_in_one_pdf_safe_twice(tmp_path: Path) -> None:
    residence = ResidenceFactory()
    for box in ("12", "3"):
        contrat = stay(residence=residence)
        contrat.place.mailbox = box
        contrat.place.save()
        call(contrat, MARCH)
        pay(contrat, 420 if box == "3" else 200, datetime.date(2025, 4, 2))
    output = tmp_path / "quittances.pdf"
    with on(2025, 4, 10):
        said = run("issue_quittances", "2025-03", "--output", str(output))
        first = output.read_bytes()
        run("issue_quittances", "2025-03", "--residence", residence.code, "--output", str(output))
    assert output.read_bytes() == first
    assert said[-1].startswith("2 quittances et reçus de 03/2025")
    text = read(first)
    assert text.index("420,00 €") < text.index("200,00 €")
    # A household a sheet: two pages, and the back of the first.
    assert len(PdfReader(BytesIO(first)).pages) == 3
    assert Quittance.objects.count() == 2


def test_issue_quittances_issues_what_a_credit_has_paid(tmp_path: Path) -> None:
    contrat = stay()
    pay(contrat, 420, datetime.date(2025, 3, 5))
    call(contrat, MARCH)
    assert not Quittance.objects.filter(kind="quittance").exists()
    with on(2025, 4, 10):
        said = run("issue_quittances", "2025-03", "--output", str(tmp_path / "q.pdf"))
    assert "dont 1 édité à l’instant" in said[-1]
    assert Quittance.objects.filter(kind="quittance").count() == 1


def test_issue_quittances_refusals(tmp_path: Path) -> None:
    contrat = stay()
    with pytest.raises(CommandError, match="Aucun avis d’échéance n’est confirmé"):
        call_command("issue_quittances", "2025-03", "--output", str(tmp_path / "q.pdf"))
    call(contrat, MARCH)
    with pytest.raises(CommandError, match="Rien n’a été payé"):
        call_command("issue_quittances", "2025-03", "--output", str(tmp_path / "q.pdf"))
    with pytest.raises(CommandError, match="n’existe pas"):
        call_command("issue_quittances", "2025-03", "--output", str(tmp_path / "nulle" / "part.pdf"))
    assert list(tmp_path.iterdir()) == []
    assert DocumentEmis.objects.filter(kind="quittance").count() == 0
    assert not DroitApl.objects.exists()
