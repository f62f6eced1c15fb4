"""The program of answers that fit what is told: as small as one measure lets it be.

Atoms in which nobody answered stay out of it, and so do groups and rests of which nothing is told
beyond who answered: most of a large plan is hidden. What is left stays warm from one way of
answering a measure to the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.disclosure.solving import DUST, Reals, program
from analysis.disclosure.system import System
from analysis.errors import Unprotectable

Flags = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.int64]

DUAL, PRIMAL = 1, 4
"""Ways of the simplex: after new bounds, and after a new functional over the same ones."""

DEVEX = 1
"""Weights of the dual simplex that are not exact."""

SLACK = DUST / 10
"""By so much every limit is wider, so that what is told contradicts itself by no hair."""


@dataclass(frozen=True)
class Limits:
    """What fits: shape (A,) and (M,) each.

    Attributes:
        most: at each atom.
        low, high: what every measured row lies between.
    """

    most: Reals
    low: Reals
    high: Reals


class FittedAnswers:
    """Answers at each atom that fit what is told of measured rows: the groups, then rests of them.

    What is left of a group is a difference of two unknowns, and not a sum of all atoms.
    """

    def __init__(self, system: System, rests: sparse.csr_array) -> None:
        """Keep what is the same for every measure.

        Args:
            system: gives the ties between atoms, and G groups of which shares may be shown.
            rests: sums of groups of which they may be shown besides, shape (D, G).
        """
        self._groups, self._atoms = system.membership.shape
        self._tied, self._membership, self._rests = system.held.rows, system.membership, rests
        self._laid_out: _LaidOut | None = None

    def measured(self, table: Reals) -> Reals:
        """What a table of answers, shape (A,), comes to in every measured row, shape (M,)."""
        people = self._membership @ table
        return np.concatenate([people, self._rests @ people])

    def begin(self) -> None:
        """Go on from nothing that was searched before."""
        self._laid_out = None

    def fit(self, limits: Limits) -> None:
        """Search among the answers that fit these limits from now on."""
        limits = Limits(limits.most, limits.low - SLACK, limits.high + SLACK)
        # Every row is of some people, so none of them, or all, is what is known anyway.
        tells = (limits.low > 0) | (limits.high < self.measured(limits.most))
        live = limits.most > 0
        laid_out = self._laid_out
        if laid_out is None or not laid_out.holds(live, tells):
            if laid_out is not None:
                # What told something a moment ago will again: fewer programs begin from nothing.
                tells[laid_out.measured] = True
            laid_out = self._laid_out = self._of(live, tells)
        laid_out.fit(limits)

    def extreme(self, functional: Reals, largest: bool) -> tuple[Reals, set[int]]:
        """Answers with the largest (smallest) value of a functional, and the rows that bind it.

        Raises:
            Unprotectable: when no answers fit, which means that the figures contradict each other.
        """
        if self._laid_out is None:
            raise ValueError("nothing was told yet")
        values, rows = self._laid_out.extreme(functional, largest)
        table = np.zeros(self._atoms)
        table[self._laid_out.atoms] = values
        return table, rows

    def _of(self, live: Flags, tells: Flags) -> _LaidOut:
        rests = np.flatnonzero(tells[self._groups :])
        beside = self._rests[rests]
        groups = np.union1d(np.flatnonzero(tells[: self._groups]), beside.indices)
        atoms = np.flatnonzero(live)
        tied = sparse.csr_array(self._tied[:, atoms])
        tied = tied[np.flatnonzero(np.diff(tied.indptr))]
        rows = sparse.vstack(
            [
                sparse.hstack([tied, sparse.csr_array((tied.shape[0], len(groups)))]),
                sparse.hstack([self._membership[groups][:, atoms], -sparse.eye_array(len(groups))]),
                sparse.hstack([sparse.csr_array((len(rests), len(atoms))), beside[:, groups]]),
            ],
            format="csc",
        )
        return _LaidOut(rows, atoms, groups, self._groups + rests)


class _LaidOut:
    """One program: some atoms, then some groups; ties, groups that add up, then some rests.

    Attributes:
        atoms: their positions.
        measured: positions of the groups and of the rests among the measured rows.
    """

    def __init__(
        self, rows: sparse.csc_array, atoms: Positions, groups: Positions, rests: Positions
    ) -> None:
        self.atoms, self.measured = atoms, np.concatenate([groups, rests])
        self._groups, self._rests = groups, rests
        self._held = rows.shape[0] - len(rests)
        self._every_row, self._every_column = (
            np.arange(size, dtype=np.int32) for size in rows.shape
        )
        self._highs = program(
            rows, *(np.zeros(size) for size in (rows.shape[::-1] + rows.shape[:1]))
        )
        # Exact weights are made anew after new limits, which takes longer than they save.
        self._highs.setOptionValue("simplex_dual_edge_weight_strategy", DEVEX)

    def holds(self, live: Flags, tells: Flags) -> bool:
        """Whether it has every atom and every measured row that matters."""
        more, others = live.copy(), tells.copy()
        more[self.atoms], others[self.measured] = False, False
        return not (more.any() or others.any())

    def fit(self, limits: Limits) -> None:
        """Take other limits."""
        nothing = np.zeros(self._held)
        self._highs.changeRowsBounds(  # type: ignore[attr-defined]
            *(len(self._every_row), self._every_row),
            *(np.concatenate([nothing, limit[self._rests]]) for limit in (limits.low, limits.high)),
        )
        most = limits.most[self.atoms]
        self._highs.changeColsBounds(
            *(len(self._every_column), self._every_column),
            np.concatenate([0.0 * most, limits.low[self._groups]]),
            np.concatenate([most, limits.high[self._groups]]),
        )
        self._highs.setOptionValue("simplex_strategy", DUAL)

    def extreme(self, functional: Reals, largest: bool) -> tuple[Reals, set[int]]:
        """As of `FittedAnswers`, at its own atoms only."""
        sense = highspy.ObjSense.kMaximize if largest else highspy.ObjSense.kMinimize
        self._highs.changeObjectiveSense(sense)
        columns = self._every_column[: len(self.atoms)]
        self._highs.changeColsCost(len(columns), columns, functional[self.atoms])
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            self._highs.clearSolver()
            self._highs.run()
        status = self._highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            words = self._highs.modelStatusToString(status)
            raise Unprotectable(f"the published shares contradict each other (solver: {words})")
        self._highs.setOptionValue("simplex_strategy", PRIMAL)
        solution = self._highs.getSolution()
        of_groups = np.array(solution.col_dual)[len(columns) :]
        prices = np.concatenate([of_groups, np.array(solution.row_dual)[self._held :]])
        values = np.array(solution.col_value)[: len(columns)]
        return values, set(self.measured[np.abs(prices) > DUST].tolist())
