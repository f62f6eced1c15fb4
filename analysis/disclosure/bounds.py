"""Linear programs over all tables that fit what is published.

Two programs share the rows of a `System`: `FeasibleTables` finds the largest and smallest count of
a group among the tables that fit; `CheapestChange` finds which shown groups to hide so that a group
can reach a given count. Both stay warm between calls: only costs and bounds change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.disclosure.complementary import Hidden
from analysis.disclosure.solving import DUST, Reals, program, solved, total
from analysis.disclosure.system import Bases, System
from analysis.disclosure.whole import NearestWhole

Status = highspy.HighsBasisStatus

Start = tuple[Sequence[Status], Sequence[Status]]
"""Where a search begins: atoms, then rows."""

DUAL = 1
"""The way of the simplex that suits a table that does not fit yet."""

DEVEX = 1
"""Weights of the dual simplex that are not exact."""


@dataclass(frozen=True)
class Known:
    """What a reader knows of the base of each declared group, shape (G,) each.

    Attributes:
        bases: the true bases.
        low, high: where the base of a shown group lies; equal where it is published.
        caps: the most that the base of a hidden group can be.
    """

    bases: Bases
    low: Reals
    high: Reals
    caps: Reals

    def __post_init__(self) -> None:
        if not ((self.low <= self.bases) & (self.bases <= self.high)).all():
            raise ValueError("a base lies outside what is known of it")

    @property
    def exact(self) -> npt.NDArray[np.bool_]:
        """Which bases are known to the person once they are shown."""
        return np.equal(self.low, self.high)


class FeasibleTables:
    """All tables of non-negative counts that fit the shown bases."""

    def __init__(
        self,
        system: System,
        known: Known,
        empty: npt.NDArray[np.int64],
        never: Hidden | None = None,
        presolved: bool = False,
        most: Reals | None = None,
    ):
        """Start with every group shown.

        Args:
            system: rows and atoms.
            known: what is known of a group when it is shown and when it is hidden.
            empty: atoms held at 0.
            never: groups that will not be shown whatever happens, which need no row, shape (G,).
            presolved: whether to make the program small before the first search, which is worth it
                where there are many atoms.
            most: people in each atom, shape (A,); by default as many as there can be in a group.
        """
        self._every, widest = len(known.bases), float(known.caps.max())
        known, listed = _listed(system, known, never)
        self._known, self._listed = known, listed
        self._hidden = np.zeros(len(listed), dtype=bool)
        self._held_at, self._held = system.held.values, len(system.held.values)
        self._rows = sparse.csr_array(sparse.vstack([system.held.rows, system.membership[listed]]))
        self._atoms = self._rows.shape[1]
        self._upper = np.full(self._atoms, widest) if most is None else most.copy()
        self._truth = system.truth
        self._upper[empty] = 0.0
        self._highs = program(sparse.csc_array(self._rows), self._upper, *self.limits())
        self._presolved, self._begun = presolved, False

    def start(self, start: Start) -> None:
        """Begin the first search there: a table that fits is a few steps away.

        Raises:
            Unprotectable: as for `extreme`.
        """
        basis = highspy.HighsBasis()
        basis.col_status, basis.row_status, basis.valid = list(start[0]), list(start[1]), True
        self._highs.setBasis(basis)
        self._highs.setOptionValue("simplex_strategy", DUAL)
        solved(self._highs, "the published counts contradict each other")
        self._presolved, self._begun = False, True

    def moves(self, functional: Reals) -> bool:
        """Whether a sum of atoms need not be the same in all of these tables."""
        return len(functional) > 0

    def hold(self, values: Reals) -> None:
        """From now on the sums that are known whatever is hidden are these; shape (T,)."""
        rows = np.arange(self._held, dtype=np.int32)
        self._highs.changeRowsBounds(self._held, rows, values, values)  # type: ignore[attr-defined]
        self._held_at = values

    def at_most(self, people: Reals) -> None:
        """From now on allow no table with more people in an atom; shape (A,)."""
        self._upper = people
        every = np.arange(self._atoms, dtype=np.int32)
        self._highs.changeColsBounds(self._atoms, every, np.zeros(self._atoms), people)

    def hide(self, hidden: Hidden) -> None:
        """Free the rows of hidden groups and hold those of the shown ones; shape (G,)."""
        hidden = hidden[self._listed]
        lower = np.where(hidden, 0.0, self._known.low)
        upper = np.where(hidden, self._known.caps, self._known.high)
        for group in np.flatnonzero(hidden != self._hidden).tolist():
            self._highs.changeRowBounds(self._held + group, lower[group], upper[group])
        self._hidden = hidden

    def loosen(self, less: Reals, more: Reals) -> None:
        """Let the count of each group lie so far below and above what is known, shape (G,) each."""
        low = self._known.low - less[self._listed]
        high = self._known.high + more[self._listed]
        for row, (lowest, highest) in enumerate(zip(low, high, strict=True), self._held):
            self._highs.changeRowBounds(row, lowest, highest)

    def prices(self) -> tuple[Reals, float]:
        """What one more person in each group adds to the last extreme, and what is not theirs.

        Returns:
            The duals of the groups, shape (G,), and what the limits of the atoms add.
        """
        solution, program = self._highs.getSolution(), self._highs.getLp()
        prices = np.zeros(self._every)
        prices[self._listed] = np.array(solution.row_dual)[self._held :]
        held = (
            np.array(solution.row_dual)[: self._held] @ np.array(program.row_upper_)[: self._held]
        )
        over = np.array(solution.col_dual)
        if program.sense_ == highspy.ObjSense.kMinimize:
            return prices, float(held + np.minimum(over, 0.0) @ np.array(program.col_upper_))
        return prices, float(held + np.maximum(over, 0.0) @ np.array(program.col_upper_))

    def extreme(self, functional: Reals, largest: bool = True) -> tuple[float, Reals]:
        """The largest (or smallest) value of a linear functional of the atoms, and a table there.

        Raises:
            Unprotectable: when no table fits at all, which means that the counts contradict
                each other.
        """
        self._ask(functional, largest)
        table = solved(self._highs, "the published counts contradict each other")[: self._atoms]
        return total(functional, table), table

    def towards(self, functional: Reals, steps: int) -> tuple[Reals, bool]:
        """A table so many steps on the way to the largest value, and whether it is there.

        Only the first search, which has no table to go on from, goes all the way.

        Raises:
            Unprotectable: as for `extreme`.
        """
        if self._begun:
            self._ask(functional, largest=True)
            self._highs.setOptionValue("simplex_iteration_limit", steps)
            self._highs.run()
            self._highs.setOptionValue("simplex_iteration_limit", highspy.kHighsIInf)
            if self._highs.getModelStatus() == highspy.HighsModelStatus.kIterationLimit:
                table = np.array(self._highs.getSolution().col_value)
                if self._is_within(table):
                    return table, False
        return self.extreme(functional)[1], True

    def _is_within(self, table: Reals) -> bool:
        """Whether a table that a search was stopped at fits, as those at its end do."""
        sums, (low, high) = self._rows @ table, self.limits()
        rows = (low - DUST <= sums) & (sums <= high + DUST)
        return bool(rows.all() and ((table >= -DUST) & (table <= self._upper + DUST)).all())

    def _ask(self, functional: Reals, largest: bool) -> None:
        """A table that fits stays one when the question changes: go on from there."""
        sense = highspy.ObjSense.kMaximize if largest else highspy.ObjSense.kMinimize
        self._highs.changeObjectiveSense(sense)
        every = np.arange(self._atoms, dtype=np.int32)
        self._highs.changeColsCost(self._atoms, every, functional)
        ways = highspy.simplex_constants.SimplexStrategy
        way = ways.kSimplexStrategyDual if self._presolved else ways.kSimplexStrategyPrimal
        self._highs.setOptionValue("simplex_strategy", int(way))
        self._highs.setOptionValue("presolve", "on" if self._presolved else "off")
        self._presolved, self._begun = False, True

    def limits(self) -> tuple[Reals, Reals]:
        """The fewest and most people in each row of the program, shape (R,) each."""
        held, known = self._held_at, self._known
        return (
            np.concatenate([held, np.where(self._hidden, 0.0, known.low)]),
            np.concatenate([held, np.where(self._hidden, known.caps, known.high)]),
        )

    def basis(self) -> tuple[list[Status], list[Status], Reals] | None:
        """Where the last search ended: atoms, rows, and people in each row; None before one."""
        basis = self._highs.getBasis()
        if not self._begun or not basis.valid:
            return None
        people = np.array(self._highs.getSolution().row_value)
        return list(basis.col_status), list(basis.row_status), people

    def near(self, sought: sparse.csr_array) -> NearestWhole:
        """Tables of whole people near the true one, to look for some sums of atoms in, [S, A].

        Where no more than the bases is known, they are near any table that fits.
        """
        near = self._truth
        if near is None:
            near = np.rint(self.extreme(np.zeros(self._atoms))[1])
        near = np.clip(near, 0.0, self._upper)
        return NearestWhole(self._rows, sought, self._upper, near)


class CheapestChange:
    """The least costly set of shown groups whose hiding lets a group reach a given count."""

    def __init__(
        self,
        system: System,
        known: Known,
        empty: npt.NDArray[np.int64],
        never: Hidden | None = None,
        is_part: bool = False,
        most: Reals | None = None,
    ):
        """Set up the program: a group's count is what is known of it, plus more, minus less.

        Args:
            system: rows and atoms.
            known: what is known of a group when it is shown and when it is hidden.
            empty: atoms held at 0.
            never: groups that will not be shown whatever happens, which need no row, shape (G,).
            is_part: whether what cannot be helped here is asked of a larger system.
            most: as of `FeasibleTables`.
        """
        self._is_part = is_part
        self._every, widest = len(known.bases), float(known.caps.max())
        known, self._listed = _listed(system, known, never)
        self._known = known
        groups, held = len(self._listed), len(system.held.values)
        self._atoms, self._groups = system.membership.shape[1], groups
        self._target_row = held + groups
        atoms = sparse.vstack([system.held.rows, system.membership[self._listed]])
        change = sparse.vstack(
            [
                sparse.csr_array((held, 2 * groups)),
                sparse.hstack([-sparse.eye_array(groups), sparse.eye_array(groups)]),
            ]
        )
        self._most = np.full(self._atoms, widest) if most is None else most.copy()
        self._most[empty] = 0.0
        values = system.held.values
        self._highs = program(
            sparse.hstack([atoms, change], format="csc"),
            np.concatenate([self._most, known.caps - known.high, known.low]),
            np.concatenate([values, known.low]),
            np.concatenate([values, known.high]),
        )

    def at_least(self, fewest: Reals) -> None:
        """From now on allow no table with fewer people in an atom; shape (A,)."""
        every = np.arange(self._atoms, dtype=np.int32)
        self._highs.changeColsBounds(self._atoms, every, fewest, self._most)

    def begin(self, tables: FeasibleTables) -> None:
        """Go on from a table that fits what is shown: what is hidden may change for nothing.

        From nothing a large program would first take thousands of steps to any table that fits.
        """
        found = tables.basis()
        if found is None:
            return
        atoms, rows, people = found
        more, less = [Status.kLower] * self._groups, [Status.kLower] * self._groups
        first = len(rows) - self._groups
        for at, (low, high, n) in enumerate(
            zip(self._known.low, self._known.high, people[first:], strict=True)
        ):
            is_basic = rows[first + at] == Status.kBasic
            if n > high + DUST:
                rows[first + at] = Status.kUpper
                more[at] = Status.kBasic if is_basic else Status.kUpper
            elif n < low - DUST:
                rows[first + at] = Status.kLower
                less[at] = Status.kBasic if is_basic else Status.kUpper
        basis = highspy.HighsBasis()
        basis.col_status, basis.row_status, basis.valid = [*atoms, *more, *less], rows, True
        self._highs.setBasis(basis)
        # The way from there is short: weights that take long to make exact do not pay.
        self._highs.setOptionValue("simplex_dual_edge_weight_strategy", DEVEX)

    def reach(
        self, functional: Reals, need: float, cost: Reals, name: str
    ) -> tuple[npt.NDArray[np.bool_], Reals]:
        """Which groups have to change for a target to reach `need`, and the table where it does.

        Args:
            functional: the target as a sum of atoms, shape (A,).
            need: people.
            cost: of changing each group's count by one person, shape (G,).
            name: of the target, for the message.

        Raises:
            Unprotectable: when it cannot be reached even with everything hidden.
        """
        cost, inside = cost[self._listed], np.flatnonzero(functional).astype(np.int32)
        both = np.arange(self._atoms, self._atoms + 2 * self._groups, dtype=np.int32)
        self._highs.changeColsCost(2 * self._groups, both, np.concatenate([cost, cost]))
        self._highs.addRow(need, highspy.kHighsInf, len(inside), inside, functional[inside])
        reason = f"{name} cannot be protected even by hiding everything else"
        try:
            solution = solved(self._highs, reason, is_sure=self._is_part)
        finally:
            self._highs.deleteRows(1, np.array([self._target_row], dtype=np.int32))
        change = np.zeros(self._every)
        change[self._listed] = solution[self._atoms :].reshape(2, self._groups).sum(axis=0)
        return change > DUST, solution[: self._atoms]


def _listed(
    system: System, known: Known, never: Hidden | None
) -> tuple[Known, npt.NDArray[np.int64]]:
    """The groups that can be shown, and what is known of each of them."""
    everybody = np.ones(len(system.groups), dtype=bool)
    at = np.flatnonzero(everybody if never is None else ~never)
    return Known(known.bases[at], known.low[at], known.high[at], known.caps[at]), at
