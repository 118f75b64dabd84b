"""`manage.py comptes_demo`: the accounts of the demonstration, their password, how to pass the second factor."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from residence.authentication import DEMONSTRATION_SECRET, has_second_factor
from residence.demo import PASSWORD, TEAM
from residence.models import User


class Command(BaseCommand):
    help = "Donne les comptes de la démonstration, leur mot de passe et le moyen de passer le second facteur."

    def handle(self, *args: Any, **options: Any) -> None:
        found = {
            user.username: user for user in User.objects.filter(username__in=[row[0] for row in TEAM], is_active=True)
        }
        rows = [(found[username], function) for username, _, _, function, _ in TEAM if username in found]
        rows = [(user, function) for user, function in rows if user.check_password(PASSWORD)]
        if settings.PRODUCTION or not rows:
            self.stdout.write("Aucun compte de démonstration dans cette base.")
            return
        self.stdout.write(f"Comptes de démonstration, mot de passe de tous : {PASSWORD}")
        protected = []
        for user, function in rows:
            mark = ""
            if has_second_factor(user):
                mark = "  *"
                protected.append(user.username)
            self.stdout.write(f"  {user.username:<15} {user.get_full_name()}, {function}{mark}")
        if protected:
            self.stdout.write(
                "* Un second code est demandé. Pour l’avoir : .venv/bin/python manage.py code_totp COMPTE"
            )
            self.stdout.write(f"  ou, dans une application d’authentification, la clé {DEMONSTRATION_SECRET}")
