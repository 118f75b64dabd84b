"""How many of those who live in a dispositif have an activity, where it asks for a share of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from admissions.models import EntretienPreadmission
from admissions.rules.activite import Activity, activity
from logement.models import Sejour
from residence.models import Dispositif
from residence.models.base import today
from residence.rules.money import percent


@dataclass(frozen=True)
class PartActive:
    """The share of the residents of a dispositif who have an activity, as the places to give show it."""

    dispositif: Dispositif
    part: Activity

    @property
    def ratio(self) -> str:
        return percent(self.part.ratio) if self.part.ratio is not None else ""

    @property
    def least(self) -> str:
        return percent(self.part.least)

    @property
    def unknown(self) -> int:
        return self.part.residents - self.part.known


def parts_active(residences: Sequence[int]) -> list[PartActive]:
    """For each dispositif of `residences` that asks for a share of active residents; two queries at most.

    One household is one resident, active as its pre-admission interview says.
    """
    asking = list(Dispositif.objects.filter(residence__in=residences, active_share_minimum__isnull=False))
    if not asking:
        return []
    said = EntretienPreadmission.objects.filter(orientation__sejour=OuterRef("pk")).order_by("-pk")
    answers: dict[int, list[bool | None]] = defaultdict(list)
    stays = Sejour.objects.on(today()).filter(dispositif__in=asking)
    for dispositif, answer in stays.values_list("dispositif", Subquery(said.values("has_activity")[:1])):
        answers[dispositif].append(answer)
    return [PartActive(one, activity(answers[one.pk], least=one.active_share_minimum)) for one in asking]
