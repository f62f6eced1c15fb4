"""From the shares that published percents can stand for to the people behind them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analysis.disclosure.solving import DUST
from analysis.publish.shown import Shown

Flags = npt.NDArray[np.bool_]
Reals = npt.NDArray[np.float64]


def counted(shown: Shown, measure: str) -> Flags:
    """Groups whose shares of a measure are taken to be of whole people, shape (G,).

    Those of which a reader can know how many answered: the exact number that is told. No other base
    tells it: one below `fine_base` is rounded, and of those on the base of a group a few may have
    left an item out. None of a theme, to which people answer in part, nor where answers have
    weights.
    """
    sums = shown.figures.sums
    if measure not in shown.figures.codebook.item_by_id or sums.items[measure].weight is not None:
        return np.zeros(len(shown.plan.groups), dtype=bool)
    told = shown.bases[measure]
    return np.asarray((told >= shown.policy.fine_base) & (shown.figures.bases(measure) == told))


def people_behind(low: Reals, high: Reals, n: Reals, whole: Flags) -> tuple[Reals, Reals]:
    """The fewest and the most people of n behind shares.

    Where it is told how many they are, both are whole: nobody takes a share of 134 people for
    51.6 of them. Halves are rounded up, so the upper end of a step belongs to the next one.

    Args:
        low: the smallest share, in [0, 1]; shape (..., G).
        high: the largest, in the same shape; the end of a step unless it is 1.
        n: whose share it is, shape (G,).
        whole: as `counted` says, shape (G,).
    """
    least, most = low * n, high * n
    below = np.where(high < 1.0, np.ceil(most - DUST) - 1.0, most)
    return np.where(whole, np.ceil(least - DUST), least), np.where(whole, below, most)
