"""Open and close accounts, give and end roles; management is told of every right given."""

import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from residence.actions.journal import record, record_technique
from residence.actions.notices import tell_direction, when, where, write
from residence.actions.statuses import locked
from residence.models import (
    Delegation,
    Echeance,
    Referent,
    RendezVous,
    Residence,
    RoleAttribution,
    User,
)
from residence.models.base import today
from residence.permissions import ROLES_READING_FILES, Permission, Role

# Accounts


@transaction.atomic
def open_utilisateur(
    *, by: User | None, username: str, email: str, first_name: str, last_name: str, **fields: Any
) -> User:
    """A new account, without a role and without a password: its holder chooses one by the link sent to them."""
    user = User(
        username=User.normalize_username(username.strip()),
        email=email.strip().lower(),
        first_name=first_name,
        last_name=last_name,
        **fields,
    )
    user.set_unusable_password()
    user.full_clean()
    user.save()
    record_technique("utilisateur.open", by=by, user=user)
    return user


@transaction.atomic
def edit_utilisateur(*, by: User, user: User, **fields: Any) -> User:
    """Change who an account is; a new address is told to the old one and to management: it opens the password reset."""
    user = locked(user)
    before = {name: getattr(user, name) for name in fields}
    for name, value in fields.items():
        setattr(user, name, value.strip().lower() if name == "email" else value)
    changed = sorted(name for name, value in before.items() if getattr(user, name) != value)
    if not changed:
        return user
    user.full_clean()
    user.save(update_fields=changed)
    record_technique("utilisateur.edit", by=by, user=user, fields=changed)
    if "email" in changed:
        write(
            [before["email"], user.email],
            "Adresse de votre compte changée",
            f"L’adresse électronique de votre compte « {user.username} » est maintenant {user.email}. "
            "Si vous n’en savez rien, prévenez aussitôt votre direction.",
        )
        tell_direction(
            "Adresse d’un compte changée",
            f"{by} a changé l’adresse électronique du compte de {user}. "
            "C’est à cette adresse que part le message qui permet de choisir un mot de passe.",
            user=user,
        )
    return user


@transaction.atomic
def invite_utilisateur(*, by: User | None, user: User, link: str) -> None:
    """Send the holder of an account the link where a password is chosen."""
    if not user.is_active:
        raise ValidationError("Ce compte est fermé : rouvrez-le d’abord.")
    days = settings.PASSWORD_RESET_TIMEOUT // (24 * 3600)
    write(
        [user.email],
        "Votre compte",
        f"Bonjour {user.first_name},\n\nUn compte vous attend. Votre identifiant : {user.username}\n\n"
        f"Choisissez votre mot de passe à cette adresse, valable {days} jours et une seule fois :\n\n{link}",
    )
    record_technique("utilisateur.invite", by=by, user=user)


@transaction.atomic
def close_utilisateur(*, by: User, user: User, successor: User | None = None) -> int:
    """Close an account now: its sessions, roles and delegations end; its files go to `successor`.

    How many households stay without a reader among the successor's: confidential ones, that a person named hands over.
    """
    user = locked(user)
    if user == by:
        raise ValidationError("On ne ferme pas son propre compte : un autre administrateur technique le fait.")
    if not user.is_active:
        raise ValidationError("Ce compte est déjà fermé.")
    _keep_a_technique(without=user)
    left = hand_over(by=by, user=user, successor=successor) if successor else 0
    now = timezone.now()
    RoleAttribution.objects.filter(Q(end_on__isnull=True) | Q(end_on__gte=today()), user=user, ended_at=None).update(
        ended_by=by, ended_at=now
    )
    Delegation.objects.filter(Q(from_user=user) | Q(to_user=user), end_on__gte=today(), ended_at=None).update(
        ended_by=by, ended_at=now
    )
    user.close()
    user.save(update_fields=["is_active", "closed_at", "password"])
    record_technique("utilisateur.close", by=by, user=user, successor=successor.pk if successor else None)
    return left


@transaction.atomic
def reopen_utilisateur(*, by: User, user: User) -> None:
    """Reopen an account, without a role and without a password."""
    user = locked(user)
    if user.is_active:
        raise ValidationError("Ce compte est déjà ouvert.")
    user.is_active, user.closed_at = True, None
    user.full_clean()
    user.save(update_fields=["is_active", "closed_at"])
    record_technique("utilisateur.reopen", by=by, user=user)


@transaction.atomic
def reset_second_factor(*, by: User | None, user: User) -> None:
    """Forget the second factor of who has lost telephone and recovery codes; told to them and to management."""
    if user == by:
        raise ValidationError("On ne retire pas son propre second facteur : un autre administrateur technique le fait.")
    gone, _ = Authenticator.objects.filter(user=user).delete()
    if not gone:
        raise ValidationError("Ce compte n’a pas de second facteur.")
    record_technique("second_facteur.reset", by=by, user=user)
    write(
        [user.email],
        "Votre second facteur a été retiré",
        f"Le second facteur de votre compte « {user.username} » a été retiré à la suite d’une demande. "
        "Si vous n’avez rien demandé, prévenez aussitôt votre direction.",
    )
    tell_direction("Second facteur retiré", f"{by or 'Le serveur'} a retiré le second facteur de {user}.", user=user)


