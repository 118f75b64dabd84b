"""A procedure as its page shows it: each step with its date, why, and whether it may be done now."""

# ruff: noqa: E501 (a sentence is one text, as it will be read)

import datetime
from dataclasses import dataclass
from typing import Any

from logement.models import EtapeProcedure, Procedure
from logement.rules.procedures import (
    Step,
    apl_stops_on,
    awaited,
    due_on,
    explained,
    next_steps,
    steps_of,
    truce_of,
)


@dataclass(frozen=True)
class Shown:
    """One step: what stands of it, by when and why, and whether it may be recorded."""

    step: Step
    done: EtapeProcedure | None
    due: datetime.date | None
    why: str
    can: bool


def done_of(procedure: Procedure) -> dict[str, datetime.date]:
    """The steps that stand, and their day."""
    return dict(procedure.etapes.standing().values_list("code", "done_on"))


def shown_steps(procedure: Procedure) -> list[Shown]:
    """The steps of a procedure in order, those done and those to come."""
    steps = steps_of(procedure.case, isolated=procedure.is_isolated)
    rows = {one.code: one for one in procedure.etapes.standing().select_related("recorded_by", "document__residence")}
    done = {code: one.done_on for code, one in rows.items()}
    labels = {step.code: step.label for step in steps}
    can = {step.code for step in next_steps(steps, done=done)}
    found = []
    for step in steps:
        due = due_on(step, opened_on=procedure.opened_on, done=done)
        found.append(Shown(step, rows.get(step.code), due, explained(step, due=due, labels=labels), step.code in can))
    return found


def paper_of(procedure: Procedure, day: datetime.date) -> dict[str, Any]:
    """The steps of a procedure on paper, to have in hand where there is no screen."""
    sejour = procedure.sejour
    facts = [("Résident", str(sejour.menage)), ("Place", procedure.contrat.place.code)]
    if procedure.personne_id:
        facts.append(("Personne", str(procedure.personne)))
    facts += [
        ("Date du fait", f"{procedure.event_on:%d/%m/%Y}"),
        ("Ouverte le", f"{procedure.opened_on:%d/%m/%Y}, par {procedure.opened_by}"),
        *facts_of(procedure, day),
    ]
    return {
        "title": str(procedure.get_kind_display()).capitalize(),
        "facts": facts,
        "steps": [_on_paper(one) for one in shown_steps(procedure)],
    }


def _on_paper(one: Shown) -> dict[str, str]:
    word = "pas avant le" if one.step.executes else "pour le"
    when = [f"{word} {one.due:%d/%m/%Y}, {one.why}" if one.due else one.why, one.step.source]
    if one.step.optional:
        when.insert(0, "s’il y a lieu")
    done = f"{one.done.done_on:%d/%m/%Y}, {one.done.recorded_by}" if one.done else ""
    return {
        "label": one.step.label,
        "help": "" if one.done else one.step.help,
        "when": " ; ".join(filter(None, when)),
        "done": done,
    }


def next_of(procedure: Procedure) -> tuple[Step, datetime.date | None] | None:
    """The step that somebody waits for, and by when."""
    steps = steps_of(procedure.case, isolated=procedure.is_isolated)
    return awaited(steps, opened_on=procedure.opened_on, done=done_of(procedure))


def facts_of(procedure: Procedure, day: datetime.date) -> list[tuple[str, str]]:
    """Dates that the case computes besides its steps, each with its source: (label, sentence)."""
    found = []
    if procedure.kind == Procedure.Kind.DEATH:
        stops = apl_stops_on(procedure.event_on)
        found.append(
            ("APL", f"cesse au {stops:%d/%m/%Y}, premier jour du mois suivant (CCH, art. R.823-10 à R.823-14)")
        )
    if procedure.kind == Procedure.Kind.AFTER_END and procedure.contrat.owes_indemnity_from:
        found.append(
            (
                "Indemnité d’occupation",
                f"depuis le {procedure.contrat.owes_indemnity_from:%d/%m/%Y}, au montant de la redevance, jusqu’aux clés",
            )
        )
    if procedure.kind != Procedure.Kind.DEATH:
        truce = truce_of(day)
        if truce:
            first, last, source = truce
            found.append(("Trêve hivernale", f"du {first:%d/%m/%Y} au {last:%d/%m/%Y}, à vérifier ({source})"))
    return found


def letter_of(procedure: Procedure, code: str) -> tuple[str, str, list[str]]:
    """Title, object and paragraphs of the letter that goes with a step."""
    place = procedure.contrat.place
    since = f"{procedure.event_on:%d/%m/%Y}"
    if procedure.kind == Procedure.Kind.AFTER_END:
        return (
            "Sommation de quitter le logement",
            f"Fin de votre contrat d’occupation, place {place}",
            [
                (
                    f"Votre contrat d’occupation a pris fin le {since}. Vous habitez toujours le logement et les clés n’en "
                    "sont pas rendues."
                ),
                (
                    "Nous vous demandons de quitter le logement et d’en rendre les clés. Jusque-là, une indemnité d’occupation, "
                    "du même montant que la redevance, remplace celle-ci."
                ),
                (
                    "Personne ne peut vous faire sortir sans une décision du juge. Vous pouvez demander l’aide de l’équipe pour "
                    "chercher un autre logement, faire un recours DALO, et prendre conseil gratuitement auprès de l’ADIL."
                ),
            ],
        )
    if code == "letter":
        return (
            "Prise de nouvelles",
            "Nous ne vous voyons plus",
            [
                f"Nous ne vous avons pas vu dans la résidence depuis le {since} et nous nous en inquiétons.",
                (
                    "Appelez-nous, écrivez-nous ou passez à l’accueil : une absence, quelle qu’en soit la raison, se note "
                    "simplement et votre logement reste le vôtre."
                ),
            ],
        )
    return (
        "Mise en demeure",
        f"Occupation de votre logement, place {place}",
        [
            f"Vous n’avez pas été vu dans la résidence depuis le {since} et nos messages sont restés sans réponse.",
            (
                "Nous vous mettons en demeure de nous dire, dans le mois qui suit la remise de cette lettre, si vous habitez "
                "toujours votre logement."
            ),
            (
                "Sans réponse, nous pourrons faire constater l’état du logement par un commissaire de justice, puis demander au "
                "juge de dire si le contrat est résilié. Rien n’est repris ni déplacé avant sa décision. Une absence pour "
                "travail, pour des soins ou par force majeure ne met pas fin au contrat."
            ),
        ],
    )


def open_procedures(rows: Any) -> list[Procedure]:
    """Open procedures of some stays, the oldest first."""
    return list(rows.open().select_related("contrat__place", "personne").order_by("opened_on", "pk"))
