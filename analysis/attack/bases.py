"""The auditor's look at bases: every sum and difference at once, within and between tables.

For each table it writes down the whole grid of counts, with "not known" as a further part of every
group that has parts, and lets a linear program find how large and how small each hidden count can
be. Grids share their margins, so tables, levels and roll-ups are attacked together. For an item the
grid is written down three times: those who answered, those who did not, and both together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import linprog

from analysis.attack.breaches import Breach
from analysis.attack.grid import Cell, grid
from analysis.plan import TablePlan
from analysis.release.model import Release

Interval = tuple[float, float | None]

Reals = npt.NDArray[np.float64]

_NEARLY = 1e-6

_NARROW = 3
"""Counts known to within so many people are looked at again in whole numbers."""


def attack_bases(release: Release, plan: TablePlan | None = None) -> Iterator[Breach]:
    """What sums and differences of published bases give away, for groups and for items."""
    cells, equations = grid(release, plan)
    groups = {row.values: row.group for row in release.groups}
    known = {row.values: _of_group(release, row.base) for row in release.groups}
    k = release.manifest.policy["k"]
    yield from _Attack("", cells, equations, groups, known, k).breaches()
    together = _together(equations, len(cells))
    for measure in release.measure_by_id:
        own = {row.values: _of_item(release, row.group, measure) for row in release.groups}
        silent = any(
            release.estimate_by_key[row.group, measure].base is None
            for row in release.groups
            if row.base is not None and (row.group, measure) in release.estimate_by_key
        )
        stated = any(
            row.base is not None and _base(release, row.group, measure) not in (row.base, None)
            for row in release.groups
        )
        if silent or stated:
            attack = _Attack(measure, cells, together, groups, own, k, known)
            yield from (*attack.breaches(), *attack.silent())


def _base(release: Release, group: str, measure: str) -> int | None:
    row = release.estimate_by_key.get((group, measure))
    return None if row is None else row.base


def _of_group(release: Release, base: int | None) -> Interval:
    """What a published base says: exact from `fine_base`, rounded below; nothing when hidden."""
    if base is None:
        return 0.0, None
    policy = release.manifest.policy
    half = (policy["base_step"] - 1) // 2
    if base > policy["fine_base"]:
        return float(base), float(base)
    low = base - half
    high = base if base == policy["fine_base"] else min(base + half, policy["fine_base"] - 1)
    return float(low), float(high)


def _of_item(release: Release, group: str, measure: str) -> Interval:
    """What is known of an item's base: its own, or nearly all of the group, or at most all."""
    whole = release.group_by_id[group].base
    low, high = _of_group(release, whole)
    own = _base(release, group, measure)
    if own is None:
        return 0.0, high
    if own == whole:
        # Nine tenths of the group; or three quarters, when fewer than k did not answer.
        k, fine = release.manifest.policy["k"], release.manifest.policy["fine_base"]
        nearly = max(np.ceil(0.75 * low), low - k + 1) if low < fine else low
        return float(min(np.ceil(0.9 * low), nearly)), high
    return _of_group(release, own)


def _together(equations: sparse.csr_array, cells: int) -> sparse.csr_array:
    """Equations of those who answered, those who did not, and both."""
    # The first two make the third.
    one = sparse.eye_array(cells)
    halves = sparse.block_diag([equations, equations, sparse.csr_array((0, cells))])
    return sparse.csr_array(sparse.vstack([halves, sparse.hstack([one, one, -one])]))


