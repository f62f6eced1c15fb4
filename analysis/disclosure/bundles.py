"""Groups that take a coarser step together, so that a step does not say for whose sake it is taken.

Steps are chosen by the answers. One for a single group would tell nearly what it is to hide: that
the few who are hidden beside it answered alike. So the parts of a group take it together, and those
of the next group with them, until it could be for the sake of 2k people or more in small groups:
no fewer than D3 lets anything be known of. Who goes with whom stands in the manifest, so it follows
from the plan, from what is shown, and from the bases of what is shown; from nothing that is hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from analysis.disclosure.complementary import Hidden
from analysis.disclosure.system import System
from analysis.disclosure.unions import SMALL, unions
from analysis.plan import Group, TablePlan

Family = list[int]
"""Positions of the parts of one group on one level."""


@dataclass(frozen=True)
class Bundle:
    """Groups of one level, all parts of each group above them.

    Attributes:
        groups: their ids, hidden ones included.
        enough: whether the small groups for whose sake a step could be taken here are of 2k people
            or more, so that it does not tell of one of them.
    """

    groups: tuple[str, ...]
    enough: bool


def bundles(plan: TablePlan, system: System, hidden: Hidden, k: int) -> tuple[Bundle, ...]:
    """Every group in one bundle, level by level.

    Args:
        plan: says which groups are parts of which, and on which level.
        system: its groups; of their bases only those that are shown are looked at.
        hidden: the groups that are not shown, shape (G,).
        k: the policy's smallest group.

    Returns:
        Bundles that are as small as they can be, in the order of the plan; one of a whole level
        where that is not enough.
    """
    near, enough = _Near(plan, system, hidden, SMALL * k), SMALL * k
    found = []
    for families in _families(plan).values():
        done: list[tuple[Family, bool]] = []
        groups, rows = Family(), list[int]()
        for above, family in families:
            groups, rows = groups + family, rows + near.of(above, family)
            if near.people(rows) >= enough:
                done.append((groups, True))
                groups, rows = [], []
        if groups:  # What is left goes with the last.
            last, met = done.pop() if done else ([], False)
            done.append((last + groups, met))
        for groups, met in done:
            found.append(Bundle(tuple(plan.groups[at].id for at in groups), met))
    return tuple(found)


def _families(plan: TablePlan) -> dict[object, list[tuple[int | None, Family]]]:
    """Level -> each group above it with its parts there."""
    position = {group.id: at for at, group in enumerate(plan.groups)}
    found: dict[object, dict[int | None, Family]] = {}
    for at, group in enumerate(plan.groups):
        above = None if group.parent is None else position[group.parent]
        found.setdefault(plan.level_of(group), {}).setdefault(above, []).append(at)
    return {level: list(families.items()) for level, families in found.items()}


class _Near:
    """The small groups beside and inside some groups, of those that readers can count."""

    def __init__(self, plan: TablePlan, system: System, hidden: Hidden, people: int) -> None:
        every = unions(system, hidden).combination
        counted = every[np.flatnonzero(abs(every) @ hidden == 0)]
        n = counted @ system.bases
        few = np.flatnonzero((n > 0.5) & (n < people - 0.5))
        self._small, self._n = sparse.csr_array(counted[few]), n[few]
        self._small.eliminate_zeros()
        self._taken, self._whole = sparse.csc_array(self._small), sparse.csc_array(self._small > 0)
        self._places, self._enough = [_Place.of(plan, group) for group in plan.groups], people

    def of(self, above: int | None, family: Family) -> list[int]:
        """What the family and the group above it leave, and what groups of it leave inside."""
        rows = self._whole[:, family].indices
        if above is not None:
            beside = self._taken[:, family].indices
            rows = np.concatenate([rows, np.intersect1d(self._whole[:, [above]].indices, beside)])
        return [int(row) for row in np.unique(rows)]

    def people(self, rows: list[int]) -> int:
        """How many they are at least, as far as they cannot be the same people.

        Small groups that may overlap are not added up: how far they do is hidden.
        """
        met, apart = 0, list[_Rest]()
        for row in sorted(set(rows), key=lambda row: (-self._n[row], row)):
            rest = self._rest(row)
            if rest is not None and all(rest.is_apart(other) for other in apart):
                apart.append(rest)
                met += round(self._n[row])
            if met >= self._enough:
                break
        return met

    def _rest(self, row: int) -> _Rest | None:
        of = slice(self._small.indptr[row], self._small.indptr[row + 1])
        places = [self._places[at] for at in self._small.indices[of]]
        whole = next((one for one in places if all(other <= one for other in places)), None)
        return whole and _Rest(whole, tuple(one for one in places if one is not whole))


@dataclass(frozen=True)
class _Place:
    """Where a group's people are: variable -> categories, everybody's left out."""

    within: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, plan: TablePlan, group: Group) -> _Place:
        within: dict[str, frozenset[str]] = {}
        for breakdown, value in group.where:
            one = plan.breakdown_by_id[breakdown]
            picked = one.value_by_id[value].categories
            within[one.variable] = picked & within.get(one.variable, picked)
        return cls(within)

    def __le__(self, other: _Place) -> bool:
        """Whether all of these people are among the others."""
        return all(
            name in self.within and self.within[name] <= of for name, of in other.within.items()
        )

    def is_apart(self, other: _Place) -> bool:
        """Whether nobody can be in both."""
        return any(
            not self.within[name] & of for name, of in other.within.items() if name in self.within
        )


@dataclass(frozen=True)
class _Rest:
    """A group without some groups inside it."""

    whole: _Place
    without: tuple[_Place, ...]

    def is_apart(self, other: _Rest) -> bool:
        """Whether nobody can be in both."""
        return (
            self.whole.is_apart(other.whole)
            or any(other.whole <= one for one in self.without)
            or any(self.whole <= one for one in other.without)
        )
