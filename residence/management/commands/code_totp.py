"""`manage.py code_totp COMPTE`: the code of the second factor of a demonstration account, now."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from residence.authentication import totp_code
from residence.models import User


class Command(BaseCommand):
    help = "Donne le code du second facteur d’un compte de démonstration (refusé en production)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("compte", help="identifiant du compte")
        parser.add_argument("--suivant", action="store_true", help="donne le code d’après, qui est déjà accepté")

    def handle(self, *args: Any, compte: str, suivant: bool, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("En production, le code n’est que dans le téléphone de la personne.")
        user = User.objects.filter(username__iexact=compte).first()
        if user is None:
            raise CommandError(f"Aucun compte ne s’appelle « {compte} ».")
        code = totp_code(user, ahead=int(suivant))
        if code is None:
            raise CommandError(f"Le compte « {compte} » n’a pas de second facteur.")
        self.stdout.write(code)
