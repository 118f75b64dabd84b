"""`manage.py premier_compte`: the first account of an installation, which opens all the others."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from residence.actions.staff import grant_role, open_utilisateur
from residence.authentication import set_password_path
from residence.models import RoleAttribution
from residence.models.base import today
from residence.permissions import Role


class Command(BaseCommand):
    help = "Ouvre le premier compte d’administrateur technique, et donne l’adresse où choisir son mot de passe."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("identifiant")
        parser.add_argument("courriel")
        parser.add_argument("prenom", metavar="prénom")
        parser.add_argument("nom")

    @transaction.atomic
    def handle(self, *args: Any, identifiant: str, courriel: str, prenom: str, nom: str, **options: Any) -> None:
        if RoleAttribution.objects.in_force().filter(role=Role.TECHNIQUE, user__is_active=True).exists():
            raise CommandError("Un administrateur technique a déjà son compte : c’est à lui d’ouvrir les autres.")
        try:
            user = open_utilisateur(by=None, username=identifiant, email=courriel, first_name=prenom, last_name=nom)
            grant_role(by=None, user=user, role=Role.TECHNIQUE, residence=None, start_on=today())
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        site = f"https://{settings.ALLOWED_HOSTS[0]}" if settings.PRODUCTION else ""
        days = settings.PASSWORD_RESET_TIMEOUT // (24 * 3600)
        self.stdout.write(f"Compte « {user.username} » ouvert, avec le rôle d’administrateur technique.")
        self.stdout.write(f"Son mot de passe se choisit ici, une seule fois, avant {days} jours :")
        self.stdout.write(f"{site}{set_password_path(user)}")
