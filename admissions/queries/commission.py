"""Sessions of the commission: who reads which, what stands on an agenda, and the synthesis of a file."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator

from admissions.models import (
    AvisMembre,
    Decision,
    EntretienPreadmission,
    EvaluationTheme,
    Orientation,
    PassageCommission,
    SessionCommission,
    ThemeBesoin,
)
from admissions.models.orientations import OrientationStatus, linked_menages
from admissions.queries.budget import budget_of, facts_of, money_facts
from admissions.queries.completude import pieces_of
from admissions.queries.courriers import reference_of
from admissions.queries.criteres import points_of
from residence.models import DocumentEmis, MembreMenage, Residence, RoleAttribution, User
from residence.models.base import today
from residence.permissions import TABLE, Permission
from residence.rules.dates import age_on

St = SessionCommission.Status
MEMBER_STAGES = (St.CONVENED, St.SITTING)


def sessions_for(user: User) -> QuerySet[Any]:
    """Sessions of the résidences whose decisions `user` reads; those where they sit, from convocation to closing."""
    whole = SessionCommission.objects.visible_to(user, Permission.DECISION_VIEW)
    own = SessionCommission.objects.visible_to(user, Permission.OPINION_GIVE).filter(
        membres__user=user, status__in=MEMBER_STAGES
    )
    return SessionCommission.objects.filter(Q(pk__in=whole.values("pk")) | Q(pk__in=own.values("pk"))).select_related(
        "residence"
    )


def passages_for_member(user: User) -> QuerySet[Any]:
    """The files that `user` hears as a member, where they still hold that role."""
    residences = {scope.residence_id for scope in user.scopes_for(Permission.OPINION_GIVE)}
    return PassageCommission.objects.for_member(user).filter(session__residence__in=residences)


def passages_readable(user: User) -> QuerySet[Any]:
    """The files of agendas whose page `user` may open: as a member, or where they read the decisions."""
    staff = passages_of_staff(user, Permission.DECISION_VIEW)
    member = passages_for_member(user)
    return PassageCommission.objects.filter(
        Q(pk__in=staff.values("pk")) | Q(pk__in=member.values("pk"))
    ).select_related("session__residence", "orientation__menage", "orientation__dispositif", "synthese")


def passages_of_staff(user: User, permission: Permission) -> QuerySet[Any]:
    """The files that another role than that of a member opens to `user`, save those that a link keeps from them."""
    return PassageCommission.objects.visible_to(user, permission)


def possible_members(residence: Residence) -> QuerySet[Any]:
    """Users who hold today, in this résidence, the role that gives opinions."""
    roles = TABLE[Permission.OPINION_GIVE].roles
    held = RoleAttribution.objects.in_force().filter(residence=residence, role__in=list(roles))
    return User.objects.filter(is_active=True, attributions__in=held).distinct()


def ready_files(session: SessionCommission) -> QuerySet[Any]:
    """The files ready in the résidence and on no agenda, the oldest first; `deferred_to_on` by their last decision."""
    waiting = PassageCommission.objects.on_agenda().filter(decision__isnull=True)
    last = Decision.objects.filter(passage__orientation=OuterRef("pk")).order_by("-pk")
    return (
        Orientation.objects.filter(residence=session.residence_id, status=OrientationStatus.READY)
        .exclude(pk__in=waiting.values("orientation"))
        .annotate(deferred_to_on=Subquery(last.values("deferred_to_on")[:1]))
        .select_related("menage", "dispositif")
        .order_by("received_on", "pk")
    )


def returning_files(session: SessionCommission) -> QuerySet[Any]:
    """The ready files that the commission deferred to the day of the session, or to one before."""
    return ready_files(session).filter(deferred_to_on__lte=timezone.localdate(session.starts_at))


@dataclass(frozen=True)
class Tally:
    """What members said of a file, and how many of those who may speak have not yet."""

    favorable: int
    against: int
    abstain: int
    expected: int

    @property
    def given(self) -> int:
        return self.favorable + self.against + self.abstain

    @property
    def is_complete(self) -> bool:
        return self.given >= self.expected


def tally_of(passage: Any, members: Iterable[Any]) -> Tally:
    """The opinions on a file, of the members whom no link keeps out of it; the absent count if they spoke before."""
    kept_out = {lien.user_id for lien in passage.liens.all()}
    opinions = {one.user_id: one.opinion for one in passage.opinions.all() if one.user_id not in kept_out}
    said = Counter(opinions.values())
    awaited = {one.user_id for one in members if one.is_present is not False} - kept_out
    choice = AvisMembre.Opinion
    return Tally(said[choice.FOR], said[choice.AGAINST], said[choice.ABSTAIN], len(awaited | opinions.keys()))


@dataclass(frozen=True)
class AgendaLine:
    """A file on the agenda, as the page of the session shows it to its reader; a link shows them its name alone."""

    passage: Any
    url: str
    tally: Tally
    own_opinion: str
    is_kept_out: bool
    kept_out: tuple[str, ...]

    @property
    def decision(self) -> Any:
        return None if self.is_kept_out else getattr(self.passage, "decision", None)

    @property
    def shown_name(self) -> str:
        """The name for a room: the number of a confidential household, whoever projects it."""
        menage = self.passage.orientation.menage
        return menage.masked_name if menage.is_confidential else str(menage)


def agenda_rows(session: SessionCommission, user: User) -> QuerySet[Any]:
    """The files of the agenda in its order, each with whether a link keeps `user` from it."""
    rows: QuerySet[Any] = (
        session.passages.on_agenda()
        # Not the syntheses: a page of text each, of which one at most is shown.
        .select_related("orientation__menage", "orientation__dispositif", "decision")
        .prefetch_related("opinions", "liens__user")
        .annotate(is_kept_out=Q(orientation__menage__in=linked_menages(user)))
        .order_by("rank", "pk")
    )
    return rows


def agenda_counts(session: SessionCommission, user: User) -> dict[str, int]:
    """Files on the agenda, those of them without decision, those whose frozen synthesis `user` may open."""
    opened = Q(pk__in=passages_readable(user).filter(session=session).values("pk"))
    counts: dict[str, int] = agenda_rows(session, user).aggregate(
        files=Count("pk"),
        undecided=Count("pk", filter=Q(decision__isnull=True, is_kept_out=False)),
        syntheses=Count("pk", filter=Q(synthese__isnull=False) & opened),
    )
    return counts


def agenda_of(session: SessionCommission, user: User) -> list[AgendaLine]:
    """The agenda in its order; a line is opened only by who may read that file. Names mask themselves."""
    return agenda_lines(list(agenda_rows(session, user)), user, list(session.membres.all()))


def agenda_lines(passages: list[Any], user: User, members: list[Any]) -> list[AgendaLine]:
    """The lines of some of the `agenda_rows`."""
    shown = [passage.pk for passage in passages]
    opened = set(passages_readable(user).filter(pk__in=shown).values_list("pk", flat=True))
    lines = []
    for passage in passages:
        own = next((one.get_opinion_display() for one in passage.opinions.all() if one.user_id == user.pk), "")
        liens = list(passage.liens.all())
        lines.append(
            AgendaLine(
                passage,
                reverse("admissions:passage_detail", args=[passage.pk]) if passage.pk in opened else "",
                tally_of(passage, members),
                own,
                passage.is_kept_out,
                tuple(str(lien.user) for lien in liens),
            )
        )
    return lines


def with_counts(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Sessions with the number of files on their agenda, of decisions, and of members."""
    live = Q(passages__withdrawn_at__isnull=True)
    return rows.annotate(
        files=Count("passages", filter=live, distinct=True),
        decided=Count("passages__decision", filter=live, distinct=True),
        members=Count("membres", distinct=True),
    )


