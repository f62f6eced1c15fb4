"""Tables that fit what is published, in which people stay where some readers know them to be."""

from __future__ import annotations

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.disclosure.bounds import Known
from analysis.disclosure.complementary import Hidden
from analysis.disclosure.solving import Reals, answer, in_whole_numbers, program
from analysis.disclosure.system import System


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
        self._highs = program(
            sparse.hstack([rows, rows], format="csc"),
            np.concatenate([stay, upper]),
            np.concatenate([held, known.low]),
            np.concatenate([held, known.high]),
        )

    def hide(self, hidden: Hidden) -> None:
        """Free the rows of hidden groups and hold those of the shown ones."""
        lower = np.where(hidden, 0.0, self._known.low)
        upper = np.where(hidden, self._known.caps, self._known.high)
        for group in np.flatnonzero(hidden != self._hidden).tolist():
            self._highs.changeRowBounds(self._held + group, lower[group], upper[group])
        self._hidden = hidden.copy()

    def prefer(self, worth: Reals) -> None:
        """From now on let those stay first whose staying is worth most, shape (A,)."""
        every = np.arange(self._atoms, dtype=np.int32)
        self._highs.changeColsCost(self._atoms, every, -worth)

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
            found = in_whole_numbers(self._highs, row)
        else:
            self._highs.addRow(*row)
            found = _solution(self._highs)
            self._highs.deleteRows(1, np.array([self._rows], dtype=np.int32))
        return None if found is None else found.reshape(2, self._atoms).sum(axis=0)


def _solution(highs: highspy.Highs) -> Reals | None:
    """The solution; None when there is none."""
    highs.run()
    certain = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible)
    if highs.getModelStatus() not in certain:
        highs.clearSolver()
        highs.run()
    return answer(highs)