@transaction.atomic
def hand_over(*, by: User, user: User, successor: User) -> int:
    """Give the households, duties and appointments to come of `user` to `successor`; how many could not be given.

    A confidential household is handed over by who was named on it, not here.
    """
    if successor == user or not successor.is_active:
        raise ValidationError("Choisissez un collègue dont le compte est ouvert.")
    day, given = today(), 0
    mine = Referent.objects.filter(user=user, end_on__isnull=True).select_related("menage")
    for referent in mine.select_for_update(of=("self",)):
        if referent.menage.is_confidential:
            continue
        if not successor.holds(Permission.MENAGE_VIEW, referent.residence_id):
            raise ValidationError(
                f"{successor} n’a pas de rôle dans une résidence où {user} suit des ménages : "
                "donnez-le d’abord, ou choisissez quelqu’un d’autre."
            )
        referent.end_on = max(day, referent.start_on)
        referent.save(update_fields=["end_on"])
        Referent.objects.create(
            menage=referent.menage,
            residence_id=referent.residence_id,
            kind=referent.kind,
            user=successor,
            start_on=day,
        )
        record("referent.hand_over", by=by, target=referent, menage=referent.menage, residence=referent.residence)
        given += 1
    confidential = mine.filter(menage__is_confidential=True).values_list("menage", flat=True)
    already = Echeance.objects.open().filter(user=successor).values_list("kind", "target_type", "target_id")
    taken = set(already)
    for duty in Echeance.objects.open().filter(user=user).exclude(menage__in=confidential):
        if (duty.kind, duty.target_type_id, duty.target_id) in taken:
            duty.settled_at = timezone.now()
        else:
            duty.user = successor
        duty.save(update_fields=["user", "settled_at"])
    RendezVous.objects.filter(
        user=user, status=RendezVous.Status.PLANNED, start_at__gte=timezone.now(), menage__is_confidential=False
    ).update(user=successor)
    record_technique("utilisateur.hand_over", by=by, user=user, successor=successor.pk, households=given)
    return len(confidential)


# Roles


@transaction.atomic
def grant_role(
    *,
    by: User | None,
    user: User,
    role: Role,
    residence: Residence | None,
    start_on: datetime.date,
    end_on: datetime.date | None = None,
) -> RoleAttribution:
    """Give a role, for a résidence (none for `technique`), from day to day; management is told."""
    user = locked(user)
    if not user.is_active:
        raise ValidationError("Ce compte est fermé : rouvrez-le d’abord.")
    if user == by and role in ROLES_READING_FILES:
        raise ValidationError("On ne se donne pas à soi-même un rôle qui ouvre des dossiers.")
    if end_on is not None and end_on < today():
        raise ValidationError({"end_on": "Cette date est passée."})
    same = RoleAttribution.objects.filter(user=user, role=role, residence=residence, ended_at=None)
    if same.filter(*overlap(start_on, end_on)).exists():
        raise ValidationError("Cette personne a déjà ce rôle ici à ces dates.")
    attribution = RoleAttribution(
        user=user, role=role, residence=residence, start_on=start_on, end_on=end_on, granted_by=by
    )
    attribution.full_clean()
    attribution.save()
    record_technique("role.grant", by=by, user=user, residence=residence, role=role, start_on=start_on, end_on=end_on)
    tell_direction(
        "Rôle donné",
        f"{by or 'Le serveur'} a donné à {user} le rôle « {attribution.get_role_display()} », "
        f"{where(residence)}, {when(start_on, end_on)}.",
        user=user,
        residence=residence,
    )
    return attribution


@transaction.atomic
def end_role(*, by: User, attribution: RoleAttribution, last_day: datetime.date | None = None) -> None:
    """End a role at once, or set its last day; what its holder has lent of it ends with it."""
    attribution = locked(attribution)
    if attribution.ended_at is not None or (attribution.end_on is not None and attribution.end_on < today()):
        raise ValidationError("Ce rôle a déjà pris fin.")
    if attribution.role == Role.TECHNIQUE:
        _keep_a_technique(without=attribution.user)
    if last_day is None:
        attribution.ended_by, attribution.ended_at = by, timezone.now()
    elif last_day < max(today(), attribution.start_on):
        raise ValidationError(
            {"last_day": "Le dernier jour ne peut précéder ni aujourd’hui ni le premier jour du rôle."}
        )
    else:
        attribution.end_on = last_day
    attribution.full_clean()
    attribution.save(update_fields=["end_on", "ended_by", "ended_at"])
    record_technique(
        "role.end",
        by=by,
        user=attribution.user,
        residence=attribution.residence,
        role=attribution.role,
        last_day=last_day,
    )


def overlap(start_on: datetime.date, end_on: datetime.date | None) -> list[Q]:
    """Conditions of the rows that hold on a day of this period, both ends included."""
    open_or_after = Q(end_on__isnull=True) | Q(end_on__gte=start_on)
    return [open_or_after, Q(start_on__lte=end_on)] if end_on is not None else [open_or_after]


def _keep_a_technique(*, without: User) -> None:
    """Refuse to leave the software without an administrator."""
    held = RoleAttribution.objects.in_force().filter(role=Role.TECHNIQUE, user__is_active=True)
    if held.filter(user=without).exists() and not held.exclude(user=without).exists():
        raise ValidationError("C’est le dernier administrateur technique : donnez d’abord ce rôle à quelqu’un d’autre.")
