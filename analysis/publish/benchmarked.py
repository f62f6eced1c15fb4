"""The force beside benchmarks: from its published figure and theirs, so it tells nothing new."""

from __future__ import annotations

import math
from collections.abc import Sequence

from analysis.benchmarks import Benchmark
from analysis.plan import FORCE
from analysis.release.known import of_item, step_of
from analysis.release.model import Release
from analysis.release.rows import BenchmarkRow
from analysis.statistics.comparisons import Difference, miettinen_nurminen

Gap = tuple[int, int | None, int | None]


def benchmark_rows(release: Release, benchmarks: Sequence[Benchmark]) -> tuple[BenchmarkRow, ...]:
    """One row per benchmark: statements in their order, newest first.

    A figure of another wording or scale is left out of its row, so that nobody compares it.
    """
    order = {row.measure: at for at, row in enumerate(release.measures)}
    ordered = sorted(benchmarks, key=lambda one: (order[one.item], -one.year, one.source))
    return tuple(_row(release, one) for one in ordered)


def _row(release: Release, one: Benchmark) -> BenchmarkRow:
    same = release.measure_by_id[one.item].fingerprint == one.fingerprint
    gap = _gap(release, one) if same else None
    told: Gap | tuple[None, None, None] = (None, None, None) if gap is None else gap
    return BenchmarkRow(
        *(FORCE, one.item, one.source, one.year, same),
        value=one.value if same else None,
        base=one.base if same else None,
        gap=told[0],
        lower=told[1],
        upper=told[2],
        status="c" if gap is None else "shown",
    )


def _gap(release: Release, one: Benchmark) -> Gap | None:
    """Points of the force less the benchmark; None where the force's figure is not shown.

    Limits are Miettinen and Nurminen's, at the ends of what both figures may be rounded from; none
    where the benchmark's base is not known, or the force's figure is weighted.
    """
    row = release.estimate_by_key[FORCE, one.item]
    if row.positive is None or row.positive_bound:
        return None
    gap = math.floor(row.positive - one.value + 0.5)
    if one.base is None or release.manifest.weight is not None:
        return gap, None, None
    half, theirs = step_of(release, row) / 2, 0.5 / 10**one.decimals
    sizes = of_item(release, FORCE, one.item)[0], float(one.base)
    lower = _difference((row.positive - half, one.value + theirs), sizes).lower
    upper = _difference((row.positive + half, one.value - theirs), sizes).upper
    return gap, min(gap, math.floor(100 * lower)), max(gap, math.ceil(100 * upper))


def _difference(percents: tuple[float, float], sizes: tuple[float, float]) -> Difference:
    (x1, x2), (n1, n2) = (min(100.0, max(0.0, one)) / 100 for one in percents), sizes
    return miettinen_nurminen(x1 * n1, n1, x2 * n2, n2)
