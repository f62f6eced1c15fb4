"""Audit and repair: what is still open, and what else has to be hidden for it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property
from itertools import count

import numpy as np
import numpy.typing as npt

from analysis.disclosure.bounds import CheapestChange, FeasibleTables, Known
from analysis.disclosure.cleaning import show_again
from analysis.disclosure.colleagues import Colleagues, Pooled
from analysis.disclosure.complementary import Hidden, Order, hide_complements
from analysis.disclosure.optimum import near_optimum
from analysis.disclosure.parts import MANY_ATOMS, Part, parts_of, together
from analysis.disclosure.solving import DUST, Reals, weights_of
from analysis.disclosure.system import Bases, System
from analysis.disclosure.targets import ALWAYS, Targets, of_groups
from analysis.disclosure.whole import NearestWhole
from analysis.disclosure.witnesses import Witnesses
from analysis.errors import Unprotectable

Positions = npt.NDArray[np.int64]

FORCE_COST = 1e4
"""Hiding the force's own figure costs as much as this many other groups: the last resort."""

FEW = 3
"""A table that is a witness for fewer groups than this is looked for one group at a time."""

GOLDEN = (math.sqrt(5) - 1) / 2
"""Its multiples less their whole parts are spread evenly, so every target's turn comes."""

MOST_BLAMED = 20
"""Of the targets that were open when a group was shown again, so many are looked at first."""

MOST_GROUPS = 1600
"""Up to so many groups the exact programme's start is tried as well."""

NARROW = 3
"""Counts known to within so many people are looked at again in whole numbers."""

STEPS = 60
"""Of a linear program, after which those for whom its table is enough by then leave it."""

