"""Long absences, guests, entries of the staff in a private room."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from logement.models import Absence, ContratOccupation, EntreeLogement, Sejour, TiersHeberge
from logement.queries.courriers import letter_data
from logement.queries.presence import hostings_of
from logement.rules.tiers import Hosting, Limit, excesses, too_many_on
from residence.actions.documents import issue_document
from residence.actions.journal import record
from residence.actions.statuses import locked
from residence.duties import refresh_duties
from residence.models import DocumentEmis, DocumentKind, Personne, User
from residence.models.base import today

Kind = EntreeLogement.Kind


# Absences


@transaction.atomic
def declare_absence(
    *,
    by: User,
    sejour: Sejour,
    start_on: datetime.date,
    reason: str,
    personne: Personne | None = None,
    expected_back_on: datetime.date | None = None,
) -> Absence:
    """Keep a long absence, declared or noticed. The reason says what it changes, never an illness."""
    sejour = _locked(sejour)
    _check_open(sejour)
    if start_on < sejour.start_on:
        raise ValidationError({"start_on": f"Le séjour commence le {sejour.start_on:%d/%m/%Y}."})
    if sejour.menage.members_on(start_on).count() <= 1:
        personne = None  # alone, they are the household
    earlier = sejour.absences.live().filter(personne=personne)
    same = earlier.filter(start_on=start_on, back_on=None).first()
    if same is not None:
        return same
    if earlier.filter(back_on__gt=start_on).exists():
        raise ValidationError({"start_on": "Une absence notée couvre déjà ce jour."})
    absence = Absence(
        sejour=sejour,
        personne=personne,
        reason=reason,
        start_on=start_on,
        expected_back_on=expected_back_on,
        recorded_by=by,
    )
    absence.full_clean()
    absence.save()
    refresh_duties(absence)
    refresh_duties(sejour)
    _record("absence.declare", by, sejour, start_on=start_on, expected_back_on=expected_back_on)
    return absence


@transaction.atomic
def end_absence(
    *,
    by: User,
    absence: Absence,
    back_on: datetime.date | None = None,
    expected_back_on: datetime.date | None = None,
    reason: str = "",
) -> Absence:
    """The person is back; or, without a day of return, what is known changes: another expected day, a proof seen."""
    absence = locked(absence)
    if absence.back_on is not None or absence.cancelled_at is not None:
        raise ValidationError("Quelqu’un est passé avant vous : cette absence est déjà terminée.")
    if back_on is not None and back_on > today():
        raise ValidationError({"back_on": "Un retour se note une fois la personne là."})
    absence.back_on = back_on
    absence.expected_back_on = expected_back_on or absence.expected_back_on
    absence.reason = reason or absence.reason
    absence.full_clean()
    absence.save(update_fields=["back_on", "expected_back_on", "reason"])
    refresh_duties(absence)
    refresh_duties(absence.sejour)
    _record("absence.end", by, absence.sejour, back_on=back_on, expected_back_on=absence.expected_back_on)
    return absence


@transaction.atomic
def cancel_absence(*, by: User, absence: Absence) -> Absence:
    """Take back an absence entered by mistake."""
    absence = locked(absence)
    if absence.cancelled_at is None:
        absence.cancelled_by, absence.cancelled_at = by, timezone.now()
        absence.save(update_fields=["cancelled_by", "cancelled_at"])
        refresh_duties(absence)
        refresh_duties(absence.sejour)
        _record("absence.cancel", by, absence.sejour)
    return absence


# Guests


@transaction.atomic
def declare_tiers(
    *,
    by: User,
    sejour: Sejour,
    last_name: str,
    first_names: str,
    start_on: datetime.date,
    end_on: datetime.date,
    born_on: datetime.date | None = None,
) -> TiersHeberge:
    """Keep who a resident hosts, from when to when; refused past three months a guest or six months a year."""
    sejour = _locked(sejour)
    _check_open(sejour)
    tiers = TiersHeberge(
        sejour=sejour,
        last_name=last_name.strip(),
        first_names=first_names.strip(),
        born_on=born_on,
        start_on=start_on,
        end_on=end_on,
        recorded_by=by,
    )
    if start_on < sejour.start_on:
        raise ValidationError({"start_on": f"Le séjour commence le {sejour.start_on:%d/%m/%Y}."})
    tiers.full_clean()
    same = [
        one
        for one in sejour.tiers_heberges.live()
        if one.guest == tiers.guest and one.start_on <= end_on and start_on <= one.last_night
    ]
    for one in same:
        if (one.start_on, one.end_on) == (start_on, end_on):
            return one
        raise ValidationError(
            {"start_on": f"Cette personne est déjà déclarée du {one.start_on:%d/%m/%Y} au {one.last_night:%d/%m/%Y}."}
        )
    found = excesses(hostings_of(sejour), planned=Hosting(tiers.guest, start_on, end_on))
    if found:
        raise ValidationError(
            {"end_on": [_excess_sentence(one.limit, one.days_allowed, one.first_day) for one in found]}
        )
    most = sejour.residence.guests_at_once
    if most is not None:
        full_on = too_many_on(hostings_of(sejour), planned=Hosting(tiers.guest, start_on, end_on), most=most)
        if full_on is not None:
            guests = f"{most} personne{'s' if most > 1 else ''}"
            raise ValidationError(
                {
                    "start_on": f"Le règlement intérieur permet d’héberger {guests} à la fois : ce serait dépassé le "
                    f"{full_on:%d/%m/%Y} (CCH, art. R.633-9)."
                }
            )
    tiers.save()
    refresh_duties(tiers)
    _record("tiers.declare", by, sejour, start_on=start_on, end_on=end_on)
    return tiers


@transaction.atomic
def end_tiers(*, by: User, tiers: TiersHeberge, left_on: datetime.date) -> TiersHeberge:
    """The last night of a guest."""
    tiers = locked(tiers)
    if tiers.left_on is not None or tiers.cancelled_at is not None:
        raise ValidationError("Quelqu’un est passé avant vous : le départ est déjà noté.")
    if left_on > today():
        raise ValidationError({"left_on": "Un départ se note une fois la personne partie."})
    tiers.left_on = left_on
    tiers.full_clean()
    tiers.save(update_fields=["left_on"])
    refresh_duties(tiers)
    _record("tiers.end", by, tiers.sejour, left_on=left_on)
    return tiers


@transaction.atomic
def cancel_tiers(*, by: User, tiers: TiersHeberge) -> TiersHeberge:
    """Take back a guest who never came, or was entered by mistake."""
    tiers = locked(tiers)
    if tiers.cancelled_at is None:
        tiers.cancelled_by, tiers.cancelled_at = by, timezone.now()
        tiers.save(update_fields=["cancelled_by", "cancelled_at"])
        refresh_duties(tiers)
        _record("tiers.cancel", by, tiers.sejour)
    return tiers


def _excess_sentence(limit: Limit, allowed: int, first_day: datetime.date) -> str:
    what = (
        f"la même personne est hébergée {allowed} jours au plus (trois mois)"
        if limit is Limit.SAME_GUEST
        else f"un résident héberge {allowed} jours au plus en tout (six mois par an)"
    )
    return f"Sur douze mois, {what} : la limite serait passée le {first_day:%d/%m/%Y} (CCH, art. R.633-9)."


# Entries


@transaction.atomic
def record_entree(
    *,
    by: User,
    sejour: Sejour,
    kind: str,
    entered_at: datetime.datetime,
    purpose: str,
    staff_names: str,
    asked_on: datetime.date | None = None,
    resident_was_there: bool = False,
) -> EntreeLogement:
    """Keep an entry in a private room: on request, or in an emergency, to be told in writing afterwards."""
    sejour = _locked(sejour)
    if entered_at > timezone.now():
        raise ValidationError({"entered_at": "Une entrée se note une fois faite."})
    day = timezone.localdate(entered_at)
    if day < sejour.start_on:
        raise ValidationError({"entered_at": f"Le séjour commence le {sejour.start_on:%d/%m/%Y}."})
    if kind == Kind.REQUEST and asked_on is None:
        raise ValidationError({"asked_on": "Hors urgence, l’entrée se demande avant : donnez le jour de la demande."})
    if kind == Kind.REQUEST and asked_on is not None and asked_on > day:
        raise ValidationError({"asked_on": "La demande précède l’entrée."})
    known = sejour.entrees_logement.filter(entered_at=entered_at, kind=kind).first()
    if known is not None:
        return known
    entree = EntreeLogement(
        sejour=sejour,
        kind=kind,
        entered_at=entered_at,
        asked_on=asked_on if kind == Kind.REQUEST else None,
        purpose=purpose.strip(),
        staff_names=staff_names.strip(),
        resident_was_there=resident_was_there,
        recorded_by=by,
    )
    entree.full_clean()
    entree.save()
    refresh_duties(entree)
    _record("entree.record", by, sejour, nature=kind)
    return entree


@transaction.atomic
def issue_entree_letter(*, by: User, entree: EntreeLogement) -> DocumentEmis:
    """The letter that tells the resident of an entry; issued once."""
    entree = locked(entree)
    if entree.document is not None:
        return entree.document
    sejour = _locked(entree.sejour)
    contrat = _contrat_of(sejour)
    entree.document = issue_document(
        kind=DocumentKind.LETTRE_SEJOUR,
        residence=sejour.residence,
        menage=sejour.menage,
        template="pdf/letter.html",
        data=letter_data(
            contrat,
            by=by,
            title="Information après une entrée dans votre logement",
            subject="Entrée dans votre logement",
            paragraphs=_entree_paragraphs(entree, contrat),
        ),
        by=by,
        target=entree,
    )
    entree.save(update_fields=["document"])
    _record("entree.issue", by, sejour)
    return entree.document


@transaction.atomic
def inform_of_entree(*, by: User, entree: EntreeLogement, informed_on: datetime.date) -> EntreeLogement:
    """The letter about an entry was given to the resident."""
    entree = locked(entree)
    if entree.document is None:
        raise ValidationError("Éditez d’abord la lettre.")
    if not timezone.localdate(entree.entered_at) <= informed_on <= today():
        raise ValidationError({"informed_on": "La lettre se remet entre l’entrée et aujourd’hui."})
    if entree.informed_on is None:
        entree.informed_on = informed_on
        entree.full_clean()
        entree.save(update_fields=["informed_on"])
        refresh_duties(entree)
        _record("entree.inform", by, entree.sejour, informed_on=informed_on)
    return entree


# Parts


def _entree_paragraphs(entree: EntreeLogement, contrat: ContratOccupation) -> list[str]:
    moment = timezone.localtime(entree.entered_at)
    there = "en votre présence" if entree.resident_was_there else "en votre absence"
    asked = f"après vous l’avoir demandé le {entree.asked_on:%d/%m/%Y}" if entree.asked_on else "sans attendre"
    said = [
        f"Le {moment:%d/%m/%Y} à {moment:%H h %M}, nous sommes entrés place {contrat.place}, {asked} et {there}.",
        f"Motif : {entree.purpose}.",
        f"Personnes entrées : {entree.staff_names}.",
    ]
    if entree.kind == Kind.EMERGENCY:
        law = (
            "L’article L.633-2 du code de la construction et de l’habitation permet d’entrer sans délai pour la "
            "sécurité des personnes ou de l’immeuble, et nous oblige à vous en informer par écrit."
        )
        said.append(law)
    return [*said, "Venez nous voir si quelque chose vous manque ou vous inquiète."]


def _locked(sejour: Sejour) -> Sejour:
    row: Sejour = Sejour.objects.select_for_update(of=("self",)).select_related("menage", "residence").get(pk=sejour.pk)
    return row


def _check_open(sejour: Sejour) -> None:
    if sejour.ended_on is not None or sejour.cancelled_at is not None:
        raise ValidationError("Ce séjour est terminé.")


def _contrat_of(sejour: Sejour) -> ContratOccupation:
    row: ContratOccupation | None = (
        sejour.contrats.filter(signed_on__isnull=False)
        .live()
        .select_related("sejour__menage", "sejour__residence", "place", "document__residence")
        .order_by("-start_on")
        .first()
    )
    if row is None:
        raise ValidationError("Ce séjour n’a pas de contrat signé.")
    return row


def _record(code: str, by: User, sejour: Sejour, **details: object) -> None:
    record(code, by=by, target=sejour, residence=sejour.residence, menage=sejour.menage, **details)
