"""What people do about arrears: talk, write, agree on a plan, ask for help, tell the CAF. Nothing here acts alone."""

import datetime
import uuid
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from logement.actions.compte import lock_accounts
from logement.actions.encaissements import refresh_stays
from logement.models import AvisEcheance, DemarcheImpaye, DossierImpaye, PlanApurement, Sejour
from logement.queries.compte import current_contrats, open_avis, place_and_date, recipients
from logement.queries.impayes import late_today, terms_of
from logement.rules.arrieres import instalments
from logement.rules.impayes import termination_threshold
from residence.actions.documents import issue_document
from residence.actions.journal import record
from residence.actions.statuses import locked, move
from residence.confidentiality import reading_as
from residence.models import DocumentEmis, User
from residence.models.base import today
from residence.rules.money import euros

Kind = DemarcheImpaye.Kind
TEMPLATES = {
    Kind.REMINDER: "logement/pdf/relance.html",
    Kind.SECOND_REMINDER: "logement/pdf/relance.html",
    Kind.FORMAL_NOTICE: "logement/pdf/mise_en_demeure.html",
}
PLAN_TEMPLATE = "logement/pdf/plan_apurement.html"
# What both trades note; letters and plans have acts of their own.
NOTED = (Kind.TALK, Kind.FSL, Kind.CCAPEX, Kind.CAF_REPORT)
LETTERS = (Kind.REMINDER, Kind.SECOND_REMINDER)
# Steps that reach the household.
CONTACTS = frozenset({Kind.TALK, Kind.REMINDER, Kind.SECOND_REMINDER, Kind.PLAN, Kind.FORMAL_NOTICE})


def _file(sejour: Sejour) -> DossierImpaye:
    """The open file of a stay that is late, locked; ValidationError where nothing is late any more."""
    lock_accounts([sejour.pk])
    rows = DossierImpaye.objects.open().filter(sejour=sejour).select_related("sejour__residence", "sejour__menage")
    dossier = rows.select_for_update(of=("self",)).first()
    if dossier is not None:
        return dossier
    if not late_today(sejour):
        raise ValidationError("Rien n’est en retard sur ce compte : le dossier d’impayé est clos.")
    since = open_avis(sejour).filter(due_on__lt=today()).first()
    return DossierImpaye.objects.create(
        sejour=Sejour.objects.select_related("residence", "menage").get(pk=sejour.pk),
        opened_on=today(),
        late_from=since.due_on if since else today(),
    )


def _write(dossier: DossierImpaye, *, by: User | None, code: str, **fields: Any) -> DemarcheImpaye:
    """A step, written in the file with its stage and last contact; the journal says it."""
    demarche = DemarcheImpaye(dossier=dossier, recorded_by=by, **fields)
    demarche.full_clean(exclude=["recorded_by", "cancelled_by", "document"])
    demarche.save()
    _follow(dossier)
    record(
        code,
        by=by,
        target=demarche,
        residence=dossier.sejour.residence,
        menage=dossier.sejour.menage,
        kind_of_step=demarche.kind,
        done_on=demarche.done_on,
    )
    refresh_stays({dossier.sejour_id})
    return demarche


def _follow(dossier: DossierImpaye) -> None:
    """The stage of a file is its furthest step that still counts; its last contact the last that reached somebody."""
    order = list(DossierImpaye.Etape.values)
    live = DemarcheImpaye.objects.live().filter(dossier=dossier)
    reached = live.exclude(outcome=DemarcheImpaye.Outcome.UNREACHED)
    kinds = set(reached.values_list("kind", flat=True))
    dossier.stage = max((str(kind) for kind in kinds), key=order.index, default=DossierImpaye.Etape.NEW)
    dossier.last_contact_on = reached.filter(kind__in=CONTACTS).aggregate(last=Max("done_on"))["last"]
    reports = live.filter(kind=Kind.CAF_REPORT)
    dossier.caf_reported_on = reports.aggregate(last=Max("done_on"))["last"]
    dossier.save(update_fields=["stage", "last_contact_on", "caf_reported_on"])


