"""The demonstration holds together: its books balance, its places are taken once, its pages open, it loads once."""

import datetime
from collections import Counter
from itertools import product
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, F, Q, Sum
from django.urls import reverse

from accompagnement.models import DossierSocial, NoteSociale
from admissions.forms.decisions import COMMISSION_MOTIVES
from admissions.models import (
    Decision,
    EnvoiLettre,
    ImportOrientations,
    MotifCloture,
    Orientation,
    Proposition,
    SessionCommission,
)
from logement.models import (
    AvisEcheance,
    ContratOccupation,
    Ecriture,
    EtatDesLieux,
    Imputation,
    LigneFichier,
    LigneRemise,
    MandatPrelevement,
    OccupationPlace,
    Place,
    RemisePrelevement,
    RenouvellementSejour,
    Sejour,
    TravauxPrevus,
)
from residence import hooks
from residence.authentication import has_second_factor
from residence.demo import PASSWORD, TEAM
from residence.duties import kinds, rebuild_duties, refresh_duties
from residence.models import DocumentEmis, Echeance, EntreeJournal, Fusion, Menage, RendezVous, User
from residence.models.base import today
from residence.models.documents import canonical_json, sha256_of
from residence.permissions import Role

PLACES, MONTHS = 24, 3


@pytest.fixture(scope="module")
def demonstration(django_db_setup: Any, django_db_blocker: Any) -> Any:
    """One small demonstration for the whole module, taken back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("demo", places=PLACES, mois=MONTHS, verbosity=0)
        yield
        transaction.set_rollback(True)


pytestmark = [pytest.mark.usefixtures("demonstration"), pytest.mark.django_db]


def test_places_and_publics() -> None:
    assert Place.objects.count() == PLACES
    assert Place.objects.filter(dispositif__code="temporaire").count() == round(PLACES * 112 / 222)


def test_books_balance() -> None:
    redevance = Ecriture.objects.of_account("redevance")
    called = AvisEcheance.objects.called().aggregate(sum=Sum("total"))["sum"]
    assert redevance.filter(avis__isnull=False).balance() == called
    paid = redevance.filter(encaissement__isnull=False).balance()
    standing = redevance.filter(encaissement__cancelled_at=None, encaissement__isnull=False)
    received = -sum(row.encaissement.amount for row in standing)
    assert paid == received
    for avis in AvisEcheance.objects.called().annotate(settled=Sum("imputations__amount")):
        assert avis.paid == (avis.settled or 0)
    assert not Imputation.objects.filter(avis__status="cancelled").exists()


def test_files_and_debits_have_been_dealt_with() -> None:
    """Lines of the CAF's list and of the statement entered, others waiting; a remise entered, one debit sent back."""
    for kind, done in (("apl", 5), ("bank", 3)):
        found = Counter(LigneFichier.objects.filter(fichier__kind=kind).values_list("status", flat=True))
        assert found["applied"] >= done
        assert found["to_decide"] >= 2
    assert MandatPrelevement.objects.live().count() >= 3
    assert LigneRemise.objects.filter(rejected_code="AM04", encaissement__cancelled_at__isnull=False).count() == 1
    assert RemisePrelevement.objects.filter(status="booked").exists()


def test_somebody_stays_after_the_end() -> None:
    """Their place is held without an end, they owe an indemnité, the steps are under way."""
    (contrat,) = ContratOccupation.objects.filter(status="occupant_sans_titre")
    held = OccupationPlace.objects.live().get(contrat=contrat, kind="after_contract")
    assert held.end_on is None
    assert AvisEcheance.objects.called().filter(contrat=contrat, lignes__kind="indemnite").exists()
    (case,) = contrat.procedures.open()
    assert {"talk", "rehousing"} <= set(case.etapes.standing().values_list("code", flat=True))


def test_every_contract_holds_its_place() -> None:
    for contrat in ContratOccupation.objects.filter(signed_on__isnull=False):
        (occupation,) = OccupationPlace.objects.live().filter(contrat=contrat, kind="contract")
        assert (occupation.place_id, occupation.start_on, occupation.end_on) == (
            contrat.place_id,
            contrat.start_on,
            contrat.end_on,
        )


def test_duties_are_those_of_the_rules() -> None:
    assert Echeance.objects.open().exists()
    assert rebuild_duties() == (0, 0)


def test_duties_of_one_row_are_those_of_all_rows() -> None:
    stored = list(Echeance.objects.open().order_by("pk").values())
    for model in {kind.model for kind in kinds().values()}:
        rows = model._default_manager.order_by("pk")
        owed = Echeance.objects.open().filter(target_type=ContentType.objects.get_for_model(model))
        for target in [*rows[:10], *rows.filter(pk__in=owed.values("target_id"))[:10]]:
            refresh_duties(target)
    assert list(Echeance.objects.open().order_by("pk").values()) == stored


def test_issued_documents_match_their_fingerprint() -> None:
    for document in DocumentEmis.objects.all():
        assert document.data_sha256 == sha256_of(canonical_json(document.data))


