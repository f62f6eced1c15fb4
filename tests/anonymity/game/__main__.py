"""`make link-game`: the game at full size; writes its tables into docs/THREAT_MODEL.md."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import postgresql

from game import playing, report
from game.controls import CONTROLS
from game.report import FULL_GAMES, Result
from game.world import KINDS, Ground, prepare

DOCUMENT = Path(__file__).parents[3] / "docs" / "THREAT_MODEL.md"
CONTROL_GAMES = 2


def main() -> int:
    """Play everything; 1 when an attack beats chance or a planted fault is not caught."""
    with postgresql.running() as server, tempfile.TemporaryDirectory() as folder:
        grounds = [
            prepare(Path(folder) / kind, server if kind == "PostgreSQL" else None) for kind in KINDS
        ]
        games, scores = {}, {}
        for ground in grounds:
            games[ground.kind], scores[ground.kind] = _honest(ground)
        caught = _controls(grounds)
    result = Result(games, report.cells_of(scores), caught)
    DOCUMENT.write_text(report.put_into(DOCUMENT.read_text(), result))
    click.echo(report.render(result))
    return _complain(result)


def _honest(ground: Ground) -> tuple[int, dict[str, playing.Scores]]:
    with _progress(f"The product, issuer on {ground.kind}", FULL_GAMES) as tick:
        return playing.honest(ground, FULL_GAMES, tick)


def _controls(grounds: list[Ground]) -> dict[str, tuple[str, ...]]:
    caught = {}
    with _progress("Planted faults", len(CONTROLS) * len(grounds)) as tick:
        for control in CONTROLS:
            found = []
            for ground in grounds:
                found.append(playing.caught(ground, control, CONTROL_GAMES))
                tick()
            caught[control] = tuple(sorted(frozenset.intersection(*found))) or ("nothing",)
    return caught


@contextmanager
def _progress(label: str, steps: int) -> Iterator[Callable[[], None]]:
    with click.progressbar(length=steps, label=label) as bar:
        yield lambda: bar.update(1)


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
