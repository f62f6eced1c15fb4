"""Change over waves. Two waves are a difference; three or more a slope over their dates.

The same people answer twice, which is not known of anybody; taking the waves as independent makes
a change look less certain than it is, never more. No finite population correction.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtr

from analysis.errors import EstimationError
from analysis.statistics.comparisons import Difference, miettinen_nurminen, welch
from analysis.statistics.intervals import LEVEL, quantile
from analysis.statistics.suppressed import estimator

ROUNDS = 50
PRECISION = 1e-10


@dataclass(frozen=True)
class Slope:
    """A trend in shares.

    Attributes:
        slope: change of the share per unit of time.
        chi2: Cochran and Armitage's statistic, one degree of freedom.
        p: of no trend, two-sided.
    """

    slope: float
    chi2: float
    p: float


@estimator
def cochran_armitage(
    positive: Sequence[float], n: Sequence[float], times: Sequence[float]
) -> Slope:
    """Test of a linear trend in shares over three waves or more.

    Args:
        positive: positive answers per wave, shape (waves,).
        n: valid answers per wave, same shape.
        times: when the waves closed, in any unit, not all equal; same shape.

    Raises:
        EstimationError: for fewer than three waves, waves at one time or impossible counts.

    Source: Cochran (1954), Armitage (1955); as R's prop.trend.test.
    """
    x, size, when = (np.asarray(values, dtype=float) for values in (positive, n, times))
    if not x.shape == size.shape == when.shape or x.ndim != 1 or x.size < 3:
        raise EstimationError("a trend needs three waves or more; two are a difference")
    if (size <= 0).any() or (x < 0).any() or (x > size).any():
        raise EstimationError("a wave has more positive answers than answers, or none at all")
    total = float(size.sum())
    around = when - float((size * when).sum()) / total
    spread = float((size * around**2).sum())
    if spread == 0:
        raise EstimationError("a trend needs waves at different times")
    share = float(x.sum()) / total
    slope = float((x * around).sum()) / spread
    if share in (0.0, 1.0):
        return Slope(0.0, 0.0, 1.0)
    chi2 = slope**2 * spread / (share * (1 - share))
    return Slope(slope, chi2, min(1.0, 2 * float(ndtr(-math.sqrt(chi2)))))


@dataclass(frozen=True)
class LogOdds:
    """Coefficients of a logistic model, their standard errors and two-sided p, shape (columns,)."""

    coefficients: tuple[float, ...]
    errors: tuple[float, ...]
    p: tuple[float, ...]


@estimator
def logistic(
    positive: Sequence[float], n: Sequence[float], design: Sequence[Sequence[float]]
) -> LogOdds:
    """Log odds of a positive answer as a linear function of what cells of answers have.

    With the date as a column it is a trend; with the date, a group and their product as columns,
    the last one says whether the group moves otherwise than the rest.

    Args:
        positive: positive answers per cell, shape (cells,).
        n: valid answers per cell, same shape.
        design: shape (cells, columns); a column of ones is put before them.

    Raises:
        EstimationError: for impossible counts, or columns that the answers cannot tell apart.

    Source: maximum likelihood by Fisher scoring, Wald's p; as R's glm(family = binomial).
    """
    x, size = np.asarray(positive, dtype=float), np.asarray(n, dtype=float)
    rows = np.column_stack([np.ones(x.size), np.asarray(design, dtype=float).reshape(x.size, -1)])
    if x.shape != size.shape or (size <= 0).any() or (x < 0).any() or (x > size).any():
        raise EstimationError("a cell has more positive answers than answers, or none at all")
    found = np.zeros(rows.shape[1])
    for _ in range(ROUNDS):
        share = expit(rows @ found)
        information = rows.T @ ((size * share * (1 - share))[:, None] * rows)
        if np.linalg.cond(information) > 1 / np.finfo(float).eps:
            break
        step = np.linalg.solve(information, rows.T @ (x - size * share))
        found += step
        if np.abs(step).max() < PRECISION:
            errors = np.sqrt(np.diag(np.linalg.inv(information)))
            p = 2 * ndtr(-np.abs(found) / errors)
            return LogOdds(tuple(found.tolist()), tuple(errors.tolist()), tuple(p.tolist()))
    raise EstimationError("the answers cannot tell these columns apart: no finite odds fit")


def change_of_share(x_before: float, n_before: float, x_after: float, n_after: float) -> Difference:
    """Change of an item's share from one wave to the next, later minus earlier."""
    return miettinen_nurminen(x_after, n_after, x_before, n_before)


def change_of_mean(before: tuple[int, float, float], after: tuple[int, float, float]) -> Difference:
    """Change of a theme's mean, later minus earlier; each wave as (n, sum, sum of squares)."""
    return welch(*after, *before)


@estimator
def moved(
    shares: Sequence[float],
    n: Sequence[float],
    times: Sequence[float],
    inflation: float = 1.0,
) -> Difference:
    """How far a share moved from the first time to the last, along the straight line through all.

    Two waves are a difference (Miettinen and Nurminen); three or more a slope: Cochran and
    Armitage's p, and limits by the slope's own standard error.

    Args:
        shares: shares in (0, 1), oldest first, shape (waves,).
        n: answers behind each, or as many as are worth it, same shape.
        times: when the waves closed, in any unit, rising; same shape.
        inflation: of the squared standard error.

    Raises:
        EstimationError: for fewer than two waves, waves at one time or impossible shares.
    """
    p, size, when = (np.asarray(values, dtype=float) for values in (shares, n, times))
    size = size / inflation
    if p.size == 2 and when[0] < when[1]:
        (x1, x2), (n1, n2) = (p * size).tolist(), size.tolist()
        return change_of_share(x1, n1, x2, n2)
    slope = cochran_armitage((p * size).tolist(), size.tolist(), when.tolist())
    around = when - float((size * when).sum()) / float(size.sum())
    spread = float((size * around**2).sum())
    error = math.sqrt(float((size * around**2 * p * (1 - p)).sum())) / spread
    span = float(when[-1] - when[0])
    change, half = slope.slope * span, quantile(LEVEL) * error * span
    return Difference(change, change - half, change + half, slope.p)
