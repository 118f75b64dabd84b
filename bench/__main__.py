"""`make bench`: one JSON line per figure, {"name", "value", "unit", "size"}.

`python -m bench campagne planning` takes only these measures, `python -m bench campagne 222` only at this size.

Each size has a database of its own, made beside the others of the server and dropped in the end. It is loaded with
`manage.py demo --places N`, and measured in a process of its own.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlencode

import environ
from django.conf import settings
from django.db import connection

from residence import embedded

SIZES = {222: 24, 2_000: 2, 20_000: 2}  # places: months of history
MEASURES = ("pages", "attribution", "planning", "campagne", "paiements", "papiers", "quittances", "notes")
# What a measure is for: papers and receipts are those of a résidence, the search among notes makes its own rows;
# whether a campaign grows in a line, and the planning of a large body over two years.
ONLY = {
    222: MEASURES,
    2_000: ("planning", "campagne"),
    20_000: ("pages", "attribution", "planning", "campagne", "paiements"),
}


def main(asked: list[str]) -> int:
    wanted = [one for one in asked if one in MEASURES]
    sizes = [int(one) for one in asked if one.isdecimal() and int(one) in SIZES]
    if unknown := [one for one in asked if one not in wanted and one not in map(str, sizes)]:
        known = f"mesures : {', '.join(MEASURES)} ; tailles : {', '.join(map(str, SIZES))}"
        print(f"Inconnu : {', '.join(unknown)} ({known}).")
        return 2
    for places, months in SIZES.items():
        measures = [one for one in ONLY[places] if not wanted or one in wanted]
        if not measures or (sizes and places not in sizes):
            continue
        with database(f"bench_{places}") as environment:
            for command in (
                ["manage.py", "collectstatic", "--noinput", "--verbosity", "0"],
                ["manage.py", "migrate", "--verbosity", "0"],
                ["manage.py", "createcachetable"],
                ["manage.py", "demo", "--places", str(places), "--mois", str(months)],
                *(["-m", f"bench.{measure}", str(places)] for measure in measures),
            ):
                quiet = command[0] == "manage.py"
                done = subprocess.run(
                    [sys.executable, *command],
                    check=False,
                    env=os.environ | environment,
                    stdout=subprocess.DEVNULL if quiet else None,
                )
                if done.returncode:
                    return done.returncode
    return 0


@contextmanager
def database(name: str) -> Iterator[dict[str, str]]:
    """A new empty database on the server that settings name; what the environment says so that a command uses it."""
    login = owner()
    connection.settings_dict.update(login, OPTIONS={})
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
    try:
        yield {
            "DATABASE_URL": url(login, name),
            "DATABASE_OWNER_URL": url(login, name),
            "RESIDENCE_MODE": "demonstration",
        }
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def owner() -> dict[str, str]:
    """The login that may make databases."""
    if settings.DATABASE_EMBEDDED:
        return embedded.ensure_running().url(embedded.OWNER)
    login = environ.Env().db("DATABASE_OWNER_URL" if "DATABASE_OWNER_URL" in os.environ else "DATABASE_URL")
    options = login.pop("OPTIONS", {})
    return login | {"HOST": login["HOST"] or options.get("host", ""), "PORT": login["PORT"] or options.get("port", "")}


def url(login: dict[str, str], name: str) -> str:
    """The same server's address of another database; a folder of sockets goes as a parameter."""
    password = f":{quote(login['PASSWORD'], safe='')}" if login.get("PASSWORD") else ""
    where = urlencode({"host": login["HOST"], "port": login["PORT"] or 5432} if login["HOST"] else {})
    return f"postgres://{login['USER']}{password}@/{name}?{where}"


sys.exit(main(sys.argv[1:]))
