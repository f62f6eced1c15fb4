"""The force beside what others published of the same statements."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.plan import FORCE
from analysis.release.model import Release
from analysis.release.rows import BenchmarkRow
from survey.results import words


@dataclass(frozen=True)
class Beside:
    """A statement and a figure of others.

    Attributes:
        force: the force's figure with its range.
        other: theirs, with how many answered; empty where it cannot be compared.
        source: who published it, and of which year.
        said: the difference in words.
    """

    statement: str
    force: str
    other: str
    source: str
    said: str


def beside(release: Release) -> tuple[Beside, ...]:
    """Every benchmark of a Release, in its order."""
    return tuple(
        Beside(
            statement=release.measure_by_id[row.measure].label,
            force=words.figure_with_range(release.estimate_by_key[FORCE, row.measure]),
            other=_other(row),
            source=f"{row.source}, {row.year}",
            said=words.against_benchmark(row),
        )
        for row in release.benchmarks
    )


def _other(row: BenchmarkRow) -> str:
    if row.value is None:
        return ""
    figure = f"{row.value:g}%"
    return figure if row.base is None else f"{figure} of {row.base:,} answers"
