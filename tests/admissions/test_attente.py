"""The waiting list: ranks by data, places to give, who fits and why; the same cost whoever many wait."""

import datetime
import time
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from admissions.actions.orientations import reach, record_piece
from admissions.actions.propositions import make_proposition, refuse_proposition
from admissions.models import CritereRang, EntretienPreadmission, PlafondPLAI
from admissions.queries.attente import candidates_for, plai_of, ranks
from admissions.queries.plai import part_plai
from logement.actions.parc import occupy
from logement.models.parc import days
from residence.actions.personnes import mask_menage
from residence.confidentiality import reading_as
from residence.models import AccesConfidentiel, MembreMenage
from residence.models.base import today
from residence.permissions import Role
from tests.admissions.conftest import REFERENCE, fresh
from tests.admissions.test_pages import many, queries, read, status, url
from tests.factories import (
    ContratFactory,
    DispositifFactory,
    PartenaireFactory,
    PersonneFactory,
    PlaceFactory,
    ResidenceFactory,
    SejourFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture
def waiting(enter, nadia):
    """A candidate of the waiting list, whose name is told."""

    def make(name="Awa", **changes):
        orientation = enter(reference=REFERENCE | {"first_names": name}, **changes)
        for stage in ("ready", "waiting"):
            reach(orientation, stage, by=nadia)
        return orientation

    return make


def weigh(dispositif, kind, points, **more):
    return CritereRang.objects.create(
        dispositif=dispositif, kind=kind, points=points, valid_from=datetime.date(2020, 1, 1), **more
    )


def ceilings(residence, first=12000, **more):
    return PlafondPLAI.objects.create(
        residence=residence,
        valid_from=more.pop("valid_from", datetime.date(2020, 1, 1)),
        **{f"category_{rank}": Decimal(first + 5000 * (rank - 1)) for rank in range(1, 7)},
        per_further=Decimal(3000),
    )


def matches(place, user, free_on=None):
    with reading_as(user):
        return candidates_for(place, user, free_on=free_on or today())


def names(found):
    return [str(match.orientation.menage) for match in found]


# Ranks


def test_ranks_follow_the_dispositif_s_own_rows(waiting, dispositif):
    first, second = waiting("Awa"), waiting("Fatou", needs=["priorite"])
    assert [ranks([dispositif.pk])[one.pk].rank for one in (first, second)] == [1, 2]

    weigh(dispositif, "need", 10, value="priorite")

    found = ranks([dispositif.pk])
    assert [found[one.pk].rank for one in (first, second)] == [2, 1]
    assert plain(found[second.pk].why) == "10 points : priorité (+10)"


def test_a_weight_begins_on_its_day(waiting, dispositif):
    orientation = waiting(needs=["calme"])
    CritereRang.objects.create(
        dispositif=dispositif,
        kind="need",
        value="calme",
        points=5,
        valid_from=today() + datetime.timedelta(days=1),
    )
    assert ranks([dispositif.pk])[orientation.pk].points == 0
    assert ranks([dispositif.pk], today() + datetime.timedelta(days=1))[orientation.pk].points == 5


def test_a_place_refused_counts_and_does_not_begin_the_wait_anew(waiting, dispositif, nadia, place, time_machine):
    time_machine.move_to(datetime.datetime(2026, 1, 5, 9, tzinfo=datetime.UTC), tick=False)
    orientation = waiting()
    time_machine.move_to(datetime.datetime(2026, 3, 5, 9, tzinfo=datetime.UTC), tick=False)
    made = make_proposition(by=nadia, orientation=orientation, place=place, entry_on=today(), answer_by_on=today())
    refuse_proposition(by=nadia, proposition=made, answered_on=today(), refusal_reason="cout")
    weigh(dispositif, "waited", 1)
    weigh(dispositif, "refused", -3)

    ranked = ranks([dispositif.pk])[orientation.pk]

    assert plain(ranked.why) == "−1 point : 1 place refusée (−3), attend une place depuis 2 mois (+2)"


def test_children_count(waiting, dispositif):
    orientation = waiting()
    for name in ("Lina", "Sami"):
        MembreMenage.objects.create(menage=orientation.menage, personne=PersonneFactory(first_names=name), tie="child")
    weigh(dispositif, "children", 3, most=Decimal(5))
    assert ranks([dispositif.pk])[orientation.pk].points == 5


def test_each_dispositif_has_its_own_order(waiting, here, siao, dispositif):
    other = DispositifFactory(residence=here, name="Autre public")
    first, second = waiting("Awa"), waiting("Fatou", dispositif=other)
    found = ranks([dispositif.pk, other.pk])
    assert [(found[one.pk].rank, found[one.pk].of) for one in (first, second)] == [(1, 1), (1, 1)]


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"kind": "need", "value": ""}, id="a-need-without-its-name"),
        pytest.param({"kind": "need", "value": "siao"}, id="a-need-that-is-a-route"),
        pytest.param({"kind": "waited", "value": "calme"}, id="a-name-too-many"),
        pytest.param({"kind": "waited", "most": Decimal(0)}, id="held-at-nothing"),
        pytest.param({"kind": "luck"}, id="unknown"),
    ],
)
def test_what_a_criterion_of_rank_may_not_be(dispositif, wrong):
    row = CritereRang(dispositif=dispositif, points=1, **wrong)
    with pytest.raises(ValidationError):
        row.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


