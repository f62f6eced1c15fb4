"""How alike the spreads of many groups are, and so how much a small one may learn from all.

The spread of 50 answers is known to a tenth only. Where many groups spread alike, each may take
most of its spread from all of them together and a test sees more; where they differ, it may not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import digamma, polygamma

LEAST_GROUPS = 10
"""With fewer, chance alone may make spreads look alike."""
WIDEST, NARROWEST = 1e-3, 1e9
"""Degrees of freedom between which the answer lies."""
STEPS = 100


def alike_freedom(people: Sequence[float], variances: Sequence[float]) -> float:
    """Degrees of freedom that the spread all groups share is worth to each of them.

    Args:
        people: of each group, 2 or more.
        variances: of each group, n - 1 below.

    Returns:
        0 when groups teach nothing about one another: too few of them, or one without any spread;
        `NARROWEST` when their spreads differ by no more than chance.

    Source: Smyth (2004), section 6.2: moments of the logarithms of the variances.
    """
    if len(variances) < LEAST_GROUPS or min(variances) <= 0:
        return 0.0
    half = (np.asarray(people, dtype=float) - 1) / 2
    logs = np.log(variances) - digamma(half) + np.log(half)
    more_than_chance = float(np.var(logs, ddof=1) - polygamma(1, half).mean())
    return NARROWEST if more_than_chance <= 0 else _freedom_that_spreads(more_than_chance)


def _freedom_that_spreads(value: float) -> float:
    """Degrees of freedom at which the logarithm of a variance has the variance `value`."""
    low, high = WIDEST, NARROWEST
    for _ in range(STEPS):
        middle = math.sqrt(low * high)
        if polygamma(1, middle / 2) > value:
            low = middle
        else:
            high = middle
    return math.sqrt(low * high)
