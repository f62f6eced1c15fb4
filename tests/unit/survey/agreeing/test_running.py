"""What a page starts is one command with fixed words, where this host does it by itself."""

from __future__ import annotations

import inspect
from dataclasses import replace
from pathlib import Path

import pytest

from survey.agreeing import running
from survey.config import BOX, ISSUE, RESULTS, Settings
from survey.errors import SettingsError
from survey.manage import programs


class Process:
    """Takes the place of a process; remembers how it was started."""

    started: tuple[list[str], dict[str, object]]

    def __init__(self, arguments: list[str], **how: object) -> None:
        Process.started = (arguments, how)

    def wait(self) -> int:
        return 0


def test_what_is_started_is_fixed_and_finds_the_same_stores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(Settings.at(tmp_path), two_people=True)
    monkeypatch.setattr(programs.subprocess, "Popen", Process)
    assert running.start(settings)
    arguments, how = Process.started
    assert arguments == [*programs.PROGRAM, "wave", "agreed"]
    assert list(inspect.signature(running.start).parameters) == ["settings"]
    environment = how["env"]
    assert isinstance(environment, dict)
    found = Settings.from_environment(environment)
    assert found.environment == settings.environment
    assert "shell" not in how


def test_what_is_started_finds_stores_whose_addresses_stand_in_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"sqlite:///{tmp_path}/elsewhere.db"
    (tmp_path / "url").write_text(address)
    monkeypatch.setenv("CANDOUR_HOME", str(tmp_path))
    monkeypatch.setenv("CANDOUR_ISSUER_URL_FILE", str(tmp_path / "url"))
    monkeypatch.setattr(programs.subprocess, "Popen", Process)
    settings = Settings.from_environment()
    assert settings.issuer_url.endswith("elsewhere.db")
    assert running.start(settings)
    environment = Process.started[1]["env"]
    assert isinstance(environment, dict)
    assert Settings.from_environment(environment).environment == settings.environment
    assert "CANDOUR_ISSUER_URL" not in environment, "a secret of a file stays in it"
    assert address not in environment.values()
    assert environment["CANDOUR_RESULTS_URL"] == settings.results_url
    monkeypatch.setenv("CANDOUR_RESULTS_URL_FILE", str(tmp_path / "url"))
    assert running.start(settings)  # an environment that says otherwise than the settings
    assert Process.started[1]["env"]["CANDOUR_RESULTS_URL"] == settings.results_url  # type: ignore[index]
    assert "CANDOUR_RESULTS_URL_FILE" not in Process.started[1]["env"]  # type: ignore[operator]
    both = {**environment, "CANDOUR_ISSUER_URL": address}
    with pytest.raises(SettingsError, match="both set"):  # as it would be without care
        Settings.from_environment(both)


def test_a_host_without_the_issuer_starts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs.subprocess, "Popen", lambda *_, **__: 1 / 0)
    assert not running.start(Settings.at(tmp_path, surfaces=(BOX, RESULTS)))
    with pytest.raises(ZeroDivisionError):  # the control
        running.start(Settings.at(tmp_path, surfaces=(ISSUE, RESULTS)))


def test_what_cannot_be_started_is_no_mistake_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(programs.subprocess, "Popen", refused)
    assert not running.start(Settings.at(tmp_path))


def test_two_people_are_needed_unless_somebody_says_no(tmp_path: Path) -> None:
    home = {"CANDOUR_HOME": str(tmp_path)}
    assert Settings(tmp_path, "", "", "").two_people  # what the program is delivered with
    assert Settings.from_environment({**home, "CANDOUR_TWO_PEOPLE": "yes"}).two_people
    assert not Settings.from_environment({**home, "CANDOUR_TWO_PEOPLE": "no"}).two_people
    with pytest.raises(SettingsError, match="yes or no"):
        Settings.from_environment({**home, "CANDOUR_TWO_PEOPLE": "maybe"})
