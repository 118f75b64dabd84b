"""How long a stay lasts, its notices, the day the keys come back; OPHIS, temporary and permanent."""

import datetime
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError

from logement.actions.contrats import issue_contrat, prepare_contrat, sign_contrat
from logement.actions.parc import create_occupation
from logement.actions.sejours import (
    decide_renouvellement,
    deliver_preavis,
    notice_end,
    record_apl,
    record_cles,
    record_preavis,
    withdraw_preavis,
)
from logement.duties import KINDS
from logement.duties_redevance import KINDS as REDEVANCE_KINDS
from logement.models import (
    ContratOccupation,
    Destination,
    DroitApl,
    OccupationPlace,
    Preavis,
    RenouvellementSejour,
    Sejour,
)
from logement.queries.sejours import legal_month
from residence.duties import rebuild_duties
from residence.models import Convention, Echeance, EntreeJournal, Rattachement
from residence.permissions import Cause, Role
from tests.factories import ContratFactory, SejourFactory

pytestmark = pytest.mark.django_db
D = datetime.date
ENTRY = D(2025, 3, 1)
Status = ContratOccupation.Status
Kind = RenouvellementSejour.Kind


def entered(ophis, *, place=None):
    """A household that entered on 1 March 2025."""
    with time_machine.travel("2025-02-24 10:00", tick=False):
        contrat = prepare_contrat(
            by=ophis.gestionnaire,
            menage=ophis.menage,
            place=place or ophis.place,
            start_on=ENTRY,
            parties={ophis.personne.pk: "titulaire"},
        )
        contrat = issue_contrat(by=ophis.gestionnaire, contrat=contrat)
        return sign_contrat(by=ophis.gestionnaire, contrat=contrat, signed_on=D(2025, 2, 24))


def on(day):
    return time_machine.travel(f"{day} 10:00", tick=False)


def decided(ophis, sejour, kind, **more):
    return decide_renouvellement(
        by=ophis.direction, sejour=sejour, kind=kind, reasons="Relogement en cours", decided_on=D(2026, 2, 10), **more
    )


# OPHIS temporaire


def test_ophis_temporary(ophis):
    """Entered on 01/03/2025: alert at 28/02/2026, renewed; a second renewal is refused; the contract goes on."""
    contrat = entered(ophis)
    sejour = contrat.sejour
    assert sejour.planned_end_on == D(2026, 2, 28)

    alerts = Echeance.objects.open().filter(kind="sejour.term")
    for day, expected in (
        (D(2025, 11, 29), ""),
        (D(2025, 11, 30), "J-90"),
        (D(2025, 12, 30), "J-60"),
        (D(2026, 1, 29), "J-30"),
    ):
        rebuild_duties(day)
        assert {alert.due_on for alert in alerts.all()} == ({D(2026, 2, 28)} if expected else set())
        assert all(alert.detail.startswith(expected) for alert in alerts.all())
    assert {alert.role for alert in alerts.all()} == {Role.COORDINATRICE, Role.GESTIONNAIRE}
    assert Echeance.objects.open().get(kind="renouvellement.to_decide").role == Role.DIRECTION

    with on("2026-02-10"):
        renewal = decided(ophis, sejour, Kind.RENEWAL)
        assert (renewal.from_on, renewal.until_on) == (D(2026, 3, 1), D(2027, 2, 28))
        assert not alerts.exists()
        with pytest.raises(ValidationError, match=r"un renouvellement, déjà accordé\. Le contrat continue"):
            decided(ophis, sejour, Kind.RENEWAL)
    contrat.refresh_from_db()
    assert (contrat.status, contrat.end_on) == (Status.RUNNING, None)

    rebuild_duties(D(2027, 3, 15))
    assert {alert.due_on for alert in alerts.all()} == {D(2027, 2, 28)}
    assert "le contrat continue" in alerts.first().detail
    contrat.refresh_from_db()
    assert contrat.status == Status.RUNNING

    with on("2027-02-10"):
        with pytest.raises(ValidationError, match="au-delà du 28/02/2027"):
            decided(ophis, sejour, Kind.OVERSTAY, until_on=D(2027, 2, 28))
        overstay = decided(ophis, sejour, Kind.OVERSTAY, until_on=D(2027, 8, 31))
    assert (overstay.decided_by, overstay.until_on) == (ophis.direction, D(2027, 8, 31))
    sejour.refresh_from_db()
    assert sejour.planned_end_on == D(2027, 8, 31)
    assert EntreeJournal.objects.filter(action="renouvellement.decide").count() == 2


