from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admissions.rules.admissibilite import (
    Critere,
    Effect,
    Facts,
    Item,
    Kind,
    completeness,
    derogations_needed,
    evaluate,
    piece_is_valid,
    reduction_due,
    still_unknown,
)

ENTRY = date(2027, 1, 5)


def result_of(critere, **facts):
    (result,) = evaluate([critere], Facts(**facts))
    return result


def plain(sentence):
    return sentence.replace("\u00a0", " ")


AGE_16_30 = Critere(Kind.AGE, D("16.0000"), D("30.0000"), Effect.NEEDS_DEROGATION)


@pytest.mark.parametrize(
    ("birth", "met", "why"),
    [
        pytest.param(date(2011, 1, 5), True, "16 ans à l’entrée prévue le 05/01/2027", id="16 on the day of entry"),
        pytest.param(date(2011, 1, 6), False, "15 ans à l’entrée prévue le 05/01/2027", id="16 the day after"),
        pytest.param(date(1996, 1, 6), True, "30 ans à l’entrée prévue le 05/01/2027", id="31 the day after"),
        pytest.param(date(1996, 1, 5), False, "31 ans à l’entrée prévue le 05/01/2027", id="31 on the day of entry"),
    ],
)
def test_age_on_the_planned_day_of_entry_bounds_included(birth, met, why):
    result = result_of(AGE_16_30, entry_on=ENTRY, births=[birth])
    assert result.met is met
    assert plain(result.why) == f"{why} ; critère : de 16 ans à 30 ans."
    assert result.effect is (None if met else Effect.NEEDS_DEROGATION)


@pytest.mark.parametrize(
    ("births", "met"),
    [
        pytest.param([date(2000, 1, 1), date(2001, 1, 1)], True, id="both within"),
        pytest.param([date(2000, 1, 1), date(1980, 1, 1)], False, id="one of the couple is not"),
        pytest.param([date(2000, 1, 1), None], None, id="one not known"),
        pytest.param([None, date(1980, 1, 1)], False, id="one not known, the other not within"),
        pytest.param([], None, id="nobody known"),
        pytest.param([date(2030, 1, 1)], None, id="born after the entry: to check"),
    ],
)
def test_ages_of_those_who_would_sign(births, met):
    assert result_of(AGE_16_30, entry_on=ENTRY, births=births).met is met


def test_no_age_without_a_planned_entry():
    result = result_of(AGE_16_30, births=[date(2000, 1, 1)])
    assert result.met is None
    assert "entrée prévue" in result.why


def test_41_is_flagged_where_the_most_is_40():
    result = result_of(Critere(Kind.AGE, D(18), D(40)), entry_on=ENTRY, births=[date(1985, 12, 1)])
    assert result.effect is Effect.FLAGS


@pytest.mark.parametrize(
    ("minimum", "maximum", "persons", "met", "why"),
    [
        pytest.param(None, "2", 2, True, "2 personnes ; critère : 2 personnes au plus.", id="at the maximum"),
        pytest.param(None, "2", 3, False, "3 personnes ; critère : 2 personnes au plus.", id="above"),
        pytest.param("2", None, 1, False, "1 personne ; critère : 2 personnes au moins.", id="under"),
        pytest.param(None, None, 4, True, "4 personnes ; critère sans borne.", id="no bound"),
        pytest.param(None, "2", None, None, "Nombre de personnes : à renseigner.", id="not known"),
    ],
)
def test_household_size(minimum, maximum, persons, met, why):
    critere = Critere(Kind.HOUSEHOLD_SIZE, minimum and D(minimum), maximum and D(maximum))
    result = result_of(critere, persons=persons)
    assert (result.met, plain(result.why)) == (met, why)


@pytest.mark.parametrize(
    ("resources", "met"),
    [(D("1200.00"), True), (D("1200.01"), False), (D(0), True), (None, None)],
)
def test_resources_ceiling(resources, met):
    result = result_of(Critere(Kind.RESOURCES_CEILING, maximum=D(1200)), resources=resources)
    assert result.met is met
    if met is False:
        assert plain(result.why) == "Ressources de 1 200,01 € par mois ; critère : 1 200,00 € au plus."


