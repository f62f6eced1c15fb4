"""How well the items of a theme hang together: Cronbach's alpha from additive sums."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import fdtri

from analysis.errors import EstimationError
from analysis.statistics.intervals import LEVEL, ROUNDING
from analysis.statistics.suppressed import estimator

Numbers = npt.NDArray[np.float64]

LEAST_ITEMS = 3
LEAST_RESPONDENTS = 100


@dataclass(frozen=True)
class Alpha:
    """Cronbach's alpha with its limits; at most 1, below 0 where items work against each other."""

    alpha: float
    lower: float
    upper: float


@estimator
def cronbach_alpha(
    n: int,
    sums: Numbers,
    products: Numbers,
    *,
    least_respondents: int = LEAST_RESPONDENTS,
    level: float = LEVEL,
) -> Alpha:
    """Raw alpha of a theme with Feldt's interval, from sums that add over tallies.

    Args:
        n: respondents who answered every item.
        sums: sum of each item's score over them, shape (items,), 3 items or more.
        products: sums of products of item scores, shape (items, items).
        least_respondents: fewer are refused; the figure is too loose to be read.
        level: coverage in (0, 1).

    Raises:
        EstimationError: for too few items or respondents, or for respondents without any spread.

    Source: Cronbach (1951); Feldt (1965).
    """
    items = sums.size
    if products.shape != (items, items):
        raise EstimationError(f"sums of products for {items} items do not fit")
    if items < LEAST_ITEMS or n < max(2, least_respondents):
        raise EstimationError(
            f"alpha needs {LEAST_ITEMS} items and {least_respondents} respondents or more, "
            f"not {items} and {n}"
        )
    covariance = (products - np.outer(sums, sums) / n) / (n - 1)
    total = float(covariance.sum())
    if total <= ROUNDING * float(np.abs(products).sum()):
        raise EstimationError("all respondents have the same total: alpha is not defined")
    alpha = items / (items - 1) * (1 - float(np.trace(covariance)) / total)
    tail = (1 - level) / 2
    within, between = (n - 1) * (items - 1), n - 1
    return Alpha(
        alpha,
        1 - (1 - alpha) * float(fdtri(between, within, 1 - tail)),
        1 - (1 - alpha) * float(fdtri(between, within, tail)),
    )
