"""Ordered answers of two groups, from counts per category: which group answers higher.

Swapping the two groups mirrors every result.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, stdtr, stdtrit

from analysis.errors import EstimationError
from analysis.statistics.intervals import LEVEL, quantile
from analysis.statistics.suppressed import estimator

Counts = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Superiority:
    """How often an answer of the first group stands above one of the second, ties as half.

    Attributes:
        probability: P(first > second) + P(equal)/2, with its limits `lower` and `upper`.
        delta: Cliff's delta, P(first > second) - P(first < second), with its limits.
        p: of probability 1/2, two-sided.
    """

    probability: float
    lower: float
    upper: float
    delta: float
    delta_lower: float
    delta_upper: float
    p: float


@estimator
def ordinal_superiority(
    counts1: Sequence[int] | npt.NDArray[np.int_], counts2: Sequence[int] | npt.NDArray[np.int_]
) -> Superiority:
    """Brunner and Munzel's test and Cliff's delta from counts of ordered answers, lowest first.

    Args:
        counts1: answers of the first group per category, shape (categories,), 2 or more in all.
        counts2: the same of the second group.

    Raises:
        EstimationError: for shapes that differ or fewer than two answers on a side.

    Source: Brunner and Munzel (2000); delta's limits as Cliff (1996) and R effsize. Where the two
    groups do not overlap at all neither has a variance and the permutation variance of
    `mann_whitney` stands in.
    """
    first, second = _ordered(counts1, counts2)
    n1, n2 = first.sum(), second.sum()
    # Per category: the part of the other group below it, ties as half.
    over_second = (np.cumsum(second) - second / 2) / n2
    over_first = (np.cumsum(first) - first / 2) / n1
    probability = float((first * over_second).sum() / n1)
    part1 = _category_variance(first, over_second) / n1
    part2 = _category_variance(second, over_first) / n2
    if part1 + part2 == 0:
        return _separate(first, second, probability)
    freedom = (part1 + part2) ** 2 / (part1**2 / (n1 - 1) + part2**2 / (n2 - 1))
    error = math.sqrt(part1 + part2)
    half = float(stdtrit(freedom, (1 + LEVEL) / 2)) * error
    p = 2 * float(stdtr(freedom, -abs(probability - 0.5) / error))
    low, high = _delta_limits(first, second, 2 * probability - 1)
    return Superiority(
        probability=probability,
        lower=max(0.0, probability - half),
        upper=min(1.0, probability + half),
        delta=2 * probability - 1,
        delta_lower=low,
        delta_upper=high,
        p=min(1.0, p),
    )


@estimator
def mann_whitney(
    counts1: Sequence[int] | npt.NDArray[np.int_], counts2: Sequence[int] | npt.NDArray[np.int_]
) -> tuple[float, float]:
    """Mann and Whitney's U of the first group and its two-sided p, ties corrected.

    Args:
        counts1: answers of the first group per category, lowest first, 2 or more in all.
        counts2: the same of the second group.

    Returns:
        U, and p from the normal approximation without continuity correction.

    Raises:
        EstimationError: for shapes that differ or fewer than two answers on a side.
    """
    first, second = _ordered(counts1, counts2)
    n1, n2 = float(first.sum()), float(second.sum())
    u = float((first * (np.cumsum(second) - second / 2)).sum())
    error = _permutation_error(first, second)
    p = 1.0 if error == 0 else 2 * float(ndtr(-abs(u - n1 * n2 / 2) / error))
    return u, min(1.0, p)


def _ordered(
    counts1: Sequence[int] | npt.NDArray[np.int_], counts2: Sequence[int] | npt.NDArray[np.int_]
) -> tuple[Counts, Counts]:
    first, second = np.asarray(counts1, dtype=float), np.asarray(counts2, dtype=float)
    if first.shape != second.shape or first.ndim != 1:
        raise EstimationError("the two groups answered on different scales")
    if (first < 0).any() or (second < 0).any() or first.sum() < 2 or second.sum() < 2:
        raise EstimationError("ordered answers need two or more on either side")
    return first, second


def _category_variance(counts: Counts, placement: Counts) -> float:
    n = float(counts.sum())
    mean = float((counts * placement).sum()) / n
    return float((counts * (placement - mean) ** 2).sum()) / (n - 1)


def _permutation_error(first: Counts, second: Counts) -> float:
    """Standard error of U when the two groups are alike, with the correction for ties."""
    n1, n2 = float(first.sum()), float(second.sum())
    total = n1 + n2
    ties = first + second
    tied = float((ties**3 - ties).sum()) / (total * (total - 1))
    return math.sqrt(max(0.0, n1 * n2 / 12 * (total + 1 - tied)))


def _separate(first: Counts, second: Counts, probability: float) -> Superiority:
    """Groups of which every answer of one stands above, below or level with all of the other."""
    pairs = float(first.sum() * second.sum())
    error = _permutation_error(first, second) / pairs
    half = quantile(LEVEL) * error
    lower, upper = max(0.0, probability - half), min(1.0, probability + half)
    p = 1.0 if error == 0 else min(1.0, 2 * float(ndtr(-abs(probability - 0.5) / error)))
    return Superiority(
        probability, lower, upper, 2 * probability - 1, 2 * lower - 1, 2 * upper - 1, p
    )


def _delta_variance(first: Counts, second: Counts, delta: float) -> float:
    """Cliff's unbiased variance of delta."""
    n1, n2 = float(first.sum()), float(second.sum())
    over_second = (2 * np.cumsum(second) - second) / n2 - 1
    over_first = (2 * np.cumsum(first) - first) / n1 - 1
    rows = float((first * (over_second - delta) ** 2).sum())
    columns = float((second * (over_first + delta) ** 2).sum())
    scale = np.arange(first.size)
    sign = np.sign(scale[:, None] - scale[None, :])
    both = float((np.outer(first, second) * (sign - delta) ** 2).sum())
    unbiased = (n2**2 * rows + n1**2 * columns - both) / (n1 * n2 * (n1 - 1) * (n2 - 1))
    return max(unbiased, (1 - delta**2) / (n1 * n2 - 1))


def _delta_limits(first: Counts, second: Counts, delta: float) -> tuple[float, float]:
    t = float(stdtrit(first.sum() + second.sum() - 2, (1 + LEVEL) / 2))
    spread = _delta_variance(first, second, delta)
    half = t * math.sqrt(spread) * math.sqrt((1 - delta**2) ** 2 + t**2 * spread)
    under = 1 - delta**2 + t**2 * spread
    centre = delta - delta**3
    return max(-1.0, (centre - half) / under), min(1.0, (centre + half) / under)
