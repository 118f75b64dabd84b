"""Which role of which database a command logs in with, and what a failed connection means."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from django.db.utils import OperationalError

# Commands that change the schema, or that must see what the application's role may not.
OWNER_COMMANDS = {
    "createcachetable",
    "demo",
    "flush",
    "inspectdb",
    "makemigrations",
    "migrate",
    "prepare",
    "showmigrations",
    "sqlflush",
    "sqlmigrate",
    "squashmigrations",
    "test",
}


def runs_as_owner(argv: Sequence[str] = sys.argv, *, testing: bool = False) -> bool:
    """Whether the command line `argv` logs in as the owner of the tables; tests do, they make their own database."""
    return testing or (len(argv) > 1 and Path(argv[0]).name != "gunicorn" and argv[1] in OWNER_COMMANDS)


def explain(error: OperationalError) -> str | None:
    """The French sentence that says what to do about a connection that failed; None when the error is another one."""
    cause = error.__cause__
    code = getattr(cause, "pgcode", None)
    if code == "53100":
        return "Le disque du serveur PostgreSQL est plein : faites-y de la place, puis recommencez."
    if cause is None or code is not None:
        return None
    said = " ".join(str(cause).split())
    if (
        "password authentication failed" in said
        or "Peer authentication failed" in said
        or "no password supplied" in said
    ):
        reason = "le serveur refuse ce compte ou ce mot de passe"
    elif 'parameter "role"' in said or ('role "' in said and "does not exist" in said):
        reason = "ce rôle n’existe pas encore : lancez d’abord « manage.py migrate » (avec DATABASE_OWNER_URL)"
    elif 'database "' in said and "does not exist" in said:
        reason = "cette base n’existe pas : créez-la (createdb), ou corrigez son nom"
    elif "could not translate host name" in said:
        reason = "ce nom de serveur est inconnu"
    elif "Connection refused" in said or "No such file or directory" in said or "timeout expired" in said:
        reason = "aucun serveur ne répond à cette adresse"
    elif "too many clients" in said or "remaining connection slots" in said:
        reason = "le serveur n’accepte plus de connexion : trop de connexions ouvertes"
    elif "permission denied for database" in said or "no pg_hba.conf entry" in said:
        reason = "le serveur n’ouvre pas cette base à ce compte"
    else:
        reason = said
    return (
        f"Connexion à PostgreSQL impossible : {reason}. "
        "Vérifiez DATABASE_URL et DATABASE_OWNER_URL (docs/deploiement.md)."
    )


def login(name: str, url: str) -> dict[str, Any]:
    """Django's connection settings for `url`, the value of the variable `name`."""
    if url.startswith(("postgres://", "postgresql://")):
        try:
            return dict(environ.Env.db_url_config(url))
        except (ImproperlyConfigured, ValueError, KeyError):
            pass
    raise ImproperlyConfigured(f"{name} doit s’écrire ainsi : postgres://compte:mot_de_passe@serveur:5432/base")


def connection(
    app: dict[str, Any], owner: dict[str, Any] | None, *, app_role: str, as_owner: bool, options: str = ""
) -> dict[str, Any]:
    """Django's connection settings for this command.

    With `owner`, each kind of command has its own login. Without, one login serves both, and the commands that do not
    change the schema give up its rights for those of `app_role`.
    """
    chosen = dict(owner if as_owner and owner is not None else app)
    server_options = [options] if options else []
    if owner is None and not as_owner:
        server_options.append(f"-c role={app_role}")
    chosen["OPTIONS"] = dict(chosen.get("OPTIONS", {}))
    if server_options:
        given = chosen["OPTIONS"].get("options")
        chosen["OPTIONS"]["options"] = " ".join([*([given] if given else []), *server_options])
    return chosen
