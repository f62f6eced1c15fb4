"""`candour serve`: no access log, no socket beside, and a wrong setting is one sentence."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from survey import serve
from survey.errors import SettingsError


def test_server_logs_no_request_and_no_address() -> None:
    line = serve.arguments("127.0.0.1:8000", 2, 4)
    assert "--access-logfile" not in line
    assert line[line.index("--log-level") + 1] == "error"
    assert "--no-control-socket" in line
    assert line[:4] == [sys.executable, "-m", "gunicorn", "survey.wsgi:application"]


def test_surface_is_handed_to_the_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setenv("CANDOUR_HOME", str(tmp_path))
    monkeypatch.setattr(os, "execve", lambda _path, line, env: started.append((line, env)))
    done = CliRunner().invoke(serve.serve, ["--surface", "results", "--bind", "127.0.0.1:9"])
    assert done.exit_code == 0
    [(line, environment)] = started
    assert environment["CANDOUR_SURFACES"] == "results"
    assert "127.0.0.1:9" in line


def test_unknown_surface_is_refused_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CANDOUR_HOME", str(tmp_path))
    monkeypatch.setattr(os, "execve", lambda *_: pytest.fail("it started"))
    done = CliRunner().invoke(serve.serve, ["--surface", "everything"])
    assert isinstance(done.exception, SettingsError)
