"""Tables of an item that differ from the true one in one way, so that half of the unknowns will do.

In a large system most of what has to be shown follows from tables in which everybody stays and only
who of them answered changes, or in which those who did not answer stay and all others move, or the
other way round. Each is a table of the whole, and its program has half as many unknowns and less
than half as many rows. What none of them shows says nothing: there the whole is searched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.disclosure.bounds import CheapestChange, FeasibleTables, Known, Start
from analysis.disclosure.complementary import Hidden
from analysis.disclosure.solving import Reals, total, weights_of
from analysis.disclosure.system import Held, System
from analysis.disclosure.whole import NearestWhole


class Moves(Enum):
    """What changes, as what one more of the unknowns adds to each half of the atoms."""

    ANSWERS = (1.0, -1.0)
    """Everybody stays, and who of them answered changes: the unknowns are those who answered."""

    ANSWERED = (1.0, 0.0)
    """Those who did not answer stay: the unknowns are those who answered."""

    SILENT = (0.0, 1.0)
    """Those who answered stay: the unknowns are those who did not."""


class HalfTables:
    """Tables of an item's system that fit, and in which one half follows from the other."""

    def __init__(
        self,
        item: System,
        known: Known,
        empty: npt.NDArray[np.int64],
        never: Hidden,
        moves: Moves,
    ) -> None:
        """Set up the program.

        Args:
            item: what `split` made, of which the true table is known.
            known: what a reader knows of each base of the item.
            empty: atoms held at 0.
            never: groups in which the item will not be shown whatever happens, shape (G,).
            moves: which half the unknowns are, and whether the other one follows or stays.
        """
        if item.truth is None:
            raise ValueError("the true table is not known")
        atoms = self._atoms = item.membership.shape[1] // 2
        halves = item.truth.reshape(2, atoms)
        self._signs = moves.value
        is_first, answers_move = moves.value[0] != 0, moves is Moves.ANSWERS
        self._base = np.zeros((2, atoms))
        self._base[int(is_first)] = halves.sum(axis=0) if answers_move else halves[int(is_first)]
        rows = item.held.rows
        here, there = (sparse.csr_array(half) for half in (rows[:, :atoms], rows[:, atoms:]))
        if not is_first:
            here, there = there, here
        is_row = np.diff(here.indptr) > 0
        most = np.full(atoms, float(known.caps.max()))
        if answers_move:
            # What both halves add up to holds as long as everybody stays.
            is_row &= np.diff(there.indptr) == 0
            most = self._rest.copy()
        first = 0 if is_first else atoms
        of_half = empty[(empty >= first) & (empty < first + atoms)] - first
        most[of_half] = 0.0
        at = np.flatnonzero(is_row)
        self._answers_move = answers_move
        self._values, self._there = item.held.values[at], sparse.csr_array(there[at])
        half = replace(
            item,
            membership=sparse.csr_array(item.membership[:, :atoms]),
            held=Held(sparse.csr_array(here[at]), self._held()),
            truth=halves[int(not is_first)],
        )
        # Where one half stays, what is held of the groups gives the item's bases.
        unlisted = never if answers_move else np.ones_like(never)
        self._given = (half, known, np.flatnonzero(most == 0.0), unlisted)
        self._most = most
        # In most atoms is nobody: as long as everybody stays, that makes the first search short.
        self._fits = FeasibleTables(*self._given, presolved=answers_move, most=most)

    @property
    def _rest(self) -> Reals:
        """What the half that follows is made from, shape (A,)."""
        return np.asarray(self._base[int(self._signs[0] != 0)])

    @cached_property
    def _change(self) -> CheapestChange:
        return CheapestChange(*self._given, is_part=True, most=self._most)

    def _held(self) -> Reals:
        """What the unknowns come to in each row that is held, shape (T,)."""
        return np.asarray(self._values - (0.0 if self._answers_move else self._there @ self._rest))

    def start(self, start: Start) -> None:
        """As of `FeasibleTables`, for the unknowns."""
        self._fits.start(start)

    def hold(self, staying: Reals) -> None:
        """Others stay, those of one half or everybody; shape (A,)."""
        self._rest[:] = staying
        if self._answers_move:
            self._fits.at_most(np.where(self._most > 0, staying, 0.0))
        else:
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
        return total(functional, table), table

    def towards(self, functional: Reals, steps: int) -> tuple[Reals, bool]:
        """As of `FeasibleTables`, for all atoms, shape (2 A,)."""
        table, there = self._fits.towards(self._of_half(functional), steps)
        return self._whole(table), there

    def reach(
        self, functional: Reals, need: float, cost: Reals, name: str
    ) -> tuple[npt.NDArray[np.bool_], Reals]:
        """As of `CheapestChange`, for all atoms, shape (2 A,)."""
        need -= total(functional, self._base.ravel())
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
        by, other = self._signs
        nearest = self._fits.near(sparse.csr_array(by * here + other * there))
        return NearestHalf(nearest, sought, self._base, self._whole)

    def _of_half(self, functional: Reals) -> Reals:
        by, other = self._signs
        if not other:
            return functional[: self._atoms]
        there = other * functional[self._atoms :]
        return there if not by else functional[: self._atoms] + there

    def _whole(self, half: Reals) -> Reals:
        return np.asarray(self._base + np.outer(self._signs, half)).ravel()


@dataclass(frozen=True)
class NearestHalf:
    """`NearestWhole` among `HalfTables`.

    Attributes:
        nearest: among the unknowns.
        sought: what is looked for, as sums of all atoms, shape [S, 2 A].
        base: what is added to the unknowns in each half of the atoms, shape (2, A).
        whole: makes a table of both halves.
    """

    nearest: NearestWhole
    sought: sparse.csr_array
    base: Reals
    whole: Callable[[Reals], Reals]

    def find(
        self, limits: tuple[Reals, Reals], at: int, fewest: float, most: float
    ) -> Reals | None:
        """As of `NearestWhole`, for all atoms, shape (2 A,)."""
        rest = total(weights_of(self.sought, at), self.base.ravel())
        found = self.nearest.find(limits, at, fewest - rest, most - rest)
        return None if found is None else self.whole(found)
