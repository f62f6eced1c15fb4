"""`candour doctor`: one line for each thing, and 0, 1 or 2."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fixtures_wave import LiveWave
from running_the_program import the_program

from survey.doctor import commands, machine, servers

NGINX = str(Path(__file__).parents[4] / "deploy" / "nginx" / "nginx.conf")
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(
    live_wave: LiveWave, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Runs the program where nothing of this machine is in the way."""
    monkeypatch.setattr(machine, "is_synchronised", lambda: True)
    monkeypatch.setattr(machine, "core_dumps", lambda *_: iter(()))
    monkeypatch.setattr(machine, "swap", lambda *_: iter(()))
    monkeypatch.setattr(servers, "running", lambda: [])
    with the_program(live_wave.settings, capsys) as program:
        yield lambda *arguments: program("doctor", *arguments)


WITH_NGINX = ("--nginx", NGINX, "--readers", "results.example.org")


def test_an_installation_where_all_is_right(run: Run) -> None:
    code, out = run(*WITH_NGINX)
    assert (code, "WRONG" in out) == (0, False), out
    assert out.endswith("Nothing is wrong.\n")
    assert "right        nginx: logs and keeps nothing." in out
    assert "not checked  gunicorn: no server" in out


def test_what_is_wrong_is_a_line_each_and_the_exit_code(
    live_wave: LiveWave, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    (live_wave.settings.home / "secret_key").chmod(0o644)
    code, _ = run(*WITH_NGINX)
    assert code == 1


def test_nothing_is_changed_or_made(
    live_wave: LiveWave, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = live_wave.settings.home

    def everything() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}

    before = everything()
    run(*WITH_NGINX)
    assert everything() == before
    assert commands.read_settings({"CANDOUR_HOME": str(home / "none")}).home == home / "none"
    assert not (home / "none").exists()


def test_it_runs_where_the_secret_key_stands_in_a_file(
    live_wave: LiveWave, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("of a file")
    monkeypatch.setenv("CANDOUR_SECRET_KEY_FILE", str(tmp_path / "key"))
    code, out = run(*WITH_NGINX)
    assert code == 0, out
    monkeypatch.setenv("CANDOUR_SECRET_KEY_FILE", str(tmp_path / "gone"))
    assert "which cannot be read" in run(*WITH_NGINX)[1]


def test_a_configuration_that_is_none_is_an_error(run: Run, tmp_path: Path) -> None:
    code, said = run("--nginx", str(tmp_path / "nowhere"))
    assert code == 2
    assert len(said.splitlines()) == 1
    assert run("--url", "survey.example.org", *WITH_NGINX)[0] == 2


def test_nginx_that_is_not_there_or_refuses_is_not_taken_for_right(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(commands, "which", lambda *_a, **_k: None)
    assert [one.holds for one in commands.nginx(None, ())] == [None]
    refusing = tmp_path / "nginx"
    refusing.write_text("#!/bin/sh\nexit 1\n")
    refusing.chmod(0o700)
    monkeypatch.setattr(commands, "which", lambda *_a, **_k: str(refusing))
    assert [one.holds for one in commands.nginx(None, ())] == [None]
    refusing.write_text("#!/bin/sh\necho '# configuration file /a:'\necho 'http { server {} }'\n")
    found = list(commands.nginx(None, ()))
    assert any("visits are logged" in one.sentence for one in found)
