"""What goes together with an outcome: how R squared is shared among items.

Force-wide only, and only in words such as "goes together with": nothing here is a cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.statistics.intervals import LEVEL
from analysis.statistics.suppressed import estimator

Numbers = npt.NDArray[np.float64]

MOST = 12
"""Predictors; every subset of them is fitted."""
LEAST_RESPONDENTS = 500
DRAWS = 500


@dataclass(frozen=True)
class Drivers:
    """Shares of R squared.

    Attributes:
        shares: of each predictor, shape (predictors,); they add up to `r_squared`.
        first, last: best and worst rank that each could have, 1 being the largest share.
    """

    shares: tuple[float, ...]
    r_squared: float
    first: tuple[int, ...]
    last: tuple[int, ...]


@estimator
def lmg(
    n: int,
    sums: Numbers,
    products: Numbers,
    *,
    seed: int = 0,
    least_respondents: int = LEAST_RESPONDENTS,
    level: float = LEVEL,
) -> Drivers:
    """Lindeman, Merenda and Gold's shares of R squared, with the ranks that chance allows.

    Args:
        n: respondents who answered the outcome and every predictor.
        sums: sum of the outcome, then of each predictor over them, shape (1 + predictors,).
        products: sums of products, shape (1 + predictors, 1 + predictors).
        seed: of the draws.
        least_respondents: fewer are refused.
        level: share of the draws that the range of ranks covers.

    Raises:
        EstimationError: for too few respondents, more than 12 predictors, or one without spread.

    Source: Lindeman, Merenda and Gold (1980), as R's relaimpo; ranks by a parametric bootstrap:
    covariances drawn from Wishart's distribution.
    """
    width = sums.size
    if products.shape != (width, width):
        raise EstimationError(f"sums of products for {width} items do not fit")
    if not 3 <= width <= MOST + 1:
        raise EstimationError(f"shares are of 2 to {MOST} predictors, not {width - 1}")
    if n < max(width + 1, least_respondents):
        raise EstimationError(f"drivers need {least_respondents} respondents or more, not {n}")
    covariance = (products - np.outer(sums, sums) / n) / (n - 1)
    shares = _shares(covariance)
    ranks = _drawn_ranks(covariance, n, seed)
    tail = (1 - level) / 2
    return Drivers(
        shares=tuple(shares.tolist()),
        r_squared=float(shares.sum()),
        first=tuple(np.quantile(ranks, tail, axis=0, method="lower").astype(int).tolist()),
        last=tuple(np.quantile(ranks, 1 - tail, axis=0, method="higher").astype(int).tolist()),
    )


def _shares(covariance: Numbers) -> Numbers:
    """Shapley's value of each predictor for R squared; of many covariances at once, [..., p]."""
    predictors = covariance.shape[-1] - 1
    explained = _explained(covariance)
    found = np.zeros((predictors, *covariance.shape[:-2]))
    for size in range(predictors):
        weight = 1 / (predictors * comb(predictors - 1, size))
        for without in combinations(range(predictors), size):
            mask = sum(1 << one for one in without)
            for one in set(range(predictors)) - set(without):
                found[one] += weight * (explained[mask | 1 << one] - explained[mask])
    return np.moveaxis(found, 0, -1)


def _explained(covariance: Numbers) -> list[Numbers]:
    """R squared of every subset of the predictors, numbered by its bits, shape [...] each."""
    spread = np.diagonal(covariance, axis1=-2, axis2=-1)
    if (spread <= 0).any():
        raise EstimationError("an item has the same answer everywhere: it goes with nothing")
    found = [np.zeros(covariance.shape[:-2])]
    for mask in range(1, 1 << (covariance.shape[-1] - 1)):
        inside = [one + 1 for one in range(covariance.shape[-1] - 1) if mask >> one & 1]
        with_outcome = covariance[..., 0, inside]
        try:
            slopes = np.linalg.solve(
                covariance[..., inside, :][..., inside], with_outcome[..., None]
            )[..., 0]
        except np.linalg.LinAlgError:
            raise EstimationError("two predictors are the same: leave one out") from None
        found.append((slopes * with_outcome).sum(axis=-1) / spread[..., 0])
    return found


def _drawn_ranks(covariance: Numbers, n: int, seed: int) -> npt.NDArray[np.int64]:
    """Ranks of the shares in covariances that n such respondents could have had, [draws, p]."""
    rng = np.random.default_rng(seed)
    root = np.linalg.cholesky(covariance)
    drawn = []
    for _ in range(DRAWS):
        # Bartlett's decomposition of a Wishart matrix.
        lower = np.tril(rng.standard_normal(covariance.shape), -1)
        np.fill_diagonal(lower, np.sqrt(rng.chisquare(n - 1 - np.arange(len(covariance)))))
        one = root @ lower
        drawn.append(one @ one.T / (n - 1))
    return (-_shares(np.array(drawn))).argsort(axis=-1).argsort(axis=-1) + 1
