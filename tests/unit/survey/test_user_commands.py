"""`candour user add`: a board reads a command that a wave or a Release names."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fixtures_release import NORTH
from fixtures_results import make_site
from fixtures_wave import LiveWave

from survey import clock, database
from survey.config import Settings
from survey.database import Stores
from survey.errors import SettingsError
from survey.manage import audit_log, checking, credentials, people
from survey.manage.access import ROLES
from survey.manage.commands import migrate
from survey.manage.people import Person
from survey.user_commands import user


def add(home: Path, command: str, monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.setenv("CANDOUR_HOME", str(home))
    line = ["add", "chief", "--role", "board", "--command", command]
    return CliRunner().invoke(user, [*line, "--password", "correct horse battery"])


def added(home: Path) -> Person | None:
    return people.get(Stores.open(Settings.at(home)), "chief")


def test_command_of_a_wave_is_accepted_and_another_is_not(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = live_wave.settings.home
    for command in ("nowhere", "north-b"):  # the second is a department
        refused = add(home, command, monkeypatch)
        assert isinstance(refused.exception, SettingsError)
        assert f"has a command '{command}'; the commands are " in str(refused.exception)
        assert "north" in str(refused.exception).rpartition("are ")[2]
    assert added(home) is None
    assert add(home, "north", monkeypatch).output == "chief can sign in as board of north.\n"
    assert added(home) == Person("chief", "board", "north")


def test_command_of_a_release_is_accepted_and_another_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_site(tmp_path)
    assert isinstance(add(tmp_path, "nowhere", monkeypatch).exception, SettingsError)
    assert add(tmp_path, NORTH, monkeypatch).exit_code == 0


def test_without_waves_and_releases_it_is_said_that_nothing_was_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.migrate(Settings.at(tmp_path))
    assert "cannot be checked yet" in add(tmp_path, "nowhere", monkeypatch).output
    assert added(tmp_path) == Person("chief", "board", "nowhere")


def test_who_is_first_is_told_how_people_are_added_and_nobody_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANDOUR_HOME", str(tmp_path))
    told = CliRunner().invoke(migrate).output
    assert [f"candour user add NAME --role {role}" in told for role in ROLES] == [True] * len(ROLES)
    assert people.NOBODY in CliRunner().invoke(user, ["list"]).output
    add(tmp_path, "north", monkeypatch)
    for said in (CliRunner().invoke(migrate), CliRunner().invoke(user, ["list"])):
        assert "candour user add" not in said.output


def run(home: Path, monkeypatch: pytest.MonkeyPatch, *line: str) -> str:
    monkeypatch.setenv("CANDOUR_HOME", str(home))
    said = CliRunner().invoke(user, line, catch_exceptions=False)
    assert said.exit_code == 0
    return said.output


def test_without_a_password_a_first_one_is_made_and_shown_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.migrate(Settings.at(tmp_path))
    at = datetime(2026, 9, 1, 12, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: at)
    said = [run(tmp_path, monkeypatch, "add", "kim", "--role", "hr") for _ in range(2)]
    first, second = (one.splitlines()[-1] for one in said)
    assert "for choosing their own until 4 September 2026, 12:00 UTC" in said[0]
    stores = Stores.open(Settings.at(tmp_path))
    assert first != second
    assert checking.check_password(stores, "kim", first, at) is None
    found = checking.check_password(stores, "kim", second, at)
    assert found is not None
    assert found.first_until == int(at.timestamp()) + 72 * 3_600
    assert first not in run(tmp_path, monkeypatch, "list")
    assert "kim  hr, with a first password here" in run(tmp_path, monkeypatch, "list")
    logged = " ".join(entry.what for entry in audit_log.entries(stores))
    assert "kim can sign in as HR, with a first password" in logged
    assert first not in logged


def test_a_password_that_is_given_stays_and_is_held_to_the_same_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.migrate(Settings.at(tmp_path))
    line = ("add", "kim", "--role", "hr", "--password")
    assert "shown" not in run(tmp_path, monkeypatch, *line, "correct horse battery")
    for password, said in (("P@ssw0rd2026!", "tried first"), ("kim hr candour", "are left")):
        with pytest.raises(SettingsError, match=said):
            run(tmp_path, monkeypatch, *line, password)
    monkeypatch.setenv("CANDOUR_PASSWORD_WORDS", "Northshire")
    with pytest.raises(SettingsError, match="are left"):
        run(tmp_path, monkeypatch, *line, "n0rthshire zebra")


def test_who_lost_the_app_of_their_codes_gets_a_first_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.migrate(Settings.at(tmp_path))
    run(tmp_path, monkeypatch, "add", "kim", "--role", "hr", "--password", "correct horse battery")
    stores = Stores.open(Settings.at(tmp_path))
    person = people.get(stores, "kim")
    assert person is not None
    credentials.take_factor(stores, person, bytes(20), 1)
    assert "with a password here and a code" in run(tmp_path, monkeypatch, "list")
    said = run(tmp_path, monkeypatch, "reset-factor", "Kim")
    assert "needs no code any more" in said
    found = checking.check_password(stores, "kim", said.splitlines()[-1], clock.now())
    assert found is not None
    assert found.factor == ""
    assert "first password here" in run(tmp_path, monkeypatch, "list")
