"""Audit and repair: what is still open, and what else has to be hidden for it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from analysis.disclosure.bounds import DUST, CheapestChange, FeasibleTables, Known, Reals
from analysis.disclosure.complementary import Hidden, Order, hide_complements
from analysis.disclosure.system import System
from analysis.disclosure.targets import ALWAYS, Targets, of_groups

Positions = npt.NDArray[np.int64]

FORCE_COST = 1e3
"""Hiding the force's own figure costs as much as this many other groups: the last resort."""

FEW = 3
"""A table that is a witness for fewer groups than this is looked for one group at a time."""

NARROW = 3
"""Counts known to within so many people are looked at again in whole numbers."""

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
    never, hidden = hidden, hide_complements(system.lines, order, hidden)
    audit = _Audit(system, known, k, of_groups(system, k) if targets is None else targets, never)
    while (changed := audit.repair(hidden)) is not None:
        hidden = hide_complements(system.lines, order, changed)
    return hidden


class _Audit:
    """Every small group must be able to reach k people; no hidden group may be pinned.

    Each table that a program finds is a witness for all groups at once, and stays one when more
    is hidden. Fractions of people are witnesses only of a range wider than `NARROW`.
    """

    def __init__(
        self, system: System, known: Known, k: int, targets: Targets, never: Hidden
    ) -> None:
        self._targets = targets
        self._small = targets.people < k
        self._need = np.where(self._small, float(k), targets.people + 1.0)
        self._most = targets.people.astype(np.float64)
        self._least = targets.people.astype(np.float64)
        self._whole: set[int] = set()
        self._fits = FeasibleTables(system, known, targets.nobody, never)
        self._change = CheapestChange(system, known, targets.nobody, never)
        self._cost = np.log1p(known.bases.astype(np.float64))
        self._cost *= 1 + WATCHED_COST * system.watched
        self._cost[[group.parent is None for group in system.groups]] *= FORCE_COST

    def repair(self, hidden: Hidden) -> Hidden | None:
        """Hide what the groups that are still open need; None when none is open."""
        self._fits.hide(hidden)
        self._sweep(hidden)
        changed = hidden.copy()
        for target in self._open(hidden):
            need = self._need[target]
            if self._is_safe(target) or self._reaches(target):
                if self._is_safe_in_whole_numbers(target):
                    continue
                need = np.floor(self._least[target] + DUST) + NARROW + 1
            support, table = self._change.reach(
                *(self._functional(target), need, np.where(changed, 0.0, self._cost)),
                self._targets.names[target],
            )
            self._witness(table)
            changed |= support
            self._fits.hide(changed)
        return None if (changed == hidden).all() else changed

    def _sweep(self, hidden: Hidden) -> None:
        """Look for tables that are witnesses for many open targets at once."""
        left = self._uncertain(hidden)
        while len(left) >= FEW:
            everybody = np.zeros(self._targets.rows.shape[0])
            everybody[left] = 1.0
            self._witness(self._fits.extreme(self._targets.rows.T @ everybody)[1])
            before, left = left, self._uncertain(hidden)
            if len(before) - len(left) < FEW:
                break

    def _uncertain(self, hidden: Hidden) -> Positions:
        """Targets that are not shown and of which no witness says that they are safe."""
        target = self._open(hidden)
        return target[~(self._is_safe(target) & self._is_wide(target))]

    def _functional(self, target: int) -> Reals:
        """A target as a sum of atoms, shape (A,)."""
        return np.asarray(self._targets.rows[[target]].toarray().ravel(), dtype=np.float64)

    def _open(self, hidden: Hidden) -> Positions:
        """Targets that are not shown, the smallest first."""
        group = self._targets.group
        found = np.flatnonzero((group == ALWAYS) | hidden[group])
        return found[np.argsort(self._targets.people[found], kind="stable")]

    def _is_safe(self, target: int | Positions) -> npt.NDArray[np.bool_]:
        """Whether the witnesses say that a target, or each of several, can be enough people."""
        most, least = self._most[target], self._least[target]
        none = self._targets.may_be_none[target] & (least <= DUST)
        enough = np.where(
            self._small[target], most >= self._need[target] - DUST, most - least >= 1 - DUST
        )
        return np.asarray(none | enough)

    def _reaches(self, target: int) -> bool:
        """Look for witnesses: as many people as there can be, then as few."""
        functional = self._functional(target)
        self._witness(self._fits.extreme(functional)[1])
        few_would_do = self._targets.may_be_none[target] or not self._small[target]
        if few_would_do and not self._is_safe(target):
            self._witness(self._fits.extreme(functional, largest=False)[1])
        return bool(self._is_safe(target))

    def _is_safe_in_whole_numbers(self, target: int) -> bool:
        if self._is_wide(target) or target in self._whole:
            return True
        functional = self._functional(target)
        for largest in (True, False):
            self._witness(self._fits.extreme(functional, largest=largest)[1])
        if self._is_wide(target) or any(
            self._fits.has_whole(functional, *limits) for limits in self._enough(target)
        ):
            self._whole.add(target)
            return True
        return False

    def _is_wide(self, target: int | Positions) -> npt.NDArray[np.bool_]:
        return np.asarray(self._most[target] - self._least[target] > NARROW + DUST)

    def _enough(self, target: int) -> Iterator[tuple[float, float]]:
        """Any table with the count within one of these is witness enough."""
        if self._targets.may_be_none[target]:
            yield 0.0, 0.0
        if self._small[target]:
            yield float(self._need[target]), math.inf
        else:
            yield float(self._targets.people[target]) + 1, math.inf
            yield 0.0, float(self._targets.people[target]) - 1

    def _witness(self, table: Reals) -> None:
        values = self._targets.rows @ table
        self._most = np.maximum(self._most, values)
        self._least = np.minimum(self._least, values)
