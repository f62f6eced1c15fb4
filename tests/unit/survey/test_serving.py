"""`candour serve`: no access log, no socket beside, and a wrong setting is one sentence."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner
from fixtures_wave import free_port, served
from sqlalchemy import text

from survey import database, serve
from survey.config import RESULTS, Settings
from survey.database import Stores
from survey.errors import SettingsError
from survey.manage import programs

ROOT = Path(__file__).parents[3]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that could be served from."""
    monkeypatch.setenv("CANDOUR_HOME", str(tmp_path))
    database.migrate(Settings.at(tmp_path))
    return tmp_path


def test_server_logs_no_request_and_no_address() -> None:
    line = serve.arguments("127.0.0.1:8000", 2, 4)
    assert "--access-logfile" not in line
    assert line[line.index("--log-level") + 1] == "error"
    assert "--no-control-socket" in line
    assert line[:5] == [sys.executable, "-P", "-m", "gunicorn", "survey.wsgi:application"]
    assert programs.PROGRAM[:2] == (sys.executable, "-P")


def test_surface_is_handed_to_the_server(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    started: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setattr(os, "execve", lambda _path, line, env: started.append((line, env)))
    done = CliRunner().invoke(serve.serve, ["--surface", "results", "--bind", "127.0.0.1:0"])
    assert done.exit_code == 0
    [(line, environment)] = started
    assert environment["CANDOUR_SURFACES"] == "results"
    assert "127.0.0.1:0" in line


@pytest.mark.parametrize(
    ("surfaces", "address", "told"),
    [
        (("box",), "", True),
        (("box",), "https://issue.example.org", False),
        (("box", "issue"), "", False),
        (("results",), "", False),
    ],
)
def test_box_that_knows_no_issuer_says_so_when_it_is_started(
    monkeypatch: pytest.MonkeyPatch,
    home: Path,
    surfaces: tuple[str, ...],
    address: str,
    told: bool,
) -> None:
    monkeypatch.setattr(os, "execve", lambda *_: None)
    monkeypatch.setenv("CANDOUR_ISSUE_ADDRESS", address)
    options = [part for surface in surfaces for part in ("--surface", surface)]
    done = CliRunner().invoke(serve.serve, [*options, "--bind", "127.0.0.1:0"])
    assert done.exit_code == 0
    assert ("nobody can answer without JavaScript" in done.output) == told


def test_unknown_surface_is_refused_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setattr(os, "execve", lambda *_: pytest.fail("it started"))
    done = CliRunner().invoke(serve.serve, ["--surface", "everything"])
    assert isinstance(done.exception, SettingsError)


@pytest.mark.parametrize(
    ("bind", "sentence"),
    [
        ("nowhere", "not an address to serve at"),
        ("127.0.0.1:web", "not an address to serve at"),
        ("127.0.0.1:70000", "not an address to serve at"),
        ("192.0.2.1:0", "cannot be served at"),
    ],
)
def test_an_address_that_cannot_be_served_at_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, home: Path, bind: str, sentence: str
) -> None:
    monkeypatch.setattr(os, "execve", lambda *_: pytest.fail("it started"))
    done = CliRunner().invoke(serve.serve, ["--bind", bind])
    assert isinstance(done.exception, SettingsError)
    assert sentence in str(done.exception)
    assert "Serving" not in done.output


