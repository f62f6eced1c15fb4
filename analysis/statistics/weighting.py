"""Weights that make answers look like the headcount: a sensitivity check, not a cure.

Disclosure is always judged on unweighted people.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.statistics.intervals import LEVEL, Estimate, wilson
from analysis.statistics.suppressed import estimator

Numbers = npt.NDArray[np.float64]

TRIM = (0.3, 3.0)
"""Smallest and largest weight, in units of the mean weight of a respondent."""
TOLERANCE = 1e-10
"""Relative; how near raked margins come to their targets."""
MAX_SWEEPS = 1000


@estimator
def kish_effective_n(total: float, squares: float) -> float:
    """Equally weighted answers that would tell as much: (sum of w)^2 / sum of w^2.

    Args:
        total: sum of weights; `squares` the sum of squared weights.
        squares: see `total`.

    Raises:
        EstimationError: for no weight at all.

    Source: Kish (1965).
    """
    if total <= 0 or squares <= 0:
        raise EstimationError("there is no weight to speak of")
    return total * total / squares


@estimator
def weighted_share(
    positive: float,
    total: float,
    squares: float,
    population: int | None = None,
    level: float = LEVEL,
) -> Estimate:
    """Wilson's interval of a weighted share, at Kish's effective n.

    Args:
        positive: sum of the weights of positive answers, 0 to `total`.
        total: sum of the weights of valid answers.
        squares: sum of their squared weights.
        population: headcount, at least the effective n; None when unknown.
        level: coverage in (0, 1).
    """
    size = kish_effective_n(total, squares)
    if population is not None:
        # Rounding must not lift an unweighted n over a headcount that it equals.
        size = min(size, population) if math.isclose(size, population) else size
    share = min(1.0, max(0.0, positive / total))
    return wilson(share * size, size, population, level)


def post_stratify(counts: npt.ArrayLike, targets: npt.ArrayLike) -> Numbers:
    """Weight per cell that makes respondents add up to the headcount of every cell.

    Args:
        counts: respondents per cell, any shape.
        targets: headcounts per cell, same shape.

    Returns:
        Weights of that shape, 0 in cells without respondents and people.

    Raises:
        EstimationError: for a cell with people and no respondent; merge it with a neighbour.
    """
    answered, people = _cells(counts), _cells(targets)
    if answered.shape != people.shape:
        raise EstimationError("respondents and headcounts stand in different cells")
    if ((answered == 0) & (people > 0)).any():
        raise EstimationError("a cell of the headcount has no respondent; merge it with another")
    return np.divide(people, answered, out=np.zeros_like(people), where=answered > 0)


def rake(counts: npt.ArrayLike, margins: Mapping[int, npt.ArrayLike]) -> Numbers:
    """Weight per cell that makes respondents meet the headcounts of each margin alone.

    Iterative proportional fitting: one margin after another, until all hold together.

    Args:
        counts: respondents per cell, one axis per variable.
        margins: axis -> headcounts along it; all sum to the same total.

    Returns:
        Weights of the shape of `counts`, 0 where nobody answered. Margins then hold to 1e-10.

    Raises:
        EstimationError: for margins that disagree in total or that no weights can meet.

    Source: Deming and Stephan (1940); as R survey's rake.
    """
    answered = _cells(counts)
    targets = {axis: _cells(target) for axis, target in margins.items()}
    totals = [float(target.sum()) for target in targets.values()]
    if not totals or max(totals) - min(totals) > TOLERANCE * max(totals) or max(totals) <= 0:
        raise EstimationError("the margins to rake to do not add up to one total")
    for axis, target in targets.items():
        if not -answered.ndim <= axis < answered.ndim or target.shape != (answered.shape[axis],):
            raise EstimationError(f"margin {axis} does not fit the cells")
    fitted = answered.copy()
    for _ in range(MAX_SWEEPS):
        for axis, target in targets.items():
            fitted *= _along(axis, answered.ndim, _factors(_margin(fitted, axis), target))
        if all(
            np.allclose(_margin(fitted, axis), target, rtol=TOLERANCE, atol=0.0)
            for axis, target in targets.items()
        ):
            return np.divide(fitted, answered, out=np.zeros_like(fitted), where=answered > 0)
    raise EstimationError("raking does not settle; merge categories with few respondents")


def trim(counts: npt.ArrayLike, weights: npt.ArrayLike) -> Numbers:
    """Weights in units of their mean over respondents, held inside [0.3, 3].

    Trimmed weights meet the margins only nearly: a few people no longer speak for many.

    Args:
        counts: respondents per cell, any shape.
        weights: their weights, same shape.

    Raises:
        EstimationError: when no respondent has a weight.
    """
    answered, raw = _cells(counts), _cells(weights)
    total = float((answered * raw).sum())
    if total <= 0:
        raise EstimationError("there is no weight to speak of")
    relative = raw * float(answered.sum()) / total
    return np.where(answered > 0, np.clip(relative, *TRIM), 0.0)


@dataclass(frozen=True)
class Reweighted:
    """What weighting the parts of a group to their headcounts does to it.

    Attributes:
        weights: of an answer in each part, shape (parts,); those in no part weigh 1.
        effective: equally weighted answers that would tell as much as the whole group's.
    """

    weights: Numbers
    effective: float

    def shift(self, shares: npt.ArrayLike, bases: npt.ArrayLike, base: float) -> float:
        """By how much the group's share moves, in [-1, 1].

        Rounded shares do: their errors count only as much as the weights of parts differ.

        Args:
            shares: of each part, in [0, 1], shape (parts,).
            bases: valid answers of each part, same shape.
            base: of the group; those of it who are in no part stay as they are.
        """
        share, here = _cells(shares), _cells(bases)
        inside, weighted = float(here.sum()), here * self.weights
        moved = float((weighted * share).sum() / weighted.sum() - (here * share).sum() / inside)
        return moved * min(1.0, inside / base)


def reweighted(answered: npt.ArrayLike, people: npt.ArrayLike, whole: float) -> Reweighted:
    """Post-stratify a group by its parts, with weights inside [0.3, 3].

    Args:
        answered: respondents of each part, shape (parts,).
        people: headcounts of the parts, same shape.
        whole: respondents of the group, those who are in no part included.

    Raises:
        EstimationError: as `post_stratify`.

    Example:
        >>> found = reweighted([60, 20], [100, 100], 80)
        >>> found.weights.round(2).tolist(), round(found.effective)
        ([0.67, 2.0], 60)
        >>> round(found.shift([0.7, 0.3], [60, 20], 80), 2)
        -0.1
    """
    here = _cells(answered)
    weights = trim(here, post_stratify(here, people))
    others = max(0.0, whole - float(here.sum()))
    total, squares = (float((here * weights**power).sum()) + others for power in (1, 2))
    return Reweighted(weights, kish_effective_n(total, squares))


def _cells(values: npt.ArrayLike) -> Numbers:
    cells = np.array(values, dtype=float)
    if not (np.isfinite(cells) & (cells >= 0)).all():
        raise EstimationError("respondents, headcounts and weights are numbers of 0 or more")
    return cells


def _margin(cells: Numbers, axis: int) -> Numbers:
    others = tuple(other for other in range(cells.ndim) if other != axis % cells.ndim)
    return np.asarray(cells.sum(axis=others))


def _factors(now: Numbers, target: Numbers) -> Numbers:
    if ((now == 0) & (target > 0)).any():
        raise EstimationError("a margin has people and no respondent; merge it with another")
    return np.divide(target, now, out=np.zeros_like(target), where=now > 0)


def _along(axis: int, dimensions: int, factors: Numbers) -> Numbers:
    shape = [1] * dimensions
    shape[axis] = factors.size
    return factors.reshape(shape)
