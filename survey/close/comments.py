"""Opening comments: for the release officers' coders, away from all answers.

Each gets a number that only the officers' key can make again from its sealed row. So two people and
two runs call the same comment the same, and nobody finds the row that a number belongs to. Nothing
tells which comments one person wrote, nor what else they answered.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from survey.close import rewriting
from survey.close.keys import Keys
from survey.close.opening import expect_comments, expect_keys_of
from survey.collect import envelope
from survey.database import Stores
from survey.errors import DataError, WaveStateError
from survey.manage import closings, wave_file, waves
from survey.manage.wave_file import WaveFile
from survey.manage.waves import Wave
from survey.questionnaire.model import Comment

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels and no digits: no spreadsheet takes a number of these for a date or a figure."""

NUMBER_LETTERS = 12
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Control characters but tab and line end: some make a terminal do things."""


@dataclass(frozen=True)
class SealedComments:
    """The comments of one wave, by question."""

    wave: Wave
    by_question: dict[str, tuple[bytes, ...]]


@dataclass(frozen=True)
class Written:
    """One comment that is not empty.

    Attributes:
        number: twelve letters, such as `BCDF-GHJK-LMNP`.
    """

    number: str
    text: str


@dataclass(frozen=True)
class Opened:
    """What was written to one question; empty comments are left out.

    Attributes:
        received: comments that came, empty ones included.
        spoilt: comments that somebody sent so that they do not open.
    """

    question: Comment
    received: int
    spoilt: int
    comments: tuple[Written, ...]


def of_wave(stores: Stores, wave_id: str) -> SealedComments:
    """The comments of a wave whose closed box is here.

    Raises:
        WaveStateError: when it is not closed, asks for no comments, or its box is damaged.
    """
    wave = waves.get(stores, wave_id)
    _expect_closed(wave)
    told = closings.told(stores, wave_id)
    kept = rewriting.comments(rewriting.path_of(stores.settings, wave_id))
    return _whole(wave, kept, (told and told.received) or 0)


def of_file(path: Path) -> SealedComments:
    """The comments of a wave that was carried here as a file.

    Raises:
        DataError: when the file holds no sealed answers, or is none of a wave.
        WaveStateError: when it asks for no comments, or they are damaged.
    """
    file: WaveFile = wave_file.read(path)
    if file.sealed is None or file.closing is None:
        raise DataError(f"{path} is the public file of a wave; comments are in the sealed one.")
    _expect_closed(file.wave)
    return _whole(file.wave, dict(file.sealed.comments), file.closing.received or 0)


def _expect_closed(wave: Wave) -> None:
    if wave.state not in {"closed", "released"}:
        raise WaveStateError(
            f"Wave {wave.id} is {wave.state}; comments are opened from a closed or released wave."
        )
    if not wave.questionnaire.comments:
        raise WaveStateError(f"Wave {wave.id} asks for no comments.")


def _whole(wave: Wave, kept: dict[str, tuple[bytes, ...]], received: int) -> SealedComments:
    expect_comments(wave, kept, received)
    return SealedComments(wave, kept)


def open_all(sealed: SealedComments, keys: Keys) -> Iterator[Opened]:
    """Open the comments, question by question in the questionnaire's order, each shuffled.

    Raises:
        SettingsError: when the keys are not the wave's.
    """
    expect_keys_of(sealed.wave, keys)
    for asked in sealed.wave.questionnaire.comments:
        rows = list(sealed.by_question.get(asked.id, ()))
        secrets.SystemRandom().shuffle(rows)
        bound = envelope.info(sealed.wave.id, asked.id)
        found = [(row, _open(row, keys.fallback, bound)) for row in rows]
        written = tuple(Written(number_of(row, keys), text) for row, text in found if text)
        spoilt = sum(text is None for _, text in found)
        yield Opened(asked, len(rows), spoilt, written)


def number_of(sealed: bytes, keys: Keys) -> str:
    """The number that stands for a sealed comment in the coders' files."""
    value = int.from_bytes(keyed(keys, b"number", sealed))
    letters = []
    for _ in range(NUMBER_LETTERS):
        value, place = divmod(value, len(LETTERS))
        letters.append(LETTERS[place])
    spelled = "".join(letters)
    return "-".join(spelled[start : start + 4] for start in range(0, NUMBER_LETTERS, 4))


def keyed(keys: Keys, purpose: bytes, content: bytes) -> bytes:
    """32 bytes that nobody without the officers' key can make or tell from noise."""
    key = keys.signing.private_bytes_raw()
    return hmac.digest(key, b"candour comments/1|" + purpose + b"|" + content, "sha256")


def _open(row: bytes, key: EllipticCurvePrivateKey | None, bound: bytes) -> str | None:
    """The text; None when it was spoilt: it opens as no comment to this question."""
    if key is None:
        return None
    try:
        text = envelope.SUITES[envelope.P256].decrypt(row[1:], key, bound).decode()
    except (InvalidTag, ValueError):
        return None
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text).strip()
