"""What `make run` and `make stop` do: `python -m residence.serve run|stop`.

`run` prepares the database, loads the demonstration into an empty one, serves with gunicorn and works off the tasks, in
the foreground until Ctrl-C. `stop` ends what `run` started from this tree, and its embedded PostgreSQL.

Stopping must not start anything: this module does without Django's settings, each step is a command of its own.
"""

import contextlib
import errno
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path

import environ

from residence import embedded
from residence.embedded import EmbeddedError
from residence.management.commands import prepare

PROJECT = embedded.PROJECT
HOST = "127.0.0.1"
RECORD = embedded.LOCAL / "serve.json"
LOCK = embedded.LOCAL / "serve.lock"
GRACE = 20

# The command of a sister app that prints the accounts of the demonstration, and how to pass the second factor.
ACCOUNTS_COMMAND = "comptes_demo"


class ServeError(Exception):
    """Why the site cannot be served, as one French sentence that says what to do."""


def main(arguments: list[str]) -> int:
    """Exit code of `run` or `stop`; an error is one line."""
    try:
        match arguments:
            case ["run"]:
                return run()
            case ["stop"]:
                print(stop())
                return 0
    except (ServeError, EmbeddedError) as error:
        print(error, file=sys.stderr)
        return 1
    print("Usage : python -m residence.serve run|stop", file=sys.stderr)
    return 2


def run() -> int:
    """Prepare, serve and work until a signal or the end of one of the two; the exit code."""
    if (PROJECT / ".env").is_file():
        environ.Env.read_env(PROJECT / ".env")
    if os.environ.get("RESIDENCE_MODE", "demonstration") == "production":
        raise ServeError("« make run » sert la démonstration ; pour la production, voir docs/deploiement.md.")
    port = wanted_port()
    # What is written here is its writer's alone.
    os.umask(0o077)
    embedded.SERVER.make_local()
    with only_one(), stopped_by_signals():
        try:
            end_all(recorded())
            check_free(port)
            record(os.getpid())
            prepare_all()
            return serve(port)
        except Interrupted:
            print("\nArrêt.", flush=True)
            return 0
        finally:
            RECORD.unlink(missing_ok=True)


def stop() -> str:
    """End what `run` started from this tree, then its embedded server; a sentence that says what was ended."""
    ended = []
    if end_all(recorded()):
        ended.append("le site")
    RECORD.unlink(missing_ok=True)
    if embedded.SERVER.stop():
        ended.append("la base embarquée")
    return f"Arrêt : {' et '.join(ended)}." if ended else "Rien ne tournait."


def wanted_port() -> int:
    """The port asked for by PORT, else 8000."""
    given = os.environ.get("PORT") or "8000"
    if not given.isdigit() or not 0 < int(given) < 65536:
        raise ServeError(f"PORT vaut « {given} » : donnez un nombre de 1 à 65535, par exemple PORT=8001 make run.")
    return int(given)


def check_free(port: int) -> None:
    """Refuse a port that another program holds."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EACCES:
                raise ServeError(
                    f"Le port {port} est réservé à root : choisissez-en un autre, PORT=8001 make run."
                ) from None
            raise ServeError(
                f"Le port {port} est déjà pris par un autre programme : essayez « PORT={port + 1} make run »."
            ) from None


def prepare_all() -> None:
    """Bring the database up to date, load the demonstration into an empty one, do the day's work."""
    print("Préparation de la base…", flush=True)
    if manage("prepare").strip().endswith(prepare.EMPTY) and exists("demo"):
        print("Chargement de la démonstration…", flush=True)
        manage("demo")
    if exists("quotidien"):
        manage("quotidien")


def serve(port: int) -> int:
    """Serve on `port` and work off the tasks until one of the two ends."""
    workers = os.environ.get("WEB_CONCURRENCY") or "2"
    gunicorn = ["-m", "gunicorn", "--bind", f"{HOST}:{port}", "--workers", workers, "--preload", "--timeout", "60"]
    gunicorn += ["--graceful-timeout", "10", "--no-control-socket", "--log-level", "warning", "residence.wsgi"]
    children = {
        "web": start("web", [sys.executable, *gunicorn]),
        "worker": start("worker", [sys.executable, "manage.py", "db_worker"]),
    }
    record(os.getpid(), *(child.pid for child in children.values()))
    address = f"http://{HOST}:{port}"
    try:
        wait_for(address, children)
        announce(address)
        while all(child.poll() is None for child in children.values()):
            if not os.environ.get("DATABASE_URL"):
                # Started again if it was killed: the next request finds it.
                embedded.ensure_running()
            time.sleep(0.5)
        raise ServeError(why_ended(children))
    finally:
        end(children.values())


