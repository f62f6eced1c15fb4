"""Opening comments: for the release officers' coders, away from all answers.

They stand in the file by question and in an order that is shuffled once more. Nothing in it tells
which comments one person wrote, nor what else they answered.
"""

from __future__ import annotations

import csv
import io
import re
import secrets
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from analysis.release.tables import guarded
from survey.close import rewriting
from survey.close.keys import Keys
from survey.close.opening import expect_comments, expect_keys_of
from survey.collect import envelope
from survey.database import Stores
from survey.errors import DataError, WaveStateError
from survey.manage import closings, secret_files, wave_file, waves
from survey.manage.wave_file import WaveFile
from survey.manage.waves import Wave

COLUMNS = ("question", "comment")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Control characters but tab and line end: some make a terminal do things."""


@dataclass(frozen=True)
class SealedComments:
    """The comments of one wave, by question."""

    wave: Wave
    by_question: dict[str, tuple[bytes, ...]]


@dataclass(frozen=True)
class Opened:
    """What was written to one question; empty comments are left out.

    Attributes:
        received: comments that came, empty ones included.
        spoilt: comments that somebody sent so that they do not open.
    """

    question: str
    received: int
    spoilt: int
    texts: tuple[str, ...]


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
        found = [_open(row, keys.fallback, bound) for row in rows]
        texts = tuple(text for text in found if text)
        yield Opened(asked.id, len(rows), found.count(None), texts)


def _open(row: bytes, key: EllipticCurvePrivateKey | None, bound: bytes) -> str | None:
    """The text; None when it was spoilt: it opens as no comment to this question."""
    if key is None:
        return None
    try:
        text = envelope.SUITES[envelope.P256].decrypt(row[1:], key, bound).decode()
    except (InvalidTag, ValueError):
        return None
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text).strip()


def as_csv(opened: Sequence[Opened]) -> str:
    """`question,comment`, a row a comment; no cell starts as a formula would."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in opened:
        writer.writerows((one.question, _cell(text)) for text in one.texts)
    return file.getvalue()


def _cell(text: str) -> str:
    # Some spreadsheets take the wide signs of East Asian keyboards for the narrow ones.
    narrow = unicodedata.normalize("NFKC", text)
    return text if guarded(narrow) == narrow else f"'{text}"


def write(path: Path, content: str) -> None:
    """Write the file, whole and for its owner's eyes only.

    It begins with the mark by which spreadsheets know UTF-8.

    Raises:
        SettingsError: when there is another, which is never overwritten.
    """
    secret_files.write_once(path, content.encode("utf-8-sig"))
