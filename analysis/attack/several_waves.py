"""Several waves of one questionnaire as one system: what each may be beside the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from scipy import sparse

from analysis.attack.grid import Cell, grid
from analysis.attack.searching import FittingTables
from analysis.attack.sums import Range
from analysis.plan import TablePlan
from analysis.release.model import Release

_DUST = 1e-6


class Waves:
    """Tables of counts over the same cells, of which some are sums of others.

    Attributes:
        cells: number of each cell within a table.
    """

    def __init__(
        self,
        release: Release,
        plan: TablePlan | None,
        free: int,
        sums: Sequence[Sequence[int]],
        known: Mapping[int, Mapping[Cell, Range]],
    ) -> None:
        """Lay the tables out.

        Args:
            release: whose tables give the cells.
            plan: as for `grid`.
            free: so many tables come first.
            sums: each further table, by the numbers of those that it is the sum of.
            known: number of a table -> cell -> the fewest and the most people there.
        """
        self.cells, self._equations = grid(release, plan)
        self._width = len(self.cells)
        self._tables = free + len(sums)
        one = sparse.eye_array(self._width, format="csr")
        rows = [[self._equations if at == table else None for at in range(self._tables)]
                for table in range(free)]  # fmt: skip
        for at, parts in enumerate(sums, start=free):
            ties = dict.fromkeys(parts, -one) | {at: one}
            rows.append([ties.get(table) for table in range(self._tables)])
        self._rows = sparse.csr_array(sparse.block_array(rows, format="csr"))
        size = self._width * self._tables
        ends = [high for of in known.values() for _, high in of.values() if high < np.inf]
        self._ceiling = 4.0 * max(ends, default=1.0) + 1.0
        self._low, self._high = np.zeros(size), np.full(size, self._ceiling)
        for table, of in known.items():
            for cell, (low, high) in of.items():
                at = self.place(table, cell)
                self._low[at], self._high[at] = low, min(high, self._ceiling)
        self._fits = FittingTables(self._rows, self._low, self._high)

    def place(self, table: int, cell: Cell) -> int:
        """The number of an unknown."""
        return table * self._width + self.cells[cell]

    def least_together(self, places: Sequence[int]) -> float | None:
        """The fewest people of some unknowns together; None where no tables fit."""
        found = self._fits.search(dict.fromkeys(places, 1.0))
        return None if found is None else float(found[list(places)].sum())

    def hold(self, places: Sequence[int], most: float) -> None:
        """Take it that some unknowns together are no more than so many."""
        total = sparse.csr_array(
            (np.ones(len(places)), (np.zeros(len(places), dtype=int), np.array(places))),
            shape=(1, self._rows.shape[1]),
        )
        rows = sparse.block_array([[self._rows, None], [total, -sparse.eye_array(1)]], format="csr")
        low, high = np.append(self._low, 0.0), np.append(self._high, most)
        self._fits = FittingTables(sparse.csr_array(rows), low, high)

    def narrow(self, places: Mapping[int, str], k: int) -> Iterator[tuple[str, Range]]:
        """Of some unknowns those that are fewer than k people, or one number of them."""
        for at, name in places.items():
            if self._fits.most[at] >= k and self._fits.most[at] - self._fits.least[at] >= 1:
                continue
            if self._fits.search({at: -1.0}) is None:
                return  # No tables fit: the waves are not of these people.
            if self._fits.most[at] >= k and self._fits.most[at] - self._fits.least[at] >= 1:
                continue
            self._fits.search({at: 1.0})
            low = float(np.ceil(self._fits.least[at] - _DUST)) + 0.0
            high = float(np.floor(self._fits.most[at] + _DUST))
            if high < k or low == high:
                yield name, (low, high)
