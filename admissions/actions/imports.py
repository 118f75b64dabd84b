"""Take in a partner's file: its columns said once, its lines put right in place, its households entered one by one."""

import datetime
import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from admissions.actions.orientations import NewContact, NewMember, create_orientation
from admissions.models import ColonnesPartenaire, ImportOrientations, LigneImport, Orientation
from admissions.queries.imports import (
    DISTINCT,
    LineRead,
    Reading,
    already_entered,
    find_known,
    key_of,
    read_file,
    texts_of,
)
from admissions.rules.colonnes import LABELS, faults_of, guess
from admissions.rules.lecture import bare, is_unknown
from residence.actions.journal import record
from residence.actions.menages import join_menage
from residence.actions.statuses import locked, move
from residence.duties import refresh_duties
from residence.imports import Sheet, text_from
from residence.models import Dispositif, MembreMenage, Partenaire, Route, User
from residence.models.base import bulk_set
from residence.permissions import Permission

St = ImportOrientations.Status
L = LigneImport.Status

# Lines of one file: what a person can check in one sitting, and a page can enter without keeping them waiting.
LINES = 500
# Households entered at once, so that the answer comes within a few seconds; the rest waits for the next press.
AT_ONCE = 50
LONGEST_CELL = 10_000


@dataclass(frozen=True)
class Correction:
    """What was said of a line: texts put right by field, who it is, or that it is left out."""

    ligne: int
    texts: Mapping[str, str]
    same_person: int | None = None
    nobody: bool = False
    left_out: bool = False
    distinct: bool = False


@transaction.atomic
def open_import(
    *,
    by: User,
    dispositif: Dispositif,
    partenaire: Partenaire,
    route: str,
    received_on: datetime.date,
    file_name: str,
    content: bytes,
    sheet: Sheet,
) -> tuple[ImportOrientations, bool]:
    """Keep the lines of a file, for its columns to be said; and whether it is new: the same file gives the same one."""
    if route not in dispositif.routes:
        raise ValidationError({"route": f"« {dispositif} » ne reçoit pas de demande par cette voie."})
    if len(sheet.lines) > LINES:
        raise ValidationError(
            f"Le fichier a {len(sheet.lines)} lignes et un import en prend {LINES} au plus : coupez-le en plusieurs."
        )
    sha256 = hashlib.sha256(content).hexdigest()
    # One at a time for a sender: the second of two same files sent at once finds the first.
    locked(partenaire)
    same = ImportOrientations.objects.filter(dispositif=dispositif, partenaire=partenaire, sha256=sha256)
    existing = same.exclude(status=St.ABANDONED).first()
    if existing is not None:
        return existing, False
    importation = ImportOrientations(
        residence=dispositif.residence,
        dispositif=dispositif,
        partenaire=partenaire,
        route=route,
        received_on=received_on,
        file_name=file_name[:200],
        sha256=sha256,
        heads=list(sheet.heads),
        columns=_as_stored(guess(sheet.heads, remembered_columns(partenaire))),
        opened_by=by,
    )
    importation.full_clean()
    importation.save()
    LigneImport.objects.bulk_create(
        LigneImport(importation=importation, number=line.number, cells=[_text(cell) for cell in line.cells])
        for line in sheet.lines
    )
    _record("import_orientations.open", by, importation, lines=len(sheet.lines))
    refresh_duties(importation)
    return importation, True


def remembered_columns(partenaire: Partenaire) -> dict[str, str]:
    """What the titles of this sender's files were said to hold."""
    kept = ColonnesPartenaire.objects.filter(partenaire=partenaire).first()
    return dict(kept.columns) if kept else {}


def _as_stored(columns: Mapping[int, str]) -> dict[str, str]:
    return {str(rank): code for rank, code in columns.items()}


def _text(cell: Any) -> str:
    """A cell as a person reads it in their spreadsheet."""
    try:
        return text_from(cell)[:LONGEST_CELL]
    except ValueError:
        return str(cell)


