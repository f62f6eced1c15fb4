"""Which groups and which items of which groups a Release may show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.disclosure.bounds import DUST, CheapestChange, FeasibleTables, Known, Reals
from analysis.disclosure.complementary import Hidden, Order, hide_complements
from analysis.disclosure.system import Bases, System
from analysis.errors import Unprotectable
from analysis.policy import DisclosurePolicy

FULL_BASE = 0.9
"""An item answered by at least this share of a group stands on the base of the group."""

FORCE_COST = 1e3
"""Hiding the force's own figure costs as much as this many other groups: the last resort."""

WATCHED_COST = 20
"""Hiding a group costs this much more for each of its values that an intersection names."""


@dataclass(frozen=True)
class Protection:
    """What may be shown of one wave.

    Attributes:
        shown: ids of the groups that are shown.
        items_hidden: measure -> ids of *shown* groups in which it is not shown.
        own_bases: measure -> ids of shown groups in which its own base may be published. Anywhere
            else the measure stands on its group's base: its own is protected only as lying
            between `FULL_BASE` of that and all of it.
    """

    shown: frozenset[str]
    items_hidden: Mapping[str, frozenset[str]]
    own_bases: Mapping[str, frozenset[str]]

    def shows(self, group: str, measure: str) -> bool:
        """Whether a measure may be shown in a group."""
        return group in self.shown and group not in self.items_hidden.get(measure, frozenset())


def protect(
    system: System, policy: DisclosurePolicy, item_bases: Mapping[str, npt.ArrayLike]
) -> Protection:
    """Decide what to show so that everything shown together gives no small group away.

    Args:
        system: groups and their exact bases.
        policy: thresholds.
        item_bases: measure (item or theme) -> people with a valid answer per group, in the order
            of `system.groups`, shape (G,).

    Returns:
        The pattern of the groups, and of each measure that needs its own: one with fewer than k
        people, or fewer than `FULL_BASE` of the group, in a group that is shown.

    Raises:
        Unprotectable: when even hiding everything else does not protect a group.
    """
    ids = np.array([group.id for group in system.groups])
    people = system.bases.astype(np.float64)
    unlimited = np.full(len(ids), 4 * max(people.max(initial=0.0), policy.k))
    known = Known(system.bases, people, people, unlimited)
    hidden = hiding_pattern(system, known, system.bases < policy.k, policy.k)
    # A hidden group's base is not published, so it bounds no item.
    caps = np.where(hidden, unlimited, people)
    items_hidden: dict[str, frozenset[str]] = {}
    own_bases: dict[str, frozenset[str]] = {}
    patterns: dict[bytes, Hidden] = {}
    for measure, given in item_bases.items():
        bases = np.asarray(given, dtype=np.int64)
        _check(measure, bases, system)
        own = bases < FULL_BASE * people
        few = bases < policy.k
        pattern = hidden
        if ((own | few) & ~hidden).any():
            key = bases.tobytes()
            if key not in patterns:
                known = _known_of_item(bases, people, own, caps)
                patterns[key] = hiding_pattern(system, known, hidden | few, policy.k)
            pattern = patterns[key]
        items_hidden[measure] = frozenset(ids[pattern & ~hidden].tolist())
        if (own & ~pattern).any():
            own_bases[measure] = frozenset(ids[own & ~pattern].tolist())
    return Protection(frozenset(ids[~hidden].tolist()), items_hidden, own_bases)


def _known_of_item(bases: Bases, people: Reals, own: npt.NDArray[np.bool_], caps: Reals) -> Known:
    exact = bases.astype(np.float64)
    low = np.where(own, exact, np.ceil(FULL_BASE * people - DUST))
    return Known(bases, low, np.where(own, exact, people), caps)


def _check(measure: str, bases: Bases, system: System) -> None:
    if bases.shape != system.bases.shape or (bases > system.bases).any() or (bases < 0).any():
        raise ValueError(f"the bases of {measure} do not fit the bases of the groups")


