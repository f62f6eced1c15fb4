"""Linear programs over all tables that fit what is published.

Two programs share the rows of a `System`: `FeasibleTables` finds the largest and smallest count of
a group among the tables that fit; `CheapestChange` finds which shown groups to hide so that a group
can reach a given count. Both stay warm between calls: only costs and bounds change.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.disclosure.complementary import Hidden
from analysis.disclosure.system import Bases, System
from analysis.errors import Unprotectable

Reals = npt.NDArray[np.float64]

DUST = 1e-6
"""Below this a count is solver noise."""


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

    def __init__(self, system: System, known: Known, empty: npt.NDArray[np.int64]):
        """Start with every group shown.

        Args:
            system: rows and atoms.
            known: what is known of a group when it is shown and when it is hidden.
            empty: atoms held at 0.
        """
        self._known = known
        self._hidden = np.zeros(len(known.bases), dtype=bool)
        self._held = len(system.held.values)
        rows = sparse.vstack([system.held.rows, system.membership], format="csc")
        self._atoms = rows.shape[1]
        self._upper = np.full(self._atoms, float(known.caps.max()))
        self._upper[empty] = 0.0
        held = system.held.values
        self._highs = _program(
            rows, self._upper, np.concatenate([held, known.low]), np.concatenate([held, known.high])
        )

    def hide(self, hidden: Hidden) -> None:
        """Free the rows of hidden groups and hold those of the shown ones."""
        _hide(self._highs, self._held, self._known, self._hidden, hidden)
        self._hidden = hidden.copy()

    def extreme(self, functional: Reals, largest: bool = True) -> tuple[float, Reals]:
        """The largest (or smallest) value of a linear functional of the atoms, and a table there.

        Raises:
            Unprotectable: when no table fits at all, which means that the counts contradict
                each other.
        """
        sense = highspy.ObjSense.kMaximize if largest else highspy.ObjSense.kMinimize
        self._highs.changeObjectiveSense(sense)
        every = np.arange(self._atoms, dtype=np.int32)
        self._highs.changeColsCost(self._atoms, every, functional)
        table = _solve(self._highs, "the published counts contradict each other")[: self._atoms]
        return float(functional @ table), table

    def has_whole(self, functional: Reals, low: float, high: float) -> bool:
        """Whether a table of whole numbers has a linear functional of the atoms within limits.

        Raises:
            Unprotectable: when the solver cannot say.
        """
        inside = np.flatnonzero(functional).astype(np.int32)
        row = (low, high, len(inside), inside, functional[inside])
        return _whole(self._highs, row) is not None


class StayingTables:
    """Tables that fit, in which as many people as can be stay in the atoms that they are in.

    Every atom is two columns: those who stay, up to `stay`, and all others.
    """

    def __init__(
        self, system: System, known: Known, empty: npt.NDArray[np.int64], stay: Reals
    ) -> None:
        """Start with every group shown.

        Args:
            system: rows and atoms.
            known: what is known of a group when it is shown and when it is hidden.
            empty: atoms held at 0.
            stay: how many there are to stay in each atom, shape (A,).
        """
        self._known, self._stay = known, stay
        self._hidden = np.zeros(len(known.bases), dtype=bool)
        self._held = len(system.held.values)
        rows = sparse.vstack([system.held.rows, system.membership])
        self._rows, self._atoms = rows.shape
        upper = np.full(self._atoms, float(known.caps.max()))
        upper[empty] = 0.0
        held = system.held.values
        self._highs = _program(
            sparse.hstack([rows, rows], format="csc"),
            np.concatenate([stay, upper]),
            np.concatenate([held, known.low]),
            np.concatenate([held, known.high]),
        )
        every = np.arange(2 * self._atoms, dtype=np.int32)
        cost = np.concatenate([-np.ones(self._atoms), np.zeros(self._atoms)])
        self._highs.changeColsCost(len(every), every, cost)

    def hide(self, hidden: Hidden) -> None:
        """Free the rows of hidden groups and hold those of the shown ones."""
        _hide(self._highs, self._held, self._known, self._hidden, hidden)
        self._hidden = hidden.copy()

    def find(
        self, functional: Reals, low: float, high: float, fewest: Reals, whole: bool = False
    ) -> Reals | None:
        """A table with a functional of the atoms within limits, shape (A,), if there is one.

        Args:
            functional: shape (A,).
            low: fewest people.
            high: most people.
            fewest: how many have to stay in each atom, at most `stay`; shape (A,).
            whole: whether it has to be in whole numbers; then no matter how many others stay.
        """
        inside = np.flatnonzero(functional)
        both = np.concatenate([inside, inside + self._atoms]).astype(np.int32)
        row = (low, high, len(both), both, np.tile(functional[inside], 2))
        every = np.arange(self._atoms, dtype=np.int32)
        self._highs.changeColsBounds(self._atoms, every, fewest, self._stay)
        if whole:
            found = _whole(self._highs, row)
        else:
            self._highs.addRow(*row)
            found = _solution(self._highs)
            self._highs.deleteRows(1, np.array([self._rows], dtype=np.int32))
        return None if found is None else found.reshape(2, self._atoms).sum(axis=0)


class CheapestChange:
    """The least costly set of shown groups whose hiding lets a group reach a given count."""

    def __init__(
        self,
        system: System,
        known: Known,
        empty: npt.NDArray[np.int64],
        targets: sparse.csr_array,
    ):
        """Set up the program: a group's count is what is known of it, plus more, minus less.

        Args:
            system: rows and atoms.
            known: what is known of a group when it is shown and when it is hidden.
            empty: atoms held at 0.
            targets: functionals of the atoms that `reach` can ask for, shape (R, A).
        """
        groups, held, wanted = len(known.bases), len(system.held.values), targets.shape[0]
        self._atoms, self._groups = system.membership.shape[1], groups
        self._first_target = held + groups
        atoms = sparse.vstack([system.held.rows, system.membership, targets])
        change = sparse.vstack(
            [
                sparse.csr_array((held, 2 * groups)),
                sparse.hstack([-sparse.eye_array(groups), sparse.eye_array(groups)]),
                sparse.csr_array((wanted, 2 * groups)),
            ]
        )
        self._upper = np.full(self._atoms, float(known.caps.max()))
        self._upper[empty] = 0.0
        values, endless = system.held.values, np.full(wanted, highspy.kHighsInf)
        self._highs = _program(
            sparse.hstack([atoms, change], format="csc"),
            np.concatenate([self._upper, known.caps - known.high, known.low]),
            np.concatenate([values, known.low, -endless]),
            np.concatenate([values, known.high, endless]),
        )

    def at_least(self, fewest: Reals) -> None:
        """From now on allow no table with fewer people in an atom; shape (A,)."""
        _at_least(self._highs, fewest, self._upper)

    def reach(
        self, target: int, need: float, cost: Reals, name: str
    ) -> tuple[npt.NDArray[np.bool_], Reals]:
        """Which groups have to change for a target to reach `need`, and the table where it does.

        Args:
            target: row of `targets`.
            need: people.
            cost: of changing each group's count by one person, shape (G,).
            name: of the target, for the message.

        Raises:
            Unprotectable: when it cannot be reached even with everything hidden.
        """
        row = self._first_target + target
        both = np.arange(self._atoms, self._atoms + 2 * self._groups, dtype=np.int32)
        self._highs.changeColsCost(2 * self._groups, both, np.concatenate([cost, cost]))
        self._highs.changeRowBounds(row, need, highspy.kHighsInf)
        reason = f"{name} cannot be protected even by hiding everything else"
        solution = _solve(self._highs, reason)
        self._highs.changeRowBounds(row, -highspy.kHighsInf, highspy.kHighsInf)
        change = solution[self._atoms :].reshape(2, self._groups).sum(axis=0)
        return change > DUST, solution[: self._atoms]


def _program(
    rows: sparse.csc_array, upper: Reals, row_lower: Reals, row_upper: Reals
) -> highspy.Highs:
    """A program over non-negative columns without costs, ready to be solved again and again."""
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = rows.shape
    model.col_cost_ = np.zeros(rows.shape[1])
    model.col_lower_, model.col_upper_ = np.zeros(rows.shape[1]), upper
    model.row_lower_, model.row_upper_ = row_lower, row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = rows.indptr
    model.a_matrix_.index_ = rows.indices
    model.a_matrix_.value_ = rows.data
    highs: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("presolve", "off")
    highs.setOptionValue("solver", "simplex")
    highs.passModel(model)
    return highs


def _hide(highs: highspy.Highs, first: int, known: Known, before: Hidden, after: Hidden) -> None:
    lower = np.where(after, 0.0, known.low)
    upper = np.where(after, known.caps, known.high)
    for group in np.flatnonzero(before != after).tolist():
        highs.changeRowBounds(first + group, lower[group], upper[group])


def _at_least(highs: highspy.Highs, fewest: Reals, most: Reals) -> None:
    every = np.arange(len(fewest), dtype=np.int32)
    highs.changeColsBounds(len(every), every, fewest, most)


def _whole(
    highs: highspy.Highs, row: tuple[float, float, int, npt.NDArray[np.int32], Reals]
) -> Reals | None:
    """A solution in whole numbers with one row more; None when there is none.

    Raises:
        Unprotectable: when the solver cannot say.
    """
    program = highs.getLp()
    program.col_cost_ = np.zeros(program.num_col_)
    program.integrality_ = [highspy.HighsVarType.kInteger] * program.num_col_
    other: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call]
    other.setOptionValue("output_flag", False)
    other.setOptionValue("threads", 1)
    other.passModel(program)
    other.addRow(*row)
    other.run()
    return _answer(other)


def _solution(highs: highspy.Highs) -> Reals | None:
    """The solution; None when there is none."""
    highs.run()
    certain = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible)
    if highs.getModelStatus() not in certain:
        highs.clearSolver()
        highs.run()
    return _answer(highs)


def _answer(highs: highspy.Highs) -> Reals | None:
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return None
    if status != highspy.HighsModelStatus.kOptimal:
        words = highs.modelStatusToString(status)
        raise Unprotectable(f"the published counts cannot be audited (solver: {words})")
    return np.array(highs.getSolution().col_value)


def _solve(highs: highspy.Highs, reason: str) -> Reals:
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        highs.clearSolver()
        highs.run()
    status = highs.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        raise Unprotectable(f"{reason} (solver: {highs.modelStatusToString(status)})")
    return np.array(highs.getSolution().col_value)