# The page of the list


def test_the_list_says_each_rank_and_why(waiting, nadia, dispositif):
    waiting("Awa")
    waiting("Fatou", needs=["priorite"])
    weigh(dispositif, "need", 10, value="priorite")

    shown = plain(read(nadia, "candidat_list"))

    assert shown.index("DIALLO Fatou") < shown.index("DIALLO Awa")
    assert "1er sur 2" in shown
    assert "10 points : priorité (+10)" in shown
    assert "Aucun critère de rang" not in shown


def test_without_rows_the_list_says_that_it_goes_by_time_waited(waiting, nadia, gestionnaire):
    waiting()
    assert "Aucun critère de rang n’est saisi pour Public temporaire" in read(nadia, "candidat_list")
    assert reverse("admin:admissions_critererang_changelist") in read(gestionnaire, "candidat_list")
    assert reverse("admin:admissions_critererang_changelist") not in read(nadia, "candidat_list")


def test_a_filter_does_not_change_a_rank(waiting, nadia):
    waiting("Awa")
    waiting("Fatou")
    shown = read(nadia, "candidat_list", q="fatou")
    assert "2e sur 2" in shown
    assert "DIALLO Awa" not in shown


def test_a_hidden_household_keeps_its_rank_and_is_not_shown(waiting, here, nadia, gestionnaire, place):
    hidden = waiting("Secrète")
    waiting("Awa")
    capacity = AccesConfidentiel.Capacity
    mask_menage(
        by=nadia,
        menage=hidden.menage,
        residence=here,
        named=[
            (nadia, capacity.REFERENT),
            (gestionnaire, capacity.GESTIONNAIRE),
            (UserFactory(role=Role.GESTIONNAIRE, residence=here), capacity.SUBSTITUTE),
        ],
    )
    claire = UserFactory(role=Role.COORDINATRICE, residence=here)

    assert "2e sur 2" in read(claire, "candidat_list")
    assert "Secrète" not in read(claire, "candidat_list")
    found = matches(place, claire)
    assert (names(found.fitting), found.hidden) == (["DIALLO Awa"], 1)
    assert "1 dossier confidentiel est compté" in plain(read(claire, "attribution_detail", place.pk))
    nadia = fresh(nadia)
    with reading_as(nadia):
        assert names(matches(place, nadia).fitting) == ["DIALLO Secrète", "DIALLO Awa"]


# A place, and who waits


def test_who_fits_comes_by_rank_then_who_does_not_with_the_reason(waiting, nadia, place, dispositif, here):
    weigh(dispositif, "need", 10, value="priorite")
    waiting("Awa")
    waiting("Fatou", needs=["priorite"])
    waiting("Grande", household={"declared_persons": 3}, needs=["priorite"])
    waiting("Ailleurs", dispositif=DispositifFactory(residence=here, name="Autre public"))

    found = matches(place, nadia)

    assert names(found.fitting) == ["DIALLO Fatou", "DIALLO Awa"]
    assert names(found.others) == ["DIALLO Grande", "DIALLO Ailleurs"] or names(found.others) == [
        "DIALLO Ailleurs",
        "DIALLO Grande",
    ]
    said = {str(match.orientation.menage): plain(" ".join(match.fit.against)) for match in found.others}
    assert "prévue pour 1 personne, le ménage en compte 3" in said["DIALLO Grande"]
    assert "du dispositif « Autre public »" in said["DIALLO Ailleurs"]


def test_pieces_that_will_be_out_of_date_that_day_are_said(waiting, nadia, gestionnaire, place, dispositif):
    orientation = waiting()
    piece = dispositif.pieces.get(is_mandatory=True)
    record_piece(
        by=nadia,
        orientation=orientation,
        piece=piece,
        received_on=today(),
        expires_on=today() + datetime.timedelta(days=10),
    )

    def cautions(user, ahead):
        (match,) = matches(place, user, today() + datetime.timedelta(days=ahead)).fitting
        return plain(" ".join(match.fit.caution))

    assert cautions(nadia, 10) == ""
    assert cautions(nadia, 11) == "« Pièce d’identité » est périmée à cette date"
    assert cautions(gestionnaire, 11) == "dossier à mettre à jour"