EFFORT_25 = Critere(Kind.TAUX_EFFORT, maximum=D("0.25"), effect=Effect.NEEDS_DEROGATION)


@pytest.mark.parametrize(
    ("redevance", "apl", "resources", "met", "why"),
    [
        pytest.param("250", "0", "1000", True, "Taux d’effort de 25 % ; critère : 25 % au plus.", id="at 25 %"),
        pytest.param("251", "0", "1000", False, "Taux d’effort de 25,1 % ; critère : 25 % au plus.", id="251 of 1 000"),
        pytest.param(
            "450", "330", "636", True, "Taux d’effort de 18,87 % ; critère : 25 % au plus.", id="APL deducted"
        ),
        pytest.param(
            "200", None, "1000", True, "Taux d’effort de 20 % avant APL ; critère : 25 % au plus.", id="met before APL"
        ),
        pytest.param(
            "450", None, "636", None, "Taux d’effort de 70,75 % avant APL : l’APL est à estimer.", id="APL not known"
        ),
        pytest.param(
            "450", "330", "0", None, "Taux d’effort : il ne se calcule pas sans ressources.", id="no resources"
        ),
        pytest.param(
            None,
            "330",
            "600",
            None,
            "Taux d’effort : les ressources et la redevance sont à renseigner.",
            id="redevance not known",
        ),
    ],
)
def test_taux_effort(redevance, apl, resources, met, why):
    amounts = {"redevance": redevance, "apl": apl, "resources": resources}
    result = result_of(EFFORT_25, **{name: value and D(value) for name, value in amounts.items()})
    assert (result.met, plain(result.why), result.reduction) == (met, why, 0)


def test_the_loyer_alone_may_be_held_under_a_share_once_the_apl_is_deducted():
    """900 € of resources, 200 € of loyer left: 20 € less, for 20 % of the resources at most."""
    critere = Critere(Kind.LOYER_NET, maximum=D("0.20"), effect=Effect.REDUCES)
    result = result_of(critere, resources=D(900), rent=D(450), apl=D(250))
    assert (result.met, result.reduction) == (False, D("20.00"))
    assert result.why.startswith("Loyer hors charges après APL de 22,22")
    assert result_of(critere, resources=D(900), redevance=D(500)).met is None


def test_a_criterion_that_reduces_the_redevance_says_by_how_much():
    critere = Critere(Kind.TAUX_EFFORT, maximum=D("0.20"), effect=Effect.REDUCES)
    result = result_of(critere, redevance=D(200), apl=D(0), resources=D(900))
    assert result.effect is Effect.REDUCES
    assert result.reduction == D("20.00")
    assert plain(result.why) == "Taux d’effort de 22,22 % ; critère : 20 % au plus ; redevance à réduire de 20,00 €."
    assert reduction_due([result]) == D("20.00")
    assert reduction_due([]) == 0


def test_reducing_needs_nothing_when_met():
    critere = Critere(Kind.TAUX_EFFORT, maximum=D("0.20"), effect=Effect.REDUCES)
    result = result_of(critere, redevance=D(180), apl=D(0), resources=D(900))
    assert (result.met, result.reduction, result.effect) == (True, 0, None)


@pytest.mark.parametrize(
    ("kind", "fact"),
    [
        (Kind.PAPERS, "has_papers"),
        (Kind.PARTNER_IDENTIFICATION, "identified_by_partner"),
        (Kind.ACTIVITY, "has_activity"),
        (Kind.PROTECTION, "has_protection"),
        (Kind.MEDICAL_VALIDATION, "medical_validation"),
        (Kind.ADULT_WOMEN, "adults_are_women"),
    ],
)
@pytest.mark.parametrize("met", [True, False, None])
def test_criteria_that_are_met_or_not(kind, fact, met):
    result = result_of(Critere(kind, effect=Effect.NEEDS_DEROGATION), **{fact: met})
    assert result.met is met
    assert result.why.endswith(".")
    assert result.why.endswith("à renseigner.") is (met is None)


