"""A force's answers closed and unsealed in under half a minute, disclosure control apart.

How near opening is to the bare library is asserted in `test_sealing_ratios.py`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fixtures_wave import LiveWave, open_live_wave

from analysis.tally import tally
from survey import resources
from survey.close import carrying, closing, counted_rows, opening
from survey.collect import codes, issuer, submit
from survey.manage import wave_file, waves
from survey.questionnaire.answers import microdata
from survey.questionnaire.codebook import codebook

PEOPLE, SECONDS = 5_500, 30
pytestmark = pytest.mark.long


@contextmanager
def part(name: str, spent: dict[str, float]) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    spent[name] = time.perf_counter() - begun
    print(f"{name:>26}: {spent[name]:6.2f} s")


def timed(work: Callable[..., object], name: str, spent: dict[str, float]) -> Callable[..., object]:
    def measured(*arguments: object) -> object:
        with part(name, spent):
            return work(*arguments)

    return measured


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> LiveWave:
    """The culture survey of a force, which everybody answered in full."""
    home = tmp_path_factory.mktemp("force") / "home"
    live = open_live_wave(home, resources.QUESTIONNAIRES / "culture.yaml")
    waves.create(live.stores, "force", "Force", live.wave.questionnaire, live.keys.public)
    cards = tuple(codes.make(PEOPLE))
    halves = [codes.public_half(codes.parse(code), "force") for code in cards]
    issuer.import_codes(live.stores, "force", halves)
    wave = waves.open_wave(live.stores, "force", date(2026, 9, 1))
    stored = wave.questionnaire.stored_codes
    sendings = [
        (code, {name: offered[number % len(offered)] for name, offered in stored.items()})
        for number, code in enumerate(cards)
    ]
    submit.submit_many(live.stores, wave, sendings)
    return replace(live, wave=wave, codes=cards)


def test_force_is_closed_and_unsealed_in_time(
    answered: LiveWave, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores, keys, spent, inside = answered.stores, answered.keys, {}, {}
    for module, step, name in (
        (closing.rewriting, "rewrite", "rewriting"),
        (closing, "_tell", "receipts and counts"),
        (closing.box, "erase_file", "erasing"),
    ):
        monkeypatch.setattr(module, step, timed(getattr(module, step), name, inside))
    with part("CLOSE", spent):
        closing.close_wave(stores, "force", date(2026, 9, 30))
    with part("CARRY", spent):
        carrying.carry(stores, "force", tmp_path / "force.wave")
    with part("READ", spent):
        file = wave_file.read(tmp_path / "force.wave")
    with part("CHECK RECEIPTS", spent):
        rows = opening.expect_opening(file).answers
    with part("OPEN", spent):
        found = [counted_rows.opened_row(row, keys, file.wave) for row in rows]
    opened = [row for row in found if row is not None]
    assert len(opened) == PEOPLE
    book = codebook(file.wave.questionnaire)
    with part("LAY OUT", spent):
        laid_out = microdata(book, opened)
    with part("TALLY", spent):
        tally(book, file.wave.questionnaire.plan, laid_out)
    total = sum(spent.values())
    print(f"{total:.2f} s in all; {PEOPLE} rows of {len(rows[0])} bytes")
    assert total < SECONDS