def test_a_decision_has_reasons_and_a_refusal_settles_the_duty(ophis):
    sejour = entered(ophis).sejour
    with on("2026-02-10"):
        with pytest.raises(ValidationError, match="motifs"):
            decide_renouvellement(
                by=ophis.direction, sejour=sejour, kind=Kind.RENEWAL, reasons=" ", decided_on=D(2026, 2, 10)
            )
        decided(ophis, sejour, Kind.REFUSAL)
        with pytest.raises(ValidationError, match="déjà décidé"):
            decided(ophis, sejour, Kind.REFUSAL)
    assert not Echeance.objects.open().filter(kind="renouvellement.to_decide").exists()
    assert Echeance.objects.open().filter(kind="sejour.term").exists()
    assert sejour.contrats.get().status == Status.RUNNING


def test_renewals_without_end(ophis):
    """ADOMA: six months at a time, as many as it takes; always counted from the first day."""
    ophis.temporary.stay_months, ophis.temporary.renewals_max, ophis.temporary.stay_months_max = 6, None, None
    ophis.temporary.save()
    sejour = entered(ophis).sejour
    with on("2026-02-10"):
        ends = [decided(ophis, sejour, Kind.RENEWAL).until_on for _ in range(3)]
    assert ends == [D(2026, 2, 28), D(2026, 8, 31), D(2027, 2, 28)]


# OPHIS permanent


def test_ophis_permanent_has_no_term(ophis):
    contrat = entered(ophis, place=ophis.rooms[0])
    assert contrat.sejour.planned_end_on is None
    rebuild_duties(D(2035, 1, 1))
    assert not Echeance.objects.open().filter(kind__in=["sejour.term", "renouvellement.to_decide"]).exists()
    with pytest.raises(ValidationError, match="sans limitation de durée"):
        decided(ophis, contrat.sejour, Kind.OVERSTAY, until_on=D(2036, 1, 1))


@pytest.mark.parametrize(
    ("start", "day", "month"),
    [
        (D(2025, 3, 1), D(2025, 3, 31), (D(2025, 3, 1), D(2025, 3, 31))),
        (D(2025, 3, 1), D(2025, 4, 1), (D(2025, 4, 1), D(2025, 4, 30))),
        (D(2025, 1, 31), D(2025, 2, 28), (D(2025, 1, 31), D(2025, 2, 28))),
        (D(2025, 1, 31), D(2025, 3, 1), (D(2025, 3, 1), D(2025, 3, 30))),
        (D(2024, 2, 29), D(2025, 2, 28), (D(2025, 1, 29), D(2025, 2, 28))),
        (D(2025, 3, 15), D(2025, 3, 1), (D(2025, 3, 15), D(2025, 4, 14))),
    ],
)
def test_the_legal_month_is_renewed_from_the_first_day(start, day, month):
    contrat = ContratOccupation(status=Status.RUNNING, start_on=start)
    assert legal_month(contrat, day) == month


# The notice


def given(ophis, contrat, **more):
    return record_preavis(
        **(
            {
                "by": ophis.gestionnaire,
                "contrat": contrat,
                "given_by_whom": Preavis.By.RESIDENT,
                "form": Preavis.Form.LETTER,
                "notified_on": D(2025, 6, 3),
            }
            | more
        )
    )


MANAGER = {
    "given_by_whom": Preavis.By.MANAGER,
    "form": Preavis.Form.LRAR,
    "ground": "breach",
    "reasons": "Trois termes impayés",
}


