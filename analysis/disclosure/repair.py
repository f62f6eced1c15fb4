"""Audit and repair: what is still open, and what else has to be hidden for it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analysis.disclosure.bounds import DUST, CheapestChange, FeasibleTables, Known, Reals
from analysis.disclosure.complementary import Hidden, Order, hide_complements
from analysis.disclosure.system import System
from analysis.disclosure.targets import ALWAYS, Targets, of_groups

FORCE_COST = 1e3
"""Hiding the force's own figure costs as much as this many other groups: the last resort."""

WATCHED_COST = 20
"""Hiding a group costs this much more for each of its values that an intersection names."""


def hiding_pattern(
    system: System, known: Known, hidden: Hidden, k: int, targets: Targets | None = None
) -> Hidden:
    """Greedy along lines, then audit and repair until nothing is open.

    Args:
        system: rows and atoms.
        known: what a reader knows of each group, shown or hidden.
        hidden: the groups hidden so far, shape (G,).
        k: people.
        targets: what is looked at; by default the groups and what they leave.

    Raises:
        Unprotectable: when even hiding everything else does not protect a group.
    """
    order = Order(known.bases, known.exact, system.watched, k)
    hidden = hide_complements(system.lines, order, hidden)
    audit = _Audit(system, known, k, of_groups(system, k) if targets is None else targets)
    while (changed := audit.repair(hidden)) is not None:
        hidden = hide_complements(system.lines, order, changed)
    return hidden


class _Audit:
    """Every small group must be able to reach k people; no hidden group may be pinned.

    Each table that a program finds is a witness for all groups at once, and stays one when more
    is hidden.
    """

    def __init__(self, system: System, known: Known, k: int, targets: Targets) -> None:
        self._targets = targets
        self._small = targets.people < k
        self._need = np.where(self._small, float(k), targets.people + 1.0)
        self._most = targets.people.astype(np.float64)
        self._least = targets.people.astype(np.float64)
        self._fits = FeasibleTables(system, known, targets.nobody)
        self._change = CheapestChange(system, known, targets.nobody, targets.rows)
        self._cost = np.log1p(known.bases.astype(np.float64))
        self._cost *= 1 + WATCHED_COST * system.watched
        self._cost[[group.parent is None for group in system.groups]] *= FORCE_COST

    def repair(self, hidden: Hidden) -> Hidden | None:
        """Hide what the groups that are still open need; None when none is open."""
        self._fits.hide(hidden)
        changed = hidden.copy()
        for target in self._open(hidden):
            if self._is_safe(target) or self._reaches(target):
                continue
            support, table = self._change.reach(
                *(target, self._need[target], np.where(changed, 0.0, self._cost)),
                self._targets.names[target],
            )
            self._witness(table)
            changed |= support
            self._fits.hide(changed)
        return None if (changed == hidden).all() else changed

    def _open(self, hidden: Hidden) -> npt.NDArray[np.int64]:
        """Targets that are not shown, the smallest first."""
        group = self._targets.group
        found = np.flatnonzero((group == ALWAYS) | hidden[group])
        return found[np.argsort(self._targets.people[found], kind="stable")]

    def _is_safe(self, target: int) -> bool:
        if self._targets.may_be_none[target] and self._least[target] <= DUST:
            return True
        if self._small[target]:
            return bool(self._most[target] >= self._need[target] - DUST)
        return bool(self._most[target] - self._least[target] >= 1 - DUST)

    def _reaches(self, target: int) -> bool:
        """Look for witnesses: as many people as there can be, then as few."""
        functional = self._targets.rows[[target]].toarray().ravel()
        self._witness(self._fits.extreme(functional)[1])
        few_would_do = self._targets.may_be_none[target] or not self._small[target]
        if few_would_do and not self._is_safe(target):
            self._witness(self._fits.extreme(functional, largest=False)[1])
        return self._is_safe(target)

    def _witness(self, table: Reals) -> None:
        values = self._targets.rows @ table
        self._most = np.maximum(self._most, values)
        self._least = np.minimum(self._least, values)