def test_a_port_in_use_is_one_sentence(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setattr(os, "execve", lambda *_: pytest.fail("it started"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = CliRunner().invoke(serve.serve, ["--bind", f"127.0.0.1:{port}"])
    assert isinstance(done.exception, SettingsError)
    assert str(done.exception).startswith(f"Port {port} is in use")
    assert f"serve --bind 127.0.0.1:{port + 1}`" in str(done.exception)


def test_sockets_that_are_no_ports_are_left_to_the_server() -> None:
    serve.expect_free("unix:/run/candour.sock", "")
    serve.expect_free("[::1]:0" if socket.has_ipv6 else ":0", "")


def refusal(monkeypatch: pytest.MonkeyPatch, *options: str) -> str:
    """Why `candour serve` does not start."""
    monkeypatch.setattr(os, "execve", lambda *_: pytest.fail("it started"))
    done = CliRunner().invoke(serve.serve, ["--bind", "127.0.0.1:0", *options])
    assert isinstance(done.exception, SettingsError)
    assert "Serving" not in done.output
    return str(done.exception)


@pytest.mark.parametrize("store", ["issuer", "results"])
def test_a_home_that_was_not_migrated_is_not_served(
    monkeypatch: pytest.MonkeyPatch, home: Path, store: str
) -> None:
    (home / f"{store}.db").unlink()
    assert "candour migrate" in refusal(monkeypatch)


def test_a_database_of_another_version_is_not_served(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    with Stores.open(Settings.at(home)).issuer() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'issuer_0001'"))
    assert "candour migrate" in refusal(monkeypatch)


def test_a_database_that_cannot_be_opened_is_not_served(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    (home / "folder").mkdir()
    monkeypatch.setenv("CANDOUR_RESULTS_URL", f"sqlite:///{home}/folder")
    assert "The results database cannot be opened" in refusal(monkeypatch)
    monkeypatch.setenv("CANDOUR_RESULTS_URL", "nonsense")
    assert "is not the address of a database" in refusal(monkeypatch)


def test_readers_pages_need_no_issuer(home: Path) -> None:
    (home / "issuer.db").unlink()
    database.expect_ready(Settings.at(home, surfaces=(RESULTS,)))
    assert not (home / "issuer.db").exists()


def settings_of_gunicorn(folder: Path, line: list[str], environment: dict[str, str]) -> str:
    """The settings that gunicorn would serve with, started in a folder."""
    done = subprocess.run(
        [*line, "--print-config"],
        cwd=folder,
        env={**environment, "CANDOUR_HOME": str(folder), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.slow
def test_no_file_and_no_variable_around_the_server_turns_a_log_on(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    """gunicorn itself takes both, as the control shows."""
    (home / "gunicorn.conf.py").write_text('accesslog = "-"')
    monkeypatch.setenv(serve.MORE_ARGUMENTS, "--capture-output")
    started: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setattr(os, "execve", lambda _path, line, env: started.append((line, env)))
    assert CliRunner().invoke(serve.serve, ["--bind", "127.0.0.1:0"]).exit_code == 0
    [(line, environment)] = started
    found = settings_of_gunicorn(home, line, environment)
    assert re.search(r"^accesslog += None$", found, re.M)
    assert re.search(r"^capture_output += False$", found, re.M)
    cut = line[: line.index("--config")]
    planted = settings_of_gunicorn(home, cut, dict(os.environ))
    assert re.search(r"^accesslog += -$", planted, re.M)
    assert re.search(r"^capture_output += True$", planted, re.M)


LIES = {
    "no number": "Content-Length: x",
    "less than nothing": "Content-Length: -1",
    "two lengths": "Content-Length: 5\r\nContent-Length: 41",
    "a length beside chunks": "Content-Length: 5\r\nTransfer-Encoding: chunked",
    "a coding that nobody knows": "Transfer-Encoding: rubbish",
}
NEXT = "GET /accessibility HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def statuses(port: int, length: str) -> list[str]:
    """Of what a server answers to a request with five bytes, and to another one behind it."""
    first = f"POST /nowhere HTTP/1.1\r\nHost: localhost\r\n{length}\r\n\r\nabcde"
    with socket.create_connection(("127.0.0.1", port), 30) as server:
        server.sendall((first + NEXT).encode())
        said = b""
        with suppress(ConnectionResetError):
            while part := server.recv(65_536):
                said += part
    return re.findall(r"HTTP/1\.1 (\d{3})", said.decode())


@pytest.mark.slow
def test_a_request_that_lies_about_its_length_is_refused_with_all_behind_it(home: Path) -> None:
    port = free_port()
    with served(Settings.at(home, surfaces=(RESULTS,)), port):
        assert statuses(port, "Content-Length: 5") == ["404", "200"]  # the control: two requests
        assert {lie: statuses(port, length) for lie, length in LIES.items()} == {
            lie: ["501" if "coding" in lie else "400"] for lie in LIES
        }