def announce(address: str) -> None:
    """Print the address and the accounts, last."""
    print(f"\nLe site est servi sur {address} (Ctrl-C pour l’arrêter ; journaux dans .local/*.log).")
    if exists(ACCOUNTS_COMMAND):
        print(manage(ACCOUNTS_COMMAND).rstrip())
    sys.stdout.flush()


# Commands and processes


class Interrupted(Exception):
    """A signal asked for the end."""


@contextlib.contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Turn Ctrl-C, `make stop` and a closed terminal into `Interrupted`, once: the ending is not itself interrupted."""

    def interrupt(number: int, frame: object) -> None:
        for other in watched:
            signal.signal(other, signal.SIG_IGN)
        raise Interrupted

    watched = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in watched:
        signal.signal(number, interrupt)
    yield


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Refuse a second `make run` in the same tree."""
    with LOCK.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ServeError("Le site est déjà lancé depuis ce dossier : « make stop » l’arrête.") from None
        yield


def exists(command: str) -> bool:
    """Whether one of the project's apps has that command."""
    return any(PROJECT.glob(f"*/management/commands/{command}.py"))


def manage(*arguments: str) -> str:
    """Output of a command of `manage.py`; its failure is told by its own last line."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or done.stdout.strip().splitlines() or ["aucun message"]
        if "Traceback (most recent call last):" in lines[0]:
            print(done.stderr, file=sys.stderr)
            raise ServeError(f"« manage.py {arguments[0]} » a échoué : {lines[-1]}")
        raise ServeError(lines[-1])
    return done.stdout


def start(name: str, command: list[str]) -> subprocess.Popen[bytes]:
    """A process whose output goes to .local/<name>.log; Ctrl-C does not reach it, `run` ends it."""
    with (embedded.LOCAL / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            command, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )


def wait_for(address: str, children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Return when `address` answers."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if any(child.poll() is not None for child in children.values()):
            raise ServeError(why_ended(children))
        try:
            with urllib.request.urlopen(f"{address}/compte/connexion/", timeout=10):  # noqa: S310 (our own address)
                return
        except urllib.error.HTTPError as error:
            if error.code < 500:
                return
            raise ServeError(f"La page d’accueil répond {error.code} : voir .local/web.log.") from None
        except OSError:
            time.sleep(0.1)
    raise ServeError("Le site ne répond pas après une minute : voir .local/web.log.")


def why_ended(children: dict[str, subprocess.Popen[bytes]]) -> str:
    """What the first process that ended said last."""
    name = next(name for name, child in children.items() if child.poll() is not None)
    log = embedded.LOCAL / f"{name}.log"
    lines = log.read_text(errors="replace").strip().splitlines() or ["aucun message"]
    return f"Le processus « {name} » s’est arrêté : {lines[-1]} (voir {log})"


def end(children: Iterable[subprocess.Popen[bytes]]) -> None:
    """Ask each process to end, then insist."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(GRACE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def identity(pid: int) -> list[int]:
    """A process and its time of start (in the kernel's ticks): a number alone may since be another program's."""
    return [pid, int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])]


def record(*processes: int) -> None:
    """Write down what `stop` shall end."""
    RECORD.write_text(json.dumps([identity(pid) for pid in processes]))


def recorded() -> list[int]:
    """The processes that `run` recorded and that still live, itself first."""
    try:
        found = json.loads(RECORD.read_text())
    except (OSError, ValueError):
        return []
    return [pid for pid, started in found if lives(pid, started)]


def lives(pid: int, started: int) -> bool:
    """Whether the process recorded with that time of start still runs."""
    try:
        return embedded.runs(pid) and identity(pid) == [pid, started]
    except OSError:
        return False


def end_all(processes: list[int]) -> bool:
    """End these processes; False when there is none. The first one ends the others by itself."""
    if not processes:
        return False
    ours = [(pid, identity(pid)[1]) for pid in processes]
    for sign, seconds in ((signal.SIGTERM, GRACE), (signal.SIGKILL, 5)):
        for pid, started in ours:
            if lives(pid, started):
                os.kill(pid, sign)
        until = time.monotonic() + seconds
        while any(lives(pid, started) for pid, started in ours):
            if time.monotonic() > until:
                break
            time.sleep(0.05)
        else:
            return True
    raise ServeError(f"Les processus {', '.join(str(pid) for pid, _ in ours)} ne s’arrêtent pas.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
