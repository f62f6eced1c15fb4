"""A group against the rest: gaps and ratios, from counts and sums.

Always against the rest, never against a mean that holds the group itself. No finite population
correction anywhere here. Swapping the two groups mirrors every result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammaln, ndtr, stdtr, stdtrit

from analysis.errors import EstimationError
from analysis.statistics.intervals import LEVEL, borrowed, quantile, variance
from analysis.statistics.suppressed import estimator

PRECISION = 1e-10
"""How near a limit is found, in its score, as a share or as the logarithm of a ratio."""
FAR = 4
"""Scores beyond so many times the one wanted all count the same."""
STEPS = 200
TIE = 1e-7
"""Relative; tables this close in probability are equally likely (as R's fisher.test)."""

SquaredError = tuple[float, float]
"""Squared standard error of a mean, and its degrees of freedom."""


@dataclass(frozen=True)
class Difference:
    """First group minus second, with its limits and two-sided p. Shares are in [0, 1]."""

    gap: float
    lower: float
    upper: float
    p: float

    def __post_init__(self) -> None:
        if not (self.lower <= self.gap <= self.upper and 0 <= self.p <= 1):
            raise EstimationError(f"limits {self.lower} to {self.upper} miss the gap {self.gap}")


@dataclass(frozen=True)
class Ratio:
    """Share of the first group over that of the second; infinite when the second is 0."""

    ratio: float
    lower: float
    upper: float


@estimator
def welch(n1: int, sum1: float, sq1: float, n2: int, sum2: float, sq2: float) -> Difference:
    """Welch's t of two means from their counts, sums and sums of squares; 95 % limits.

    A side whose values are all equal has shown no spread, not proved none: it borrows 4
    pseudo-degrees of freedom of the variance of both sides together.

    Args:
        n1: respondents of the group, 2 or more; `sum1`, `sq1` their sum and sum of squares.
        sum1: see `n1`.
        sq1: see `n1`.
        n2: respondents of the rest, 2 or more; `sum2`, `sq2` as above.
        sum2: see `n2`.
        sq2: see `n2`.

    Raises:
        EstimationError: for fewer than two respondents on a side, or impossible sums.

    Source: Welch (1947); degrees of freedom of Satterthwaite (1946).
    """
    return by_errors(sum1 / n1 - sum2 / n2, squared_errors(n1, sum1, sq1, n2, sum2, sq2))


@estimator
def cautious_welch(
    n1: int, sum1: float, sq1: float, n2: int, sum2: float, sq2: float, alike: float = 0
) -> Difference:
    """Welch's difference and limits, with the larger of Welch's p and Student's.

    Where answers pile up at one end of a scale, a small group far towards that end has little
    spread too, and Welch's test, which trusts that spread, errs ten times as often as it says.
    Student's takes the spread from both sides together; it errs where the spreads truly differ.
    Where many groups show that they do not, Welch's p takes them at their word.

    Args:
        n1: as `welch`, like all others.
        sum1: see `n1`.
        sq1: see `n1`.
        n2: see `n1`.
        sum2: see `n1`.
        sq2: see `n1`.
        alike: degrees of freedom by `spreads.alike_freedom` that each side's spread takes from
            the one that both share; 0 takes none.

    Raises:
        EstimationError: as `welch`.

    Source: Student (1908), Welch (1947), Smyth (2004) for what is taken; measured in
    docs/METHODS.md.
    """
    sides = (n1, sum1, sq1, n2, sum2, sq2)
    found = by_errors(sum1 / n1 - sum2 / n2, squared_errors(*sides))
    found = replace(found, p=by_errors(found.gap, squared_errors(*sides, alike)).p)
    return with_students(found, spread_inside(*sides) * (1 / n1 + 1 / n2), n1 + n2 - 2)


def squared_errors(
    n1: int, sum1: float, sq1: float, n2: int, sum2: float, sq2: float, alike: float = 0
) -> tuple[SquaredError, SquaredError]:
    """Of both means, arguments as `cautious_welch`; 0 on both where all answers are equal."""
    together = variance(n1 + n2, sum1 + sum2, sq1 + sq2)
    # What both sides share is not known better than by everybody's answers.
    shared = min(alike, n1 + n2 - 2)
    common = spread_inside(n1, sum1, sq1, n2, sum2, sq2) / (n1 + n2 - 2)
    found = []
    for n, total, squares in ((n1, sum1, sq1), (n2, sum2, sq2)):
        spread, freedom = variance(n, total, squares), n - 1
        if spread == 0 and together > 0:
            spread, freedom = borrowed(n, together)
        spread = (freedom * spread + shared * common) / (freedom + shared)
        found.append((spread / n, freedom + shared))
    return found[0], found[1]


def spread_inside(n1: int, sum1: float, sq1: float, n2: int, sum2: float, sq2: float) -> float:
    """Sum of the squared distances from each side's own mean, arguments as `welch`."""
    return variance(n1, sum1, sq1) * (n1 - 1) + variance(n2, sum2, sq2) * (n2 - 1)


def by_errors(gap: float, parts: Sequence[SquaredError], inflation: float = 1.0) -> Difference:
    """Welch's t of a gap whose squared error is the sum of some, times `inflation`."""
    total = sum(part for part, _ in parts)
    if total == 0:
        return Difference(0.0, 0.0, 0.0, 1.0)
    freedom = total**2 / sum(part**2 / freedom for part, freedom in parts)
    error = math.sqrt(inflation * total)
    half = float(stdtrit(freedom, (1 + LEVEL) / 2)) * error
    p = 2 * float(stdtr(freedom, -abs(gap) / error))
    return Difference(gap, gap - half, gap + half, min(1.0, p))


def with_students(found: Difference, squared: float, freedom: int) -> Difference:
    """With Student's p where that is larger.

    Args:
        found: by Welch's t.
        squared: the squared error by a spread that all sides share, times its `freedom`.
        freedom: of that spread.
    """
    if squared == 0:
        return found
    t = abs(found.gap) / math.sqrt(squared / freedom)
    return replace(found, p=max(found.p, 2 * float(stdtr(freedom, -t))))


@estimator
def miettinen_nurminen(
    x1: float, n1: float, x2: float, n2: float, level: float = LEVEL
) -> Difference:
    """The score interval and test of the difference of two shares.

    Args:
        x1: positive answers of the first group, 0 to `n1`.
        n1: its valid answers.
        x2: positive answers of the second group, 0 to `n2`.
        n2: its valid answers.
        level: coverage in (0, 1).

    Raises:
        EstimationError: for counts that cannot be.

    Source: Miettinen and Nurminen (1985); restricted shares by Farrington and Manning (1990).
    """
    _check_pair(x1, n1, x2, n2)
    gap = x1 / n1 - x2 / n2
    z = quantile(level)

    def score(of: float) -> float:
        spread = _restricted_variance(x1, n1, x2, n2, of)
        if spread <= 0:
            return 0.0 if gap == of else math.inf
        return abs(gap - of) / math.sqrt(spread)

    lower, upper = _edge(score, z, gap, -1.0), _edge(score, z, gap, 1.0)
    return Difference(gap, lower, upper, min(1.0, 2 * float(ndtr(-score(0.0)))))


@estimator
def koopman_ratio(x1: float, n1: float, x2: float, n2: float, level: float = LEVEL) -> Ratio:
    """The score interval of a risk ratio: for adverse events, second to the gap in points.

    Args:
        x1: events in the first group, 0 to `n1`.
        n1: its valid answers.
        x2: events in the second group, 0 to `n2`.
        n2: its valid answers.
        level: coverage in (0, 1).

    Raises:
        EstimationError: for counts that cannot be, or no event in either group.

    Source: Koopman (1984).
    """
    _check_pair(x1, n1, x2, n2)
    if x1 + x2 == 0:
        raise EstimationError("no event in either group: their ratio is not defined")
    z = quantile(level)

    def score(log_ratio: float) -> float:
        return math.sqrt(_koopman_score(x1, n1, x2, n2, math.exp(log_ratio)))

    # Beyond exp(+-50) a ratio of counts cannot lie.
    start = math.log(x1 * n2 / (x2 * n1)) if x1 and x2 else (50.0 if x1 else -50.0)
    ratio = math.inf if x2 == 0 else (x1 / n1) / (x2 / n2)
    lower = 0.0 if x1 == 0 else min(ratio, math.exp(_edge(score, z, start, -50.0)))
    upper = math.inf if x2 == 0 else max(ratio, math.exp(_edge(score, z, start, 50.0)))
    return Ratio(ratio, lower, upper)


@estimator
def fisher_midp(x1: int, n1: int, x2: int, n2: int, *, observed: float = 0.5) -> float:
    """Fisher's two-sided mid-p of a small 2 x 2 table.

    Args:
        x1: positive answers of the first group, 0 to `n1`.
        n1: its valid answers.
        x2: positive answers of the second group, 0 to `n2`.
        n2: its valid answers.
        observed: the part that counts of the tables exactly as likely as the one seen; 1 gives
            Fisher's exact test.

    Raises:
        EstimationError: for counts that cannot be.

    Source: Lancaster (1961); Fagerland, Lydersen and Laake (2017).
    """
    _check_pair(x1, n1, x2, n2)
    positive = x1 + x2
    possible = np.arange(max(0, positive - n2), min(n1, positive) + 1)
    logs = -(
        gammaln(possible + 1.0)
        + gammaln(n1 - possible + 1.0)
        + gammaln(positive - possible + 1.0)
        + gammaln(n2 - positive + possible + 1.0)
    )
    chance = np.exp(logs - logs.max())
    chance /= chance.sum()
    seen = float(chance[x1 - possible[0]])
    as_likely = np.abs(chance - seen) <= TIE * seen
    rarer = float(chance[(chance < seen) & ~as_likely].sum())
    return min(1.0, rarer + observed * float(chance[as_likely].sum()))


def _check_pair(x1: float, n1: float, x2: float, n2: float) -> None:
    for x, n in ((x1, n1), (x2, n2)):
        if n <= 0 or not 0 <= x <= n:
            raise EstimationError(f"{x:g} positive answers cannot stand among {n:g}")


def _edge(score: Callable[[float], float], z: float, inside: float, outside: float) -> float:
    """The point between `inside` and `outside` where `score`, rising from 0, reaches `z`.

    Regula falsi with the Illinois step: a score is nearly a straight line, so that a few steps do.
    """
    under, over = -z, min(score(outside), FAR * z) - z
    if over <= 0:
        return outside
    last = 0
    for _ in range(STEPS):
        middle = inside - (outside - inside) * under / (over - under)
        found = min(score(middle), FAR * z) - z
        if abs(found) <= PRECISION or abs(outside - inside) <= PRECISION:
            return middle
        # An end that stays for two steps counts half, or it would stay for good.
        if found < 0:
            inside, under, over, last = middle, found, over / 2 if last < 0 else over, -1
        else:
            outside, over, under, last = middle, found, under / 2 if last > 0 else under, 1
    raise EstimationError("the limit of a comparison was not found")


def _restricted_variance(x1: float, n1: float, x2: float, n2: float, of: float) -> float:
    """Variance of the difference when it is held at `of`, with the (N/(N - 1)) correction."""
    ratio = n2 / n1
    share1, share2 = x1 / n1, x2 / n2
    a = 1 + ratio
    b = -(1 + ratio + share1 + ratio * share2 + of * (ratio + 2))
    c = of**2 + of * (2 * share1 + ratio + 1) + share1 + ratio * share2
    d = -share1 * of * (1 + of)
    v = (b / (3 * a)) ** 3 - b * c / (6 * a**2) + d / (2 * a)
    u = math.copysign(math.sqrt(max(0.0, (b / (3 * a)) ** 2 - c / (3 * a))), v)
    angle = math.acos(max(-1.0, min(1.0, v / u**3))) if u**3 else 0.0
    held1 = 2 * u * math.cos((math.pi + angle) / 3) - b / (3 * a)
    held1 = max(0.0, of, min(1.0, 1.0 + of, held1))
    held2 = max(0.0, min(1.0, held1 - of))
    total = n1 + n2
    spread = held1 * (1 - held1) / n1 + held2 * (1 - held2) / n2
    return spread * total / (total - 1)


def _koopman_score(x1: float, n1: float, x2: float, n2: float, ratio: float) -> float:
    """Koopman's chi-square when the ratio of the shares is held at `ratio`."""
    total = n1 + n2
    b = n1 * ratio + x1 + n2 + x2 * ratio
    root = math.sqrt(max(0.0, b * b - 4 * total * ratio * (x1 + x2)))
    # The smaller root in the form that does not cancel.
    held2 = 2 * (x1 + x2) / (b + root)
    held1 = ratio * held2
    return _squared_z(x1, n1, held1) + _squared_z(x2, n2, held2)


def _squared_z(x: float, n: float, held: float) -> float:
    spread = n * held * (1 - held)
    if spread <= 0:
        return 0.0 if math.isclose(x, n * held, rel_tol=1e-9, abs_tol=1e-12) else math.inf
    return (x - n * held) ** 2 / spread
