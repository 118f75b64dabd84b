"""The yearly revision: by the published index, under the maximum, once, all or nothing, and told to the residents."""

import datetime
import threading
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connections, transaction
from django.urls import reverse

from logement.actions import revisions
from logement.actions.revisions import apply_revision, decide_revision, issue_revision_letters
from logement.actions.tarifs import import_irl, set_tarif
from logement.models import ContratOccupation, IndiceIRL, RevisionRedevance, Tarif
from logement.queries.revisions import revision_of
from residence.actions.documents import pdf_of
from residence.duties import refresh_duties
from residence.models import DocumentEmis, Echeance, EntreeJournal, PlafondRedevance, Residence
from residence.permissions import Role
from tests.factories import (
    CategoriePlaceFactory,
    ConventionFactory,
    MenageFactory,
    ResidenceFactory,
    TarifFactory,
    UserFactory,
)
from tests.logement.books import D, call, on, read, stay

pytestmark = pytest.mark.django_db

NEW_YEAR = datetime.date(2026, 1, 1)
# IRL T2 2024 145,17; T2 2025 146,68: 300 becomes 303.12, 100 becomes 101.04, both rounded down.
RENT, CHARGES = D("303.12"), D("101.04")


def amounts(categorie: Any) -> list[tuple[datetime.date, datetime.date | None, D, D, D]]:
    rows = Tarif.objects.filter(categorie=categorie).order_by("valid_from")
    return list(rows.values_list("valid_from", "valid_to", "rent", "charges", "services"))


def maximum(categorie: Any, amount: Any) -> None:
    convention = ConventionFactory(residence=categorie.residence)
    PlafondRedevance.objects.create(
        convention=convention,
        type_logement=categorie.type_logement,
        valid_from=datetime.date(2020, 1, 1),
        monthly_maximum=amount,
    )


def revise(residence: Residence, year: int = 2026, **fields: Any) -> Any:
    with on(2025, 11, 20):
        return apply_revision(by=None, residence=residence, year=year, **fields)


def test_the_index_writes_a_new_tariff_and_keeps_the_old_one() -> None:
    categorie = TarifFactory().categorie
    applied = revise(categorie.residence)
    assert applied.is_new
    assert amounts(categorie) == [
        (datetime.date(2015, 1, 1), datetime.date(2025, 12, 31), D(300), D(100), D(20)),
        (NEW_YEAR, None, RENT, CHARGES, D(20)),
    ]
    kept = RevisionRedevance.objects.get()
    assert (kept.old_index, kept.new_index, kept.effective_on) == (D("145.17"), D("146.68"), NEW_YEAR)
    assert Tarif.objects.get(valid_from=NEW_YEAR).reason.startswith("Révision annuelle 2026. IRL 2025-T2 146,68")
    assert EntreeJournal.objects.get(action="revision.apply").details["tarifs"] == 1


def test_twice_nothing_is_doubled() -> None:
    categorie = TarifFactory().categorie
    revise(categorie.residence)
    assert not revise(categorie.residence).is_new
    assert len(amounts(categorie)) == 2
    assert EntreeJournal.objects.filter(action="revision.apply").count() == 1


@pytest.mark.django_db(transaction=True)
def test_twice_at_once_nothing_is_doubled() -> None:
    categorie = TarifFactory().categorie
    gate, outcomes = threading.Barrier(2), []

    def run() -> None:
        try:
            gate.wait(timeout=20)
            outcomes.append(apply_revision(by=None, residence=categorie.residence, year=2026).is_new)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == [False, True]
    assert len(amounts(categorie)) == 2


@pytest.mark.parametrize(
    ("most", "rent", "charges"),
    [
        pytest.param("404.16", RENT, CHARGES, id="at the maximum"),
        pytest.param("402.00", D("301.50"), D("100.50"), id="cut down to it in proportion"),
        pytest.param("390.00", D("292.50"), D("97.50"), id="already above it: comes down"),
    ],
)
def test_never_above_the_maximum_of_the_year(most: str, rent: D, charges: D) -> None:
    categorie = TarifFactory().categorie
    maximum(categorie, most)
    line = revise(categorie.residence).revision.lines[0]
    assert (line.rent, line.charges) == (rent, charges)
    reason = Tarif.objects.get(valid_from=NEW_YEAR).reason
    assert ("Ramené au maximum" in reason) == (most != "404.16")


