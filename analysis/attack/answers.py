"""The auditor's look at answers inside groups that are not shown: all but nobody, or nearly all.

Every cell of the grid holds people who answered so and people who answered otherwise. Published
bases say how many they are together, published shares how they lie to each other; neither is known
of a hidden cell. An attacker asks of each small one whether, whatever fits, nearly all or next to
nobody in it answered so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property

import numpy as np
from scipy import sparse

from analysis.attack.breaches import Breach
from analysis.attack.fitting import Fitting, Reals
from analysis.attack.from_groups import made_of_groups
from analysis.attack.grid import Cell, grid
from analysis.attack.indices import MEAN, figures_of, is_of_all
from analysis.attack.numerators import few_told
from analysis.attack.small_cells import SmallCells, Target
from analysis.attack.states import edges, said_of_item
from analysis.attack.told import Interval, of_people, people, rest_share, shares, shown_in
from analysis.cores import on_every_core
from analysis.plan import FORCE, TablePlan
from analysis.release.model import Release
from analysis.release.rows import ComparisonRow, EstimateRow, MeasureRow
from analysis.release.sides import is_side

Row = tuple[tuple[tuple[int, float], ...], Interval]
"""A sum of cells, and what its share lies between."""

Candidates = Callable[[str, Collection[str]], Iterable[tuple[Reals, Reals]]]
"""Item and its categories that count as answered so, or theme and its reading or score -> tables
that may fit: those who answered so, and otherwise, in each group of the Release, (groups,) each."""

Told = tuple[Collection[str], Interval]
"""Groups, and what the share of positive answers of all of them together lies between."""

Said = Mapping[str, Collection[Told]]
"""Item or theme -> what else is known of its positive answers."""

_EVERY: Interval = (0.0, 1.0)
_NEARLY = 1e-4
_NEARLY_ALL, _NEARLY_NOBODY = 0.9, 0.1


def attack_answers(
    release: Release,
    plan: TablePlan | None = None,
    *,
    everybody_answered: bool = False,
    whole_people: bool = True,
    candidates: Candidates | None = None,
    said: Said | None = None,
    nobody: Collection[Cell] = (),
    themes: bool = True,
) -> Iterator[Breach]:
    """Groups of fewer than 2k people of whom it is known how nearly all, or nobody, answered.

    Args:
        release: what is published.
        plan: as for `audit`.
        everybody_answered: guess that an item was answered by all on whose base it stands. A
            reader may; what follows from it is right only where they did.
        whole_people: count the people behind a share, where it is known how many answered.
        candidates: gives tables to try first, which spares most of the search. They are held
            against everything published like any others, so they change nothing of what is found.
        said: what else is known of items, or of positive answers to themes; with it nothing else
            is looked at.
        nobody: cells in which nobody can be.
        themes: whether their figures are looked at too. A mean of item percents is where everybody
            is guessed to have answered: else it is of nobody's answers.
    """
    if release.manifest.weight is not None:
        return  # Weighted shares are not people.
    cells, equations = grid(release, plan)
    guess = everybody_answered, whole_people
    attack = _Attack(release, cells, equations, guess, candidates, said or {}, nobody)
    items = [
        measure
        for measure in release.measures
        if (
            measure.kind == "item"
            or (themes and (everybody_answered or measure.index == "respondent_mean"))
            if said is None
            else measure.measure in said
        )
    ]
    # First who is small: what an item tells then depends on no other item.
    attack.small.look(one.measure for one in items)
    every = on_every_core(
        lambda item: list(attack.item(item)),
        items,
        groups=len(release.groups),
        # Of these it is asked besides how few answered so.
        length=lambda item: float(item.sensitive),
    )
    for found in every:
        yield from found


class _Attack:
    def __init__(
        self,
        release: Release,
        cells: Mapping[Cell, int],
        equations: sparse.csr_array,
        guess: tuple[bool, bool],
        candidates: Candidates | None,
        said: Said,
        nobody: Collection[Cell],
    ) -> None:
        self._said, self._nobody = said, sorted(nobody)
        self._release, self._cells = release, cells
        self._exact, self._whole = guess
        self._candidates = candidates
        self._equations = equations
        self._width = len(cells)
        self._halves = sparse.block_diag([equations, equations], format="csr")
        self.small = SmallCells(release, cells, equations, nobody)
        self._fits = Fitting()

    @cached_property
    def _comparisons(self) -> dict[str, list[ComparisonRow]]:
        found: dict[str, list[ComparisonRow]] = {}
        for row in self._release.comparisons:
            # What follows from other rows, which `check` makes sure of, tells nothing new.
            if not is_side(self._release, row):
                found.setdefault(row.measure, []).append(row)
        return found

    @cached_property
    def _cell_sums(self) -> sparse.csr_array:
        return made_of_groups(self._release, self._cells, self._equations)

    def item(self, measure: MeasureRow) -> Iterator[Breach]:
        """Every way of answering one item."""
        targets = self.small.of(measure.measure)
        banded = measure.sensitive and measure.kind == "item" and not self._said
        if not targets and not banded:
            return
        bases = self._bases(measure.measure)
        for way, of_group in self._shares(measure).items():
            looked = [
                target
                for target in targets
                if not target.shown or of_group.get(target.told_by, _EVERY)[1] > _NEARLY_ALL
            ]
            if looked or banded:
                rows = self._rows(measure, way, of_group)
                if self._whole and measure.kind == "item":
                    rows = (_in_people(row, bases) for row in rows)
                self._fits.take(*self._system(bases, list(rows)))
                for halves in self._tried_first(measure, way):
                    self._fits.offer(np.concatenate([self._cell_sums @ one for one in halves]))
                yield from self._known(measure.measure, way, looked) if looked else ()
                yield from self._few(measure.measure, way, of_group, bases[1]) if banded else ()

    def _tried_first(self, measure: MeasureRow, way: str) -> Iterable[tuple[Reals, Reals]]:
        if self._candidates is None or measure.index == "mean_of_items":
            return ()
        so = [code for code, _, reading in measure.categories if way in (code, reading)]
        return self._candidates(measure.measure, so or ["score" if way == MEAN else way])

    def _few(
        self, item: str, way: str, told: Mapping[str, Interval], most: Reals
    ) -> Iterator[Breach]:
        at = {row.group: self._cells[row.values] for row in self._release.groups}
        cells = {group: at[group] for group in told}
        people = {group: most[cell] for group, cell in cells.items()}
        few = self._release.manifest.policy["min_numerator"]
        for group, words in few_told(self._fits, cells, told, people, few):
            yield Breach("numerator", group, f"{item}, {way} in {group}: {words}", item)

    def _known(self, item: str, way: str, looked: list[Target]) -> Iterator[Breach]:
        # Of a theme, people answer positively in part: no number of them is whole.
        whole = self._release.measure_by_id[item].kind == "item"
        # Of people who need not be there nothing is known: that clears nearly all at once.
        left = self._open(looked, whole=whole)
        targets = [one for _, one in self._not_cleared(self._everybody(left))]
        most = [(self._excess(target, _NEARLY_ALL), target) for target in targets]
        hidden = [target for target in targets if not target.shown]
        least = [(-self._excess(target, _NEARLY_NOBODY), target) for target in hidden]
        for target in self._always_positive(most):
            words = f"more than 90 % of {target.name} answered {item} with {way}"
            yield _breach(item, target, words)
        for target in self._always_positive(least):
            words = f"less than 10 % of {target.name} answered {item} with {way}"
            yield _breach(item, target, words)
        narrow = self._narrow(hidden) if whole else []
        for target in self._always_positive(self._everybody(narrow)):
            if self._is_pinned(target):
                words = f"it is known how many of {target.name} answered {item} with {way}"
                yield _breach(item, target, words)
        if not self._exact and self._fits.smallest(np.zeros(2 * self._width)) > 0:
            words = f"no table of answers fits what is published of {item} ({way})"
            yield Breach("contradiction", FORCE, words)

    def _open(self, targets: list[Target], *, whole: bool) -> list[Target]:
        """Targets of which the tables seen so far leave anything to be known."""
        seen = self._fits.tables()
        if not len(seen):
            return targets
        places = np.concatenate([target.cells for target in targets])
        starts = np.concatenate([[0], np.cumsum([len(target.cells) for target in targets])])
        shape = len(targets), self._width
        sums = sparse.csr_array((np.ones(len(places)), places, starts), shape)
        so, other = (sums @ half.T for half in np.hsplit(seen, 2))
        high = ((1 - _NEARLY_ALL) * so - _NEARLY_ALL * other).min(axis=1) > _NEARLY
        low = (_NEARLY_NOBODY * other - (1 - _NEARLY_NOBODY) * so).min(axis=1) > _NEARLY
        pinned = so.max(axis=1) - so.min(axis=1) < 1 - _NEARLY
        unseen = np.array([not target.shown for target in targets])
        left = high | unseen & (low | pinned & whole)
        return [target for target, still in zip(targets, left.tolist(), strict=True) if still]

    def _always_positive(self, looked: list[tuple[Reals, Target]]) -> Iterator[Target]:
        """The targets of which a functional is above 0 in every table of answers that fits."""
        left = self._not_cleared(looked)
        for functional, target in left:
            if self._fits.smallest(functional) > _NEARLY:
                table = self._fits.least(functional)
                if table is not None and functional @ table > _NEARLY:
                    yield target

    def _not_cleared(self, looked: list[tuple[Reals, Target]]) -> list[tuple[Reals, Target]]:
        """Those that a table which makes all small together does not clear."""
        left = [one for one in looked if self._fits.smallest(one[0]) > _NEARLY]
        while left:
            table = self._fits.least(np.sum([functional for functional, _ in left], axis=0))
            if table is None:
                return []  # No table fits at all.
            still = [one for one in left if one[0] @ table > _NEARLY]
            if len(still) == len(left):
                break
            left = still
        return left

    def _everybody(self, targets: list[Target]) -> list[tuple[Reals, Target]]:
        return [(self._sum(target, 1.0, 1.0), target) for target in targets]

    def _narrow(self, targets: list[Target]) -> list[Target]:
        """Those in whom the number who answered so has not been seen to vary by one."""
        left = targets
        for sign in (1.0, -1.0):
            left = [
                target
                for target in left
                if self._fits.spread(self._sum(target, 1.0, 0.0)) < 1 - _NEARLY
            ]
            if left:
                self._fits.least(np.sum([self._sum(one, sign, 0.0) for one in left], axis=0))
        return left

    def _is_pinned(self, target: Target) -> bool:
        """Whether somebody is known to be there, and only one number of them can answer so."""
        so, everybody = self._sum(target, 1.0, 0.0), self._sum(target, 1.0, 1.0)
        tables = [self._fits.least(sought) for sought in (so, -so, everybody)]
        low, high, fewest = (
            math.nan if table is None else float(functional @ table)
            for functional, table in zip((so, so, everybody), tables, strict=True)
        )
        if math.isnan(low + high + fewest):
            return False
        if math.floor(high + _NEARLY) - math.ceil(low - _NEARLY) >= 1:
            return False
        return fewest >= 1 - _NEARLY

    def _excess(self, target: Target, share: float) -> Reals:
        """By how many those who answered so are more than a share of all."""
        return self._sum(target, 1.0 - share, -share)

    def _sum(self, target: Target, so: float, other: float) -> Reals:
        functional = np.zeros(2 * self._width)
        functional[list(target.cells)] = so
        functional[[self._width + at for at in target.cells]] = other
        return functional

    def _shares(self, measure: MeasureRow) -> dict[str, dict[str, Interval]]:
        """Way of answering -> group -> what its share lies between."""
        shown = sorted(shown_in(self._release, measure.measure))
        if measure.kind == "theme":
            rows = {group: self._release.estimate_by_key[group, measure.measure] for group in shown}
            if self._said:
                of = {group: edges(self._release, row) for group, row in rows.items()}
                return {"positive": of}
            return self._of_theme(measure, rows)
        found: dict[str, dict[str, Interval]] = {}
        said = said_of_item(self._release, measure)
        for group in shown:
            for way, limits in shares(self._release, measure, group).items():
                least, most = said.get(group, limits) if way in _positive(measure) else limits
                found.setdefault(way, {})[group] = max(limits[0], least), min(limits[1], most)
        return found

    def _of_theme(
        self, theme: MeasureRow, rows: Mapping[str, EstimateRow]
    ) -> dict[str, dict[str, Interval]]:
        """Readings and mean score of a theme; of item percents, where all answered every item."""
        by_people = theme.index == "respondent_mean"
        found: dict[str, dict[str, Interval]] = {}
        for group, row in rows.items():
            if by_people or is_of_all(self._release, group, theme.measure):
                for way, limits in figures_of(self._release, row).items():
                    found.setdefault(way, {})[group] = limits
        return found

    def _rows(self, measure: MeasureRow, way: str, told: Mapping[str, Interval]) -> Iterator[Row]:
        """Groups, and the rests that comparisons tell of."""
        at = {row.group: self._cells[row.values] for row in self._release.groups}
        for group, limits in told.items():
            yield ((at[group], 1.0),), limits
        if way in _positive(measure):
            for row in self._comparisons.get(measure.measure, ()):
                rest = rest_share(self._release, row)
                if rest is not None:
                    yield ((at[row.against], 1.0), (at[row.group], -1.0)), rest
            for groups, limits in self._said.get(measure.measure, ()):
                yield tuple((at[group], 1.0) for group in groups), limits

    def _system(
        self, bases: tuple[Reals, Reals], told: list[Row]
    ) -> tuple[sparse.csr_array, Reals, Reals]:
        """Rows and their limits: what adds up, bases, and shares from below and above."""
        # so >= low * (so + other), and so <= high * (so + other)
        entries = [
            (2 * number + above, at + other * self._width, sign * part)
            for number, (terms, (low, high)) in enumerate(told)
            for at, sign in terms
            for above, other, part in (
                (0, 0, 1 - low), (0, 1, -low), (1, 0, high - 1), (1, 1, high),
            )
        ]  # fmt: skip
        number, column, value = np.array(entries).T
        height = int(number.max()) + 1
        shape = (height, 2 * self._width)
        rows = sparse.csr_array((value, (number.astype(int), column.astype(int))), shape)
        # What is known of the other cells follows from what adds up.
        shown = [self._cells[one.values] for one in self._release.groups if one.base is not None]
        shown += [self._cells[one] for one in self._nobody]
        one = sparse.eye_array(self._width, format="csr")[shown]
        least, most = (limit[shown] for limit in bases)
        return (
            sparse.csr_array(sparse.vstack([self._halves, sparse.hstack([one, one]), rows])),
            np.concatenate([np.zeros(self._halves.shape[0]), least, np.zeros(height)]),
            np.concatenate([np.zeros(self._halves.shape[0]), most, np.full(height, np.inf)]),
        )

    def _bases(self, item: str) -> tuple[Reals, Reals]:
        """The fewest and most people who answered an item in each cell."""
        least, most = np.zeros(self._width), self.small.most.copy()
        for row in self._release.groups:
            at = self._cells[row.values]
            low, high = people(self._release, row.group, item, everybody=self._exact)
            least[at], most[at] = low, min(high, most[at])
        return least, most


def _in_people(row: Row, bases: tuple[Reals, Reals]) -> Row:
    """A share of a sum of cells as one of whole people, where it is known how many answered."""
    terms, limits = row
    n = round(sum(sign * bases[0][at] for at, sign in terms))
    exact = all(bases[0][at] == bases[1][at] for at, _ in terms)
    return (terms, of_people(limits, n)) if exact and n > 0 else row


def _positive(measure: MeasureRow) -> list[str]:
    """The ways of answering that are all of its positive answers."""
    positive = [code for code, _, reading in measure.categories if reading == "positive"]
    return ["positive", *positive] if len(positive) == 1 else ["positive"]


def _breach(item: str, target: Target, words: str) -> Breach:
    # The force's own figure is not withheld: nothing but another plan helps.
    return Breach("answers", target.told_by, words, "" if target.told_by == FORCE else item)
