from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logement.rules.imputation import Debt, spread

TODAY = date(2026, 5, 10)


def january(amount="100", **changes):
    return Debt(**({"key": "january", "amount": D(amount), "due_on": date(2026, 1, 31)} | changes))


def february(amount="100", **changes):
    return Debt(**({"key": "february", "amount": D(amount), "due_on": date(2026, 2, 28)} | changes))


def may(amount="100", **changes):
    return Debt(**({"key": "may", "amount": D(amount), "due_on": date(2026, 5, 31)} | changes))


@pytest.mark.parametrize(
    ("payment", "debts", "chosen", "parts", "surplus"),
    [
        pytest.param("150", [february(), january()], (), {"january": "100", "february": "50"}, "0", id="oldest first"),
        pytest.param(
            "150", [january(), february()], ("february",), {"february": "100", "january": "50"}, "0", id="choice"
        ),
        pytest.param("50", [january(), may()], ("may",), {"may": "50"}, "0", id="a choice may name one not due yet"),
        pytest.param(
            "250",
            [january(), february(), may()],
            ("may", "february"),
            {"may": "100", "february": "100", "january": "50"},
            "0",
            id="choices in their order, then the law's",
        ),
        pytest.param(
            "120", [may(interest=9), january()], (), {"january": "100", "may": "20"}, "0", id="due before not yet due"
        ),
        pytest.param(
            "120",
            [january(), february(interest=1)],
            (),
            {"february": "100", "january": "20"},
            "0",
            id="most interest before oldest",
        ),
        pytest.param("250", [january(), february()], (), {"january": "100", "february": "100"}, "50", id="surplus"),
        pytest.param(
            "10",
            [january("200"), january("100", key="services")],
            (),
            {"january": "6.67", "services": "3.33"},
            "0",
            id="equal in all: in proportion",
        ),
        pytest.param("0", [january()], (), {}, "0", id="nothing paid"),
        pytest.param("50", [], (), {}, "50", id="nothing owed"),
        pytest.param("50", [january("0"), february()], (), {"february": "50"}, "0", id="a settled debt takes nothing"),
        pytest.param(
            "0.01", [january("5"), january("5", key="b")], (), {"january": "0.01"}, "0", id="one cent for two"
        ),
    ],
)
def test_spread(payment, debts, chosen, parts, surplus):
    result = spread(D(payment), debts, on=TODAY, chosen=chosen)
    assert result.parts == {key: D(amount) for key, amount in parts.items()}
    assert result.surplus == D(surplus)


def test_a_debt_is_due_from_its_due_day():
    debts = [may(), may(key="june", due_on=date(2026, 6, 30), interest=1)]
    assert list(spread(D(1), debts, on=date(2026, 5, 30)).parts) == ["june"]
    assert list(spread(D(1), debts, on=date(2026, 5, 31)).parts) == ["may"]


@pytest.mark.parametrize(
    ("payment", "debts", "chosen"),
    [
        pytest.param("-1", [january()], (), id="negative payment"),
        pytest.param("1", [january("-1")], (), id="negative debt"),
        pytest.param("1", [january(), january()], (), id="one key twice"),
        pytest.param("1", [january()], ("march",), id="unknown choice"),
    ],
)
def test_spread_refuses(payment, debts, chosen):
    with pytest.raises(ValueError, match=r"not negative|same key|not there"):
        spread(D(payment), debts, on=TODAY, chosen=chosen)


amounts = st.decimals(min_value=0, max_value=900, places=2)
debts_of_any_kind = st.lists(
    st.tuples(amounts, st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 2)), max_size=10
).map(lambda rows: [Debt(rank, *row) for rank, row in enumerate(rows)])


@given(payment=st.decimals(min_value=0, max_value=4000, places=2), debts=debts_of_any_kind, data=st.data())
def test_money_is_conserved_and_no_debt_overpaid(payment, debts, data):
    keys = [debt.key for debt in debts]
    chosen = data.draw(st.lists(st.sampled_from(keys), unique=True)) if keys else []
    result = spread(payment, debts, on=TODAY, chosen=chosen)
    owed = {debt.key: debt.amount for debt in debts}
    assert sum(result.parts.values()) + result.surplus == payment
    assert all(D(0) < part <= owed[key] for key, part in result.parts.items())
    assert result.surplus == max(D(0), payment - sum(owed.values()))