@pytest.mark.parametrize(
    ("terms", "end", "why"),
    [
        ({}, D(2025, 7, 3), "un mois à compter de la réception"),
        ({"is_shortened": True}, D(2025, 6, 11), "huit jours, sur justificatif"),
        ({"given_by_whom": Preavis.By.MANAGER, "ground": "breach"}, D(2025, 7, 3), "un mois"),
        ({"given_by_whom": Preavis.By.MANAGER, "ground": "closure"}, D(2025, 9, 3), "trois mois"),
        (
            {
                "given_by_whom": Preavis.By.MANAGER,
                "ground": "conditions_ended",
                "offer_notified_on": D(2025, 6, 3),
            },
            D(2025, 9, 4),
            "trois mois francs",
        ),
        (
            {
                "given_by_whom": Preavis.By.MANAGER,
                "ground": "conditions_ended",
                "offer_notified_on": D(2025, 8, 20),
            },
            D(2025, 9, 20),
            "offre de relogement notifiée le 20/08/2025",
        ),
    ],
    ids=["one month", "eight days", "breach", "closure", "conditions", "late offer"],
)
def test_the_end_of_a_notice_is_explained(ophis, terms, end, why):
    given_terms = {"given_by_whom": Preavis.By.RESIDENT, "notified_on": D(2025, 6, 3)} | terms
    found, sentence = notice_end(residence=ophis.residence, **given_terms)
    assert found == end
    assert why in sentence
    assert "CCH" in sentence


def test_without_a_convention_the_resident_leaves_in_eight_days(ophis):
    Convention.objects.update(ends_on=D(2025, 1, 31))
    end, sentence = notice_end(residence=ophis.residence, given_by_whom=Preavis.By.RESIDENT, notified_on=D(2025, 6, 3))
    assert end == D(2025, 6, 11)
    assert "Aucune convention" in sentence


def test_a_notice_gives_the_contract_and_the_place_their_last_day(ophis):
    contrat = entered(ophis)
    with on("2025-06-04"):
        preavis = given(ophis, contrat)
    contrat.refresh_from_db()
    assert (contrat.status, contrat.end_on, preavis.ends_on) == (Status.NOTICE, D(2025, 7, 3), D(2025, 7, 3))
    assert OccupationPlace.objects.get(contrat=contrat).end_on == D(2025, 7, 3)
    kinds = set(Echeance.objects.open().values_list("kind", flat=True))
    assert "etat_des_lieux.exit" in kinds
    rebuild_duties(D(2025, 6, 20))
    assert Echeance.objects.open().get(kind="cles.to_record").due_on == D(2025, 7, 3)


def test_eight_days_ask_for_their_reason_and_proof(ophis):
    contrat = entered(ophis)
    with on("2025-06-04"):
        with pytest.raises(ValidationError, match="justificatif"):
            given(ophis, contrat, is_shortened=True, shortened_reason="job_found")
        with pytest.raises(ValidationError, match="raison du délai réduit"):
            given(ophis, contrat, is_shortened=True, shortened_proof="contrat du 02/06")
        preavis = given(
            ophis, contrat, is_shortened=True, shortened_reason="job_found", shortened_proof="contrat du 02/06"
        )
    assert preavis.ends_on == D(2025, 6, 11)
    assert preavis.shortened_proof == "emploi obtenu : contrat du 02/06"


