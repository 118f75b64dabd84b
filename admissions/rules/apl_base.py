"""The yearly resources that an APL estimate rests on, when nobody has given the figure of the CAF."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from residence.rules.money import ZERO, cents

# Professional expenses on earnings (CGI, 83 3°) and the abatement on pensions (CGI, 158 5 a): one tenth of each.
ABATEMENT = Decimal("0.10")


class Counted(Enum):
    """How the APL looks at a resource: out of the base, whole, after the abatement of a tenth, or as a RSA."""

    OUT = "out"
    WHOLE = "whole"
    ABATED = "abated"
    RSA = "rsa"


@dataclass(frozen=True)
class Line:
    """A monthly resource, in euros."""

    counted: Counted
    monthly: Decimal


def yearly_resources(lines: Iterable[Line]) -> Decimal:
    """Resources of a year in euros, after abatements, rounded half up to the cent.

    Twelve times what comes in a month now: the CAF looks at the twelve months before, so this stands for somebody whose
    resources are steady. 0 for the holder of a RSA, whose earnings are ignored (CCH, R.822-17). Minimum benefits and
    family benefits are not taxed and stay out (CCH, R.822-4).
    """
    known = list(lines)
    if any(line.counted is Counted.RSA for line in known):
        return ZERO
    whole = sum((line.monthly for line in known if line.counted is Counted.WHOLE), ZERO)
    abated = sum((line.monthly for line in known if line.counted is Counted.ABATED), ZERO)
    return cents(12 * (whole + abated * (1 - ABATEMENT)))
