"""How few and how many people a count can be, given everything that adds up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from analysis.attack.grid import Cell, grid
from analysis.plan import TablePlan
from analysis.release.known import people
from analysis.release.model import Release

Range = tuple[float, float]

_DUST = 1e-6


def shown_people(release: Release) -> dict[Cell, Range]:
    """The people of every shown group, as far as its published base says."""
    return {
        row.values: people(row.base, release.manifest.policy)
        for row in release.groups
        if row.base is not None
    }


@dataclass(frozen=True)
class Counts:
    """The grid of a Release, with what is known of some of its cells.

    Attributes:
        known: cell -> fewest and most people; nothing is known of the others.
    """

    release: Release
    plan: TablePlan | None
    known: Mapping[Cell, Range]

    @cached_property
    def cells(self) -> dict[Cell, int]:
        """Number of each cell."""
        return self._grid[0]

    def lines(self) -> list[tuple[Cell, tuple[Cell, ...]]]:
        """Every way in which a cell is the sum of its parts."""
        name = list(self.cells)
        matrix = self._grid[1]
        found = []
        for row in range(matrix.shape[0]):
            span = slice(matrix.indptr[row], matrix.indptr[row + 1])
            signed = list(zip(matrix.indices[span], matrix.data[span], strict=True))
            (parent,) = [name[at] for at, sign in signed if sign > 0]
            found.append((parent, tuple(name[at] for at, sign in signed if sign < 0)))
        return found

    @cached_property
    def _grid(self) -> tuple[dict[Cell, int], sparse.csr_array]:
        return grid(self.release, self.plan)

    def range(self, of: Sequence[Cell], least: Mapping[Cell, float] | None = None) -> Range | None:
        """Fewest and most people of some cells together; None when no table fits.

        Args:
            of: the cells.
            least: people that the attacker knows to be in a cell, besides what is published.
        """
        bounds = np.array(
            [self.known.get(cell, (0.0, np.inf)) for cell in self.cells], dtype=np.float64
        )
        for cell, number in (least or {}).items():
            bounds[self.cells[cell], 0] = max(bounds[self.cells[cell], 0], number)
        if (bounds[:, 0] > bounds[:, 1]).any():
            return None
        cost = np.zeros(len(self.cells))
        cost[[self.cells[cell] for cell in of]] = 1.0
        ends = []
        for sign in (1.0, -1.0):
            found = linprog(  # type: ignore[call-overload]
                sign * cost,
                A_eq=self._grid[1],
                b_eq=np.zeros(self._grid[1].shape[0]),
                bounds=bounds,
                method="highs-ds",
            )
            if found.status == 3:
                ends.append(np.inf)
            elif found.status != 0:
                return None
            else:
                ends.append(float(sign * found.fun))
        # Whole people: no fewer than the next whole number, no more than the last.
        low, high = np.ceil(ends[0] - _DUST) + 0.0, np.floor(ends[1] + _DUST)
        return float(low), float(high)
