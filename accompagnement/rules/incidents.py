"""What an incident asks for: by when somebody takes it up, when repeated ones escalate, whom danger is told to.

Codes of kinds and of stages are those of `accompagnement.models.incidents`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from residence.rules.dates import add_months

# After the last step, days without a next date until an open incident comes back by itself. A practice, not a text.
REVIEW_DAYS = 30


@dataclass(frozen=True)
class Stage:
    """A stage of the path of a danger: what is done, whom to reach, within how many days, by which text."""

    code: str
    what: str
    whom: str
    within_days: int
    source: str = ""


# Texts to check at each revision. The days are those of the house where the text says « sans délai » (0).
PATHS: dict[str, tuple[Stage, ...]] = {
    "enfant": (
        Stage(
            "secours",
            "Danger immédiat : appeler la police ou les secours",
            "17, 15 ou 112",
            0,
            "code pénal, article 223-6",
        ),
        Stage(
            "crip",
            "Transmettre l’information préoccupante au président du conseil départemental",
            "CRIP du Département ; le 119 conseille jour et nuit",
            0,
            "code de l’action sociale et des familles, articles L.226-2-1 et L.226-2-2",
        ),
        Stage(
            "procureur",
            "Gravité : saisir le procureur de la République, avec copie au Département",
            "parquet du tribunal judiciaire",
            0,
            "code de l’action sociale et des familles, article L.226-4 ; code pénal, article 434-3",
        ),
        Stage(
            "parents",
            "Informer d’abord les parents, sauf si l’intérêt de l’enfant s’y oppose",
            "titulaires de l’autorité parentale",
            0,
            "code de l’action sociale et des familles, article L.226-2-1",
        ),
    ),
    "violence": (
        Stage(
            "secours",
            "Danger immédiat : appeler la police ou les secours",
            "17 (114 par SMS), 15 ou 112",
            0,
            "code pénal, article 223-6",
        ),
        Stage(
            "victime",
            "Voir la personne seule, en sécurité ; dire ses droits et qui peut l’aider",
            "3919, France Victimes 116 006, plainte",
            1,
        ),
        Stage("abri", "La mettre à l’abri : hébergement, changement de place, serrure", "115, SIAO", 1),
        Stage(
            "confidentialite",
            "Décider avec elle si le dossier devient confidentiel",
            "personnes nommées, dont une gestionnaire et une suppléante",
            1,
        ),
    ),
}


def path_of(kind: str) -> tuple[Stage, ...]:
    """The stages of a kind of incident; none for an ordinary one."""
    return PATHS.get(kind, ())


def stages_left(kind: str, settled: Collection[str]) -> list[Stage]:
    """The stages that have left no trace yet, in their order."""
    return [stage for stage in path_of(kind) if stage.code not in settled]


def protect_by(kind: str, *, known_on: date, settled: Collection[str]) -> date | None:
    """The first day on which a stage without a trace is due; None once all have theirs."""
    return min((known_on + timedelta(days=one.within_days) for one in stages_left(kind, settled)), default=None)


def follow_by(
    known_on: date, *, within_days: int, last_step_on: date | None = None, next_on: date | None = None
) -> date:
    """The day by which an open incident is taken up, or taken up again after its last step."""
    if last_step_on is None:
        return known_on + timedelta(days=within_days)
    return next_on or last_step_on + timedelta(days=REVIEW_DAYS)


def is_repeated(days: Sequence[date], *, on: date, count: int, months: int) -> bool:
    """Whether at least `count` of `days` fall within the `months` months up to `on`, both ends included."""
    since = add_months(on, -months)
    return sum(since <= day <= on for day in days) >= count
