"""The program of answers that fit what is told: as small as one measure lets it be.

Atoms in which nobody answered stay out of it, and so do groups of which nothing is told beyond who
answered: most of a large plan is hidden. A rest comes in when answers are found that it does not
allow: of thousands that are told of, few ever stand in the way. What is there stays warm from one
way of answering to the next, also when it grows.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.disclosure.solving import DUST, Reals, program, weights_of
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

MOST_BROKEN = 100
"""So many rests come in at once, those first that are broken by most people: it mends others."""


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

    A group is a sum of the groups that are its parts, and what is left of it a difference of two,
    and neither a sum of all atoms.
    """

    def __init__(self, system: System, rests: sparse.csr_array) -> None:
        """Keep what is the same for every measure.

        Args:
            system: gives the ties between atoms, and G groups of which shares may be shown.
            rests: sums of groups of which they may be shown besides, shape (D, G).
        """
        self._groups, self._atoms = system.membership.shape
        self._membership, self._rests = system.membership, rests
        self._ties = system.held.rows.shape[0]
        self._rows = sparse.block_array(
            [
                [system.held.rows, None],
                [*_sums(system)],
                [None, rests],
            ],
            format="csr",
        )
        self._program: _Program | None = None
        nothing = np.zeros(0)
        self._limits, self._tells = Limits(nothing, nothing, nothing), np.zeros(0, dtype=bool)

    def measured(self, table: Reals) -> Reals:
        """What a table of answers, shape (A,), comes to in every measured row, shape (M,)."""
        people = self._membership @ table
        return np.concatenate([people, self._rests @ people])

    def begin(self) -> None:
        """Go on from nothing that was searched before."""
        self._program = None

    def fit(self, limits: Limits) -> None:
        """Search among the answers that fit these limits from now on."""
        low, high = limits.low - SLACK, limits.high + SLACK
        # Every row is of some people, so none of them, or all, is what is known anyway.
        everybody = self.measured(limits.most)
        tells = (low > 0) | (high < everybody)
        told, self._tells = np.split(tells, [self._groups])
        # What follows from other groups may not be blamed on those of which nothing is told.
        free = np.concatenate([~told, np.zeros_like(self._tells)])
        self._limits = Limits(
            limits.most, np.where(free, -1.0, low), np.where(free, everybody + 1.0, high)
        )
        if self._program is None:
            self._program = _Program(self._rows)
        asked = told.copy()
        asked[self._rests[np.flatnonzero(self._tells)].indices] = True
        groups = np.flatnonzero(self._with_parts(asked))
        self._program.take(
            np.concatenate([np.flatnonzero(limits.most > 0), self._atoms + groups]),
            np.concatenate([np.arange(self._ties), self._ties + groups]),
        )
        self._limit(self._program)

    def _with_parts(self, groups: Flags) -> Flags:
        """Some groups, and all groups that they are sums of."""
        inside = self._rows[self._ties + np.flatnonzero(groups)].indices
        every = groups.copy()
        every[inside[inside >= self._atoms] - self._atoms] = True
        return every if (every == groups).all() else self._with_parts(every)

    def extreme(self, functional: Reals, largest: bool) -> Reals:
        """Answers with the largest (smallest) value of a functional, shape (A,).

        Raises:
            Unprotectable: when no answers fit, which means that the figures contradict each other.
        """
        if self._program is None:
            raise ValueError("nothing was told yet")
        table = self._searched(self._program, functional, largest)
        while len(broken := self._broken(self._program, table)):
            self._program.take(np.zeros(0, dtype=np.int64), self._ties + self._groups + broken)
            self._limit(self._program)
            table = self._searched(self._program, functional, largest)
        return table

    def binding(self) -> set[int]:
        """The measured rows that bind the last extreme."""
        if self._program is None:
            raise ValueError("nothing was told yet")
        columns, rows = self._program.binding()
        groups = columns[columns >= self._atoms] - self._atoms
        rests = rows[rows >= self._ties + self._groups] - self._ties
        return {*groups.tolist(), *rests.tolist()}

    def _limit(self, to: _Program) -> None:
        groups, most = self._groups, self._limits.most
        low, high, held = self._limits.low, self._limits.high, np.zeros(self._ties + groups)
        to.limit(
            (np.concatenate([0.0 * most, low[:groups]]), np.concatenate([most, high[:groups]])),
            (np.concatenate([held, low[groups:]]), np.concatenate([held, high[groups:]])),
        )

    def _searched(self, among: _Program, functional: Reals, largest: bool) -> Reals:
        costs = np.concatenate([functional, np.zeros(self._groups)])
        return among.extreme(costs, largest)[: self._atoms]

    def _broken(self, among: _Program, table: Reals) -> Positions:
        """Rests that some answers do not fit, and that are not among the rows yet."""
        sums, groups = self._rests @ (self._membership @ table), self._groups
        beyond = np.maximum(sums - self._limits.high[groups:], self._limits.low[groups:] - sums)
        found = np.flatnonzero(self._tells & (beyond > SLACK))
        found = found[among.lacks(self._ties + groups + found)]
        return found[np.argsort(-beyond[found], kind="stable")][:MOST_BROKEN]


