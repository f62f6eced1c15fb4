"""A receipt is told when the disk has the answer: the journal's end, too.

SQLite's default for a careful file, `FULL`, does not wait for the folder from which a transaction's
journal was removed. If the power goes then, the journal may be back, and undoes the transaction.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import interrupting
import pytest
from fixtures_wave import LiveWave

from survey import database
from survey.collect import box, submit
from survey.database import Stores

FLUSHES = 5
"""Of one transaction: the journal twice and its folder, the database, the folder again."""


def steps(live: LiveWave) -> tuple[str, ...]:
    """What one sending does to the disk, until its receipt is told."""
    there = replace(live, stores=Stores.open(live.settings))

    def work() -> str:
        return submit.submit(there.stores, there.wave, there.codes[0], {}, "5" * 64)

    return interrupting.run(work).steps


def unflushed(done: tuple[str, ...]) -> int:
    """How many journals were removed without a flush next."""
    return sum(
        step == "unlink" and after not in {"fsync", "fdatasync"} for step, after in pairwise(done)
    )


def test_each_journal_is_gone_for_good_before_the_receipt_is_told(live_wave: LiveWave) -> None:
    done = steps(live_wave)
    assert done[-1] == "tell"
    assert done.count("unlink") == 2, "the issuer's transaction and the box's, and no other"
    assert unflushed(done) == 0
    assert done.count("fdatasync") + done.count("fsync") == 2 * FLUSHES


@pytest.mark.parametrize("store", ["issuer", "box"])
def test_a_journal_whose_end_nobody_waits_for_is_noticed(
    live_wave: LiveWave, monkeypatch: pytest.MonkeyPatch, store: str
) -> None:
    if store == "issuer":
        full = tuple(one.replace("EXTRA", "FULL") for one in database.PRAGMAS)
        monkeypatch.setattr(database, "PRAGMAS", full)
    else:
        put = box._keep

        def wrong(opened: box.sqlite3.Connection, *given: object) -> bytes:
            opened.execute("COMMIT")
            opened.execute("PRAGMA synchronous = FULL")
            opened.execute("BEGIN IMMEDIATE")
            return put(opened, *given)  # type: ignore[arg-type]

        monkeypatch.setattr(box, "_keep", wrong)
    assert unflushed(steps(live_wave)) == 1
