"""Ballot boxes that keep comments as somebody might have kept them instead."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fixtures_wave import LiveWave

from game.people import COMMENTS, WAVE
from survey.close import rewriting
from survey.collect import box, envelope


def one_slot_each(live: LiveWave, patch: pytest.MonkeyPatch) -> None:
    """One place is drawn for an answer and its comments."""
    free = box._free_slot
    drawn: list[int] = []

    def the_same(database: sqlite3.Connection, *_: str) -> int:
        if not drawn:
            drawn.extend([free(database)] * (1 + len(COMMENTS)))
        return drawn.pop()

    patch.setattr(box, "_free_slot", the_same)


def slots_kept(live: LiveWave, patch: pytest.MonkeyPatch) -> None:
    """The same, and closing leaves the order as it is."""
    one_slot_each(live, patch)
    _shuffled(patch, lambda numbers: None)


def one_shuffle(live: LiveWave, patch: pytest.MonkeyPatch) -> None:
    """The same, and closing draws one order for all."""
    one_slot_each(live, patch)
    order: dict[int, bytes] = {}

    def shuffle(numbers: list[Any]) -> None:
        numbers.sort(key=lambda one: order.setdefault(_number(one), secrets.token_bytes(8)))

    _shuffled(patch, shuffle)


def _number(row: int | tuple[int]) -> int:
    return row if isinstance(row, int) else row[0]


def _shuffled(patch: pytest.MonkeyPatch, how: Callable[[list[Any]], None]) -> None:
    class Shuffling:
        def shuffle(self, numbers: list[Any]) -> None:
            numbers.sort()
            how(numbers)

    patch.setattr(rewriting.secrets, "SystemRandom", Shuffling)


def in_order(live: LiveWave, patch: pytest.MonkeyPatch) -> None:
    """Comments are appended to a table; answers are kept as they are."""
    _instead(
        live,
        patch,
        "CREATE TABLE comment (question TEXT, sealed BLOB)",
        "INSERT INTO comment VALUES (:question, :sealed)",
    )


def named_alike(live: LiveWave, patch: pytest.MonkeyPatch) -> None:
    """Rows of one sending have one random name, whatever the order."""
    _instead(
        live,
        patch,
        "CREATE TABLE comment (key TEXT PRIMARY KEY, question TEXT, name TEXT, sealed BLOB)"
        " WITHOUT ROWID; CREATE TABLE sending (number INTEGER, name TEXT PRIMARY KEY)"
        " WITHOUT ROWID;",
        "INSERT INTO comment VALUES (:key, :question, :name, :sealed)",
        "INSERT INTO sending SELECT number, :name FROM token WHERE token = :token",
    )


def _instead(
    live: LiveWave, patch: pytest.MonkeyPatch, schema: str, insert: str, after: str = ""
) -> None:
    """The box as it is, but for its comments.

    Args:
        schema: of the table that comments go to.
        insert: puts one comment in. It may name `question`, `sealed`, `key`, a random one, and
            `name`, which all comments of a sending have.
        after: put in when the answer is; it may name `token` and `name`.
    """
    path = box.path_of(live.settings, WAVE)
    with closing(sqlite3.connect(path)) as database:
        database.executescript(f"DROP TABLE comment; {schema}")
    put = box.put

    def putting(path: Path, token: bytes, sealed: bytes, comments: box.Comments) -> bytes:
        kept = put(path, token, sealed)
        name = secrets.token_hex(16)
        with closing(sqlite3.connect(path)) as database, database:
            for question, comment in comments.items():
                row = {"question": question, "key": secrets.token_hex(16), "name": name}
                database.execute(insert, {**row, "sealed": comment})
            if after:
                database.execute(after, {"token": token, "name": name})
        return kept

    patch.setattr(box, "put", putting)


def not_padded(live: LiveWave, patch: pytest.MonkeyPatch) -> None:
    """Sealed comments are as long as what was written."""
    pack, seal = envelope.pack_comment, envelope.seal_comments
    last: dict[str, bytes] = {}

    def sealing(*asked: Any) -> dict[str, bytes]:
        last.update(seal(*asked))
        return last

    patch.setattr(envelope, "pack_comment", lambda text: pack(text).rstrip(b" "))
    patch.setattr(envelope, "seal_comments", sealing)
    patch.setattr(envelope, "split_comments", lambda *_: dict(last))
    _instead(
        live,
        patch,
        "CREATE TABLE comment (key TEXT PRIMARY KEY, question TEXT, sealed BLOB) WITHOUT ROWID",
        "INSERT INTO comment VALUES (:key, :question, :sealed)",
    )
