"""How well the items of a theme hang together, from additive sums."""

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

    def at(self, n: int, items: int, level: float = LEVEL) -> Alpha:
        """The same alpha with the limits that it would have from n respondents, by Feldt."""
        tail = (1 - level) / 2
        within, between = (n - 1) * (items - 1), n - 1
        return Alpha(
            self.alpha,
            1 - (1 - self.alpha) * float(fdtri(between, within, 1 - tail)),
            1 - (1 - self.alpha) * float(fdtri(between, within, tail)),
        )


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
    return Alpha(alpha, alpha, alpha).at(n, items, level)


@estimator
def item_total_correlations(n: int, sums: Numbers, products: Numbers) -> tuple[float, ...]:
    """Of each item of a theme, the correlation with the sum of the others.

    Args:
        n: respondents who answered every item.
        sums: sum of each item's score over them, shape (items,), 2 items or more.
        products: sums of products of item scores, shape (items, items).

    Returns:
        One a item; 0 where an item or the others together have no spread.

    Source: corrected item-total correlation, e.g. Nunnally and Bernstein (1994), chapter 8.
    """
    items = sums.size
    if products.shape != (items, items) or items < 2 or n < 2:
        raise EstimationError(f"{items} items of {n} respondents have no sum of others")
    covariance = (products - np.outer(sums, sums) / n) / (n - 1)
    own, whole = np.diag(covariance), float(covariance.sum())
    together = covariance.sum(axis=1)
    rest = whole - 2 * together + own
    spread = np.sqrt(np.maximum(own, 0.0) * np.maximum(rest, 0.0))
    alive = spread > ROUNDING * float(np.abs(products).sum()) / n
    return tuple(np.divide(together - own, spread, out=np.zeros(items), where=alive).tolist())
