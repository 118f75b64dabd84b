"""What the absences noted change in a month: days that some services are not billed for, and what the APL risks."""

import datetime
from collections import defaultdict

from django.db.models import Exists, OuterRef, Q

from logement.models import Absence
from logement.models.presence import AbsenceReason
from logement.rules.presence import Spell, days_there, presence
from residence.models import MembreMenage, Residence
from residence.rules.dates import add_days, month_end


class Absences:
    """The absences of whole households, or of somebody alone, that touch the year of a month, up to its end."""

    def __init__(self, residence: Residence, month: datetime.date) -> None:
        self.year, self.last = month.year, month_end(month)
        rows = Absence.objects.live().filter(
            Q(back_on=None) | Q(back_on__gt=month.replace(month=1, day=1)),
            sejour__residence=residence,
            start_on__lte=self.last,
        )
        # Of one person among several, the others are there.
        others = MembreMenage.objects.filter(
            Q(end_on=None) | Q(end_on__gte=month), menage=OuterRef("sejour__menage"), personne__merged_into=None
        ).exclude(personne=OuterRef("personne"))
        rows = rows.filter(Q(personne=None) | ~Exists(others))
        self._spells: dict[int, list[Spell]] = defaultdict(list)
        for sejour, start, back, expected, reason in rows.values_list(
            "sejour", "start_on", "back_on", "expected_back_on", "reason"
        ):
            end = back or expected
            spell = Spell(start, end and add_days(end, -1), reason == AbsenceReason.JUSTIFIED)
            if spell.end is None or spell.end >= start:
                self._spells[sejour].append(spell)

    def days_there(
        self, sejour: int, first: datetime.date, last: datetime.date
    ) -> list[tuple[datetime.date, datetime.date]]:
        """The days from `first` to `last` on which the household is there, as ranges with both ends included."""
        return days_there(self._spells.get(sejour, ()), first=first, last=last)

    def too_long(self, sejour: int) -> str:
        """What to say of a stay whose absences pass, by the end of the month, what the APL allows in the year."""
        spells = self._spells.get(sejour)
        if not spells:
            return ""
        found = presence(spells, year=self.year)
        if found.passed_on is None or found.passed_on > self.last:
            return ""
        return (
            f"absences au-delà de {found.allowed} jours dans l’année le {found.passed_on:%d/%m/%Y} "
            f"({found.source}, à vérifier) : l’APL peut s’arrêter"
        )
