"""The slow, obvious auditor: reads off every table of whole numbers that fits a publication.

What the auditor of `analysis/attack` reports of the bases must be exactly what is found here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement, product

import numpy as np
import numpy.typing as npt
from oracle_tables import all_tables, every_table

from analysis.plan import TablePlan
from analysis.release.known import Interval

Cell = tuple[str, ...]
Verdict = tuple[str, str]
"""What was found out, and the group that it is about."""

Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


def every_cell(plan: TablePlan) -> dict[Cell, list[frozenset[str] | None]]:
    """All cells of all tables: the codes of each breakdown that are in it, None for "not known".

    A cell with an empty set takes everybody in that breakdown.
    """
    found: dict[Cell, list[frozenset[str] | None]] = {}
    for table in plan.tables:
        axes = []
        for breakdown in plan.breakdowns:
            axis: list[tuple[str, frozenset[str], bool]] = [("", frozenset(), False)]
            if breakdown.id in table.breakdowns:
                values = breakdown.down_to(table.finest[table.breakdowns.index(breakdown.id)])
                axis += [(value.id, value.categories, False) for value in values]
                tops = [value.categories for value in values if value.parent is None]
                axis.append(("?", frozenset[str]().union(*tops), True))
                for value in values:
                    below = [one.categories for one in values if one.parent == value.id]
                    left = value.categories - frozenset[str]().union(*below)
                    if below and left:
                        axis.append((f"?{value.id}", left, False))
            axes.append(axis)
        for cell in product(*axes):
            found[tuple(name for name, _, _ in cell)] = cell  # type: ignore[assignment]
    return found


def inside(plan: TablePlan, profiles: Sequence[tuple[str | None, ...]]) -> dict[Cell, Flags]:
    """Which profiles are in each cell; the breakdowns are those of the variables, in order."""
    found = {}
    for name, cell in every_cell(plan).items():
        found[name] = np.array(
            [
                all(_is_in(code, axis) for code, axis in zip(profile, cell, strict=True))
                for profile in profiles
            ]
        )
    return found


def _is_in(code: str | None, axis: tuple[str, frozenset[str], bool]) -> bool:
    name, codes, outside = axis
    return name == "" or ((code not in codes) if outside else (code in codes))


@dataclass(frozen=True)
class Publication:
    """What is published, and every table of whole numbers that fits it.

    Attributes:
        names: of declared groups.
        known: of each declared cell; of an item: answered, silent (nothing), both.
        fits: counts of every cell in every table, shape (tables,) each; one for each of `known`.
    """

    names: Mapping[Cell, str]
    known: Sequence[Mapping[Cell, Interval]]
    fits: Sequence[Mapping[Cell, Ints]]
    k: int

    def verdicts(self) -> Iterator[Verdict]:
        """What a reader learns who has written every table down."""
        for part in range(0, len(self.known), 2):
            for cell, counts in self.fits[part].items():
                if cell not in self.names:
                    if self._few(counts):
                        yield "rest", " & ".join(value for value in cell if value)
                elif self._hidden(self.known[part][cell]):
                    if counts.max() < self.k:
                        yield "bound", self.names[cell]
                    elif self.known[part][cell][1] is None and counts.min() == counts.max():
                        yield "pinned", self.names[cell]
        yield from self._rests()
        if len(self.known) > 1:
            for cell, counts in self.fits[1].items():
                if self._few(counts):
                    yield "rest", self.names.get(cell, "force")

    def _rests(self) -> Iterator[Verdict]:
        known, fits = self.known[0], self.fits[0]
        for cell, above in product(self.names, self.names):
            contains = all(self._above(one, up) for one, up in zip(cell, above, strict=True))
            shown = not self._hidden(known[cell]) and not self._hidden(known[above])
            if cell != above and contains and shown and self._few(fits[above] - fits[cell]):
                yield "rest", self.names[cell]

    @staticmethod
    def _above(one: str, up: str) -> bool:
        return up in ("", one) or (up, one) in {("ab", "a"), ("ab", "b"), ("only", "c")}

    def _few(self, counts: Ints) -> bool:
        return bool(counts.min() >= 1 and counts.max() < self.k)

    @staticmethod
    def _hidden(known: Interval) -> bool:
        return known[1] is None or known[0] == 0


def groups_that_fit(
    cells: Mapping[Cell, Flags], known: Mapping[Cell, Interval]
) -> dict[Cell, Ints]:
    """Counts of every cell in every table that fits; everybody's base must be told."""
    return _fitting(_every(cells, known), cells, known)


def items_that_fit(
    cells: Mapping[Cell, Flags],
    answered: Mapping[Cell, Interval],
    people: Mapping[Cell, Interval],
) -> list[dict[Cell, Ints]]:
    """The same of those who answered an item, those who did not, and both."""
    profiles = len(next(iter(cells.values())))
    everybody = people[("",) * len(next(iter(cells)))]
    assert everybody[0] == everybody[1]
    tables = np.array(list(every_table(int(everybody[0]), 2 * profiles)), dtype=np.int64)
    one, other = tables[:, :profiles], tables[:, profiles:]
    fits = _fits(one, cells, answered) & _fits(one + other, cells, people)
    return [
        {cell: part[fits] @ here for cell, here in cells.items()}
        for part in (one, other, one + other)
    ]


def _every(cells: Mapping[Cell, Flags], known: Mapping[Cell, Interval]) -> Ints:
    """Every table of as many people as everybody may be."""
    profiles = len(next(iter(cells.values())))
    everybody = known[("",) * len(next(iter(cells)))]
    assert everybody[1] is not None
    totals = range(int(everybody[0]), int(everybody[1]) + 1)
    return np.concatenate([all_tables(people, profiles) for people in totals])


def _fitting(
    tables: Ints, cells: Mapping[Cell, Flags], known: Mapping[Cell, Interval]
) -> dict[Cell, Ints]:
    fits = tables[_fits(tables, cells, known)]
    return {cell: fits @ here for cell, here in cells.items()}


def _fits(tables: Ints, cells: Mapping[Cell, Flags], known: Mapping[Cell, Interval]) -> Flags:
    found = np.ones(len(tables), dtype=bool)
    for cell, (low, high) in known.items():
        counts = tables @ cells[cell]
        found &= (counts >= low) & (counts <= (np.inf if high is None else high))
    return found


def colleagues_see(
    names: Mapping[Cell, str],
    cells: Mapping[Cell, Flags],
    known: Mapping[Cell, Interval],
    truth: Ints,
    k: int,
    coalition: int,
) -> set[Verdict]:
    """What real people see of the others when they know the profiles of each other.

    Args:
        names: of declared groups.
        cells: which profiles are in each cell.
        known: of each declared cell.
        truth: people in each profile, shape (profiles,).
        k: people.
        coalition: how many they are; every choice of real people is tried.
    """
    tables = _every(cells, known)
    tables = tables[_fits(tables, cells, known)]
    found: set[Verdict] = set()
    for places in combinations_with_replacement(np.flatnonzero(truth).tolist(), coalition):
        taken = np.bincount(places, minlength=len(truth))
        if (taken > truth).any():
            continue
        others = tables[(tables >= taken).all(axis=1)] - taken
        left = {cell: int(taken @ here) for cell, here in cells.items()}
        of_others: dict[Cell, Interval] = {
            cell: (max(0.0, low - left[cell]), None if high is None else high - left[cell])
            for cell, (low, high) in known.items()
        }
        fits = {cell: others @ here for cell, here in cells.items()}
        found |= set(Publication(names, [of_others], [fits], k - coalition).verdicts())
    return found
