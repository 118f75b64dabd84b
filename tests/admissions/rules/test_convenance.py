"""Why a place suits a candidate, and why not: a table."""

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest

from admissions.rules.convenance import Candidate, Place, convenance

PLACE = Place(
    dispositif=1,
    dispositif_name="Public temporaire",
    type_code="T1",
    capacity=2,
    surface=D("22.00"),
    floor=1,
    floor_name="1er étage",
    free_on=date(2026, 12, 1),
)
CANDIDATE = Candidate(dispositif=1, dispositif_name="Public temporaire", persons=1)


def said(place=None, who=None):
    fit = convenance(replace(PLACE, **(place or {})), replace(CANDIDATE, **(who or {})))
    return fit, [tuple(one.replace("\u00a0", " ") for one in part) for part in (fit.against, fit.caution, fit.favour)]


def test_nothing_against():
    fit, (against, caution, favour) = said()
    assert fit.fits
    assert (against, caution, favour) == ((), (), ("prévue pour 2 personnes",))


@pytest.mark.parametrize(
    ("type_code", "capacity", "persons", "too_large"),
    [
        ("chambre", 1, 1, False),
        ("T1bis", 2, 1, False),
        ("T2", 3, 1, False),
        ("T3", 4, 1, True),
        ("T3", 4, 2, False),
        ("T4", 2, 1, True),
        ("T4", 6, 2, True),
        ("T4", 6, 3, False),
        ("T5", 8, 3, True),
        ("T5", 8, 4, False),
    ],
)
def test_more_than_one_room_more_than_persons_is_too_large(type_code, capacity, persons, too_large):
    """It suits nobody plainly: it comes after the places of the right size, and says why."""
    of_size = {"type_code": type_code, "capacity": capacity, "surface": D(75)}
    fit, (_, caution, favour) = said(of_size, {"persons": persons})
    right, _ = said({"surface": D(75), "capacity": 9}, {"persons": persons, "needs": frozenset({"calme", "animal"})})
    assert (fit.fits, fit.is_too_large) == (True, too_large)
    assert any("ménage plus grand" in one for one in caution) is too_large
    assert (fit.order > right.order) is too_large
    assert not (too_large and favour)


@pytest.mark.parametrize(
    ("place", "who", "words"),
    [
        pytest.param(
            {}, {"persons": 3}, ["prévue pour 2 personnes, le ménage en compte 3", "sous les 25 m²"], id="size"
        ),
        pytest.param({"surface": D("8.99")}, {}, ["8,99 m² : sous les 9 m²"], id="r6-under-nine"),
        pytest.param({"surface": D("15.99")}, {"persons": 2}, ["sous les 16 m²"], id="r6-two"),
        pytest.param({"surface": D("69.99"), "capacity": 9}, {"persons": 9}, ["sous les 70 m²"], id="r6-most"),
        pytest.param({}, {"needs": frozenset({"fauteuil"})}, ["pas accessible en fauteuil"], id="wheelchair"),
        pytest.param({}, {"needs": frozenset({"rez_de_chaussee"})}, ["au 1er étage : rez-de-chaussée"], id="stairs"),
        pytest.param({"shared": True}, {"needs": frozenset({"seul"})}, ["dans un appartement partagé"], id="alone"),
        pytest.param({}, {"dispositif": 2, "dispositif_name": "Autre"}, ["du dispositif « Autre »"], id="public"),
        pytest.param(
            {"reserved_for": 7, "reserved_name": "SIAO 63"}, {}, ["orientés par SIAO 63"], id="reserved-for-another"
        ),
        pytest.param({"reserved_for": 7, "reserved_name": "S"}, {"partner": 8}, ["orientés par S"], id="other-partner"),
        pytest.param({"most": D(20)}, {}, ["hors des surfaces"], id="too-big-for-the-dispositif"),
        pytest.param({"least": D("22.01")}, {}, ["hors des surfaces"], id="too-small-for-the-dispositif"),
    ],
)
def test_against(place, who, words):
    fit, (against, _, _) = said(place, who)
    assert not fit.fits
    assert len(against) == len(words)
    assert all(word in one for word, one in zip(words, against, strict=True))


@pytest.mark.parametrize(
    ("place", "who", "word"),
    [
        pytest.param({}, {"type_code": "T2"}, "d’un autre type", id="another-type"),
        pytest.param({}, {"ready_on": date(2026, 12, 2)}, "prêt à entrer le 02/12/2026 seulement", id="ready-later"),
        pytest.param({}, {"ready_on": date(2026, 11, 30)}, "souhaite entrer dès le 30/11/2026", id="ready-before"),
        pytest.param({}, {"stale": ("« Avis d’impôt » est périmée",)}, "est périmée", id="pieces-expired"),
        pytest.param({}, {"derogations": ("âge",)}, "dérogation attendue de la direction : âge", id="derogation"),
        pytest.param({}, {"needs": frozenset({"calme"})}, "au calme", id="quiet"),
        pytest.param({}, {"needs": frozenset({"animal"})}, "animal", id="pet"),
        pytest.param({"capacity": 3}, {}, "prévue pour 3 personnes, grande pour ce ménage", id="two-persons-too-big"),
        pytest.param({"has_tarif": False}, {}, "pas de tarif", id="no-tariff"),
    ],
)
def test_caution_does_not_speak_against(place, who, word):
    fit, (_, caution, _) = said(place, who)
    assert fit.fits
    assert len(caution) == 1
    assert word in caution[0]


@pytest.mark.parametrize(
    ("place", "who", "word"),
    [
        pytest.param({"surface": D("9.00"), "capacity": 1}, {}, "prévue pour 1 personne", id="nine-included"),
        pytest.param({"surface": D("16.00")}, {"persons": 2}, "prévue pour 2 personnes", id="sixteen-included"),
        pytest.param({"most": D(22), "least": D(22)}, {}, "prévue", id="bounds-included"),
        pytest.param(
            {"accessible": True}, {"needs": frozenset({"fauteuil"})}, "accessible en fauteuil", id="wheelchair"
        ),
        pytest.param(
            {"floor": 0, "floor_name": "rez-de-chaussée"},
            {"needs": frozenset({"rez_de_chaussee"})},
            "rez-de-chaussée",
            id="ground-floor",
        ),
        pytest.param({}, {"needs": frozenset({"seul"})}, "logement non partagé", id="alone"),
        pytest.param({}, {"type_code": "T1"}, "du type demandé", id="the-type-asked-for"),
        pytest.param({}, {"ready_on": date(2026, 12, 1)}, "prévue", id="ready-that-day"),
        pytest.param(
            {"reserved_for": 7, "reserved_name": "SIAO 63"}, {"partner": 7}, "qui oriente ce ménage", id="its-reserve"
        ),
    ],
)
def test_favour(place, who, word):
    _, (against, caution, favour) = said(place, who)
    assert (against, caution) == ((), ())
    assert word in favour[-1]


def test_the_best_comes_first():
    best = convenance(PLACE, replace(CANDIDATE, type_code="T1"))
    plain = convenance(PLACE, CANDIDATE)
    wary = convenance(PLACE, replace(CANDIDATE, type_code="T2"))
    none = convenance(PLACE, replace(CANDIDATE, persons=3))
    assert sorted([none, wary, plain, best], key=lambda fit: fit.order) == [best, plain, wary, none]
    assert none.is_too_small