@transaction.atomic
def say_columns(*, by: User, importation: ImportOrientations, columns: Mapping[int, str]) -> ImportOrientations:
    """Say what each column holds, remember it for this sender, and read the lines."""
    importation = locked(importation)
    if importation.status in (St.DONE, St.ABANDONED):
        raise ValidationError("Cet import est terminé : ses colonnes ne changent plus.")
    if importation.lignes.filter(status=L.ENTERED).exists():
        raise ValidationError("Des lignes sont déjà saisies : les colonnes ne changent plus.")
    faults = faults_of(columns, needs_number=importation.route == Route.SIAO)
    if faults:
        raise ValidationError(faults)
    importation.columns = _as_stored(columns)
    if importation.status == St.COLUMNS:
        move(importation, St.REVIEW)
    importation.save(update_fields=["columns", "status"])
    said = {bare(head): columns.get(rank, "") for rank, head in enumerate(importation.heads) if bare(head)}
    ColonnesPartenaire.objects.update_or_create(
        partenaire=importation.partenaire,
        defaults={
            "columns": remembered_columns(importation.partenaire) | said,
            "updated_by": by,
            "updated_at": timezone.now(),
        },
    )
    _record("import_orientations.edit", by, importation, columns=sorted(filter(None, columns.values())))
    _review(by, importation)
    return importation


def _review(by: User, importation: ImportOrientations) -> list[LineRead]:
    """Read every line again and say where each one stands; entered ones stay as they are."""
    lines = read_file(importation)
    waiting = [line for line in lines if line.ligne.status != L.ENTERED]
    find_known(by, waiting)
    already = already_entered(by, importation, [line for line in waiting if line.is_head])
    for line in waiting:
        ligne = line.ligne
        ligne.faults, ligne.notes = line.reading.faults, line.reading.notes
        ligne.head_id = line.head.ligne.pk if line.head else None
        ligne.orientation_id = None
        done = already.get(ligne.number) or (already.get(line.head.ligne.number) if line.head else None)
        if done is not None:
            ligne.status, ligne.orientation_id, ligne.faults = L.ALREADY, done.pk, {}
        elif line.reading.faults:
            ligne.status = L.FAULTY
        elif line.known and not _answered(line):
            ligne.status = L.TO_DECIDE
        else:
            ligne.status = L.READY
    bulk_set([line.ligne for line in waiting], ["faults", "notes", "head", "orientation", "status"])
    _close_when_done(importation)
    return lines


def _answered(line: LineRead) -> bool:
    return line.ligne.same_person_id is not None and line.ligne.same_person_id in {
        one.personne.pk for one in line.known
    }


def _close_when_done(importation: ImportOrientations) -> None:
    """Nothing is left to put right or to enter: the file is done; it opens again when a line comes back."""
    left = importation.lignes.filter(status__in=[L.FAULTY, L.TO_DECIDE, L.READY]).exists()
    to = St.REVIEW if left else St.DONE
    if importation.status in (St.REVIEW, St.DONE) and importation.status != to:
        move(importation, to)
        importation.save(update_fields=["status"])
        refresh_duties(importation)


@transaction.atomic
def correct_lines(*, by: User, importation: ImportOrientations, said: Iterable[Correction]) -> ImportOrientations:
    """Put lines right, say who they are about, leave them out or take them back; all lines are then read again."""
    importation = locked(importation)
    if importation.status not in (St.REVIEW, St.DONE):
        raise ValidationError("Cet import ne se corrige plus.")
    held = {one.pk: one for one in importation.lignes.select_for_update(of=("self",))}
    said = [one for one in said if one.ligne in held and held[one.ligne].status != L.ENTERED]
    known = _known_of(by, importation, {one.ligne for one in said if one.nobody or one.same_person is not None})
    changed = sum(_say(importation, held[one.ligne], one, known.get(one.ligne, set())) for one in said)
    if changed:
        _record("import_orientations.correct", by, importation, lines=changed)
    _review(by, importation)
    return importation