def test_a_piece_never_received_is_said(waiting, nadia, place):
    waiting()
    (match,) = matches(place, nadia).fitting
    assert "manque au dossier" in match.fit.caution[0]


def test_a_reserved_place_is_for_its_partner_s_households(waiting, nadia, place, siao):
    waiting()
    place.reservataire = siao
    place.save()
    assert "qui oriente ce ménage" in matches(place, nadia).fitting[0].fit.favour[-1]
    place.reservataire = PartenaireFactory(name="Préfecture", kind="prefecture")
    place.save()
    assert "orientés par Préfecture" in matches(place, nadia).others[0].fit.against[0]


def test_the_day_wished_is_compared(waiting, nadia, place):
    orientation = waiting()
    EntretienPreadmission.objects.create(orientation=orientation, wished_entry_on=today() + datetime.timedelta(days=20))
    (match,) = matches(place, nadia).fitting
    assert any("prêt à entrer le" in one for one in match.fit.caution)


def test_matching_costs_the_same_with_ten_times_more_candidates(nadia, here, dispositif, siao, place):
    def count():
        with CaptureQueriesContext(connection) as captured:
            matches(place, fresh(nadia))
        return len(captured)

    many(3, here, dispositif, siao, "waiting")
    few = count()
    many(30, here, dispositif, siao, "waiting")
    assert count() == few
    assert few <= 14


def test_five_hundred_candidates_are_matched_in_time_that_grows_with_them(nadia, here, dispositif, siao, place):
    def seconds():
        times = []
        for _ in range(3):
            start = time.perf_counter()
            matches(place, nadia)
            times.append(time.perf_counter() - start)
        return min(times)

    many(50, here, dispositif, siao, "waiting")
    fifty = seconds()
    many(450, here, dispositif, siao, "waiting")
    assert len(matches(place, nadia).fitting) == 500
    # Ten times more: far under the hundred times that a square would take.
    assert seconds() < 30 * fifty


# The pages of the places


@pytest.fixture
def leaving(here, dispositif, place):
    """A place whose notice runs: free in thirty-one days."""
    later = PlaceFactory(residence=here, dispositif=dispositif, categorie=place.categorie, code="A102")
    contrat = ContratFactory(
        sejour=SejourFactory(residence=here, dispositif=dispositif, start_on=datetime.date(2025, 1, 1)), place=later
    )
    contrat.occupations.update(period=days(contrat.start_on, today() + datetime.timedelta(days=30)))
    return later


@pytest.fixture
def lived_in(here, dispositif, place):
    """A place that nobody is about to leave."""
    taken = PlaceFactory(residence=here, dispositif=dispositif, categorie=place.categorie, code="A103")
    ContratFactory(
        sejour=SejourFactory(residence=here, dispositif=dispositif, start_on=datetime.date(2025, 1, 1)), place=taken
    )
    return taken


@pytest.mark.parametrize(
    ("kind", "said"),
    [("works", "travaux jusqu’au"), ("turnaround", "remise en état jusqu’au"), ("reservation", "gardée pour")],
)
def test_what_frees_a_place_later_is_said(nadia, place, kind, said):
    ends = None if kind == "reservation" else today() + datetime.timedelta(days=10)
    occupy(place=place, kind=kind, start_on=today(), end_on=ends, by=nadia, reason="")
    assert said in read(nadia, "attribution_list")


def test_the_places_to_give_say_when_why_and_who_comes_first(nadia, gestionnaire, place, leaving, lived_in, waiting):
    waiting()
    for user in (nadia, gestionnaire):
        shown = plain(read(user, "attribution_list"))
        assert "A101" in shown
        assert "A102" in shown
        assert "A103" not in shown
        assert f"préavis jusqu’au {today() + datetime.timedelta(days=30):%d/%m/%Y}" in shown
        assert "DIALLO Awa (1er)" in shown


def test_the_page_of_a_place_leads_to_the_proposal(nadia, gestionnaire, leaving, waiting, lived_in):
    orientation = waiting()
    shown = read(nadia, "attribution_detail", leaving.pk)
    free_on = today() + datetime.timedelta(days=31)
    address = f"{url('proposition_make', orientation.pk)}?entree={free_on.isoformat()}&amp;place={leaving.pk}"
    assert address in shown
    assert "Proposer cette place" not in read(gestionnaire, "attribution_detail", leaving.pk)
    assert "n’est pas à donner" in read(nadia, "attribution_detail", lived_in.pk)


def test_the_page_of_a_place_tells_of_all_on_demand(nadia, place, waiting):
    waiting("Grande", household={"declared_persons": 3})
    assert "ne convient à personne" in read(nadia, "attribution_detail", place.pk)
    shown = plain(read(nadia, "attribution_detail", place.pk, qui="tous"))
    assert "le ménage en compte 3" in shown.replace("Prévue", "prévue")