class _Attack:
    """One set of bases: of the groups, or of one item."""

    def __init__(
        self,
        measure: str,
        cells: Mapping[Cell, int],
        equations: sparse.csr_array,
        groups: Mapping[Cell, str],
        known: Mapping[Cell, Interval],
        k: int,
        people: Mapping[Cell, Interval] | None = None,
    ) -> None:
        self._measure, self._cells, self._groups, self._k = measure, cells, groups, k
        self._known, self._equations = known, equations
        every = [known] if people is None else [known, {}, people]
        ceiling = 4 * max([k, *(high or 0.0 for one in every for _, high in one.values())])
        bounds = [one.get(cell, (0.0, None)) for one in every for cell in cells]
        self._bounds = np.array([(low, ceiling if high is None else high) for low, high in bounds])
        self._seen: list[Reals] = []

    def breaches(self) -> Iterator[Breach]:
        """Try every shown, hidden and unknown count."""
        unknown = [at for cell, at in self._cells.items() if cell not in self._groups]
        if self._extreme(unknown, 1.0) is None:
            yield Breach("contradiction", "force", f"no table fits the published bases{self._of}")
            return
        for cell, at in self._cells.items():
            if cell not in self._groups:
                yield from self._unknown(cell, at)
            elif self._known[cell][1] is None or self._known[cell][0] == 0.0:
                yield from self._hidden(cell, at)
            elif (self._known[cell][1] or 0.0) < self._k:
                name = self._groups[cell]
                words = f"{name} is shown with a base under {self._k}{self._of}"
                yield Breach("threshold", name, words)
        yield from self._rests()

    @property
    def _of(self) -> str:
        return f" ({self._measure})" if self._measure else ""

    def silent(self) -> Iterator[Breach]:
        """Those who did not answer the item, or were not asked: known to be there, and few."""
        half = len(self._cells)
        if self._extreme(list(range(half, 2 * half)), 1.0) is None:
            return
        for cell, at in self._cells.items():
            if self._is_few(half + at):
                name = self._groups.get(cell) or " & ".join(value for value in cell if value)
                most = max(seen[half + at] for seen in self._seen)
                words = f"no more than {most:.0f} people of {name} left it out{self._of}"
                yield Breach("rest", self._groups.get(cell, "force"), words)

    def _hidden(self, cell: Cell, at: int) -> Iterator[Breach]:
        """Nothing hidden may be few; nor known, unless the group itself is shown anyway."""
        name = self._groups[cell]
        if not self._reaches(at) or self._never_reaches_whole(at):
            most = max(seen[at] for seen in self._seen)
            words = f"{name} can be no more than {most:.0f} people{self._of}"
            yield Breach("bound", name, words)
        elif self._known[cell][1] is None and self._is_pinned(at):
            words = f"{name} can only be {self._seen[-1][at]:.0f} people{self._of}"
            yield Breach("pinned", name, words)

    def _unknown(self, cell: Cell, at: int) -> Iterator[Breach]:
        """Those who did not say: known to be there, and few."""
        if self._is_few(at):
            name = " & ".join(value for value in cell if value)
            words = f"the shown parts leave {self._seen[-1][at]:.0f} people of {name}{self._of}"
            yield Breach("rest", name, words)

    def _is_few(self, at: int) -> bool:
        """Whether somebody must be there, and fewer than k."""
        if min(seen[at] for seen in self._seen) < 1 - _NEARLY or self._reaches(at):
            return False
        self._extreme([at], 1.0)
        return bool(min(seen[at] for seen in self._seen) >= 1 - _NEARLY)

    def _rests(self) -> Iterator[Breach]:
        """A shown group taken from a shown group that contains it."""
        shown = [
            (cell, low, high)
            for cell, (low, high) in self._known.items()
            if low > 0 and high is not None
        ]
        by_cell = {cell: (low, high) for cell, low, high in shown}
        for cell, low, high in shown:
            for above in self._above(cell):
                if above == cell or above not in by_cell:
                    continue
                least, most = by_cell[above][0] - high, by_cell[above][1] - low
                if least >= 1 and most < self._k:
                    name = self._groups[cell]
                    words = f"{self._groups[above]} without {name} is {most:.0f} people{self._of}"
                    yield Breach("rest", name, words)

    def _above(self, cell: Cell) -> Iterator[Cell]:
        yield from product(*({value, ""} if value else {""} for value in cell))

    def _reaches(self, at: int) -> bool:
        if not any(seen[at] >= self._k - _NEARLY for seen in self._seen):
            self._extreme([at], -1.0)
        return any(seen[at] >= self._k - _NEARLY for seen in self._seen)

    def _width(self, at: int) -> float:
        for sign in (1.0, -1.0):
            values = [seen[at] for seen in self._seen]
            if max(values) - min(values) < 1 - _NEARLY:
                self._extreme([at], sign)
        values = [seen[at] for seen in self._seen]
        return float(max(values) - min(values))

    def _is_pinned(self, at: int) -> bool:
        """Whether it can be one whole number only."""
        if self._width(at) < 1 - _NEARLY:
            return True
        low, high = self._range(at)
        if high - low > _NARROW:
            return False
        whole = range(int(np.ceil(low - _NEARLY)), int(np.floor(high + _NEARLY)) + 1)
        return sum(self._is_whole(at, people, people) for people in whole) < 2

    def _never_reaches_whole(self, at: int) -> bool:
        """Whether only fractions of people reach k."""
        low, high = self._range(at)
        return high - low <= _NARROW and not self._is_whole(at, self._k, None)

    def _range(self, at: int) -> tuple[float, float]:
        """The fewest and most people, as exactly as it takes to see that they are far apart."""
        for sign in (1.0, -1.0):
            values = [seen[at] for seen in self._seen]
            if max(values) - min(values) <= _NARROW:
                self._extreme([at], sign)
        values = [seen[at] for seen in self._seen]
        return min(values), max(values)

    def _is_whole(self, at: int, low: float, high: float | None) -> bool:
        """Whether a table of whole numbers has a count within limits."""
        bounds = self._bounds.copy()
        bounds[at] = (max(low, bounds[at][0]), min(np.inf if high is None else high, bounds[at][1]))
        if bounds[at][0] > bounds[at][1]:
            return False
        found = linprog(  # type: ignore[call-overload]
            np.zeros(len(bounds)),
            A_eq=self._equations,
            b_eq=np.zeros(self._equations.shape[0]),
            bounds=bounds,
            integrality=np.ones(len(bounds)),
            method="highs",
        )
        return bool(found.status == 0)

    def _extreme(self, at: list[int], sign: float) -> Reals | None:
        """A table with the smallest (largest, for sign -1) sum of some cells, and remember it."""
        cost = np.zeros(len(self._bounds))
        cost[at] = sign
        found = linprog(  # type: ignore[call-overload]
            cost,
            A_eq=self._equations,
            b_eq=np.zeros(self._equations.shape[0]),
            bounds=self._bounds,
            method="highs-ds",
        )
        if found.status != 0:
            return None
        table: Reals = found.x
        self._seen.append(table)
        return table
