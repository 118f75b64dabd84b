"""Finds the system packages that the project needs; installs what is missing as root, else prints the line to type.

Run by the Makefile before there is a virtual environment: standard library only, any Python 3.
"""

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys


def has_library(name):
    """Whether the dynamic linker finds that library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


# Debian's package, and what shows that it is there.
NEEDED = [
    ("python3-venv", lambda: importlib.util.find_spec("ensurepip") is not None),
    # WeasyPrint lays out its PDFs with Pango, and cuts fonts down with HarfBuzz.
    ("libpango-1.0-0", lambda: has_library("libpango-1.0.so.0")),
    ("libpangoft2-1.0-0", lambda: has_library("libpangoft2-1.0.so.0")),
    ("libharfbuzz-subset0", lambda: has_library("libharfbuzz-subset.so.0")),
    # The letters of PDFs that their own type has not, those of a name in Arabic for one.
    ("fonts-dejavu-core", lambda: os.path.exists("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")),
]
# Chromium without its windows: the tests in a browser take a third of the time.
BROWSER = [("chromium-headless-shell", lambda: shutil.which("chromium-headless-shell") is not None)]


def main(arguments):
    """Exit code: 0 when everything is there, or has been installed."""
    if sys.version_info < (3, 11):  # noqa: UP036 (what is asked here)
        print(
            "Il faut Python 3.11 ou plus récent ; indiquez-le ainsi : make PYTHON=/chemin/de/python3.11 run",
            file=sys.stderr,
        )
        return 1
    needed = NEEDED + (BROWSER if "--browser" in arguments else [])
    missing = [package for package, is_there in needed if not is_there()]
    if not missing:
        return 0
    install = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(f"Il manque des paquets du système ; tapez : sudo {' '.join(install)}", file=sys.stderr)
        return 1
    print(f"Installation de {', '.join(missing)}…", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update"], install):
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode != 0:
        lines = done.stdout.decode(errors="replace").strip().splitlines() or ["aucun message"]
        print(f"« {' '.join(install)} » a échoué : {lines[-1]}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
