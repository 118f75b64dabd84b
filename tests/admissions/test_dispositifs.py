"""Dispositifs of other houses, entered at the desk as data, and what they then let in, for how long, and refuse."""

import datetime
import itertools
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from admissions.actions.decisions import record_decision
from admissions.actions.entretiens import MoneyInput
from admissions.actions.propositions import accept_proposition, make_proposition
from admissions.actions.sessions import close_session
from admissions.models import EntretienPreadmission
from admissions.queries.budget import budget_of, facts_of
from admissions.queries.criteres import derogations_missing, points_of
from admissions.queries.places import places_for
from logement.actions.contrats import issue_contrat, prepare_contrat, sign_contrat
from logement.actions.sejours import decide_renouvellement
from logement.actions.tarifs import set_tarif
from logement.models import Logement, Place
from logement.queries.contrats import outside_surfaces
from residence.models import Dispositif, Echeance, Mandataire, MembreMenage
from residence.models.base import today
from residence.rules.dates import add_days
from tests.admissions.conftest import REFERENCE, fresh
from tests.admissions.test_pages import read
from tests.factories import (
    CategoriePlaceFactory,
    OrientationFactory,
    PersonneFactory,
    PlaceFactory,
    SejourFactory,
    TarifFactory,
)
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

ENTRY = datetime.date(2025, 3, 1)


def lines(prefix, rows):
    """The lines of a form of the desk."""
    sent = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
    for rank, row in enumerate(rows):
        sent |= {f"{prefix}-{rank}-{name}": value for name, value in row.items()}
    return sent


