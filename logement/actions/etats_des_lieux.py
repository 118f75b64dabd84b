"""Draw up an état des lieux, line by line and photo by photo, from one device or two; have it signed; seal it."""

import base64
import binascii
import datetime
import io
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from PIL import Image, UnidentifiedImageError

from logement.models import (
    ContratOccupation,
    EtatDesLieux,
    LigneEtatDesLieux,
    ModeleEtatDesLieux,
    PhotoEtatDesLieux,
    SignatureEtatDesLieux,
)
from logement.queries.etats_des_lieux import entry_of, incomplete_lines, sealed_data
from logement.rules.cles import read_keys
from logement.rules.inventaire import KEYS, Element, default_elements
from residence.actions.documents import issue_document
from residence.actions.journal import record
from residence.actions.statuses import move
from residence.duties import refresh_duties
from residence.models import DocumentKind, EntreeJournal, User
from residence.models.base import today
from residence.models.documents import sha256_of
from residence.pdf import data_address
from residence.uploads import clean_photo

Kind = EtatDesLieux.Kind
Status = EtatDesLieux.Status

TEMPLATE = "logement/pdf/etat_des_lieux.html"
LARGEST_SIGNATURE = 300_000  # bytes of PNG
MOST_PHOTOS = 12  # of one line
HEADER_FIELDS = (
    "made_on",
    "electricity_meter",
    "water_meter",
    "heating_meter",
    "keys",
    "comments",
    "new_address",
)
LINE_FIELDS = ("condition", "quantity", "number", "comment", "installed_on", "is_personal")


@dataclass(frozen=True)
class Change:
    """What a device says of one field: what it had read (`base`), what it now holds (`mine`)."""

    base: Any
    mine: Any


@dataclass(frozen=True)
class Conflict:
    """A field that two devices changed: what this one holds, what the other wrote meanwhile. Neither is lost."""

    line_id: int | None  # None: a field of the état des lieux itself
    field: str
    label: str
    mine: Any
    theirs: Any


@dataclass(frozen=True)
class NewLine:
    room: str
    element: str
    quantity: int | None = None
    condition: str = ""
    comment: str = ""
    is_personal: bool = False
    number: str = ""
    is_key: bool = False
    installed_on: datetime.date | None = None


@dataclass
class Saved:
    """The état des lieux as it is now, and what two devices said differently."""

    etat_des_lieux: EtatDesLieux
    conflicts: list[Conflict] = field(default_factory=list)
    added: list[LigneEtatDesLieux] = field(default_factory=list)


@dataclass(frozen=True)
class GivenSignature:
    """A signature: the PNG drawn on the screen, or the day it was given on paper; or why the resident gives none."""

    signer: SignatureEtatDesLieux.Signer
    name: str
    image: bytes = b""
    paper_signed_on: datetime.date | None = None
    absence: str = ""
    absence_reason: str = ""


@transaction.atomic
def create_etat_des_lieux(
    *, by: User, contrat: ContratOccupation, kind: EtatDesLieux.Kind, made_on: datetime.date | None = None
) -> EtatDesLieux:
    """Begin an état des lieux from the model of the type of logement, at exit from the entry; one begun goes on."""
    contrat = (
        ContratOccupation.objects.select_for_update(of=("self",))
        .select_related("sejour__menage", "sejour__residence", "place__logement")
        .get(pk=contrat.pk)
    )
    begun = contrat.etats_des_lieux.filter(kind=kind).exclude(status=Status.CANCELLED).first()
    if begun:
        return begun
    if contrat.status not in ContratOccupation.OCCUPYING and not (
        kind == Kind.EXIT and contrat.status == ContratOccupation.Status.ENDED
    ):
        raise ValidationError(
            f"Le contrat est {contrat.get_status_display()} : un état des lieux se dresse une fois le contrat signé."
        )
    entry = entry_of(contrat) if kind == Kind.EXIT else None
    edl = EtatDesLieux(contrat=contrat, kind=kind, made_on=made_on or today(), made_by=by)
    edl.full_clean()
    edl.save()
    lines = (
        [
            # What was counted is counted again.
            LigneEtatDesLieux(
                room=one.room,
                element=one.element,
                number=one.number,
                installed_on=one.installed_on,
                is_personal=one.is_personal,
                is_key=one.is_key,
                rank=one.rank,
            )
            for one in entry.lignes.all()
        ]
        if entry is not None
        else [LigneEtatDesLieux(**vars(one), rank=rank) for rank, one in enumerate(_model_of(contrat))]
    )
    for line in lines:
        line.etat_des_lieux = edl
    LigneEtatDesLieux.objects.bulk_create(lines)
    refresh_duties(contrat)
    record("etat_des_lieux.create", by=by, target=edl, residence=contrat.residence, menage=contrat.menage, nature=kind)
    return edl


