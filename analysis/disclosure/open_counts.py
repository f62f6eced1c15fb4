"""Counts of which a reader must not learn too much, and tables that show that none does."""

from __future__ import annotations

import math
from collections.abc import Iterator
from copy import copy
from functools import cached_property, partial
from itertools import count

import numpy as np
import numpy.typing as npt

from analysis.disclosure.bounds import CheapestChange, FeasibleTables, Known, Start
from analysis.disclosure.complementary import Hidden
from analysis.disclosure.half_tables import HalfTables, NearestHalf
from analysis.disclosure.parts import MANY_ATOMS
from analysis.disclosure.solving import DUST, Reals, weights_of
from analysis.disclosure.system import System
from analysis.disclosure.targets import ALWAYS, Targets
from analysis.disclosure.whole import NearestWhole
from analysis.disclosure.witnesses import Witnesses
from analysis.errors import Unprotectable

Positions = npt.NDArray[np.int64]

FEW = 3
"""A table that is a witness for fewer groups than this is looked for one group at a time."""

GOLDEN = (math.sqrt(5) - 1) / 2
"""Its multiples less their whole parts are spread evenly, so every target's turn comes."""

MOST_BLAMED = 20
"""Of the targets that were open when a group was shown again, so many are looked at first."""

NARROW = 3
"""Counts known to within so many people are looked at again in whole numbers."""

STEPS = 60
"""Of a linear program, after which those for whom its table is enough by then leave it."""

ALL_THE_WAY = 2**31 - 1
"""Steps of a linear program that is not stopped before."""


