"""Tables of whole people, looked for near one that is known.

Of all tables in which a count lies within limits, the one that differs least from a table of whole
people nearly always is of whole people itself: the cheapest change moves a few people round a
circle of cells. That is one linear program, which stays warm. Only where it ends in fractions are
changes of whole people searched, no further than `MOST_NODES`, and not in a country.
"""

from __future__ import annotations

import highspy
import numpy as np
from scipy import sparse

from analysis.disclosure.solving import DUST, Reals, program, total, weights_of

MOST_NODES = 200
"""So many branches of a search are followed. One that is cut off has found nothing."""

MOST_ROWS = 8000
"""With more rows and sums that are looked for there is no search, which takes seconds there."""

MOST_STEPS = 1000
"""Steps of the linear program; where there is a table nearby it is found in some 40."""


class NearestWhole:
    """Tables under rows with limits, as more and fewer people in each atom of a whole table."""

    def __init__(
        self, rows: sparse.csr_array, sought: sparse.csr_array, upper: Reals, near: Reals
    ) -> None:
        """Set up the program.

        Args:
            rows: shape [R, A].
            sought: sums of atoms that are looked for, shape [S, A].
            upper: most people in each atom, shape (A,).
            near: whole people in each atom, up to `upper`, whether they fit the rows or not;
                shape (A,).
        """
        self._atoms, self._rows, self._near, self._sums = rows.shape[1], rows, near, rows @ near
        self._sought, self._here = sought, sought @ near
        self._every = np.arange(rows.shape[0], dtype=np.int32)
        free = np.full(rows.shape[0], np.inf)
        self._highs = program(
            sparse.hstack([rows, -rows], format="csc"),
            np.concatenate([upper - near, near]),
            -free,
            free,
        )
        self._highs.setOptionValue("simplex_iteration_limit", MOST_STEPS)
        changes = np.arange(2 * self._atoms, dtype=np.int32)
        self._highs.changeColsCost(len(changes), changes, np.ones(len(changes)))

    def find(
        self, limits: tuple[Reals, Reals], at: int, fewest: float, most: float
    ) -> Reals | None:
        """A table of whole people with every row and one of the sums within limits, shape (A,).

        None when there is none, or none was found in `MOST_STEPS` and `MOST_NODES`.

        Args:
            limits: lower and upper one of each row, shape (R,) each.
            at: the sum that is looked for.
            fewest: people in it.
            most: people in it.
        """
        low, high = limits
        self._highs.changeRowsBounds(  # type: ignore[attr-defined]
            len(self._every), self._every, low - self._sums, high - self._sums
        )
        here, of = self._here[at], weights_of(self._sought, at)
        inside = np.flatnonzero(of)
        both = np.concatenate([inside, inside + self._atoms]).astype(np.int32)
        values = np.concatenate([of[inside], -of[inside]])
        self._highs.addRow(fewest - here, most - here, len(both), both, values)
        self._highs.clearSolver()
        self._highs.run()

        def fitting(highs: highspy.Highs) -> Reals | None:
            table = self._whole(highs)
            if table is None:
                return None
            sums, people = self._rows @ table, total(of, table)
            fits = ((low <= sums) & (sums <= high)).all() and fewest <= people <= most
            return table if fits else None

        table = None
        if self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            table = fitting(self._highs)
            if table is None and self._is_small:
                table = fitting(self._searched())
        self._highs.deleteRows(1, np.array([len(self._every)], dtype=np.int32))
        return table

    @property
    def _is_small(self) -> bool:
        """Whether a search in branches takes no longer than it is worth."""
        return len(self._every) + self._sought.shape[0] <= MOST_ROWS

    def _searched(self) -> highspy.Highs:
        model = self._highs.getLp()
        model.integrality_ = [highspy.HighsVarType.kInteger] * model.num_col_
        other: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call]
        other.setOptionValue("output_flag", False)
        other.setOptionValue("threads", 1)
        other.setOptionValue("mip_max_nodes", MOST_NODES)
        other.setOptionValue("mip_max_improving_sols", 1)
        other.passModel(model)
        other.run()
        return other

    def _whole(self, highs: highspy.Highs) -> Reals | None:
        """The solution, if it is of whole people."""
        if not highs.getSolution().value_valid:
            return None
        more, fewer = np.array(highs.getSolution().col_value).reshape(2, self._atoms)
        table = self._near + more - fewer
        whole = np.rint(table)
        if (np.abs(table - whole) > DUST).any() or (whole < 0).any():
            return None
        return np.asarray(whole)
