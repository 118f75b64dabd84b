"""Keep that the yearly table was sent to the CAF or the MSA; attest a resident's redevance to it."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from logement.models import AvisEcheance, DroitApl, EnvoiAnnuelCaf, LigneAvis, Sejour
from logement.queries.compte import balances, current_contrats, place_and_date, some
from logement.queries.envoi_caf import not_up_to_date
from residence.actions.documents import issue_document
from residence.actions.journal import record
from residence.confidentiality import reading_as
from residence.duties import refresh_duties
from residence.models import DocumentEmis, Residence, User
from residence.models.base import today
from residence.rules.money import ZERO

ATTESTATION_TEMPLATE = "logement/pdf/attestation_apl.html"


@transaction.atomic
def record_envoi(*, by: User, residence: Residence, year: int, sent_on: datetime.date) -> EnvoiAnnuelCaf:
    """Keep the day of the sending, and how many were not up to date on it; again, it is put right."""
    if sent_on > today():
        raise ValidationError({"sent_on": "Cette date est à venir."})
    if sent_on < datetime.date(year, 7, 1):
        raise ValidationError({"sent_on": f"Le tableau est celui du 1er juillet {year} : il part après ce jour."})
    late = not_up_to_date(residence, sent_on)
    row, _ = EnvoiAnnuelCaf.objects.update_or_create(
        residence=residence,
        year=year,
        defaults={
            "sent_on": sent_on,
            "late_count": len(late),
            "late_total": sum((line.overdue for line in late), ZERO),
            "recorded_by": by,
            "recorded_at": timezone.now(),
        },
    )
    record("envoi_caf.send", by=by, target=row, residence=residence, year=year, sent_on=sent_on, late=len(late))
    refresh_duties(residence)
    return row


@transaction.atomic
def issue_rent_attestation(*, by: User, sejour: Sejour) -> DocumentEmis:
    """What the CAF or the MSA asks of the manager on a resident: the redevance in its parts, and whether it is paid."""
    sejour = Sejour.objects.select_for_update(of=("self",)).select_related("menage", "residence").get(pk=sejour.pk)
    contrat = current_contrats([sejour.pk]).get(sejour.pk)
    avis = (
        AvisEcheance.objects.called().filter(contrat__sejour=sejour, rank=0).order_by("-month").first()
        if contrat
        else None
    )
    if contrat is None or avis is None:
        raise ValidationError("Aucun avis d’échéance n’est encore confirmé pour ce séjour : il n’y a rien à attester.")
    droit = DroitApl.objects.filter(sejour=sejour, status="granted").order_by("-start_on").first()
    balance = balances([sejour.pk])[sejour.pk]
    parts = {
        kind: sum((line.monthly_amount for line in avis.lignes.all() if line.kind == kind), ZERO)
        for kind in (LigneAvis.Kind.RENT, LigneAvis.Kind.CHARGES, LigneAvis.Kind.SERVICES)
    }
    place = contrat.place
    with reading_as(None):
        document = issue_document(
            kind=DocumentEmis.Kind.ATTESTATION_APL,
            residence=sejour.residence,
            menage=sejour.menage,
            template=ATTESTATION_TEMPLATE,
            data={
                "title": "Attestation de loyer",
                "recipient_lines": [],
                "place_and_date": place_and_date(sejour.residence, today()),
                "household": str(sejour.menage),
                "caf_number": "" if sejour.menage.is_masked else sejour.menage.caf_number,
                "place": place.code,
                "type_logement": place.logement.get_type_logement_display(),
                "surface": str(place.surface or place.logement.surface),
                "is_shared": place.logement.is_shared,
                "since": contrat.start_on,
                "ended_on": sejour.ended_on,
                "month": avis.month,
                "loyer": parts[LigneAvis.Kind.RENT],
                "charges": parts[LigneAvis.Kind.CHARGES],
                "services": some(parts[LigneAvis.Kind.SERVICES]),
                "housing": parts[LigneAvis.Kind.RENT] + parts[LigneAvis.Kind.CHARGES],
                "apl": some(droit.monthly_amount) if droit else None,
                "overdue": some(balance.overdue),
                "overdue_since": balance.overdue_since,
                "iban": sejour.residence.iban,
                "siret": sejour.residence.siret,
            },
            by=by,
            target=sejour,
        )
    record("attestation.issue", by=by, target=document, residence=sejour.residence, menage=sejour.menage)
    return document
