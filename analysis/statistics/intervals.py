"""Intervals of a share and of a mean, from counts and sums.

With a headcount the sample is a large part of a finite population; without one there is no
correction. Tests, trends and flags never use the correction: they speak of working conditions, not
of this year's list of people.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, ndtri, stdtrit

from analysis.errors import EstimationError
from analysis.statistics.suppressed import estimator

LEVEL = 0.95
SMALL_POPULATION = 50
"""People; below it, limits come from the hypergeometric distribution itself."""
BORROWED_FREEDOM = 4
"""Pseudo-degrees of freedom that a group without any spread borrows from the force."""
ROUNDING = 1e-11
"""A sum of squares this small against the raw one is rounding, not spread."""


@dataclass(frozen=True)
class Estimate:
    """A figure with its limits; the limits contain it. Shares are in [0, 1]."""

    value: float
    lower: float
    upper: float

    def __post_init__(self) -> None:
        if not self.lower <= self.value <= self.upper:
            raise EstimationError(f"limits {self.lower} to {self.upper} miss {self.value}")


def effective_n(n: float, population: int | None) -> float:
    """Answers that would tell as much in an endless population: n(N-1)/(N-n).

    Infinite when everybody answered; `n` itself when `population` is None.

    Raises:
        EstimationError: for fewer people than answers; such a headcount counts as unknown.
    """
    if population is None:
        return n
    if population < n:
        raise EstimationError(
            f"a headcount of {population} is below {n:g} answers; treat it as unknown"
        )
    return math.inf if population == n else n * (population - 1) / (population - n)


@estimator
def wilson(
    positive: float, n: float, population: int | None = None, level: float = LEVEL
) -> Estimate:
    """Wilson's score interval of a share, corrected for a finite population when it is known.

    Populations below 50 people use `hypergeometric`, when the counts are whole.

    Args:
        positive: answers of interest, 0 to n (an effective count may be fractional).
        n: valid answers, or an effective n.
        population: headcount of the group, at least n; None when unknown.
        level: coverage in (0, 1).

    Raises:
        EstimationError: for counts that cannot be.

    Source: Wilson (1927); correction by effective n(N-1)/(N-n), which agrees with the logit
    interval of R survey's svyciprop to 0.001.

    Example:
        >>> round(wilson(0, 20).upper, 6)
        0.161125
    """
    _check_count(positive, n)
    whole = float(positive).is_integer() and float(n).is_integer()
    if population is not None and population < SMALL_POPULATION and whole:
        return hypergeometric(int(positive), int(n), population, level)
    share = positive / n
    size = effective_n(n, population)
    if math.isinf(size):
        return Estimate(share, share, share)
    z2 = quantile(level) ** 2
    centre = (share + z2 / (2 * size)) / (1 + z2 / size)
    half = math.sqrt(z2 * (share * (1 - share) / size + z2 / (4 * size**2))) / (1 + z2 / size)
    # At 0 and 1 the formula gives the end itself but for rounding.
    lower = 0.0 if positive == 0 else max(0.0, min(share, centre - half))
    upper = 1.0 if positive == n else min(1.0, max(share, centre + half))
    return Estimate(share, lower, upper)


@estimator
def hypergeometric(
    positive: int, n: int, population: int, level: float = LEVEL, *, mid_p: bool = False
) -> Estimate:
    """Limits of the share among `population` people, by inverting the hypergeometric test.

    Keeps every possible number of positive people whose tail beyond the answers seen weighs more
    than (1 - level)/2.

    Args:
        positive: positive answers, 0 to n.
        n: answers, at most `population`.
        population: people in the group.
        level: coverage in (0, 1), at least kept when `mid_p` is False.
        mid_p: count only half of the outcome seen: shorter, and right on average.

    Raises:
        EstimationError: for counts that cannot be.
    """
    _check_count(positive, n)
    if population < n:
        raise EstimationError(f"{n} answers cannot come from {population} people")
    possible = np.arange(positive, population - n + positive + 1)
    seen = np.arange(n + 1)[:, None]
    chance = _hypergeometric_chance(seen, n, possible[None, :], population)
    at = chance[positive]
    shared = 0.5 * at if mid_p else at
    below = chance[:positive].sum(axis=0) + shared
    above = chance[positive + 1 :].sum(axis=0) + shared
    tail = (1 - level) / 2
    kept = possible[(below > tail) & (above > tail)]
    share = positive / n
    if kept.size == 0:  # low levels only
        return Estimate(share, share, share)
    # The share seen may lie between two whole numbers of people.
    return Estimate(
        share,
        min(share, float(kept.min()) / population),
        max(share, float(kept.max()) / population),
    )


@estimator
def mean_interval(
    n: int,
    total: float,
    squares: float,
    population: int | None = None,
    *,
    borrowed_variance: float | None = None,
    bounds: tuple[float, float] | None = None,
    level: float = LEVEL,
) -> Estimate:
    """The t interval of a mean from its count, sum and sum of squares.

    Args:
        n: respondents, 2 or more (1 is enough where a variance is borrowed).
        total: sum of their values.
        squares: sum of their squared values.
        population: headcount; the standard error shrinks by sqrt(1 - n/N). None when unknown.
        borrowed_variance: variance of the whole force, of which a group whose answers are all
            equal borrows 4 pseudo-degrees of freedom: it has shown no spread, not proved none.
        bounds: the values' range; limits are kept inside it.
        level: coverage in (0, 1).

    Raises:
        EstimationError: for too few respondents or impossible sums.
    """
    if population is not None:
        effective_n(n, population)
    mean = total / n if n > 0 else 0.0
    spread, freedom = _spread(n, total, squares, borrowed_variance)
    error = math.sqrt(spread / n)
    if population is not None:
        error *= math.sqrt(1 - n / population)
    half = float(stdtrit(freedom, (1 + level) / 2)) * error
    low, high = bounds or (-math.inf, math.inf)
    return Estimate(mean, min(mean, max(low, mean - half)), max(mean, min(high, mean + half)))


@estimator
def stratified_mean(
    n: npt.ArrayLike,
    total: npt.ArrayLike,
    squares: npt.ArrayLike,
    population: npt.ArrayLike,
    level: float = LEVEL,
) -> Estimate:
    """The force's mean from strata with known headcounts, each corrected for its own.

    Args:
        n: respondents per stratum, shape (strata,), each 2 or more.
        total: sums, same shape; for a share, the positive answers.
        squares: sums of squares, same shape; for a share, the positive answers again.
        population: headcounts, same shape, each at least n.
        level: coverage in (0, 1).

    Raises:
        EstimationError: for too few respondents or impossible sums in a stratum.

    Source: Cochran (1977), Sampling Techniques, 5.4; as R survey's svymean.
    """
    counts, sums, squared, people = (
        np.asarray(values, dtype=float) for values in (n, total, squares, population)
    )
    if (people < counts).any():
        raise EstimationError("a stratum's headcount is below its answers; treat it as unknown")
    spreads = np.array(
        [
            variance(int(size), float(one), float(two))
            for size, one, two in zip(counts, sums, squared, strict=True)
        ]
    )
    part = people / people.sum()
    mean = float((part * sums / counts).sum())
    error = math.sqrt(float((part**2 * (1 - counts / people) * spreads / counts).sum()))
    half = float(stdtrit(counts.sum() - counts.size, (1 + level) / 2)) * error
    return Estimate(mean, mean - half, mean + half)


def margin(share: float, n: float, population: int | None = None, level: float = LEVEL) -> float:
    """Half the width that a share's interval will have: for planning, not for publishing.

    Source: UK Civil Service People Survey technical guides, 2018 page 20 and 2019.
    """
    return quantile(level) * math.sqrt(share * (1 - share) / effective_n(n, population))


def variance(n: int, total: float, squares: float) -> float:
    """The sample variance (n - 1 below) from count, sum and sum of squares; exactly 0 if none.

    Raises:
        EstimationError: for fewer than two respondents, or sums that no values have.
    """
    if n < 2:
        raise EstimationError(f"a variance needs two respondents or more, not {n}")
    around_mean = squares - total * total / n
    if around_mean < -ROUNDING * squares or squares < 0:
        raise EstimationError(f"no {n} values have sum {total} and sum of squares {squares}")
    return 0.0 if around_mean <= ROUNDING * squares else around_mean / (n - 1)


def borrowed(n: int, force_variance: float) -> tuple[float, int]:
    """Variance and degrees of freedom of `n` equal answers after borrowing from the force."""
    freedom = n - 1 + BORROWED_FREEDOM
    return BORROWED_FREEDOM * force_variance / freedom, freedom


def quantile(level: float) -> float:
    """The normal quantile z that leaves (1 - level)/2 in each tail."""
    return float(ndtri((1 + level) / 2))


def _spread(
    n: int, total: float, squares: float, force_variance: float | None
) -> tuple[float, int]:
    if force_variance is None:
        return variance(n, total, squares), n - 1
    if n < 1:
        raise EstimationError("there is no mean of no answers")
    own = 0.0 if n == 1 else variance(n, total, squares)
    return borrowed(n, force_variance) if own == 0 else (own, n - 1)


def _check_count(positive: float, n: float) -> None:
    if n <= 0:
        raise EstimationError("there is no share of no answers")
    if not 0 <= positive <= n:
        raise EstimationError(f"{positive:g} positive answers cannot stand among {n:g}")


def _hypergeometric_chance(
    seen: npt.NDArray[np.int_], n: int, possible: npt.NDArray[np.int_], population: int
) -> npt.NDArray[np.float64]:
    """P(seen positive among n answers | possible positive among population people)."""
    logs = (
        _log_choose(possible, seen)
        + _log_choose(population - possible, n - seen)
        - _log_choose(np.array(population), np.array(n))
    )
    return np.asarray(np.exp(logs))


def _log_choose(of: npt.NDArray[np.int_], taken: npt.NDArray[np.int_]) -> npt.NDArray[np.float64]:
    """Logarithm of the binomial coefficient; minus infinity where it is zero."""
    inside = (taken >= 0) & (taken <= of)
    safe = np.where(inside, taken, 0)
    rest = np.where(inside, of - taken, of)
    logs = gammaln(of + 1.0) - gammaln(safe + 1.0) - gammaln(rest + 1.0)
    return np.asarray(np.where(inside, logs, -np.inf))
