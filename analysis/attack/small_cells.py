"""Cells, and what shown parts leave of a group, that are known to be of fewer than 2k people."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.attack.fitting import Fitting
from analysis.attack.grid import Cell
from analysis.attack.told import of_group, shown_in
from analysis.cores import on_every_core
from analysis.plan import FORCE
from analysis.release.model import Release

Positions = npt.NDArray[np.int64]

Cells = tuple[int, ...]
"""Numbers of cells that are looked at together."""

SETS = 50
"""So many sets of cells are looked at in one piece."""

_NEARLY = 1e-4


@dataclass(frozen=True)
class Target:
    """People of whom it should not be known how they answered.

    Attributes:
        cells: numbers of the cells that they are in.
        told_by: the shown group of which the figures tell of them; themselves where shown.
        shown: whether their own share is published.
    """

    name: str
    cells: Cells
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
        self._release, self._cells = release, cells
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
        self._lines = [*_lines(equations, self._names)]
        self._are_small: dict[Cells, bool] = {}
        self._found: dict[frozenset[str], list[Target]] = {}

    def look(self, items: Iterable[str]) -> None:
        """Find out who is small of all these items at once, on every core."""
        shown = {shown_in(self._release, item): None for item in items}
        self._look(dict.fromkeys(cells for one in shown for cells in self._cells_of(one)))

    def of(self, item: str) -> list[Target]:
        """The targets of an item; they differ only where other groups are shown."""
        shown = shown_in(self._release, item)
        if shown not in self._found:
            self._look(dict.fromkeys(self._cells_of(shown)))
            every = self._targets(shown)
            self._found[shown] = [one for one in every if self._are_small[one.cells]]
        return self._found[shown]

    def _look(self, every: Iterable[Cells]) -> None:
        """Which sets of cells no table fills with 2k people. Each is looked at once."""
        new = [cells for cells in every if cells not in self._are_small]
        self._are_small.update(dict.fromkeys(new, False))
        for cells, most in self._most_in(new).items():
            self._are_small[cells] = True
            if len(cells) == 1:
                self.most[cells[0]] = most

    def _most_in(self, sets: list[Cells]) -> dict[Cells, float]:
        """The most people in those sets that are small; each table that is found clears many."""
        rows, left = self._sums(sets), np.arange(len(sets))
        while len(left):
            table = self._fits.least(-np.asarray(rows[left].sum(axis=0), dtype=np.float64))
            if table is None:
                return {}  # No table fits the bases, of which `attack_bases` tells.
            still = left[rows[left] @ table < self._below - _NEARLY]
            if len(still) == len(left):
                break
            left = still
        if not len(left):
            return {}
        pieces = [left[at : at + SETS] for at in range(0, len(left), SETS)]
        begin = self._fits.here()

        def small(piece: Positions) -> list[tuple[int, float]]:
            # From one place, so that it does not matter which core looked at what before.
            self._fits.back(begin)
            return [*self._small(rows[piece], piece)]

        found = on_every_core(small, pieces, groups=len(self._release.groups))
        return {sets[at]: most for piece in found for at, most in piece}

    def _small(self, rows: sparse.csr_array, piece: Positions) -> Iterator[tuple[int, float]]:
        """Those of some sets that are small, each with the most people that can be there."""
        most = np.zeros(len(piece))
        for at, one in enumerate(piece.tolist()):
            if most[at] >= self._below - _NEARLY:
                continue  # A table that was found for another one fills it.
            table = self._fits.least(-rows[[at]].toarray().ravel())
            if table is None:
                continue
            most = np.maximum(most, rows @ table)
            if most[at] < self._below - _NEARLY:
                yield one, float(most[at])

    def _sums(self, sets: list[Cells]) -> sparse.csr_array:
        """The people in each set as sums of cells, shape (sets, cells)."""
        places = np.array([at for cells in sets for at in cells], dtype=np.int64)
        starts = np.cumsum([0, *map(len, sets)])
        shape = (len(sets), len(self._cells))
        return sparse.csr_array((np.ones(len(places)), places, starts), shape=shape)

    def _cells_of(self, shown: frozenset[str]) -> Iterator[Cells]:
        """The sets of cells that are looked at while these groups are shown."""
        yield from ((at,) for at in self._cells.values())
        yield from (hidden for _, hidden in self._left(shown))

    def _left(self, shown: frozenset[str]) -> Iterator[tuple[str, Cells]]:
        """Shown groups of which some parts are shown, and several are not: these."""
        for whole, parts in self._lines:
            if whole in shown:
                hidden = tuple(at for at in parts if self._names[at] not in shown)
                if 1 < len(hidden) < len(parts):
                    yield str(whole), hidden

    def _targets(self, shown: frozenset[str]) -> Iterator[Target]:
        for cell, at in self._cells.items():
            name = self._names[at]
            if name in shown:
                yield Target(str(name), (at,), str(name), True)
            else:
                words = name or " & ".join(value for value in cell if value)
                yield Target(words, (at,), self._above(cell, shown), False)
        for whole, hidden in self._left(shown):
            yield Target(f"{whole} without its shown parts", hidden, whole, False)

    def _above(self, cell: Cell, shown: frozenset[str]) -> str:
        """A shown group that contains a cell: one breakdown wider, else the force."""
        for at in reversed(range(len(cell))):
            wider = self._groups.get((*cell[:at], "", *cell[at + 1 :])) if cell[at] else None
            if wider in shown:
                return str(wider)
        return FORCE


def _lines(
    equations: sparse.csr_array, names: Mapping[int, str | None]
) -> Iterator[tuple[str | None, Sequence[int]]]:
    """Of each equation the group that is the whole, if it is one, and its parts."""
    starts, ends = equations.indptr[:-1].tolist(), equations.indptr[1:].tolist()
    for start, end in zip(starts, ends, strict=True):
        places, signs = equations.indices[start:end], equations.data[start:end]
        yield names[int(places[signs > 0][0])], places[signs < 0].tolist()
