"""What the criteria of a dispositif say of a candidate, point by point."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from admissions.models import Derogation, EntretienPreadmission, Orientation
from admissions.queries.budget import Budget, Facts, budget_of, facts_of
from admissions.rules.admissibilite import (
    SENSITIVE_KINDS,
    Critere,
    Effect,
    Kind,
    Result,
    derogations_needed,
    evaluate,
)
from admissions.rules.admissibilite import Facts as CriteriaFacts
from logement.models import CategoriePlace
from residence.components import Badge
from residence.models import CritereDispositif, Mandataire, MembreMenage, Personne, Ressource, TitreSejour


@dataclass(frozen=True)
class Answers:
    """What was answered at the interview with a yes or a no; None: not asked yet."""

    has_activity: bool | None = None
    medical_validation: bool | None = None


@dataclass(frozen=True)
class Point:
    """A criterion of the dispositif, what it says, and the derogation granted for it, if any.

    `row` is None for the ceiling of the taux d'effort that stands on the dispositif itself.
    """

    row: CritereDispositif | None
    result: Result
    derogation: Derogation | None = None

    @property
    def label(self) -> str:
        return str(self.row.get_kind_display()) if self.row else "taux d’effort"

    @property
    def is_sensitive(self) -> bool:
        return self.result.critere.kind in SENSITIVE_KINDS

    @property
    def needs_derogation(self) -> bool:
        return self.row is not None and bool(derogations_needed([self.result])) and self.derogation is None

    @property
    def badge(self) -> Badge:
        if self.result.met is None:
            return Badge("à renseigner", "information")
        if self.result.met:
            return Badge("rempli", "done")
        if self.derogation is not None:
            return Badge("dérogation accordée", "done")
        return Badge("non rempli", "late" if self.result.critere.effect is Effect.NEEDS_DEROGATION else "soon")

    @property
    def effect(self) -> str:
        effect = self.result.effect
        return effect.label if effect and self.derogation is None else ""

    @property
    def would(self) -> str:
        """What the criterion does when it is not met, whether it is met or not."""
        return self.result.critere.effect.label

    @property
    def plain(self) -> "Point":
        """The same, as it is told to who may not read residence permits."""
        return HiddenPoint(self.row, self.result, self.derogation) if self.is_sensitive else self

    @property
    def why(self) -> str:
        return self.result.why


class HiddenPoint(Point):
    """A criterion whose answer the reader may not know: only whether a derogation is asked for."""

    @property
    def badge(self) -> Badge:
        return Badge("dérogation demandée", "soon") if self.needs_derogation else Badge("réservé", "plain")

    @property
    def effect(self) -> str:
        return ""

    @property
    def would(self) -> str:
        return ""

    @property
    def why(self) -> str:
        return "Ce que dit ce critère est réservé à la coordinatrice."


def points_of(
    orientation: Orientation,
    *,
    entry_on: datetime.date | None = None,
    categorie: CategoriePlace | None = None,
    facts: Facts | None = None,
    budget: Budget | None = None,
    answers: Answers | None = None,
) -> list[Point]:
    """The criteria of the candidate's dispositif on what is saved, or on `facts` that are being typed."""
    entretien = EntretienPreadmission.objects.filter(orientation=orientation).select_related("wished_categorie").first()
    if facts is None:
        facts = facts_of(orientation.menage, orientation.residence, entretien, categorie=categorie, entry_on=entry_on)
        answers = Answers(entretien.has_activity, entretien.medical_validation) if entretien else None
    budget = budget or budget_of(facts)
    rows = list(orientation.dispositif.criteres.all())
    criteres = [_critere(row) for row in rows]
    ceiling = orientation.dispositif.taux_effort_maximum
    own: list[CritereDispositif | None] = list(rows)
    if ceiling is not None and not any(critere.kind is Kind.TAUX_EFFORT for critere in criteres):
        own.append(None)
        criteres.append(Critere(Kind.TAUX_EFFORT, maximum=ceiling))
    day = entry_on or (entretien.wished_entry_on if entretien else None) or facts.entry_on
    known = _criteria_facts(orientation, facts, budget, day, answers or Answers(), {row.kind for row in rows})
    granted = {derogation.critere_id: derogation for derogation in orientation.derogations.all()}
    return [
        Point(row, result, granted.get(row.pk) if row else None)
        for row, result in zip(own, evaluate(criteres, known), strict=True)
    ]


