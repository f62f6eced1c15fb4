"""What a group, its parts and those who are in no part leave each other of one sum of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from analysis.disclosure.lines import Line
from analysis.publish.item_ranges import ItemRanges

Reals = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int64]

ROUNDS = 3
"""Levels that what is told of one group goes on to."""


def along_lines(lines: Sequence[Line], low: Reals, high: Reals, n: Reals) -> tuple[Reals, Reals]:
    """The least and the most in every group, as the lines that it stands in leave it.

    Args:
        lines: groups that are the sum of their parts and of those who are in none.
        low: the least of several sums in every group that is told, shape (sums, G); each of the
            `n` people adds between 0 and 1.
        high: the most, likewise.
        n: people of each group, shape (G,).
    """
    low, high = low.copy(), high.copy()
    parent = np.array([line.parent for line in lines], dtype=np.int64)
    part = np.array([one for line in lines for one in line.children], dtype=np.int64)
    at = np.repeat(np.arange(len(lines), dtype=np.int64), [len(line.children) for line in lines])
    rest = n[parent] - _summed(n, part, at, len(lines))
    for _ in range(ROUNDS):
        for least, most in zip(low, high, strict=True):
            fewest, greatest = (_summed(one, part, at, len(lines)) for one in (least, most))
            others = fewest[at] - least[part], greatest[at] - most[part]
            of_part = (
                least[parent][at] - others[1] - rest[at],
                most[parent][at] - others[0],
            )
            np.maximum.at(least, parent, fewest)
            np.minimum.at(most, parent, greatest + rest)
            np.maximum.at(least, part, of_part[0])
            np.minimum.at(most, part, of_part[1])
    return low, high


def item_along_lines(lines: Sequence[Line], item: ItemRanges) -> ItemRanges:
    """All categories and readings of an item in every group, as lines and the others leave them."""
    low, high = along_lines(lines, item.low, item.high, item.n)
    least, most = along_lines(lines, item.least, item.most, item.n)
    return replace(item, low=low, high=high, least=least, most=most).tightened()


def _summed(values: Reals, part: Positions, at: Positions, lines: int) -> Reals:
    return np.bincount(at, weights=values[part], minlength=lines).astype(np.float64)
