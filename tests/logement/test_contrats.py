"""A contract from its draft to its signature, and what it refuses."""

import datetime
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection

from logement.actions.contrats import (
    cancel_contrat,
    edit_contrat,
    issue_attestation,
    issue_contrat,
    prepare_contrat,
    record_assurance,
    sign_contrat,
)
from logement.actions.parc import create_occupation
from logement.models import ContratOccupation, Ecriture, OccupationPlace, Sejour
from logement.queries.contrats import entry_steps
from residence.models import Echeance, EntreeJournal, MembreMenage, Rattachement, SurfaceDispositif
from residence.permissions import Cause
from tests.factories import ContratFactory, MenageFactory, PersonneFactory, RattachementFactory

ENTRY = datetime.date(2025, 3, 1)
Status = ContratOccupation.Status
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_february():
    with time_machine.travel("2025-02-24 10:00", tick=False):
        yield


def prepared(ophis, **terms):
    given = {
        "menage": ophis.menage,
        "place": ophis.place,
        "start_on": ENTRY,
        "parties": {ophis.personne.pk: "titulaire"},
    }
    return prepare_contrat(by=ophis.gestionnaire, **(given | terms))


def signed(ophis, **terms):
    contrat = issue_contrat(by=ophis.gestionnaire, contrat=prepared(ophis, **terms))
    return sign_contrat(by=ophis.gestionnaire, contrat=contrat, signed_on=datetime.date(2025, 2, 24))


def test_prepare_takes_the_tariff_and_bounds_the_deposit(ophis):
    contrat = prepared(ophis)
    assert contrat.status == Status.DRAFT
    assert contrat.monthly_redevance == Decimal("420.00")
    assert contrat.deposit_amount == Decimal("420.00")
    assert contrat.sejour.planned_end_on == datetime.date(2026, 2, 28)
    assert Echeance.objects.open().get(kind="contrat.to_issue").due_on == ENTRY
    assert EntreeJournal.objects.filter(action="contrat.prepare", by=ophis.gestionnaire).exists()


def test_a_permanent_place_has_no_term_and_a_term_cannot_be_written(ophis):
    contrat = prepared(ophis, place=ophis.rooms[0])
    assert contrat.sejour.planned_end_on is None
    contrat.sejour.planned_end_on = datetime.date(2026, 3, 1)
    with pytest.raises(ValidationError, match="sans limitation de durée"):
        contrat.sejour.full_clean()


def test_the_deposit_is_at_most_a_month_of_redevance(ophis):
    with pytest.raises(ValidationError, match="ne dépasse pas"):
        prepared(ophis, deposit_amount=Decimal("420.01"))
    assert not Sejour.objects.exists()


def test_a_household_too_large_is_refused(ophis):
    MembreMenage.objects.create(menage=ophis.menage, personne=PersonneFactory(), tie="child", start_on=ENTRY)
    with pytest.raises(ValidationError, match="compte 2 personnes"):
        prepared(ophis)


def test_a_place_too_small_for_the_apl_is_confirmed(ophis):
    ophis.place.surface = Decimal("8.50")
    ophis.place.save()
    with pytest.raises(ValidationError) as refused:
        prepared(ophis)
    assert "surface_confirmed" in refused.value.error_dict
    assert prepared(ophis, surface_confirmed=True).pk


@pytest.mark.parametrize(("surface", "fits"), [("20.23", False), ("20.24", True), ("28", True), ("29", False)])
def test_surface_bounds_of_the_dispositif(ophis, surface, fits):
    """Epicéa: T1' from 20.24 to 28 m², bounds included."""
    ophis.place.logement.type_logement = "T1'"
    ophis.place.logement.save()
    ophis.place.surface = Decimal(surface)
    ophis.place.save()
    SurfaceDispositif.objects.create(
        dispositif=ophis.temporary, type_logement="T1'", minimum=Decimal("20.24"), maximum=28
    )
    if fits:
        assert prepared(ophis).pk
    else:
        with pytest.raises(ValidationError, match="le dispositif"):
            prepared(ophis)


def test_a_room_of_a_shared_flat_is_measured_as_a_room(ophis):
    """The bounds of a whole T4 say nothing of its rooms."""
    for type_logement, least in (("T4", 70), ("chambre", 12)):
        SurfaceDispositif.objects.create(
            dispositif=ophis.permanent, type_logement=type_logement, minimum=Decimal(least)
        )
    assert prepared(ophis, place=ophis.rooms[0]).pk


