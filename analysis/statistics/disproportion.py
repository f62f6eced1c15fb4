"""A formal process in a group and among everybody else, from counts that are known to a step.

Counts of people are published in steps, and everything here is made of the published ones: limits
hold for every count that may stand behind them, and nothing tells more than the counts do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import ndtri

from analysis.errors import EstimationError
from analysis.statistics.comparisons import Difference, koopman_ratio, miettinen_nurminen
from analysis.statistics.families import benjamini_hochberg

LEVEL = 0.05
"""Share of differences called clear that may be chance, within one process."""

POWER = 0.8
"""Share of samples in which the smallest gap that could have been seen is seen."""

FOUR_FIFTHS = 0.8

_FINE = 1e-6
_DUST = 1e-9
"""Below this a difference from a step is floating-point error, not a figure."""


@dataclass(frozen=True)
class Span:
    """People as published, and the fewest and most who can stand behind it."""

    people: int
    low: int
    high: int

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.people <= self.high:
            raise EstimationError(f"{self.people} people do not lie in {self.low} to {self.high}")

    @classmethod
    def of(cls, people: int, step: int) -> Span:
        """A count that was rounded to the nearest multiple of a step, halves upwards."""
        return cls(people, max(0, people - step // 2), people + (step - 1) // 2)

    def without(self, part: Span) -> Span:
        """What is left of these people without some of them."""
        low, high = max(0, self.low - part.high), max(0, self.high - part.low)
        return Span(min(max(low, self.people - part.people), high), low, high)


@dataclass(frozen=True)
class Counts:
    """People who could have been a case, and those who were."""

    at_risk: Span
    cases: Span

    @property
    def rate(self) -> float:
        """Cases of all who could have been one, in [0, 1], from the published counts."""
        return min(1.0, self.cases.people / self.at_risk.people) if self.at_risk.people else 0.0

    def without(self, part: Counts) -> Counts:
        """Everybody else."""
        return Counts(self.at_risk.without(part.at_risk), self.cases.without(part.cases))

    @property
    def others(self) -> Counts:
        """The same people, with those as cases who were none."""
        at_risk, cases = self.at_risk, self.cases
        low, high = max(0, at_risk.low - cases.high), max(0, at_risk.high - cases.low)
        people = min(max(low, at_risk.people - cases.people), high)
        return Counts(at_risk, Span(people, low, high))


@dataclass(frozen=True)
class Disproportion:
    """A group against everybody else.

    Attributes:
        gap: difference of the rates, with limits and p that hold for all counts in the steps.
        ratio, lower, upper: of the risks of the adverse event; infinite where nobody else has it.
    """

    gap: Difference
    ratio: float
    lower: float
    upper: float


def compare(group: Counts, rest: Counts, *, adverse: bool) -> Disproportion:
    """The gap of two rates and the ratio of the adverse risks.

    Args:
        group: counts of the group.
        rest: counts of everybody else.
        adverse: whether being a case is the adverse event; else being none is.

    Raises:
        EstimationError: when there is nobody in the group or in the rest, or nobody a case.

    Source: Miettinen and Nurminen (1985) for the gap, Koopman (1984) for the ratio.
    """
    least, most = _ends(group, rest)
    low, high = miettinen_nurminen(*least), miettinen_nurminen(*most)
    gap = group.rate - rest.rate
    p = 1.0 if low.gap <= 0 <= high.gap else max(low.p, high.p)
    limits = min(low.lower, gap), max(high.upper, gap)
    one, other = (group, rest) if adverse else (group.others, rest.others)
    least, most = _ends(one, other)
    ratio = one.rate / other.rate if other.rate else math.inf
    lower, upper = koopman_ratio(*least).lower, koopman_ratio(*most).upper
    return Disproportion(Difference(gap, *limits, p), ratio, min(lower, ratio), max(upper, ratio))


@dataclass(frozen=True)
class Figures:
    """What is published of a group besides its counts: percents and points with one decimal.

    Attributes:
        rate: of the group; `rest_rate` of everybody else.
        gap: points, with limits; None where there are too few to compare with, like all below.
        ratio: of the adverse risks, with limits; in `ratio_digits` decimals.
        p: of the gap; never published.
    """

    rate: float
    rest_rate: float | None = None
    gap: tuple[float, float, float] | None = None
    ratio: tuple[float, float, float] | None = None
    p: float = 1.0


def figures(mine: Counts, rest: Counts | None, fewest: int, *, adverse: bool) -> Figures:
    """What follows from published counts.

    Args:
        mine: counts of the group.
        rest: of everybody else; None for the force.
        fewest: cases and others that the rest must surely have to be compared with.
        adverse: as `compare`.
    """
    rate = _percent(mine.rate)
    if rest is None or min(rest.cases.low, rest.others.cases.low) < fewest:
        return Figures(rate)
    found = compare(mine, rest, adverse=adverse)
    gap, digits = found.gap, ratio_digits(found.ratio)
    return Figures(
        rate,
        _percent(rest.rate),
        (_percent(gap.gap), _down(100 * gap.lower), _up(100 * gap.upper)),
        (round(found.ratio, digits), _down(found.lower, digits), _up(found.upper, digits)),
        gap.p,
    )


def ratio_digits(ratio: float) -> int:
    """Decimals of a ratio and its limits: two below 2, where one would hide which side of 1."""
    return 2 if round(ratio, 2) < 2 else 1


def _percent(share: float) -> float:
    return round(100 * share, 1) + 0.0


def _down(value: float, digits: int = 1) -> float:
    return math.floor(10.0**digits * value + _DUST) / 10.0**digits


def _up(value: float, digits: int = 1) -> float:
    return math.ceil(10.0**digits * value - _DUST) / 10.0**digits


def _ends(group: Counts, rest: Counts) -> tuple[tuple[int, int, int, int], ...]:
    """Counts of group and rest where the group does as well as can be, and as badly."""
    if not group.at_risk.low or not rest.at_risk.low:
        raise EstimationError("a rate of nobody is not defined")
    pairs = [
        (
            *(min(one.cases.low, one.at_risk.high), one.at_risk.high),
            *(min(one.cases.high, one.at_risk.low), one.at_risk.low),
        )
        for one in (group, rest)
    ]
    (x1, n1, x1_most, n1_least), (x2, n2, x2_most, n2_least) = pairs
    return (x1, n1, x2_most, n2_least), (x1_most, n1_least, x2, n2)


def are_clear(p: Sequence[float]) -> list[bool]:
    """Which differences of one process are clear, when all of them are looked at.

    Source: Benjamini and Hochberg (1995).
    """
    return [bool(q <= LEVEL) for q in benjamini_hochberg(p)] if p else []


def smallest_gap(group: Counts, rest: Counts, compared: int) -> float:
    """The gap of rates that a group of this size would show in four samples of five; in [0, 1].

    It has to stand out at `LEVEL` divided by the comparisons, for every count in the steps, which
    is what a single clear difference of a process takes. Everybody has the rate of both together,
    and the gap is towards one half, where chance moves it most.

    Args:
        group: counts of the group.
        rest: counts of everybody else.
        compared: groups of the process that are compared, one or more.

    Returns:
        The gap; 1 where none could have been seen.

    Raises:
        EstimationError: when there is nobody in the group or in the rest.
    """
    least, most = _ends(group, rest)
    gap = group.rate - rest.rate
    ends = (x1 / n1 - x2 / n2 for x1, n1, x2, n2 in (least, most))
    rounding = max(abs(end - gap) for end in ends)
    people, others = group.at_risk.people, rest.at_risk.people
    share = min(1.0, (group.cases.people + rest.cases.people) / (people + others))
    share = min(share, 1 - share)
    outside, seen = float(ndtri(1 - LEVEL / compared / 2)), float(ndtri(POWER))

    def is_seen(wide: float) -> bool:
        first, pooled = share + wide, share + wide * people / (people + others)
        alike = math.sqrt(pooled * (1 - pooled) * (1 / people + 1 / others))
        apart = math.sqrt(first * (1 - first) / people + share * (1 - share) / others)
        return wide - rounding >= outside * alike + seen * apart

    low, high = 0.0, 1 - share
    if not is_seen(high):
        return 1.0
    while high - low > _FINE:
        middle = (low + high) / 2
        low, high = (low, middle) if is_seen(middle) else (middle, high)
    return high
