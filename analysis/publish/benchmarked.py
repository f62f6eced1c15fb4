"""The force beside benchmarks: from its published figure and theirs, so it tells nothing new."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.beside.benchmarks import Benchmark
from analysis.plan import FORCE
from analysis.release.benchmark_gaps import NOTHING, benchmark_gap
from analysis.release.model import Release
from analysis.release.rows import BenchmarkRow


def benchmark_rows(release: Release, benchmarks: Sequence[Benchmark]) -> tuple[BenchmarkRow, ...]:
    """One row per benchmark: statements in their order, newest first.

    A figure of another wording or scale is left out of its row, so that nobody compares it.
    """
    order = {row.measure: at for at, row in enumerate(release.measures)}
    ordered = sorted(benchmarks, key=lambda one: (order[one.item], -one.year, one.source))
    return tuple(_row(release, one) for one in ordered)


def _row(release: Release, one: Benchmark) -> BenchmarkRow:
    same = release.measure_by_id[one.item].fingerprint == one.fingerprint
    told = NOTHING
    if same:
        told = benchmark_gap(release, one.item, one.value, one.decimals, one.base)
    return BenchmarkRow(
        *(FORCE, one.item, one.source, one.year, same),
        value=one.value if same else None,
        base=one.base if same else None,
        gap=told[0],
        lower=told[1],
        upper=told[2],
        status="c" if told == NOTHING else "shown",
    )