def test_all_of_a_residence_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    first = TarifFactory().categorie
    TarifFactory(categorie=CategoriePlaceFactory(residence=first.residence))
    done = []

    def fails_the_second_time(**fields: Any) -> Tarif:
        if done:
            raise ValidationError("non")
        done.append(fields)
        return set_tarif(**fields)

    monkeypatch.setattr(revisions, "set_tarif", fails_the_second_time)
    with pytest.raises(ValidationError, match="non"):
        revise(first.residence)
    assert done
    assert Tarif.objects.count() == 2
    assert not RevisionRedevance.objects.exists()


def test_a_tariff_fixed_by_hand_for_the_new_year_is_left_alone() -> None:
    by_hand = TarifFactory().categorie
    other = TarifFactory(categorie=CategoriePlaceFactory(residence=by_hand.residence)).categorie
    set_tarif(by=None, categorie=by_hand, valid_from=NEW_YEAR, rent=D(280), charges=D(90))
    lines = {line.categorie: line for line in revise(by_hand.residence).revision.lines}
    assert amounts(by_hand)[-1][2] == D(280)
    assert amounts(other)[-1][2] == RENT
    assert lines[by_hand].left


def test_a_late_revision_begins_after_the_months_already_called() -> None:
    contrat = stay(start_on=datetime.date(2025, 12, 1))
    call(contrat, datetime.date(2026, 1, 1))
    revision = revision_of(contrat.sejour.residence, 2026)
    assert revision.is_late
    with on(2026, 2, 3):
        apply_revision(by=None, residence=contrat.sejour.residence, year=2026)
    assert amounts(contrat.place.categorie)[-1][0] == datetime.date(2026, 2, 1)


def test_a_year_whose_months_are_all_called_is_refused() -> None:
    contrat = stay(start_on=datetime.date(2025, 12, 1))
    call(contrat, datetime.date(2025, 12, 1))
    with pytest.raises(ValidationError, match="tous confirmés"):
        revise(contrat.sejour.residence, year=2025)


def test_a_missing_index_is_named_then_imported() -> None:
    categorie = TarifFactory().categorie
    with pytest.raises(ValidationError, match="trimestre 2027-T2 manque"):
        revise(categorie.residence, year=2028)
    import_irl(["quarter,value,published_on", "2027-Q2,150.00,2027-07-15"], by=None)
    assert revision_of(categorie.residence, 2028).lines[0].rent == D("303.29")


def test_an_index_of_the_database_wins_and_a_done_revision_does_not_move() -> None:
    categorie = TarifFactory().categorie
    revise(categorie.residence)
    IndiceIRL.objects.create(quarter="2025-T2", value=D("200.00"))
    assert "146,68" in revision_of(categorie.residence, 2026).basis.text
    other = TarifFactory(categorie=CategoriePlaceFactory(residence=ResidenceFactory())).categorie
    assert "200,00" in revision_of(other.residence, 2026).basis.text


def test_a_frozen_year_writes_no_tariff_and_keeps_its_reason() -> None:
    categorie = TarifFactory().categorie
    decide_revision(by=None, residence=categorie.residence, year=2026, rate=D(0), reason="Vote du conseil")
    with pytest.raises(ValidationError, match=r"Année gelée.*Vote du conseil"):
        revise(categorie.residence)
    assert len(amounts(categorie)) == 1
    decide_revision(by=None, residence=categorie.residence, year=2026, rate=None)
    assert revise(categorie.residence).is_new


def test_a_rate_fixed_by_hand_is_used_with_its_reason() -> None:
    categorie = TarifFactory().categorie
    decide_revision(by=None, residence=categorie.residence, year=2026, rate=D("0.5"), reason="Accord des résidents")
    revise(categorie.residence)
    assert amounts(categorie)[-1][2:4] == (D("301.50"), D("100.50"))
    assert "Accord des résidents" in Tarif.objects.get(valid_from=NEW_YEAR).reason
    with pytest.raises(ValidationError, match="déjà faite"):
        decide_revision(by=None, residence=categorie.residence, year=2026, rate=D(0), reason="Trop tard")


