"""Figures as they are published. Limits follow from published figures, not from exact ones.

The limits of an exact small count would narrow its step of five points down to one count. So limits
are taken at both edges of the published step, on the base as published, and rounded outward.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from analysis.codebook import READINGS, Reading
from analysis.disclosure import rounding
from analysis.disclosure.stated import least_answers
from analysis.policy import DisclosurePolicy
from analysis.publish.figures import Figure
from analysis.release.rows import Bound
from analysis.statistics.intervals import mean_interval, wilson

Percent = tuple[int | None, Bound]
NO_PERCENT: Percent = (None, "")


@dataclass(frozen=True)
class Rounder:
    """Rounds the figures of one measure in one group.

    Attributes:
        base: the stated base, exact.
        sensitive: whether small numerators and their complements are banded.
        partial: whether answers are counted that no published share stands for.
        headcount: as published; None when unknown or not shown.
        own: whether the base is the measure's own and not its group's.
        has: the readings that the measure's answers can have; there is no share of another.
    """

    policy: DisclosurePolicy
    base: int
    sensitive: bool
    partial: bool = False
    headcount: int | None = None
    own: bool = True
    has: tuple[Reading, ...] = READINGS

    def readings(self, figure: Figure) -> tuple[Percent, Percent, Percent]:
        """Shares positive, neutral and negative as published percents.

        A reading that no answer has is nothing to hide: coded as nobody, it would take the others
        with it.
        """
        plain, weighted = (
            [float(getattr(one, reading)) for reading in self.has] for one in (figure.plain, figure)
        )
        found = dict(zip(self.has, self.percents(plain, weighted), strict=True))
        positive, neutral, negative = (found.get(reading, NO_PERCENT) for reading in READINGS)
        return positive, neutral, negative

    def percents(self, plain: Sequence[float], weighted: Sequence[float]) -> tuple[Percent, ...]:
        """Shares (in [0, 1], disjoint) as published percents.

        Banding is judged on unweighted people; a weight cannot lift a small count over it.
        """
        coded = self._percents(plain)
        if plain == weighted:
            return coded
        found = self._percents(weighted)
        return tuple(
            one if one[1] or one[0] is None else other
            for one, other in zip(coded, found, strict=True)
        )

    def limits(self, shown: Percent, figure: Figure, borrowed: float) -> tuple[int | None, ...]:
        """The 95 % limits of a percent positive, as published; `borrowed` as `mean_interval`."""

        def interval(share: float) -> tuple[float, float]:
            if figure.score is None or shown[1]:
                # A coded theme share is given the widest limits that its mean allows.
                return self._wilson(share, figure)
            n, total, squares = figure.sums()
            if self.base < n:
                # The base is rounded down: limits must not tell the exact one.
                total, squares, n = total * self.base / n, squares * self.base / n, self.base
            mean = mean_interval(n, total, squares, self._population(n), borrowed_variance=borrowed)
            half = mean.upper - mean.value
            return max(0.0, share - half), min(1.0, share + half)

        if shown[0] is None:
            return None, None
        low, high = self.edges(shown)
        return rounding.outward(interval(low)[0], interval(high)[1], self.base, self.policy)

    def edges(self, shown: Percent) -> tuple[float, float]:
        """The smallest and largest share that a published percent can stand for."""
        percent, bound = shown
        if percent is None:
            return 0.0, 1.0
        # Beside a banded category of a sensitive item, the others stand in the coarse step.
        sensitive, policy = self.sensitive, self.policy
        half = (policy.coarse_share_step if sensitive else rounding.step(self.base, policy)) / 2
        low = 0.0 if bound == "or_less" else max(0.0, percent - half)
        high = 100.0 if bound == "or_more" else min(100.0, percent + half)
        return low / 100, high / 100

    def _percents(self, shares: Sequence[float]) -> tuple[Percent, ...]:
        every = (*shares, max(0.0, 1.0 - sum(shares))) if self.partial else tuple(shares)
        return _rounded(every, self.base, self.policy, self.sensitive)[: len(shares)]

    def _wilson(self, share: float, figure: Figure) -> tuple[float, float]:
        n = self._least_base()
        if figure.unweighted is not None:
            n = max(1, min(n, math.floor(figure.effective)))
        population = self._population(n)
        # Whole counts, outward, so that small populations can use the exact distribution.
        below, above = math.floor(share * n + 1e-9), math.ceil(share * n - 1e-9)
        if population is not None:
            return _limits(below, n, population)[0], _limits(above, n, population)[1]
        return _limits(share * n, n, None)

    def _least_base(self) -> int:
        """The fewest answers that can stand behind what is published."""
        if self.base >= self.policy.fine_base:
            return self.base if self.own else _fewest(self.base, self.policy)
        stated = rounding.base(self.base, self.policy) - self.policy.base_step // 2
        # Below `fine_base` nothing tells whether a base is the measure's own: limits must not.
        return max(self.policy.k, _fewest(stated, self.policy))

    def _population(self, n: int) -> int | None:
        return None if self.headcount is None else max(self.headcount, n + self.policy.k)


# Shares on published bases are few, and the same are rounded for rows, comparisons and the audit.


@lru_cache(maxsize=1 << 15)
def _rounded(
    shares: tuple[float, ...], base: int, policy: DisclosurePolicy, sensitive: bool
) -> tuple[Percent, ...]:
    counts = [min(1.0, share) * base for share in shares]
    return rounding.shares(counts, base, policy, sensitive)


@lru_cache(maxsize=1 << 15)
def _limits(count: float, n: int, population: int | None) -> tuple[float, float]:
    found = wilson(count, n) if population is None else wilson(count, n, population)
    return found.lower, found.upper


@lru_cache(maxsize=1 << 12)
def _fewest(base: int, policy: DisclosurePolicy) -> int:
    return int(least_answers(base, policy))
