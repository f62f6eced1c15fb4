"""All tables of counts that fit what is published, searched by a program that stays warm."""

from __future__ import annotations

from collections.abc import Mapping

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

Reals = npt.NDArray[np.float64]

_NEARLY = 1e-6
_DUAL, _PRIMAL = 1, 4
"""What suits the first search, and another one over tables of which one is known."""

_STATUS = highspy.HighsModelStatus


class FittingTables:
    """Tables that add up and stay within what is known of each count.

    Only costs change from one search to the next, and each search begins where the last one ended.

    Attributes:
        seen: the tables that were found so far, shape (cells,) each; those in whole numbers too.
        least, most: of each cell in any of them, shape (cells,).
    """

    def __init__(
        self,
        equations: sparse.csr_array,
        low: Reals,
        high: Reals,
        sums: sparse.csr_array | None = None,
    ) -> None:
        """Lay the program out.

        Args:
            equations: what must come to nothing, shape (equations, unknowns).
            low: the fewest people of each cell, shape (cells,).
            high: the most people of each cell, shape (cells,), finite; the largest of all says
                that nothing is known.
            sums: cells beyond the unknowns, as sums of these, shape (cells - unknowns, unknowns).
        """
        self._low, self._high, self._unknowns = low, high, equations.shape[1]
        self._sums = sparse.csr_array((0, self._unknowns)) if sums is None else sums
        self._program = _laid_out(equations, self._sums, low, high)
        self._solver = _solver(self._program)
        self._solver.setOptionValue("solver", "simplex")
        self._costs = np.zeros(self._unknowns)
        self.seen: list[Reals] = []
        self.least, self.most = np.full(len(low), np.inf), np.full(len(low), -np.inf)

    def search(
        self, costs: Mapping[int, float], least: Mapping[int, float] | None = None
    ) -> Reals | None:
        """A table of least cost, which is remembered; None when no table fits.

        Args:
            costs: cell -> cost of one person there.
            least: unknown -> fewest people there in this search, where that is more than is known.
        """
        least = least or {}
        if any(people > self._high[cell] for cell, people in least.items()):
            return None
        wanted = np.zeros(len(self._low))
        wanted[list(costs)] = list(costs.values())
        wanted = wanted[: self._unknowns] + self._sums.T @ wanted[self._unknowns :]
        changed = np.flatnonzero(wanted != self._costs).astype(np.int32)
        self._solver.changeColsCost(len(changed), changed, wanted[changed])
        self._costs = wanted
        self._hold(least)
        warm = self.seen and not least
        self._solver.setOptionValue("simplex_strategy", _PRIMAL if warm else _DUAL)
        # Later searches begin where the last one ended, for which presolving would be too late.
        self._solver.setOptionValue("presolve", "off" if self.seen else "on")
        found = _solved(self._solver)
        self._hold(dict.fromkeys(least, 0.0))
        return self._remember(found)

    def _hold(self, least: Mapping[int, float]) -> None:
        """Hold some cells to so many people, or to what is known of them where that is more."""
        if least:
            cells = np.array(list(least), dtype=np.int32)
            low = np.maximum(self._low[cells], list(least.values()))
            self._solver.changeColsBounds(len(cells), cells, low, self._high[cells])

    def seen_least(self, costs: Mapping[int, float]) -> float:
        """The least cost of any table that was found so far; infinite when none was."""
        if len(costs) == 1:
            ((cell, cost),) = costs.items()
            return float(cost * (self.least if cost > 0 else self.most)[cell])
        return min(
            (sum(cost * table[cell] for cell, cost in costs.items()) for table in self.seen),
            default=np.inf,
        )

    def seen_whole(self, cell: int, low: float) -> bool:
        """Whether a table of whole people, of those found so far, has so many in a cell."""
        return any(
            table[cell] >= low - _NEARLY and bool((np.abs(table - np.rint(table)) < _NEARLY).all())
            for table in self.seen
        )

    def whole(self, cell: int, low: float, high: float) -> Reals | None:
        """A table of whole numbers with a count within limits, remembered; None: there is none."""
        low, high = max(low, self._low[cell]), min(high, self._high[cell])
        if low > high:
            return None
        solver = _solver(self._program)
        unknowns = self._unknowns
        whole = np.full(unknowns, highspy.HighsVarType.kInteger)
        solver.changeColsIntegrality(unknowns, np.arange(unknowns, dtype=np.int32), whole)
        if cell < unknowns:
            solver.changeColBounds(cell, low, high)
        else:
            parts = self._sums[[cell - unknowns]].indices.astype(np.int32)
            solver.addRow(low, high, len(parts), parts, np.ones(len(parts)))
        found = _solved(solver)
        return self._remember(None if found is None else np.rint(found))

    def _remember(self, unknowns: Reals | None) -> Reals | None:
        table = None
        if unknowns is not None:
            table = np.concatenate([unknowns, self._sums @ unknowns])
            self.seen.append(table)
            np.minimum(self.least, table, out=self.least)
            np.maximum(self.most, table, out=self.most)
        return table


def _laid_out(
    equations: sparse.csr_array, sums: sparse.csr_array, low: Reals, high: Reals
) -> highspy.HighsLp:
    height, width = equations.shape
    known = width + np.flatnonzero((low[width:] > 0) | (high[width:] < high.max()))
    rows = sparse.csc_array(sparse.vstack([equations, sums[known - width]]))
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = rows.shape
    program.col_cost_ = np.zeros(width)
    program.col_lower_, program.col_upper_ = low[:width], high[:width]
    program.row_lower_ = np.concatenate([np.zeros(height), low[known]])
    program.row_upper_ = np.concatenate([np.zeros(height), high[known]])
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = rows.indptr
    program.a_matrix_.index_ = rows.indices
    program.a_matrix_.value_ = rows.data
    return program


def _solver(program: highspy.HighsLp) -> highspy.Highs:
    solver: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.passModel(program)
    return solver


def _solved(solver: highspy.Highs) -> Reals | None:
    """The solution, or None when there is none; once more from the beginning when in doubt."""
    solver.run()
    if solver.getModelStatus() not in (_STATUS.kOptimal, _STATUS.kInfeasible):
        solver.clearSolver()
        solver.run()
    if solver.getModelStatus() != _STATUS.kOptimal:
        # An unsolved program must not pass for a table: nothing fits, which is itself reported.
        return None
    return np.array(solver.getSolution().col_value)
