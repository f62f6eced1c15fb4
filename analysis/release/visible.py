"""The smallest gap that a comparison could have shown, from published figures alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from scipy.special import ndtri

from analysis.plan import FORCE
from analysis.release.families import Judged, judged
from analysis.release.known import grain_of
from analysis.release.model import Release
from analysis.release.rows import ComparisonRow
from analysis.release.sides import is_side
from analysis.statistics.concerns import LEAST_GAP, POWER, smallest_gap

ALONE = 0.05
"""Level of a test that is judged by itself."""
FINE = 5
"""Points; in a coarser step than this, limits say more of the step than of chance."""
_LIMITS = float(ndtri(0.975))


def is_judged(row: ComparisonRow) -> bool:
    """Whether the area-of-concern rule looks at a comparison: themes, against everybody else."""
    return row.kind == "theme" and row.against == FORCE


def with_smallest(release: Release) -> tuple[ComparisonRow, ...]:
    """The comparisons of a Release, each with the smallest gap that it could have shown."""
    of_group = judged(release)
    return tuple(
        replace(row, smallest=smallest(release, row, of_group)) for row in release.comparisons
    )


def smallest(release: Release, row: ComparisonRow, of_group: Mapping[str, Judged]) -> int | None:
    """About the narrowest gap, in points, that would have been seen four times in five.

    A lone gap of a family has to stand out at the family's rate divided by its comparisons, and be
    5 points wide. How much chance moves a gap is taken back from the published limits, or is what
    it is at most for so many people, where that is less.

    Args:
        release: what is published.
        row: one of its comparisons.
        of_group: how the comparisons of each group are judged.

    Returns:
        Points; 100 where no gap could have been seen; None where nothing is shown, or the bases
        do not tell how many the rest are.
    """
    mine = release.estimate_by_key.get((row.group, row.measure))
    whole = release.estimate_by_key.get((row.against, row.measure))
    if row.gap is None or mine is None or whole is None or not mine.base or not whole.base:
        return None
    rest = whole.base if is_side(release, row) else whole.base - mine.base
    if rest <= 0:
        return None
    level, least = ALONE, 0.0
    if is_judged(row):
        family = of_group[row.group]
        level, least = family.rate / max(1, family.made), LEAST_GAP
    error = None if mine.positive_bound or whole.positive_bound else _error(release, row, rest)
    if error is None or error > math.sqrt(1 / mine.base + 1 / rest) / 2:
        return round(100 * max(_at_most(mine.base, rest, level), least))
    reach = float(ndtri(POWER))
    return round(100 * max((float(-ndtri(level / 2)) + reach) * error, least + reach * error))


@lru_cache(maxsize=1 << 14)
def _at_most(base: int, rest: int, level: float) -> float:
    return float(smallest_gap(base, rest, level=level))


def _error(release: Release, row: ComparisonRow, rest: int) -> float | None:
    """About the standard error of a gap, as a share: half its range less what rounding adds.

    None where steps are too coarse to tell.
    """
    if row.gap is None or row.lower is None or row.upper is None:
        return None
    mine = release.estimate_by_key[row.group, row.measure]
    own = grain_of(release, row.group, row.measure, mine.base or 0)
    theirs = max(grain_of(release, group, row.measure, rest) for group in (row.group, row.against))
    grain = max(own, theirs)
    if grain > FINE:
        return None
    if release.measure_by_id[row.measure].sensitive:
        # Either may stand beside a banded category, in the coarse step.
        coarse: int = release.manifest.policy["coarse_share_step"]
        own, theirs = (
            step if percent % coarse else max(step, coarse)
            for step, percent in (
                (own, mine.positive or 0),
                (theirs, (mine.positive or 0) - row.gap),
            )
        )
    half = (row.upper - row.lower) / 2
    if row.against == FORCE and (row.group, row.measure) in release.raised_keys:
        # The side towards 0 may have been moved to it.
        half = row.gap - row.lower if row.gap < 0 else row.upper - row.gap
    # Both percents may be half a step off, and the limit was moved out by half a step on average.
    chance = max(half - (own + theirs) / 2 - grain / 2, grain / 2)
    return chance / 100 / _LIMITS