def _say(importation: ImportOrientations, ligne: LigneImport, said: Correction, known: set[int]) -> int:
    """Keep what was said of a line; 1 when it changes something."""
    before = (dict(ligne.corrections), ligne.same_person_id, list(ligne.others), ligne.status)
    texts = texts_of(importation.columns, ligne)
    for code, text in said.texts.items():
        if code in LABELS and text.strip() != texts.get(code, "").strip():
            ligne.corrections[code] = text.strip()[:LONGEST_CELL]
    if said.distinct:
        ligne.corrections[DISTINCT] = "oui"
    if said.left_out and ligne.status != L.LEFT_OUT:
        move(ligne, L.LEFT_OUT)
    elif not said.left_out and ligne.status == L.LEFT_OUT:
        move(ligne, L.FAULTY)
    if said.nobody:
        ligne.same_person = None
        ligne.others = sorted({*ligne.others, *known})
    elif said.same_person in known:
        ligne.same_person_id = said.same_person
    ligne.save(update_fields=["corrections", "same_person", "others", "status"])
    return int(before != (ligne.corrections, ligne.same_person_id, ligne.others, ligne.status))


def _known_of(by: User, importation: ImportOrientations, asked: set[int]) -> dict[int, set[int]]:
    """Persons proposed for each of the lines asked for."""
    lines = [line for line in read_file(importation) if line.ligne.pk in asked] if asked else []
    find_known(by, lines)
    return {line.ligne.pk: {one.personne.pk for one in line.known} for line in lines}


@dataclass(frozen=True)
class Entered:
    """What was done: households entered, households whose line must be put right, those still waiting."""

    done: int
    refused: int
    left: int
    joined: int = 0


def enter_lines(*, by: User, importation: ImportOrientations, most: int = AT_ONCE) -> Entered:
    """Enter the households whose lines are all ready, each whole or not at all; one that is refused says why.

    Sent twice, or broken off in the middle, it goes on where it was: a line that was entered is entered once.
    """
    lines = _review_again(by, importation)
    members: dict[int, list[LineRead]] = {}
    for line in lines:
        if line.head is not None:
            members.setdefault(line.head.ligne.pk, []).append(line)
    ready = [
        line
        for line in lines
        if line.is_head
        and line.ligne.status == L.READY
        and all(one.ligne.status == L.READY for one in members.get(line.ligne.pk, []))
    ]
    done = refused = 0
    late = [
        line
        for line in lines
        if line.head is not None and line.ligne.status == L.READY and line.head.ligne.status == L.ENTERED
    ]
    for line in late:
        try:
            _join(by, line)
        except ValidationError as error:
            refused += 1
            _refuse(line, error)
    for line in ready[:most]:
        try:
            done += _enter(by, importation, line, members.get(line.ligne.pk, []))
        except ValidationError as error:
            refused += 1
            _refuse(line, error)
    with transaction.atomic():
        importation = locked(importation)
        if done or refused or late:
            _record("import_orientations.enter", by, importation, done=done, refused=refused)
        _close_when_done(importation)
    return Entered(done, refused, max(0, len(ready) - most), len(late))


@transaction.atomic
def _review_again(by: User, importation: ImportOrientations) -> list[LineRead]:
    importation = locked(importation)
    if importation.status not in (St.REVIEW, St.DONE):
        raise ValidationError("Dites d’abord ce que contiennent les colonnes.")
    return _review(by, importation)


@transaction.atomic
def _enter(by: User, importation: ImportOrientations, line: LineRead, members: Sequence[LineRead]) -> int:
    """One household and its orientation, or nothing; 1 when it is new."""
    held = [locked(one.ligne) for one in (line, *members)]
    read = [one.ligne for one in (line, *members)]
    if any(now.status != L.READY or now.corrections != then.corrections for now, then in zip(held, read, strict=True)):
        return 0
    menage = None
    if held[0].same_person_id is not None:
        menage = next((one.menage for one in line.known if one.personne.pk == held[0].same_person_id), None)
    orientation = create_orientation(
        by=by, form_key=_free_key(by, importation, line), menage=menage, **_request(importation, line, members)
    )
    for one in held:
        _mark(by, one, orientation)
    return 1


