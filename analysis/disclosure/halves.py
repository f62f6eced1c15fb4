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
from analysis.disclosure.open_counts import OpenCounts
from analysis.disclosure.parts import MANY_ATOMS
from analysis.disclosure.solving import Reals
from analysis.disclosure.system import System
from analysis.disclosure.targets import nobody
from analysis.errors import Unprotectable


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
        truth = self._staying(item.truth, 1), self._staying(item.truth, 0)
        # The more can move, the more is seen.
        self._stays = int(truth[0].sum() <= truth[1].sum())
        self._true = truth[1 - self._stays]
        moves = Moves.ANSWERED if self._stays else Moves.SILENT
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
            self._of_people.hold(self._staying(table, self._stays))
            # What stays is in fractions of people, which may contradict itself by a hair.
            with suppress(Unprotectable):
                self._people.try_each(hidden)
            self._of_people.hold(self._true)

    def mended(self, hidden: Hidden) -> Hidden:
        """What to hide so that no count is open for which it is enough to move answers.

        After that the whole is ready to be searched.
        """
        changed = self._answers.mended(hidden, self._counts.uncertain(hidden))
        if self._begun is not None and len(self._counts.uncertain(changed)):
            self._counts.begin(changed, self._begun.of_item(self._listed))
        return changed

    @staticmethod
    def _staying(table: Reals | None, half: int) -> Reals:
        """Those who answered (0), or did not (1), of a table of both halves."""
        return np.zeros(0) if table is None else table.reshape(2, -1)[half]
