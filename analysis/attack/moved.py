"""Two Releases of one wave with other answers: who came and who went, all lines at once.

The grid is written down three times: those who stayed, those who came, those who went. The attacker
takes it that no more people moved than must have, and asks of every set of finest cells whether
somebody in it moved for certain, but fewer than k.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from analysis.attack.alike import Beside
from analysis.attack.breaches import Breach
from analysis.attack.grid import Cell, grid
from analysis.attack.searching import FittingTables
from analysis.attack.sums import Range, shown_people
from analysis.attack.united import impossible, united
from analysis.plan import FORCE, TablePlan
from analysis.release.known import has_own_bases, item_base, of_item, of_people
from analysis.release.model import Release

_DUST = 1e-6

_LESS = 1 / 1024
"""What somebody costs where it is not known yet how many there may be."""

Places = list[int]


@dataclass(frozen=True)
class Few:
    """Cells in which somebody moved, but fewer than k.

    Attributes:
        cells: the finest cells, and whether those who came there are meant, or those who went.
        low, high: how many moved in all of these together.
        moved: how many moved at all.
    """

    cells: tuple[tuple[Cell, bool], ...]
    low: float
    high: float
    moved: float

    @property
    def words(self) -> str:
        """What is known, as one sentence."""
        number = f"{self.low:.0f} to {self.high:.0f}"
        where = " and ".join(_words(cell) for cell, _ in self.cells)
        did = {came: "came to" if came else "went from" for _, came in self.cells}
        return (
            f"if no more than {self.moved:.0f} people came or went, {number} of them "
            f"{' or '.join(did.values())} {where}"
        )


def attack_moved(own: Release, others: Sequence[Beside], plan: TablePlan) -> Iterator[Breach]:
    """What a Release tells beside others of its wave of the few who came or went in between.

    Args:
        own: the later one; its groups are named as in the plan.
        others: the earlier ones.
        plan: of all of them.
    """
    written = united(own, (), plan)
    if written is None:
        return
    nobody = impossible(written, plan)
    after = people_of(written)
    for one in others:
        values = {group: written.group_by_id[name].values for group, name in one.names.items()}
        spans = people_of(one.release)
        before = {values[row.group]: spans[row.values] for row in one.release.groups
                  if row.values in spans and row.group in values}  # fmt: skip
        for few in few_moved(written, plan, before, after, nobody):
            yield Breach("moved", FORCE, f"beside its earlier Release, {few.words}")
        for measure, told in few_of_measures(written, one.release, plan, values, nobody):
            for group in _on_own_base(own, measure):
                words = f"beside its earlier Release, {told}"
                yield Breach("moved", group, words, measure=measure)


def few_of_measures(
    written: Release,
    earlier: Release,
    plan: TablePlan | None,
    values: Mapping[str, Cell],
    nobody: Collection[Cell] = (),
    k: int | None = None,
) -> Iterator[tuple[str, str]]:
    """Measures on bases of their own, and what two Releases tell of few who moved with an answer.

    Those who answered, and those who left it out, are each looked at as people by themselves.

    Args:
        written: the later one, with every group of both.
        earlier: the earlier one.
        plan: where it is known.
        values: group of the earlier one -> its cell in the later one.
        nobody: as for `few_moved`.
        k: as for `few_moved`.
    """
    here = {row.group: row.values for row in written.groups}
    for measure in written.measure_by_id:
        both = (earlier, written)
        if measure not in earlier.measure_by_id:
            continue
        if not any(has_own_bases(one, measure) for one in both):
            continue
        spans = zip(_answered(earlier, measure, values), _answered(written, measure, here),
                    strict=True)  # fmt: skip
        for who, (before, after) in zip(("answered", "did not answer"), spans, strict=True):
            if before == after:
                continue
            for few in few_moved(written, plan, before, after, nobody, k):
                yield measure, f"of those who {who} {measure}, {few.words}"


def _answered(
    release: Release, measure: str, values: Mapping[str, Cell]
) -> tuple[dict[Cell, Range], dict[Cell, Range]]:
    """The fewest and the most who answered a measure, and who did not, as far as that is told."""
    answered, silent = {}, {}
    for group, cell in values.items():
        (least, all_of_it), (low, high) = (
            of_people(release, group), of_item(release, group, measure)
        )  # fmt: skip
        if all_of_it is not None and high is not None:
            answered[cell] = low, high
            silent[cell] = max(0.0, least - high), max(0.0, all_of_it - low)
    return answered, silent


def _on_own_base(release: Release, measure: str) -> Iterator[str]:
    """Groups in which a measure is shown on another base than the group's."""
    for row in release.groups:
        base = item_base(release, row.group, measure)
        if base is not None and base != row.base:
            yield row.group


def people_of(release: Release) -> dict[Cell, Range]:
    """The people of every shown group, and of the force as exactly as it is told."""
    found = shown_people(release)
    low, high = of_people(release, FORCE)
    if high is not None:
        found[release.group_by_id[FORCE].values] = (low, high)
    return found


