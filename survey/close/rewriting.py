"""The closed box: the answers of a ballot box in shuffled order, and nothing else of it.

Its comments are there too, each question's in an order of its own.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from survey.collect import box, envelope
from survey.config import Settings
from survey.errors import WaveStateError
from survey.manage.erasing import flush_folder

SCHEMA = """
CREATE TABLE answer (
  number INTEGER PRIMARY KEY,
  sealed BLOB NOT NULL CHECK (length(sealed) = {size})
) WITHOUT ROWID;
"""

COMMENT_SCHEMA = """
CREATE TABLE comment (
  question TEXT NOT NULL,
  number INTEGER NOT NULL,
  sealed BLOB NOT NULL CHECK (length(sealed) = {size}),
  PRIMARY KEY (question, number)
) WITHOUT ROWID;
"""


def path_of(settings: Settings, wave_id: str) -> Path:
    """Where the sealed answers of a closed wave lie until they are destroyed."""
    return box.path_of(settings, wave_id).with_suffix(box.CLOSED)


def rewrite(ballot_box: Path, closed_box: Path) -> None:
    """Copy the answers of a box into a new file, shuffled, without their tokens.

    The numbers of the new rows are the shuffled order; the slots they lay in are not kept.
    """
    draft = closed_box.with_suffix(".making")
    box.erase_file(draft)
    draft.touch(mode=0o600)
    with box.connect(ballot_box, "ro") as old, box.connect(draft) as new:
        (size,) = old.execute("SELECT size FROM box").fetchone()
        new.executescript(SCHEMA.format(size=size))
        taken = [number for (number,) in old.execute("SELECT number FROM token WHERE taken = 1")]
        secrets.SystemRandom().shuffle(taken)
        with box.transaction(new):
            for position, number in enumerate(taken):
                sealed = old.execute("SELECT sealed FROM slot WHERE number = ?", (number,))
                new.execute("INSERT INTO answer VALUES (?, ?)", (position, *sealed.fetchone()))
        _rewrite_comments(old, new)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(closed_box)
    flush_folder(closed_box.parent)


def _rewrite_comments(old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    questions = _questions(old)
    if not questions:
        return
    new.executescript(COMMENT_SCHEMA.format(size=envelope.SEALED_COMMENT_BYTES))
    with box.transaction(new):
        for question in questions:
            taken = old.execute(
                "SELECT number FROM comment WHERE question = ? AND taken = 1", (question,)
            ).fetchall()
            secrets.SystemRandom().shuffle(taken)
            for position, (number,) in enumerate(taken):
                sealed = old.execute(
                    "SELECT sealed FROM comment WHERE question = ? AND number = ?",
                    (question, number),
                )
                row = (question, position, *sealed.fetchone())
                new.execute("INSERT INTO comment VALUES (?, ?, ?)", row)


def _questions(database: sqlite3.Connection) -> list[str]:
    """Questions that comments are kept for, sorted."""
    if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'comment'").fetchone():
        return []
    found = database.execute("SELECT DISTINCT question FROM comment ORDER BY question")
    return [question for (question,) in found]


def sealed_answers(closed_box: Path) -> Iterator[bytes]:
    """The sealed answers of a closed box, in its order.

    Raises:
        WaveStateError: when they are not on this machine.
    """
    _expect_here(closed_box)
    with box.connect(closed_box, "ro") as database:
        for (sealed,) in database.execute("SELECT sealed FROM answer ORDER BY number"):
            yield bytes(sealed)


def comments(closed_box: Path) -> dict[str, tuple[bytes, ...]]:
    """The sealed comments of a closed box by question, each question's in an order of its own.

    Raises:
        WaveStateError: when they are not on this machine.
    """
    _expect_here(closed_box)
    with box.connect(closed_box, "ro") as database:
        return {
            question: tuple(
                bytes(sealed)
                for (sealed,) in database.execute(
                    "SELECT sealed FROM comment WHERE question = ? ORDER BY number", (question,)
                )
            )
            for question in _questions(database)
        }


def _expect_here(closed_box: Path) -> None:
    if not closed_box.exists():
        raise WaveStateError(
            f"The sealed answers of wave {closed_box.stem} are not on this server: no backup holds "
            "them. Use the file that `candour wave carry` made of them, where the officers have it."
        )
