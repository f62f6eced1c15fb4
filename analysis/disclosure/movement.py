"""Who came and who went between two Releases of one wave, all lines together.

Three tables of people over the same atoms: those who stayed, those who came and those who went.
The first two add up to what the later Release shows, the first and the third to what the earlier
one does. A reader takes it that no more people moved than must have: late answers are late answers,
and not as many again that were taken back. Of all ways in which so few can have moved, one has to
be left in which everybody who did is where k people or more may have. Then whoever is known to have
moved, in whatever set of atoms, may be k people or more.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.disclosure.atoms import Columns
from analysis.disclosure.solving import DUST, Reals, program, solved
from analysis.disclosure.system import System
from analysis.disclosure.targets import nobody
from analysis.errors import Unprotectable

_CONTRADICTION = "two Releases of the wave contradict each other"


@dataclass(frozen=True)
class Seen:
    """What a Release tells of some groups of a system.

    Attributes:
        rows: positions of the groups, shape (N,).
        low, high: the fewest and the most people of each, shape (N,).
    """

    rows: npt.NDArray[np.int64]
    low: Reals
    high: Reals


def few_moved(system: System, before: Seen, after: Seen, k: int) -> tuple[str, ...]:
    """Finest groups in which somebody surely came or went, but fewer than k; empty where in none.

    Args:
        system: groups and atoms, with the bases of the later Release.
        before: what the earlier one tells.
        after: what the later one tells.
        k: people.

    Raises:
        Unprotectable: when the two contradict each other.
    """
    try:
        moved = _Movement(system, before, after, nobody(system))
    except Unprotectable:
        # Where somebody is in an unknown part only in the earlier one, nobody is ruled out.
        moved = _Movement(system, before, after, np.zeros(0, dtype=np.int64))
    for block in system.blocks:
        few = moved.few_in(np.arange(block.start, block.start + block.size), k)
        if len(few):
            return tuple(dict.fromkeys(_finest(system, atom) for atom in few.tolist()))
    return ()


class _Movement:
    """All ways in which as few people as possible came and went."""

    def __init__(self, system: System, before: Seen, after: Seen, empty: Columns) -> None:
        """Find how few people can have moved, and allow no more from then on.

        Raises:
            Unprotectable: when the two Releases contradict each other.
        """
        self._atoms = atoms = system.membership.shape[1]
        ties, height = system.held.rows, len(system.held.values)
        was, now = (system.membership[seen.rows] for seen in (before, after))
        everybody = sparse.csr_array(system.membership[[0]])
        rows = sparse.block_array(
            [
                [ties, None, None],
                [None, ties, None],
                [None, None, ties],
                [was, None, was],
                [now, now, None],
                [None, everybody, everybody],
            ],
            format="csc",
        )
        upper = np.full(3 * atoms, highspy.kHighsInf)
        upper[np.concatenate([empty, empty + atoms, empty + 2 * atoms])] = 0.0
        tied = np.zeros(3 * height)
        self._program = program(
            sparse.csc_array(rows),
            upper,
            np.concatenate([tied, before.low, after.low, [0.0]]),
            np.concatenate([tied, before.high, after.high, [highspy.kHighsInf]]),
        )
        anybody = np.flatnonzero(everybody.toarray()[0])
        both = np.concatenate([anybody, anybody + atoms])
        moved = float(np.ceil(self._least(both)[both].sum() - DUST))
        self._program.changeRowBounds(rows.shape[0] - 1, 0.0, moved)

    def few_in(self, block: Columns, k: int) -> Columns:
        """Atoms of a block in which together somebody surely moved, and in none k people.

        Those who came and those who went are counted by themselves.
        """
        every = np.concatenate([block, block + self._atoms])
        many = np.zeros(2 * self._atoms, dtype=bool)
        few = np.zeros(2 * self._atoms, dtype=bool)
        while True:
            known, unsure = every[few[every]], every[~many[every] & ~few[every]]
            table = self._least(known, unsure)
            if table[known].sum() > DUST:
                # Whoever is less dear may be so many that they count for more.
                table = self._least(known)
            if table[known].sum() > DUST:
                return self._smallest(known) % self._atoms
            many |= table >= k - DUST
            asked = unsure[(table[unsure] > DUST) & ~many[unsure]]
            if not len(asked):
                return np.zeros(0, dtype=np.int64)
            for at in asked.tolist():
                if not many[at]:
                    most = self._most(at)
                    many |= most >= k - DUST
                    few[at] = not many[at]

    def _smallest(self, known: Columns) -> Columns:
        """Some of these of which none can be left out without it being nobody."""
        for at in known.tolist():
            rest = known[known != at]
            if self._least(rest)[rest].sum() > DUST:
                known = rest
        return known

    def _least(self, first: Columns, then: Columns | None = None) -> Reals:
        """Those who came and went, in atoms, where they are fewest in some; shape (2 A,).

        Args:
            first: those in which somebody is dear.
            then: those in which somebody is less so.
        """
        costs = np.zeros(2 * self._atoms)
        costs[first] = 1.0
        if then is not None:
            costs[then] = 1.0 / 1024
        return self._solved(costs)

    def _most(self, at: int) -> Reals:
        costs = np.zeros(2 * self._atoms)
        costs[at] = -1.0
        return self._solved(costs)

    def _solved(self, costs: Reals) -> Reals:
        every = np.arange(self._atoms, 3 * self._atoms, dtype=np.int32)
        self._program.changeColsCost(len(every), every, costs)
        return solved(self._program, _CONTRADICTION)[self._atoms :]


def _finest(system: System, atom: int) -> str:
    """The smallest group that an atom lies in."""
    column = sparse.csc_array(system.membership[:, [atom]]).indices
    sizes = np.diff(system.membership.indptr)
    return system.groups[min(column.tolist(), key=lambda row: (sizes[row], row))].id