def hiding_pattern(system: System, known: Known, hidden: Hidden, k: int) -> Hidden:
    """Greedy along lines, then audit and repair until nothing is open."""
    order = Order(known.bases, known.exact, system.watched, k)
    hidden = hide_complements(system.lines, order, hidden)
    audit = _Audit(system, known, k)
    while (changed := audit.repair(hidden)) is not None:
        hidden = hide_complements(system.lines, order, changed)
    return hidden


class _Audit:
    """Every small group must be able to reach k people; no hidden group may be pinned.

    Each table that a program finds is a witness for all groups at once, and stays one when more
    is hidden.
    """

    def __init__(self, system: System, known: Known, k: int) -> None:
        bases = known.bases
        derived = np.rint(system.derived.combination @ bases).astype(np.int64)
        if (derived < 0).any():
            first = system.derived.names[int(np.argmax(derived < 0))]
            raise Unprotectable(f"the counts contradict each other: {first} would be negative")
        few = np.flatnonzero((derived > 0) & (derived < k))
        unknown = [
            columns
            for columns, people in zip(system.derived.columns, derived, strict=True)
            if people == 0
        ]
        # Readers may know that nobody left a question out; then there is no unknown to hide in.
        empty = np.unique(np.concatenate([*unknown, np.zeros(0, dtype=np.int64)]))
        rests = system.derived.combination[few] @ system.membership
        self._rows = sparse.csr_array(sparse.vstack([system.membership, rests]))
        self._people = np.concatenate([bases, derived[few]])
        self._names = [
            *(group.id for group in system.groups),
            *(system.derived.names[i] for i in few),
        ]
        self._possible = np.concatenate([system.possible, np.ones(len(few), dtype=bool)])
        self._small = self._people < k
        self._need = np.where(self._small, float(k), self._people + 1.0)
        self._groups = len(bases)
        self._most = self._people.astype(np.float64)
        self._least = self._people.astype(np.float64)
        self._fits = FeasibleTables(system, known, empty)
        self._change = CheapestChange(system, known, empty, self._rows)
        self._cost = np.log1p(bases.astype(np.float64))
        self._cost *= 1 + WATCHED_COST * system.watched
        self._cost[[group.parent is None for group in system.groups]] *= FORCE_COST

    def repair(self, hidden: Hidden) -> Hidden | None:
        """Hide what the groups that are still open need; None when none is open."""
        self._fits.hide(hidden)
        changed = hidden.copy()
        for target in self._targets(hidden):
            if self._is_safe(target) or self._reaches(target):
                continue
            support, table = self._change.reach(
                target, self._need[target], np.where(changed, 0.0, self._cost), self._names[target]
            )
            self._witness(table)
            changed |= support
            self._fits.hide(changed)
        return None if (changed == hidden).all() else changed

    def _targets(self, hidden: Hidden) -> npt.NDArray[np.int64]:
        """Hidden groups and small derived ones, the smallest first."""
        wanted = np.concatenate([hidden, np.ones(len(self._people) - self._groups, dtype=bool)])
        targets = np.flatnonzero(wanted & self._possible)
        return targets[np.argsort(self._people[targets], kind="stable")]

    def _is_safe(self, target: int) -> bool:
        if self._small[target]:
            return bool(self._most[target] >= self._need[target] - DUST)
        return bool(self._most[target] - self._least[target] >= 1 - DUST)

    def _reaches(self, target: int) -> bool:
        functional = self._rows[[target]].toarray().ravel()
        self._witness(self._fits.extreme(functional)[1])
        if not self._small[target] and not self._is_safe(target):
            self._witness(self._fits.extreme(functional, largest=False)[1])
        return self._is_safe(target)

    def _witness(self, table: Reals) -> None:
        values = self._rows @ table
        self._most = np.maximum(self._most, values)
        self._least = np.minimum(self._least, values)
