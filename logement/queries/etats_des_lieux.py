"""États des lieux: those to make, the entry beside the exit, what is sealed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, prefetch_related_objects
from django.utils import timezone

from logement.models import Condition, ContratOccupation, EtatDesLieux, LigneEtatDesLieux, PartieContrat
from residence.models import User
from residence.pdf import kept_address
from residence.permissions import Permission

Kind = EtatDesLieux.Kind
Status = EtatDesLieux.Status


_RANKS = {condition: rank for rank, condition in enumerate(Condition)}


@dataclass(frozen=True)
class ComparedLine:
    """A line, and the same one as it stood at the entry (None at an entry, or for what was not there)."""

    line: LigneEtatDesLieux
    before: LigneEtatDesLieux | None

    @property
    def has_changed(self) -> bool:
        """Whether the state or the count differs from that of the entry; what one does not say is left out."""
        if self.before is None:
            return False
        states = {self.line.condition, self.before.condition} - {""}
        counts = {self.line.quantity, self.before.quantity} - {None}
        return len(states) > 1 or len(counts) > 1

    @property
    def has_worsened(self) -> bool:
        """Whether it is in a worse state than at the entry, or fewer: what a deduction may be about.

        Without an entry that both have signed it was received in good state (C. civ., art. 1731). What was new and is
        in good state has not worsened: that is use. Personal furniture is the resident's own: never.
        """
        if self.line.is_personal:
            return False
        before = self.before.condition if self.before else Condition.GOOD
        if self.line.condition and _RANKS[self.line.condition] > max(_RANKS[before or Condition.GOOD], _RANKS["good"]):
            return True
        return self.missing > 0

    @property
    def missing(self) -> int:
        """How many fewer than at the entry, of what is counted."""
        if self.before is None or self.before.quantity is None or self.line.quantity is None:
            return 0
        return max(0, self.before.quantity - self.line.quantity)

    @property
    def is_counted(self) -> bool:
        counts = {self.line.quantity, self.before.quantity if self.before else None} - {None}
        return self.line.is_key or bool(counts)


@dataclass(frozen=True)
class Room:
    name: str
    lines: tuple[ComparedLine, ...]

    @property
    def missing(self) -> int:
        return sum(1 for one in self.lines if not is_complete(one.line))


def is_complete(line: LigneEtatDesLieux) -> bool:
    """Whether a line says enough to be signed: its state, or how many; of keys how many; personal furniture always."""
    if line.is_key:
        return line.quantity is not None
    return bool(line.condition) or line.quantity is not None or line.is_personal


def incomplete_lines(edl: EtatDesLieux) -> list[LigneEtatDesLieux]:
    return [line for line in edl.lignes.all() if not is_complete(line)]


def entry_of(contrat: ContratOccupation) -> EtatDesLieux | None:
    """The signed état des lieux d'entrée of a contract, or of the first contract of the same place in the stay."""
    return (
        EtatDesLieux.objects.filter(
            Q(contrat=contrat) | Q(contrat__sejour=contrat.sejour_id, contrat__place=contrat.place_id),
            kind=Kind.ENTRY,
            status=Status.SIGNED,
        )
        .prefetch_related("lignes__photos")
        .order_by("made_on")
        .first()
    )


def rooms_of(edl: EtatDesLieux) -> list[Room]:
    """The lines of an état des lieux, room by room, with the entry beside them at exit."""
    before: dict[tuple[str, ...], LigneEtatDesLieux] = {}
    if edl.kind == Kind.EXIT:
        entry = entry_of(edl.contrat)
        if entry is not None:
            before = {(line.room, line.element, line.number): line for line in entry.lignes.all()}
            # A number corrected at the exit is still the same key.
            before |= {(line.room, line.element): line for line in entry.lignes.all()}
    prefetch_related_objects([edl], "lignes__photos")
    lines = sorted(edl.lignes.all(), key=lambda line: (line.rank, line.pk))
    by_room: dict[str, list[ComparedLine]] = {}
    for line in lines:
        same = before.get((line.room, line.element, line.number)) or before.get((line.room, line.element))
        by_room.setdefault(line.room, []).append(ComparedLine(line, same))
    return [Room(name, tuple(group)) for name, group in by_room.items()]


@dataclass(frozen=True)
class Counted:
    """What an état des lieux holds, told in figures before it is signed."""

    elements: int
    objects: int
    keys: int
    photos: int
    personal: int
    commented: int


def counted(edl: EtatDesLieux) -> Counted:
    """What `edl` holds: elements with a state, objects and keys counted, photos, personal furniture, words."""
    lines = [one.line for room in rooms_of(edl) for one in room.lines]
    return Counted(
        elements=sum(1 for line in lines if line.condition and not line.is_key),
        objects=sum(line.quantity or 0 for line in lines if not line.is_key),
        keys=sum(line.quantity or 0 for line in lines if line.is_key),
        photos=sum(len(line.photos.all()) for line in lines),
        personal=sum(1 for line in lines if line.is_personal),
        commented=sum(1 for line in lines if line.comment),
    )


def signers_of(edl: EtatDesLieux) -> str:
    """Who signs for the residents, as the signature page proposes it: titulaires, or who represents them."""
    parties = (
        edl.contrat.parties.on(edl.made_on)
        .exclude(capacity=PartieContrat.Capacity.OCCUPANT)
        .select_related("personne")
        .order_by("capacity", "pk")
    )
    names = [party.personne.formal_name for party in parties]
    return edl.contrat.organisation or " et ".join(names)


