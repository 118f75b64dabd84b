"""The embedded PostgreSQL: made once, found again, started once, kept to its owner, its data never lost."""

import contextlib
import errno
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from residence import embedded
from residence.embedded import EmbeddedError, EmbeddedServer

AS_ROOT = os.geteuid() == 0


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedServer:
    """A cluster just made and stopped, that `server` copies: making one takes a second."""
    made = EmbeddedServer(tmp_path_factory.mktemp("model") / ".local")
    made.ensure_running()
    made.stop()
    return made


@pytest.fixture
def server(model: EmbeddedServer, tmp_path: Path) -> Iterator[EmbeddedServer]:
    """A stopped server of its own, stopped again afterwards."""
    yield from _copy(model, tmp_path / ".local")


def _copy(model: EmbeddedServer, local: Path) -> Iterator[EmbeddedServer]:
    copy = EmbeddedServer(local)
    copy.make_local()
    shutil.copytree(model.data, copy.data)
    if AS_ROOT:
        _give(copy.data, model.data.stat())
    yield copy
    EmbeddedServer(local).stop()


def _give(place: Path, owner: os.stat_result) -> None:
    for found in (place, *place.rglob("*")):
        os.chown(found, owner.st_uid, owner.st_gid)


def _ask(server: EmbeddedServer, sql: str, user: str = embedded.OWNER) -> list[tuple]:
    login = server.url(user)
    connection = psycopg2.connect(host=login["HOST"], port=login["PORT"], dbname=login["NAME"], user=login["USER"])
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def _mode(place: Path) -> int:
    return stat.S_IMODE(place.lstat().st_mode)


def _postmaster(server: EmbeddedServer) -> int:
    return int((server.data / "postmaster.pid").read_text().split("\n")[0])