def test_a_letter_nobody_collected_gives_no_notice(ophis):
    contrat = entered(ophis)
    with on("2025-06-04"):
        preavis = given(
            ophis, contrat, **MANAGER, notified_on=None, sent_on=D(2025, 6, 3), delivery=Preavis.Delivery.SENT
        )
    contrat.refresh_from_db()
    assert (contrat.status, preavis.ends_on) == (Status.RUNNING, None)
    with on("2025-06-25"):
        deliver_preavis(by=ophis.gestionnaire, preavis=preavis, delivery=Preavis.Delivery.UNCLAIMED)
        contrat.refresh_from_db()
        assert contrat.status == Status.RUNNING
        deliver_preavis(
            by=ophis.gestionnaire,
            preavis=preavis,
            delivery=Preavis.Delivery.DELIVERED,
            notified_on=D(2025, 6, 24),
        )
    contrat.refresh_from_db()
    assert (contrat.status, contrat.end_on) == (Status.NOTICE, D(2025, 7, 24))


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        (MANAGER | {"form": Preavis.Form.LETTER}, "LRAR, contre décharge"),
        (MANAGER | {"ground": ""}, "trois cas"),
        (MANAGER | {"ground": "conditions_ended"}, "offre de relogement"),
        (MANAGER | {"reasons": ""}, "motive"),
        ({"notified_on": D(2025, 6, 5)}, "aujourd’hui ou s’est reçu avant"),
        ({"notified_on": None}, "jour de la réception"),
    ],
    ids=["plain letter", "no ground", "no offer", "no reasons", "future", "no day"],
)
def test_what_a_notice_refuses(ophis, terms, message):
    contrat = entered(ophis)
    with on("2025-06-04"), pytest.raises(ValidationError, match=message):
        given(ophis, contrat, **terms)
    contrat.refresh_from_db()
    assert contrat.status == Status.RUNNING


def test_a_second_notice_is_refused(ophis):
    contrat = entered(ophis)
    with on("2025-06-04"):
        given(ophis, contrat)
        with pytest.raises(ValidationError, match="en préavis"):
            given(ophis, contrat)
    assert Preavis.objects.count() == 1


def test_a_notice_is_withdrawn_unless_the_place_is_promised(ophis):
    contrat = entered(ophis)
    with on("2025-06-04"):
        preavis = given(ophis, contrat)
        reservation = create_occupation(
            by=ophis.gestionnaire,
            place=ophis.place,
            kind=OccupationPlace.Kind.RESERVATION,
            start_on=D(2025, 7, 10),
            end_on=D(2025, 7, 20),
            reason="SIAO",
        )
        with pytest.raises(ValidationError, match="déjà promise"):
            withdraw_preavis(by=ophis.gestionnaire, preavis=preavis)
        reservation.released_at, reservation.released_by = datetime.datetime.now(datetime.UTC), ophis.gestionnaire
        reservation.save()
        withdraw_preavis(by=ophis.gestionnaire, preavis=preavis)
    contrat.refresh_from_db()
    assert (contrat.status, contrat.end_on) == (Status.RUNNING, None)
    assert OccupationPlace.objects.get(contrat=contrat).end_on is None


# The keys


def returned(ophis, contrat, keys_on):
    return record_cles(by=ophis.gestionnaire, contrat=contrat, keys_on=keys_on, destination=Destination.HLM)


def test_keys_before_the_end_free_the_place_and_the_notice_stays_due(ophis):
    contrat = entered(ophis)
    with on("2025-06-04"):
        given(ophis, contrat)
    with on("2025-06-20"):
        contrat = returned(ophis, contrat, D(2025, 6, 20))
    assert (contrat.status, contrat.end_on, contrat.keys_back_on) == (Status.ENDED, D(2025, 7, 3), D(2025, 6, 20))
    sejour = Sejour.objects.get(pk=contrat.sejour_id)
    assert (sejour.ended_on, sejour.destination) == (D(2025, 6, 20), "hlm")
    kept = {one.kind: one for one in OccupationPlace.objects.live().filter(place=ophis.place)}
    assert kept["contract"].end_on == D(2025, 6, 20)
    assert (kept["turnaround"].start_on, kept["turnaround"].end_on) == (D(2025, 6, 21), D(2025, 6, 23))
    assert not Rattachement.objects.filter(menage=ophis.menage, cause=Cause.SEJOUR, end_on=None).exists()
    assert not Echeance.objects.open().filter(menage=ophis.menage, kind__startswith="etat_des_lieux").exists()


def test_a_managers_notice_is_due_for_the_days_lived_in(ophis):
    contrat = entered(ophis)
    with on("2025-06-04"):
        given(ophis, contrat, **MANAGER)
    with on("2025-06-20"):
        contrat = returned(ophis, contrat, D(2025, 6, 20))
    assert contrat.end_on == D(2025, 6, 20)