ALL_THE_WAY = 2**31 - 1
"""Steps of a linear program that is not stopped before."""

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
) -> Hidden:
    """Greedy along lines, then audit and repair until nothing is open.

    Args:
        system: rows and atoms.
        known: what a reader knows of each group, shown or hidden.
        hidden: the groups hidden so far, shape (G,).
        k: people.
        targets: what is looked at; by default the groups and what they leave.
        silent: as for `hide_complements`.

    Raises:
        Unprotectable: when even hiding everything else does not protect a group.
    """
    order = Order(known.bases, known.exact, system.watched, k)
    targets = of_groups(system, k) if targets is None else targets
    audit = _Audit(system, known, k, targets, hidden, presolved=True)
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
        audit = _Audit(system, known, k, targets, hidden)
        repaired = _repaired(system, order, audit, start)
        return show_again(system.lines, order, repaired, hidden, audit.shows)

    best = cleaned(hidden)
    if not (best == hidden).all() and len(system.groups) <= MOST_GROUPS:
        near = near_optimum(system, known, hidden, k, loss)
        other = best if near is None else cleaned(near)
        best = other if loss[other].sum() < loss[best].sum() else best
    if colleagues is None:
        return best
    pooled = Pooled(system, known, k, targets, colleagues, NARROW)
    while (changed := pooled.hide(best, _cost(system))).sum() > best.sum():
        best = _repaired(system, order, _Audit(system, known, k, targets, hidden), changed)
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
    """Every small group must be able to reach k people; no hidden group may be pinned.

    Each table that a program finds is a witness for all groups at once, and stays one when more
    is hidden. Fractions of people are witnesses only of a range wider than `NARROW`.
    """

    def __init__(
        self,
        system: System,
        known: Known,
        k: int,
        targets: Targets,
        never: Hidden,
        presolved: bool = False,
        is_part: bool = False,
    ) -> None:
        self._targets = targets
        self._small = targets.people < k
        self._need = np.where(self._small, float(k), targets.people + 1.0)
        self._seen = Witnesses(system, known, targets, k, keep=is_part)
        self._blamed = np.zeros(len(targets.names), dtype=np.int64)
        self._fits = FeasibleTables(system, known, targets.nobody, never, presolved)
        self._change = CheapestChange(system, known, targets.nobody, never, is_part)
        self._cost = _cost(system)
        self._never, self._is_part, self._may_split = never, is_part, presolved
        self._is_large = not is_part and system.membership.shape[1] >= MANY_ATOMS
        # Where parts are looked at, stopping leaves more to be looked at one by one.
        self._steps = ALL_THE_WAY if is_part or self._is_large else STEPS
        self._parts_of: dict[int, list[tuple[Part, _Audit]]] = {}

    def repair(self, hidden: Hidden) -> Hidden | None:
        """Hide what the groups that are still open need; None when none is open.

        A large system is looked at part by part first, then several parts together, then whole.
        """
        for part, audit in self._parts(hidden, PARTS[0]):
            audit.look(hidden[part.groups])
        self._join(PARTS[0])
        self.look(hidden)
        changed = hidden.copy()
        for several in PARTS:
            is_left = np.zeros(len(self._small), dtype=bool)
            is_left[self._uncertain(changed)] = True
            for part, audit in self._parts(hidden, several) if is_left.any() else ():
                left = np.flatnonzero(is_left[part.looked])
                changed[part.groups] = audit.mended(changed[part.groups], left)
            self._join(several)
        changed = self.mended(changed, self._uncertain(changed))
        return None if (changed == hidden).all() else changed

    def look(self, hidden: Hidden) -> None:
        """Look for witnesses while these groups are hidden."""
        self._fits.hide(hidden)
        self._sweep(hidden)

    def mended(self, hidden: Hidden, targets: Positions) -> Hidden:
        """What to hide so that none of some targets is open, the groups hidden so far among it.

        A part leaves open what cannot be helped within it.
        """
        changed = hidden.copy()
        self._fits.hide(changed)
        for target in targets.tolist():
            need = self._need[target]
            if self._is_safe(target) or self._reaches(target):
                if self._is_safe_in_whole_numbers(target):
                    continue
                need = np.floor(self._seen.least[target] + DUST) + NARROW + 1
            cost = np.where(changed, 0.0, self._cost)
            name = self._targets.names[target]
            if self._is_large:
                self._change.begin(self._fits)
            try:
                support, table = self._change.reach(self._functional(target), need, cost, name)
            except Unprotectable:
                if not self._is_part:
                    raise
                continue
            self._seen.add(table)
            changed |= support
            self._fits.hide(changed)
        return changed

    def _parts(self, hidden: Hidden, several: int) -> list[tuple[Part, _Audit]]:
        """The parts of the system, so many together; made when they are first asked for."""
        if several not in self._parts_of:
            whole = self._seen
            found = parts_of(whole.system, whole.known, self._targets, hidden, several)
            self._parts_of[several] = [
                (part, _Audit(*part.audited(whole.k), self._never[part.groups], is_part=True))
                for part in (found if self._may_split else ())
            ]
        return self._parts_of[several]

    def _join(self, several: int) -> None:
        """Take in the tables that parts found, as tables of the whole."""
        parts, truth = self._parts_of.get(several), self._seen.system.truth
        if parts and truth is not None:
            tables = [audit._seen.taken() for _, audit in parts]
            for table in together([part for part, _ in parts], tables, truth):
                self._seen.add(table)

    def shows(self, group: int, hidden: Hidden, near: Positions) -> bool:
        """Whether nothing is open when a group is shown that was hidden so far.

        Args:
            group: its position.
            hidden: the pattern without it, shape (G,).
            near: hidden groups that are likely to be open then.
        """
        before, self._seen = self._seen, self._seen.showing(group)
        self._fits.hide(hidden)
        if self._nothing_is_open(hidden, near):
            return True
        before.join(self._seen)
        self._seen = before
        return False

    def _nothing_is_open(self, hidden: Hidden, near: Positions) -> bool:
        """Whether every target is safe; those first that often were open in such cases."""
        every = self._open(hidden)
        blamed = every[np.argsort(-self._blamed[every], kind="stable")][:MOST_BLAMED]
        first = np.concatenate(
            [blamed[self._blamed[blamed] > 0], every[np.isin(self._targets.group[every], near)]]
        )
        if not self._are_safe(first):
            return False
        self._sweep(hidden)
        return self._are_safe(every)

    def _are_safe(self, targets: Positions) -> bool:
        """Whether all of some targets are safe; the first that is not is remembered."""
        for target in targets.tolist():
            safe = self._is_safe(target) or self._reaches(target)
            if not (safe and self._is_safe_in_whole_numbers(target)):
                self._blamed[target] += 1
                return False
        return True

    def _sweep(self, hidden: Hidden) -> None:
        """Look for tables that are witnesses for many open targets at once.

        Those who may be nobody are made few in every other table, and large groups with them. After
        the first two, targets count for more and for less from table to table, or the same few
        would grow at the cost of all others.
        """
        left, cleared = self._uncertain(hidden), [len(self._targets.names)]
        for turn in count():
            if len(left) < FEW or max(cleared[-2:]) < FEW:
                break
            worth = np.modf((left + 1.0) * turn * GOLDEN)[0] ** 4 if turn > 1 else left**0.0
            fewer = self._targets.may_be_none[left] | ~self._small[left]
            self._climb(left, np.where(fewer & (turn % 2 == 0), -worth, worth))
            before, left = left, self._uncertain(hidden)
            cleared.append(len(before) - len(left))

    def _climb(self, left: Positions, worth: Reals) -> None:
        """Look for a table with many people in some targets.

        It is looked at every few steps: what is enough by then needs no more.
        """
        there = False
        while len(left) and not there:
            functional = np.asarray(worth @ self._targets.rows[left])
            table, there = self._fits.towards(functional, self._steps)
            self._seen.add(table)
            still = ~(self._is_safe(left) & self._is_clear(left))
            there |= bool(still.all())
            left, worth = left[still], worth[still]

    def _uncertain(self, hidden: Hidden) -> Positions:
        """Targets that are not shown and of which no witness says that they are safe."""
        target = self._open(hidden)
        return target[~(self._is_safe(target) & self._is_clear(target))]

    def _functional(self, target: int) -> Reals:
        """A target as a sum of atoms, shape (A,)."""
        return weights_of(self._targets.rows, target)

    def _open(self, hidden: Hidden) -> Positions:
        """Targets that are not shown, the smallest first."""
        group = self._targets.group
        found = np.flatnonzero((group == ALWAYS) | hidden[group])
        return found[np.argsort(self._targets.people[found], kind="stable")]

    def _is_safe(self, target: int | Positions) -> npt.NDArray[np.bool_]:
        """Whether the witnesses say that a target, or each of several, can be enough people."""
        most, least = self._seen.most[target], self._seen.least[target]
        none = self._targets.may_be_none[target] & (least <= DUST)
        enough = np.where(
            self._small[target], most >= self._need[target] - DUST, most - least >= 1 - DUST
        )
        return np.asarray(none | enough)

    def _reaches(self, target: int) -> bool:
        """Look for witnesses: as many people as there can be, and as few where that will do."""
        functional, none = self._functional(target), bool(self._targets.may_be_none[target])
        for largest in (False, True) if none else (True, False):
            if (largest or none or not self._small[target]) and not self._is_safe(target):
                self._seen.add(self._fits.extreme(functional, largest=largest)[1])
        return bool(self._is_safe(target))

    def _is_safe_in_whole_numbers(self, target: int) -> bool:
        if self._is_clear(target):
            return True
        functional, limits = self._functional(target), self._fits.limits()
        for largest in (True, False):
            # Most programs end in whole people anyway, and that takes no search.
            self._seen.add(self._fits.extreme(functional, largest=largest)[1])
        for fewest, most in self._enough(target):
            if self._is_clear(target):
                return True
            table = self._near.find(limits, target, fewest, most)
            if table is not None:
                self._seen.add(table)
        return bool(self._is_clear(target))

    def _is_clear(self, target: int | Positions) -> npt.NDArray[np.bool_]:
        """Whether whole people leave it open what is safe in fractions of them."""
        return self._is_wide(target) | self._seen.whole[target]

    @cached_property
    def _near(self) -> NearestWhole:
        return self._fits.near(self._targets.rows)

    def _is_wide(self, target: int | Positions) -> npt.NDArray[np.bool_]:
        return np.asarray(self._seen.most[target] - self._seen.least[target] > NARROW + DUST)

    def _enough(self, target: int) -> Iterator[tuple[float, float]]:
        """Any table with the count within one of these is witness enough."""
        if self._targets.may_be_none[target]:
            yield 0.0, 0.0
        if self._small[target]:
            yield float(self._need[target]), math.inf
        else:
            yield float(self._targets.people[target]) + 1, math.inf
            yield 0.0, float(self._targets.people[target]) - 1
