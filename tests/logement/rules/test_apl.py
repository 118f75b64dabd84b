from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logement.rules.apl import (
    APL1,
    APL2,
    CEILINGS,
    Household,
    NotEstimable,
    Situation,
    bareme_of,
    ceiling,
    estimate,
    estimation,
    not_estimable,
)

SINGLE = Household(couple=False, dependants=0)
COUPLE = Household(couple=True, dependants=0)
PARENT_1 = Household(couple=False, dependants=1)

MAY_2022 = date(2022, 5, 1)
MARCH_2026 = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("household", "zone", "month", "redevance", "resources", "apl1", "apl2"),
    [
        pytest.param(SINGLE, 1, MAY_2022, "350", "7500", 154, 129, id="single, zone 1, May 2022"),
        pytest.param(SINGLE, 2, MARCH_2026, "420", "0", 387, 365, id="single with a RSA, zone 2, March 2026"),
        pytest.param(SINGLE, 2, MARCH_2026, "420", "8700", 158, 141, id="single retired, zone 2, March 2026"),
        pytest.param(PARENT_1, 2, MARCH_2026, "420", "16200", 84, 83, id="parent and child, zone 2, March 2026"),
    ],
)
def test_official_figures(household, zone, month, redevance, resources, apl1, apl2):
    most = ceiling(household=household, zone=zone, on=month)
    known = {"household": household, "redevance": D(redevance), "resources": D(resources), "ceiling": most}
    assert estimate(bareme=APL1, **known) == apl1
    assert estimate(bareme=APL2, **known) == apl2


@pytest.mark.parametrize(
    ("bareme", "coefficient", "least_expense"),
    [pytest.param(APL1, "0.64", "98.95", id="APL1"), pytest.param(APL2, "0.60", "124.64", id="APL2")],
)
def test_official_steps_single_7500(bareme, coefficient, least_expense):
    parts = bareme.parts_of(SINGLE)
    assert str(bareme.coefficient(resources=D(7500), parts=parts)) == coefficient
    assert str(bareme.least_expense(resources=D(7500), parts=parts)) == least_expense


@pytest.mark.parametrize(
    ("household", "apl1", "apl2"),
    [
        pytest.param(SINGLE, "1.4", "1.2", id="single"),
        pytest.param(COUPLE, "1.8", "1.5", id="couple"),
        pytest.param(PARENT_1, "2.5", "2.5", id="parent and child"),
        pytest.param(Household(couple=True, dependants=1), "2.5", "2.5", id="couple and child"),
        pytest.param(Household(couple=False, dependants=2), "3.0", "3.0", id="two dependants"),
        pytest.param(Household(couple=False, dependants=3), "3.7", "3.7", id="three dependants"),
        pytest.param(Household(couple=True, dependants=4), "4.3", "4.3", id="four dependants"),
        pytest.param(Household(couple=True, dependants=6), "5.3", "5.3", id="six dependants"),
    ],
)
def test_parts(household, apl1, apl2):
    assert APL1.parts_of(household) == D(apl1)
    assert APL2.parts_of(household) == D(apl2)


@pytest.mark.parametrize(
    ("bareme", "resources", "expected"),
    [
        pytest.param(APL1, "0", "0.95", id="APL1 held at its maximum without resources"),
        pytest.param(APL2, "0", "0.90", id="APL2 at its maximum without resources"),
        pytest.param(APL1, "1700", "0.95", id="APL1 just under 1 217.26 x 1.4"),
        pytest.param(APL1, "1800", "0.94", id="rounded down, not to the nearest"),
        pytest.param(APL1, "60000", "0.00", id="never negative"),
    ],
)
def test_coefficient(bareme, resources, expected):
    assert str(bareme.coefficient(resources=D(resources), parts=bareme.parts_of(SINGLE))) == expected


def test_the_flat_part_of_the_least_expense_is_per_part_in_one_scale_only():
    assert APL1.least_expense(resources=D(0), parts=D("2.5")) == D("9.49")
    assert APL2.least_expense(resources=D(0), parts=D("2.5")) == D("6.36")


def known(**changes):
    return {
        "household": SINGLE,
        "redevance": D(420),
        "resources": D(0),
        "bareme": APL1,
        "ceiling": D("456.15"),
    } | changes


def test_resources_go_up_to_the_next_hundred():
    assert estimate(**known(resources=D("8600.01"))) == estimate(**known(resources=D(8700))) == 158
    assert estimate(**known(resources=D(8600))) > 158


def test_a_deficit_counts_as_no_resources():
    assert estimate(**known(resources=D(-500))) == estimate(**known()) == 387


def test_the_redevance_counts_up_to_the_ceiling():
    assert estimate(**known(redevance=D(900))) == estimate(**known(redevance=D("456.15")))


@pytest.mark.parametrize(
    ("bareme", "redevance", "expected"),
    [
        # 0.95 x (60 - 5.32) - 5 = 46.95, brought down to 60 - 26.68 = 33.32; CRDS 0.16; 33.16.
        pytest.param(APL1, "60", 33, id="the household keeps 26.68 to pay"),
        # 0.90 x (60 - 6.36) - 5 = 43.27, under 60 - 15; CRDS 0.21; 43.06.
        pytest.param(APL2, "60", 43, id="APL2 keeps 15"),
        pytest.param(APL1, "36.68", 9, id="10.00 before CRDS is paid: 9.95"),
        pytest.param(APL1, "36.67", 0, id="9.99 before CRDS is not"),
        pytest.param(APL1, "0", 0, id="no redevance"),
    ],
)
def test_least_net_expense_and_least_payment(bareme, redevance, expected):
    assert estimate(**known(bareme=bareme, redevance=D(redevance))) == expected


