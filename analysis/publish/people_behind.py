"""From the shares that published percents can stand for to people: whole ones, all bases known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analysis.disclosure.solving import DUST

Reals = npt.NDArray[np.float64]


def people_behind(low: Reals, high: Reals, n: Reals, *, whole: bool = True) -> tuple[Reals, Reals]:
    """The fewest and the most people of n behind shares, in numbers that somebody can count.

    Halves are rounded up, so the upper end of a step belongs to the next one.

    Args:
        low: the smallest share, in [0, 1].
        high: the largest; the end of a step unless it is 1.
        n: whose share it is, in the same shape.
        whole: whether they are people, and not weights, or answers in part.
    """
    least, most = low * n, high * n
    if not whole:
        return least, most
    below = np.where(high < 1.0, np.ceil(most - DUST) - 1.0, most)
    return np.ceil(least - DUST), below
