"""The steps of what happens rarely and must not be improvised: a death, somebody not seen any more, somebody who stays.

Each step says what to do, by whom, by when and on what ground; a date that rests on another step is known once that one
is done. Nothing here ends a contract: a person decides, and the keys, or a judge, end the occupation.
"""

# ruff: noqa: E501 (a sentence is one text, as it will be read)

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from residence.rules.dates import add_days, add_months, morrow

# From when, first and last day of the winter truce (month, day), source.
TRUCES = ((date(2015, 1, 1), (11, 1), (3, 31), "code des procédures civiles d’exécution, art. L.412-6"),)


class Case(Enum):
    """Which procedure."""

    DEATH = "death"
    UNSEEN = "unseen"
    AFTER_END = "after_end"


@dataclass(frozen=True)
class Step:
    """One step. `days` and `months` count from `anchor`, a step done, else from the opening; None: no legal delay.

    `needs`: steps without which this one is not proposed. `optional`: proposed, never awaited. `isolated`: only for
    somebody without family (True), or with (False). `letter`: a letter goes with it. `executes`: not in winter.
    """

    code: str
    label: str
    help: str
    source: str = ""
    days: int | None = None
    months: int | None = None
    anchor: str = ""
    needs: tuple[str, ...] = ()
    optional: bool = False
    isolated: bool | None = None
    letter: bool = False
    executes: bool = False
    by_coordinatrice: bool = False


DEATH = (
    Step(
        "found",
        "Noter qui a trouvé la personne et qui a ouvert la porte",
        "Sans réponse et dans la crainte d’un malheur, ce sont les secours (15, 18, 112) qui entrent. Rien n’est déplacé "
        "avant l’arrivée du médecin ou de la police.",
        "CCH, art. L.633-2 (urgence)",
        days=0,
    ),
    Step(
        "certified",
        "Faire constater le décès et le déclarer à la mairie",
        "Le médecin établit le certificat ; la déclaration se fait à la mairie du lieu du décès, par un proche ou par "
        "l’établissement. Délai d’usage : vingt-quatre heures.",
        "code civil, art. 78",
        days=1,
    ),
    Step(
        "family",
        "Prévenir la famille ou les proches",
        "De vive voix, par la personne qui les connaît le mieux ; noter qui, et quand.",
        days=1,
        isolated=False,
        by_coordinatrice=True,
    ),
    Step(
        "mairie",
        "Saisir la mairie pour les obsèques",
        "Sans famille connue, le maire pourvoit aux obsèques ; la commune en prend les frais pour une personne sans "
        "ressources. Chercher aussi un contact à la CAF, à la caisse de retraite, au consulat.",
        "code général des collectivités territoriales, art. L.2213-7 et L.2223-27",
        days=1,
        isolated=True,
        by_coordinatrice=True,
    ),
    Step(
        "mandataire",
        "Prévenir le mandataire et les partenaires",
        "La mesure de protection prend fin au décès ; le mandataire rend ses comptes au notaire ou au juge.",
        "code civil, art. 443",
        days=2,
        optional=True,
        by_coordinatrice=True,
    ),
    Step(
        "closed",
        "Fermer le logement et rassembler les clés",
        "Les effets appartiennent à la succession : rien n’est jeté, donné ni déplacé. Denrées et animaux mis à part, à "
        "deux, en le notant.",
        "code civil, art. 724",
        days=1,
    ),
    Step(
        "caf",
        "Prévenir la CAF ou la MSA",
        "L’APL du mois du décès reste due ; elle cesse au premier jour du mois suivant.",
        "CCH, art. R.823-10 à R.823-14",
        days=8,
    ),
    Step(
        "inventory",
        "Dresser l’inventaire des effets",
        "À deux personnes au moins, daté et signé, valeurs et papiers à part. Sans héritier présent, par un commissaire "
        "de justice.",
        "code civil, art. 789 et suivants",
        days=15,
        needs=("closed",),
    ),
    Step(
        "notary",
        "Trouver qui règle la succession",
        "Le notaire que la famille désigne. Sans héritier connu, ou s’ils renoncent, la succession vacante se confie au "
        "Domaine sur requête au tribunal judiciaire.",
        "code civil, art. 809 et 809-1",
        days=30,
    ),
    Step(
        "account",
        "Arrêter le compte et l’envoyer à qui règle la succession",
        "Le dépôt de garantie et les versements trop perçus sont à la succession. Aucune dette ne se demande aux proches "
        "qui n’ont pas accepté la succession.",
        "code civil, art. 768 et 785",
        days=30,
    ),
    Step(
        "handed",
        "Remettre les effets contre décharge",
        "Aux héritiers munis d’un acte de notoriété ou de l’attestation de tous, au notaire, ou au Domaine.",
        "code civil, art. 730 à 730-3",
        needs=("inventory", "notary"),
    ),
)

