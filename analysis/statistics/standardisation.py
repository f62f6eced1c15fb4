"""Is it who they are? Two groups compared as if they were made up alike.

Shown beside the crude figure, never instead of it, and never adjusted for the thing under study.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from analysis.errors import EstimationError
from analysis.statistics.intervals import LEVEL, quantile
from analysis.statistics.suppressed import estimator

Floats = npt.NDArray[np.float64] | np.float64


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


@dataclass(frozen=True)
class Composed:
    """What of a group's gap to the rest goes with the strata that its people are found in.

    Attributes:
        goes_with: crude gap less the gap inside the strata, as a share.
        wider: how many times as wide the range of what stays is as that of the crude gap.
        off: by how much rounding may have moved `goes_with`, as a share.
    """

    goes_with: float
    wider: float
    off: float


@dataclass(frozen=True)
class Strata:
    """Where a group is found, per stratum: each of shape (strata,).

    Attributes:
        part: people of the group; `part_off` how far each may be off by rounding.
        whole: all people.
        shares: of positive answers among all; `shares_off` how far each may be off.
    """

    part: Sequence[float]
    whole: Sequence[float]
    shares: Sequence[float]
    part_off: Sequence[float]
    shares_off: Sequence[float]


@estimator
def composition(share: float, strata: Strata, share_off: float = 0.0) -> Composed | None:
    """How much of a group's gap to the rest is one between the strata that they are found in.

    The gap inside the strata is Mantel and Haenszel's difference of shares: the strata's own gaps,
    each weighing n1 n2 / (n1 + n2), group and rest. That is both of them directly standardised to
    such a population. It needs how many of the group are in a stratum, and not their answers.

    Args:
        share: of positive answers in the group.
        strata: where it is found.
        share_off: how far `share` may be off by rounding.

    Returns:
        None where no stratum holds both people of the group and others.

    Raises:
        EstimationError: when the group has more people in a stratum than there are.

    Source: Cochran (1954); Mantel and Haenszel (1959); Greenland and Robins (1985) for differences.
    """
    part, whole, shares = (
        np.asarray(one, dtype=float) for one in (strata.part, strata.whole, strata.shares)
    )
    if not part.shape == whole.shape == shares.shape or part.ndim != 1:
        raise EstimationError("group and strata do not have the same shape")
    if (part < 0).any() or (part > whole).any() or (whole <= 0).any():
        raise EstimationError("a stratum has fewer people than the group has there")
    if not (part * (whole - part)).any():
        return None
    goes_with, wider = _composition(np.float64(share), part, whole, shares)
    # Each figure by itself at both ends of what it may be rounded from; then all together.
    shifts = np.diag(np.asarray(strata.shares_off, dtype=float))
    moves = np.diag(np.asarray(strata.part_off, dtype=float))
    off = 0.0
    for sign in (-1, 1):
        one, _ = _composition(np.float64(share + sign * share_off), part, whole, shares)
        by_share, _ = _composition(np.float64(share), part, whole, shares + sign * shifts)
        parts = np.clip(part + sign * moves, 0, whole)
        by_part, _ = _composition(np.float64(share), parts, whole, shares)
        moved = [np.abs(found - goes_with).sum() for found in (one, by_share, by_part)]
        off = max(off, float(sum(moved)))
    return Composed(float(goes_with), float(wider), off)


def _composition(
    share: Floats, part: Floats, whole: Floats, shares: Floats
) -> tuple[Floats, Floats]:
    """What goes with the strata and how much wider what stays is; strata on the last axis."""
    placed = part / part.sum(axis=-1, keepdims=True)
    everybody = whole / whole.sum()
    # Who is not of the group: of everybody, and where the group is.
    others = 1 - part.sum(axis=-1) / whole.sum()
    beside = 1 - (placed * part / whole).sum(axis=-1)
    crude = (share - (everybody * shares).sum(axis=-1)) / others
    inside = (share - (placed * shares).sum(axis=-1)) / beside
    return crude - inside, np.sqrt(others / beside)


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
