"""`make link-game`: the game at full size; writes its tables into docs/THREAT_MODEL.md."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import click
import postgresql

from game import playing, report
from game.controls import CONTROLS
from game.report import FULL_GAMES, Result
from game.world import KINDS, prepare

DOCUMENT = Path(__file__).parents[3] / "docs" / "THREAT_MODEL.md"
CONTROL_GAMES = 2


def main() -> int:
    """Play everything; 1 when an attack beats chance or a planted fault is not caught."""
    with ProcessPoolExecutor(len(KINDS)) as pool:
        played = dict(zip(KINDS, pool.map(_play, KINDS), strict=True))
    games = {kind: count for kind, (count, _, _) in played.items()}
    scores = {kind: found for kind, (_, found, _) in played.items()}
    result = Result(
        games, report.cells_of(scores), _by_all(caught for _, _, caught in played.values())
    )
    DOCUMENT.write_text(report.put_into(DOCUMENT.read_text(), result))
    click.echo(report.render(result))
    return _complain(result)


Caught = dict[str, frozenset[str]]
"""Planted fault -> the attacks that found it."""


def _play(kind: str) -> tuple[int, dict[str, playing.Scores], Caught]:
    """All games on one kind of database: how many of the product, their score, and the controls."""
    server = postgresql.running() if kind == "PostgreSQL" else nullcontext()
    with server as cluster, tempfile.TemporaryDirectory() as folder:
        ground = prepare(Path(folder), cluster)
        games, scores = playing.honest(ground, FULL_GAMES)
        click.echo(f"{kind}: {games} games of the product are played; now the faults.", err=True)
        caught = {control: playing.caught(ground, control, CONTROL_GAMES) for control in CONTROLS}
    return games, scores, caught


def _by_all(of_each: Iterable[Caught]) -> dict[str, tuple[str, ...]]:
    """The attacks that found each fault on every kind of database."""
    found = list(of_each)
    return {
        control: tuple(sorted(frozenset.intersection(*(caught[control] for caught in found))))
        or ("nothing",)
        for control in CONTROLS
    }


def _complain(result: Result) -> int:
    over = report.over_the_limit(result)
    missed = report.not_caught(result)
    for attack, column in over:
        click.echo(f"{attack} beats chance ({column}).", err=True)
    for control in missed:
        click.echo(f"{control}: planted and not caught.", err=True)
    return 1 if over or missed else 0


if __name__ == "__main__":
    sys.exit(main())
