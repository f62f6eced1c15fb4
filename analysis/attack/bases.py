"""The auditor's look at bases: every sum and difference at once, within and between tables.

For each table it writes down the whole grid of counts, with "not known" as a further part of every
group that has parts, and lets a linear program find how large and how small each hidden count can
be. Grids share their margins, so tables, levels and roll-ups are attacked together. For an item the
grid is written down three times: those who answered, those who did not, and both together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.attack.breaches import Breach
from analysis.attack.grid import Cell, grid
from analysis.attack.searching import FittingTables, Reals
from analysis.plan import TablePlan
from analysis.release.known import Interval, has_own_bases, of_item, of_people
from analysis.release.model import Release

Positions = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_NEARLY = 1e-6

_NARROW = 3
"""Counts known to within so many people are looked at again in whole numbers."""

_FEW = 3
"""A table that fills fewer counts than this is looked for one count at a time."""

_MOST_WORTH = 50.0
"""Where many counts are filled at once, the last is worth so many times as much as the first."""

_NOTHING: Interval = (0.0, None)


def attack_bases(release: Release, plan: TablePlan | None = None) -> Iterator[Breach]:
    """What sums and differences of published bases give away, for groups and for items."""
    for laid_out in attacks(release, plan):
        yield from laid_out().breaches()


def attacks(release: Release, plan: TablePlan | None = None) -> Iterator[Callable[[], Attack]]:
    """The attack on the groups, then one on each item or theme with bases of its own.

    Each is laid out when it is called for, which takes some memory.
    """
    cells, equations = grid(release, plan)
    names = {row.values: row.group for row in release.groups}
    people = {row.values: of_people(release, row.group) for row in release.groups}
    k = release.manifest.policy["k"]
    pairs = _containing(release)
    yield partial(Attack, "", cells, equations, names, [people], k, pairs)
    for measure in release.measure_by_id:
        if has_own_bases(release, measure):
            own = {row.values: of_item(release, row.group, measure) for row in release.groups}
            known = [own, {}, people]
            yield partial(Attack, measure, cells, equations, names, known, k, pairs)


def _together(equations: sparse.csr_array, cells: int) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Equations of those who answered and of those who did not, and the sums: both together."""
    one = sparse.eye_array(cells)
    halves = sparse.block_diag([equations, equations], format="csr")
    return halves, sparse.csr_array(sparse.hstack([one, one]))


def _containing(release: Release) -> list[tuple[Cell, Cell]]:
    """Each declared group that contains another one, and that other."""
    parents = [
        {value: parent or "" for value, _, _, parent in breakdown.values}
        for breakdown in release.manifest.breakdowns
    ]
    declared = {row.values for row in release.groups}
    return [
        (above, row.values)
        for row in release.groups
        for above in product(*map(_upwards, row.values, parents))
        if above != row.values and above in declared
    ]


def _upwards(value: str, parents: Mapping[str, str]) -> list[str]:
    """A value, all values above it, and everybody."""
    found = [value]
    while found[-1]:
        found.append(parents[found[-1]])
    return found