@transaction.atomic
def save_etat_des_lieux(
    *,
    by: User,
    edl: EtatDesLieux,
    header: Mapping[str, Change],
    lines: Mapping[int, Mapping[str, Change]],
    new_lines: Iterable[NewLine] = (),
    removed: Iterable[int] = (),
) -> Saved:
    """Write what a device changed since it read. What another device changed meanwhile stands; where both changed the
    same field differently, the other's stays and the conflict is given back, to be shown with both values.

    A line that holds photos is not taken out: they go first, one by one. The journal has one line a day and person.
    """
    edl = _locked_draft(edl)
    saved = Saved(edl)
    changed = _merge(edl, None, "", header, HEADER_FIELDS, saved)
    stored = {line.pk: line for line in edl.lignes.select_for_update()}
    touched: list[LigneEtatDesLieux] = []
    for line_id, changes in lines.items():
        line = stored.get(line_id)
        if line is not None and _merge(line, line_id, f"{line.room}, {line.element} : ", changes, LINE_FIELDS, saved):
            touched.append(line)
    for line in touched:
        line.full_clean(exclude=["etat_des_lieux"])
        line.save(update_fields=list(LINE_FIELDS))
    rank = max((line.rank for line in stored.values()), default=0)
    known = {(line.room, line.element) for line in stored.values()}
    for new in new_lines:
        if (new.room, new.element) in known:
            continue
        last = max((line.rank for line in stored.values() if line.room == new.room), default=rank)
        line = LigneEtatDesLieux(etat_des_lieux=edl, rank=last, **vars(new))
        line.full_clean(exclude=["etat_des_lieux"])
        line.save()
        known.add((new.room, new.element))
        saved.added.append(line)
    going = edl.lignes.filter(pk__in=list(removed))
    for line in going.filter(photos__isnull=False).distinct():
        kept = f"gardée : elle porte {line.photos.count()} photo(s)"
        saved.conflicts.append(Conflict(line.pk, "removed", str(line), "ligne retirée", kept))
    gone, _ = going.filter(photos__isnull=True).delete()
    if changed or touched or saved.added or gone:
        _touch(edl, by)
    return saved


def add_photo(
    *,
    by: User,
    edl: EtatDesLieux,
    line_id: int,
    upload: Any,
    key: uuid.UUID | None = None,
    room: str = "",
    element: str = "",
) -> PhotoEtatDesLieux:
    """Keep a photo of a line. Sent twice under the same `key`, or the same points again, it is kept once.

    `room`, `element`: the line, to write again where another device took it out meanwhile. ValidationError for what is
    no photo, or too many of them.
    """
    # Cleaned before the transaction: a big file must not hold the état des lieux.
    clean = clean_photo(upload)
    digest = sha256_of(clean.content)
    with transaction.atomic():
        edl = _locked_draft(edl)
        line = edl.lignes.filter(pk=line_id).first() or edl.lignes.filter(room=room, element=element).first()
        if line is None:
            if not room or not element:
                raise ValidationError("La ligne de cette photo a été retirée sur un autre appareil.")
            line = LigneEtatDesLieux(etat_des_lieux=edl, room=room, element=element, rank=edl.lignes.count())
            line.full_clean(exclude=["etat_des_lieux"])
            line.save()
        same = Q(ligne=line, sha256=digest) | Q(ligne__etat_des_lieux=edl, key=key)
        known: PhotoEtatDesLieux | None = PhotoEtatDesLieux.objects.filter(same).first()
        if known is not None:
            return known
        if line.photos.count() >= MOST_PHOTOS:
            raise ValidationError(f"Une ligne porte {MOST_PHOTOS} photos au plus : retirez-en une d’abord.")
        photo = PhotoEtatDesLieux(
            ligne=line,
            key=key or uuid.uuid4(),
            sha256=digest,
            small_sha256=sha256_of(clean.small),
            width=clean.width,
            height=clean.height,
            added_by=by,
        )
        photo.full_clean(exclude=["file", "small"])
        photo.file.save("photo.jpg", ContentFile(clean.content), save=False)
        photo.small.save("vignette.jpg", ContentFile(clean.small), save=False)
        photo.save()
        _touch(edl, by)
    return photo