def test_without_a_tariff_no_contract(ophis):
    ophis.place.categorie.tarifs.update(valid_to=datetime.date(2025, 2, 28))
    with pytest.raises(ValidationError, match="Aucun tarif"):
        prepared(ophis)


def test_not_before_the_books_of_the_residence(ophis):
    with pytest.raises(ValidationError, match="tenue ici depuis"):
        prepared(ophis, start_on=datetime.date(2014, 12, 1))


def test_a_minor_signs_nothing(ophis):
    ophis.personne.born_on = datetime.date(2007, 3, 2)
    ophis.personne.save()
    with pytest.raises(ValidationError, match="mineur"):
        prepared(ophis)


def test_a_titulaire_or_an_organisation(ophis):
    with pytest.raises(ValidationError, match="titulaire"):
        prepared(ophis, parties={ophis.personne.pk: "occupant"})
    contrat = prepared(ophis, parties={ophis.personne.pk: "occupant"}, organisation="ESPOIR 18")
    assert contrat.organisation == "ESPOIR 18"


def test_a_person_of_another_household_is_refused(ophis):
    other = PersonneFactory()
    with pytest.raises(ValidationError, match="n’est pas du ménage"):
        prepared(ophis, parties={ophis.personne.pk: "titulaire", other.pk: "co_titulaire"})


def test_twice_prepared_is_one_contract(ophis):
    prepared(ophis)
    with pytest.raises(ValidationError, match="contrat en préparation"):
        prepared(ophis)
    assert ContratOccupation.objects.count() == 1


def test_issue_freezes_a_document_and_signature_opens_the_stay(ophis):
    contrat = signed(ophis)
    assert contrat.status == Status.RUNNING
    assert contrat.document.number == "OPHIS-2025-00001"
    occupation = OccupationPlace.objects.get(contrat=contrat)
    assert (occupation.start_on, occupation.end_on, occupation.kind) == (ENTRY, None, "contract")
    assert Rattachement.objects.filter(menage=ophis.menage, cause=Cause.SEJOUR, end_on=None).exists()
    entry = Ecriture.objects.get(contrat=contrat)
    assert (entry.kind, entry.amount) == ("deposit_called", Decimal("420.00"))
    open_kinds = set(Echeance.objects.open().values_list("kind", flat=True))
    assert {"etat_des_lieux.entry", "assurance.to_collect", "depot.to_receive", "apl.to_request"} <= open_kinds
    assert "contrat.to_sign" not in open_kinds
    assert EntreeJournal.objects.filter(action="contrat.sign").count() == 1


def test_signed_twice_is_refused(ophis):
    contrat = signed(ophis)
    with pytest.raises(ValidationError, match="Quelqu’un est passé avant vous"):
        sign_contrat(by=ophis.gestionnaire, contrat=contrat, signed_on=datetime.date(2025, 2, 24))
    assert Ecriture.objects.count() == 1


def test_a_reservation_of_somebody_else_stops_the_signature(ophis):
    contrat = issue_contrat(by=ophis.gestionnaire, contrat=prepared(ophis))
    create_occupation(
        by=ophis.gestionnaire,
        place=ophis.place,
        kind=OccupationPlace.Kind.RESERVATION,
        start_on=ENTRY,
        end_on=datetime.date(2025, 3, 31),
        reason="Préfecture",
    )
    with pytest.raises(ValidationError, match=r"La place est déjà prise sur ces dates.*: réservation du 01/03/2025"):
        sign_contrat(by=ophis.gestionnaire, contrat=contrat, signed_on=datetime.date(2025, 2, 24))
    contrat.refresh_from_db()
    assert contrat.status == Status.TO_SIGN


def test_a_place_that_is_taken_is_refused_at_once(ophis):
    other = ContratFactory(sejour__residence=ophis.residence, place=ophis.place)
    assert other.status == Status.RUNNING
    with pytest.raises(ValidationError, match="La place est déjà prise"):
        prepared(ophis)


def test_edit_sends_back_to_draft_and_issues_anew(ophis):
    contrat = issue_contrat(by=ophis.gestionnaire, contrat=prepared(ophis))
    first = contrat.document
    contrat = edit_contrat(
        by=ophis.gestionnaire,
        contrat=contrat,
        place=ophis.place,
        start_on=datetime.date(2025, 3, 15),
        parties={ophis.personne.pk: "titulaire"},
    )
    assert contrat.status == Status.DRAFT
    assert contrat.sejour.start_on == datetime.date(2025, 3, 15)
    assert contrat.sejour.planned_end_on == datetime.date(2026, 3, 14)
    contrat = issue_contrat(by=ophis.gestionnaire, contrat=contrat)
    assert contrat.document.replaces == first
    assert contrat.document.number == "OPHIS-2025-00002"


