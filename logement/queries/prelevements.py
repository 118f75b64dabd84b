"""What is collected by direct debit: the terms announced, the mandates that lapse."""

import datetime
from collections.abc import Collection
from typing import Any

from logement.models import MandatPrelevement
from logement.rules.prelevement import collected_on
from logement.rules.releve import masked_iban


def announced_debits(
    contrats: Collection[int], month: datetime.date, issued_on: datetime.date
) -> dict[int, dict[str, Any]]:
    """By contract under a mandate that can be used, how and when the term of a month is collected: for its avis."""
    day = collected_on(month, issued_on=issued_on)
    return {
        one.contrat_id: {"on": day, "rum": one.rum, "ics": one.ics, "iban": masked_iban(one.iban)}
        for one in MandatPrelevement.objects.live().filter(contrat__among=contrats)
        if one.usable_until and day <= one.usable_until
    }