@pytest.mark.parametrize(
    ("rate", "reason", "said"),
    [(D("5.01"), "Réhabilitation", "au plus 5"), (D(-21), "Erreur", "20"), (D(1), " ", "Dites pourquoi")],
)
def test_a_rate_out_of_bounds_or_without_reason_is_refused(rate: D, reason: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        decide_revision(by=None, residence=ResidenceFactory(), year=2026, rate=rate, reason=reason)
    assert not RevisionRedevance.objects.exists()


def test_the_database_keeps_one_revision_a_year_and_its_reason() -> None:
    residence = ResidenceFactory()
    RevisionRedevance.objects.create(residence=residence, year=2026)
    for fields in ({"year": 2026}, {"year": 2027, "rate": 1}, {"year": 2028, "effective_on": NEW_YEAR}):
        with pytest.raises(IntegrityError), transaction.atomic():
            RevisionRedevance.objects.create(residence=residence, **fields)


def test_amounts_that_changed_since_the_page_are_refused() -> None:
    categorie = TarifFactory().categorie
    seen = revision_of(categorie.residence, 2026).fingerprint
    set_tarif(by=None, categorie=categorie, valid_from=datetime.date(2025, 6, 1), rent=D(310), charges=D(100))
    with pytest.raises(ValidationError, match="relisez"):
        revise(categorie.residence, seen=seen)
    assert not RevisionRedevance.objects.exists()


# Letters


def test_each_resident_is_told_once() -> None:
    told = stay()
    gone = stay(residence=told.sejour.residence, end_on=datetime.date(2025, 12, 31))
    ContratOccupation.objects.filter(pk=gone.pk).update(
        status="ended", end_on=datetime.date(2025, 12, 31), keys_back_on=datetime.date(2025, 12, 31)
    )
    residence = told.sejour.residence
    with pytest.raises(ValidationError, match="n’est pas faite"):
        issue_revision_letters(by=None, residence=residence, year=2026)
    revise(residence)
    with on(2025, 11, 21):
        letters = issue_revision_letters(by=None, residence=residence, year=2026)
        assert issue_revision_letters(by=None, residence=residence, year=2026) == letters
    assert [letter.target_id for letter in letters] == [told.pk]
    text = read(pdf_of(letters[0]))
    assert "01/01/2026" in text
    assert "424,16 €" in text
    assert "420,00 €" in text
    assert "146,68" in text


def test_a_letter_to_a_protected_household_names_nobody() -> None:
    menage = MenageFactory(name="SECRET Anne", is_confidential=True)
    contrat = stay(menage=menage, residence=ResidenceFactory())
    revise(contrat.sejour.residence)
    (letter,) = issue_revision_letters(by=None, residence=contrat.sejour.residence, year=2026)
    assert "SECRET" not in str(letter.data)


# Duties


def duties(residence: Residence) -> list[str]:
    refresh_duties(residence)
    rows = Echeance.objects.open().filter(kind="revision.apply", target_id=residence.pk)
    return [f"{row.role} {row.due_on} {row.detail}" for row in rows]


def test_a_duty_before_1_january_until_it_is_done_or_frozen() -> None:
    residence = stay().sejour.residence
    with on(2025, 9, 30):
        assert duties(residence) == []
    with on(2025, 10, 1):
        assert duties(residence) == ["gestionnaire 2025-12-31 1er janvier 2026"]
    with on(2026, 1, 31):
        assert duties(residence) != []
    with on(2025, 11, 20):
        decide_revision(by=None, residence=residence, year=2026, rate=D(0), reason="Gel")
        assert duties(residence) == []
        decide_revision(by=None, residence=residence, year=2026, rate=None)
        assert duties(residence) != []
    revise(residence)
    with on(2025, 11, 20):
        assert duties(residence) == []


def test_the_duty_says_when_the_index_is_missing() -> None:
    residence = stay().sejour.residence
    with on(2027, 11, 1):
        assert "2027-T2 manque" in duties(residence)[0]


# Command


def run(*args: str) -> str:
    out = StringIO()
    with on(2025, 11, 20):
        call_command("revise_redevances", *args, stdout=out, stderr=StringIO())
    return out.getvalue().replace("\u00a0", " ")


def test_the_command_shows_without_writing_then_does_it_then_says_it_is_done() -> None:
    contrat = stay()
    assert "420,00 € -> 424,16 €" in run("2026", "--dry-run")
    assert not RevisionRedevance.objects.exists()
    assert Tarif.objects.count() == 1
    assert "420,00 € -> 424,16 €" in run("2026", "--residence", contrat.sejour.residence.code)
    assert "déjà faite" in run("2026")
    assert Tarif.objects.count() == 2


@pytest.mark.parametrize("dry", [[], ["--dry-run"]], ids=["for good", "dry"])
def test_the_command_fails_when_an_index_is_missing(dry: list[str]) -> None:
    stay()
    with pytest.raises(CommandError, match="1 résidence sans révision"):
        run("2030", *dry)


def test_the_command_refuses_what_is_not_a_year() -> None:
    with pytest.raises(CommandError, match="n’est pas une année"):
        run("26")


# Pages


@pytest.fixture
def gestionnaire(client: Any) -> Any:
    def of(residence: Residence) -> Any:
        client.force_login(UserFactory(role=Role.GESTIONNAIRE, residence=residence))
        return client

    return of


def test_the_pages_decide_revise_and_print_the_letters(gestionnaire: Any) -> None:
    contrat = stay()
    residence = contrat.sejour.residence
    with on(2025, 11, 20):
        client = gestionnaire(residence)

        def address(name: str) -> str:
            return f"{reverse(f'logement:{name}', args=[residence.pk])}?annee=2026"

        page = client.get(address("revision_detail")).content.decode().replace("\u00a0", " ")
        assert "424,16 €" in page
        refused = client.post(address("revision_decide"), {"mode": "taux", "rate": "6", "reason": ""})
        assert set(refused.context["form"].errors) == {"rate", "reason"}
        client.post(address("revision_decide"), {"mode": "gel", "reason": "Gel voté"})
        assert "Gel voté" in client.get(address("revision_detail")).content.decode()
        client.post(address("revision_decide"), {"mode": "irl"})
        confirm = client.get(address("revision_apply"))
        client.post(address("revision_apply"), {"seen": confirm.context["revision"].fingerprint})
        assert Tarif.objects.filter(valid_from=NEW_YEAR).count() == 1
        client.post(address("revision_apply"))
        assert Tarif.objects.filter(valid_from=NEW_YEAR).count() == 1
        pdf = client.post(address("revision_letters"))
    assert pdf["Content-Type"] == "application/pdf"
    assert "424,16" in read(pdf.content)
    assert DocumentEmis.objects.filter(kind="lettre_revision").count() == 1


def test_another_residence_is_not_found(gestionnaire: Any) -> None:
    client = gestionnaire(ResidenceFactory())
    other = ResidenceFactory()
    for name in ("revision_detail", "revision_decide", "revision_apply"):
        assert client.get(reverse(f"logement:{name}", args=[other.pk])).status_code == 404
    assert client.post(reverse("logement:revision_letters", args=[other.pk])).status_code == 404


def test_queries_do_not_grow_with_the_categories(
    gestionnaire: Any, django_assert_max_num_queries: Any, django_assert_num_queries: Any
) -> None:
    residence = ResidenceFactory()
    client = gestionnaire(residence)
    address = f"{reverse('logement:revision_detail', args=[residence.pk])}?annee=2026"

    def asked() -> int:
        with django_assert_max_num_queries(40) as counted:
            client.get(address)
        return len(counted)

    for _ in range(3):
        TarifFactory(categorie=CategoriePlaceFactory(residence=residence))
    asked()
    few = asked()
    for _ in range(27):
        TarifFactory(categorie=CategoriePlaceFactory(residence=residence))
    assert asked() == few