def test_every_stage_of_admissions_is_there() -> None:
    found = set(Orientation.objects.values_list("status", flat=True))
    assert found >= {"received", "interview_planned", "incomplete", "ready", "waiting", "entered", "closed"}
    assert set(SessionCommission.objects.values_list("status", flat=True)) == {"closed", "convened", "prepared"}
    untold = Decision.objects.filter(notified_on__isnull=False)
    assert not untold.filter(Q(letter_candidat=None) | Q(letter_prescripteur=None)).exists()
    entered = Orientation.objects.filter(status="entered")
    assert not entered.exclude(sejour__menage=F("menage")).exists()


def test_a_year_of_admissions() -> None:
    """Everything that a visitor looks for has happened, or is about to."""
    decided = Decision.objects.order_by()
    refused = decided.filter(kind="unfavorable").values_list("motives", flat=True)
    assert {motive for motives in refused for motive in motives} == set(COMMISSION_MOTIVES)
    assert set(Orientation.objects.filter(status="closed").values_list("closed_reason", flat=True)) == set(MotifCloture)
    # A file put off is heard again; one still waits.
    deferred = decided.filter(kind="deferred", deferred_to_on__isnull=False)
    heard = {one: list(one.passage.orientation.passages.filter(decision__isnull=False)) for one in deferred}
    assert {len(passages) for passages in heard.values()} == {1, 2}
    reserves = decided.filter(kind="favorable_subject_to").annotate(pieces=Count("reserve_pieces"))
    assert {(one.conditions_lifted_on is None, one.pieces > 0) for one in reserves} == set(
        product((True, False), repeat=2)
    )
    assert RendezVous.objects.filter(status="no_show").count() >= 2
    (sitting,) = SessionCommission.objects.filter(status="convened")
    assert sitting.passages.on_agenda().filter(orientation__status="ready", synthese__isnull=False).count() == 9
    assert set(Proposition.objects.values_list("status", flat=True)) >= {"refused", "accepted", "expired"}
    imports = {one.status: one.counts for one in ImportOrientations.objects.all()}
    assert imports["done"] == {"entered": 2}
    assert imports["review"].keys() == {"entered", "faulty", "to_decide"}
    assert Fusion.objects.filter(undone_at=None).exists()
    assert set(EnvoiLettre.objects.values_list("means", flat=True)) == {"email", "post"}
    assert Place.objects.filter(reservataire__isnull=False).exists()
    assert TravauxPrevus.objects.waiting().exists()


def test_a_stay_goes_past_its_term_and_one_comes_near() -> None:
    assert RenouvellementSejour.objects.filter(kind="overstay", until_on__gt=today()).exists()
    near = today() + datetime.timedelta(days=90)
    assert Sejour.objects.open().filter(planned_end_on__range=(today(), near)).exists()


def test_the_house_is_well_kept() -> None:
    late = Echeance.objects.overdue(today())
    # Two who owe, and the debit that the bank sent back.
    assert late.filter(kind="terme.missed", role=Role.COORDINATRICE).count() == 3
    for role in (Role.COORDINATRICE, Role.GESTIONNAIRE):
        assert late.filter(role=role).count() <= 10


def test_social_files_and_states() -> None:
    assert DossierSocial.objects.open().exists()
    assert NoteSociale.objects.exists()
    assert not EtatDesLieux.objects.filter(status="signed", lignes=None).exists()


def test_one_household_is_confidential_and_masked() -> None:
    for menage in Menage.objects.filter(is_confidential=True):
        assert str(menage) == f"dossier confidentiel n° {menage.pk}"
        capacities = set(menage.acces_confidentiels.values_list("capacity", flat=True))
        assert capacities == {"referent", "gestionnaire", "substitute"}


def test_loading_again_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    models = (Menage, Orientation, Ecriture, DocumentEmis, EntreeJournal, Echeance)
    before = [model.objects.count() for model in models]
    call_command("demo", places=PLACES, mois=MONTHS)
    assert "n’est pas vide" in capsys.readouterr().out
    assert [model.objects.count() for model in models] == before


def test_accounts_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("comptes_demo")
    said = capsys.readouterr().out
    assert PASSWORD in said
    assert "code_totp" in said
    assert all(username in said for username, *_ in TEAM)
    protected = {user.username for user in User.objects.all() if has_second_factor(user)}
    assert protected == {"direction", "technique"}


@pytest.mark.parametrize("username", [username for username, *_ in TEAM])
def test_every_page_of_the_menu_opens(username: str, client: Any) -> None:
    user = User.objects.get(username=username)
    client.force_login(user)
    menu = [entry for found in hooks.named("MENU") for entry in found]
    opened = [entry for entry in menu if entry.permission is None or user.holds(entry.permission)]
    assert opened
    for entry in opened:
        response = client.get(reverse(entry.url_name))
        assert response.status_code == 200, f"{username}: {entry.url_name} answers {response.status_code}"