def sealed_data(edl: EtatDesLieux, signatures: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """What an état des lieux freezes once signed."""
    contrat = edl.contrat
    place = contrat.place
    logement = place.logement
    entry = entry_of(contrat) if edl.kind == Kind.EXIT else None
    given = list(signatures)
    rooms = rooms_of(edl)
    building = f"{logement.batiment}, " if logement.batiment else ""
    return {
        "title": "État des lieux d’entrée" if edl.kind == Kind.ENTRY else "État des lieux de sortie",
        "reference": "",
        "recipient_lines": [],
        "place_and_date": "",
        "kind": edl.kind,
        "made_on": edl.made_on,
        "made_by": str(edl.made_by),
        "entry_made_on": entry.made_on if entry else None,
        "is_compared": entry is not None,
        "place": place.code,
        "where": f"{building}{logement.floor_name}",
        "type": logement.get_type_logement_display(),
        "surface": place.surface,
        "resident": signers_of(edl),
        "meters": [
            {"label": label, "value": value}
            for label, value in (
                ("Électricité", edl.electricity_meter),
                ("Eau", edl.water_meter),
                ("Chauffage", edl.heating_meter),
            )
            if value
        ],
        "keys": edl.keys,
        "comments": edl.comments,
        "new_address": edl.new_address,
        "rooms": [{"name": room.name, "lines": [_line_data(one) for one in room.lines]} for room in rooms],
        "photos": sum(one.line.photos.count() for room in rooms for one in room.lines),
        "is_joint": not any(one.get("absence") for one in given),
        "signatures": given,
    }


def _line_data(one: ComparedLine) -> dict[str, Any]:
    return {
        "element": one.line.element,
        "quantity": one.line.quantity,
        "condition": one.line.get_condition_display() if one.line.condition else "",
        "number": one.line.number,
        "is_key": one.line.is_key,
        "installed_on": one.line.installed_on,
        "comment": one.line.comment,
        "is_personal": one.line.is_personal,
        "before": (one.before.get_condition_display() if one.before.condition else "") if one.before else "",
        "before_quantity": one.before.quantity if one.before else None,
        "before_comment": one.before.comment if one.before else "",
        "changed": one.has_changed,
        "photos": _photos_data(one.line),
        "before_photos": _photos_data(one.before) if one.before else [],
    }


def _photos_data(line: LigneEtatDesLieux) -> list[dict[str, Any]]:
    """The photos of a line as a document freezes them: where they are kept, and what they were."""
    return [
        {
            "address": kept_address(photo.small.name, photo.small_sha256),
            "sha256": photo.sha256,
            "added_on": timezone.localtime(photo.added_at).strftime("%d/%m/%Y à %H h %M"),
        }
        for photo in line.photos.all()
    ]


# Lists


@dataclass(frozen=True)
class ToMake:
    """An état des lieux that is awaited: for which contract, which, by when, and the one begun if there is one."""

    contrat: ContratOccupation
    kind: str
    begun: EtatDesLieux | None


def to_make(user: User, residence_id: int | None = None) -> list[ToMake]:
    """Entries and exits that nobody has signed yet, the nearest first."""
    signed = EtatDesLieux.objects.filter(contrat=OuterRef("pk"), status=Status.SIGNED)
    rows: QuerySet[Any] = (
        ContratOccupation.objects.visible_to(user, Permission.ETAT_DES_LIEUX_VIEW)
        .in_progress()
        .select_related("sejour__menage", "sejour__residence", "place__logement")
        .prefetch_related("etats_des_lieux")
        .annotate(
            has_entry=Exists(signed.filter(kind=Kind.ENTRY)),
            has_exit=Exists(signed.filter(kind=Kind.EXIT)),
        )
    )
    if residence_id:
        rows = rows.filter(sejour__residence=residence_id)
    entries = [one for one in rows.filter(has_entry=False) if one.start_on >= one.sejour.residence.first_month]
    exits = list(rows.filter(has_exit=False, status=ContratOccupation.Status.NOTICE))
    found = [ToMake(one, Kind.ENTRY, _begun(one, Kind.ENTRY)) for one in entries]
    found += [ToMake(one, Kind.EXIT, _begun(one, Kind.EXIT)) for one in exits]
    return sorted(found, key=lambda one: one.contrat.start_on if one.kind == Kind.ENTRY else one.contrat.end_on)


def _begun(contrat: ContratOccupation, kind: str) -> EtatDesLieux | None:
    return next((one for one in contrat.etats_des_lieux.all() if one.kind == kind and one.status == Status.DRAFT), None)


def signed(user: User, residence_id: int | None = None) -> QuerySet[Any]:
    """The sealed ones, most recent first."""
    rows = (
        EtatDesLieux.objects.visible_to(user, Permission.ETAT_DES_LIEUX_VIEW)
        .filter(status=Status.SIGNED)
        .select_related("contrat__sejour__menage", "contrat__place", "made_by")
        .order_by("-signed_at")
    )
    return rows.filter(contrat__sejour__residence=residence_id) if residence_id else rows


CONDITIONS = tuple(Condition.choices)