def _known(form_key: uuid.UUID) -> DemarcheImpaye | None:
    return DemarcheImpaye.objects.filter(form_key=form_key).first()


def _check_day(day: datetime.date, field: str = "done_on") -> None:
    if day > today():
        raise ValidationError({field: "Cette date est à venir."})


@transaction.atomic
def record_demarche(
    *,
    by: User | None,
    sejour: Sejour,
    kind: str,
    done_on: datetime.date,
    outcome: str = "",
    amount: Decimal | None = None,
    detail: str = "",
    form_key: uuid.UUID,
) -> DemarcheImpaye:
    """Note a talk, a request to the FSL or the CCAPEX, a report to the CAF or the MSA; sent twice, noted once."""
    if kind not in NOTED:
        raise ValidationError({"kind": "Cette démarche ne se note pas ici."})
    _check_day(done_on)
    dossier = _file(sejour)
    if known := _known(form_key):
        return known
    return _write(
        dossier,
        by=by,
        code="impaye.record",
        kind=kind,
        done_on=done_on,
        outcome=outcome,
        amount=amount,
        detail=detail.strip(),
        form_key=form_key,
    )


@transaction.atomic
def issue_letter(
    *, by: User | None, sejour: Sejour, kind: str, form: str = "", form_key: uuid.UUID | None = None
) -> DemarcheImpaye:
    """Write a reminder or a formal notice, numbered and frozen, with what is late term by term.

    ValidationError for a first letter while nobody has talked to the household, and for a formal notice without its
    form or below the threshold of the code.
    """
    dossier = _file(sejour)
    if form_key and (known := _known(form_key)):
        return known
    done = set(
        DemarcheImpaye.objects.live()
        .filter(dossier=dossier)
        .exclude(outcome=DemarcheImpaye.Outcome.UNREACHED)
        .values_list("kind", flat=True)
    )
    tried = DemarcheImpaye.objects.live().filter(dossier=dossier, kind=Kind.TALK).exists()
    if not tried:
        raise ValidationError(
            "Parlez-en d’abord avec le ménage, et notez l’échange ou l’essai : la lettre vient après."
        )
    if kind == Kind.SECOND_REMINDER and Kind.REMINDER not in done:
        raise ValidationError("La première lettre n’est pas encore partie.")
    if kind in done and kind != Kind.FORMAL_NOTICE:
        raise ValidationError("Cette lettre est déjà partie.")
    more: dict[str, Any] = {}
    if kind == Kind.FORMAL_NOTICE:
        threshold = termination_threshold(terms_of([sejour.pk])[sejour.pk], today=today())
        if threshold is None or not threshold.is_reached:
            raise ValidationError(
                "Le seuil de résiliation du code n’est pas atteint : une mise en demeure n’aurait pas d’effet."
            )
        if form not in (DemarcheImpaye.Form.HAND, DemarcheImpaye.Form.LRAR, DemarcheImpaye.Form.COMMISSAIRE):
            raise ValidationError({"form": "Choisissez comment elle est remise."})
        more = {"form": form, "delivery": DemarcheImpaye.Delivery.SENT}
    with reading_as(None):
        document = issue_document(
            kind=DocumentEmis.Kind.MISE_EN_DEMEURE if kind == Kind.FORMAL_NOTICE else DocumentEmis.Kind.RELANCE,
            residence=dossier.sejour.residence,
            menage=dossier.sejour.menage,
            template=TEMPLATES[Kind(kind)],
            data=_letter(dossier, kind, form),
            by=by,
            target=dossier.sejour,
        )
    return _write(
        dossier,
        by=by,
        code="impaye.issue",
        kind=kind,
        done_on=today(),
        amount=late_today(sejour),
        document=document,
        form_key=form_key or uuid.uuid4(),
        **more,
    )


