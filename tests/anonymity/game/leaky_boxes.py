"""Ballot boxes that somebody might have built instead, and what they would have told."""

from __future__ import annotations

import secrets
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fixtures_wave import LiveWave

from game.people import PEOPLE, WAVE
from game.world import Plant
from survey.collect import box, issuer, salts

Values = dict[str, Any]
BY_KEY = "CREATE TABLE slot (number TEXT PRIMARY KEY, {column} sealed BLOB) WITHOUT ROWID"


def instead(schema: str, insert: str, page: int = 4096, first: Plant | None = None) -> Plant:
    """A box of another schema.

    Args:
        schema: of the table that answers go to.
        insert: puts one answer in. It may name `sealed` and `token`; `key`, a random one; `came`,
            how many came before; `hash` and `blinded`, of the code that was redeemed last.
        page: bytes of a page.
        first: another fault to build in before.
    """

    def plant(live: LiveWave, patch: pytest.MonkeyPatch) -> None:
        if first:
            first(live, patch)
        path = box.path_of(live.settings, WAVE)
        path.unlink()
        with closing(sqlite3.connect(path)) as database:
            database.execute(f"PRAGMA page_size = {page}")
            database.executescript(schema)
        seen = remembered(live, patch)
        came = iter(range(PEOPLE))

        def put(_path: Path, token: bytes, sealed: bytes, *_more: object) -> bytes:
            values = {"key": secrets.token_hex(16), "came": next(came), **seen}
            with closing(sqlite3.connect(path)) as database, database:
                database.execute(insert, {**values, "token": token, "sealed": sealed})
            return sealed

        patch.setattr(box, "put", put)

    return plant


def remembered(live: LiveWave, patch: pytest.MonkeyPatch) -> Values:
    """What the issuer saw last: a process that serves both could put it into a row."""
    redeem, seen = issuer.redeem, Values()

    def remembering(stores: Any, wave: str, half: bytes, blinded: bytes, *more: Any) -> bytes:
        salt = salts.read(live.settings, WAVE)
        assert salt
        code_hash = issuer.hmac.digest(salt, half, "sha256")
        seen.update(hash=code_hash, short=int.from_bytes(code_hash[:4]), blinded=blinded)
        return redeem(stores, wave, half, blinded, *more)

    patch.setattr(issuer, "redeem", remembering)
    return seen


def with_log_ahead(live: LiveWave, patch: pytest.MonkeyPatch) -> None:
    """The box as it is, in WAL mode: every write lies in a second file, one behind the other."""
    path = box.path_of(live.settings, WAVE)
    left_open = sqlite3.connect(path, check_same_thread=False)
    left_open.execute("PRAGMA journal_mode = WAL")

    @contextmanager
    def connect(path: Path, mode: str = "rw") -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("PRAGMA wal_autocheckpoint = 0")
            yield database
        left_open.execute("SELECT 1 FROM box").fetchone()  # so that it stays open until here

    patch.setattr(box, "connect", connect)


def with_gaps(live: LiveWave, patch: pytest.MonkeyPatch) -> None:
    """As many free slots before an answer as answers came before it, wherever it lies."""
    before = np.random.default_rng().permutation(PEOPLE)
    ends = np.empty(PEOPLE, int)
    ends[before] = np.cumsum(before + 1) - 1
    filling = (
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1829)"
        "INSERT INTO slot SELECT i, randomblob(400) FROM n"
    )
    schema = (
        f"CREATE TABLE slot (number INTEGER PRIMARY KEY, sealed BLOB); {filling};"
        "CREATE TABLE place (came INTEGER PRIMARY KEY, number INTEGER);"
    )
    schema += "".join(f"INSERT INTO place VALUES ({n}, {end});" for n, end in enumerate(ends))
    update = (
        "UPDATE slot SET sealed = :sealed"
        " WHERE number = (SELECT number FROM place WHERE came = :came)"
    )
    instead(schema, update)(live, patch)


def slots_in_order(patch: pytest.MonkeyPatch) -> None:
    """The box as it is, filled from the front."""

    came: dict[tuple[str, ...], Iterator[int]] = defaultdict(count)
    patch.setattr(box, "_free_slot", lambda _box, _query="", *of: next(came[of]))


def put_also(patch: pytest.MonkeyPatch, more: Callable[[bytes, bytes], None]) -> None:
    """The box as it is; `more` is told every token and answer that is put into it."""
    put = box.put

    def putting(path: Path, token: bytes, sealed: bytes, *rest: Any) -> bytes:
        more(token, sealed)
        return put(path, token, sealed, *rest)

    patch.setattr(box, "put", putting)
