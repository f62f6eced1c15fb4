"""Thirty people answer, four at a time: every receipt that was given is in the closed wave once.

The same at full size, against the server as it is started, with what it takes:
tests/benchmarks/test_answers_at_once.py (`make bench`).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
import respondents
from fixtures_wave import LiveWave
from loaded import expect_every_receipt
from respondents import PLAIN, SEALED, Crowd, Journey
from served import serve_app

from survey.app import create_app
from survey.collect import box, envelope

AT_ONCE = 4

Put = Callable[[Path, bytes, bytes, box.Comments], bytes]


def journeys(live: LiveWave, each: int) -> list[Journey]:
    """So many people answer in each way, all with a receipt."""
    found: list[Journey] = []
    with closing(serve_app(create_app(live.settings))) as serving:  # type: ignore[type-var]
        port = int(next(serving).rpartition(":")[2])
        for number, kind in enumerate((PLAIN, SEALED)):
            codes = live.codes[number * each : (number + 1) * each]
            crowd = Crowd(port, live.wave.id, kind, codes, AT_ONCE)
            answered = respondents.play(live.wave, crowd)
            assert not answered.lost
            found += answered.journeys
    assert len(found) == 2 * each
    return found


def test_every_receipt_of_thirty_is_in_the_closed_wave_once(live_wave: LiveWave) -> None:
    expect_every_receipt(live_wave, journeys(live_wave, 15))


def loses_one(put: Put, third: Callable[[], bool]) -> Put:
    """Tells the third sender a receipt and keeps nothing."""

    def wrong(path: Path, token: bytes, sealed: bytes, comments: box.Comments) -> bytes:
        return sealed if third() else put(path, token, sealed, comments)

    return wrong


def doubles_one(put: Put, third: Callable[[], bool]) -> Put:
    """Keeps the third answer under another token, too."""

    def wrong(path: Path, token: bytes, sealed: bytes, comments: box.Comments) -> bytes:
        if third():
            put(path, secrets.token_bytes(len(token)), sealed, comments)
        return put(path, token, sealed, comments)

    return wrong


def adds_one(put: Put, third: Callable[[], bool]) -> Put:
    """Puts an answer of its own beside the third."""

    def wrong(path: Path, token: bytes, sealed: bytes, comments: box.Comments) -> bytes:
        if third():
            row = sealed[:1] + secrets.token_bytes(len(sealed) - 1)
            put(path, secrets.token_bytes(len(token)), row, comments)
        return put(path, token, sealed, comments)

    return wrong


@pytest.mark.parametrize(
    ("plant", "said"),
    [
        (loses_one, "1 acknowledged answers are lost"),
        (doubles_one, "1 answers are there that nobody sent"),
        (adds_one, "1 answers are there that nobody sent"),
    ],
)
def test_a_server_that_loses_or_doubles_or_adds_one_is_caught(
    live_wave: LiveWave,
    monkeypatch: pytest.MonkeyPatch,
    plant: Callable[[Put, Callable[[], bool]], Put],
    said: str,
) -> None:
    numbers = count(1)
    monkeypatch.setattr(box, "put", plant(box.put, lambda: next(numbers) == 3))
    with pytest.raises(AssertionError, match=said):
        expect_every_receipt(live_wave, journeys(live_wave, 3))


def test_a_server_that_keeps_other_answers_than_were_sent_is_caught(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It seals what it likes for people without JavaScript, with a receipt that is true of that."""
    pack, numbers = envelope.pack, count(1)

    def wrong(questionnaire: object, answers: object, suite: int = envelope.X25519) -> bytes:
        kept = {} if next(numbers) == 2 else answers
        return pack(questionnaire, kept, suite)  # type: ignore[arg-type]

    monkeypatch.setattr(envelope, "pack", wrong)
    with pytest.raises(AssertionError, match="1 answers are not what was sent"):
        expect_every_receipt(live_wave, journeys(live_wave, 3))