def test_cancelled_before_signature_leaves_no_stay(ophis):
    contrat = cancel_contrat(by=ophis.gestionnaire, contrat=prepared(ophis), reason="Le candidat renonce")
    assert contrat.status == Status.CANCELLED
    assert not Sejour.objects.open().exists()
    assert not Echeance.objects.open().exists()
    assert prepared(ophis).pk  # and another one may be prepared


def test_cancelled_after_signature_gives_everything_back(ophis):
    contrat = cancel_contrat(by=ophis.gestionnaire, contrat=signed(ophis), reason="Clés jamais prises")
    assert not OccupationPlace.objects.live().exists()
    assert Ecriture.objects.balance() == 0
    assert not Rattachement.objects.filter(cause=Cause.SEJOUR, end_on=None).exists()
    assert contrat.sejour.cancelled_at is not None


def test_a_cancellation_says_why(ophis):
    with pytest.raises(ValidationError, match="Dites pourquoi"):
        cancel_contrat(by=ophis.gestionnaire, contrat=prepared(ophis), reason=" ")


def test_joined_rooms_are_occupied_together(ophis):
    first, second = ophis.rooms
    second.joined_with = first
    second.save()
    contrat = signed(ophis, place=first, joined_places=[second])
    assert contrat.monthly_redevance == Decimal("580.00")
    assert OccupationPlace.objects.live().filter(contrat=contrat).count() == 2
    other = MenageFactory(attached=(ophis.residence, Cause.CANDIDATURE))
    with pytest.raises(ValidationError, match="ne se joint pas"):
        prepared(
            ophis,
            menage=other,
            parties={other.personnes.get().pk: "titulaire"},
            place=ophis.place,
            joined_places=[first],
        )


def test_the_entry_list_reads_the_facts(ophis):
    contrat = signed(ophis)
    left = {step.code for step in entry_steps(contrat) if not step.done}
    assert left == {"deposit", "insurance", "edl", "keys", "apl"}
    record_assurance(
        by=ophis.gestionnaire, contrat=contrat, insurer="MAIF", start_on=ENTRY, end_on=datetime.date(2026, 2, 28)
    )
    assert "insurance" not in {step.code for step in entry_steps(contrat) if not step.done}


def test_an_insurance_given_twice_is_kept_once_and_its_end_is_a_duty(ophis):
    contrat = signed(ophis)
    given = {
        "by": ophis.gestionnaire,
        "contrat": contrat,
        "insurer": "MAIF",
        "start_on": ENTRY,
        "end_on": datetime.date(2025, 3, 20),
    }
    assert record_assurance(**given) == record_assurance(**given)
    duty = Echeance.objects.open().get(kind="assurance.to_collect")
    assert duty.due_on == datetime.date(2025, 3, 20)


def test_the_attestation_of_a_day_is_one(ophis):
    contrat = signed(ophis)
    with pytest.raises(ValidationError, match="n’habite pas"):
        issue_attestation(by=ophis.gestionnaire, sejour=contrat.sejour)
    with time_machine.travel("2025-03-02 10:00", tick=False):
        first = issue_attestation(by=ophis.gestionnaire, sejour=contrat.sejour)
        assert issue_attestation(by=ophis.coordinatrice, sejour=contrat.sejour) == first


def test_the_database_refuses_a_hole_between_contracts(ophis):
    contrat = signed(ophis)
    contrat.status, contrat.end_on = Status.ENDED, datetime.date(2025, 6, 30)
    contrat.keys_back_on = contrat.end_on
    contrat.save()
    ContratOccupation.objects.create(
        sejour=contrat.sejour,
        place=ophis.rooms[0],
        status=Status.RUNNING,
        signed_on=datetime.date(2025, 7, 1),
        start_on=datetime.date(2025, 7, 2),
        monthly_rent=1,
        monthly_charges=1,
    )
    with pytest.raises(IntegrityError, match="se suivent sans trou"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_two_households_in_one_flat(ophis):
    """OPHIS permanent: two contracts in one T4."""
    first = signed(ophis, place=ophis.rooms[0])
    other = MenageFactory(name="BENALI Karim")
    RattachementFactory(menage=other, residence=ophis.residence, cause=Cause.CANDIDATURE)
    second = signed(ophis, place=ophis.rooms[1], menage=other, parties={other.personnes.get().pk: "titulaire"})
    assert first.place.logement == second.place.logement == ophis.flat
    assert {first.status, second.status} == {Status.RUNNING}
