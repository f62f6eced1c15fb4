"""Audit and repair: what is still open, and what else has to be hidden for it."""

from __future__ import annotations

import numpy as np

from analysis.disclosure.bounds import Known
from analysis.disclosure.cleaning import show_again
from analysis.disclosure.colleagues import Colleagues, Pooled
from analysis.disclosure.complementary import Hidden, Order, hide_complements
from analysis.disclosure.halves import Beginning, Halves
from analysis.disclosure.open_counts import NARROW, OpenCounts
from analysis.disclosure.optimum import near_optimum
from analysis.disclosure.parts import Part, parts_of, together
from analysis.disclosure.solving import Reals
from analysis.disclosure.system import Bases, System
from analysis.disclosure.targets import Targets, of_groups

FORCE_COST = 1e4
"""Hiding the force's own figure costs as much as this many other groups: the last resort."""

MOST_GROUPS = 1600
"""Up to so many groups the exact programme's start is tried as well."""

WATCHED_COST, MOST_WATCHED = 20.0, 3
"""Hiding a group costs so many times as much for each time that it is watched, up to so many."""


PARTS = (1, 7)
"""So many parts of a large system are looked at together, before it is looked at whole."""


def hiding_pattern(
    system: System,
    known: Known,
    hidden: Hidden,
    k: int,
    targets: Targets | None = None,
    silent: Bases | None = None,
    beginning: Beginning | None = None,
) -> Hidden:
    """Greedy along lines, then audit and repair until nothing is open.

    Args:
        system: rows and atoms.
        known: what a reader knows of each group, shown or hidden.
        hidden: the groups hidden so far, shape (G,).
        k: people.
        targets: what is looked at; by default the groups and what they leave.
        silent: as for `hide_complements`; with it the system is that of an item.
        beginning: of the groups that the item is of, where searches of a large system begin.

    Raises:
        Unprotectable: when even hiding everything else does not protect a group.
    """
    order = Order(known.bases, known.exact, system.watched, k)
    targets = of_groups(system, k) if targets is None else targets
    is_item = silent is not None
    audit = _Audit(system, known, k, targets, hidden, is_item=is_item, beginning=beginning)
    return _repaired(system, order, audit, hidden, silent)


def sparing_pattern(
    system: System, known: Known, hidden: Hidden, k: int, colleagues: Colleagues | None = None
) -> Hidden:
    """The cheaper of two patterns of the groups, both cleaned up.

    One is greedy along lines, the other, up to `MOST_GROUPS`, what the exact programme would
    begin with. Both are repaired, and what was hidden for nothing is shown again. What colleagues
    would see through is hidden at the end.

    Args:
        system: rows and atoms.
        known: what a reader knows of each group, shown or hidden.
        hidden: the groups hidden so far, shape (G,).
        k: people.
        colleagues: who may pool what they know of themselves; by default nobody does.

    Raises:
        Unprotectable: when even hiding everything else does not protect a group.
    """
    order = Order(known.bases, known.exact, system.watched, k)
    targets, loss = of_groups(system, k), _loss(system)

    def cleaned(start: Hidden) -> Hidden:
        audit = _Audit(system, known, k, targets, hidden, is_once=False)
        repaired = _repaired(system, order, audit, start)
        return show_again(system.lines, order, repaired, hidden, audit.counts.shows)

    best = cleaned(hidden)
    if not (best == hidden).all() and len(system.groups) <= MOST_GROUPS:
        near = near_optimum(system, known, hidden, k, loss)
        other = best if near is None else cleaned(near)
        best = other if loss[other].sum() < loss[best].sum() else best
    if colleagues is None:
        return best
    pooled = Pooled(system, known, k, targets, colleagues, NARROW)
    while (changed := pooled.hide(best, _cost(system))).sum() > best.sum():
        audit = _Audit(system, known, k, targets, hidden, is_once=False)
        best = _repaired(system, order, audit, changed)
    return best


def _repaired(
    system: System, order: Order, audit: _Audit, hidden: Hidden, silent: Bases | None = None
) -> Hidden:
    hidden = hide_complements(system.lines, order, hidden, silent)
    while (changed := audit.repair(hidden)) is not None:
        hidden = hide_complements(system.lines, order, changed, silent)
    return hidden


