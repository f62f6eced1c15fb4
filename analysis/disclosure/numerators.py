"""Small numerators of sensitive items: what other shown shares tell of the few inside a band.

A band says that few, or none, answered so. A whole less its other shown parts may say more: that
somebody did, or that fewer than `min_numerator` did, where the group's own figures leave it open.
The same is asked of all but so few.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from analysis.disclosure.solving import DUST, Reals
from analysis.disclosure.unions import Flags

NARROW = 2
"""A band with fewer than so many times `min_numerator` in it must not be told from none."""


@dataclass(frozen=True)
class Numerators:
    """Shown groups in which it may not be known how few answered so.

    Attributes:
        names: what each is, for messages.
        rows: their atoms, shape (R, A).
        shown: the measured row of each, which is its own share; shape (R,).
        few: a smaller number of people is not told.
    """

    names: tuple[str, ...]
    rows: sparse.csr_array
    shown: np.ndarray[tuple[int], np.dtype[np.int64]]
    few: int


class FewSeen:
    """What is known so far of each numerator: every fitting table of answers widens it."""

    def __init__(
        self, numerators: Numerators, people: Reals, truth: Reals, low: Reals, high: Reals
    ) -> None:
        """Take those of whom few, or all but few, answered so.

        Args:
            numerators: all that are looked at.
            people: who answered at each atom, shape (A,).
            truth: who of them answered so, shape (A,).
            low: what every measured row says at least, in people, shape (M,).
            high: what it says at most, shape (M,).
        """
        n, so = numerators.rows @ people, numerators.rows @ truth
        few, own = numerators.few, numerators.shown
        # What its own figures say by themselves is a matter of how they are rounded.
        ends, large = ((low[own], high[own]), (n - high[own], n - low[own])), n - few > DUST
        of_side = list(zip((so, n - so), ends, strict=True))
        scarce = [large & (side < few) & (most >= few) for side, (_, most) in of_side]
        narrow = [large & (side < NARROW * few) & (least <= 0) for side, (least, _) in of_side]
        kept = np.flatnonzero(np.any([*scarce, *narrow], axis=0))
        self.names = tuple(numerators.names[at] for at in kept.tolist())
        self.rows = sparse.csr_array(numerators.rows[kept])
        self.n, self._few = n[kept], few
        self._scarce, self._narrow = [one[kept] for one in scarce], [one[kept] for one in narrow]
        self._least, self._most = so[kept].copy(), so[kept].copy()
        self._last = [np.zeros(len(kept), dtype=bool) for _ in range(2)]

    def witness(self, table: Reals) -> None:
        """Take in answers that fit what is published."""
        values = self.rows @ table
        self._least = np.minimum(self._least, values)
        self._most = np.maximum(self._most, values)

    def searched(self, row: int, largest: bool) -> None:
        """Take it that no answers reach further for this one."""
        self._last[int(largest)][row] = True

    def open(self) -> Flags:
        """Those that are not known to be safe."""
        return np.asarray(self.up() | self.down())

    def inwards(self) -> Reals:
        """Open ones: 1 where more people would clear them, -1 where fewer would."""
        return self.up().astype(np.float64) - self.down()

    def up(self) -> Flags:
        """Those that more people than the truth would clear."""
        return np.asarray(self._too_few(0) | self._somebody(1))

    def down(self) -> Flags:
        """Those that fewer people than the truth would clear."""
        return np.asarray(self._too_few(1) | self._somebody(0))

    def _of(self, side: int) -> tuple[Reals, Reals]:
        """The fewest and the most who answered so, or otherwise."""
        if side:
            return np.ceil(self.n - self._most - DUST), np.floor(self.n - self._least + DUST)
        return np.ceil(self._least - DUST), np.floor(self._most + DUST)

    def _too_few(self, side: int) -> Flags:
        return np.asarray(self._scarce[side] & (self._of(side)[1] < self._few))

    def _somebody(self, side: int) -> Flags:
        """Told from none, unless it is told besides that they are not few."""
        least = self._of(side)[0]
        enough = self._last[side] & (least >= self._few)
        return np.asarray(self._narrow[side] & (least > 0) & ~enough)
