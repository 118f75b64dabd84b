"""Persons that the user may already know, by name and birth."""

import datetime
from dataclasses import dataclass

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Prefetch, Q, Value
from django.db.models.functions import Lower

from residence.models import MembreMenage, Menage, Personne, User
from residence.models.base import PlainText, today
from residence.permissions import Permission

# Names as near as this are proposed whatever the birth; nearer than the second when the birth is the same.
NEAR = 0.6
NEAR_SAME_BIRTH = 0.3
MOST = 6


@dataclass(frozen=True)
class Known:
    """A person already known, and the household that the user may read where they live now."""

    personne: Personne
    menage: Menage

    @property
    def same_birth_note(self) -> str:
        born = self.personne.born_on
        return f"né(e) le {born:%d/%m/%Y}" if born else "date de naissance inconnue"


def known_persons(
    user: User, *, last_name: str, first_names: str, born_on: datetime.date | None, birth_name: str = ""
) -> list[Known]:
    """Persons whose name is near, accents, capitals and the order of names aside; those nearest first.

    Only those that `user` may see: a person of a hidden household is never among them, and costs the same time.
    """
    typed = " ".join(f"{last_name} {birth_name} {first_names}".split())
    if not typed:
        return []
    plain = Lower(PlainText(Value(typed)))
    seen = Menage.objects.visible_to(user, Permission.MENAGE_VIEW)
    here = MembreMenage.objects.in_force(today()).filter(menage__in=seen).select_related("menage")
    near = Q(likeness__gte=NEAR)
    if born_on is not None:
        near |= Q(born_on=born_on, likeness__gte=NEAR_SAME_BIRTH)
    rows = (
        Personne.objects.visible_to(user, Permission.MENAGE_VIEW)
        .filter(membre_de__in=here, merged_into__isnull=True)
        .annotate(likeness=TrigramSimilarity("search_name", plain))
        .filter(near)
        .distinct()
        .order_by("-likeness", "pk")
        .prefetch_related(Prefetch("membre_de", queryset=here.order_by("-start_on"), to_attr="here"))
    )
    return [Known(personne, personne.here[0].menage) for personne in rows[:MOST] if personne.here]