def _letter(dossier: DossierImpaye, kind: str, form: str) -> dict[str, Any]:
    """What a letter about arrears freezes."""
    sejour = dossier.sejour
    residence = sejour.residence
    titles = {
        Kind.REMINDER: ("Votre redevance", "votre redevance reste à régler en partie"),
        Kind.SECOND_REMINDER: ("Votre redevance : second rappel", "votre redevance, second rappel"),
        Kind.FORMAL_NOTICE: ("Mise en demeure de payer", "mise en demeure de payer la redevance"),
    }
    title, about = titles[Kind(kind)]
    late = list(open_avis(sejour).filter(due_on__lt=today()))
    return {
        **_head(sejour),
        "title": title,
        "object": about,
        "is_second": kind == Kind.SECOND_REMINDER,
        "form": str(DemarcheImpaye.Form(form).label) if form else "",
        "overdue": sum((one.left_to_pay for one in late), Decimal(0)),
        "since": dossier.late_from,
        "rows": [_row(one) for one in late],
        "iban": residence.iban,
        "caf_known": dossier.caf_constituted_on is not None,
    }


def _row(avis: AvisEcheance) -> dict[str, Any]:
    return {
        "month": avis.month,
        "due_on": avis.due_on,
        "total": avis.total,
        "paid": avis.paid,
        "left": avis.left_to_pay,
    }


def _head(sejour: Sejour) -> dict[str, Any]:
    """To whom a letter goes, and who signs it."""
    residence = sejour.residence
    contrat = current_contrats([sejour.pk]).get(sejour.pk)
    place = contrat.place.code if contrat else ""
    return {
        "salutation": "Madame, Monsieur,",
        "closing": "Nous vous prions d’agréer nos salutations distinguées.",
        "place_and_date": place_and_date(residence, today()),
        "recipient_lines": recipients([contrat])[contrat.pk] if contrat else [str(sejour.menage)],
        "reference": f"Place {place}" if place else "",
        "household": str(sejour.menage),
        "place": place,
        "payment_reference": f"{place}-{sejour.pk}",
        "signatory": {
            "name": residence.signatory_name or str(residence.organisme),
            "function": residence.signatory_title or "Le gestionnaire",
        },
    }


@transaction.atomic
def deliver_letter(
    *, by: User, demarche: DemarcheImpaye, delivery: str, delivered_on: datetime.date | None
) -> DemarcheImpaye:
    """Say what became of a formal notice: only one handed over has an effect, an unclaimed letter has none."""
    demarche = (
        DemarcheImpaye.objects.select_for_update(of=("self",))
        .select_related("dossier__sejour__residence", "dossier__sejour__menage")
        .get(pk=demarche.pk)
    )
    if demarche.kind != Kind.FORMAL_NOTICE or demarche.cancelled_at:
        raise ValidationError("Seule une mise en demeure a un état de remise.")
    if delivery == DemarcheImpaye.Delivery.DELIVERED and delivered_on is None:
        raise ValidationError({"delivered_on": "Donnez le jour de la remise."})
    if delivered_on is not None:
        _check_day(delivered_on, "delivered_on")
    demarche.delivery = delivery
    demarche.delivered_on = delivered_on if delivery == DemarcheImpaye.Delivery.DELIVERED else None
    demarche.full_clean(exclude=["recorded_by", "cancelled_by", "document"])
    demarche.save(update_fields=["delivery", "delivered_on"])
    dossier = demarche.dossier
    record(
        "impaye.deliver",
        by=by,
        target=demarche,
        residence=dossier.sejour.residence,
        menage=dossier.sejour.menage,
        delivery=delivery,
        delivered_on=demarche.delivered_on,
    )
    refresh_stays({dossier.sejour_id})
    return demarche