def _loss(system: System) -> Reals:
    """What it costs to hide each group: its people, and more where it is watched."""
    return system.bases * _dearness(system)


def _cost(system: System) -> Reals:
    """What it costs to change each group's count by one person, shape (G,)."""
    cost = np.log1p(system.bases.astype(np.float64))
    return cost * _dearness(system)


def _dearness(system: System) -> Reals:
    """What the plan is for comes last, and the force last of all, shape (G,)."""
    dear = WATCHED_COST ** np.minimum(system.watched, MOST_WATCHED)
    dear[[group.parent is None for group in system.groups]] *= FORCE_COST
    return np.asarray(dear, dtype=np.float64)


class _Audit:
    """What is open in the whole system and in its parts, and what hides it: see `OpenCounts`.

    Attributes:
        counts: what is looked at, in the whole system.
    """

    def __init__(
        self,
        system: System,
        known: Known,
        k: int,
        targets: Targets,
        never: Hidden,
        *,
        is_once: bool = True,
        is_item: bool = False,
        beginning: Beginning | None = None,
    ) -> None:
        """Begin with the true counts.

        Args:
            system: rows and atoms.
            known: what a reader knows of each group.
            k: people.
            targets: what is looked at.
            never: groups that will not be shown whatever happens, shape (G,).
            is_once: whether nothing that is hidden will be shown again, so that a large system can
                be looked at in parts.
            is_item: whether those who did not answer are the second half of the atoms.
            beginning: as for `hiding_pattern`.
        """
        self._k, self._never, self._cost, self._is_once = k, never, _cost(system), is_once
        given = (system, known, k, targets, never, self._cost)
        self.counts = OpenCounts(*given, presolved=is_once)
        self._parts_of: dict[int, list[tuple[Part, OpenCounts]]] = {}
        halved = is_item and self.counts.is_large and system.truth is not None
        self._halves = Halves(self.counts, known, never, beginning) if halved else None

    def repair(self, hidden: Hidden) -> Hidden | None:
        """Hide what the groups that are still open need; None when none is open.

        A large system is looked at part by part first; an item's then in halves, another one
        several parts together; then whole.
        """
        for part, counts in self._parts(hidden, PARTS[0]):
            counts.look(hidden[part.groups])
        self._join(PARTS[0])
        halves = self._halves
        if halves is None:
            self.counts.look(hidden)
        else:
            halves.look(hidden)
        changed = hidden.copy()
        for several in PARTS if halves is None else PARTS[:1]:
            is_left = np.zeros(len(self.counts.small), dtype=bool)
            is_left[self.counts.uncertain(changed)] = True
            for part, counts in self._parts(hidden, several) if is_left.any() else ():
                left = np.flatnonzero(is_left[part.looked])
                changed[part.groups] = counts.mended(changed[part.groups], left)
            self._join(several)
        if halves is not None:
            changed = halves.mended(changed)
        changed = self.counts.mended(changed, self.counts.uncertain(changed))
        return None if (changed == hidden).all() else changed

    def _parts(self, hidden: Hidden, several: int) -> list[tuple[Part, OpenCounts]]:
        """The parts of the system, so many together; made when they are first asked for."""
        if several not in self._parts_of:
            seen = self.counts.seen
            found = parts_of(seen.system, seen.known, seen.targets, hidden, several)
            self._parts_of[several] = [
                (part, self._of_part(part)) for part in (found if self._is_once else ())
            ]
        return self._parts_of[several]

    def _of_part(self, part: Part) -> OpenCounts:
        given = (*part.audited(self._k), self._never[part.groups], self._cost[part.groups])
        return OpenCounts(*given, is_part=True)

    def _join(self, several: int) -> None:
        """Take in the tables that parts found, as tables of the whole."""
        parts, truth = self._parts_of.get(several), self.counts.seen.system.truth
        if parts and truth is not None:
            tables = [counts.seen.taken() for _, counts in parts]
            for table in together([part for part, _ in parts], tables, truth):
                self.counts.seen.add(table)
