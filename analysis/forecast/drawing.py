"""Drawn waves through the real disclosure control: what of each would be shown.

Only the groups are looked at: an item that few people of a group answer may be hidden besides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from analysis.cells import Cells, group_matrix, number_cells
from analysis.codebook import Codebook
from analysis.disclosure.protection import protect
from analysis.disclosure.shape import Level, levels_of, not_published
from analysis.disclosure.system import Bases, System, build
from analysis.errors import DataError, Unprotectable
from analysis.forecast.answering import Answering
from analysis.forecast.frame import Frame
from analysis.plan import FORCE, Table, TablePlan
from analysis.policy import DisclosurePolicy

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class GroupForecast:
    """What is to be expected of one group. `shown`, `small` and `others` are shares adding to 1.

    Attributes:
        base: mean number of people who answer.
        shown: how often it is shown.
        small: how often it is hidden because fewer than k people answered.
        others: how often it is hidden for the sake of others.
    """

    id: str
    label: str
    base: float
    shown: float
    small: float
    others: float


@dataclass(frozen=True)
class TableForecast:
    """What is to be expected of one declared table.

    Attributes:
        groups: those that cross all of its breakdowns, and others that it is the first to declare.
        hidden: mean number of people who answered in the groups of these that are not shown.
        left_out: levels of the table, and how often each is not published, as most of it is hidden.
        cost: mean number of people in groups of the other tables that would be shown if this table
            were left out, less those in groups that would then be hidden; None of a single
            breakdown. Somebody counts once in each such group.
    """

    id: str
    groups: tuple[GroupForecast, ...]
    hidden: float
    cost: float | None
    left_out: tuple[tuple[str, float], ...] = ()

    @property
    def shown(self) -> float:
        """Mean number of its groups that are shown."""
        return sum(group.shown for group in self.groups)


@dataclass(frozen=True)
class Forecast:
    """What is to be expected of a wave.

    Attributes:
        groups: in the order of the plan.
        tables: likewise.
        draws: how many waves were drawn.
        nothing: share of them of which nothing could be published.
    """

    groups: tuple[GroupForecast, ...]
    tables: tuple[TableForecast, ...]
    draws: int
    nothing: float

    @cached_property
    def dearest(self) -> TableForecast | None:
        """The crossing that costs the others most; None where none costs them half a person."""
        crossings = [table for table in self.tables if (table.cost or 0) >= 0.5]
        return max(crossings, key=lambda table: table.cost or 0, default=None)


def forecast(
    codebook: Codebook,
    plan: TablePlan,
    frame: Frame,
    answering: Answering,
    *,
    policy: DisclosurePolicy,
    rng: np.random.Generator,
    draws: Iterable[object],
) -> Forecast:
    """Draw waves and protect each as it would be, with all tables and without each crossing.

    Args:
        codebook: the categories of every variable.
        plan: the tables that will be published.
        frame: who could answer.
        answering: the guess of who will.
        policy: the wave's thresholds.
        rng: everything at random comes from it.
        draws: one wave is drawn for each element.

    Raises:
        DataError: when nothing is drawn, or a rate is of no group.
        Unprotectable: when the tables are linked into more than can be audited.
    """
    everything = Control(codebook, plan, policy)
    crossings = [table for table in plan.tables if len(table.breakdowns) > 1]
    without = [Control(codebook, _left_out(plan, table), policy) for table in crossings]
    places = [
        [list(plan.group_by_id).index(name) for name in one.plan.group_by_id] for one in without
    ]
    bases, shown, costs = [], [], []
    left_out: Counter[tuple[str, str]] = Counter()
    for _ in draws:
        cells, _ = number_cells(codebook, plan, answering.drawn(codebook, plan, frame, rng))
        people = group_matrix(codebook, plan, cells) @ cells.people
        seen, levels = everything.shown(people, cells)
        left_out.update(levels)
        bases.append(people)
        shown.append(seen)
        costs.append(
            [
                int(people[place] @ (1 * one.shown(people[place], cells)[0] - seen[place]))
                for one, place in zip(without, places, strict=True)
            ]
        )
    if not bases:
        raise DataError("A forecast takes one draw at least.")
    cost = dict(
        zip((table.id for table in crossings), np.mean(costs, axis=0).tolist(), strict=True)
    )
    rates = {level: times / len(bases) for level, times in left_out.items()}
    return _summary(plan, policy, np.array(bases), np.array(shown), cost, rates)


@dataclass(frozen=True)
class Control:
    """Disclosure control of a plan whose bases change from draw to draw."""

    codebook: Codebook
    plan: TablePlan
    policy: DisclosurePolicy

    @cached_property
    def _system(self) -> System:
        return build(self.codebook, self.plan, np.zeros(len(self.plan.groups), np.int64))

    @cached_property
    def _levels(self) -> tuple[Level, ...]:
        return levels_of(self.plan)

    def shown(self, people: Bases, cells: Cells) -> tuple[Flags, tuple[tuple[str, str], ...]]:
        """Which groups are shown, shape (G,), and which levels of which tables are left out.

        None is shown when the wave cannot be published.
        """
        try:
            system = self._system.of(people, cells)
            protection = protect(system, self.policy, {}, self._levels)
        except Unprotectable:
            return np.zeros(len(people), np.bool_), ()
        if FORCE not in protection.shown:
            return np.zeros(len(people), np.bool_), ()
        shown = np.array([one.id in protection.shown for one in self.plan.groups])
        return shown, not_published(self.plan, protection.left_out)


def _left_out(plan: TablePlan, table: Table) -> TablePlan:
    """The plan without a table, and without the intersections and ladders that only it shows."""
    left = TablePlan(plan.breakdowns, tuple(one for one in plan.tables if one != table))
    kept = tuple(one for one in plan.intersections if one.group in left.group_by_id)
    asked = tuple(one for one in plan.ladders if one.asked in left.group_by_id)
    return replace(left, intersections=kept, ladders=asked)


def _summary(
    plan: TablePlan,
    policy: DisclosurePolicy,
    bases: npt.NDArray[np.int64],
    shown: Flags,
    cost: Mapping[str, float],
    left_out: Mapping[tuple[str, str], float],
) -> Forecast:
    small = ~shown & (bases < policy.k)
    columns = (bases, shown, small, ~shown & ~small)
    groups = {
        group.id: GroupForecast(group.id, group.label, *means)
        for group, means in zip(
            plan.groups,
            np.column_stack([column.mean(axis=0) for column in columns]).tolist(),
            strict=True,
        )
    }
    hidden = dict(zip(groups, np.where(shown, 0, bases).mean(axis=0).tolist(), strict=True))
    tables = []
    for table in plan.tables:
        own = [
            group.id
            for group in plan.groups_in(table)
            if len(group.where) == len(table.breakdowns) or group.table == table.id
        ]
        tables.append(
            TableForecast(
                table.id,
                tuple(groups[name] for name in own),
                sum(hidden[name] for name in own),
                cost.get(table.id),
                tuple((level, rate) for (of, level), rate in left_out.items() if of == table.id),
            )
        )
    nothing = 1 - groups[FORCE].shown
    return Forecast(tuple(groups.values()), tuple(tables), len(bases), nothing)
