"""The letters of decision: to whom each goes, by which way it may leave, when it left; those to print in one file."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from admissions.models import Decision, EnvoiLettre
from admissions.queries.commission import passages_of_staff
from residence.actions.documents import revived
from residence.components import Badge
from residence.models import DocumentEmis, User
from residence.pdf import render_batch
from residence.permissions import Permission
from residence.rules.courriel import RETRY_AFTER_DAYS, retry_on

Means = EnvoiLettre.Means


@dataclass(frozen=True)
class Lettre:
    """An issued letter of a decision. `email`: where it may be sent, "" with the reason why it leaves on paper."""

    decision: Any
    document: Any
    what: str
    email: str
    on_paper_because: str
    envois: tuple[Any, ...]

    @property
    def to(self) -> str:
        lines = self.document.data["recipient_lines"]
        return lines[0] if lines else ""

    @property
    def copies(self) -> list[str]:
        return list(self.document.data.get("copies", ()))

    @property
    def is_sent(self) -> bool:
        return any(one.sent_on for one in self.envois)

    @property
    def is_leaving(self) -> bool:
        """Whether a message is on its way."""
        return any(one.sent_on is None and one.failed_at is None for one in self.envois)

    @property
    def failures(self) -> int:
        """How many messages to the address of today did not leave."""
        return sum(1 for one in self.envois if one.failed_at is not None and one.address == self.email)

    @property
    def retry_on(self) -> datetime.date | None:
        """The day from which the message is tried again by itself, after one that did not leave; None for never."""
        if self.is_sent or self.is_leaving or not self.email or not self.failures:
            return None
        last = max(one.failed_at for one in self.envois if one.failed_at is not None)
        return retry_on(self.failures, last=timezone.localdate(last))

    @property
    def is_given_up(self) -> bool:
        """Whether it was tried as often as it may be: it is to be printed."""
        return bool(self.email) and not self.is_sent and not self.is_leaving and self.failures > len(RETRY_AFTER_DAYS)

    def left_on_paper(self, means: str, day: datetime.date) -> bool:
        return any(one.means == means and one.sent_on == day for one in self.envois)

    @property
    def badge(self) -> Badge:
        if self.is_sent:
            return Badge("partie", "done")
        if self.is_leaving:
            return Badge("en cours d’envoi", "information")
        if self.is_given_up:
            return Badge("à imprimer", "late")
        if self.retry_on is not None:
            return Badge(f"sera réessayée le {self.retry_on:%d/%m}", "soon")
        if self.envois:
            return Badge("n’a pas pu partir", "late")
        return Badge("à envoyer", "soon")


def decisions_to_write(user: User) -> QuerySet[Any]:
    """The decisions whose letters `user` may issue, with what their letters need."""
    passages = passages_of_staff(user, Permission.LETTRE_ISSUE)
    rows = Decision.objects.filter(passage__in=passages, passage__withdrawn_at__isnull=True)
    return with_letters(rows).order_by("passage__rank", "passage__pk")


def with_letters(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Decisions with what `lettres_of` reads of each."""
    return rows.select_related(
        "passage__session__residence",
        "passage__orientation__menage",
        "passage__orientation__residence",
        "passage__orientation__dispositif",
        "passage__orientation__partenaire",
        "passage__orientation__prescripteur",
        "letter_candidat__residence",
        "letter_prescripteur__residence",
    ).prefetch_related("envois__asked_by")


def not_all_gone(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Decisions with a letter that was issued and has not left."""
    gone = EnvoiLettre.objects.filter(decision=OuterRef("pk"), sent_on__isnull=False)
    return rows.filter(
        ~Exists(gone.filter(document=OuterRef("letter_candidat")))
        | Q(letter_prescripteur__isnull=False) & ~Exists(gone.filter(document=OuterRef("letter_prescripteur"))),
        letter_candidat__isnull=False,
    )


def lettres_of(decisions: Iterable[Any]) -> list[Lettre]:
    """The issued letters of decisions, that to the candidate before that to the prescripteur."""
    return [
        _lettre(decision, document, to_partner=to_partner)
        for decision in decisions
        for document, to_partner in ((decision.letter_candidat, False), (decision.letter_prescripteur, True))
        if document is not None
    ]


def _lettre(decision: Any, document: DocumentEmis, *, to_partner: bool) -> Lettre:
    email, because = way_of(decision.passage.orientation, document, to_partner=to_partner)
    envois = tuple(one for one in decision.envois.all() if one.document_id == document.pk)
    what = "au prescripteur" if to_partner else "au candidat"
    return Lettre(decision, document, what, email, because, envois)


def way_of(orientation: Any, document: DocumentEmis, *, to_partner: bool) -> tuple[str, str]:
    """The address to which a letter may be sent by e-mail; or "", and why it leaves on paper."""
    if orientation.menage.is_confidential or orientation.residence.is_confidential:
        return "", "dossier confidentiel"
    return _partner_way(orientation) if to_partner else _candidate_way(orientation.menage, document)


def _candidate_way(menage: Any, document: DocumentEmis) -> tuple[str, str]:
    if document.data.get("mandate"):
        return "", "adressée au mandataire"
    if not menage.email:
        return "", "sans adresse électronique"
    if menage.email_agreed_on is None:
        return "", "n’a pas accepté le courriel"
    return menage.email, ""


def _partner_way(orientation: Any) -> tuple[str, str]:
    partenaire, contact = orientation.partenaire, orientation.prescripteur
    own = contact.email if contact is not None and contact.left_on is None else ""
    address = own or (partenaire.email if partenaire else "")
    if not address:
        return "", "sans adresse électronique"
    if partenaire is None or partenaire.email_agreed_on is None:
        return "", "n’a pas accepté le courriel"
    return address, ""


def print_letters(lettres: Iterable[Lettre], *, title: str) -> bytes:
    """Letters in one PDF for a two-sided printer: each, then the copies that it promises, on sheets of their own.

    ValueError when there is none.
    """
    return render_batch((one for lettre in lettres for one in _papers(lettre.document)), title=title, recto=True)


def _papers(document: DocumentEmis) -> Iterable[tuple[str, dict[str, Any]]]:
    # As it was frozen, whatever this process still holds of it.
    stored = DocumentEmis.objects.get(pk=document.pk)
    data = revived(stored.data)
    yield stored.template, data
    if data.get("copy_lines"):
        yield stored.template, data | {"recipient_lines": data["copy_lines"], "copy_of": data["recipient_lines"][0]}
