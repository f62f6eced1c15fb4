"""Weights that meet the headcounts of several characteristics at once, from their margins alone.

Of two characteristics their crossing is needed, and of three no more: weights are sums of a term
for each characteristic. So they need no answers inside crossings, most of which are hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.statistics.weighting import TRIM

Numbers = npt.NDArray[np.float64]

ROUNDS = 200
"""Passes over the rows and columns of a crossing whose hidden cells are filled."""

NEAR = 1e-6
"""Relative; how near the calibrated margins come to their targets."""


@dataclass(frozen=True)
class Calibrated:
    """What of a weight is due to each category of each characteristic.

    Attributes:
        terms: an array per characteristic; a weight is 1 and the terms of a person's categories.
        effective: equally weighted answers that would tell as much as all.
    """

    terms: tuple[Numbers, ...]
    effective: float

    def shift(self, answered: Sequence[Numbers], shares: Sequence[Numbers]) -> float:
        """By how much a share moves, in [-1, 1].

        Args:
            answered: respondents of each category, an array per characteristic.
            shares: theirs, in [0, 1], the same shapes.
        """
        total = float(answered[0].sum())
        moved = (
            float((term * n * share).sum())
            for term, n, share in zip(self.terms, answered, shares, strict=True)
        )
        return sum(moved) / total


def calibrated(
    answered: Sequence[Numbers], people: Sequence[Numbers], crossed: dict[tuple[int, int], Numbers]
) -> Calibrated:
    """Linear weights that meet the targets of every characteristic.

    Args:
        answered: respondents of each category, an array per characteristic; all have one total.
        people: the targets, the same shapes and total.
        crossed: (i, j), i < j, of characteristics -> respondents by both, shape (of i, of j).

    Raises:
        EstimationError: when no weights meet all targets, or a combination of categories would
            weigh less than 0.3 or more than 3.

    Source: Deville and Särndal (1992), linear distance; near raking where weights are moderate.
    """
    starts = np.concatenate([[0], np.cumsum([len(one) for one in answered])])
    spans = [slice(start, end) for start, end in pairwise(starts)]
    margins, targets = np.concatenate(answered), np.concatenate(people)
    together = np.diag(margins)
    for one, other in combinations(range(len(answered)), 2):
        together[spans[one], spans[other]] = crossed[one, other]
        together[spans[other], spans[one]] = crossed[one, other].T
    missing = targets - margins
    terms: Numbers = np.linalg.lstsq(together, missing, rcond=1e-9)[0].astype(float)
    total = float(answered[0].sum())
    if np.abs(together @ terms - missing).max() > NEAR * total:
        raise EstimationError("no weights meet the headcounts of all characteristics at once")
    by_each = tuple(terms[span] for span in spans)
    least = 1 + sum(float(one.min()) for one in by_each)
    most = 1 + sum(float(one.max()) for one in by_each)
    spread = float(terms @ together @ terms) / total
    if not (TRIM[0] <= least and most <= TRIM[1]) or spread < -NEAR:
        raise EstimationError("an answer would have to count for too little or too much")
    return Calibrated(by_each, total / (1 + max(0.0, spread)))


def filled(cells: Numbers, rows: Numbers, columns: Numbers) -> Numbers:
    """A crossing in which some cells are not known: those are put in as if independent.

    Args:
        cells: respondents, NaN where not known, shape (rows, columns).
        rows: of each row.
        columns: of each column; the same total.

    Returns:
        The crossing, which has these margins as nearly as known cells let it.
    """
    known = np.nan_to_num(cells)
    open_ones = np.isnan(cells)
    left, below = (
        np.maximum(0.0, whole - known.sum(axis=axis)) for whole, axis in ((rows, 1), (columns, 0))
    )
    total = max(float(rows.sum()), 1.0)
    guess = np.where(open_ones, np.outer(rows, columns) / total, 0.0)
    for _ in range(ROUNDS):
        for axis, wanted in ((1, left), (0, below)):
            now = guess.sum(axis=axis, keepdims=True)
            factor = np.divide(
                np.expand_dims(wanted, axis), now, out=np.zeros_like(now), where=now > 0
            )
            guess = guess * factor
    return known + guess
