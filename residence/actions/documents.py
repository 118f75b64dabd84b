"""Issue a document: its number, its data frozen; its PDF made once, then kept."""

import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from residence.bulk import Written, reserve_keys, write_values
from residence.models import DocumentEmis, DocumentKind, Menage, ModeleDocument, Residence, User
from residence.models.base import today
from residence.models.documents import canonical_json, sha256_of
from residence.pdf import render_pdf

_RESERVE = """
    INSERT INTO residence_compteur (residence_id, kind, year, last) VALUES (%s, %s, %s, %s)
    ON CONFLICT (residence_id, kind, year) DO UPDATE SET last = residence_compteur.last + excluded.last
    RETURNING last
"""


def reserve_ranks(residence: Residence, kind: str, year: int, *, count: int = 1) -> range:
    """`count` numbers that nobody else gets; those not used in the end are burnt."""
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, [residence.pk, str(kind), year, count])
        (last,) = cursor.fetchone()
    return range(last - count + 1, last + 1)


def current_modele(residence: Residence, kind: str, day: datetime.date) -> ModeleDocument | None:
    """The wording of the résidence for this kind of document on `day`, None where it has not written its own."""
    return (
        ModeleDocument.objects.filter(residence=residence, kind=kind, valid_from__lte=day).order_by("-version").first()
    )


def letterhead(residence: Residence) -> dict[str, Any]:
    """What a document keeps of the résidence that issues it."""
    return {
        "name": residence.name,
        "organisme": residence.organisme,
        "address_lines": residence.address_lines,
        "city": residence.city,
        "phone": residence.phone,
        "email": residence.email,
        "opening_hours": residence.opening_hours,
        "signatory_name": residence.signatory_name,
        "signatory_title": residence.signatory_title,
    }


def frozen(
    *,
    kind: DocumentKind,
    residence: Residence,
    rank: int,
    template: str,
    data: dict[str, Any],
    by: User | None,
    target: Model | None = None,
    menage: Menage | None = None,
    on: datetime.date | None = None,
    template_version: int = 1,
    replaces: DocumentEmis | None = None,
    modele: ModeleDocument | None = None,
) -> DocumentEmis:
    """An issued document, not saved yet: for one, or for a batch that is written at once.

    `template` reads `data` as its context, with `document_number`, `issued_on` and `residence` (the letterhead) added.
    """
    day = on or today()
    context = {
        **data,
        "residence": letterhead(residence),
        "issued_on": day,
        "document_number": f"{residence.code.upper()}-{day.year}-{rank:05d}",
        "texts": modele.texts if modele else {},
    }
    return DocumentEmis(
        kind=kind,
        residence=residence,
        menage=menage,
        year=day.year,
        rank=rank,
        issued_on=day,
        issued_by=by,
        template=template,
        template_version=template_version,
        modele=modele,
        data=context,
        data_sha256=sha256_of(canonical_json(context)),
        replaces=replaces,
        target_type=ContentType.objects.get_for_model(target) if target is not None else None,
        target_id=target.pk if target is not None else None,
    )


class Batch:
    """Documents of one kind that a résidence issues on one day, frozen one after the other, written at once.

    `count`: how many at most; the numbers of those not added are burnt. Each is what `frozen` gives, without the cost
    of a row of the model for each.
    """

    _FIELDS = (
        "id",
        "residence_id",
        "menage_id",
        "kind",
        "year",
        "rank",
        "issued_on",
        "issued_by_id",
        "issued_at",
        "template",
        "template_version",
        "modele_id",
        "data",
        "data_sha256",
        "replaces_id",
        "target_type_id",
        "target_id",
        "pdf",
        "pdf_sha256",
        "pdf_made_at",
    )

    def __init__(
        self,
        *,
        kind: DocumentKind,
        residence: Residence,
        template: str,
        by: User | None,
        on: datetime.date,
        count: int,
        of: type[Model],
    ) -> None:
        self._ranks = iter(reserve_ranks(residence, kind, on.year, count=count))
        self._keys = iter(reserve_keys(DocumentEmis, count))
        modele = current_modele(residence, kind, on)
        self._head = {
            "residence": letterhead(residence),
            "issued_on": on.isoformat(),
            "texts": modele.texts if modele else {},
        }
        self._prefix = f"{residence.code.upper()}-{on.year}-"
        self._same = (kind, on.year, on, by.pk if by else None, timezone.now(), template)
        self._residence_id, self._modele_id = residence.pk, modele.pk if modele else None
        self._target_type_id = ContentType.objects.get_for_model(of).pk
        self._rows: list[tuple[Any, ...]] = []

    def add(self, data: dict[str, Any], *, target_id: int, menage_id: int, replaces: DocumentEmis | None = None) -> int:
        """Freeze one more; its key."""
        rank, key = next(self._ranks), next(self._keys)
        text = canonical_json({**data, **self._head, "document_number": f"{self._prefix}{rank:05d}"})
        kind, year, on, by_id, now, template = self._same
        self._rows.append(
            (
                key,
                self._residence_id,
                menage_id,
                kind,
                year,
                rank,
                on,
                by_id,
                now,
                template,
                1,
                self._modele_id,
                Written(text),
                sha256_of(text),
                replaces.pk if replaces else None,
                self._target_type_id,
                target_id,
                "",
                "",
                None,
            )
        )
        return key

    def write(self) -> None:
        """Insert what was added."""
        write_values(DocumentEmis, self._FIELDS, self._rows)
        self._rows = []


@transaction.atomic
def issue_document(
    *, kind: DocumentKind, residence: Residence, on: datetime.date | None = None, **rest: Any
) -> DocumentEmis:
    """Freeze one document under the next number of its kind and year. Arguments: those of `frozen`, save the rank."""
    day = on or today()
    (rank,) = reserve_ranks(residence, kind, day.year)
    rest.setdefault("modele", current_modele(residence, kind, day))
    document = frozen(kind=kind, residence=residence, rank=rank, on=day, **rest)
    document.full_clean()
    document.save()
    return document


def pdf_of(document: DocumentEmis) -> bytes:
    """The PDF of an issued document, made from its frozen data the first time it is asked for, then kept."""
    if document.pdf_made_at is None:
        # As the JSON gives it back, so that the first reading and a later one see the same data.
        document = DocumentEmis.objects.get(pk=document.pk)
        content = render_pdf(document.template, revived(document.data))
        with transaction.atomic():
            document = DocumentEmis.objects.select_for_update().get(pk=document.pk)
            if document.pdf_made_at is None:
                document.pdf.save(f"{document.number}-{document.kind}.pdf", ContentFile(content), save=False)
                document.pdf_sha256 = sha256_of(content)
                document.pdf_made_at = timezone.now()
                document.save(update_fields=["pdf", "pdf_sha256", "pdf_made_at"])
                return content
    with document.pdf.open() as file:
        return bytes(file.read())


def revived(value: Any) -> Any:
    """Frozen data with its dates as dates again; amounts stay as the text that they were frozen as."""
    if isinstance(value, dict):
        return {key: revived(item) for key, item in value.items()}
    if isinstance(value, list):
        return [revived(item) for item in value]
    if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-":
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            return value
    return value