def both_written(one: Release, other: Release) -> Release:
    """One Release with the tables and groups of two that have the same breakdowns."""
    known = {row.values for row in one.groups}
    tables = dict.fromkeys((*one.manifest.tables, *other.manifest.tables))
    return replace(
        one,
        manifest=replace(one.manifest, tables=tuple(tables)),
        groups=(*one.groups, *(row for row in other.groups if row.values not in known)),
    )


def few_moved(
    written: Release,
    plan: TablePlan | None,
    before: Mapping[Cell, Range],
    after: Mapping[Cell, Range],
    nobody: Collection[Cell] = (),
    k: int | None = None,
) -> Iterator[Few]:
    """One set of cells of each table in which somebody surely moved, but fewer than k.

    Args:
        written: a Release with every group of both.
        plan: where it is known.
        before: fewest and most people of cells in the earlier one.
        after: likewise in the later one.
        nobody: cells in which nobody can be.
        k: people; what the Release says by default.
    """
    search = _Search(written, plan, before, after, nobody)
    if search.moved is None or search.moved < 1 - _DUST:
        return
    for places in search.tables():
        few = search.few(places, written.manifest.policy["k"] if k is None else k)
        if few is not None:
            yield few


class _Search:
    """The grid three times over.

    Attributes:
        moved: the fewest people who came or went; None where no table fits.
    """

    def __init__(
        self,
        written: Release,
        plan: TablePlan | None,
        before: Mapping[Cell, Range],
        after: Mapping[Cell, Range],
        nobody: Collection[Cell],
    ) -> None:
        self._cells, self._sums = grid(written, plan)
        self._wide = wide = len(self._cells)
        everybody = written.group_by_id[FORCE].values
        one, at = sparse.csr_array(sparse.eye_array(wide)), self._cells[everybody]
        force = sparse.csr_array(([1.0], ([0], [at])), (1, wide))
        both = sparse.block_array([[one, None, one], [one, one, None], [None, force, force]])
        most = max(high for known in (before, after) for _, high in known.values())
        low, high = np.zeros(5 * wide + 1), np.full(5 * wide + 1, 8 * most)
        for start, known in ((3, before), (4, after)):
            for cell, span in known.items():
                if cell in self._cells:
                    at = start * wide + self._cells[cell]
                    low[at], high[at] = span
        for cell in nobody:
            high[[part * wide + self._cells[cell] for part in range(3)]] = 0.0
        equations = sparse.csr_array(sparse.block_diag([self._sums] * 3))
        fits = FittingTables(equations, low, high, sparse.csr_array(both))
        found = fits.search({5 * wide: 1.0})
        self.moved = None if found is None else float(np.ceil(found[-1] - _DUST))
        if self.moved is not None:
            high[-1] = self.moved
            fits = FittingTables(equations, low, high, sparse.csr_array(both))
        self._fits = fits

    def tables(self) -> Iterator[Places]:
        """The finest cells of each table, those who came and those who went by themselves."""
        parents = set(self._sums.indices[self._sums.data > 0].tolist())
        by: dict[tuple[bool, ...], Places] = {}
        for cell, at in self._cells.items():
            if at not in parents:
                by.setdefault(tuple(map(bool, cell)), []).extend(
                    (self._wide + at, 2 * self._wide + at)
                )
        yield from by.values()

    def few(self, places: Places, k: int) -> Few | None:
        """Some of these in which somebody moved, but fewer than k in all; None where in none."""
        asked: set[int] = set()
        while True:
            enough = self._fits.most[places] >= k - _DUST
            left = [at for at, many in zip(places, enough, strict=True) if not many]
            known = [at for at in left if at in asked]
            found = self._fits.search({at: 1.0 if at in asked else _LESS for at in left})
            if found is None or found[left].sum() < _DUST:
                return None
            if found[known].sum() > _DUST:
                if self._total(known, 1.0) > _DUST:
                    return self._fewest(known, k)
                found = self._fits.seen[-1]
            for at in left:
                if found[at] > _DUST and at not in asked:
                    asked.add(at)
                    self._fits.search({at: -1.0})

    def _fewest(self, places: Places, k: int) -> Few | None:
        """As few of these as still hold somebody, where these cannot be k people."""
        for at in list(places):
            rest = [one for one in places if one != at]
            if self._total(rest, 1.0) > _DUST:
                places = rest
        low, high = self._total(places, 1.0), self._total(places, -1.0)
        low, high = float(np.ceil(low - _DUST)), float(np.floor(high + _DUST))
        if not 1 <= low <= high < k:
            return None
        names = list(self._cells)
        cells = tuple((names[at % self._wide], at < 2 * self._wide) for at in places)
        return Few(cells, low, high, self.moved or 0.0)

    def _total(self, places: Places, sign: float) -> float:
        found = self._fits.search(dict.fromkeys(places, sign))
        return 0.0 if found is None else float(found[places].sum())


def _words(cell: Cell) -> str:
    return " & ".join(value for value in cell if value)