def test_the_next_one_is_a_click_away_after_a_refusal(nadia, place, waiting):
    made = make_proposition(by=nadia, orientation=waiting(), place=place, entry_on=today(), answer_by_on=today())
    waiting("Fatou")
    assert "Proposée à DIALLO Awa" in read(nadia, "attribution_detail", place.pk)
    refuse_proposition(by=nadia, proposition=made, answered_on=today(), refusal_reason="cout")
    assert url("attribution_detail", place.pk) in read(nadia, "proposition_detail", made.pk)
    assert "Proposer cette place" in read(nadia, "attribution_detail", place.pk)


def test_proposing_from_a_place_finds_it_chosen(nadia, place, leaving, waiting):
    orientation = waiting()
    shown = read(nadia, "proposition_make", orientation.pk, place=place.pk)
    assert f'value="{place.pk}"\n' in shown
    assert "checked" in shown
    assert "Bientôt libres" in shown
    assert "1er sur 1" in plain(shown)


def test_others_are_refused(place, here):
    stranger = UserFactory(role=Role.COORDINATRICE, residence=ResidenceFactory())
    assert status(stranger, "attribution_detail", place.pk) == 404
    assert "A101" not in read(stranger, "attribution_list")
    for role in (Role.VIE_RESIDENTIELLE, Role.COMMISSION, Role.DIRECTION):
        user = UserFactory(role=role, residence=here)
        assert status(user, "attribution_list") == 403
        assert status(user, "attribution_detail", place.pk) == 403


def test_the_list_of_places_costs_the_same_with_more_places(nadia, here, dispositif, place, waiting):
    waiting()
    for code in ("B1", "B2"):
        PlaceFactory(residence=here, dispositif=dispositif, categorie=place.categorie, code=code)
    few = queries(nadia, url("attribution_list"))
    for code in range(30):
        PlaceFactory(residence=here, dispositif=dispositif, categorie=place.categorie, code=f"C{code}")
    assert queries(nadia, url("attribution_list")) == few


# PLAI


def entrant(here, dispositif, enter, nadia, income, name, start_on=None):
    """Somebody who came in this year, with the income told at the interview."""
    orientation = enter(reference=REFERENCE | {"first_names": name})
    sejour = SejourFactory(
        residence=here, dispositif=dispositif, menage=orientation.menage, start_on=start_on or today()
    )
    EntretienPreadmission.objects.create(orientation=orientation, reference_tax_income=income)
    orientation.sejour = sejour
    orientation.save(update_fields=["sejour"])
    return sejour


def test_the_share_counts_the_year_s_entrants(here, dispositif, enter, nadia):
    assert part_plai([here.pk]).part is None
    ceilings(here, 12000)
    entrant(here, dispositif, enter, nadia, Decimal(12000), "Un")
    entrant(here, dispositif, enter, nadia, Decimal(12001), "Deux")
    entrant(here, dispositif, enter, nadia, None, "Trois")
    entrant(here, dispositif, enter, nadia, Decimal(1), "Avant", datetime.date(today().year - 1, 12, 31))

    found = part_plai([here.pk])

    assert (found.part.entrants, found.part.known, found.part.under, found.unknown) == (3, 2, 1, 1)
    assert plain(found.ratio) == "50 %"
    assert found.part.is_low


def test_the_pages_say_that_the_ceilings_are_missing_then_the_share(here, dispositif, enter, nadia, place, waiting):
    orientation = waiting("Candidate")
    pages = [("attribution_list",), ("attribution_detail", place.pk), ("proposition_make", orientation.pk)]
    for page in pages:
        assert "plafonds à saisir" in read(nadia, *page)
    ceilings(here)
    entrant(here, dispositif, enter, nadia, Decimal(1), "Un")
    for page in pages:
        shown = plain(read(nadia, *page))
        assert "plafonds à saisir" not in shown
        assert "1 ménage entré sous les plafonds PLAI sur 1, soit 100 %" in shown


@pytest.mark.parametrize(
    ("income", "word"),
    [(None, "revenu fiscal à demander"), (12000, "sous le plafond PLAI"), (12001, "au-dessus du plafond PLAI")],
)
def test_a_candidate_s_ceiling_is_the_coordinatrice_s_to_read(waiting, nadia, gestionnaire, here, place, income, word):
    ceilings(here, 12000)
    orientation = waiting()
    EntretienPreadmission.objects.create(orientation=orientation, reference_tax_income=income)
    orientation = fresh(orientation)

    assert plai_of(orientation, today()).word == word
    assert word in read(nadia, "attribution_detail", place.pk)
    assert word not in read(gestionnaire, "attribution_detail", place.pk)


def test_ceilings_grow_with_the_household(here):
    row = ceilings(here)
    row.category_3 = row.category_2 - 1
    with pytest.raises(ValidationError, match="grandissent d’une catégorie"):
        row.full_clean()
