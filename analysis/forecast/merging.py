"""Which two categories to merge where most of a level would be hidden, before anybody answers.

What is merged must be decided before a wave and never from its answers, or the choice would tell of
them. So pairs are tried on waves drawn from headcounts, through the real disclosure control.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.cells import group_matrix, number_cells
from analysis.codebook import Codebook
from analysis.forecast.answering import Answering
from analysis.forecast.drawing import Control
from analysis.forecast.frame import Frame
from analysis.microdata import Microdata
from analysis.plan import Breakdown, Table, TablePlan, Value
from analysis.policy import DisclosurePolicy

DRAWS = 3
"""Waves on which every pair is tried."""

MOST_PAIRS = 12
"""Breakdowns with more pairs to try, such as departments, are not merged."""


@dataclass(frozen=True)
class Merge:
    """Two categories of a breakdown that are better one.

    Attributes:
        table: id of the table that shows more for it.
        values: labels of the two.
        people: mean number who answered in the finest groups of the table that are then shown,
            less those in the finest that are shown as it is declared.
    """

    table: str
    breakdown: str
    values: tuple[str, str]
    people: float


def merges(
    codebook: Codebook,
    plan: TablePlan,
    frame: Frame,
    answering: Answering,
    *,
    tables: Collection[str],
    policy: DisclosurePolicy,
    rng: np.random.Generator,
) -> tuple[Merge, ...]:
    """For each of some tables the pair that shows the most people; none where no pair shows more.

    Of every breakdown the smallest category is tried with each one beside it, under the same value
    above.

    Args:
        codebook: the categories of every variable.
        plan: as it is declared.
        frame: who could answer.
        answering: the guess of who will.
        tables: ids of those of which most of a level would be hidden.
        policy: the wave's thresholds.
        rng: everything at random comes from it.
    """
    if not tables:
        return ()
    waves = [answering.drawn(codebook, plan, frame, rng) for _ in range(DRAWS)]
    found = []
    for table in (one for one in plan.tables if one.id in tables):
        trial = _Trial(codebook, table, policy, waves)
        as_declared = trial.shown(plan)
        tried = [
            Merge(table.id, breakdown.label, (one.label, other.label), more)
            for breakdown, one, other in _pairs(codebook, plan, table, waves)
            for more in [trial.shown(_merged(plan, breakdown, one, other)) - as_declared]
        ]
        best = max(tried, key=lambda merge: merge.people, default=None)
        if best is not None and best.people >= policy.k:
            found.append(best)
    return tuple(found)


@dataclass(frozen=True)
class _Trial:
    codebook: Codebook
    table: Table
    policy: DisclosurePolicy
    waves: Sequence[Microdata]

    def shown(self, plan: TablePlan) -> float:
        """Mean number of people in the shown groups of the table that are its finest."""
        control = Control(self.codebook, plan, self.policy)
        table = next(one for one in plan.tables if one.id == self.table.id)
        finest = dict(
            zip(table.breakdowns, map(_level_of, _of(plan, table), table.finest), strict=True)
        )
        own = np.array([dict(plan.level_of(group)) == finest for group in plan.groups])
        found = []
        for wave in self.waves:
            cells, _ = number_cells(self.codebook, plan, wave)
            people = group_matrix(self.codebook, plan, cells) @ cells.people
            found.append(int(people[own & control.shown(people, cells)[0]].sum()))
        return float(np.mean(found))


def _of(plan: TablePlan, table: Table) -> list[Breakdown]:
    return [plan.breakdown_by_id[one] for one in table.breakdowns]


def _level_of(breakdown: Breakdown, finest: str | None) -> str:
    return finest or breakdown.levels[-1]


def _pairs(
    codebook: Codebook, plan: TablePlan, table: Table, waves: Sequence[Microdata]
) -> Iterator[tuple[Breakdown, Value, Value]]:
    """The smallest value of each level that the table goes down to, with each one beside it."""
    for breakdown, finest in zip(_of(plan, table), table.finest, strict=True):
        if _level_of(breakdown, finest) != breakdown.levels[-1]:
            continue  # What has parts is not merged: they would be without a whole.
        codes = codebook.variable_by_id[breakdown.variable].codes
        answers = np.concatenate([wave.variables[breakdown.variable] for wave in waves])
        people = dict(
            zip(codes, np.bincount(answers[answers >= 0], minlength=len(codes)), strict=True)
        )
        beside: dict[str | None, list[Value]] = {}
        for value in breakdown.values:
            if value.level == breakdown.levels[-1]:
                beside.setdefault(value.parent, []).append(value)
        pairs = [
            (breakdown, smallest, other)
            for values in beside.values()
            if len(values) > 2  # Two of two are the value above them.
            for smallest in [min(values, key=lambda one: sum(people[c] for c in one.categories))]
            for other in values
            if other is not smallest
        ]
        if len(pairs) <= MOST_PAIRS:
            yield from pairs


def _merged(plan: TablePlan, breakdown: Breakdown, one: Value, other: Value) -> TablePlan:
    """The plan with two values as one, without what names either."""
    both = replace(
        one, id=f"{one.id}+{other.id}", label=f"{one.label} and {other.label}",
        categories=one.categories | other.categories,
    )  # fmt: skip
    values = tuple(both if value == one else value for value in breakdown.values if value != other)
    found = TablePlan(
        tuple(
            replace(each, values=values, was=()) if each == breakdown else each
            for each in plan.breakdowns
        ),
        plan.tables,
    )
    return replace(
        found,
        intersections=tuple(each for each in plan.intersections if each.group in found.group_by_id),
    )
