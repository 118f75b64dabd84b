"""What is due about the stock, the stays, the contracts and the états des lieux."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from logement.duties_presence import KINDS as PRESENCE_KINDS
from logement.duties_redevance import KINDS as REDEVANCE_KINDS
from logement.models import (
    AssuranceOccupant,
    Avenant,
    ContratOccupation,
    DroitApl,
    Ecriture,
    EtapeSortie,
    EtatDesLieux,
    Place,
    Preavis,
    Procedure,
    RenouvellementSejour,
    Sejour,
    TravauxPrevus,
)
from logement.queries.vacances import vacances_of
from logement.rules.depot import refund_due_on
from logement.rules.sejour import ASKED_AT, WARNING_DAYS, renewal_allowed
from residence.components import SOON_IN_MONTHS
from residence.duties import DutyKind, Expected, in_status
from residence.models import Residence
from residence.permissions import Permission, Role
from residence.rules.dates import add_days, month_end

Status = ContratOccupation.Status

INSURANCE_AHEAD_DAYS = 30
KEYS_AHEAD_DAYS = 15
RENEWAL_AHEAD_DAYS = 60


def _of_contrat(contrat: ContratOccupation, due_on: datetime.date, role: Role, detail: str = "") -> Expected:
    return Expected(
        target_id=contrat.pk,
        residence_id=contrat.sejour.residence_id,
        menage_id=contrat.sejour.menage_id,
        due_on=due_on,
        role=role,
        detail=detail,
    )


def _with_sejour(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.select_related("sejour__residence", "sejour__dispositif", "place").order_by("pk")


def contracts_to_issue(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Drafts, by the day they are to begin."""
    for contrat in _with_sejour(rows):
        yield _of_contrat(contrat, contrat.start_on, Role.GESTIONNAIRE, f"place {contrat.place.code}")