@transaction.atomic
def _join(by: User, line: LineRead) -> None:
    """A member put right once the household was entered: they join it."""
    ligne = locked(line.ligne)
    if ligne.status != L.READY or ligne.corrections != line.ligne.corrections:
        return
    head = line.head.ligne.orientation_id if line.head else None
    orientation = Orientation.objects.visible_to(by, Permission.ORIENTATION_CREATE).filter(pk=head).first()
    if orientation is None:
        raise ValidationError("Ce ménage n’est plus à votre portée.")
    join_menage(
        by=by,
        menage=orientation.menage,
        residence=orientation.residence,
        tie=str(line.reading.values["tie"]),
        on=orientation.received_on,
        **_person(line.reading),
    )
    _mark(by, ligne, orientation)


def _mark(by: User, ligne: LigneImport, orientation: Orientation) -> None:
    move(ligne, L.ENTERED)
    ligne.orientation, ligne.entered_by, ligne.entered_at = orientation, by, timezone.now()
    ligne.save(update_fields=["status", "orientation", "entered_by", "entered_at"])


def _free_key(by: User, importation: ImportOrientations, line: LineRead) -> uuid.UUID:
    """The key of the request; another one where its household has become hidden to `by`, who must not learn it."""
    key = key_of(importation, line)
    existing = Orientation.objects.filter(form_key=key)
    hidden = existing.exists() and not existing.visible_to(by, Permission.ORIENTATION_CREATE).exists()
    return uuid.uuid5(key, str(line.ligne.pk)) if hidden else key


@transaction.atomic
def _refuse(line: LineRead, error: ValidationError) -> None:
    """Put on the line what stopped it."""
    ligne = locked(line.ligne)
    if ligne.status == L.ENTERED:
        return
    messages = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    ligne.faults = {name: " ".join(said) for name, said in messages.items()}
    if ligne.status != L.FAULTY:
        move(ligne, L.FAULTY)
    ligne.save(update_fields=["faults", "status"])


@transaction.atomic
def drop_import(*, by: User, importation: ImportOrientations) -> ImportOrientations:
    """Leave a file that nothing was entered from: it may be sent again."""
    importation = locked(importation)
    if importation.status == St.ABANDONED:
        return importation
    if importation.lignes.filter(status=L.ENTERED).exists():
        raise ValidationError("Des lignes de ce fichier sont déjà saisies : écartez plutôt celles qui restent.")
    move(importation, St.ABANDONED)
    importation.save(update_fields=["status"])
    _record("import_orientations.drop", by, importation)
    refresh_duties(importation)
    return importation


def _record(action: str, by: User, importation: ImportOrientations, **details: Any) -> None:
    record(action, by=by, target=importation, residence=importation.residence, **details)


def _person(reading: Reading) -> dict[str, Any]:
    """Fields of Personne."""
    values = reading.values
    born_on, precision = values["birth"]
    names = ("civility", "last_name", "birth_name", "first_names", "nationality", "spoken_language")
    return {
        **{name: values[name] for name in names if values.get(name)},
        "phone": values.get("phone", ""),
        "email": values.get("email", ""),
        "born_on": born_on,
        "birth_precision": precision,
    }


def _request(importation: ImportOrientations, line: LineRead, members: Sequence[LineRead]) -> dict[str, Any]:
    """A household of the file, as create_orientation takes it."""
    values = line.reading.values
    household = ("address", "postal_code", "city", "phone", "email", "caf_number", "declared_persons")
    facts = (
        *("siao_number", "clt_on", "requested_type", "needs", "current_situation", "reasons", "social_evaluation"),
    )
    return {
        "dispositif": importation.dispositif,
        "route": importation.route,
        "received_on": values.get("received_on", importation.received_on),
        "partenaire": importation.partenaire,
        "new_contact": _contact(values),
        "reference": _person(line.reading),
        "household": {name: values[name] for name in household if values.get(name)},
        "members": [
            NewMember(str(one.reading.values.get("tie", MembreMenage.Tie.OTHER)), _person(one.reading))
            for one in members
        ],
        **{name: values[name] for name in facts if values.get(name)},
    }


def _contact(values: Mapping[str, Any]) -> NewContact | None:
    name = values.get("contact_name", "")
    if not name or is_unknown(name):
        return None
    return NewContact(
        name,
        values.get("contact_structure", ""),
        values.get("contact_phone", ""),
        values.get("contact_email", ""),
    )