def test_a_passed_end_frees_nothing_until_the_keys(ophis):
    contrat = entered(ophis)
    with on("2025-06-04"):
        given(ophis, contrat)
        reservation = create_occupation(
            by=ophis.gestionnaire,
            place=ophis.place,
            kind=OccupationPlace.Kind.RESERVATION,
            start_on=D(2025, 7, 8),
            end_on=D(2025, 7, 20),
            reason="SIAO",
        )
    with on("2025-07-15"):
        assert ophis.place not in type(ophis.place).objects.free_on(D(2025, 7, 15))
        contrat = returned(ophis, contrat, D(2025, 7, 14))
    kept = list(OccupationPlace.objects.live().filter(place=ophis.place).order_by("period"))
    assert [(one.kind, one.start_on, one.end_on) for one in kept] == [
        ("contract", ENTRY, D(2025, 7, 3)),
        ("after_contract", D(2025, 7, 4), D(2025, 7, 14)),
        ("reservation", D(2025, 7, 15), D(2025, 7, 20)),
    ]
    assert kept[2].pk == reservation.pk
    assert contrat.end_on == D(2025, 7, 3)


def test_keys_ask_for_a_notice_first(ophis):
    contrat = entered(ophis)
    with on("2025-06-04"), pytest.raises(ValidationError, match="Enregistrez d’abord le préavis"):
        returned(ophis, contrat, D(2025, 6, 4))


# The APL


def test_the_apl_is_followed(ophis):
    sejour = entered(ophis).sejour
    with on("2025-03-05"):
        record_apl(
            by=ophis.gestionnaire,
            sejour=sejour,
            status=DroitApl.Status.REQUESTED,
            requested_on=D(2025, 3, 5),
            start_on=D(2025, 4, 1),
        )
    assert not Echeance.objects.open().filter(kind="apl.to_request").exists()
    with on("2025-04-20"):
        droit = record_apl(
            by=ophis.gestionnaire,
            sejour=sejour,
            status=DroitApl.Status.GRANTED,
            start_on=D(2025, 4, 15),
            monthly_amount=Decimal("230.00"),
        )
    assert (droit.start_on, droit.requested_on, sejour.droits_apl.count()) == (D(2025, 4, 1), D(2025, 3, 5), 1)
    with on("2026-01-10"):
        later = record_apl(
            by=ophis.gestionnaire,
            sejour=sejour,
            status=DroitApl.Status.GRANTED,
            start_on=D(2026, 1, 1),
            monthly_amount=Decimal("240.00"),
        )
        with pytest.raises(ValidationError, match="montant mensuel"):
            record_apl(by=ophis.gestionnaire, sejour=sejour, status=DroitApl.Status.GRANTED, start_on=D(2026, 2, 1))
    droit.refresh_from_db()
    assert (droit.end_on, later.end_on) == (D(2025, 12, 31), None)


def test_duties_written_by_acts_are_those_of_the_rules(ophis):
    """What the acts stored, the daily rebuild finds right; those of the month and of the stock come with the days."""
    ours = {kind.code for kind in KINDS} - {kind.code for kind in REDEVANCE_KINDS} - {"vacance.to_tell"}
    duties = Echeance.objects.open().filter(kind__in=ours).values_list("kind", "due_on", "role", "detail")
    contrat = entered(ophis)
    with on("2025-06-04"):
        given(ophis, contrat)
        before = set(duties.all())
        rebuild_duties()
        assert set(duties.all()) == before
    assert before


def test_stays_taken_over_open_no_duty_of_entry(ophis):
    ophis.residence.taken_over_on = D(2026, 1, 1)
    ophis.residence.save()
    ContratFactory(sejour=SejourFactory(residence=ophis.residence, dispositif=ophis.temporary))
    rebuild_duties(D(2026, 1, 2))
    kinds = set(Echeance.objects.open().values_list("kind", flat=True))
    assert not kinds & {"etat_des_lieux.entry", "apl.to_request", "assurance.to_collect"}
