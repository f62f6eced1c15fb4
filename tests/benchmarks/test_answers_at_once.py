"""Whole respondents' journeys, 1 to 64 at once, against the server as it is started.

Every receipt is looked for in the closed wave. Processor time is what is asserted; times by the
clock only where nothing else runs. `CANDOUR_GOLDEN=write`, as `make bench` sets it, keeps what was
measured in docs/load.csv and docs/load-steps.csv.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import load_table
import postgresql
import pytest
from fixtures_wave import LiveWave, open_live_wave
from load_table import CALM, Load
from loaded import expect_every_receipt, measured, serving
from respondents import PLAIN, SEALED, Crowd

from survey import resources

pytestmark = pytest.mark.long

CARDS, EACH = 5_500, 240
"""Of a force, and respondents in each crowd."""

AT_ONCE = (1, 4, 16, 64)
A_SECOND = {True: 60, False: 20}
"""Answers that two processors must have time for, with gmpy2 and without."""

LONGEST = 500
"""Milliseconds of 99 journeys of 100, at 16 at once with gmpy2, on a machine of ours alone."""

DURABLE = {"fsync": "on", "synchronous_commit": "on"}


@contextmanager
def databases(kind: str) -> Iterator[dict[str, str]]:
    """Where the issuer's and the results' are: files, or a PostgreSQL that waits for its disk."""
    if kind == "SQLite":
        yield {}
        return
    with postgresql.running(DURABLE) as cluster, postgresql.all_closed():
        yield {name: cluster.fresh() for name in ("issuer_url", "results_url")}


def loads(folder: Path, kind: str, crowds: Sequence[int], gmpy2: bool) -> Iterator[Load]:
    """Serve a wave to crowd after crowd, in both ways of answering; then close and verify it."""
    folder.mkdir()
    with databases(kind) as urls:
        questionnaire = resources.QUESTIONNAIRES / "culture.yaml"
        live = open_live_wave(folder / "home", questionnaire, count=CARDS, **urls)
        yield from _loads(folder, live, f"{kind}{'' if gmpy2 else ', pure Python'}", crowds, gmpy2)


def _loads(
    folder: Path, live: LiveWave, with_what: str, crowds: Sequence[int], gmpy2: bool
) -> Iterator[Load]:
    journeys, left = [], list(live.codes)
    with serving(live, folder, gmpy2) as server:
        for kind in (PLAIN, SEALED):
            for at_once in crowds:
                mine, left = tuple(left[:EACH]), left[EACH:]
                crowd = Crowd(server.port, live.wave.id, kind, mine, at_once)
                load, answered = measured(f"{kind}, {with_what}", live, server, crowd)
                assert not answered.lost
                journeys += answered.journeys
                print(load.way, at_once, *load_table.steps(load), sep="\n", flush=True)
                yield load
    expect_every_receipt(live, journeys)


def test_every_answer_of_a_crowd_is_kept_and_none_waits_long(tmp_path: Path) -> None:
    found = []
    for kind, crowds, gmpy2 in (
        ("SQLite", AT_ONCE, True),
        ("PostgreSQL", AT_ONCE, True),
        ("SQLite", (16,), False),
    ):
        for load in loads(tmp_path / f"{kind}-{gmpy2}", kind, crowds, gmpy2):
            found.append(load)
            assert load.possible >= A_SECOND[gmpy2], load
            if gmpy2 and load.at_once == 16 and load.others <= CALM:
                assert load.journey.p99 < LONGEST, load
    print("", *load_table.table(found), sep="\n", flush=True)
    if os.environ.get("CANDOUR_GOLDEN") == "write":
        load_table.write(found)
