"""Production starts with all it needs or not at all; what is wrong is one French line, not a traceback."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from residence import embedded

COMPLETE = {
    "RESIDENCE_MODE": "production",
    "SECRET_KEY": "only-here-to-be-long-enough-and-varied-0123456789-abcdefgh",
    "ALLOWED_HOSTS": "residence.example",
    "DATABASE_URL": "postgres://app@localhost:1/residence",
}


def _run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {*COMPLETE, "DEBUG", "DATABASE_OWNER_URL", "DJANGO_SETTINGS_MODULE"}
    }
    return subprocess.run(
        [sys.executable, *command],
        cwd=embedded.PROJECT,
        env=kept | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"DATABASE_URL": ""}, "donnez DATABASE_URL"),
        ({"SECRET_KEY": ""}, "donnez SECRET_KEY"),
        ({"ALLOWED_HOSTS": ""}, "donnez ALLOWED_HOSTS"),
        ({"DEBUG": "true"}, "DEBUG doit rester éteint"),
        ({"RESIDENCE_MODE": "prod"}, "RESIDENCE_MODE vaut « prod »"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL doit s’écrire ainsi"),
    ],
)
def test_production_refuses_in_one_line(changed: dict[str, str], told: str) -> None:
    for command in (["manage.py", "quotidien"], ["-c", "import residence.wsgi"]):
        done = _run(*command, **(COMPLETE | changed))
        assert done.returncode != 0
        assert told in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_production_is_clean_and_does_not_need_its_database_to_say_so() -> None:
    done = _run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **COMPLETE)
    assert done.returncode == 0, done.stderr


def test_unreachable_database_is_told_in_one_line() -> None:
    done = _run("manage.py", "migrate", DATABASE_URL="postgres://app@localhost:1/residence")
    assert done.returncode == 1
    assert "aucun serveur ne répond" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_secret_of_a_demonstration_is_its_owners_alone() -> None:
    place = embedded.LOCAL / "secret_key"
    if not place.exists():
        pytest.skip("SECRET_KEY est donné par l’environnement")
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert len(place.read_text()) >= 50


def test_files_of_people_are_served_by_no_address() -> None:
    assert settings.MEDIA_URL == "/"
    static, media = Path(settings.STATIC_ROOT), Path(settings.MEDIA_ROOT)
    assert not media.is_relative_to(static)
    assert not static.is_relative_to(media)
