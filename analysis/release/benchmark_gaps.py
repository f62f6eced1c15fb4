"""The force's published figure beside one of others; whoever reads a Release works it out again."""

from __future__ import annotations

import math

from analysis.plan import FORCE
from analysis.release.known import of_item, step_of
from analysis.release.model import Release
from analysis.statistics.comparisons import Difference, miettinen_nurminen

Gap = tuple[int | None, int | None, int | None]
"""Points of the force less the benchmark, and its 95 % limits."""

NOTHING: Gap = (None, None, None)


def benchmark_gap(
    release: Release, item: str, value: float, decimals: int, base: int | None
) -> Gap:
    """The gap of the force's percent positive; nothing where that is not shown.

    Limits are Miettinen and Nurminen's, at the ends of what both figures may be rounded from; none
    where the benchmark's base is not known, or the force's figure is weighted.

    Args:
        release: has the force's figure.
        item: id.
        value: percent positive of the benchmark.
        decimals: of `value` as it was published.
        base: people who answered there; None when that is not known.
    """
    row = release.estimate_by_key[FORCE, item]
    if row.positive is None or row.positive_bound:
        return NOTHING
    gap = math.floor(row.positive - value + 0.5)
    if base is None or release.manifest.weight is not None:
        return gap, None, None
    half, theirs = step_of(release, row) / 2, 0.5 / 10**decimals
    sizes = of_item(release, FORCE, item)[0], float(base)
    lower = _difference((row.positive - half, value + theirs), sizes).lower
    upper = _difference((row.positive + half, value - theirs), sizes).upper
    return gap, min(gap, math.floor(100 * lower)), max(gap, math.ceil(100 * upper))


def _difference(percents: tuple[float, float], sizes: tuple[float, float]) -> Difference:
    (x1, x2), (n1, n2) = (min(100.0, max(0.0, one)) / 100 for one in percents), sizes
    return miettinen_nurminen(x1 * n1, n1, x2 * n2, n2)
