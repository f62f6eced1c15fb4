"""Tables that fit published figures, found by linear programs that start where the last ended."""

from __future__ import annotations

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

Reals = npt.NDArray[np.float64]

_SLACK = 1e-6
_DUAL, _PRIMAL = 1, 4
"""What suits new rows, and what suits a new functional over rows that a table is known for."""

MANY_UNKNOWNS = 5_000
"""From so many on the first table is found through the inside: a fourth of the time, or less."""


class Fitting:
    """Non-negative unknowns under rows with limits."""

    def __init__(self) -> None:
        self._highs: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in (("output_flag", False), ("threads", 1), ("presolve", "off")):
            self._highs.setOptionValue(option, value)
        self._every = np.zeros(0, dtype=np.int32)
        self._seen: list[Reals] = []
        self._start: highspy.HighsBasis | None = None
        self._fresh = True

    def take(self, rows: sparse.csr_array, low: Reals, high: Reals) -> None:
        """Take rows, shape (R, N), and what each lies between, shape (R,)."""
        by_column = sparse.csc_array(rows)
        height, width = by_column.shape
        model = highspy.HighsLp()
        model.num_row_, model.num_col_ = height, width
        model.col_cost_ = np.zeros(width)
        model.col_lower_, model.col_upper_ = np.zeros(width), np.full(width, highspy.kHighsInf)
        model.row_lower_, model.row_upper_ = low - _SLACK, high + _SLACK
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = by_column.indptr
        model.a_matrix_.index_ = by_column.indices
        model.a_matrix_.value_ = by_column.data
        same = (self._highs.getNumRow(), self._highs.getNumCol()) == (height, width)
        self._highs.passModel(model)
        if same and self._start is not None:
            self._highs.setBasis(self._start)
        self._fresh = True
        self._rows, self._low, self._high = rows, low - _SLACK, high + _SLACK
        self._every = np.arange(width, dtype=np.int32)
        self._seen = []

    @property
    def width(self) -> int:
        """How many unknowns there are."""
        return len(self._every)

    def most(self, places: npt.NDArray[np.int64]) -> Reals:
        """The largest values of unknowns among the tables seen so far."""
        if not self._seen:
            return np.full(len(places), -np.inf)
        return np.asarray(np.max([table[places] for table in self._seen], axis=0))

    def offer(self, table: Reals) -> None:
        """Take a table for one that fits, if it does."""
        sums = self._rows @ table
        if (table >= -_SLACK).all() and ((self._low <= sums) & (sums <= self._high)).all():
            self._seen.append(table)

    def least(self, functional: Reals) -> Reals | None:
        """A table in which a functional is smallest; None when no table fits."""
        inwards = self._fresh and len(self._every) >= MANY_UNKNOWNS
        self._highs.setOptionValue("solver", "ipm" if inwards else "simplex")
        self._highs.setOptionValue("simplex_strategy", _DUAL if self._fresh else _PRIMAL)
        self._highs.changeColsCost(len(self._every), self._every, functional)
        for again in (False, True):
            if again:
                self._highs.clearSolver()
                self._highs.setOptionValue("solver", "simplex")
            self._highs.run()
            if self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal:
                if self._fresh:
                    # What is asked first is alike from one set of rows to the next.
                    self._start, self._fresh = self._highs.getBasis(), False
                self._seen.append(np.array(self._highs.getSolution().col_value))
                return self._seen[-1]
        return None

    def here(self) -> highspy.HighsBasis:
        """Where the last search ended, for `back`."""
        return self._highs.getBasis()

    def back(self, basis: highspy.HighsBasis) -> None:
        """Go on from there, whatever was searched since."""
        self._highs.clearSolver()
        self._highs.setBasis(basis)

    def tables(self) -> Reals:
        """The tables seen so far, shape (tables, N)."""
        return np.array(self._seen).reshape(-1, len(self._every))

    def spread(self, functional: Reals) -> float:
        """How far apart its values lie among the tables seen so far."""
        values = self._values(functional)
        return max(values) - min(values) if values else 0.0

    def smallest(self, functional: Reals) -> float:
        """The smallest value among the tables seen so far; infinite when there is none."""
        return min(self._values(functional), default=np.inf)

    def _values(self, functional: Reals) -> list[float]:
        return [float(functional @ table) for table in self._seen]