@transaction.atomic
def remove_photo(*, by: User, photo: PhotoEtatDesLieux) -> EtatDesLieux:
    """Take a photo off a line that nobody has signed; its files go with it."""
    edl = _locked_draft(photo.ligne.etat_des_lieux)
    row = PhotoEtatDesLieux.objects.filter(pk=photo.pk).first()
    if row is not None:
        names = [row.file.name, row.small.name]
        row.delete()
        transaction.on_commit(lambda: [default_storage.delete(name) for name in names])
        _touch(edl, by)
        record(
            "etat_des_lieux.remove_photo",
            by=by,
            target=edl,
            residence=edl.contrat.residence,
            menage=edl.contrat.menage,
            line=row.ligne_id,
        )
    return edl


@transaction.atomic
def sign_etat_des_lieux(
    *, by: User, edl: EtatDesLieux, version: int, signatures: Iterable[GivenSignature]
) -> EtatDesLieux:
    """Seal an état des lieux that both have read at `version` and signed: its document is issued, nothing changes.

    The resident's signature may be missing, with the reason: refused, or absent; the manager's may not.
    """
    edl = _locked_draft(edl)
    if edl.version != version:
        raise ValidationError(
            "L’état des lieux a été complété sur un autre appareil depuis la lecture : relisez-le avant de signer."
        )
    missing = incomplete_lines(edl)
    if missing:
        named = ", ".join(f"{line.room} : {line.element}" for line in missing[:5])
        more = f" et {len(missing) - 5} autres" if len(missing) > 5 else ""
        raise ValidationError(f"Il reste des éléments sans état : {named}{more}.")
    given = {one.signer: one for one in signatures}
    for signer in SignatureEtatDesLieux.Signer:
        if signer not in given:
            raise ValidationError(f"Il manque la signature : {signer.label}.")
    rows = []
    for one in given.values():
        if one.paper_signed_on is not None and not edl.made_on <= one.paper_signed_on <= today():
            raise ValidationError(
                f"La signature sur papier se date du {edl.made_on:%d/%m/%Y}, jour de l’état des lieux, ou d’après, "
                "aujourd’hui au plus tard."
            )
        row = SignatureEtatDesLieux(
            etat_des_lieux=edl,
            signer=one.signer,
            name=one.name.strip(),
            image=one.image,
            paper_signed_on=one.paper_signed_on,
            absence=one.absence,
            absence_reason=one.absence_reason.strip(),
        )
        row.full_clean(exclude=["image"])
        row.save()
        rows.append(row)
    contrat = edl.contrat
    edl.signed_at = timezone.now()
    move(edl, Status.SIGNED)
    edl.document = issue_document(
        kind=DocumentKind.ETAT_DES_LIEUX,
        residence=contrat.residence,
        menage=contrat.menage,
        template=TEMPLATE,
        data=sealed_data(edl, [_signature_data(row) for row in rows]),
        by=by,
        target=edl,
    )
    edl.full_clean()
    edl.save(update_fields=["status", "signed_at", "document"])
    refresh_duties(contrat)
    record(
        "etat_des_lieux.sign",
        by=by,
        target=edl,
        residence=contrat.residence,
        menage=contrat.menage,
        nature=edl.kind,
        absence=next((row.absence for row in rows if row.absence), ""),
    )
    return edl


@transaction.atomic
def cancel_etat_des_lieux(*, by: User, edl: EtatDesLieux) -> EtatDesLieux:
    """Give up an état des lieux that was not signed, to begin it again."""
    edl = _locked_draft(edl)
    move(edl, Status.CANCELLED)
    edl.save(update_fields=["status"])
    refresh_duties(edl.contrat)
    record("etat_des_lieux.cancel", by=by, target=edl, residence=edl.contrat.residence, menage=edl.contrat.menage)
    return edl


