"""Colleagues who pool what they know of themselves, and what is still open to them.

They know which atoms they are in, so they only consider tables with as many people there. Of a
small group with j of them inside, some such table must leave k - c others, c being how many pool.

*All in one place.* It is enough to look at c colleagues in one place, for every place in turn. Any
others are a mean of such, and so the same mean of the tables that are open to these is open to
them: it has a colleague wherever one is, and as many others in the group.

*A place for k.* Where k people could be in a place, c colleagues there see through nothing: of a
group around them that table is proof; of another one, c / k of that table with the rest of one that
has k people in the group. So only the other places are looked at for each group.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.disclosure.bounds import CheapestChange, Known
from analysis.disclosure.complementary import Hidden
from analysis.disclosure.solving import DUST, Reals, weights_of
from analysis.disclosure.staying import StayingTables
from analysis.disclosure.system import System
from analysis.disclosure.targets import ALWAYS, Targets

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Colleagues:
    """Where people are who may pool what they know of themselves.

    Attributes:
        most: how many of them there are, c. Where fewer are, c are looked for all the same.
        people: in each place, shape (P,).
        inside: 0/1, shape [A, P]: the atoms of each place where somebody is; one in every block.
    """

    most: int
    people: npt.NDArray[np.int64]
    inside: sparse.csc_array

    def stay(self, k: int) -> Reals:
        """K in each atom that somebody is in, shape (A,)."""
        return np.where(np.diff(self.inside.tocsr().indptr) > 0, float(k), 0.0)

    def atoms_of(self, place: int) -> Reals:
        """1 in the atoms of a place, shape (A,)."""
        return np.asarray(self.inside[:, [place]].toarray().ravel(), dtype=np.float64)

    def true_table_holds(self, people: int) -> Flags:
        """Which places truly have so many people in each of their atoms, shape (P,)."""
        return self.hold(np.asarray(self.inside @ self.people, dtype=np.float64), people)

    def hold(self, table: Reals, people: int) -> Flags:
        """Which places have so many people in each of their atoms, shape (P,)."""
        short = (table < people - DUST).astype(np.float64)
        return np.asarray(self.inside.T @ short == 0, dtype=np.bool_)


def colleagues_in(system: System, coalition: int) -> Colleagues | None:
    """Everybody in a system; None when it does not say where they are, or nobody is."""
    if system.inside is None or system.occupied is None or len(system.occupied) == 0:
        return None
    atoms = sparse.csc_array(system.inside)
    atoms.sort_indices()
    # Every cell has one atom in each block, so cells with the same atoms are one place.
    cells = atoms.indices.reshape(atoms.shape[1], -1)
    places, place_of = np.unique(cells, axis=0, return_inverse=True)
    people = np.zeros(len(places), dtype=np.int64)
    np.add.at(people, place_of.ravel(), system.occupied)
    starts = np.arange(len(places) + 1) * places.shape[1]
    values = (np.ones(places.size), places.ravel(), starts)
    inside = sparse.csc_array(values, (atoms.shape[0], len(places)))
    return Colleagues(coalition, people, inside)


class Pooled:
    """Hides what else it takes that no colleagues together see through a target.

    A table that fits shows that a target is open when it has another number of people there, and in
    a small one enough others; and of all places at once where c people are in it. It still does
    when more is hidden. Fractions of people count only further than `narrow` from the
    true number.
    """

    def __init__(
        self,
        system: System,
        known: Known,
        k: int,
        targets: Targets,
        colleagues: Colleagues,
        narrow: int,
    ) -> None:
        """Begin with the true table.

        Args:
            system: rows and atoms.
            known: what a reader knows of each group, shown or hidden.
            k: people.
            targets: what is kept from colleagues.
            colleagues: who may pool what they know.
            narrow: people.
        """
        self._colleagues, self._targets, self._rows = colleagues, targets, targets.rows
        self._staying = StayingTables(system, known, targets.nobody, colleagues.stay(k))
        self._change = CheapestChange(system, known, targets.nobody)
        self._people = targets.people.astype(np.float64)
        self._small, self._narrow = targets.people < k, narrow
        self._others, self._k = k - colleagues.most, k
        self._within: npt.NDArray[np.bool_] = (targets.rows @ colleagues.inside).toarray() > DUST
        self._open = np.ones_like(self._within)
        self._sparse = colleagues.people + narrow < k
        self._open[:, colleagues.true_table_holds(k)] = False

    def hide(self, hidden: Hidden, cost: Reals) -> Hidden:
        """The groups to hide, those of `hidden` among them.

        Args:
            hidden: a pattern that holds for readers who know of nobody, shape (G,).
            cost: of changing each group's count by one person, shape (G,).

        Raises:
            Unprotectable: when even hiding everything else does not protect a group.
        """
        changed = hidden.copy()
        group = self._targets.group
        self._look_for_k(hidden)
        unseen = np.flatnonzero((group == ALWAYS) | hidden[group])
        for target in unseen[np.argsort(self._people[unseen], kind="stable")].tolist():
            while (found := self._seen_through(target, changed)) is not None:
                fewest, need = found
                name = f"{self._targets.names[target]}, with colleagues who know of each other,"
                functional = weights_of(self._rows, target)
                self._change.at_least(fewest)
                support, table = self._change.reach(
                    functional, need, np.where(changed, 0.0, cost), name
                )
                self._change.at_least(np.zeros_like(fewest))
                self._witness(table)
                changed |= support
        return changed

    def _witness(self, table: Reals) -> None:
        values = self._rows @ table
        places = self._colleagues.hold(table, self._colleagues.most)
        apart = np.abs(values - self._people)
        counts = np.ones_like(self._small)
        full = self._colleagues.hold(table, self._k)
        if (np.abs(table - np.rint(table)) > DUST).any():
            counts = apart > self._narrow + DUST
            full &= self._sparse
        self._open[:, full] = False
        for within, least in ((False, self._others), (True, self._k)):
            enough = (apart >= 1 - DUST) & (~self._small | (values >= least - DUST))
            shown = np.flatnonzero(enough & counts)
            self._open[shown] &= ~places | (self._within[shown] != within)

    def _look_for_k(self, hidden: Hidden) -> None:
        """Look for tables with k people in a place, for all places."""
        self._staying.hide(hidden)
        nothing = np.zeros(self._rows.shape[1])
        for place in range(self._open.shape[1]):
            if self._open[:, place].any():
                fewest = self._k * self._colleagues.atoms_of(place)
                self._prefer(self._open.any(axis=0))
                table = self._staying.find(nothing, 0.0, 0.0, fewest)
                if table is not None:
                    self._witness(table)

    def _prefer(self, places: Flags) -> None:
        """Fill some places one after the other, not all of them a little."""
        worth = np.where(places, np.linspace(2.0, 1.0, len(places)), 0.0)
        each = self._colleagues.inside.multiply(worth).max(axis=1)
        self._staying.prefer(np.asarray(each.toarray(), dtype=np.float64).ravel())

    def _seen_through(self, target: int, hidden: Hidden) -> tuple[Reals, float] | None:
        """Whether colleagues somewhere see through a target, and what it takes that they do not.

        Args:
            target: its row.
            hidden: groups that are not shown, shape (G,).

        Returns:
            How many people there must be in each atom, shape (A,), and in the target; None when
            it is open to all.
        """
        self._staying.hide(hidden)
        while self._open[target].any():
            # Those within first: whatever is open to them is open to others.
            place = int(np.argmax(self._open[target] * np.where(self._within[target], 2, 1)))
            least = float(self._k if self._within[target, place] else self._others)
            fewest = self._colleagues.most * self._colleagues.atoms_of(place)
            self._prefer(self._open[target])
            table = self._table(target, least, fewest)
            if table is None:
                need = max(least * self._small[target], self._people[target] + self._narrow + 1)
                return fewest, need
            self._witness(table)
        return None

    def _table(self, target: int, least: float, fewest: Reals) -> Reals | None:
        """A table with enough people in each atom that leaves a target open."""
        functional = weights_of(self._rows, target)
        people, far = self._people[target], self._narrow + 1
        limits = [(people + far, np.inf, False), (-np.inf, people - far, False)]
        limits += [(people + 1, np.inf, True), (-np.inf, people - 1, True)]
        if self._small[target]:
            limits = [
                (max(least, people + far), np.inf, False),
                (max(least, people + 1), np.inf, True),
            ]
        for low, high, whole in limits:
            table = self._staying.find(functional, low, high, fewest, whole)
            if table is not None:
                return table
        return None
