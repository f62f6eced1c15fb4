"""How long `candour demo` takes the first time, beside what signing and sealing its answers takes.

The floor is the cryptography that no demo can do without: a token signed, the answers sealed, and
every comment, for everybody who answers. Processor time is asserted in every run of the tests, and
a minute by the clock of two cores where nothing else runs.
"""

from __future__ import annotations

import time
from pathlib import Path

import fixtures_demo
import pytest
from fixtures_demo import start

from survey import database
from survey.close import keys
from survey.collect import codes, submit
from survey.config import Settings
from survey.database import Stores
from survey.demo.making import QUESTIONNAIRE
from survey.manage import waves
from survey.questionnaire import loader

ANSWERS, OF_THEM = 10_379, 200
"""Answers of the demo's four waves, and how many of them the floor is measured with."""

FLOORS = 8
FIRST_START = 60.0
"""Seconds by the clock, on two cores."""


@pytest.mark.slow
def test_a_first_start_takes_few_times_its_cryptography(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = fixtures_demo.folder_of_the_demo(tmp_path_factory.mktemp("demo"))
    taken, floor = fixtures_demo.made(folder).start.processor, _floor(tmp_path)
    print(f"{taken:.0f} s of processor, {taken / floor:.1f} times the floor of {floor:.1f} s")
    assert taken < FLOORS * floor


@pytest.mark.long
def test_a_first_start_takes_less_than_a_minute(tmp_path: Path) -> None:
    seconds = start(tmp_path / "demo").seconds
    print(f"{seconds:.0f} s by the clock")
    assert seconds < FIRST_START


def _floor(home: Path) -> float:
    """Seconds of processor that signing and sealing the demo's answers takes."""
    settings = Settings.at(home / "home")
    database.migrate(settings)
    public, questionnaire = keys.make(home / "officers"), loader.load(QUESTIONNAIRE)
    wave = waves.create(Stores.open(settings), "floor", "Floor", questionnaire, public)
    sendings = [(card, {}) for card in codes.make(OF_THEM)]
    begun = time.process_time()
    submit.prepare_many(settings, wave, sendings)
    return (time.process_time() - begun) * ANSWERS / OF_THEM
