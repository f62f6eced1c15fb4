"""Cells, and what shown parts leave of a group, that are known to be of fewer than 2k people."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from analysis.attack.fitting import Fitting, Reals
from analysis.attack.grid import Cell
from analysis.attack.told import of_group, shown_in
from analysis.plan import FORCE
from analysis.release.model import Release


@dataclass(frozen=True)
class Target:
    """People of whom it should not be known how they answered.

    Attributes:
        cells: numbers of the cells that they are in.
        told_by: the shown group of which the figures tell of them; themselves where shown.
        shown: whether their own share is published.
    """

    name: str
    cells: tuple[int, ...]
    told_by: str
    shown: bool


class SmallCells:
    """Who is small follows from the bases of the groups, which are the same for every item.

    Attributes:
        most: the most people that can be in each cell, as far as it matters; shape (cells,).
    """

    def __init__(
        self,
        release: Release,
        cells: Mapping[Cell, int],
        equations: sparse.csr_array,
        nobody: Collection[Cell] = (),
    ) -> None:
        self._release, self._cells, self._equations = release, cells, equations
        self._groups = {row.values: row.group for row in release.groups}
        self._names = {at: self._groups.get(cell) for cell, at in cells.items()}
        self._below = 2 * release.manifest.policy["k"]
        told = {row.values: of_group(release, row.base) for row in release.groups}
        ceiling = 4 * max([self._below, *(high for _, high in told.values() if high < math.inf)])
        limits = [told.get(cell, (0.0, math.inf)) for cell in cells]
        self._least = np.array([low for low, _ in limits])
        self.most = np.array([min(high, ceiling) for _, high in limits])
        self.most[[cells[cell] for cell in nobody]] = 0.0
        self._fits = Fitting()
        sums, every = equations.shape
        zero = np.zeros(sums)
        self._fits.take(
            sparse.csr_array(sparse.vstack([equations, sparse.eye_array(every)])),
            np.concatenate([zero, self._least]),
            np.concatenate([zero, self.most]),
        )
        self._are_small: dict[tuple[int, ...], bool] = {}
        self._found: dict[frozenset[str], list[Target]] = {}

    def of(self, item: str) -> list[Target]:
        """The targets of an item; they differ only where other groups are shown."""
        shown = shown_in(self._release, item)
        if shown not in self._found:
            self._found[shown] = self._small(list(self._targets(shown)))
        return self._found[shown]

    def _small(self, targets: list[Target]) -> list[Target]:
        """Those that no table fills with 2k people. Each set of cells is looked at once."""
        new = {one.cells: one for one in targets if one.cells not in self._are_small}
        small = self._found_small(list(new.values()))
        self._are_small.update((cells, cells in small) for cells in new)
        return [one for one in targets if self._are_small[one.cells]]

    def _found_small(self, targets: list[Target]) -> set[tuple[int, ...]]:
        """The cells of those that are small; each table that is found clears many."""
        left = targets
        while left:
            table = self._fits.least(-np.sum([self._sum(one) for one in left], axis=0))
            if table is None:
                return set()  # No table fits the bases, of which `attack_bases` tells.
            still = [one for one in left if self._sum(one) @ table < self._below - 1e-4]
            if len(still) == len(left):
                break
            left = still
        found = set()
        places = np.array([at for one in left for at in one.cells], dtype=np.int64)
        starts = np.cumsum([0, *(len(one.cells) for one in left)])
        shape = (len(left), len(self._cells))
        rows = sparse.csr_array((np.ones(len(places)), places, starts), shape=shape)
        most = np.zeros(len(left))
        for at, target in enumerate(left):
            if most[at] >= self._below - 1e-4:
                continue  # A table that was found for another one fills it.
            table = self._fits.least(-self._sum(target))
            if table is None:
                continue
            most = np.maximum(most, rows @ table)
            if most[at] < self._below - 1e-4:
                found.add(target.cells)
                if len(target.cells) == 1:
                    self.most[target.cells[0]] = most[at]
        return found

    def _sum(self, target: Target) -> Reals:
        people = np.zeros(len(self._cells))
        people[list(target.cells)] = 1.0
        return people

    def _targets(self, shown: frozenset[str]) -> Iterator[Target]:
        for cell, at in self._cells.items():
            name = self._names[at]
            if name in shown:
                yield Target(str(name), (at,), str(name), True)
            else:
                words = name or " & ".join(value for value in cell if value)
                yield Target(words, (at,), self._above(cell, shown), False)
        starts, ends = self._equations.indptr[:-1], self._equations.indptr[1:]
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            places, signs = self._equations.indices[start:end], self._equations.data[start:end]
            whole = self._names[int(places[signs > 0][0])]
            parts = places[signs < 0].tolist()
            hidden = tuple(at for at in parts if self._names[at] not in shown)
            if whole in shown and 1 < len(hidden) < len(parts):
                yield Target(f"{whole} without its shown parts", hidden, str(whole), False)

    def _above(self, cell: Cell, shown: frozenset[str]) -> str:
        """A shown group that contains a cell: one breakdown wider, else the force."""
        for at in reversed(range(len(cell))):
            wider = self._groups.get((*cell[:at], "", *cell[at + 1 :])) if cell[at] else None
            if wider in shown:
                return str(wider)
        return FORCE
