"""Counting: once at the finest cells, then adding up.

Each respondent gets the number of their finest cell (their categories of every variable that a
breakdown uses; unknown is a category); every item is one `bincount` over (cell, answer); every
group is a sum of cells, by a sparse 0/1 matrix. The cost is one pass over the answers, whatever the
number of tables. Everything is held as whole numbers (shares and weights in steps of 2**-20), so
sums are exact: neither the order of respondents nor the way they are split into parts can be seen
in the result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.cells import Cells, group_matrix, number_cells
from analysis.codebook import Codebook
from analysis.errors import DataError
from analysis.microdata import HEAVIEST, LIGHTEST, Microdata
from analysis.numbering import is_small
from analysis.plan import TablePlan
from analysis.theme_values import STEP, ThemeWays, Ways, parts, steps, theme_ways

Ints = npt.NDArray[np.int64]

_MOST_WEIGHT = 2.0**22


@dataclass(frozen=True)
class ItemSums:
    """Answers to one item; one row per cell or group.

    Attributes:
        people: respondents by category, shape (rows, categories + 1); last column: no answer.
        weight: their weights in steps of `STEP`, same shape; None when unweighted.
        weight_squared: their squared weights likewise.
    """

    people: Ints
    weight: Ints | None = None
    weight_squared: Ints | None = None


@dataclass(frozen=True)
class ThemeSums:
    """One theme over the respondents who answered at least half of it; one row per cell or group.

    Attributes:
        people: how many they are, shape (rows,).
        total: sums of `VALUES` over them in steps of `STEP`, shape (rows, 4).
        squares: sums of squares in steps of `STEP` squared, shape (rows, 4).
        weight: sum of weights and of squared weights, shape (rows, 2), in steps of `STEP`.
        weighted_total, weighted_squares: weighted sums and sums of squares, both in steps of
            `STEP` squared, shape (rows, 4). All three are None when unweighted.
    """

    people: Ints
    total: Ints
    squares: Ints
    weight: Ints | None = None
    weighted_total: Ints | None = None
    weighted_squares: Ints | None = None


@dataclass(frozen=True)
class Sums:
    """Everything that was counted, one row per cell, group or rest of a group.

    Attributes:
        people: respondents, shape (rows,).
    """

    people: Ints
    items: Mapping[str, ItemSums]
    themes: Mapping[str, ThemeSums]

    def combined(self, matrix: sparse.csr_array) -> Sums:
        """Linear combinations of the rows; `matrix` has one column for each of them."""

        def of(array: Ints) -> Ints:
            return _product(matrix, array)

        return self._each(of)

    def unweighted(self) -> Sums:
        """The same counts without the weights."""
        return Sums(
            self.people,
            {name: ItemSums(item.people) for name, item in self.items.items()},
            {
                name: ThemeSums(theme.people, theme.total, theme.squares)
                for name, theme in self.themes.items()
            },
        )

    def _each(self, of: Callable[[Ints], Ints]) -> Sums:
        def maybe(array: Ints | None) -> Ints | None:
            return None if array is None else of(array)

        items = {
            name: ItemSums(of(item.people), maybe(item.weight), maybe(item.weight_squared))
            for name, item in self.items.items()
        }
        themes = {
            name: ThemeSums(
                *(of(theme.people), of(theme.total), of(theme.squares)),
                *(maybe(theme.weight), maybe(theme.weighted_total), maybe(theme.weighted_squares)),
            )
            for name, theme in self.themes.items()
        }
        return Sums(of(self.people), items, themes)


@dataclass(frozen=True)
class Tally:
    """What was counted of some respondents, at the finest cells; two tallies of one codebook add.

    Attributes:
        cells: the occupied finest cells, in lexicographic order.
        at_cells: the counts, one row per cell.
    """

    codebook: Codebook
    plan: TablePlan
    cells: Cells
    at_cells: Sums

    @cached_property
    def at_groups(self) -> Sums:
        """The counts, one row per group in the order of `plan.groups`."""
        return self.at_cells.combined(group_matrix(self.codebook, self.plan, self.cells))

    def __add__(self, other: Tally) -> Tally:
        if (self.codebook, self.plan) != (other.codebook, other.plan):
            raise DataError("Tallies of different questionnaires cannot be added.")
        if self.weighted != other.weighted and len(self.cells) and len(other.cells):
            raise DataError("A weighted and an unweighted tally cannot be added.")
        cells, matrices = self.cells.merged(other.cells)
        parts = [
            tally.at_cells.combined(matrix)
            for tally, matrix in zip((self, other), matrices, strict=True)
        ]
        found = _added(*parts)
        for item in found.items.values():
            if item.weight is not None and item.weight_squared is not None:
                _expect_room(item.weight.sum() * STEP, float(item.weight_squared.sum()))
                break  # everybody is in every item, with an answer or without one
        return Tally(self.codebook, self.plan, cells, found)

    @property
    def weighted(self) -> bool:
        """Whether weights were counted too."""
        return any(item.weight is not None for item in self.at_cells.items.values())


def tally(codebook: Codebook, plan: TablePlan, microdata: Microdata) -> Tally:
    """Count the answers of `microdata` once.

    Raises:
        DataError: if microdata and codebook do not fit, or a weight cannot be one.
    """
    microdata.check(codebook)
    weights = None if microdata.weights is None else _weight_steps(microdata.weights)
    cells, cell_of = number_cells(codebook, plan, microdata)
    count = _Counter(cell_of, len(cells), weights)
    items = {
        item.id: count.item(microdata.items[item.id], len(item.codes)) for item in codebook.items
    }
    themes = {
        theme.id: count.theme(theme_ways(codebook, theme, microdata)) for theme in codebook.themes
    }
    return Tally(codebook, plan, cells, Sums(cells.people, items, themes))


@dataclass(frozen=True)
class _Counter:
    """Sums over cells: `cell_of` is the cell of each respondent."""

    cell_of: Ints
    cells: int
    weights: Ints | None
    _first: dict[int, Ints] = field(default_factory=dict, init=False)

    @cached_property
    def _keys(self) -> tuple[Ints, Ints]:
        """Room for a number of each respondent, twice; made once, as memory is slow to get."""
        return np.empty_like(self.cell_of), np.empty_like(self.cell_of)

    @cached_property
    def squared(self) -> Ints | None:
        """The squared weights, in steps of `STEP`."""
        return None if self.weights is None else steps((self.weights * STEP) ** 2)

    def item(self, answers: npt.NDArray[np.int16], categories: int) -> ItemSums:
        """Answers by category; no answer, -1, is counted first in each cell."""
        width = categories + 1
        if width not in self._first:
            self._first[width] = self.cell_of * width + 1
        first, (key, _) = self._first[width], self._keys
        for part in parts(len(key)):
            np.add(first[part], answers[part], out=key[part])
        people = self._bins(key, width, None)
        if self.weights is None:
            return ItemSums(people)
        weight, squared = (self._bins(key, width, of) for of in (self.weights, self.squared))
        return ItemSums(people, weight, squared)

    def theme(self, ways: ThemeWays) -> ThemeSums:
        """Sums of the values of who answered."""
        both = (ways.scores, ways.shares)
        keys = self._keys
        for part, *numbers in ways.parts():
            for key, one, number in zip(keys, both, numbers, strict=True):
                np.add(self.cell_of[part] * len(one), number, out=key[part])
        people, total, squares = self._by_way(keys, both, None, lambda values: values**2)
        if self.weights is None:
            return ThemeSums(people, total, squares)
        weight, weighted_total, weighted_squares = self._by_way(
            keys, both, self.weights, lambda values: steps((values * STEP) ** 2)
        )
        squared, _, _ = self._by_way(keys[:1], both[:1], self.squared, np.zeros_like)
        return ThemeSums(
            *(people, total, squares),
            weight=np.column_stack([weight, squared]),
            weighted_total=weighted_total,
            weighted_squares=weighted_squares,
        )

    def _by_way(
        self,
        keys: Sequence[Ints],
        ways: Sequence[Ways],
        weights: Ints | None,
        squared: Callable[[Ints], Ints],
    ) -> tuple[Ints, Ints, Ints]:
        """People (or weights), sums and sums of squares of the values, of who answered."""
        people: list[Ints] = []
        totals: list[Ints] = []
        squares: list[Ints] = []
        for key, one in zip(keys, ways, strict=True):
            values = one.values * one.answered[:, None]
            table = np.column_stack([one.answered, values, squared(values)])
            ends = (1, 1 + values.shape[1])
            sums = self._summed(key, np.ascontiguousarray(table.T), weights)
            for found, part in zip((people, totals, squares), np.split(sums, ends, 1), strict=True):
                found.append(part)
        return people[0][:, 0], np.hstack(totals), np.hstack(squares)

    def _summed(self, key: Ints, table: Ints, weights: Ints | None) -> Ints:
        """By cell, the sums of some values of each way; `table` has one column for each way."""
        size = table.shape[1]
        if is_small(self.cells * size, len(key)):
            counts = self._bincount(key, size, weights)
            return np.asarray(np.einsum("cw,vw->cv", counts, table))
        found, at = np.unique(key, return_inverse=True)
        counts = np.bincount(at, weights).astype(np.int64, copy=False)
        return _product(
            sparse.csr_array((counts, np.divmod(found, size)), (self.cells, size)), table.T
        )

    def _bins(self, key: Ints, width: int, weights: Ints | None) -> Ints:
        """People by cell and category, or their weights, "no answer" moved to the last column."""
        return np.roll(self._bincount(key, width, weights), -1, axis=1)

    def _bincount(self, key: Ints, width: int, weights: Ints | None) -> Ints:
        # bincount adds weights as floats: exact for whole numbers whose sum stays under 2**53.
        found = np.bincount(key, weights=weights, minlength=self.cells * width)
        return found.astype(np.int64, copy=False).reshape(self.cells, width)


def _product(matrix: sparse.csr_array, array: Ints) -> Ints:
    return np.asarray(matrix @ array, dtype=np.int64)


def _weight_steps(weights: npt.NDArray[np.float64]) -> Ints:
    wrong = ~((weights >= LIGHTEST) & (weights <= HEAVIEST))
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"The weight of answer {first + 1} is {weights[first]}; a weight is a number from "
            f"{LIGHTEST:g} to {HEAVIEST:g}. Scale the weights to a mean of about 1."
        )
    _expect_room(weights.sum(), (weights**2).sum() / STEP)
    return steps(weights)


def _expect_room(weight: float, squared: float) -> None:
    """Sums stay exact up to here: 2**62 in 64 bits, and squares 2**53 as floats."""
    if weight >= _MOST_WEIGHT or squared >= 2**53:
        raise DataError("The weights are too large together: scale them to a mean of about 1.")


def _added(one: Sums, other: Sums) -> Sums:
    def plus(a: Ints | None, b: Ints | None) -> Ints | None:
        return None if a is None or b is None else a + b

    items = {
        name: ItemSums(
            a.people + b.people,
            plus(a.weight, b.weight),
            plus(a.weight_squared, b.weight_squared),
        )
        for (name, a), b in zip(one.items.items(), other.items.values(), strict=True)
    }
    themes = {
        name: ThemeSums(
            *(a.people + b.people, a.total + b.total, a.squares + b.squares),
            *(
                plus(a.weight, b.weight),
                plus(a.weighted_total, b.weighted_total),
                plus(a.weighted_squares, b.weighted_squares),
            ),
        )
        for (name, a), b in zip(one.themes.items(), other.themes.values(), strict=True)
    }
    return Sums(one.people + other.people, items, themes)
