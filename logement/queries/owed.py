"""What a contract owes for a month, as it is worked out: its lines, what stands in the way."""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from logement.models import ContratOccupation, LigneAvis
from residence.rules.money import ZERO

NO_TARIF, ABOVE_MAXIMUM = "no_tarif", "above_maximum"
NO_PRICE, APL_MISSING, AMOUNT_JUMP, PAST_END = "no_price", "apl_missing", "amount_jump", "past_end"
ABOVE_CEILING, NO_RESOURCES = "above_ceiling", "no_resources"
TOO_LONG_AWAY = "too_long_away"
BLOCKING = frozenset({NO_TARIF, ABOVE_MAXIMUM})


@dataclass(frozen=True)
class Anomaly:
    """Something to look at before confirming; a blocking one leaves its contract out. `text` names nobody."""

    code: str
    contrat_id: int
    place: str
    text: str

    @property
    def is_blocking(self) -> bool:
        return self.code in BLOCKING

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "contrat": self.contrat_id,
            "place": self.place,
            "text": self.text,
            "blocking": self.is_blocking,
        }


@dataclass(frozen=True)
class NewLine:
    """A line of an avis to come, in euros; its days are both included."""

    kind: str
    label: str
    start_on: datetime.date
    end_on: datetime.date
    monthly_amount: Decimal
    amount: Decimal
    reason: str = ""

    @cached_property
    def frozen(self) -> dict[str, Any]:
        """As a paper keeps it."""
        return {
            "kind": str(self.kind),
            "label": self.label,
            "start_on": self.start_on.isoformat(),
            "end_on": self.end_on.isoformat(),
            "monthly_amount": str(self.monthly_amount),
            "amount": str(self.amount),
        }


@dataclass
class Owed:
    """What a contract owes for a month. No line: no day in the month, or something blocks it."""

    contrat: ContratOccupation
    lines: list[NewLine] = field(default_factory=list)
    apl_expected: Decimal = ZERO
    anomalies: list[Anomaly] = field(default_factory=list)

    @property
    def is_blocked(self) -> bool:
        return any(anomaly.is_blocking for anomaly in self.anomalies)

    @cached_property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), ZERO)

    @cached_property
    def housing(self) -> Decimal:
        return sum((line.amount for line in self.lines if line.kind in LigneAvis.HOUSING), ZERO)

    @property
    def start_on(self) -> datetime.date:
        return min(line.start_on for line in self.lines)

    @property
    def end_on(self) -> datetime.date:
        return max(line.end_on for line in self.lines)

    def warn(self, code: str, text: str) -> None:
        self.anomalies.append(Anomaly(code, self.contrat.pk, self.contrat.place.code, text))
