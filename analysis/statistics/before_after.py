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
import numpy.typing as npt
from scipy.special import ndtr, ndtri, stdtr, stdtrit

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
        error: the standard error of `excess`.
    """

    change: float
    others: float
    excess: Difference
    degrees: int
    error: float

    def p_beyond(self, expected: float) -> float:
        """The two-sided p of the excess once `expected` is taken from it."""
        t = -abs(self.excess.gap - expected) / self.error
        return min(1.0, 2 * float(stdtr(self.degrees, t)))


@dataclass(frozen=True)
class Sizes:
    """How far chance moves each group: 1 / people in the earlier wave + 1 / people in the later.

    Attributes:
        own: of the group that is judged.
        others: of the others, shape (groups - 1,).
    """

    own: float
    others: Sequence[float]


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
def stands_out(
    change: float,
    others: Sequence[float],
    level: float = LEVEL,
    *,
    sizes: Sizes | None = None,
    rounding: float = 0.0,
) -> StandsOut:
    """A group's change judged against the spread of the changes of the other groups.

    What moves all groups by chance, sampling included, shows in how much the others differ from
    each other. A small group is moved further than large ones: with `sizes` the larger of two
    errors is taken, as if all groups swung alike, and as if the swing came from sampling alone.

    Args:
        change: of the group, later minus earlier.
        others: changes of the other groups, shape (groups - 1,), three or more.
        level: coverage in (0, 1).
        sizes: how far chance moves each of them; None takes all to swing alike.
        rounding: variance by which the group's figures are rounded further than those of others.

    Raises:
        EstimationError: for fewer than three others, others that all changed alike, or sizes that
            do not fit.

    Source: one new observation against a sample, t with groups - 2 degrees of freedom; with sizes
    the same for a sample of unequal known weights.
    """
    changes = np.asarray(others, dtype=float)
    if changes.ndim != 1 or changes.size < LEAST_OTHERS:
        raise EstimationError(f"a yardstick needs {LEAST_OTHERS} other groups or more")
    spread = float(changes.std(ddof=1))
    if spread == 0:
        raise EstimationError("all other groups changed alike: there is no yardstick")
    degrees = changes.size - 1
    variance = spread**2 * (1 + 1 / changes.size)
    if sizes is not None:
        variance = max(variance, _of_size(changes, sizes))
    error = math.sqrt(variance + rounding)
    mean = float(changes.mean())
    gap = change - mean
    reach = float(stdtrit(degrees, (1 + level) / 2)) * error
    p = min(1.0, 2 * float(stdtr(degrees, -abs(gap) / error)))
    return StandsOut(change, mean, Difference(gap, gap - reach, gap + reach, p), degrees, error)


def chance_of_one_wave(
    changes: Sequence[float], sizes: Sizes, people: Sequence[int]
) -> npt.NDArray[np.float64]:
    """How far chance alone puts each of some groups' values off in one wave: standard errors.

    The others' changes tell it, so what stays with people who answer both waves is not chance
    here.

    Args:
        changes: of the other groups, three or more.
        sizes: how far chance moves each of them.
        people: of the groups that are asked for, in that wave, shape (asked,).

    Raises:
        EstimationError: for sizes that do not fit.
    """
    each = _per_person(np.asarray(changes, dtype=float), sizes)
    return np.sqrt(each / np.asarray(people, dtype=float))


def _of_size(changes: npt.NDArray[np.float64], sizes: Sizes) -> float:
    """The variance of the excess, if chance moved every group by its size alone."""
    far = sizes.own + sum(sizes.others) / changes.size**2
    return _per_person(changes, sizes) * far


def _per_person(changes: npt.NDArray[np.float64], sizes: Sizes) -> float:
    """The variance of one person's value that would make the others' changes differ as they do."""
    swing = np.asarray(sizes.others, dtype=float)
    if swing.shape != changes.shape or not (swing > 0).all() or not sizes.own > 0:
        raise EstimationError("every group has a size, and it is that of somebody")
    middle = float((changes / swing).sum() / (1 / swing).sum())
    return float(((changes - middle) ** 2 / swing).sum()) / (changes.size - 1)


@estimator
def regression_to_the_mean(
    value: float, others: Sequence[float], errors: Sequence[float], own: float | None = None
) -> float:
    """How much a group picked for its low (or high) value would move without any help.

    Args:
        value: of the group in the earlier wave.
        others: values of all groups in that wave, its own included, shape (groups,).
        errors: their standard errors, shape (groups,).
        own: standard error of `value`; None takes it to be as exact as the values are on average.

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
    if (error < 0).any() or (own is not None and own < 0):
        raise EstimationError("a standard error is negative")
    spread, noise = float(values.var(ddof=1)), float((error**2).mean())
    chance = 1.0 if spread == 0 else min(1.0, noise / spread)
    if own is not None:
        true = max(0.0, spread - noise)
        chance = 1.0 if true == 0 else own**2 / (true + own**2)
    return chance * (float(values.mean()) - value)


def most_by_picking(error: float, groups: int) -> float:
    """The most that chance alone is expected to put the lowest of some groups below its true value.

    Whatever the true values are, the lowest seen is on average no further off than the most
    unlucky of all, which is this far off.

    Args:
        error: standard error of a group's value.
        groups: how many could have been picked, at least 2.

    Raises:
        EstimationError: for fewer than two groups.

    Source: expected largest of so many standard normal values, by Blom's (1958) formula.
    """
    if groups < 2:
        raise EstimationError("one group alone was not picked from others")
    return error * float(ndtri((groups - 0.375) / (groups + 0.25)))