class Attack:
    """One set of bases: of the groups, or of one item together with the groups.

    Attributes:
        measure: the item or theme; empty for the groups alone.
        cells: the grid.
        equations: of the grid.
        low, high: the fewest and the most people of each cell, shape (cells,).
        fits: the tables that fit, and those that were found.
    """

    def __init__(
        self,
        measure: str,
        cells: Mapping[Cell, int],
        equations: sparse.csr_array,
        names: Mapping[Cell, str],
        known: Sequence[Mapping[Cell, Interval]],
        k: int,
        pairs: Sequence[tuple[Cell, Cell]],
    ) -> None:
        """Lay the attack out.

        Args:
            measure: the item or theme; empty for the groups alone.
            cells: the grid.
            equations: of the grid.
            names: of the declared groups.
            known: what is known of the groups; or of those who answered, of those who did not,
                and of both together.
            k: people.
            pairs: a declared group, and one that contains it.
        """
        self.measure, self.cells, self.equations = measure, cells, equations
        self._names, self._known, self._k, self._pairs = names, known, k, pairs
        ceiling = 4 * max([k, *(high or 0.0 for one in known for _, high in one.values())])
        bounds = [one.get(cell, _NOTHING) for one in known for cell in cells]
        self.low = np.array([low for low, _ in bounds])
        self.high = np.array([ceiling if high is None else high for _, high in bounds])
        halves, sums = (equations, None) if len(known) == 1 else _together(equations, len(cells))
        self.fits = FittingTables(halves, self.low, self.high, sums)

    def without(self, people: Reals, k: int) -> Attack:
        """The attack on the groups once more, when some people are known and taken out.

        Args:
            people: how many are taken out of each cell, shape (cells,).
            k: fewest others that a hidden group may be known to have.
        """
        (known,) = self._known
        others = {
            cell: (
                max(0.0, low - people[self.cells[cell]]),
                None if high is None else high - people[self.cells[cell]],
            )
            for cell, (low, high) in known.items()
        }
        return Attack("", self.cells, self.equations, self._names, [others], k, self._pairs)

    def breaches(self, of: Collection[str] | None = None) -> Iterator[Breach]:
        """Try every shown, hidden and unknown count, and every rest; or those of some names."""
        unknown = [at for cell, at in self.cells.items() if cell not in self._names]
        if self.fits.search(dict.fromkeys(unknown, 1.0)) is None:
            yield Breach("contradiction", "force", f"no table fits the published bases{self._of}")
            return
        self._empty(np.array(unknown, dtype=np.int64))
        self._fill()
        for cell, at in self.cells.items():
            if of is not None and (self._names.get(cell) or _words(cell)) not in of:
                continue
            if cell not in self._names:
                yield from self._unknown(cell, at)
            elif self._known[0][cell][1] is None or self._known[0][cell][0] == 0.0:
                yield from self._hidden(cell, at, self._known[0][cell])
            elif (self._known[0][cell][1] or 0.0) < self._k:
                name = self._names[cell]
                words = f"{name} is shown with a base under {self._k}{self._of}"
                yield Breach("threshold", name, words)
        yield from self._rests(of)
        if len(self._known) > 1:
            yield from self._beside()

    def _fill(self) -> None:
        """Search for many hidden counts at once: each that a table fills needs no search alone."""
        known, cells = self._known, self.cells
        hidden = [
            part * len(cells) + at
            for part in range(0, len(known), 2)
            for cell, at in cells.items()
            if cell in self._names
            if known[part][cell][1] is None or known[part][cell][0] == 0.0
        ]

        def are_few(left: Positions) -> Flags:
            most, least = self.fits.most[left], self.fits.least[left]
            return np.asarray((most < self._k - _NEARLY) | (most - least <= _NARROW))

        def cost(left: Positions, turn: int) -> Reals:
            # Those who can be enough already are made few in every other table.
            enough = self.fits.most[left] >= self._k - _NEARLY
            return np.where(enough & (turn % 2 == 1), 1.0, -1.0)

        self._search_together(np.array(hidden, dtype=np.int64), cost, are_few)

    def _empty(self, unknown: Positions) -> None:
        """Search for tables in which there is nobody in many unknown counts at once."""

        def are_few(left: Positions) -> Flags:
            somebody = self.fits.least[left] >= _NEARLY
            return np.asarray(somebody & (self.fits.most[left] < self._k - _NEARLY))

        self._search_together(unknown, lambda left, _: np.ones(len(left)), are_few)

    def _search_together(
        self,
        left: Positions,
        cost: Callable[[Positions, int], Reals],
        are_few: Callable[[Positions], Flags],
    ) -> None:
        """Search for many counts at once, until a table clears few of them.

        After the first, some are worth more than others, and others in the next one: all alike
        would come to the same ones again and again.
        """
        left, found = left[are_few(left)], [_FEW]
        while len(left) >= _FEW and max(found[-2:]) >= _FEW:
            turn = len(found) - 1
            worth = 1 + _MOST_WORTH * np.modf(left * turn * np.sqrt(2))[0] ** 4
            costs = cost(left, turn) * worth
            self.fits.search(dict(zip(left.tolist(), costs.tolist(), strict=True)))
            before, left = left, left[are_few(left)]
            found.append(len(before) - len(left))

    @property
    def _of(self) -> str:
        return f" ({self.measure})" if self.measure else ""

    def _beside(self) -> Iterator[Breach]:
        """Those who did not answer the item, or were not asked; and the groups beside it."""
        half = len(self.cells)
        self.fits.search(dict.fromkeys(range(half, 2 * half), 1.0))
        unknown = [2 * half + at for cell, at in self.cells.items() if cell not in self._names]
        self._empty(np.array([*range(half, 2 * half), *unknown], dtype=np.int64))
        for cell, at in self.cells.items():
            if self._is_few({half + at: 1.0}):
                name = self._names.get(cell) or _words(cell)
                most = self.fits.most[half + at]
                words = f"no more than {most:.0f} people of {name} left it out{self._of}"
                yield Breach("rest", self._names.get(cell, "force"), words)
            if cell not in self._names:
                yield from self._unknown(cell, 2 * half + at)
            elif self._known[2][cell][1] is None:
                yield from self._hidden(cell, 2 * half + at, self._known[2][cell])

    def _hidden(self, cell: Cell, at: int, known: Interval) -> Iterator[Breach]:
        """Nothing hidden may be few; nor known, unless the group itself is shown anyway."""
        name = self._names[cell]
        if not self._reaches({at: 1.0}) or self._never_reaches_whole(at):
            words = f"{name} can be no more than {self.fits.most[at]:.0f} people{self._of}"
            yield Breach("bound", name, words)
        elif known[1] is None and self._is_pinned(at):
            words = f"{name} can only be {self.fits.seen[-1][at]:.0f} people{self._of}"
            yield Breach("pinned", name, words)

    def _unknown(self, cell: Cell, at: int) -> Iterator[Breach]:
        """Those who did not say: known to be there, and few."""
        if self._is_few({at: 1.0}):
            name = _words(cell)
            most = self.fits.most[at]
            words = f"the shown parts leave {most:.0f} people of {name}{self._of}"
            yield Breach("rest", name, words)

    def _rests(self, of: Collection[str] | None) -> Iterator[Breach]:
        """A shown group taken from a shown group that contains it."""
        known = self._known[0]
        shown = {cell for cell, (low, high) in known.items() if low > 0 and high is not None}
        pairs = [
            pair
            for pair in self._pairs
            if shown.issuperset(pair) and (of is None or self._names[pair[1]] in of)
        ]
        places = np.array([[self.cells[cell] for cell in pair] for pair in pairs], dtype=np.int64)
        above, part = places.reshape(-1, 2).T
        clear = np.zeros(len(pairs), dtype=bool)
        for table in self.fits.seen:
            people = table[above] - table[part]
            clear |= (people < _NEARLY) | (people >= self._k - _NEARLY)
        for at in np.flatnonzero(~clear).tolist():
            costs = {int(above[at]): 1.0, int(part[at]): -1.0}
            if self._is_few(costs):
                whole, name = (self._names[cell] for cell in pairs[at])
                less = {cell: -sign for cell, sign in costs.items()}
                words = f"{whole} without {name} is {-self.fits.seen_least(less):.0f} people"
                yield Breach("rest", name, f"{words}{self._of}")

    def _is_few(self, costs: Mapping[int, float]) -> bool:
        """Whether somebody must be there, and fewer than k."""
        if self._may_be_nobody(costs) or self._reaches(costs):
            return False
        self.fits.search(costs)
        return not self._may_be_nobody(costs)

    def _may_be_nobody(self, costs: Mapping[int, float]) -> bool:
        return self.fits.seen_least(costs) < _NEARLY

    def _reaches(self, costs: Mapping[int, float]) -> bool:
        less = {cell: -sign for cell, sign in costs.items()}
        if -self.fits.seen_least(less) >= self._k - _NEARLY:
            return True
        self.fits.search(less)
        return -self.fits.seen_least(less) >= self._k - _NEARLY

    def _is_pinned(self, at: int) -> bool:
        """Whether it can be one whole number only."""
        low, high = self._range(at, 1 - _NEARLY)
        if high - low < 1 - _NEARLY:
            return True
        low, high = self._range(at, _NARROW + _NEARLY)
        if high - low > _NARROW:
            return False
        whole = range(int(np.ceil(low - _NEARLY)), int(np.floor(high + _NEARLY)) + 1)
        found = (people for people in whole if self.fits.whole(at, people, people) is not None)
        return next(found, None) is None or next(found, None) is None

    def _never_reaches_whole(self, at: int) -> bool:
        """Whether only fractions of people reach k."""
        low, high = self._range(at, _NARROW + _NEARLY)
        if high - low > _NARROW or self.fits.seen_whole(at, self._k):
            return False
        return self.fits.whole(at, self._k, np.inf) is None

    def _range(self, at: int, enough: float) -> tuple[float, float]:
        """The fewest and most people, as exactly as it takes to see that they are far apart."""
        for sign in (1.0, -1.0):
            if self.fits.most[at] - self.fits.least[at] < enough:
                self.fits.search({at: sign})
        return self.fits.least[at], self.fits.most[at]


def _words(cell: Cell) -> str:
    return " & ".join(value for value in cell if value)
