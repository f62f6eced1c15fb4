"""What is told of an item, in people, and how its theme narrows that.

A theme's figure is the mean of what people answered to its items. Of somebody who answered `a` of
`m` items, so many of them positively, `m` times the share in the theme is that number at least, and
`m - a` more at most. So the theme, times its items, lies between the sum of what its items say and
so much more as is missing, whoever left out what.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from analysis.codebook import READINGS
from analysis.disclosure.beside import tightened

Reals = npt.NDArray[np.float64]

_DUST = 1e-9


@dataclass(frozen=True)
class ItemRanges:
    """Fewest and most people, row by row: groups, or what groups leave.

    Attributes:
        n: who answered the item, shape (rows,).
        low, high: of each category that is told, shape (C, rows).
        parts: the categories of each reading.
        names: the readings; "" for those who are counted and of whom no share is told.
        least, most: of each reading, shape (R, rows).
    """

    n: Reals
    low: Reals
    high: Reals
    parts: tuple[tuple[int, ...], ...]
    names: tuple[str, ...]
    least: Reals
    most: Reals

    def tightened(self) -> ItemRanges:
        """As categories, readings and the whole narrow each other."""
        low, high, least, most = tightened(
            self.low, self.high, self.parts, (self.least, self.most), self.n
        )
        return replace(self, low=low, high=high, least=least, most=most)

    def within(self, other: ItemRanges) -> ItemRanges:
        """What both say."""
        return replace(
            self,
            low=np.maximum(self.low, other.low),
            high=np.minimum(self.high, other.high),
            least=np.maximum(self.least, other.least),
            most=np.minimum(self.most, other.most),
        )

    def whole(self) -> ItemRanges:
        """In whole people: nobody answers in part."""
        low, least = (np.ceil(one - _DUST) for one in (self.low, self.least))
        high, most = (np.floor(one + _DUST) for one in (self.high, self.most))
        return replace(self, low=low, high=high, least=least, most=most).tightened()

    def with_row(self, row: int, other: ItemRanges) -> ItemRanges:
        """With what another says of one row."""
        ends = [self.low.copy(), self.high.copy(), self.least.copy(), self.most.copy()]
        for mine, theirs in zip(
            ends, (other.low, other.high, other.least, other.most), strict=True
        ):
            mine[:, row] = theirs[:, row]
        return replace(self, low=ends[0], high=ends[1], least=ends[2], most=ends[3])

    def times(self, factor: Reals) -> ItemRanges:
        """In another unit, row by row."""
        ends = (one * factor for one in (self.n, self.low, self.high, self.least, self.most))
        n, low, high, least, most = ends
        return replace(self, n=n, low=low, high=high, least=least, most=most)

    def of_reading(self, reading: str) -> tuple[Reals, Reals]:
        """The fewest and the most with a reading; nobody where no category is read so."""
        if reading not in self.names:
            return 0.0 * self.n, 0.0 * self.n
        at = self.names.index(reading)
        return self.least[at], self.most[at]

    def score(self, values: Sequence[float]) -> tuple[Reals, Reals]:
        """The smallest and the largest sum of scores, of categories that count so much each."""
        return _filled(self, values), self.n - _filled(self, [1.0 - one for one in values])


def least_certain(told: ItemRanges) -> Reals:
    """The most people in or out of every category and reading, the fewer, shape (ways, rows)."""
    low, high = np.vstack([told.low, told.least]), np.vstack([told.high, told.most])
    return np.minimum(high, told.n - low)


@dataclass(frozen=True)
class ThemeRanges:
    """A theme in the same rows.

    Attributes:
        low, high: the sums of score and shares, as of `VALUES`, shape (4, rows); of what is not
            told, nothing.
        more: by how much the items' sums may be more than the theme times its items, shape (rows,).
        missing: by how much they may be less.
    """

    low: Reals
    high: Reals
    more: Reals
    missing: Reals


def beside_theme(
    items: Sequence[ItemRanges], values: Sequence[Sequence[float]], theme: ThemeRanges
) -> list[ItemRanges]:
    """What is told of each item of a theme, beside the theme and the others.

    Args:
        items: what each says by itself.
        values: what its categories score, in [0, 1]; none where the score is not of these answers.
        theme: what the theme says.
    """
    found = list(items)
    for at, reading in enumerate(READINGS, start=1):
        told = [one.of_reading(reading) for one in items]
        for row, (low, high) in enumerate(_left(told, theme, at)):
            if reading in items[row].names:
                found[row] = _narrowed(found[row], items[row].names.index(reading), low, high)
    if all(values):
        told = [one.score(of) for one, of in zip(items, values, strict=True)]
        for row, (low, high) in enumerate(_left(told, theme, 0)):
            found[row] = _of_score(found[row], values[row], low, high)
    return [one.tightened() for one in found]


def _left(
    told: Sequence[tuple[Reals, Reals]], theme: ThemeRanges, at: int
) -> list[tuple[Reals, Reals]]:
    """What the theme and the other items leave for each item."""
    low, high = (np.array(ends) for ends in zip(*told, strict=True))
    least = len(told) * theme.low[at] - theme.missing
    most = len(told) * theme.high[at] + theme.more
    return [
        (least - (high.sum(axis=0) - high[row]), most - (low.sum(axis=0) - low[row]))
        for row in range(len(told))
    ]


def _narrowed(item: ItemRanges, reading: int, low: Reals, high: Reals) -> ItemRanges:
    least, most = item.least.copy(), item.most.copy()
    least[reading] = np.maximum(least[reading], low)
    most[reading] = np.minimum(most[reading], high)
    return replace(item, least=least, most=most)


def _of_score(item: ItemRanges, values: Sequence[float], low: Reals, high: Reals) -> ItemRanges:
    """What the sum of scores leaves for each category."""
    least, most = item.low.copy(), item.high.copy()
    for of, least_sum, most_sum in (
        (np.array(values), low, high),
        (1.0 - np.array(values), item.n - high, item.n - low),
    ):
        fewest, greatest = of @ item.low, of @ item.high
        for at in np.flatnonzero(of > _DUST).tolist():
            others = fewest - of[at] * item.low[at], greatest - of[at] * item.high[at]
            most[at] = np.minimum(most[at], (most_sum - others[0]) / of[at])
            least[at] = np.maximum(least[at], (least_sum - others[1]) / of[at])
    return replace(item, low=least, high=most)


def _filled(item: ItemRanges, values: Sequence[float]) -> Reals:
    """The smallest sum: all that is left goes to the smallest values that have room."""
    of = np.array(values)
    left, found = item.n - item.low.sum(axis=0), of @ item.low
    for at in np.argsort(of, kind="stable").tolist():
        more = np.clip(left, 0.0, item.high[at] - item.low[at])
        found, left = found + of[at] * more, left - more
    return np.asarray(found)
