"""How a large item is searched: in the tables that move one half of it, and only then whole.

In the one kind of table everybody stays, and who of them answered changes; in the other, those who
did not answer stay, and all others move; or, where they are fewer, those who answered stay. What is
left open by both is mostly few.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from analysis.disclosure.bounds import FeasibleTables, Known, Start, Status
from analysis.disclosure.complementary import Hidden
from analysis.disclosure.half_tables import HalfTables, Moves
from analysis.disclosure.open_counts import FEW, GOLDEN, OpenCounts
from analysis.disclosure.parts import MANY_ATOMS
from analysis.disclosure.system import System
from analysis.disclosure.targets import nobody
from analysis.errors import Unprotectable

ANSWERED = 0
"""The half of an item's atoms in which those are who answered."""

MOST_MOVES = 8
"""So many tables of people who moved are tried with other answers in them."""

MANY_LEFT = 30
"""Counts that are looked for at once in the whole before they are one by one."""


@dataclass(frozen=True)
class Beginning:
    """A table of people that fits what is shown of the groups, as a place where searches begin.

    Attributes:
        start: atoms, then ties, then the shown groups.
        ties: how many rows tie atoms.
    """

    start: Start
    ties: int

    def of_item(self, listed: int) -> Start:
        """Where everybody answered: both halves of the atoms, ties of both, groups, the item.

        Args:
            listed: rows of the item's own bases.
        """
        atoms, rows = self.start
        tied, shown = rows[: self.ties], rows[self.ties :]
        idle = [Status.kBasic]
        return (
            [*atoms, *([Status.kLower] * len(atoms))],
            [*tied, *(idle * self.ties), *shown, *(idle * listed)],
        )


def beginning(system: System, known: Known, hidden: Hidden) -> Beginning | None:
    """Where searches of all items of a large system begin; None for a small one.

    Args:
        system: groups and atoms.
        known: what a reader knows of each group.
        hidden: groups that are not shown, shape (G,).

    Raises:
        Unprotectable: when the bases contradict each other.
    """
    if 2 * system.membership.shape[1] < MANY_ATOMS or len(system.public):
        return None
    fits = FeasibleTables(system, known, nobody(system), hidden, presolved=True)
    fits.extreme(np.asarray(hidden @ system.membership, dtype=np.float64))
    found = fits.basis()
    return None if found is None else Beginning(found[:2], len(system.held.values))


class Halves:
    """Searches for the open counts of an item, half by half."""

    def __init__(
        self, counts: OpenCounts, known: Known, never: Hidden, begun: Beginning | None
    ) -> None:
        """Set up the programs.

        Args:
            counts: of the item, whose true table is known.
            known: what a reader knows of each base of the item.
            never: groups in which the item will not be shown whatever happens, shape (G,).
            begun: of the groups.
        """
        item, empty = counts.seen.system, counts.seen.targets.nobody
        self._counts, self._begun, self._listed = counts, begun, int((~never).sum())
        self._truth = np.zeros((2, 0)) if item.truth is None else item.truth.reshape(2, -1)
        # The more can move, the more is seen.
        self._stays = int(np.argmin(self._truth.sum(axis=1)))
        moves = Moves.SILENT if self._stays == ANSWERED else Moves.ANSWERED
        self._of_answers, self._of_people = (
            HalfTables(item, known, empty, never, one) for one in (Moves.ANSWERS, moves)
        )
        if begun is not None:
            self._of_people.start(begun.start)
        self._answers = counts.in_half(self._of_answers)
        self._people = counts.in_half(self._of_people)

    def look(self, hidden: Hidden) -> None:
        """Look for witnesses while the item is not shown in these groups, shape (G,)."""
        for half in (self._answers, self._people):
            half.look(hidden)
        self._people.try_each(hidden)
        left = self._counts.uncertain(hidden)
        if len(left):
            # Where few of those who are looked for stay, more of them can move.
            sought = np.ones(len(left)) @ self._counts.seen.targets.rows[left]
            wanted = np.zeros((2, len(sought) // 2))
            wanted[self._stays] = sought.reshape(wanted.shape)[1 - self._stays]
            table = self._of_answers.extreme(wanted.ravel(), largest=False)[1]
            self._counts.seen.add(table)
            self._of_people.hold(table.reshape(2, -1)[self._stays])
            # What stays is in fractions of people, which may contradict itself by a hair.
            with suppress(Unprotectable):
                self._people.try_each(hidden)
            self._of_people.hold(self._truth[self._stays])
        if self._stays == ANSWERED:
            self._look_where_people_moved(hidden)

    def _look_where_people_moved(self, hidden: Hidden) -> None:
        """Let others answer where all those moved to who did not answer: both halves change."""
        rows = self._counts.seen.targets.rows
        for turn in range(MOST_MOVES):
            left = self._counts.uncertain(hidden)
            if len(left) < FEW:
                break
            worth = np.modf((left + 1.0) * turn * GOLDEN)[0] ** 4 if turn else left**0.0
            wanted = np.roll((worth @ rows[left]).reshape(2, -1), 1, axis=0)
            wanted[ANSWERED] = 0.0
            table = self._of_people.extreme(wanted.ravel())[1]
            self._counts.seen.add(table)
            self._of_answers.hold(table.reshape(2, -1).sum(axis=0))
            # Fractions of people may contradict each other by a hair.
            with suppress(Unprotectable):
                self._answers.look(hidden)
        self._of_answers.hold(self._truth.sum(axis=0))

    def mended(self, hidden: Hidden) -> Hidden:
        """What to hide so that no count is open for which it is enough to move answers.

        After that the whole is ready to be searched, and is where many are left.
        """
        changed = self._answers.mended(hidden, self._counts.uncertain(hidden))
        left = len(self._counts.uncertain(changed))
        if self._begun is not None and left:
            self._counts.begin(changed, self._begun.of_item(self._listed))
        if left >= MANY_LEFT:
            self._counts.look(changed)
        return changed