# What the commission is told of the needs: neither health, nor any comment of the interview.
TOLD_THEMES = frozenset(ThemeBesoin) - {ThemeBesoin.SANTE}


def synthesis_of(passage: PassageCommission) -> dict[str, Any]:
    """What the commission reads of a file, to be frozen. A confidential household is its number and its needs."""
    orientation = passage.orientation
    entretien = EntretienPreadmission.objects.filter(orientation=orientation).select_related("wished_categorie").first()
    facts = facts_of(orientation.menage, orientation.residence, entretien)
    budget = budget_of(facts)
    points = points_of(orientation)
    data = {
        "title": "Synthèse pour la commission",
        "session_on": passage.session.starts_at,
        "masked": orientation.menage.is_confidential,
        "dispositif": str(orientation.dispositif),
        "persons": facts.composition.persons,
        "needs": orientation.needs_display,
        "budget": money_facts(budget),
        "proposal": entretien.proposal if entretien else "",
        "categorie": str(entretien.wished_categorie) if entretien and entretien.wished_categorie else "",
        "entry_on": entretien.wished_entry_on if entretien else None,
        "received_on": orientation.received_on,
        "criteres": [
            {
                "label": point.label,
                "state": point.badge.word,
                "why": point.why,
                "effect": point.effect,
            }
            for point in points
            if not point.is_sensitive
        ],
    }
    if orientation.menage.is_confidential:
        return _sized(data | {"name": orientation.menage.masked_name})
    reference = reference_of(orientation.menage)
    themes = EvaluationTheme.objects.filter(entretien=entretien, theme__in=TOLD_THEMES) if entretien else []
    told = data | {
        "name": str(orientation.menage),
        "age": age_on(reference.born_on, today()) if reference and reference.born_on else None,
        "composition": _composition(orientation),
        "route": orientation.get_route_display(),
        "partenaire": str(orientation.partenaire) if orientation.partenaire else "",
        "siao_number": orientation.siao_number,
        "situation": orientation.current_situation,
        "requested_type": orientation.get_requested_type_display(),
        "interpreter": bool(reference and reference.needs_interpreter),
        "language": reference.spoken_language if reference else "",
        "wishes": entretien.wishes if entretien else "",
        "autonomy": entretien.get_autonomy_display() if entretien else "",
        "themes": [
            {"theme": theme.get_theme_display(), "level": theme.get_level_display()}
            for theme in themes
            if theme.level != EvaluationTheme.Level.NONE
        ],
        "pieces_missing": [state.piece.name for state in pieces_of(orientation) if not state.is_present],
    }
    return _sized(told)


