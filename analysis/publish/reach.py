"""The shares that published percents can stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analysis.disclosure import rounding
from analysis.publish.figures import Figure
from analysis.publish.rounded import Percent, Rounder


def by_weight(figure: Figure) -> Figure:
    """A figure whose shares are in a band by their weights, as readers take them."""
    return replace(figure, unweighted=None)


def reach(rounds: Rounder, found: Sequence[Percent]) -> list[tuple[float, float]]:
    """The smallest and largest share that each published percent of a whole can stand for.

    Beside a banded category of a sensitive item the others stand in the coarse step.
    """
    half = rounding.step(rounds.base, rounds.policy) / 2
    coarse = rounds.policy.coarse_share_step
    beside = rounds.sensitive and (rounds.partial or any(bound for _, bound in found))
    band = rounding.band(rounds.base, rounds.policy, sensitive=rounds.sensitive)
    limits = []
    for percent, bound in found:
        if percent is None:
            limits.append((0.0, 1.0))
            continue
        wide = coarse / 2 if beside and not bound and percent % coarse == 0 else half
        low = 0.0 if bound == "or_less" else max(0.0, percent - wide)
        high = 100.0 if bound == "or_more" else min(100.0, percent + wide)
        if wide > half:  # What is not in a band lies beyond it.
            low, high = max(low, band + half), min(high, 100 - band - half)
        limits.append((low / 100, high / 100))
    return limits
