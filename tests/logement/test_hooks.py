"""What the logement says of a household on the pages that every app shares."""

import datetime

import pytest
import time_machine

from logement.actions.contrats import issue_contrat, prepare_contrat, sign_contrat
from logement.actions.sejours import decide_renouvellement, record_cles, record_preavis
from logement.hooks import Sejours, home, search
from logement.models import Destination, Preavis, RenouvellementSejour
from residence.confidentiality import reading_as
from residence.queries.menages import MenageReader
from residence.queries.timeline import timeline as events_of

pytestmark = pytest.mark.django_db
D = datetime.date


def banner(user, menage):
    return Sejours(MenageReader(user, menage)).banner()


def panels(user, menage):
    return Sejours(MenageReader(user, menage)).panels()


def timeline(user, menage):
    return list(events_of([Sejours(MenageReader(user, menage))]))


@pytest.fixture(autouse=True)
def _in_march():
    with time_machine.travel("2025-03-10 10:00", tick=False):
        yield


@pytest.fixture
def contrat(ophis):
    contrat = prepare_contrat(
        by=ophis.gestionnaire,
        menage=ophis.menage,
        place=ophis.place,
        start_on=D(2025, 3, 1),
        parties={ophis.personne.pk: "titulaire"},
    )
    contrat = issue_contrat(by=ophis.gestionnaire, contrat=contrat)
    return sign_contrat(by=ophis.gestionnaire, contrat=contrat, signed_on=D(2025, 3, 10))


@pytest.mark.parametrize(
    ("text", "group", "label"),
    [
        ("a101", "Places", "Place A101"),
        ("OPHIS-2025-00001", "Contrats", "Contrat n° OPHIS-2025-00001"),
        ("n° ophis-2025-1", "Contrats", "Contrat n° OPHIS-2025-00001"),
        ("diallo", "Séjours", "DIALLO Awa"),
        ("awa diallo", "Séjours", "DIALLO Awa"),
    ],
)
def test_search_finds(ophis, contrat, text, group, label):
    assert (group, label) in [(hit.group, hit.label) for hit in search(ophis.gestionnaire, text, 5)]


def test_search_says_nothing_of_a_confidential_name(ophis, contrat):
    ophis.menage.is_confidential = True
    ophis.menage.save()
    assert search(ophis.gestionnaire, "diallo", 5) == []
    (hit,) = search(ophis.gestionnaire, "OPHIS-2025-00001", 5)
    assert "DIALLO" not in hit.detail


def test_search_keeps_to_the_rights(ophis, contrat):
    assert search(ophis.commission, "a101", 5) == []
    assert [hit.group for hit in search(ophis.vie_residentielle, "OPHIS-2025-00001", 5)] == []


def test_the_banner_has_place_dates_and_tabs(ophis, contrat):
    part = banner(ophis.gestionnaire, ophis.menage)
    assert part.place == "A101, Côté Cour"
    assert (part.stay_from, part.stay_to) == (D(2025, 3, 1), None)
    assert [tab.label for tab in part.tabs] == ["Séjour", "Compte"]
    assert [tab.label for tab in banner(ophis.vie_residentielle, ophis.menage).tabs] == ["Séjour"]
    assert banner(ophis.commission, ophis.menage).tabs == ()


def test_the_banner_tells_the_notice_and_a_near_end(ophis, contrat):
    record_preavis(
        by=ophis.gestionnaire,
        contrat=contrat,
        given_by_whom=Preavis.By.RESIDENT,
        form=Preavis.Form.HAND,
        notified_on=D(2025, 3, 10),
    )
    part = banner(ophis.gestionnaire, ophis.menage)
    assert [badge.word for badge in part.badges] == ["préavis"]
    assert part.stay_to == D(2025, 4, 10)
    with time_machine.travel("2025-12-15 10:00", tick=False):
        assert "fin de séjour proche" in [badge.word for badge in banner(ophis.direction, ophis.menage).badges]


def test_panels_tell_what_is_left_or_where_to_begin(ophis):
    (panel,) = panels(ophis.gestionnaire, ophis.menage)
    assert panel.actions[0][0] == "Préparer un contrat"
    assert panels(ophis.vie_residentielle, ophis.menage) == []


def test_the_panel_of_a_stay(ophis, contrat):
    (panel,) = panels(ophis.gestionnaire, ophis.menage)
    lines = dict(panel.lines)
    assert lines["Fin prévue du séjour"] == D(2026, 2, 28)
    assert "Assurance du résident" in lines["Reste à faire pour l’entrée"]


def test_the_timeline_goes_from_the_entry_to_the_keys(ophis, contrat):
    decide_renouvellement(
        by=ophis.direction,
        sejour=contrat.sejour,
        kind=RenouvellementSejour.Kind.RENEWAL,
        reasons="Projet en cours",
        decided_on=D(2025, 3, 10),
    )
    record_preavis(
        by=ophis.gestionnaire,
        contrat=contrat,
        given_by_whom=Preavis.By.RESIDENT,
        form=Preavis.Form.HAND,
        notified_on=D(2025, 3, 10),
    )
    record_cles(by=ophis.gestionnaire, contrat=contrat, keys_on=D(2025, 3, 10), destination=Destination.HLM)
    told = [event.sentence for event in timeline(ophis.gestionnaire, ophis.menage)]
    for sentence in (
        "Entrée dans le logement, place A101",
        "Renouvellement du séjour, jusqu’au 28/02/2027",
        "Sortie, clés rendues, destination : logement social",
        "Contrat d’occupation signé, place A101",
        "Préavis donné par le résident, jusqu’au 10/04/2025",
    ):
        assert sentence in told
    assert timeline(ophis.commission, ophis.menage) == []


def test_home_counts_places_and_persons(ophis):
    ophis.place.capacity = 2
    ophis.place.save()
    (panel,) = home(ophis.gestionnaire, ophis.residence.pk)
    assert dict(panel.lines)["Aujourd’hui"] == "3 places, 4 personnes"
    assert home(ophis.commission) == []


def test_a_masked_household_is_named_by_its_number(ophis, contrat):
    ophis.menage.is_confidential = True
    ophis.menage.save()
    with reading_as(ophis.vie_residentielle):
        assert str(ophis.menage) == f"dossier confidentiel n° {ophis.menage.pk}"
        assert banner(ophis.vie_residentielle, ophis.menage).place == "A101, Côté Cour"
