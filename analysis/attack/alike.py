"""Which groups of several Releases of a wave can be of the same people, all of them together.

Late answers move some groups and leave others as they were. Of a group that two Releases show it is
seen which; of one that only an earlier Release shows it is not, but not every group can be as it
was: young and old together were 500 and are 512. So each group is taken with all that can be as it
was if it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from analysis.attack.grid import Cell, grid
from analysis.plan import TablePlan
from analysis.release.known import people
from analysis.release.model import Release
from analysis.release.rows import GroupRow

_DUST = 1e-6


@dataclass(frozen=True)
class Beside:
    """Another Release of the wave, and its group ids -> those of the plan of all."""

    release: Release
    names: Mapping[str, str]


@dataclass(frozen=True)
class _Told:
    """A base that another Release tells.

    Attributes:
        of: which of the others, by number.
        group: its own name of the group.
        cell: number of the group's cell.
    """

    of: int
    group: str
    cell: int
    low: float
    high: float


def ways(
    written: Release, others: Sequence[Beside], plan: TablePlan, nobody: Collection[Cell]
) -> Iterator[tuple[Beside, ...]]:
    """The others with the groups of each that can all be of the same people as the first.

    Groups that surely changed are in none of these, and every other one in some.

    Args:
        written: the first, with every group of the plan.
        others: the others.
        plan: of all of them.
        nobody: cells in which nobody can be.
    """
    search = _Search(written, others, plan, nobody)
    left = list(range(len(search.told)))
    while left:
        kept = search.kept(left[0], left)
        if kept:
            yield search.beside(others, kept)
        # One that cannot be kept at all has surely changed.
        left = [at for at in left[1:] if at not in kept]


class _Search:
    def __init__(
        self,
        written: Release,
        others: Sequence[Beside],
        plan: TablePlan,
        nobody: Collection[Cell],
    ) -> None:
        self._cells, self._sums = grid(written, plan)
        self._bounds = np.tile([0.0, np.inf], (len(self._cells), 1))
        for row in written.groups:
            if row.base is not None:
                self._bounds[self._cells[row.values]] = people(row.base, written.manifest.policy)
        self._bounds[[self._cells[cell] for cell in nobody]] = 0.0
        self.told = [
            _Told(number, row.group, self._cells[name.values], *_span(row, one.release))
            for number, one in enumerate(others)
            for row in one.release.groups
            if row.base is not None and row.group in one.names
            for name in [written.group_by_id[one.names[row.group]]]
            if name.base is None or _meet(_span(row, one.release), _span(name, written))
        ]

    def kept(self, first: int, wanted: Collection[int]) -> frozenset[int]:
        """What can all be as it was if one of them is, of some rather than others.

        The one is bounded; each other may be so many people off, as few together as can be.
        """
        bounds = self._bounds.copy()
        one = self.told[first]
        bounds[one.cell] = max(bounds[one.cell, 0], one.low), min(bounds[one.cell, 1], one.high)
        if bounds[one.cell, 0] > bounds[one.cell, 1]:
            return frozenset()
        wide, many = len(self._cells), len(self.told)
        at = sparse.csr_array(
            (np.ones(many), (range(many), [each.cell for each in self.told])), (many, wide)
        )
        apart = sparse.eye_array(many)
        found = linprog(  # type: ignore[call-overload]
            [*np.zeros(wide), *(2.0 if each in wanted else 1.0 for each in range(many))],
            A_eq=sparse.hstack([self._sums, sparse.csr_array((self._sums.shape[0], many))]),
            b_eq=np.zeros(self._sums.shape[0]),
            A_ub=sparse.vstack([sparse.hstack([at, -apart]), sparse.hstack([-at, -apart])]),
            b_ub=[*(each.high for each in self.told), *(-each.low for each in self.told)],
            bounds=np.vstack([bounds, np.tile([0.0, np.inf], (many, 1))]),
            method="highs-ds",
        )
        if found.status != 0:
            return frozenset()
        return frozenset({first, *np.flatnonzero(found.x[wide:] < _DUST).tolist()})

    def beside(self, others: Sequence[Beside], kept: Collection[int]) -> tuple[Beside, ...]:
        """The others with some of the groups that they tell."""
        names = [{self.told[at].group for at in kept if self.told[at].of == number}
                 for number in range(len(others))]  # fmt: skip
        return tuple(
            replace(one, names={group: name for group, name in one.names.items() if group in mine})
            for one, mine in zip(others, names, strict=True)
        )


def _span(row: GroupRow, of: Release) -> tuple[int, int]:
    return people(row.base or 0, of.manifest.policy)


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return max(one[0], other[0]) <= min(one[1], other[1])