@transaction.atomic
def cancel_demarche(*, by: User, demarche: DemarcheImpaye, reason: str) -> DemarcheImpaye:
    """Take back a step noted by mistake; its letter, if any, keeps its number and its paper."""
    if not reason.strip():
        raise ValidationError({"reason": "Dites pourquoi cette démarche est annulée."})
    demarche = (
        DemarcheImpaye.objects.select_for_update(of=("self",))
        .select_related("dossier__sejour__residence", "dossier__sejour__menage")
        .get(pk=demarche.pk)
    )
    if demarche.cancelled_at is not None:
        raise ValidationError("Cette démarche est déjà annulée.")
    if PlanApurement.objects.running().filter(demarche=demarche).exists():
        raise ValidationError("Arrêtez d’abord le plan d’apurement.")
    demarche.cancelled_by, demarche.cancelled_at = by, timezone.now()
    demarche.cancelled_reason = reason.strip()
    demarche.save(update_fields=["cancelled_by", "cancelled_at", "cancelled_reason"])
    dossier = demarche.dossier
    _follow(dossier)
    record(
        "impaye.cancel",
        by=by,
        target=demarche,
        residence=dossier.sejour.residence,
        menage=dossier.sejour.menage,
        kind_of_step=demarche.kind,
    )
    refresh_stays({dossier.sejour_id})
    return demarche


@transaction.atomic
def sign_plan(
    *,
    by: User | None,
    sejour: Sejour,
    signed_on: datetime.date,
    monthly: Decimal,
    first_on: datetime.date,
    form_key: uuid.UUID,
) -> PlanApurement:
    """Keep a plan that the household has agreed on: what is late today, paid off month after month.

    ValidationError for a plan that runs already, and for more than 36 instalments.
    """
    _check_day(signed_on, "signed_on")
    dossier = _file(sejour)
    if known := PlanApurement.objects.filter(demarche__form_key=form_key).first():
        return known
    if PlanApurement.objects.running().filter(dossier=dossier).exists():
        raise ValidationError("Un plan est déjà en cours : arrêtez-le avant d’en signer un autre.")
    debt = late_today(sejour)
    if first_on < signed_on:
        raise ValidationError({"first_on": "La première échéance vient après la signature."})
    try:
        parts = instalments(debt, monthly=monthly, first_on=first_on)
    except ValueError:
        raise ValidationError(
            {"monthly": f"À ce rythme, il faudrait plus de 36 mois pour payer {euros(debt)}."}
        ) from None
    with reading_as(None):
        head = _head(dossier.sejour)
        document = issue_document(
            kind=DocumentEmis.Kind.PLAN_APUREMENT,
            residence=dossier.sejour.residence,
            menage=dossier.sejour.menage,
            template=PLAN_TEMPLATE,
            data={
                **head,
                "title": "Plan d’apurement",
                "signed_on": signed_on,
                "debt": debt,
                "monthly": monthly,
                "rows": [{"on": one.due_on, "amount": one.amount} for one in parts],
                "signatures": [
                    {"label": "Le résident", "name": head["household"]},
                    {"label": head["signatory"]["function"], "name": head["signatory"]["name"]},
                ],
            },
            by=by,
            target=dossier.sejour,
        )
    demarche = _write(
        dossier,
        by=by,
        code="impaye.sign",
        kind=Kind.PLAN,
        done_on=signed_on,
        amount=debt,
        document=document,
        form_key=form_key,
    )
    plan = PlanApurement(
        dossier=dossier,
        signed_on=signed_on,
        debt=debt,
        monthly=monthly,
        first_on=first_on,
        demarche=demarche,
        recorded_by=by,
    )
    plan.full_clean(exclude=["recorded_by"])
    plan.save()
    refresh_stays({dossier.sejour_id})
    return plan


@transaction.atomic
def stop_plan(*, by: User, plan: PlanApurement, reason: str) -> PlanApurement:
    """End a plan that no longer fits: another may be signed."""
    if not reason.strip():
        raise ValidationError({"reason": "Dites pourquoi le plan s’arrête."})
    plan = locked(plan)
    move(plan, PlanApurement.Status.STOPPED)
    plan.ended_on, plan.stopped_reason = today(), reason.strip()
    plan.save(update_fields=["status", "ended_on", "stopped_reason"])
    sejour = plan.dossier.sejour
    record("impaye.stop", by=by, target=plan, residence=sejour.residence, menage=sejour.menage)
    refresh_stays({sejour.pk})
    return plan