# Signs of free text past which a synthesis is set smaller to stay on its page; past the last, it is cut.
_DENSE, _DENSER, _LONGEST = 900, 1900, 3000


def _sized(told: dict[str, Any]) -> dict[str, Any]:
    """The synthesis with the size at which it holds on one page."""
    cut = {name: Truncator(told.get(name, "")).chars(most) for name, most in (("wishes", 600), ("proposal", _LONGEST))}
    rows = len(told["criteres"]) + len(told["budget"]["scenarios"]) + len(told.get("pieces_missing", ()))
    written = sum(map(len, cut.values())) + 90 * rows
    size = "denser" if written > _DENSER else "dense" if written > _DENSE else ""
    return told | {name: value for name, value in cut.items() if name in told} | {"size": size}


def _composition(orientation: Orientation) -> list[str]:
    """Each member as « enfant, 7 ans »: the tie and the age."""
    told = []
    for member in orientation.menage.members_on(today()):
        label = str(MembreMenage.Tie(member.tie).label)
        born = member.personne.born_on
        told.append(f"{label}, {age_on(born, today())} ans" if born and born <= today() else label)
    unnamed = (orientation.menage.declared_persons or 0) - len(told)
    if unnamed > 0:
        told.append(f"{unnamed} personne{'s' if unnamed > 1 else ''} annoncée{'s' if unnamed > 1 else ''}")
    return told


KEPT_OUT = "Un lien déclaré avec ce candidat vous tient à l’écart de ce dossier."


def minutes_without(minutes: DocumentEmis, user: User) -> dict[str, Any] | None:
    """The frozen data of minutes, each file that a link keeps from `user` told by its name alone; None without any."""
    kept = set(
        PassageCommission.objects.filter(
            session=minutes.target_id, orientation__menage__in=linked_menages(user)
        ).values_list("pk", flat=True)
    )
    if not kept:
        return None
    data = minutes.data

    def told(file: dict[str, Any], words: dict[str, Any]) -> dict[str, Any]:
        return {"name": file["name"], **words} if file.get("passage") in kept else file

    return data | {
        "files": [told(file, {"is_kept_out": KEPT_OUT}) for file in data["files"]],
        "withdrawn": [told(file, {"reason": KEPT_OUT}) for file in data["withdrawn"]],
    }


def reserve_awaits(decision: Decision) -> list[Any]:
    """The pieces that the reserve of a decision asks for and that the file does not hold today."""
    asked = set(decision.reserve_pieces.values_list("pk", flat=True))
    if not asked:
        return []
    states = pieces_of(decision.passage.orientation)
    return [state.piece for state in states if state.piece.pk in asked and not state.is_present]
