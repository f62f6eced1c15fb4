"""Before and after an intervention in one group, with the others' changes as the yardstick.

A group that something was done in changes; so do those where nothing was done. What counts is how
far its change stands out from theirs. A group that was picked because it was low would have risen
without any help: `regression_to_the_mean` says by how much.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, stdtr, stdtrit

from analysis.errors import EstimationError
from analysis.statistics.comparisons import Difference
from analysis.statistics.intervals import LEVEL, quantile
from analysis.statistics.suppressed import estimator

LEAST_OTHERS = 3


@dataclass(frozen=True)
class StandsOut:
    """How far one group's change stands out from those of the others.

    Attributes:
        change: of the group, later minus earlier.
        others: mean change of the others.
        excess: `change` less `others`, with its limits and two-sided p.
        degrees: of freedom, number of groups less 2.
    """

    change: float
    others: float
    excess: Difference
    degrees: int


@estimator
def difference_in_differences(
    before: Sequence[float], after: Sequence[float], level: float = LEVEL
) -> Difference:
    """Change of a group's share less the change of the comparison group's share.

    Args:
        before: positive answers and valid answers of the group, then of the comparison group.
        after: the same in the later wave.
        level: coverage in (0, 1).

    Raises:
        EstimationError: when a share has no answers or more positive ones than answers.

    Source: linear probability model on four cells, as R's glm(family = binomial("identity")).
    """
    if len(before) != 4 or len(after) != 4:
        raise EstimationError("before and after are four counts each: of two groups")
    shares, spread = [], 0.0
    for x, n in ((after[0], after[1]), (before[0], before[1]), (after[2], after[3]),
                 (before[2], before[3])):  # fmt: skip
        if not 0 <= x <= n or n == 0:
            raise EstimationError("a group has more positive answers than answers, or none at all")
        shares.append(x / n)
        spread += x / n * (1 - x / n) / n
    gap = (shares[0] - shares[1]) - (shares[2] - shares[3])
    error = math.sqrt(spread)
    if error == 0:
        raise EstimationError("all answers are alike in every cell: there is no spread to judge by")
    reach = quantile(level) * error
    return Difference(gap, gap - reach, gap + reach, min(1.0, 2 * float(ndtr(-abs(gap) / error))))


@estimator
def stands_out(change: float, others: Sequence[float], level: float = LEVEL) -> StandsOut:
    """A group's change judged against the spread of the changes of the other groups.

    Its own standard error is not used: what moves all groups by chance, sampling included, shows
    in how much the others differ from each other.

    Args:
        change: of the group, later minus earlier.
        others: changes of the other groups, shape (groups - 1,), three or more.
        level: coverage in (0, 1).

    Raises:
        EstimationError: for fewer than three others, or others that all changed alike.

    Source: one new observation against a sample, t with groups - 2 degrees of freedom.
    """
    changes = np.asarray(others, dtype=float)
    if changes.ndim != 1 or changes.size < LEAST_OTHERS:
        raise EstimationError(f"a yardstick needs {LEAST_OTHERS} other groups or more")
    spread = float(changes.std(ddof=1))
    if spread == 0:
        raise EstimationError("all other groups changed alike: there is no yardstick")
    degrees = changes.size - 1
    error = spread * math.sqrt(1 + 1 / changes.size)
    mean = float(changes.mean())
    gap = change - mean
    reach = float(stdtrit(degrees, (1 + level) / 2)) * error
    p = min(1.0, 2 * float(stdtr(degrees, -abs(gap) / error)))
    return StandsOut(change, mean, Difference(gap, gap - reach, gap + reach, p), degrees)


@estimator
def regression_to_the_mean(value: float, others: Sequence[float], errors: Sequence[float]) -> float:
    """How much a group picked for its low (or high) value would move without any help.

    Args:
        value: of the group in the earlier wave.
        others: values of all groups in that wave, its own included, shape (groups,).
        errors: their standard errors, shape (groups,).

    Returns:
        Expected change in the unit of `value`: towards the mean of all, by the part of the spread
        between groups that is chance.

    Raises:
        EstimationError: for fewer than four groups, or errors that do not fit.

    Source: Galton; reliability = 1 - mean squared error of the values / their variance.
    """
    values, error = np.asarray(others, dtype=float), np.asarray(errors, dtype=float)
    if values.shape != error.shape or values.ndim != 1 or values.size <= LEAST_OTHERS:
        raise EstimationError(f"more than {LEAST_OTHERS} groups with their standard errors")
    if (error < 0).any():
        raise EstimationError("a standard error is negative")
    spread = float(values.var(ddof=1))
    chance = 1.0 if spread == 0 else min(1.0, float((error**2).mean()) / spread)
    return chance * (float(values.mean()) - value)
