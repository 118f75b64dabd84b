"""Which debts a payment discharges."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby

from residence.rules.money import ZERO, split


@dataclass(frozen=True)
class Debt:
    """A debt of `amount` euros that falls due on `due_on`, told apart by `key`.

    `interest`: how much the debtor gains by discharging it, the higher first; 0 unless somebody has a reason.
    """

    key: Hashable
    amount: Decimal
    due_on: date
    interest: int = 0


@dataclass(frozen=True)
class Imputation:
    """What a payment discharges, in euros by key of debt, and what is left over once no debt remains."""

    parts: dict[Hashable, Decimal] = field(default_factory=dict)
    surplus: Decimal = ZERO


def spread(payment: Decimal, debts: Iterable[Debt], *, on: date, chosen: Sequence[Hashable] = ()) -> Imputation:
    """How a payment of `payment` euros made on `on` discharges `debts`.

    First the debts that the debtor chose when paying, in the order of `chosen`. Then the due ones (from their due day);
    among these those it most gains to discharge, then the oldest; equal in all, in proportion to their amounts, the
    odd cents by largest remainder. Then in the same order those not due yet. The parts and the surplus add up to the
    payment exactly; only debts that receive something are listed.
    ValueError for a negative payment or debt, two debts of one key, or a choice that names no debt.
    Source: code civil, article 1342-10.
    """
    open_debts = list(debts)
    by_key = {debt.key: debt for debt in open_debts}
    if payment < 0 or any(debt.amount < 0 for debt in open_debts):
        raise ValueError("a payment and a debt are not negative")
    if len(by_key) != len(open_debts):
        raise ValueError("two debts have the same key")
    if any(key not in by_key for key in chosen):
        raise ValueError("the choice names a debt that is not there")
    left = payment
    parts: dict[Hashable, Decimal] = {}
    for equals in _in_legal_order(open_debts, on=on, chosen=chosen):
        owed = sum((debt.amount for debt in equals), ZERO)
        paid = min(left, owed)
        if paid > 0:
            shares = split(paid, [debt.amount for debt in equals])
            parts |= {debt.key: share for debt, share in zip(equals, shares, strict=True) if share > 0}
            left -= paid
    return Imputation(parts, left)


def _in_legal_order(debts: Sequence[Debt], *, on: date, chosen: Sequence[Hashable]) -> list[list[Debt]]:
    """Groups of debts, one group wholly before the next; the debts of a group share in proportion."""
    by_key = {debt.key: debt for debt in debts}
    first = [[by_key[key]] for key in dict.fromkeys(chosen)]

    def rank(debt: Debt) -> tuple[bool, int, date]:
        return debt.due_on > on, -debt.interest, debt.due_on

    others = sorted((debt for debt in debts if debt.key not in chosen), key=rank)
    return first + [list(equals) for _, equals in groupby(others, key=rank)]