def test_first_start_makes_cluster_roles_and_database(tmp_path: Path) -> None:
    above = (tmp_path, *tmp_path.parents)
    modes = [_mode(folder) for folder in above]
    server = EmbeddedServer(tmp_path / ".local")
    try:
        server.ensure_running()
        assert _ask(server, "SELECT current_user") == [(embedded.OWNER,)]
        assert _ask(server, "SELECT current_user", user=embedded.APP_ROLE) == [(embedded.APP_ROLE,)]
        assert _ask(server, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == [(False,)]
        assert _ask(server, "SELECT lower('É')") == [("é",)]
        assert [_mode(folder) for folder in above] == modes
    finally:
        server.stop()


def test_nobody_else_reaches_socket_or_data_and_nothing_listens_on_network(server: EmbeddedServer) -> None:
    server.ensure_running()
    for folder in (server.data, server.socket_folder):
        assert _mode(folder) == 0o700
        assert folder.stat().st_uid == server.account.uid != 0
    assert not _mode(server.local) & 0o066
    assert _ask(server, "SHOW listen_addresses") == [("",)]


def test_durability_is_kept(server: EmbeddedServer) -> None:
    server.ensure_running()
    for parameter in ("fsync", "full_page_writes", "synchronous_commit"):
        assert _ask(server, f"SHOW {parameter}") == [("on",)]


def test_running_server_is_found_at_once(server: EmbeddedServer) -> None:
    server.ensure_running()
    first = _postmaster(server)
    times = []
    for _ in range(10):
        start = time.perf_counter()
        EmbeddedServer(server.local).ensure_running()
        times.append(time.perf_counter() - start)
    assert min(times) < 0.02
    assert _postmaster(server) == first


def test_data_survive_a_stop(server: EmbeddedServer) -> None:
    server.ensure_running()
    _ask(server, "CREATE TABLE kept AS SELECT 1 AS value")
    assert server.stop() is True
    assert server.stop() is False
    assert not server.is_ready()
    server.ensure_running()
    assert _ask(server, "SELECT value FROM kept") == [(1,)]


def test_data_survive_kill_9(server: EmbeddedServer) -> None:
    server.ensure_running()
    _ask(server, "CREATE TABLE kept AS SELECT 1 AS value")
    os.kill(_postmaster(server), signal.SIGKILL)
    EmbeddedServer(server.local).ensure_running()
    assert _ask(server, "SELECT value FROM kept") == [(1,)]


def test_data_survive_kill_9_of_every_process(server: EmbeddedServer) -> None:
    server.ensure_running()
    _ask(server, "CREATE TABLE kept AS SELECT 1 AS value")
    for process in server._processes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    EmbeddedServer(server.local).ensure_running()
    assert _ask(server, "SELECT value FROM kept") == [(1,)]


@pytest.mark.parametrize(
    "content", ["{alive}\n{data}\n1700000000\n5432\n{run}\n\n  1 1\nready   \n", "{alive}\n", "", "x\n"]
)
def test_stale_postmaster_pid_is_not_believed(server: EmbeddedServer, content: str) -> None:
    # A restarted machine gives the number to another program: here one that runs under the server's own account.
    other = subprocess.Popen(["sleep", "60"], user=server.account.uid if AS_ROOT else None)
    try:
        stale = server.data / "postmaster.pid"
        stale.write_text(content.format(alive=other.pid, data=server.data, run=server.socket_folder))
        server.ensure_running()
        assert _postmaster(server) != other.pid
        assert other.poll() is None
        server.stop()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_socket_left_behind_is_not_believed(server: EmbeddedServer) -> None:
    server.ensure_running()
    left = server.socket_folder / ".s.PGSQL.5432"
    copy = left.with_name("copy")
    os.link(left, copy)
    server.stop()
    copy.rename(left)
    assert not server.is_ready()
    server.ensure_running()
    assert _ask(server, "SELECT 1") == [(1,)]


def test_several_starters_make_one_server(tmp_path: Path) -> None:
    local = tmp_path / ".local"
    program = (
        "import sys; from pathlib import Path; from residence.embedded import EmbeddedServer\n"
        "server = EmbeddedServer(Path(sys.argv[1])); server.ensure_running()\n"
        "print((server.data / 'postmaster.pid').read_text().split()[0])"
    )
    try:
        starters = [
            subprocess.Popen(
                [sys.executable, "-c", program, str(local)], cwd=embedded.PROJECT, stdout=subprocess.PIPE, text=True
            )
            for _ in range(4)
        ]
        answers = [starter.communicate(timeout=60)[0].strip() for starter in starters]
        assert [starter.returncode for starter in starters] == [0, 0, 0, 0]
        assert len(set(answers)) == 1
    finally:
        EmbeddedServer(local).stop()


@pytest.mark.parametrize("name", ["long" * 30, "a, b", "with \"quotes\" and 'quotes'", "spaces and é $HOME;"])
def test_any_path_will_do(model: EmbeddedServer, tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    for server in _copy(model, tmp_path / name / ".local"):
        server.ensure_running()
        assert _ask(server, "SELECT 1") == [(1,)]
        assert len(os.fsencode(server.socket_folder)) < 90
        assert _mode(server.socket_folder) == 0o700
        server.stop()
        assert server.socket_folder.parent == server.local or not server.socket_folder.exists()


def test_folder_planted_at_the_short_path_is_refused(model: EmbeddedServer, tmp_path: Path) -> None:
    (tmp_path / ("long" * 30)).mkdir()
    for server in _copy(model, tmp_path / ("long" * 30) / ".local"):
        server.socket_folder.mkdir(mode=0o755)
        try:
            with pytest.raises(EmbeddedError, match="doit appartenir au compte"):
                server.ensure_running()
        finally:
            server.socket_folder.rmdir()


def test_interrupted_making_is_begun_again(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path / ".local")
    (server.local / "pg.new").mkdir(parents=True)
    (server.local / "pg.new" / "PG_VERSION").write_text("18\n")
    try:
        server.ensure_running()
        assert _ask(server, "SELECT 1") == [(1,)]
        assert not (server.local / "pg.new").exists()
    finally:
        server.stop()


def test_deleted_data_are_made_anew(server: EmbeddedServer) -> None:
    server.ensure_running()
    old = _postmaster(server)
    shutil.rmtree(server.data)
    try:
        server.ensure_running()
        assert _postmaster(server) != old
        assert _ask(server, "SELECT 1") == [(1,)]
    finally:
        os.kill(old, signal.SIGQUIT)


@pytest.mark.skipif(not AS_ROOT, reason="seul root change de compte")
class TestRoot:
    def test_closed_folder_is_crossed_and_stays_closed(self, model: EmbeddedServer, tmp_path: Path) -> None:
        # The whole tree is there, with PostgreSQL's programs, as when a project is cloned into /root.
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        package = model.binaries.parent.parent
        for folder in (package, package.with_name(f"{package.name}.libs")):
            shutil.copytree(folder, closed / folder.name)
        for server in _copy(model, closed / ".local"):
            server.binaries = closed / package.name / "pginstall" / "bin"
            assert server._capability_needed() == "dac_read_search"
            shutil.rmtree(server.data)
            server.ensure_running()
            assert _ask(server, "SELECT 1") == [(1,)]
            assert _mode(closed) == 0o700
            assert server.stop() is True

    def test_closed_folder_that_cannot_be_crossed_is_told(
        self, model: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "closed").mkdir(mode=0o700)
        monkeypatch.setattr(embedded, "_capabilities", lambda: 0)
        for server in _copy(model, tmp_path / "closed" / ".local"):
            with pytest.raises(EmbeddedError, match="ne peut pas entrer dans"):
                server.ensure_running()

    def test_owner_of_the_project_runs_its_server(self, tmp_path: Path) -> None:
        os.chown(tmp_path, 65534, 65534)
        server = EmbeddedServer(tmp_path / ".local")
        assert (server.account.uid, server.account.switch) == (65534, True)

    def test_data_of_an_account_now_unknown_are_taken_over(self, server: EmbeddedServer) -> None:
        server.ensure_running()
        server.stop()
        owner = os.stat(server.data)
        for place in (server.data, server.socket_folder, *server.data.rglob("*")):
            os.chown(place, 54321, 54321)
        again = EmbeddedServer(server.local)
        again.ensure_running()
        assert _ask(again, "SELECT 1") == [(1,)]
        assert again.data.stat().st_uid == owner.st_uid


class TestOneLine:
    """What goes wrong is told in one French line."""

    def test_full_disk_before_making(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 10, 0))
        with pytest.raises(EmbeddedError, match="faites de la place"):
            EmbeddedServer(tmp_path / ".local").ensure_running()

    def test_full_disk_at_the_lock(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*arguments: object, **options: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(Path, "open", full)
        with pytest.raises(EmbeddedError, match="le disque est plein"):
            EmbeddedServer(tmp_path / ".local").ensure_running()

    def test_other_major_version(self, server: EmbeddedServer) -> None:
        (server.data / "PG_VERSION").write_text("17\n")
        with pytest.raises(EmbeddedError, match="faite par PostgreSQL 17"):
            server.ensure_running()

    def test_configuration_that_the_server_refuses(self, server: EmbeddedServer) -> None:
        refused = EmbeddedServer(server.local, parameters={"shared_buffers": "nonsense"})
        with pytest.raises(EmbeddedError, match="La base embarquée ne démarre pas") as told:
            refused.ensure_running()
        assert "\n" not in str(told.value)

    @pytest.mark.parametrize(
        ("said", "told"),
        [
            ('FATAL:  could not write file "x": No space left on device', "Le disque est plein"),
            (
                "postgres: error while loading shared libraries: libgssapi_krb5.so.2: cannot open shared object file",
                "Il manque la bibliothèque système libgssapi_krb5.so.2",
            ),
            ("version `GLIBC_2.38' not found", "trop ancien"),
            ("FATAL:  could not map anonymous shared memory: Cannot allocate memory", "mémoire manque"),
            ("pg_ctl: something\ninitdb: error: strange thing\n", "strange thing"),
            ("", "raison inconnue"),
        ],
    )
    def test_what_the_programs_say(self, said: str, told: str) -> None:
        sentence = str(embedded._explained(said, "voir le journal"))
        assert told in sentence
        assert "\n" not in sentence