def drawn_png(address: str) -> bytes:
    """The PNG of a signature drawn on the screen, redrawn from its pixels alone. ValidationError if it is empty."""
    head, _, encoded = address.partition(",")
    if head != "data:image/png;base64" or len(encoded) > LARGEST_SIGNATURE * 4 // 3 + 4:
        raise ValidationError("La signature n’a pas été reçue : tracez-la de nouveau.")
    try:
        content = base64.b64decode(encoded, validate=True)
        drawn = Image.open(io.BytesIO(content), formats=["PNG"])
        if max(drawn.size) > 3000:
            raise ValidationError("La signature n’a pas été reçue : tracez-la de nouveau.")
        ink = drawn.convert("RGBA").getchannel("A")
    except (binascii.Error, UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise ValidationError("La signature n’a pas été reçue : tracez-la de nouveau.") from error
    box = ink.getbbox()
    if box is None or (box[2] - box[0]) + (box[3] - box[1]) < 12:
        raise ValidationError("La signature est vide : tracez-la dans le cadre.")
    ink = ink.crop((box[0] - 8, box[1] - 8, box[2] + 8, box[3] + 8))
    paper = Image.new("L", ink.size, 255)
    paper.paste(0, mask=ink)
    paper.thumbnail((900, 400))
    kept = io.BytesIO()
    paper.save(kept, "PNG", optimize=True)
    return kept.getvalue()


# Parts


def _locked_draft(edl: EtatDesLieux) -> EtatDesLieux:
    row: EtatDesLieux = (
        EtatDesLieux.objects.select_for_update(of=("self",))
        .select_related(
            "contrat__sejour__menage",
            "contrat__sejour__residence",
            "contrat__place__logement__batiment",
        )
        .get(pk=edl.pk)
    )
    if row.status != Status.DRAFT:
        raise ValidationError(f"Cet état des lieux est {row.get_status_display()} : il ne se modifie plus.")
    return row


def _touch(edl: EtatDesLieux, by: User) -> None:
    """A new version, to be read again before it is signed; the journal has one line a day and person."""
    edl.version += 1
    edl.full_clean()
    edl.save()
    known = EntreeJournal.objects.filter(
        action="etat_des_lieux.save",
        by=by,
        target_id=edl.pk,
        target_type=ContentType.objects.get_for_model(edl),
        at__date=today(),
    )
    if not known.exists():
        record("etat_des_lieux.save", by=by, target=edl, residence=edl.contrat.residence, menage=edl.contrat.menage)


def _model_of(contrat: ContratOccupation) -> list[Element]:
    """The lines to start from: the résidence's model for this type of logement, else the built-in one.

    The keys are those written on the page of the place, where there are any.
    """
    logement = contrat.place.logement
    type_logement = "chambre" if logement.is_shared else logement.type_logement
    modele = ModeleEtatDesLieux.objects.filter(residence=contrat.residence, type_logement=type_logement).first()
    lines = [
        Element(one.room, one.element, one.quantity, one.is_key) for one in (modele.elements.all() if modele else ())
    ] or default_elements(type_logement, is_furnished=logement.is_furnished)
    keys = [
        Element(KEYS, one.label, one.count, is_key=True, number=one.number) for one in read_keys(contrat.place.keys)
    ]
    return [*keys, *(one for one in lines if not one.is_key)] if keys else lines


def _merge(
    row: Any, line_id: int | None, prefix: str, changes: Mapping[str, Change], names: Iterable[str], saved: Saved
) -> bool:
    """Bring `changes` into `row`, not saved; whether something changed."""
    changed = False
    for name in names:
        change = changes.get(name)
        if change is None or change.mine == change.base:
            continue
        present = getattr(row, name)
        if present == change.mine:
            continue
        if present == change.base:
            setattr(row, name, change.mine)
            changed = True
        else:
            label = str(type(row)._meta.get_field(name).verbose_name)
            saved.conflicts.append(Conflict(line_id, name, f"{prefix}{label}", change.mine, present))
    return changed


def _signature_data(row: SignatureEtatDesLieux) -> dict[str, Any]:
    return {
        "label": "Le résident ou son représentant" if row.signer == row.Signer.RESIDENT else "Pour le gestionnaire",
        "name": row.name,
        "paper_signed_on": row.paper_signed_on,
        "signed_at": timezone.localtime(row.signed_at).strftime("%d/%m/%Y à %H h %M"),
        "image": data_address(bytes(row.image), "image/png") if row.image else "",
        "absence": row.get_absence_display() if row.absence else "",
        "absence_reason": row.absence_reason,
    }
