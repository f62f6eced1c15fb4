"""Who answered: how evenly a wave's answers come from the groups of the frame.

Weighting is a check on how much this could matter, not a cure: it cannot tell how those who did not
answer would have answered. `without_assumption` says how far they could move a share.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr

from analysis.errors import EstimationError
from analysis.statistics.families import benjamini_hochberg
from analysis.statistics.intervals import LEVEL
from analysis.statistics.suppressed import estimator


@dataclass(frozen=True)
class Representativeness:
    """How much response rates differ between the groups of one breakdown.

    Attributes:
        spread: standard deviation of the rates over the people of the frame.
        indicator: R, 1 less twice the spread: 1 when all groups answered alike.
        adjusted: R with the spread that chance alone would make taken off.
        variation: spread over the mean rate; the most that a standardised mean can be off.
        partial: of each group, shape (groups,): below 0 where it answered less than the force.
    """

    spread: float
    indicator: float
    adjusted: float
    variation: float
    partial: tuple[float, ...]


@estimator
def r_indicator(headcounts: Sequence[float], answered: Sequence[float]) -> Representativeness:
    """The R-indicator of a breakdown with its bias correction and unconditional partials.

    Args:
        headcounts: people of each group on the frame, shape (groups,), two groups or more.
        answered: how many of them answered, same shape.

    Raises:
        EstimationError: for one group alone, an empty one, or more answers than people.

    Source: Schouten, Cobben and Bethlehem (2009); bias by Shlomo, Skinner and Schouten (2012).
    """
    people, here = np.asarray(headcounts, dtype=float), np.asarray(answered, dtype=float)
    if people.shape != here.shape or people.ndim != 1 or people.size < 2:
        raise EstimationError("representativeness needs two groups or more")
    if (people <= 0).any() or (here < 0).any() or (here > people).any():
        raise EstimationError("a group has more answers than people, or nobody in it")
    total, rate = float(people.sum()), here / people
    mean = float(here.sum()) / total
    if mean == 0:
        raise EstimationError("nobody answered")
    square = float((people * (rate - mean) ** 2).sum()) / (total - 1)
    chance = float((rate * (1 - rate)).sum()) / total
    spread = math.sqrt(square)
    return Representativeness(
        spread=spread,
        indicator=1 - 2 * spread,
        adjusted=1 - 2 * math.sqrt(max(0.0, square - chance)),
        variation=spread / mean,
        partial=tuple((np.sqrt(people / total) * (rate - mean)).tolist()),
    )


_DUST = 1e-9

FEWER = 0.05
"""In rates: a group that answered less than all by under this is not called missing."""


@estimator
def are_missing(
    headcounts: Sequence[float],
    answered: Sequence[float],
    missing: Sequence[float],
    off: Sequence[float],
) -> tuple[bool, ...]:
    """Of which groups of a breakdown clearly fewer answered than of all, beyond chance.

    Each group's answers are held against a binomial at the rate of all, by the least that is
    surely missing, and all groups together by Benjamini and Hochberg: where all would answer
    alike, one breakdown in twenty at most names any.

    Args:
        headcounts: people of each group, shape (groups,).
        answered: how many of them answered, same shape.
        missing: how many more would have at the rate of all, same shape.
        off: by how many people `missing` may be too many, by rounding, same shape.

    Example:
        >>> are_missing([400, 400, 40], [200, 228, 20], [40, 12, 4], [0, 0, 0])
        (True, False, False)
    """
    people, here = np.asarray(headcounts, dtype=float), np.asarray(answered, dtype=float)
    more, rounded = np.asarray(missing, dtype=float), np.asarray(off, dtype=float)
    expected, least = here + more, more - rounded
    tested = (expected > 0) & (expected < people) & (least >= FEWER * people) & (least > 0)
    p = np.ones(people.size)
    at = np.flatnonzero(tested)
    most = np.floor(expected[at] - least[at] + _DUST)
    p[at] = bdtr(most, people[at].astype(np.int64), expected[at] / people[at])
    return tuple((benjamini_hochberg(p) <= 1 - LEVEL + _DUST).tolist())


@estimator
def without_assumption(share: float, rate: float) -> tuple[float, float]:
    """The least and most that a share can be, whatever those who did not answer think.

    Args:
        share: positive of those who answered, in [0, 1].
        rate: response rate in (0, 1].

    Raises:
        EstimationError: outside these limits.

    Source: Manski (1989): every other person negative, every other person positive.

    Example:
        >>> without_assumption(0.5, 0.6)
        (0.3, 0.7)
    """
    if not (0 <= share <= 1 and 0 < rate <= 1):
        raise EstimationError(f"a share of {share} at a response rate of {rate} cannot be")
    least = rate * share
    return least, least + (1 - rate)
