"""What `candour demo` says, and when it stops before doing anything."""

from __future__ import annotations

import os
import socket
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from fixtures_results import CHEAP

from survey import database
from survey.close import keys
from survey.collect import codes, fingerprint, issuer, submit
from survey.config import Settings
from survey.database import Stores
from survey.demo import commands, home, making
from survey.errors import SettingsError
from survey.manage import people, waves
from survey.questionnaire import loader


def small_demo(folder: Path) -> list[str]:
    """A demo with an open wave of 60 cards and nothing else; returns its codes."""
    settings = Settings.at(folder)
    database.migrate(settings)
    stores = Stores.open(settings)
    waves.mark_demo(stores)
    questionnaire = loader.load(making.QUESTIONNAIRE)
    waves.create(stores, "now", "Now", questionnaire, keys.new().public)
    cards = codes.make(60)
    halves = [codes.public_half(codes.parse(card), "now") for card in cards]
    issuer.import_codes(stores, "now", halves)
    waves.open_wave(stores, "now", date(2026, 11, 1))
    home.keep_codes(folder, cards)
    return cards


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "add", partial(people.add, hasher=CHEAP))


def run(*arguments: str) -> str:
    result = CliRunner().invoke(commands.demo, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_start_prints_addresses_sign_ins_and_codes(tmp_path: Path) -> None:
    cards = small_demo(tmp_path)
    said = run("--home", str(tmp_path), "--no-serve", "--port", "8123")
    assert "http://127.0.0.1:8123/\n" in said
    assert "http://127.0.0.1:8123/results" in said
    there = {person.name for person in people.list_all(Stores.open(Settings.at(tmp_path)))}
    for person in making.SIGN_INS:
        assert person.name in said
        assert person.name in there  # also where an earlier version made the demo
    assert making.PASSWORD in said
    assert "only a demo keeps codes" in said
    wave = waves.get(Stores.open(Settings.at(tmp_path)), "now")
    assert f"fingerprint on every card of Now: {fingerprint.of(wave)}" in said
    assert [card for card in cards if card in said] == cards[: commands.CODES_SHOWN]


def test_a_used_code_is_not_offered_again(tmp_path: Path) -> None:
    cards = small_demo(tmp_path)
    stores = Stores.open(Settings.at(tmp_path))
    wave = waves.get(stores, "now")
    submit.submit_many(stores, wave, [(cards[0], {}), (cards[2], {})])
    said = run("--home", str(tmp_path), "--no-serve")
    assert cards[0] not in said
    assert cards[2] not in said
    assert cards[1] in said


def test_refusal_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(SettingsError) as refused:
        run("--home", str(tmp_path), "--no-serve")
    assert "\n" not in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_port_in_use_is_said_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"Port {port} is in use"):
            run("--home", str(tmp_path / "demo"), "--port", str(port))
    assert not (tmp_path / "demo").exists()


def test_it_serves_its_own_home_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_demo(tmp_path)
    monkeypatch.setenv("CANDOUR_RESULTS_URL", "sqlite:////nowhere/real.db")
    monkeypatch.setenv("CANDOUR_HOME", "/nowhere")
    served: list[dict[str, str]] = []

    def become(_program: str, _arguments: list[str], environment: dict[str, str]) -> None:
        served.append(dict(environment))

    monkeypatch.setattr(os, "execve", become)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    run("--home", str(tmp_path), "--port", str(port))
    assert [one["CANDOUR_HOME"] for one in served] == [str(tmp_path)]
    assert "CANDOUR_RESULTS_URL" not in served[0]