def save(desk, model, data):
    """Post a new row at the desk; a form refused says why."""
    response = desk.post(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add"), data)
    assert response.status_code == 302, [response.context["errors"], response.context["adminform"].form.errors]
    return model._default_manager.latest("pk")


@pytest.fixture
def desk(gestionnaire):
    return signed_in(gestionnaire)


@pytest.fixture
def write(desk, here):
    """Enter a dispositif at the desk: its fields, its criteria, its surfaces, its pieces."""
    codes = itertools.count()

    def make(*, criteres=(), surfaces=(), pieces=(), **fields):
        sent = {
            "residence": here.pk,
            "name": "Un dispositif",
            "code": f"autre-{next(codes)}",
            "routes": ["siao"],
            "deposit_months": "1",
            "turnaround_days": "3",
            "notice_of_interview_days": "15",
            "proposal_answer_days": "8",
            "is_open": "on",
            **lines("criteres", criteres),
            **lines("surfaces", surfaces),
            **lines("pieces", pieces),
        }
        return save(desk, Dispositif, sent | fields)

    return make


# Epicéa: 20 logements, T1, T1' and T1bis, the T1' of 20.24 to 28 m², two years at most, by the SIAO, at a fixed price,
# partly accessible, insured by the resident. How many of each type is ours.

STOCK = [
    *[("T1", "20,00", False)] * 6,
    *[("T1'", surface, False) for surface in ("20,24", "21,00", "22,50", "24,00", "25,00", "26,50", "27,00", "28,00")],
    *[("T1'", "24,00", True)] * 2,
    *[("T1bis", "30,00", False)] * 4,
]


@pytest.fixture
def epicea(write, desk, here, gestionnaire):
    dispositif = write(
        name="Epicéa",
        stay_months="12",
        stay_months_max="24",
        requires_insurance="on",
        surfaces=[{"type_logement": "T1'", "minimum": "20,24", "maximum": "28"}],
        pieces=[{"name": "Pièce d’identité", "is_mandatory": "on", "rank": "1"}],
    )
    categorie = CategoriePlaceFactory(residence=here, name="Epicéa")
    price = {"rent": Decimal(250), "charges": Decimal(80), "services": Decimal(20)}
    set_tarif(by=gestionnaire, categorie=categorie, valid_from=datetime.date(2020, 1, 1), **price)
    for rank, (type_logement, surface, accessible) in enumerate(STOCK, 1):
        place = {"code": f"E{rank:02}", "categorie": categorie.pk, "dispositif": dispositif.pk}
        sent = {
            "residence": here.pk,
            "number": f"E{rank:02}",
            "floor": "0" if accessible else "1",
            "type_logement": type_logement,
            "surface": surface,
            "usage": "habitation",
            "is_furnished": "on",
            **lines("places", [place | {"surface": surface, "capacity": 1, "opened_on": "01/01/2020"}]),
        }
        save(desk, Logement, sent | ({"is_accessible": "on"} if accessible else {}))
    return dispositif


def test_epicea_is_lived_through_once(epicea, ready, sitting, session, nadia, direction, gestionnaire, time_machine):
    assert Place.objects.in_service().filter(dispositif=epicea).count() == 20
    assert Place.objects.in_service().filter(dispositif=epicea, logement__is_accessible=True).count() == 2

    # The request and the commission
    orientation = ready(dispositif=epicea, requested_type="T1'", needs=["fauteuil"])
    (passage,) = sitting(orientation)
    record_decision(by=nadia, passage=passage, kind="favorable", reasons="Le projet tient.")
    close_session(by=direction, session=session)
    orientation = fresh(orientation)
    assert orientation.status == "waiting"

    # The place: accessible ones alone, the type asked for
    entry = add_days(today(), 7)
    fitting = [one for one in places_for(orientation, entry) if one.fits]
    assert {one.place.code for one in fitting} == {"E15", "E16"}
    assert {one.tarif.redevance for one in fitting} == {Decimal("350.00")}
    proposition = make_proposition(
        by=nadia, orientation=orientation, place=fitting[0].place, entry_on=entry, answer_by_on=add_days(today(), 8)
    )
    proposition = accept_proposition(by=nadia, proposition=proposition, answered_on=today())

    # The contract, the insurance to come, the two years
    menage = orientation.menage
    terms = {"menage": menage, "start_on": entry, "parties": {menage.membres.get().personne_id: "titulaire"}}
    contrat = issue_contrat(by=gestionnaire, contrat=prepare_contrat(by=gestionnaire, place=proposition.place, **terms))
    contrat = sign_contrat(by=gestionnaire, contrat=contrat, signed_on=today())
    sejour = contrat.sejour
    assert (fresh(orientation).status, fresh(orientation).sejour) == ("entered", sejour)
    assert Echeance.objects.open().filter(kind="assurance.to_collect").exists()
    first_end = sejour.planned_end_on
    time_machine.move_to(datetime.datetime.combine(first_end, datetime.time(9), datetime.UTC), tick=False)
    told = {"by": direction, "kind": "renewal", "reasons": "Une demande de logement social est en cours."}
    decide_renouvellement(sejour=sejour, decided_on=today(), **told)
    sejour = fresh(sejour)
    second_end = sejour.planned_end_on
    assert (first_end, second_end) == tuple(add_days(entry.replace(year=entry.year + n), -1) for n in (1, 2))
    time_machine.move_to(datetime.datetime.combine(second_end, datetime.time(9), datetime.UTC), tick=False)
    with pytest.raises(ValidationError, match="24 mois"):
        decide_renouvellement(sejour=sejour, decided_on=today(), **told)
    assert fresh(contrat).status == "running"


def test_epicea_refuses_what_does_not_fit(epicea, ready):
    """A T1' out of its surfaces, bounds included; two persons where one fits."""
    orientation = ready(dispositif=epicea)
    place = Place.objects.get(code="E07")
    for surface, fits in (("20.23", False), ("20.24", True), ("28.00", True), ("28.01", False), ("29.00", False)):
        Place.objects.filter(pk=place.pk).update(surface=Decimal(surface))
        (offer,) = (one for one in places_for(orientation, today()) if one.place == place)
        assert (offer.fits, not outside_surfaces(fresh(place))) == (fits, fits), surface
    MembreMenage.objects.create(menage=orientation.menage, personne=PersonneFactory(), tie="partner", start_on=today())
    assert not [one for one in places_for(fresh(orientation), today()) if one.fits]


# Others, whose rules of admission differ in kind


def born(years):
    return REFERENCE | {"born_on": today().replace(year=today().year - years, day=1)}


def critere(kind, effect="needs_derogation", **bounds):
    return {"kind": kind, "effect": effect, **bounds}


YOUNG = [critere("age", minimum="16", maximum="29")]
DAY = [critere("age", "flags", minimum="18", maximum="40"), critere("activity", "flags")]
ASE = [critere("partner_identification")]


@pytest.mark.parametrize(
    ("criteres", "reference", "activity", "not_met", "stopped"),
    [
        pytest.param(YOUNG, born(30), None, {"age"}, {"age"}, id="fjt-from-16-to-29-stops-at-30"),
        pytest.param(YOUNG, born(29), None, set(), set(), id="fjt-29-included"),
        pytest.param(DAY, born(41), True, {"age"}, set(), id="habited-41-is-told-and-stops-nothing"),
        pytest.param(DAY, born(40), False, {"activity"}, set(), id="habited-no-activity-by-day-is-told"),
        pytest.param(ASE, born(19), None, {"partner_identification"}, {"partner_identification"}, id="ase-unknown"),
    ],
)
def test_criteria_of_other_houses(write, enter, hold, criteres, reference, activity, not_met, stopped):
    orientation = enter(
        dispositif=write(criteres=criteres, routes=["siao"]), reference=reference, partenaire=None, prescripteur=None
    )
    hold(orientation, has_activity=activity, wished_entry_on=today())
    points = points_of(fresh(orientation))
    assert {point.row.kind for point in points if point.result.met is False} == not_met
    assert {point.row.kind for point in derogations_missing(points)} == stopped


# Several conditions at once: an age, a measure of protection, two benefits together, and a doctor's yes.
TOGETHER = [
    critere("age", minimum="25", maximum="60"),
    critere("protection"),
    critere("resources_held", resources=["aah", "pch"]),
    critere("medical_validation"),
]


@pytest.mark.parametrize(
    ("years", "measure", "received", "validated", "not_met", "unknown"),
    [
        pytest.param(40, "curatelle", ("aah", "pch"), True, set(), set(), id="all-of-them"),
        pytest.param(40, "curatelle", ("aah", "pch"), False, {"medical_validation"}, set(), id="the-doctor-says-no"),
        pytest.param(40, "tutelle", ("aah", "pch"), None, set(), {"medical_validation"}, id="not-asked-yet"),
        pytest.param(40, "curatelle", ("aah",), True, {"resources_held"}, set(), id="one-benefit-of-the-two"),
        pytest.param(40, "masp", ("aah", "pch"), True, {"protection"}, set(), id="social-support-protects-not"),
        pytest.param(61, None, ("retraite",), True, {"age", "protection", "resources_held"}, set(), id="none"),
    ],
)
def test_conditions_that_add_up(write, enter, hold, nadia, years, measure, received, validated, not_met, unknown):
    """Each one not met asks for its derogation; what is known of them stays with who may read residence permits."""
    orientation = enter(dispositif=write(criteres=TOGETHER), reference=born(years))
    if measure:
        person = orientation.menage.membres.get().personne
        Mandataire.objects.create(personne=person, measure=measure, name="UDAF", start_on=today())
    lines = [MoneyInput(kind, Decimal(1000 if kind == "aah" else 300)) for kind in received]
    orientation = hold(orientation, resources=lines, medical_validation=validated, wished_entry_on=today())
    points = points_of(orientation)
    assert {point.row.kind for point in points if point.result.met is False} == not_met
    assert {point.row.kind for point in points if point.result.met is None} == unknown
    assert {point.row.kind for point in derogations_missing(points)} == not_met
    assert {point.row.kind for point in points if not point.is_sensitive} == {"age"}
    # The PCH pays for an aid: nobody lives on it.
    facts = facts_of(orientation.menage, orientation.residence, orientation.entretien)
    assert budget_of(facts).resources == (1000 if "aah" in received else 300)
    assert "Validation médicale reçue" in read(nadia, "entretien_record", orientation.pk)


@pytest.mark.parametrize(
    ("mine", "theirs", "tie", "met"),
    [
        pytest.param("madame", "monsieur", "child", True, id="a-woman-and-her-son"),
        pytest.param("madame", "madame", "partner", True, id="two-women"),
        pytest.param("madame", "monsieur", "partner", False, id="a-couple"),
        pytest.param("madame", "unknown", "other", None, id="somebody-whose-civility-is-to-ask"),
    ],
)
def test_a_house_for_women(write, enter, hold, nadia, mine, theirs, tie, met):
    orientation = enter(
        dispositif=write(criteres=[critere("adult_women", "flags")]), reference=REFERENCE | {"civility": mine}
    )
    MembreMenage.objects.create(
        menage=orientation.menage, personne=PersonneFactory(civility=theirs), tie=tie, start_on=today()
    )
    (point,) = points_of(hold(orientation))
    assert point.result.met is met
    assert "Validation médicale" not in read(nadia, "entretien_record", orientation.pk)


def test_the_share_of_active_residents_is_told_with_the_places_to_give(write, here, nadia):
    """Fifty-nine in a hundred would be told too: three of five are enough, two of five are not. Nobody is kept out."""
    dispositif = write(active_share_minimum="0,60")
    interviews = []
    for active in (True, True, True, False, False, None):
        sejour = SejourFactory(residence=here, dispositif=dispositif)
        orientation = OrientationFactory(
            menage=sejour.menage, residence=here, dispositif=dispositif, sejour=sejour, status="entered"
        )
        interviews.append(EntretienPreadmission.objects.create(orientation=orientation, has_activity=active))
    SejourFactory(residence=here, dispositif=dispositif, ended_on=add_days(today(), -1))

    def told():
        return " ".join(read(nadia, "attribution_list").replace("\u00a0", " ").replace("\u202f", " ").split())

    assert "3 ménages en activité sur 5, soit 60 %, pour 60 % au moins" in told()
    assert "Activité à demander : 1 ménage" in told()
    EntretienPreadmission.objects.filter(pk=interviews[0].pk).update(has_activity=False)
    assert "sous la part demandée" in told()


@pytest.mark.parametrize(
    ("rent", "met"),
    [pytest.param("249.99", True, id="under"), pytest.param("251.00", False, id="251-of-1000-is-over-a-quarter")],
)
def test_all_charges_included_at_most_a_quarter_of_the_resources(write, enter, hold, here, rent, met):
    """« #1jeune1logement »: 25 %, everything included."""
    dispositif = write(criteres=[critere("taux_effort", maximum="0,25")])
    categorie = CategoriePlaceFactory(residence=here, name="Tout compris")
    TarifFactory(categorie=categorie, rent=rent, charges=0, services=0)
    orientation = hold(enter(dispositif=dispositif), wished_categorie=categorie, apl_estimate=Decimal(0))
    (point,) = points_of(orientation)
    assert (point.result.met, bool(derogations_missing([point]))) == (met, not met)


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        pytest.param({"stay_months": "6"}, "", id="six-months-as-often-as-it-takes"),
        pytest.param({"stay_months": "12", "renewals_max": "1"}, "prévoit un renouvellement", id="one-year-once"),
        pytest.param({"stay_months": "12", "stay_months_max": "24"}, "24 mois", id="two-years-at-most"),
    ],
)
def test_how_often_a_stay_goes_on(write, ready, here, nadia, gestionnaire, direction, time_machine, terms, said):
    """The third renewal of six months is granted where the dispositif sets no number; elsewhere the bound is told."""
    time_machine.move_to(datetime.datetime(2025, 2, 24, 9, tzinfo=datetime.UTC), tick=False)
    dispositif = write(**terms)
    place = PlaceFactory(
        residence=here, dispositif=dispositif, categorie=TarifFactory(categorie__residence=here).categorie
    )
    menage = ready(dispositif=dispositif).menage
    parties = {menage.membres.get().personne_id: "titulaire"}
    contrat = prepare_contrat(by=gestionnaire, menage=menage, place=place, start_on=ENTRY, parties=parties)
    sejour = sign_contrat(
        by=gestionnaire, contrat=issue_contrat(by=gestionnaire, contrat=contrat), signed_on=today()
    ).sejour
    refused = ""
    for _ in range(3):
        time_machine.move_to(
            datetime.datetime.combine(sejour.planned_end_on, datetime.time(9), datetime.UTC), tick=False
        )
        try:
            decide_renouvellement(by=direction, sejour=sejour, kind="renewal", reasons="Suite.", decided_on=today())
        except ValidationError as error:
            refused = error.messages[0]
            break
        sejour = fresh(sejour)
    assert said in refused
    assert bool(refused) == bool(said)


def test_an_orientation_by_another_door_is_refused(write, enter):
    """The département alone orients those who leave its care."""
    dispositif = write(routes=["departement"])
    with pytest.raises(ValidationError):
        enter(dispositif=dispositif)


def test_a_dispositif_without_term_takes_no_renewal(write):
    """A pension de famille: no date can be typed."""
    with pytest.raises(AssertionError, match="sans limitation de durée"):
        write(renewals_max="1")
