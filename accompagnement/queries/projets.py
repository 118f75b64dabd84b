"""The projet personnalisé as pages show it: each theme over time, what admission said of it."""

from dataclasses import dataclass

from accompagnement.models import LEVELS, BilanProjet, DossierSocial, Theme
from admissions.models import EntretienPreadmission, EvaluationTheme
from residence.models import User
from residence.permissions import Permission

# How many meetings stand side by side.
SHOWN = 6
# Drawing: width of a meeting and height of a level, in pixels.
STEP, RISE, MARGIN = 26, 6, 5


@dataclass(frozen=True)
class Line:
    """A theme over the meetings, oldest first: (level or None, what it means) for each, and how it is drawn."""

    theme: str
    levels: tuple[tuple[int | None, str], ...]
    points: tuple[tuple[int, int], ...]
    width: int

    @property
    def polyline(self) -> str:
        return " ".join(f"{x},{y}" for x, y in self.points)

    @property
    def last(self) -> tuple[int, int] | None:
        return self.points[-1] if self.points else None

    @property
    def change(self) -> int:
        """From the first level told to the last."""
        told = [level for level, _ in self.levels if level is not None]
        return told[-1] - told[0] if told else 0

    @property
    def said(self) -> str:
        """The last level told."""
        told = [said for level, said in self.levels if level is not None]
        return told[-1] if told else ""


def meetings(dossier: DossierSocial) -> list[BilanProjet]:
    """The last meetings on the projet, oldest first."""
    rows = dossier.bilans.select_related("document", "written_by").prefetch_related("niveaux")
    return list(rows[:SHOWN])[::-1]


def lines(bilans: list[BilanProjet]) -> list[Line]:
    """Each theme told at one of `bilans`, in the order of the themes."""
    told = [{one.theme: one.level for one in bilan.niveaux.all()} for bilan in bilans]
    found = []
    for theme in Theme:
        levels = [row.get(theme) for row in told]
        if any(level is not None for level in levels):
            found.append(
                Line(
                    theme=str(theme.label),
                    levels=tuple((level, LEVELS[level] if level else "pas abordé") for level in levels),
                    points=tuple(
                        (MARGIN + rank * STEP, MARGIN + (5 - level) * RISE)
                        for rank, level in enumerate(levels)
                        if level is not None
                    ),
                    width=2 * MARGIN + STEP * max(1, len(bilans) - 1),
                )
            )
    return found


def told_at_admission(user: User, dossier: DossierSocial) -> EntretienPreadmission | None:
    """The last pre-admission interview of the household in this résidence, for who may read it."""
    rows = EntretienPreadmission.objects.visible_to(user, Permission.ENTRETIEN_VIEW)
    found: EntretienPreadmission | None = (
        rows.filter(
            orientation__menage=dossier.menage_id,
            orientation__residence=dossier.residence_id,
            held_on__isnull=False,
        )
        .select_related("held_by")
        .prefetch_related("themes")
        .order_by("-held_on")
        .first()
    )
    return found


def needs_told(entretien: EntretienPreadmission | None) -> dict[str, EvaluationTheme]:
    """What that interview said, by theme of the social file: « emploi » holds for work and for training."""
    if entretien is None:
        return {}
    found = {one.theme: one for one in entretien.themes.all() if one.level != EvaluationTheme.Level.NONE}
    if "emploi" in found:
        found["formation"] = found["emploi"]
    return found
