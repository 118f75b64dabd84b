"""What the database refuses when two people act at the same instant, each on their own connection."""

import datetime
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, connections, transaction

from logement.actions.contrats import issue_contrat, prepare_contrat, prepare_mutation, sign_contrat
from logement.actions.parc import create_occupation
from logement.models import ContratOccupation, OccupationPlace
from logement.models.parc import days
from residence.models.base import today
from residence.permissions import Cause
from tests.factories import LogementFactory, MenageFactory, PlaceFactory, SejourFactory

pytestmark = pytest.mark.django_db(transaction=True)
Kind = OccupationPlace.Kind


def at_once(*acts):
    """What each act did, all begun at the same time, each on a connection of its own."""
    gate = threading.Barrier(len(acts))
    outcomes = [None] * len(acts)

    def run(rank, act):
        try:
            gate.wait(timeout=20)
            act()
            outcomes[rank] = "done"
        except (ValidationError, IntegrityError) as error:
            outcomes[rank] = "; ".join(getattr(error, "messages", [str(error)]))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes


def test_two_contracts_signed_at_once_on_one_place(ophis):
    """One is signed; the other is told, and nothing of it is left."""
    contrats = []
    for name in ("DIALLO Awa", "BENALI Karim"):
        menage = MenageFactory(name=name, attached=(ophis.residence, Cause.CANDIDATURE))
        contrat = prepare_contrat(
            by=ophis.gestionnaire,
            menage=menage,
            place=ophis.place,
            start_on=today(),
            parties={menage.personnes.get().pk: "titulaire"},
        )
        contrats.append(issue_contrat(by=ophis.gestionnaire, contrat=contrat))
    outcomes = at_once(
        *(
            lambda contrat=contrat: sign_contrat(by=ophis.gestionnaire, contrat=contrat, signed_on=today())
            for contrat in contrats
        )
    )
    assert sorted(outcomes)[1] == "done"
    assert sorted(outcomes)[0].startswith("La place est déjà prise sur ces dates")
    assert ContratOccupation.objects.filter(status="running").count() == 1
    assert ContratOccupation.objects.filter(status="to_sign").count() == 1
    assert OccupationPlace.objects.live().filter(place=ophis.place).count() == 1


def test_one_contract_signed_twice_at_once(ophis):
    menage = ophis.menage
    contrat = prepare_contrat(
        by=ophis.gestionnaire,
        menage=menage,
        place=ophis.place,
        start_on=today(),
        parties={ophis.personne.pk: "titulaire"},
    )
    contrat = issue_contrat(by=ophis.gestionnaire, contrat=contrat)
    outcomes = at_once(
        *[lambda: sign_contrat(by=ophis.gestionnaire, contrat=contrat, signed_on=today()) for _ in range(2)]
    )
    assert sorted(outcomes, key=len)[0] == "done"
    assert "Quelqu’un est passé avant vous" in sorted(outcomes, key=len)[1]


def test_two_changes_of_place_signed_at_once(ophis):
    """Two drafts of a change of place, written past the actions: one takes over, the stay keeps no hole nor overlap."""
    contrat = prepare_contrat(
        by=ophis.gestionnaire,
        menage=ophis.menage,
        place=ophis.place,
        start_on=today() - datetime.timedelta(days=40),
        parties={ophis.personne.pk: "titulaire"},
    )
    contrat = issue_contrat(by=ophis.gestionnaire, contrat=contrat)
    contrat = sign_contrat(by=ophis.gestionnaire, contrat=contrat, signed_on=today())
    places = [
        PlaceFactory(
            residence=ophis.residence,
            logement=LogementFactory(residence=ophis.residence),
            categorie=ophis.place.categorie,
            dispositif=ophis.temporary,
        )
        for _ in range(2)
    ]

    def change(place):
        def act():
            drawn = prepare_mutation(
                by=ophis.gestionnaire,
                contrat=contrat,
                place=place,
                start_on=today() + datetime.timedelta(days=5),
                reason="Plus calme",
                is_avenant=True,
            )
            drawn = issue_contrat(by=ophis.gestionnaire, contrat=drawn)
            sign_contrat(by=ophis.gestionnaire, contrat=drawn, signed_on=today())

        return act

    outcomes = at_once(*(change(place) for place in places))
    assert outcomes.count("done") == 1
    assert ContratOccupation.objects.filter(previous=contrat, status="running").count() == 1
    contrat.refresh_from_db()
    assert contrat.end_on == today() + datetime.timedelta(days=4)
    # Straight into the table: the database refuses a hole and an overlap by itself.
    following = ContratOccupation.objects.filter(previous=contrat, status="running")
    for start, refused in ((4, "contrat_no_overlap"), (6, "se suivent sans trou")):
        with pytest.raises(IntegrityError, match=refused):
            following.update(start_on=today() + datetime.timedelta(days=start))


def test_two_clicks_prepare_one_contract(ophis):
    def prepare():
        prepare_contrat(
            by=ophis.gestionnaire,
            menage=ophis.menage,
            place=ophis.place,
            start_on=today(),
            parties={ophis.personne.pk: "titulaire"},
        )

    outcomes = at_once(prepare, prepare)
    assert outcomes.count("done") == 1
    assert ContratOccupation.objects.count() == 1


def test_the_constraint_holds_against_who_does_not_lock(ophis):
    """Written straight into the table from two connections: one of the two is refused by the database."""

    def insert():
        with transaction.atomic():
            OccupationPlace.objects.create(place=ophis.place, kind=Kind.WORKS, period=days(today(), None), reason="x")

    outcomes = at_once(insert, insert)
    assert outcomes.count("done") == 1
    assert any("occupation_place_exclusive" in outcome for outcome in outcomes)


def test_works_and_a_reservation_at_once(ophis):
    def block(kind):
        return lambda: create_occupation(
            by=ophis.gestionnaire,
            place=ophis.place,
            kind=kind,
            start_on=today(),
            end_on=today() + datetime.timedelta(days=5),
            reason="x",
        )

    outcomes = at_once(block(Kind.WORKS), block(Kind.RESERVATION))
    assert outcomes.count("done") == 1
    assert OccupationPlace.objects.live().count() == 1


def test_contracts_of_a_stay_follow_each_other_without_overlap_or_hole(ophis):
    sejour = SejourFactory(residence=ophis.residence, dispositif=ophis.temporary)
    first_day = datetime.date(2025, 3, 1)

    def add(start, end):
        with transaction.atomic():
            ContratOccupation.objects.create(
                sejour=sejour,
                place=ophis.place,
                start_on=start,
                end_on=end,
                status="ended",
                signed_on=first_day,
                keys_back_on=end,
                monthly_rent=1,
                monthly_charges=1,
            )

    add(first_day, datetime.date(2025, 5, 31))
    with pytest.raises(IntegrityError, match="contrat_no_overlap"):
        add(datetime.date(2025, 5, 31), datetime.date(2025, 6, 30))
    with pytest.raises(IntegrityError, match="se suivent sans trou"):
        add(datetime.date(2025, 6, 2), datetime.date(2025, 6, 30))
    add(datetime.date(2025, 6, 1), datetime.date(2025, 6, 30))
    assert connection.vendor == "postgresql"
    assert sejour.contrats.count() == 2
