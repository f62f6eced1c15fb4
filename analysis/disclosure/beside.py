"""Percents that stand beside each other narrow each other: categories, readings and the whole."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.disclosure.solving import Reals


def tightened(
    low: Reals, high: Reals, readings: Sequence[Sequence[int]], read: tuple[Reals, Reals], n: Reals
) -> tuple[Reals, Reals, Reals, Reals]:
    """Intervals of categories and readings that together make up all who answered.

    Args:
        low: fewest people of each category, shape (C, G).
        high: most people of each category, shape (C, G).
        readings: the categories of each reading.
        read: low and high of each reading, shape (R, G) each.
        n: people who answered, shape (G,).

    Returns:
        low and high of the categories, then of the readings.
    """
    inside = np.zeros((len(readings), len(low)))
    for row, categories in enumerate(readings):
        inside[row, list(categories)] = 1.0
    least, most = np.maximum(read[0], inside @ low), np.minimum(read[1], inside @ high)
    least, most = (
        np.maximum(least, n - (most.sum(axis=0) - most)),
        np.minimum(most, n - (least.sum(axis=0) - least)),
    )
    of = inside.T
    least_others, most_others = of @ (inside @ low) - low, of @ (inside @ high) - high
    low = np.maximum(low, of @ least - most_others)
    high = np.minimum(high, of @ most - least_others)
    return low, high, least, most