def test_high_resources_get_nothing():
    assert estimate(**known(resources=D(30000))) == 0


@given(
    couple=st.booleans(),
    dependants=st.integers(min_value=0, max_value=7),
    redevance=st.decimals(min_value=0, max_value=1200, places=2),
    resources=st.decimals(min_value=0, max_value=60_000, places=2),
    bareme=st.sampled_from([APL1, APL2]),
)
def test_bounds_of_any_estimate(couple, dependants, redevance, resources, bareme):
    household = Household(couple=couple, dependants=dependants)
    most = ceiling(household=household, zone=2, on=MARCH_2026)
    here = {"household": household, "redevance": redevance, "bareme": bareme, "ceiling": most}
    amount = estimate(resources=resources, **here)
    assert amount == int(amount)
    assert amount >= 0
    assert amount == 0 or min(redevance, most) - amount >= bareme.least_net
    assert estimate(resources=resources + 1000, **here) <= amount


@pytest.mark.parametrize(
    ("household", "zone", "on", "expected"),
    [
        pytest.param(SINGLE, 2, date(2026, 9, 30), "456.15", id="last day of a set"),
        pytest.param(SINGLE, 2, date(2026, 10, 1), "461.40", id="first day of the next"),
        pytest.param(SINGLE, 1, date(2022, 6, 30), "446.30", id="before the set of July 2022"),
        pytest.param(SINGLE, 1, date(2022, 7, 1), "461.92", id="set of July 2022"),
        pytest.param(COUPLE, 3, date(2026, 11, 1), "509.36", id="couple"),
        pytest.param(PARENT_1, 3, date(2026, 11, 1), "540.40", id="one dependant"),
        pytest.param(Household(couple=True, dependants=4), 3, date(2026, 11, 1), "651.82", id="four dependants"),
        pytest.param(Household(couple=True, dependants=6), 3, date(2026, 11, 1), "786.84", id="six dependants"),
    ],
)
def test_ceiling(household, zone, on, expected):
    assert ceiling(household=household, zone=zone, on=on) == D(expected)


@pytest.mark.parametrize(("zone", "on"), [(4, MARCH_2026), (1, date(2019, 9, 30))])
def test_no_ceiling(zone, on):
    with pytest.raises(LookupError):
        ceiling(household=SINGLE, zone=zone, on=on)


def test_every_set_has_its_three_zones():
    days = sorted({row.valid_from for row in CEILINGS})
    assert [(row.valid_from, row.zone) for row in CEILINGS] == [(day, zone) for day in days for zone in (1, 2, 3)]


def situation(**changes):
    base = {"household": SINGLE, "redevance": D(420), "resources": D(8700), "zone": 2, "month": MARCH_2026}
    return Situation(**(base | changes))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"student": True}, NotEstimable.STUDENT, id="student"),
        pytest.param({"self_employed": True}, NotEstimable.SELF_EMPLOYED, id="self-employed"),
        pytest.param({"overseas": True}, NotEstimable.OVERSEAS, id="overseas"),
        pytest.param({"alternating_custody": True}, NotEstimable.ALTERNATING_CUSTODY, id="alternating custody"),
        pytest.param({"month": date(2027, 10, 1)}, NotEstimable.NO_SCALE, id="twelve months after the last set"),
        pytest.param({"month": date(2019, 9, 30)}, NotEstimable.NO_SCALE, id="before the first set"),
        pytest.param({"zone": None}, NotEstimable.ZONE_UNKNOWN, id="zone unknown"),
    ],
)
def test_not_estimable_and_said_so(changes, reason):
    result = estimation(situation(**changes))
    assert result.reasons == (reason,)
    assert not result.is_estimable
    assert result.amounts == {}
    assert result.lowest is None
    assert reason.why.startswith("Non estimable")


def test_every_reason_is_given():
    assert not_estimable(situation(student=True, zone=None)) == (NotEstimable.STUDENT, NotEstimable.ZONE_UNKNOWN)


def test_the_last_month_estimated():
    assert estimation(situation(month=date(2027, 9, 30))).is_estimable


def test_both_scales_when_the_residence_s_is_not_known():
    result = estimation(situation())
    assert result.amounts == {"apl1": D(158), "apl2": D(141)}
    assert result.lowest == D(141)
    assert estimation(situation(), scale="apl1").amounts == {"apl1": D(158)}


def test_a_scale_by_its_code_and_day():
    assert bareme_of("apl1", on=MARCH_2026) is APL1
    assert bareme_of("apl2", on=date(2019, 10, 1)) is APL2


@pytest.mark.parametrize(("code", "on"), [("apl3", MARCH_2026), ("apl1", date(2019, 9, 30))])
def test_no_scale(code, on):
    with pytest.raises(LookupError):
        bareme_of(code, on=on)


def test_dependants_are_counted_from_0():
    with pytest.raises(ValueError, match="from 0"):
        Household(couple=False, dependants=-1)