@pytest.mark.parametrize(
    ("held", "met", "why"),
    [
        (None, None, "Ressources perçues : à renseigner."),
        ({"aah", "pch", "rsa"}, True, "Parmi les ressources : AAH et PCH."),
        ({"aah"}, False, "Pas de PCH parmi les ressources ; AAH et PCH demandées ensemble."),
        (set(), False, "Pas de AAH ni de PCH parmi les ressources ; AAH et PCH demandées ensemble."),
    ],
)
def test_resources_that_are_asked_for_together(held, met, why):
    critere = Critere(Kind.RESOURCES_HELD, asked=(("aah", "AAH"), ("pch", "PCH")))
    result = result_of(critere, resources_held=held)
    assert (result.met, plain(result.why)) == (met, why)


def test_what_follows_from_all_criteria():
    criteres = [
        AGE_16_30,
        Critere(Kind.ACTIVITY),
        Critere(Kind.PAPERS, effect=Effect.NEEDS_DEROGATION),
        Critere(Kind.PARTNER_IDENTIFICATION, effect=Effect.NEEDS_DEROGATION),
    ]
    facts = Facts(entry_on=ENTRY, births=[date(1990, 1, 1)], has_activity=False, identified_by_partner=True)
    results = evaluate(criteres, facts)
    assert [result.critere.kind for result in derogations_needed(results)] == [Kind.AGE]
    assert [result.critere.kind for result in still_unknown(results)] == [Kind.PAPERS]
    assert [result.effect for result in results] == [Effect.NEEDS_DEROGATION, Effect.FLAGS, None, None]


def test_nothing_known_fails_nothing():
    criteres = [Critere(kind, D(1), D(2), effect) for kind in Kind for effect in Effect]
    assert {result.met for result in evaluate(criteres, Facts())} == {None}


def test_every_effect_has_a_french_label():
    assert [effect.label for effect in Effect] == ["signale", "exige une dérogation motivée", "réduit la redevance"]


def test_completeness():
    gauge = completeness(
        [Item("pièce d’identité", True), Item("avis d’imposition", False), Item("attestation CAF", False, False)]
    )
    assert gauge.missing == ("avis d’imposition", "attestation CAF")
    assert gauge.blocking == ("avis d’imposition",)
    assert str(gauge.ratio) == "0.3333"
    assert not gauge.is_complete


def test_a_file_without_what_is_optional_may_go_to_the_commission():
    assert completeness([Item("identité", True), Item("CV", False, False)]).is_complete
    assert completeness([]).is_complete
    assert completeness([]).ratio == 1


@given(st.lists(st.builds(Item, st.text(max_size=5), st.booleans(), st.booleans()), max_size=20))
def test_completeness_holds_together(items):
    gauge = completeness(items)
    assert 0 <= gauge.ratio <= 1
    assert (gauge.ratio == 1) is (not gauge.missing)
    assert set(gauge.blocking) <= set(gauge.missing)


@pytest.mark.parametrize(
    ("dates", "valid"),
    [
        pytest.param({}, True, id="never lapses"),
        pytest.param({"expires_on": date(2026, 11, 30)}, True, id="its last day"),
        pytest.param({"expires_on": date(2026, 11, 29)}, False, id="the day after"),
        pytest.param({"issued_on": date(2026, 8, 30), "validity_months": 3}, True, id="three months old to the day"),
        pytest.param({"issued_on": date(2026, 8, 29), "validity_months": 3}, False, id="a day older"),
        pytest.param({"validity_months": 3}, True, id="date not known"),
        pytest.param(
            {"issued_on": date(2026, 11, 1), "validity_months": 3, "expires_on": date(2026, 11, 2)},
            False,
            id="its own end comes first",
        ),
    ],
)
def test_piece_is_valid(dates, valid):
    assert piece_is_valid(on=date(2026, 11, 30), **dates) is valid
