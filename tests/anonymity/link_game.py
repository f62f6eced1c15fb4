"""The link game: an attacker who holds every byte and knows who came when tries to find the rows.

World: `PEOPLE` people redeem and answer in one order, the worst case. An attack reads a file and
gives every person's answer a place in some order; it wins when its order goes with the order of
arrival, or when it puts people on their own place more often than chance does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
from scipy.stats import norm, poisson, rankdata

PEOPLE = 60
CHANCE = 1e-4
"""Allowed for a false alarm of a whole game; shared out over its attacks."""

Places = Mapping[str, np.ndarray]
"""Attack -> a number for each person, in order of arrival; equal numbers tell nothing."""


def raw_places(path: Path, answers: Sequence[bytes]) -> dict[str, np.ndarray]:
    """Where each answer's bytes lie: in the file, and inside their page."""
    content = path.read_bytes()
    page = int.from_bytes(content[16:18]) or 4096
    page = 65_536 if page == 1 else page
    offsets = np.array([content.find(answer) for answer in answers])
    assert (offsets >= 0).all(), f"an answer is not in {path.name}"
    return {"offset in the file": offsets, "offset in its page": offsets % page}


def column_places(path: Path, answers: Sequence[bytes]) -> dict[str, np.ndarray]:
    """Order by scanning, by a hidden row number and by every column that a row leads to."""
    found: dict[str, np.ndarray] = {}
    with closing(sqlite3.connect(path)) as database:
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        columns = {
            name: [row[1] for row in database.execute(f'PRAGMA table_info("{name}")')]
            for (name,) in names
        }
        home = next(name for name, held in columns.items() if "sealed" in held)
        found["scan"] = _order(database, f"SELECT sealed FROM {home}", answers)
        with suppress(sqlite3.OperationalError):  # a table without one
            query = f"SELECT sealed FROM {home} ORDER BY rowid"
            found[f"{home}.rowid"] = _order(database, query, answers)
        for name, held in columns.items():
            joined = home if name == home else f"{home} JOIN {name} USING (number)"
            if name != home and "number" not in held:
                continue
            for column in held:
                query = f"SELECT sealed FROM {joined} ORDER BY {name}.{column}"
                found[f"{name}.{column}"] = _order(database, query, answers)
    return found


def _order(database: sqlite3.Connection, query: str, answers: Sequence[bytes]) -> np.ndarray:
    place = {sealed: position for position, (sealed,) in enumerate(database.execute(query))}
    return np.array([place[answer] for answer in answers])


def everything(path: Path, answers: Sequence[bytes]) -> dict[str, np.ndarray]:
    """Every attack on one file."""
    return {**raw_places(path, answers), **column_places(path, answers)}


def findings(play: Callable[[], Places], seeds: int) -> dict[str, str]:
    """Play the game `seeds` times; what each attack that beats chance has found."""
    games = [play() for _ in range(seeds)]
    alarm = CHANCE / len(games[0])
    limit = norm.isf(alarm / 2)
    found = {}
    for attack in games[0]:
        ranks = [rankdata(game[attack]) for game in games]
        z = sum(_correlation(rank) for rank in ranks) * np.sqrt(PEOPLE - 1) / np.sqrt(seeds)
        arrival = np.arange(1, PEOPLE + 1)
        hits = max(
            sum(int((rank == arrival).sum()) for rank in ranks),
            sum(int((rank[::-1] == arrival).sum()) for rank in ranks),
        )
        if abs(z) > limit:
            found[attack] = f"goes with the order of arrival (z = {z:.1f})"
        elif poisson.sf(hits - 1, seeds) < alarm / 2:
            found[attack] = f"finds {hits} people where chance finds {seeds}"
    return found


def _correlation(ranks: np.ndarray) -> float:
    if np.ptp(ranks) == 0:
        return 0.0
    return float(np.corrcoef(ranks, np.arange(len(ranks)))[0, 1])