UNSEEN = (
    Step(
        "knock",
        "Frapper et appeler, à deux moments de la journée",
        "Noter les heures. Le courrier qui s’accumule, la lumière, le bruit : ce que l’on constate, sans conclure.",
        days=0,
    ),
    Step(
        "asked",
        "Demander aux proches, au référent, aux voisins",
        "Une absence n’est pas un abandon : hospitalisation, famille, travail. Appeler aussi les hôpitaux si l’on craint "
        "un malheur.",
        days=1,
        by_coordinatrice=True,
    ),
    Step(
        "check",
        "S’assurer que la personne va bien",
        "Crainte sérieuse : appeler les secours (15, 18, 112), qui ouvrent. Sinon, demander à entrer par écrit. Toute "
        "entrée d’urgence se note et s’écrit ensuite au résident.",
        "CCH, art. L.633-2",
        days=2,
        by_coordinatrice=True,
    ),
    Step(
        "letter",
        "Écrire pour prendre des nouvelles",
        "Lettre simple, courriel, message : proposer un rendez-vous.",
        days=8,
        needs=("check",),
        letter=True,
        by_coordinatrice=True,
    ),
    Step(
        "summons",
        "Mettre en demeure de dire si le logement est occupé",
        "Par commissaire de justice, remise contre décharge ou lettre recommandée. Non réclamée, elle n’est pas remise : "
        "la faire signifier. Pas de mise en demeure pour une absence justifiée, médicale en particulier.",
        "CCH, art. R.633-3, III ; annexe 2 au III de l’art. R.353-159, art. 6",
        days=30,
        needs=("check", "letter"),
        letter=True,
    ),
    Step(
        "record",
        "Faire constater l’abandon par un commissaire de justice",
        "Un mois au moins après la mise en demeure remise. La loi du 6 juillet 1989 (art. 14-1) ne s’applique pas aux "
        "logements-foyers : prendre le conseil d’un avocat.",
        "délai de prudence ; loi n° 89-462, art. 2",
        months=1,
        anchor="summons",
        needs=("summons",),
    ),
    Step(
        "judge",
        "Demander au juge de constater la résiliation",
        "Sans décision, le logement n’est ni repris ni vidé, et la redevance continue.",
        "code civil, art. 1224 à 1230",
        days=15,
        anchor="record",
        needs=("record",),
    ),
    Step(
        "taken",
        "Reprendre le logement sur décision de justice",
        "Par commissaire de justice, avec l’inventaire des effets. Enregistrer ensuite la remise des clés.",
        "code des procédures civiles d’exécution, art. L.411-1",
        needs=("judge",),
        executes=True,
    ),
)