class _Program:
    """Some unknowns and some rows of a large program, and more of them when they are asked for.

    Attributes:
        columns, rows: positions of its unknowns, and of its rows, in the whole.
    """

    def __init__(self, whole: sparse.csr_array) -> None:
        """Begin with nothing of the whole."""
        self._by_row, self._by_column = whole, sparse.csc_array(whole)
        self.rows, self.columns = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        self._has_row, self._has_column = (np.zeros(length, dtype=bool) for length in whole.shape)
        nothing = np.zeros(0)
        self._highs = program(sparse.csc_array((0, 0)), nothing, nothing, nothing)
        # Exact weights are made anew after new limits, which takes longer than they save.
        self._highs.setOptionValue("simplex_dual_edge_weight_strategy", DEVEX)

    def take(self, columns: Positions, rows: Positions) -> None:
        """Have these as well; what was found so far is where the next search goes on from.

        Args:
            columns: positions in the whole, each once.
            rows: likewise.
        """
        columns = np.sort(columns[~self._has_column[columns]])
        if len(columns):
            self._has_column[columns] = True
            nothing, inside = np.zeros(len(columns)), _inside(self._by_column, columns, self.rows)
            self._highs.addCols(len(columns), nothing, nothing, nothing, *inside)
            self.columns = np.concatenate([self.columns, columns])
        rows = np.sort(rows[~self._has_row[rows]])
        if len(rows):
            self._has_row[rows] = True
            nothing, inside = np.zeros(len(rows)), _inside(self._by_row, rows, self.columns)
            self._highs.addRows(len(rows), nothing, nothing, *inside)
            self.rows = np.concatenate([self.rows, rows])

    def lacks(self, rows: Positions) -> Flags:
        """Which rows of the whole are not among its own."""
        return np.asarray(~self._has_row[rows])

    def limit(self, columns: tuple[Reals, Reals], rows: tuple[Reals, Reals]) -> None:
        """Take other limits: the least and the most of every unknown and every row of the whole."""
        for change, at, limits in (
            (self._highs.changeColsBounds, self.columns, columns),
            (self._highs.changeRowsBounds, self.rows, rows),  # type: ignore[attr-defined]
        ):
            every = np.arange(len(at), dtype=np.int32)
            change(len(at), every, *(limit[at] for limit in limits))
        self._highs.setOptionValue("simplex_strategy", DUAL)

    def extreme(self, costs: Reals, largest: bool) -> Reals:
        """Every unknown of the whole where a functional is largest (smallest).

        Raises:
            Unprotectable: when there is nothing within the limits.
        """
        sense = highspy.ObjSense.kMaximize if largest else highspy.ObjSense.kMinimize
        self._highs.changeObjectiveSense(sense)
        every = np.arange(len(self.columns), dtype=np.int32)
        self._highs.changeColsCost(len(every), every, costs[self.columns])
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            self._highs.clearSolver()
            self._highs.run()
        status = self._highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            words = self._highs.modelStatusToString(status)
            raise Unprotectable(f"the published shares contradict each other (solver: {words})")
        self._highs.setOptionValue("simplex_strategy", PRIMAL)
        found = np.zeros(len(costs))
        found[self.columns] = self._highs.getSolution().col_value
        return found

    def binding(self) -> tuple[Positions, Positions]:
        """The unknowns and the rows of the whole whose limits bind the last extreme."""
        solution = self._highs.getSolution()
        return (
            self.columns[np.abs(solution.col_dual) > DUST],
            self.rows[np.abs(solution.row_dual) > DUST],
        )


def _sums(system: System) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Every group as a sum of atoms and of other groups, less itself: shape (G, A) and (G, G).

    Of the lines that it is the whole of, and of which all atoms are its own, the shortest is taken.
    """
    atoms, groups = system.membership, system.membership.shape[0]
    size = np.diff(atoms.indptr)
    shortest, parts = size.copy(), sparse.lil_array((groups, groups))
    for line in system.lines:
        children = list(line.children)
        entries = len(children) + size[line.parent] - size[children].sum()
        if entries < shortest[line.parent]:
            left = weights_of(atoms, line.parent) - np.asarray(atoms[children].sum(axis=0))
            if (left >= 0).all():
                shortest[line.parent] = entries
                parts[[line.parent]] = 0.0
                parts[line.parent, children] = 1.0
    of_parts = sparse.csr_array(parts)
    own = sparse.csr_array(atoms - of_parts @ atoms)
    own.eliminate_zeros()
    return own, sparse.csr_array(of_parts - sparse.eye_array(groups))


def _inside(
    whole: sparse.csr_array | sparse.csc_array, lines: Positions, across: Positions
) -> tuple[int, npt.NDArray[np.int32], npt.NDArray[np.int32], Reals]:
    """What some rows (columns) have in the columns (rows) of a program, as the solver takes it."""
    place = np.full(whole.shape[1] if whole.format == "csr" else whole.shape[0], -1, np.int32)
    place[across] = np.arange(len(across), dtype=np.int32)
    some = whole[lines] if whole.format == "csr" else whole[:, lines]
    kept = place[some.indices] >= 0
    starts = np.concatenate([[0], np.cumsum(kept)])[some.indptr[:-1]].astype(np.int32)
    return int(kept.sum()), starts, place[some.indices][kept], some.data[kept].astype(np.float64)
