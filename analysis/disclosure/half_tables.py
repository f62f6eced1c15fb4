"""Tables of an item that differ from the true one in one way, so that half of the unknowns will do.

In a large system most of what has to be shown follows from tables in which everybody stays and only
who of them answered changes, or in which those who did not answer stay and all others move. Either
is a table of the whole, and its program has half as many unknowns and less than half as many rows.
What neither shows says nothing: there the whole is searched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.disclosure.bounds import CheapestChange, FeasibleTables, Known, Start
from analysis.disclosure.complementary import Hidden
from analysis.disclosure.solving import Reals
from analysis.disclosure.system import Held, System
from analysis.disclosure.whole import NearestWhole


class HalfTables:
    """Tables of an item's system that fit, and in which one half follows from the other.

    The unknowns are those who answered. Those who did not are everybody else (`answers_move`), or
    stay as they truly are.
    """

    def __init__(
        self,
        item: System,
        known: Known,
        empty: npt.NDArray[np.int64],
        never: Hidden,
        *,
        answers_move: bool,
    ) -> None:
        """Set up the program.

        Args:
            item: what `split` made, of which the true table is known.
            known: what a reader knows of each base of the item.
            empty: atoms held at 0.
            never: groups in which the item will not be shown whatever happens, shape (G,).
            answers_move: whether everybody stays, and who of them answered changes.
        """
        if item.truth is None:
            raise ValueError("the true table is not known")
        atoms = self._atoms = item.membership.shape[1] // 2
        answered, silent = item.truth[:atoms], item.truth[atoms:]
        self._sign, self._answers_move = (-1.0 if answers_move else 0.0), answers_move
        self._rest = answered + silent if answers_move else silent
        rows = item.held.rows
        here, there = (sparse.csr_array(half) for half in (rows[:, :atoms], rows[:, atoms:]))
        is_row = np.diff(here.indptr) > 0
        most = np.full(atoms, float(known.caps.max()))
        if answers_move:
            # What both halves add up to holds as long as everybody stays.
            is_row &= np.diff(there.indptr) == 0
            most = self._rest.copy()
        most[empty[empty < atoms]] = 0.0
        at = np.flatnonzero(is_row)
        self._values, self._there = item.held.values[at], sparse.csr_array(there[at])
        half = replace(
            item,
            membership=sparse.csr_array(item.membership[:, :atoms]),
            held=Held(sparse.csr_array(here[at]), self._held()),
            truth=answered,
        )
        # Where those who did not answer stay, what is held of the groups gives the item's bases.
        unlisted = never if answers_move else np.ones_like(never)
        self._given = (half, known, np.flatnonzero(most == 0.0), unlisted)
        self._most = most
        self._fits = FeasibleTables(*self._given, most=most)

    @cached_property
    def _change(self) -> CheapestChange:
        return CheapestChange(*self._given, is_part=True, most=self._most)

    def _held(self) -> Reals:
        """What those who answered come to in each row that is held, shape (T,)."""
        return np.asarray(self._values - (0.0 if self._answers_move else self._there @ self._rest))

    def start(self, start: Start) -> None:
        """As of `FeasibleTables`, for those who answered."""
        self._fits.start(start)

    def hold(self, silent: Reals) -> None:
        """Others stay who did not answer; shape (A,). Not where answers move."""
        self._rest = silent
        self._fits.hold(self._held())

    def hide(self, hidden: Hidden) -> None:
        """As of `FeasibleTables`."""
        self._fits.hide(hidden)

    def moves(self, functional: Reals) -> bool:
        """Whether these tables differ in a sum of atoms at all; shape (2 A,)."""
        return bool(self._of_half(functional).any())

    def extreme(self, functional: Reals, largest: bool = True) -> tuple[float, Reals]:
        """As of `FeasibleTables`, for all atoms, shape (2 A,)."""
        table = self._whole(self._fits.extreme(self._of_half(functional), largest)[1])
        return float(functional @ table), table

    def towards(self, functional: Reals, steps: int) -> tuple[Reals, bool]:
        """As of `FeasibleTables`, for all atoms, shape (2 A,)."""
        table, there = self._fits.towards(self._of_half(functional), steps)
        return self._whole(table), there

    def reach(
        self, functional: Reals, need: float, cost: Reals, name: str
    ) -> tuple[npt.NDArray[np.bool_], Reals]:
        """As of `CheapestChange`, for all atoms, shape (2 A,)."""
        need -= float(functional[self._atoms :] @ self._rest)
        support, table = self._change.reach(self._of_half(functional), need, cost, name)
        return support, self._whole(table)

    def limits(self) -> tuple[Reals, Reals]:
        """As of `FeasibleTables`."""
        return self._fits.limits()

    def near(self, sought: sparse.csr_array) -> NearestHalf:
        """As of `FeasibleTables`, for sums of all atoms, shape [S, 2 A]."""
        here, there = (
            sparse.csr_array(half) for half in (sought[:, : self._atoms], sought[:, self._atoms :])
        )
        nearest = self._fits.near(sparse.csr_array(here + self._sign * there))
        return NearestHalf(nearest, there @ self._rest, self._whole)

    def _of_half(self, functional: Reals) -> Reals:
        return functional[: self._atoms] + self._sign * functional[self._atoms :]

    def _whole(self, half: Reals) -> Reals:
        return np.concatenate([half, self._rest + self._sign * half])


@dataclass(frozen=True)
class NearestHalf:
    """`NearestWhole` among `HalfTables`.

    Attributes:
        nearest: among those who answered.
        rest: what the other half adds to each sum whatever these are, shape (S,).
        whole: makes a table of both halves.
    """

    nearest: NearestWhole
    rest: Reals
    whole: Callable[[Reals], Reals]

    def find(
        self, limits: tuple[Reals, Reals], at: int, fewest: float, most: float
    ) -> Reals | None:
        """As of `NearestWhole`, for all atoms, shape (2 A,)."""
        found = self.nearest.find(limits, at, fewest - self.rest[at], most - self.rest[at])
        return None if found is None else self.whole(found)
