"""From the shares that published percents can stand for to the people behind them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from analysis.disclosure.solving import DUST
from analysis.publish.shown import Shown

Bases = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Reals = npt.NDArray[np.float64]

LEAST = 0.9
"""At least so much of a group answered an item that stands on its base."""

MOST_TRIED = 400
"""From so many on a percent is of four people or more, and every base fits."""


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


def fits_alone(low: Reals, high: Reals, parts: Sequence[Sequence[int]], stated: Bases) -> Flags:
    """Groups of which the percents of an item tell how many answered, shape (G,).

    53 % yes and 48 % no are no percents of 201 people, but of 200. Who knows that nine tenths of a
    group or more answered tries all these numbers; where one fits alone, it is that.

    Args:
        low: the smallest share of each category, and then of each reading, in [0, 1]; together
            they make up the whole; shape (ways, G).
        high: the largest, in the same shape; the end of a step unless it is 1.
        parts: the categories of each reading.
        stated: the base that is told, shape (G,).
    """
    fewer = np.arange(math.ceil((1 - LEAST) * MOST_TRIED) + 1)
    tried = np.where(stated < MOST_TRIED, stated, 0) - fewer[:, None, None]
    fits = (tried >= LEAST * stated)[:, 0]
    least = np.ceil(low * tried - DUST)
    most = np.where(high < 1.0, np.ceil(high * tried - DUST) - 1.0, tried)
    fewest = greatest = 0.0
    categories = sum(map(len, parts))
    for at, inside in enumerate(parts):
        of, reading = list(inside), categories + at
        lowest = np.maximum(least[:, of].sum(axis=1), least[:, reading])
        highest = np.minimum(most[:, of].sum(axis=1), most[:, reading])
        fits &= (lowest <= highest) & (least[:, of] <= most[:, of]).all(axis=1)
        fewest, greatest = fewest + lowest, greatest + highest
    fits &= (fewest <= tried[:, 0]) & (tried[:, 0] <= greatest)
    return np.asarray(fits.sum(axis=0) == 1)


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
