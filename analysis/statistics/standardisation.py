"""Is it who they are? Two groups compared as if they were made up alike.

Shown beside the crude figure, never instead of it, and never adjusted for the thing under study.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from analysis.errors import EstimationError
from analysis.statistics.intervals import LEVEL, quantile
from analysis.statistics.suppressed import estimator


@dataclass(frozen=True)
class Standardised:
    """A share as it would be in the standard make-up, and its standard error."""

    share: float
    error: float


@dataclass(frozen=True)
class OddsRatio:
    """A common odds ratio of the first group over the second, its limits and two-sided p."""

    ratio: float
    lower: float
    upper: float
    p: float


@estimator
def directly_standardised(
    positive: Sequence[float], n: Sequence[float], standard: Sequence[float]
) -> Standardised:
    """A group's share if its strata were as large as those of a standard population.

    Args:
        positive: positive answers per stratum, shape (strata,).
        n: valid answers per stratum, same shape, none of them 0.
        standard: people of the standard population per stratum, same shape.

    Raises:
        EstimationError: when a stratum has no answers, so that its share is not known.

    Source: direct standardisation, e.g. Fleiss, Levin and Paik (2003), chapter 19.
    """
    x, size, weight = (np.asarray(one, dtype=float) for one in (positive, n, standard))
    if not x.shape == size.shape == weight.shape or x.ndim != 1 or x.size == 0:
        raise EstimationError("answers and standard do not have the same strata")
    if (size <= 0).any() or (x < 0).any() or (x > size).any():
        raise EstimationError("a stratum has more positive answers than answers, or none at all")
    if (weight < 0).any() or weight.sum() == 0:
        raise EstimationError("the standard population has nobody in it")
    part, share = weight / weight.sum(), x / size
    error = math.sqrt(float((part**2 * share * (1 - share) / size).sum()))
    return Standardised(float((part * share).sum()), error)


@estimator
def mantel_haenszel(
    positive: Sequence[float],
    n: Sequence[float],
    rest_positive: Sequence[float],
    rest_n: Sequence[float],
    level: float = LEVEL,
) -> OddsRatio:
    """The odds of a positive answer in a group over those in the rest, within strata.

    Args:
        positive: positive answers of the group per stratum, shape (strata,).
        n: its valid answers, same shape.
        rest_positive: positive answers of the rest, same shape.
        rest_n: its valid answers, same shape.
        level: coverage in (0, 1).

    Raises:
        EstimationError: for impossible counts, or when no stratum holds both kinds of answer.

    Source: Mantel and Haenszel (1959), no continuity correction; limits by Robins, Breslow and
    Greenland (1986); as R's mantelhaen.test(correct = FALSE).
    """
    a, first, c, second = (
        np.asarray(one, dtype=float) for one in (positive, n, rest_positive, rest_n)
    )
    if not a.shape == first.shape == c.shape == second.shape or a.ndim != 1:
        raise EstimationError("group and rest do not have the same strata")
    if min(a.min(), c.min(), (first - a).min(), (second - c).min()) < 0:
        raise EstimationError("a stratum has more positive answers than answers")
    b, d = first - a, second - c
    total = first + second
    here = total > 1
    a, b, c, d, total = (one[here] for one in (a, b, c, d, total))
    down, across = a * d / total, b * c / total
    up_sum, cross_sum = float(down.sum()), float(across.sum())
    variance = (a + b) * (c + d) * (a + c) * (b + d) / (total**2 * (total - 1))
    if up_sum == 0 or cross_sum == 0 or variance.sum() == 0:
        raise EstimationError("no stratum holds both answers in both groups")
    agree, differ = (a + d) / total, (b + c) / total
    spread = (
        float((agree * down).sum()) / (2 * up_sum**2)
        + float((agree * across + differ * down).sum()) / (2 * up_sum * cross_sum)
        + float((differ * across).sum()) / (2 * cross_sum**2)
    )
    ratio, reach = up_sum / cross_sum, quantile(level) * math.sqrt(spread)
    expected = (a + b) * (a + c) / total
    z = abs(float((a - expected).sum())) / math.sqrt(float(variance.sum()))
    p = min(1.0, 2 * float(ndtr(-z)))
    return OddsRatio(ratio, ratio * math.exp(-reach), ratio * math.exp(reach), p)