class OpenCounts:
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
        cost: Reals,
        *,
        presolved: bool = False,
        is_part: bool = False,
    ) -> None:
        """Begin with the true counts.

        Args:
            system: rows and atoms.
            known: what a reader knows of each group.
            k: people.
            targets: what is looked at.
            never: groups that will not be shown whatever happens, shape (G,).
            cost: of changing each group's count by one person, shape (G,).
            presolved: as of `FeasibleTables`.
            is_part: whether this is a part of a larger system.
        """
        self._targets = targets
        self.small = targets.people < k
        self._need = np.where(self.small, float(k), targets.people + 1.0)
        self.seen = Witnesses(system, known, targets, k, keep=is_part)
        self._blamed = np.zeros(len(targets.names), dtype=np.int64)
        whole = FeasibleTables(system, known, targets.nobody, never, presolved)
        change = CheapestChange(system, known, targets.nobody, never, is_part)
        self._begin = partial(change.begin, whole)
        self._whole = whole
        self._fits: FeasibleTables | HalfTables = whole
        self._change: CheapestChange | HalfTables = change
        self._cost, self._is_part = cost, is_part
        self.is_large = not is_part and system.membership.shape[1] >= MANY_ATOMS
        self._asks_at_once = self.is_large
        # Where parts are looked at, stopping leaves more to be looked at one by one.
        self._steps = ALL_THE_WAY if is_part or self.is_large else STEPS

    def look(self, hidden: Hidden) -> None:
        """Look for witnesses while these groups are hidden."""
        self._fits.hide(hidden)
        self._sweep(hidden)

    def begin(self, hidden: Hidden, start: Start) -> None:
        """Begin the first search from there, while these groups are hidden."""
        self._whole.hide(hidden)
        self._whole.start(start)

    def in_half(self, tables: HalfTables) -> OpenCounts:
        """The same, looked for among fewer tables; what is seen there is seen here."""
        half = copy(self)
        # Tables of whole people are looked for near those of the half.
        half.__dict__.pop("_near", None)
        half._fits = half._change = tables
        half._is_part, half.is_large = True, False
        half._asks_at_once = True
        return half

    def try_each(self, hidden: Hidden) -> None:
        """Look for witnesses of one count after the other while these groups are hidden."""
        self._fits.hide(hidden)
        for target in self.uncertain(hidden).tolist():
            moves = self._fits.moves(self._functional(target))
            if moves and (self._is_safe(target) or self._reaches(target)):
                self._is_safe_in_whole_numbers(target)

    def mended(self, hidden: Hidden, targets: Positions) -> Hidden:
        """What to hide so that none of some targets is open, the groups hidden so far among it.

        A part leaves open what cannot be helped within it.
        """
        changed = hidden.copy()
        self._fits.hide(changed)
        for target in targets.tolist():
            if not self._fits.moves(self._functional(target)):
                continue
            need = float(self._need[target])
            if self._asks_at_once and self.small[target] and not self._may_be_none(target):
                # Where nothing has to change for it, the cheapest change shows that it is enough.
                more = self._reached(target, need, changed)
                if more is None or more.any():
                    continue
            if self._is_safe(target) or self._reaches(target):
                if self._is_safe_in_whole_numbers(target):
                    continue
                need = np.floor(self.seen.least[target] + DUST) + NARROW + 1
            self._reached(target, need, changed)
        return changed

    def _reached(self, target: int, need: float, changed: Hidden) -> Hidden | None:
        """What was hidden for a target besides; None where nothing helps it within a part."""
        cost = np.where(changed, 0.0, self._cost)
        name = self._targets.names[target]
        if self.is_large:
            self._begin()
        try:
            support, table = self._change.reach(self._functional(target), need, cost, name)
        except Unprotectable:
            if not self._is_part:
                raise
            return None
        self.seen.add(table)
        more = support & ~changed
        changed |= support
        self._fits.hide(changed)
        return more

    def shows(self, group: int, hidden: Hidden, near: Positions) -> bool:
        """Whether nothing is open when a group is shown that was hidden so far.

        Args:
            group: its position.
            hidden: the pattern without it, shape (G,).
            near: hidden groups that are likely to be open then.
        """
        before, self.seen = self.seen, self.seen.showing(group)
        self._fits.hide(hidden)
        if self._nothing_is_open(hidden, near):
            return True
        before.join(self.seen)
        self.seen = before
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
        left, cleared = self.uncertain(hidden), [len(self._targets.names)]
        for turn in count():
            if len(left) < FEW or max(cleared[-2:]) < FEW:
                break
            worth = np.modf((left + 1.0) * turn * GOLDEN)[0] ** 4 if turn > 1 else left**0.0
            fewer = self._targets.may_be_none[left] | ~self.small[left]
            self._climb(left, np.where(fewer & (turn % 2 == 0), -worth, worth))
            before, left = left, self.uncertain(hidden)
            cleared.append(len(before) - len(left))

    def _climb(self, left: Positions, worth: Reals) -> None:
        """Look for a table with many people in some targets.

        It is looked at every few steps: what is enough by then needs no more.
        """
        there = False
        while len(left) and not there:
            functional = np.asarray(worth @ self._targets.rows[left])
            table, there = self._fits.towards(functional, self._steps)
            self.seen.add(table)
            still = ~(self._is_safe(left) & self._is_clear(left))
            there |= bool(still.all())
            left, worth = left[still], worth[still]

    def uncertain(self, hidden: Hidden) -> Positions:
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
        most, least = self.seen.most[target], self.seen.least[target]
        none = self._targets.may_be_none[target] & (least <= DUST)
        enough = np.where(
            self.small[target], most >= self._need[target] - DUST, most - least >= 1 - DUST
        )
        return np.asarray(none | enough)

    def _may_be_none(self, target: int) -> bool:
        """Whether a target is safe already, or once tables with few people were looked for."""
        if not self._is_safe(target) and self._targets.may_be_none[target]:
            self.seen.add(self._fits.extreme(self._functional(target), largest=False)[1])
        return bool(self._is_safe(target))

    def _reaches(self, target: int) -> bool:
        """Look for witnesses: as many people as there can be, and as few where that will do."""
        functional, none = self._functional(target), bool(self._targets.may_be_none[target])
        for largest in (False, True) if none else (True, False):
            if (largest or none or not self.small[target]) and not self._is_safe(target):
                self.seen.add(self._fits.extreme(functional, largest=largest)[1])
        return bool(self._is_safe(target))

    def _is_safe_in_whole_numbers(self, target: int) -> bool:
        if self._is_clear(target):
            return True
        functional, limits = self._functional(target), self._fits.limits()
        for largest in (True, False):
            # Most programs end in whole people anyway, and that takes no search.
            self.seen.add(self._fits.extreme(functional, largest=largest)[1])
        for fewest, most in self._enough(target):
            if self._is_clear(target):
                return True
            table = self._near.find(limits, target, fewest, most)
            if table is not None:
                self.seen.add(table)
        return bool(self._is_clear(target))

    def _is_clear(self, target: int | Positions) -> npt.NDArray[np.bool_]:
        """Whether whole people leave it open what is safe in fractions of them."""
        return self._is_wide(target) | self.seen.whole[target]

    @cached_property
    def _near(self) -> NearestWhole | NearestHalf:
        return self._fits.near(self._targets.rows)

    def _is_wide(self, target: int | Positions) -> npt.NDArray[np.bool_]:
        return np.asarray(self.seen.most[target] - self.seen.least[target] > NARROW + DUST)

    def _enough(self, target: int) -> Iterator[tuple[float, float]]:
        """Any table with the count within one of these is witness enough."""
        if self._targets.may_be_none[target]:
            yield 0.0, 0.0
        if self.small[target]:
            yield float(self._need[target]), math.inf
        else:
            yield float(self._targets.people[target]) + 1, math.inf
            yield 0.0, float(self._targets.people[target]) - 1