AFTER_END = (
    Step(
        "talk",
        "Rencontrer la personne",
        "Comprendre pourquoi elle reste, rappeler la date, chercher une solution. L’indemnité d’occupation remplace la "
        "redevance, au même montant.",
        days=8,
        by_coordinatrice=True,
    ),
    Step(
        "rehousing",
        "Chercher et écrire une solution de relogement",
        "Demande de logement social, SIAO, recours DALO : noter ce qui est proposé et ce qui est répondu.",
        days=15,
        by_coordinatrice=True,
    ),
    Step(
        "summons",
        "Faire sommation de quitter les lieux",
        "Par commissaire de justice, ou remise contre décharge.",
        days=30,
        letter=True,
    ),
    Step(
        "assigned",
        "Assigner devant le juge des contentieux de la protection",
        "Le résident peut demander des délais et l’aide juridictionnelle.",
        "code de l’organisation judiciaire, art. L.213-4-3",
        needs=("summons",),
        months=2,
        anchor="summons",
    ),
    Step(
        "judged",
        "Noter la décision du juge",
        "Délais accordés, date à partir de laquelle l’expulsion est possible.",
        "code civil, art. 1343-5 ; code des procédures civiles d’exécution, art. L.412-3",
        needs=("assigned",),
    ),
    Step(
        "order",
        "Faire délivrer le commandement de quitter les lieux",
        "Par commissaire de justice, qui en informe le préfet.",
        "code des procédures civiles d’exécution, art. L.411-1 et L.412-5",
        needs=("judged",),
    ),
    Step(
        "executed",
        "Expulsion, avec le concours de la force publique",
        "Deux mois au moins après le commandement, jamais pendant la trêve hivernale sans relogement assuré.",
        "code des procédures civiles d’exécution, art. L.412-1 et L.412-6",
        months=2,
        anchor="order",
        needs=("order",),
        optional=True,
        executes=True,
    ),
)

STEPS: dict[Case, tuple[Step, ...]] = {Case.DEATH: DEATH, Case.UNSEEN: UNSEEN, Case.AFTER_END: AFTER_END}


def steps_of(case: Case, *, isolated: bool = False) -> list[Step]:
    """The steps of a procedure, in order; of a death, those that fit whether the person had family."""
    return [step for step in STEPS[case] if step.isolated is None or step.isolated is isolated]


def due_on(step: Step, *, opened_on: date, done: Mapping[str, date]) -> date | None:
    """By when a step is to be done, or from when it may be; None while it rests on a step not done, or has no delay.

    What executes a decision is put off to the day after the winter truce.
    """
    start = done.get(step.anchor) if step.anchor else opened_on
    if start is None or (step.days is None and step.months is None):
        return None
    day = add_months(start, step.months) if step.months is not None else add_days(start, step.days or 0)
    return after_truce(day) if step.executes else day


def explained(step: Step, *, due: date | None, labels: Mapping[str, str]) -> str:
    """Why a date, in words without a full stop; or on which step it waits."""
    if due is None:
        return f"date connue une fois fait : « {labels[step.anchor]} »" if step.anchor else ""
    count = (
        f"{step.months} mois" if step.months is not None else f"{step.days} jour{'s' if (step.days or 0) > 1 else ''}"
    )
    if step.days == 0:
        return "sans attendre"
    return f"{count} après « {labels[step.anchor]} »" if step.anchor else f"{count} après l’ouverture"


def next_steps(steps: Sequence[Step], *, done: Mapping[str, date]) -> list[Step]:
    """Steps that may be done now: not done, with what they need done before."""
    return [step for step in steps if step.code not in done and all(need in done for need in step.needs)]


def awaited(steps: Sequence[Step], *, opened_on: date, done: Mapping[str, date]) -> tuple[Step, date | None] | None:
    """The next step that somebody waits for, and its day; the earliest first, those without a day last."""
    waiting = [
        (step, due_on(step, opened_on=opened_on, done=done))
        for step in next_steps(steps, done=done)
        if not step.optional
    ]
    return min(waiting, key=lambda pair: pair[1] or date.max, default=None)


def truce_of(day: date) -> tuple[date, date, str] | None:
    """The winter truce that covers `day`: first and last day, both included, and its source; None out of it."""
    rows = [row for row in TRUCES if row[0] <= day]
    if not rows:
        return None
    _, (first_month, first_day), (last_month, last_day), source = rows[-1]
    for year in (day.year - 1, day.year):
        first, last = date(year, first_month, first_day), date(year + 1, last_month, last_day)
        if first <= day <= last:
            return first, last, source
    return None


def after_truce(day: date) -> date:
    """`day`, or the day after the winter truce that covers it."""
    truce = truce_of(day)
    return morrow(truce[1]) if truce else day


def apl_stops_on(died_on: date) -> date:
    """The first day without APL after a death: the first of the next month.

    Source: CCH, R.823-10 to R.823-14.
    """
    return add_months(died_on.replace(day=1), 1)
