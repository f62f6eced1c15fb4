"""`candour user add`: a board reads a command that a wave or a Release names."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fixtures_release import NORTH
from fixtures_results import make_site
from fixtures_wave import LiveWave

from survey import database
from survey.config import Settings
from survey.database import Stores
from survey.errors import SettingsError
from survey.manage import people
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
