"""Small numerators of sensitive items: what other shown shares tell of the few inside a band.

A band says that few, or none, answered so. A whole less its other shown parts may say more: that
fewer than `min_numerator` did, where the group's own figures leave it open. The same is asked of
all but so few.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from analysis.disclosure.solving import DUST, Reals
from analysis.disclosure.unions import Flags


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
        most, large = (high[own], n - low[own]), n - few > DUST
        scarce = [
            large & (side < few) & (end >= few)
            for side, end in zip((so, n - so), most, strict=True)
        ]
        kept = np.flatnonzero(scarce[0] | scarce[1])
        self.names = tuple(numerators.names[at] for at in kept.tolist())
        self.rows = sparse.csr_array(numerators.rows[kept])
        self.n, self._few = n[kept], few
        self._in, self._out_of = (one[kept] for one in scarce)
        self._least, self._most = so[kept].copy(), so[kept].copy()

    def witness(self, table: Reals) -> None:
        """Take in answers that fit what is published."""
        values = self.rows @ table
        self._least = np.minimum(self._least, values)
        self._most = np.maximum(self._most, values)

    def open(self) -> Flags:
        """Those that are not known to be safe."""
        return np.asarray(self.up() | self.down())

    def inwards(self) -> Reals:
        """Open ones: 1 where more people would clear them, -1 where fewer would."""
        return self.up().astype(np.float64) - self.down()

    def up(self) -> Flags:
        """Those that more people than the truth would clear."""
        return np.asarray(self._in & (np.floor(self._most + DUST) < self._few))

    def down(self) -> Flags:
        """Those that fewer people than the truth would clear."""
        return np.asarray(self._out_of & (np.floor(self.n - self._least + DUST) < self._few))