def derogations_missing(points: Sequence[Point]) -> list[Point]:
    """The criteria that ask for a derogation which nobody has granted."""
    return [point for point in points if point.needs_derogation]


def _critere(row: CritereDispositif) -> Critere:
    asked = tuple((code, str(Ressource.Kind(code).label)) for code in row.resources)
    return Critere(Kind(row.kind), minimum=row.minimum, maximum=row.maximum, effect=Effect(row.effect), asked=asked)


def _criteria_facts(
    orientation: Orientation,
    facts: Facts,
    budget: Budget,
    day: datetime.date | None,
    answers: Answers,
    kinds: set[str],
) -> CriteriaFacts:
    members = list(orientation.menage.membres.filter(end_on__isnull=True).select_related("personne"))
    signing = [
        member.personne for member in members if member.tie in (MembreMenage.Tie.REFERENCE, MembreMenage.Tie.PARTNER)
    ]
    adults = [member.personne for member in members if member.tie != MembreMenage.Tie.CHILD]
    prudent = budget.prudent
    estimated = budget.estimation is not None and budget.estimation.is_estimable
    return CriteriaFacts(
        entry_on=day,
        births=[_exact_birth(personne) for personne in signing],
        persons=facts.composition.persons,
        resources=budget.resources,
        redevance=budget.redevance,
        rent=budget.tarif.rent if budget.tarif else None,
        apl=prudent.apl if prudent and (estimated or facts.announced_apl is not None) else None,
        has_papers=_has_papers(signing, day),
        identified_by_partner=orientation.partenaire_id is not None,
        has_activity=answers.has_activity,
        resources_held=frozenset(line.kind for line in facts.resources) if budget.resources is not None else None,
        has_protection=_is_protected(signing, day) if Kind.PROTECTION.value in kinds else None,
        medical_validation=answers.medical_validation,
        adults_are_women=_are_women(adults, everybody_named=len(members) >= facts.composition.persons),
    )


# Measures of protection of adults (code civil, art. 425 to 494-12): those of social support are not.
PROTECTING = frozenset(Mandataire.Measure) - {Mandataire.Measure.MAJ, Mandataire.Measure.MASP}


def _is_protected(persons: Sequence[Personne], day: datetime.date | None) -> bool:
    return Mandataire.objects.in_force(day).filter(personne__in=persons, measure__in=PROTECTING).exists()


def _are_women(adults: Sequence[Personne], *, everybody_named: bool) -> bool | None:
    """Whether every adult is a woman; None while a civility, or somebody announced, is not known."""
    civilities = {personne.civility for personne in adults}
    if Personne.Civility.MONSIEUR in civilities:
        return False
    return True if civilities == {Personne.Civility.MADAME} and everybody_named else None


def _exact_birth(personne: Personne) -> datetime.date | None:
    """The birth when its day is known: a year alone does not tell on which side of a bound the age falls."""
    return personne.born_on if personne.birth_precision == Personne.BirthPrecision.DAY else None


def _has_papers(persons: Sequence[Personne], day: datetime.date | None) -> bool | None:
    """Whether each has a permit valid on the day of entry, or needs none; None while a nationality is not known."""
    answers = []
    for personne in persons:
        if personne.nationality in (Personne.Nationality.FR, Personne.Nationality.UE):
            answers.append(True)
        elif personne.nationality == Personne.Nationality.HORS_UE:
            last = TitreSejour.objects.filter(personne=personne).order_by("-end_on").first()
            answers.append(last is not None and (last.end_on is None or day is None or last.end_on >= day))
        else:
            answers.append(None)
    if False in answers:
        return False
    return None if None in answers or not answers else True
