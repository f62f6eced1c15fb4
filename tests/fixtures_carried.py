"""A wave that is closed and carried, with an earlier Release of the same questionnaire."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from fixtures_wave import LiveWave

from analysis.release import folder
from survey.close.closing import close_wave
from survey.close.keys import Keys
from survey.close.unsealing import unseal
from survey.collect import codes, issuer, submit
from survey.manage import headcounts, wave_file, waves
from survey.manage.wave_file import WaveFile
from survey.manage.waves import Wave

SPRING, AUTUMN = date(2026, 4, 30), date(2026, 9, 30)


def answers(number: int) -> dict[str, str]:
    return {
        "fair_treatment": "agree" if number % 3 else "disagree",
        "ethnicity": "white" if number % 2 else "asian",
        "department": "north-a" if number % 4 else "north-b",
    }


def answer_and_close(live: LiveWave, wave: Wave, cards: tuple[str, ...], day: date) -> None:
    sendings = [(code, answers(number)) for number, code in enumerate(cards)]
    submit.submit_many(live.stores, wave, sendings)
    close_wave(live.stores, wave.id, day)


def publish_spring(live: LiveWave, officers: Keys, out: Path) -> bytes:
    """An earlier wave of the same questionnaire, which gives trends; its Release, packed."""
    waves.create(live.stores, "spring", "Spring", live.wave.questionnaire, officers.public)
    cards = tuple(codes.make(60))
    halves = [codes.public_half(codes.parse(code), "spring") for code in cards]
    issuer.import_codes(live.stores, "spring", halves)
    answer_and_close(live, waves.open_wave(live.stores, "spring", SPRING), cards, SPRING)
    digest = unseal(live.stores, "spring", officers, out)
    return folder.pack(out / digest)


def close_autumn(live: LiveWave, scratch: Path) -> LiveWave:
    """Answer and close a wave that has headcounts and an earlier Release of the same officers."""
    publish_spring(live, live.keys, scratch)
    answer_and_close(live, live.wave, live.codes, AUTUMN)
    headcounts.store(live.stores, "autumn", {"force": 120})
    return live


def changed(path: Path, change: Callable[[WaveFile], WaveFile]) -> Path:
    """The file with something changed in it, as whoever carries it could."""
    path.write_bytes(wave_file.pack(change(wave_file.read(path))))
    return path