def contracts_to_sign(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Contracts issued and not signed, by the day they are to begin."""
    for contrat in _with_sejour(rows):
        yield _of_contrat(contrat, contrat.start_on, Role.GESTIONNAIRE, f"place {contrat.place.code}")


def _without_entry(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    signed = EtatDesLieux.objects.filter(
        contrat=OuterRef("pk"), kind=EtatDesLieux.Kind.ENTRY, status=EtatDesLieux.Status.SIGNED
    )
    return rows.in_progress().exclude(Exists(signed))


def entries_to_record(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Contracts under which people live, or will, without a signed état des lieux d'entrée."""
    for contrat in _with_sejour(rows):
        if contrat.start_on >= contrat.sejour.residence.first_month:
            yield _of_contrat(contrat, contrat.start_on, Role.VIE_RESIDENTIELLE, f"place {contrat.place.code}")


def _without_exit(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    signed = EtatDesLieux.objects.filter(
        contrat=OuterRef("pk"), kind=EtatDesLieux.Kind.EXIT, status=EtatDesLieux.Status.SIGNED
    )
    leaving = Q(status=Status.NOTICE) | Q(status=Status.RUNNING, end_on__isnull=False)
    kept = ContratOccupation.objects.kept().values("pk")
    return rows.filter(leaving).exclude(Exists(signed)).exclude(pk__in=kept)


def exits_to_record(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Contracts in notice, and places left for another, without a signed état des lieux de sortie."""
    for contrat in _with_sejour(rows):
        yield _of_contrat(contrat, contrat.end_on, Role.VIE_RESIDENTIELLE, f"place {contrat.place.code}")


def _without_insurance(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    lasting = AssuranceOccupant.objects.filter(
        contrat__sejour=OuterRef("sejour"), end_on__gt=add_days(day, INSURANCE_AHEAD_DAYS)
    )
    return rows.in_progress().filter(sejour__dispositif__requires_insurance=True).exclude(Exists(lasting))


def insurances_to_collect(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Contracts whose resident has given no insurance, or one that ends within a month."""
    for contrat in _with_sejour(rows.annotate(insured_until=Max("sejour__contrats__assurances__end_on"))):
        if contrat.insured_until is None:
            if contrat.start_on >= contrat.sejour.residence.first_month:
                yield _of_contrat(contrat, contrat.start_on, Role.GESTIONNAIRE, "aucune attestation reçue")
        else:
            yield _of_contrat(
                contrat, contrat.insured_until, Role.GESTIONNAIRE, f"assuré jusqu’au {contrat.insured_until:%d/%m/%Y}"
            )


def _near_keys(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    under_way = Procedure.objects.open().filter(contrat=OuterRef("pk"))
    return rows.filter(
        Q(status=Status.NOTICE) | Q(status=Status.OCCUPANT_SANS_TITRE) & ~Exists(under_way),
        end_on__lte=add_days(day, KEYS_AHEAD_DAYS),
    )


def keys_to_record(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Notices that end soon, or have ended: the keys are to come back, or to be recorded.

    Of somebody who stays, or died, the steps of the procedure say what to do while it is open.
    """
    for contrat in _with_sejour(rows):
        yield _of_contrat(contrat, contrat.end_on, Role.GESTIONNAIRE, f"place {contrat.place.code}")


def _left_near_keys(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    left = rows.filter(status=Status.RUNNING, end_on__lte=add_days(day, KEYS_AHEAD_DAYS))
    return left.exclude(pk__in=ContratOccupation.objects.kept().values("pk"))


def left_keys_to_record(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Places left for another within the stay, whose keys are to come back."""
    for contrat in _with_sejour(rows):
        yield _of_contrat(contrat, contrat.end_on, Role.GESTIONNAIRE, f"place {contrat.place.code}")


def avenants_to_sign(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Avenants issued and not signed, by the day they are to take effect."""
    waiting = rows.filter(status=Avenant.Status.TO_SIGN).select_related("contrat__sejour", "contrat__place")
    for avenant in waiting.order_by("pk"):
        sejour = avenant.contrat.sejour
        yield Expected(
            target_id=avenant.pk,
            residence_id=sejour.residence_id,
            menage_id=sejour.menage_id,
            due_on=avenant.effect_on,
            role=Role.GESTIONNAIRE,
            detail=f"place {avenant.contrat.place.code}",
        )


def _undelivered() -> QuerySet[Any]:
    return Preavis.objects.live().exclude(delivery=Preavis.Delivery.DELIVERED)


def _waiting_for_delivery(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    return rows.filter(Exists(_undelivered().filter(contrat=OuterRef("pk"))))


def notices_to_deliver(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Letters of the manager that nobody has received yet: the notice does not run."""
    for preavis in _undelivered().filter(contrat__in=rows).select_related("contrat__sejour", "contrat__place"):
        sent = preavis.sent_on or preavis.recorded_at.date()
        yield _of_contrat(preavis.contrat, add_days(sent, KEYS_AHEAD_DAYS), Role.GESTIONNAIRE, "le délai ne court pas")


def works_to_begin(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Works that wait for their place, by the day from which they are wanted."""
    for travaux in rows.waiting().select_related("place"):
        yield Expected(
            target_id=travaux.pk,
            residence_id=travaux.place.residence_id,
            due_on=travaux.from_on,
            role=Role.GESTIONNAIRE,
            detail=f"place {travaux.place.code}",
        )


def _of_sejour(sejour: Sejour, due_on: datetime.date, role: Role, detail: str = "") -> Expected:
    return Expected(
        target_id=sejour.pk,
        residence_id=sejour.residence_id,
        menage_id=sejour.menage_id,
        due_on=due_on,
        role=role,
        detail=detail,
    )


def _lived_in(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Open stays with a signed contract."""
    lived = ContratOccupation.objects.in_progress().filter(sejour=OuterRef("pk"))
    return rows.open().filter(Exists(lived)).select_related("residence", "dispositif").order_by("pk")


def _near_term(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    leaving = ContratOccupation.objects.filter(sejour=OuterRef("pk"), status=Status.NOTICE)
    near = _lived_in(rows).filter(planned_end_on__lte=add_days(day, max(WARNING_DAYS)))
    return near.exclude(Exists(leaving))


def terms_ahead(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Stays that reach the end that their dispositif plans: ninety, sixty, then thirty days before, then late."""
    for sejour in rows:
        left = (sejour.planned_end_on - day).days
        step = min((one for one in WARNING_DAYS if left <= one), default=max(WARNING_DAYS))
        detail = "échéance passée, le contrat continue" if left < 0 else f"J-{step} : {ASKED_AT[step]}"
        for role in (Role.COORDINATRICE, Role.GESTIONNAIRE):
            yield _of_sejour(sejour, sejour.planned_end_on, role, detail)


def _undecided(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    refused = RenouvellementSejour.objects.filter(
        sejour=OuterRef("pk"), kind=RenouvellementSejour.Kind.REFUSAL, until_on=OuterRef("planned_end_on")
    )
    near = _near_term(rows, day).filter(planned_end_on__lte=add_days(day, RENEWAL_AHEAD_DAYS))
    return near.exclude(Exists(refused))


def renewals_to_decide(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Stays near their planned end on which the direction has decided nothing."""
    for sejour in rows.prefetch_related("renouvellements"):
        done = sum(1 for one in sejour.renouvellements.all() if one.kind == RenouvellementSejour.Kind.RENEWAL)
        can = renewal_allowed(renewals_done=done, renewals_max=sejour.dispositif.renewals_max)
        detail = "renouvellement possible" if can else "plus de renouvellement : dépassement à décider"
        yield _of_sejour(sejour, sejour.planned_end_on, Role.DIRECTION, detail)


def _without_deposit(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    deposit = Q(ecritures__account=Ecriture.Account.DEPOT)
    asked = _lived_in(rows).annotate(
        deposit_due=Coalesce(Sum("ecritures__amount", filter=deposit), 0, output_field=_MONEY)
    )
    return asked.filter(deposit_due__gt=0)


def deposits_to_receive(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Stays whose deposit was asked for and is not all there."""
    for sejour in rows:
        yield _of_sejour(sejour, sejour.start_on, Role.GESTIONNAIRE)


def _without_apl(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    return _lived_in(rows).exclude(Exists(DroitApl.objects.filter(sejour=OuterRef("pk"))))


def apl_to_request(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Stays begun in this software without a request for the APL: a month late is a month lost (CCH, R.823-10)."""
    for sejour in rows:
        if sejour.start_on >= sejour.residence.first_month:
            yield _of_sejour(sejour, month_end(sejour.start_on), Role.GESTIONNAIRE)


def _unfinished(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    given = EtapeSortie.objects.live().filter(sejour=OuterRef("pk"), step=EtapeSortie.Step.LAST_ACCOUNT)
    since = Coalesce("residence__taken_over_on", "residence__opened_on")
    return rows.live().filter(ended_on__gte=since).exclude(Exists(given))


def exits_to_finish(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Stays ended in this software whose last account was not handed over, by the day of the deposit.

    The departure told to the CAF and the deposit have duties of their own.
    """
    for sejour in rows.order_by("pk"):
        due_on = refund_due_on(sejour.ended_on)
        yield _of_sejour(sejour, due_on, Role.GESTIONNAIRE, "dernier compte à remettre")


def vacancies_to_tell(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Résidences with a vacancy, also one only foreseen, of which no partner was told (CASF, L.345-2-7)."""
    for residence in rows.order_by("pk"):
        places = Place.objects.filter(residence=residence)
        untold = [one for one in vacances_of(places, today=day) if not one.told]
        if untold:
            count = len(untold)
            detail = f"{count} places" if count > 1 else f"place {untold[0].place.code}"
            due_on = max(day, min(one.vacant_on for one in untold))
            yield Expected(
                target_id=residence.pk,
                residence_id=residence.pk,
                due_on=due_on,
                role=Role.GESTIONNAIRE,
                detail=detail,
            )


_MONEY = Ecriture._meta.get_field("amount")

KINDS = [
    DutyKind(
        "contrat.to_issue",
        "Relire et éditer le contrat",
        ContratOccupation,
        contracts_to_issue,
        "logement:contrat_issue",
        Permission.CONTRAT_PREPARE,
        "Éditer",
        among=in_status(Status.DRAFT),
    ),
    DutyKind(
        "contrat.to_sign",
        "Faire signer le contrat",
        ContratOccupation,
        contracts_to_sign,
        "logement:contrat_sign",
        Permission.CONTRAT_SIGN,
        "Signer",
        among=in_status(Status.TO_SIGN),
    ),
    DutyKind(
        "etat_des_lieux.entry",
        "Dresser et faire signer l’état des lieux d’entrée",
        ContratOccupation,
        entries_to_record,
        "logement:etat_des_lieux_entry",
        Permission.ETAT_DES_LIEUX_RECORD,
        "Dresser",
        among=_without_entry,
    ),
    DutyKind(
        "etat_des_lieux.exit",
        "Dresser et faire signer l’état des lieux de sortie",
        ContratOccupation,
        exits_to_record,
        "logement:etat_des_lieux_exit",
        Permission.ETAT_DES_LIEUX_RECORD,
        "Dresser",
        among=_without_exit,
    ),
    DutyKind(
        "assurance.to_collect",
        "Demander l’attestation d’assurance",
        ContratOccupation,
        insurances_to_collect,
        "logement:assurance_record",
        Permission.ASSURANCE_RECORD,
        "Enregistrer",
        among=_without_insurance,
    ),
    DutyKind(
        "cles.to_record",
        "Enregistrer la remise des clés",
        ContratOccupation,
        keys_to_record,
        "logement:cles_record",
        Permission.CLES_RECORD,
        "Enregistrer",
        among=_near_keys,
    ),
    DutyKind(
        "mutation.cles",
        "Reprendre les clés de la place quittée",
        ContratOccupation,
        left_keys_to_record,
        "logement:mutation_cles",
        Permission.CLES_RECORD,
        "Enregistrer",
        among=_left_near_keys,
    ),
    DutyKind(
        "avenant.to_sign",
        "Faire signer l’avenant",
        Avenant,
        avenants_to_sign,
        "logement:avenant_detail",
        Permission.CONTRAT_SIGN,
        "Signer",
    ),
    DutyKind(
        "preavis.to_deliver",
        "Dire si la lettre de préavis a été remise",
        ContratOccupation,
        notices_to_deliver,
        "logement:contrat_detail",
        Permission.PREAVIS_RECORD,
        among=_waiting_for_delivery,
    ),
    DutyKind(
        "sejour.term",
        "Préparer la suite du séjour avec le résident",
        Sejour,
        terms_ahead,
        "logement:sejour_detail",
        Permission.SEJOUR_VIEW,
        soon_within=SOON_IN_MONTHS,
        among=_near_term,
    ),
    DutyKind(
        "renouvellement.to_decide",
        "Décider de la suite du séjour",
        Sejour,
        renewals_to_decide,
        "logement:renouvellement_decide",
        Permission.RENOUVELLEMENT_DECIDE,
        "Décider",
        soon_within=SOON_IN_MONTHS,
        among=_undecided,
    ),
    DutyKind(
        "depot.to_receive",
        "Encaisser le dépôt de garantie",
        Sejour,
        deposits_to_receive,
        "logement:encaissement_record",
        Permission.ENCAISSEMENT_RECORD,
        "Encaisser",
        among=_without_deposit,
    ),
    DutyKind(
        "apl.to_request",
        "Faire la demande d’APL avec le résident",
        Sejour,
        apl_to_request,
        "logement:apl_record",
        Permission.APL_RECORD,
        "Enregistrer",
        among=_without_apl,
    ),
    DutyKind(
        "sortie.to_finish",
        "Terminer la sortie",
        Sejour,
        exits_to_finish,
        "logement:sortie_detail",
        Permission.CLES_RECORD,
        "Voir",
        among=_unfinished,
    ),
    DutyKind(
        "vacance.to_tell",
        "Signaler les vacances à la préfecture et au SIAO",
        Residence,
        vacancies_to_tell,
        "logement:vacance_tell",
        Permission.PARC_EDIT,
        "Signaler",
    ),
    DutyKind(
        "travaux.to_begin",
        "Commencer les travaux prévus, quand la place est vide",
        TravauxPrevus,
        works_to_begin,
        "logement:travaux_begin",
        Permission.PARC_EDIT,
        "Voir",
    ),
    *PRESENCE_KINDS,
    *REDEVANCE_KINDS,
]
