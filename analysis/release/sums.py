"""Every count that the tables of a Release speak of, and what adds up to what.

The auditor writes its grid down by code of its own; the two must come to the same, or no
certificate holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from analysis.release.model import Release

Cell = tuple[str, ...]
"""One value id per breakdown; "" for everybody, "?x" for those of x in none of its parts."""

Counts = npt.NDArray[np.int64]

_Tree = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class _Step:
    """Wholes (positions of cells) that can be added up at once, and their parts one after another.

    Attributes:
        starts: where the parts of each whole begin.
    """

    wholes: Counts
    parts: Counts
    starts: Counts

    def added(self, counts: Counts) -> Counts:
        """The sums of the parts, shape (wholes, tables)."""
        found: Counts = np.add.reduceat(counts[self.parts], self.starts, axis=0)
        return found


class Sums:
    """The cells of a Release, the finest of them, and all sums.

    Attributes:
        cells: cell -> position.
        finest: positions of the cells that nothing adds up to, in order; the rest follows from
            them.
    """

    def __init__(self, release: Release, partial: Collection[tuple[str, str]]) -> None:
        """Write the cells down.

        Args:
            release: what is published.
            partial: breakdown and value of those whose parts need not be all of them.
        """
        self.cells: dict[Cell, int] = {}
        rows: dict[tuple[int, tuple[int, ...]], None] = {}
        for trees in _tables(release, partial):
            for cell in product(*trees):
                here = self._at(cell)
                for axis, tree in enumerate(trees):
                    inside = [(*cell[:axis], one, *cell[axis + 1 :]) for one in tree[cell[axis]]]
                    if inside:
                        rows[here, tuple(map(self._at, inside))] = None
        for row in release.groups:
            self._at(row.values)
        wholes = {whole for whole, _ in rows}
        self.finest = np.array([at for at in self.cells.values() if at not in wholes])
        self._steps = [_step(rows) for rows in _in_order(list(rows), wholes)]
        self._every = _step(list(rows)) if rows else None

    def _at(self, cell: Cell) -> int:
        return self.cells.setdefault(cell, len(self.cells))

    def spread(self, finest: Counts) -> Counts:
        """All cells of some tables, shape (cells, tables), from their finest cells."""
        counts = np.zeros((len(self.cells), finest.shape[1]), dtype=np.int64)
        counts[self.finest] = finest
        for step in self._steps:
            counts[step.wholes] = step.added(counts)
        return counts

    def unequal(self, counts: Counts) -> npt.NDArray[np.bool_]:
        """Which tables have a count that its parts do not add up to, shape (tables,)."""
        if self._every is None:
            return np.zeros(counts.shape[1], dtype=bool)
        found: npt.NDArray[np.bool_] = (
            self._every.added(counts) != counts[self._every.wholes]
        ).any(axis=0)
        return found


def _in_order(
    rows: Sequence[tuple[int, tuple[int, ...]]], wholes: Collection[int]
) -> Iterator[list[tuple[int, tuple[int, ...]]]]:
    """One sum for each whole, those first whose parts are finest or were added up before."""
    first: dict[int, tuple[int, ...]] = {}
    for whole, parts in rows:
        first.setdefault(whole, parts)
    left = set(wholes)
    while left:
        ready = [(whole, first[whole]) for whole in sorted(left) if left.isdisjoint(first[whole])]
        yield ready
        left -= {whole for whole, _ in ready}


def _step(rows: Sequence[tuple[int, tuple[int, ...]]]) -> _Step:
    lengths = np.array([len(parts) for _, parts in rows])
    return _Step(
        wholes=np.array([whole for whole, _ in rows]),
        parts=np.array([part for _, parts in rows for part in parts]),
        starts=np.concatenate([[0], np.cumsum(lengths)[:-1]]),
    )


def _tables(release: Release, partial: Collection[tuple[str, str]]) -> Iterator[list[_Tree]]:
    order = [breakdown.id for breakdown in release.manifest.breakdowns]
    for _, crossed in release.manifest.tables:
        here = tuple(name in crossed for name in order)
        rows = [row.values for row in release.groups if tuple(map(bool, row.values)) == here]
        yield [
            _tree(breakdown.id, breakdown.values, {values[at] for values in rows}, partial)
            if here[at]
            else {"": ()}
            for at, breakdown in enumerate(release.manifest.breakdowns)
        ]


def _tree(
    breakdown: str,
    values: Sequence[tuple[str, str, str, str | None]],
    used: Collection[str],
    partial: Collection[tuple[str, str]],
) -> _Tree:
    """Value -> its parts; "" is everybody, some of whom may always be in none of them."""
    tree: dict[str, tuple[str, ...]] = {"": ()}
    tree |= {value: () for value, _, _, _ in values if value in used}
    for value, _, _, parent in values:
        if value in used:
            tree[parent or ""] += (value,)
    for whole, parts in list(tree.items()):
        if parts and (whole == "" or (breakdown, whole) in partial):
            tree |= {whole: (*parts, f"?{whole}"), f"?{whole}": ()}
    return tree
