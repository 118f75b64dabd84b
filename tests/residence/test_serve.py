"""`make run` and `make stop`: one at a time, everything ended, nothing else touched, one line when it cannot."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from residence import embedded, serve

# The real supervisor, with a small web server in place of gunicorn, in a folder of the test.
DRIVER = """
import sys
from pathlib import Path
from residence import embedded, serve

local = Path(sys.argv[1])
embedded.LOCAL = local
embedded.SERVER = embedded.EmbeddedServer(local)
embedded.ensure_running = lambda: None
serve.RECORD, serve.LOCK = local / "serve.json", local / "serve.lock"
serve.prepare_all = lambda: None
serve.exists = lambda command: False
real = serve.start
port = str(serve.wanted_port())
programs = {
    "web": [sys.executable, "-m", "http.server", "--bind", serve.HOST, port],
    "worker": [sys.executable, "-c", sys.argv[3] if len(sys.argv) > 3 else "import time; time.sleep(60)"],
}
serve.start = lambda name, command: real(name, programs[name])
sys.exit(serve.main([sys.argv[2]]))
"""


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind((serve.HOST, 0))
        return probe.getsockname()[1]


@pytest.fixture
def drive(tmp_path: Path, port: int) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts the driver for `run` or `stop`; what it started is ended afterwards."""
    started = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, str(tmp_path / ".local"), *arguments],
            cwd=embedded.PROJECT,
            env={**os.environ, "PORT": str(port), "RESIDENCE_MODE": "demonstration"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    start("stop").communicate(timeout=40)
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _processes(tmp_path: Path) -> list[int]:
    return [pid for pid, _ in json.loads((tmp_path / ".local" / "serve.json").read_text())]


def _until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def _wait_served(tmp_path: Path, process: subprocess.Popen[str]) -> str:
    line = ""
    while "servi sur" not in line:
        line = process.stdout.readline()
        assert line, process.communicate()
    assert len(_processes(tmp_path)) == 3
    return line


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_end_everything(drive, tmp_path: Path, port: int, ending: int) -> None:
    run = drive("run")
    assert f"http://127.0.0.1:{port} " in _wait_served(tmp_path, run)
    children = _processes(tmp_path)[1:]
    run.send_signal(ending)
    assert run.wait(20) == 0
    assert not any(embedded.runs(pid) for pid in children)
    assert not (tmp_path / ".local" / "serve.json").exists()


def test_stop_ends_run_and_says_so(drive, tmp_path: Path) -> None:
    run = drive("run")
    _wait_served(tmp_path, run)
    stop = drive("stop")
    assert stop.communicate(timeout=30)[0] == "Arrêt : le site.\n"
    assert run.wait(5) == 0
    assert drive("stop").communicate(timeout=30)[0] == "Rien ne tournait.\n"


def test_second_run_is_refused(drive, tmp_path: Path) -> None:
    _wait_served(tmp_path, drive("run"))
    second = drive("run")
    assert second.communicate(timeout=20)[1] == "Le site est déjà lancé depuis ce dossier : « make stop » l’arrête.\n"
    assert second.returncode == 1


def test_what_a_killed_run_left_is_ended(drive, tmp_path: Path) -> None:
    run = drive("run")
    _wait_served(tmp_path, run)
    left = _processes(tmp_path)[1:]
    run.kill()
    run.wait()
    assert all(embedded.runs(pid) for pid in left)
    again = drive("run")
    _wait_served(tmp_path, again)
    assert not any(embedded.runs(pid) for pid in left)


def test_end_of_one_ends_the_other_and_is_told(drive, tmp_path: Path) -> None:
    run = drive("run", "import time; time.sleep(2); raise SystemExit('La file est cassée.')")
    _, errors = run.communicate(timeout=30)
    assert run.returncode == 1
    assert "Le processus « worker » s’est arrêté : La file est cassée." in errors
    assert len(errors.splitlines()) == 1


def test_stop_leaves_a_stranger_that_has_a_recorded_number(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    record = tmp_path / "serve.json"
    monkeypatch.setattr(serve, "RECORD", record)
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        pid, started = serve.identity(stranger.pid)
        record.write_text(json.dumps([[pid, started - 1]]))
        assert serve.recorded() == []
        record.write_text(json.dumps([[pid, started]]))
        assert serve.recorded() == [pid]
        record.write_text("nonsense")
        assert serve.recorded() == []
    finally:
        stranger.kill()
        stranger.wait()


def test_busy_port_is_told(port: int) -> None:
    with socket.socket() as other:
        other.bind((serve.HOST, port))
        other.listen()
        with pytest.raises(serve.ServeError, match=f"Le port {port} est déjà pris"):
            serve.check_free(port)
    serve.check_free(port)


@pytest.mark.parametrize("given", ["abc", "0", "70000", "-1"])
def test_port_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("PORT", given)
    with pytest.raises(serve.ServeError, match=f"PORT vaut « {given} »"):
        serve.wanted_port()


def test_production_is_not_served_by_make_run(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setenv("RESIDENCE_MODE", "production")
    assert serve.main(["run"]) == 1
    assert "docs/deploiement.md" in capsys.readouterr().err
