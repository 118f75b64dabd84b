"""Count the cash box; hand the cheques to the bank."""

import datetime
import uuid
from collections.abc import Collection
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from logement.models import BordereauCheques, ComptageCaisse, Encaissement
from logement.queries.caisse import caisse_of, cheques_to_hand
from logement.queries.compte import current_contrats, place_and_date
from residence.actions.documents import issue_document
from residence.actions.journal import record
from residence.confidentiality import reading_as
from residence.duties import refresh_duties
from residence.models import DocumentEmis, Residence, User
from residence.models.base import today
from residence.rules.money import ZERO, euros

BORDEREAU_TEMPLATE = "logement/pdf/bordereau.html"


@transaction.atomic
def count_caisse(
    *,
    by: User,
    residence: Residence,
    counted: Decimal,
    taken: Decimal = ZERO,
    explanation: str = "",
    form_key: uuid.UUID,
) -> ComptageCaisse:
    """Keep what the cash box holds, and what is taken to the bank. ValidationError for a difference not explained."""
    residence = Residence.objects.select_for_update(of=("self",), no_key=True).get(pk=residence.pk)
    existing = ComptageCaisse.objects.filter(form_key=form_key).first()
    if existing is not None:
        return existing
    caisse = caisse_of(residence)
    difference = counted - caisse.expected
    if difference and not explanation.strip():
        word = "de trop" if difference > 0 else "qui manquent"
        raise ValidationError(
            {
                "explanation": f"La caisse devrait contenir {euros(caisse.expected)} : "
                f"{euros(abs(difference))} {word}. Recomptez, ou expliquez l’écart."
            }
        )
    if taken > counted:
        raise ValidationError({"taken": "On ne verse pas plus que ce que la caisse contient."})
    row = ComptageCaisse(
        residence=residence,
        opening=caisse.opening,
        received=caisse.received,
        counted=counted,
        taken=taken,
        explanation=explanation.strip(),
        counted_by=by,
        form_key=form_key,
    )
    row.full_clean()
    row.save()
    record("caisse.count", by=by, target=row, residence=residence, counted=counted, difference=difference, taken=taken)
    refresh_duties(residence)
    return row


@transaction.atomic
def make_bordereau(
    *, by: User, residence: Residence, cheques: Collection[int], handed_on: datetime.date
) -> BordereauCheques:
    """The slip of these cheques, for the bank: each is on one slip. ValidationError when one is on another already."""
    residence = Residence.objects.select_for_update(of=("self",), no_key=True).get(pk=residence.pk)
    if not cheques:
        raise ValidationError({"cheques": "Cochez au moins un chèque."})
    if handed_on > today():
        raise ValidationError({"handed_on": "Cette date est à venir."})
    rows = list(cheques_to_hand(residence).filter(pk__in=cheques).select_for_update(of=("self",)))
    if len(rows) != len(set(cheques)):
        raise ValidationError("Un de ces chèques vient d’être remis ou annulé : relisez la liste.")
    contrats = current_contrats({row.sejour_id for row in rows})
    total = sum((row.amount for row in rows), ZERO)
    with reading_as(None):
        document = issue_document(
            kind=DocumentEmis.Kind.BORDEREAU,
            residence=residence,
            template=BORDEREAU_TEMPLATE,
            data={
                "title": "Bordereau de remise de chèques",
                "place_and_date": place_and_date(residence, handed_on),
                "handed_on": handed_on,
                "iban": residence.iban,
                "holder": residence.organisme,
                "lines": [
                    {
                        "payer": (row.payer or str(row.sejour.menage))
                        if not row.sejour.menage.is_masked
                        else str(row.sejour.menage),
                        "place": contrats[row.sejour_id].place.code if row.sejour_id in contrats else "",
                        "reference": "" if row.sejour.menage.is_masked else row.reference,
                        "received_on": row.received_on,
                        "amount": row.amount,
                    }
                    for row in rows
                ],
                "count": len(rows),
                "total": total,
                "recipient_lines": [],
            },
            by=by,
        )
    bordereau = BordereauCheques(
        residence=residence, handed_on=handed_on, count=len(rows), total=total, document=document, made_by=by
    )
    bordereau.full_clean()
    bordereau.save()
    Encaissement.objects.filter(pk__in=[row.pk for row in rows]).update(bordereau=bordereau)
    record("bordereau.make", by=by, target=bordereau, residence=residence, count=len(rows), total=total)
    refresh_duties(residence)
    return bordereau
