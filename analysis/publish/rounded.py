"""Figures as they are published. Their limits follow from these: `analysis.release.limits`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from analysis.codebook import READINGS, Reading
from analysis.disclosure import rounding
from analysis.policy import DisclosurePolicy
from analysis.publish.figures import Figure
from analysis.release.rows import Bound

Percent = tuple[int | None, Bound]
NO_PERCENT: Percent = (None, "")


@dataclass(frozen=True)
class Rounder:
    """Rounds the figures of one measure in one group.

    Attributes:
        base: the stated base, exact.
        sensitive: whether small numerators and their complements are banded.
        partial: whether answers are counted that no published share stands for.
        has: the readings that the measure's answers can have; there is no share of another.
    """

    policy: DisclosurePolicy
    base: int
    sensitive: bool
    partial: bool = False
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

    def _percents(self, shares: Sequence[float]) -> tuple[Percent, ...]:
        every = (*shares, max(0.0, 1.0 - sum(shares))) if self.partial else tuple(shares)
        return _rounded(every, self.base, self.policy, self.sensitive)[: len(shares)]


# Shares on published bases are few, and the same are rounded for rows, comparisons and the audit.


@lru_cache(maxsize=1 << 15)
def _rounded(
    shares: tuple[float, ...], base: int, policy: DisclosurePolicy, sensitive: bool
) -> tuple[Percent, ...]:
    counts = [min(1.0, share) * base for share in shares]
    return rounding.shares(counts, base, policy, sensitive)
