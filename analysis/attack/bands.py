"""Plans that split the same answers otherwise, written down as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

from analysis.plan import Breakdown, Table, TablePlan, group_id

_OTHER = "@other"
"""Behind the id of a breakdown that the other plan splits otherwise."""


def both(plan: TablePlan, other: TablePlan) -> tuple[TablePlan, Mapping[str, str]]:
    """The tables of two plans, and the other one's group ids -> ids in the plan of both.

    Where two split one variable otherwise, under whatever ids, a table by both is added. Levels
    that only the first has are no other split.
    """
    mine = {one.id: one for one in plan.breakdowns}
    split = [one for one in other.breakdowns if not _is_in(one, mine.get(one.id))]
    names = {one.id: f"{one.id}{_OTHER}" if one in split and one.id in mine else one.id
             for one in other.breakdowns}  # fmt: skip
    breakdowns = (*plan.breakdowns, *(replace(one, id=names[one.id]) for one in split))
    order = [one.id for one in breakdowns]
    theirs = [
        replace(
            one,
            id=f"{one.id}{_OTHER}",
            breakdowns=tuple(names[at] for at in one.breakdowns),
            finest=tuple(
                level or other.breakdown_by_id[at].levels[-1]
                for at, level in zip(one.breakdowns, one.finest, strict=True)
            ),
        )
        for one in other.tables
    ]
    renamed = {
        group.id: group_id(
            tuple(sorted(((names[at], value) for at, value in group.where),
                         key=lambda pair: order.index(pair[0])))
        )
        for group in other.groups
    }  # fmt: skip
    return crossed(replace(plan, breakdowns=breakdowns, tables=(*plan.tables, *theirs))), renamed


def crossed(plan: TablePlan) -> TablePlan:
    """The plan with a table by every two splits of one variable: values that overlap leave people.

    By what else both of their tables have, and by nothing that only one of them has.
    """
    variable = {one.id: one.variable for one in plan.breakdowns}
    added: dict[tuple[str, ...], Table] = {}
    for one, other in combinations(plan.tables, 2):
        of_one, of_other = ({variable[at] for at in table.breakdowns} for table in (one, other))
        shared = [at for at in variable if variable[at] in of_one & of_other
                  and at in {*one.breakdowns, *other.breakdowns}]  # fmt: skip
        if len({variable[at] for at in shared}) < len(shared):
            levels = tuple(_coarser(plan.breakdown_by_id[at], one, other) for at in shared)
            made = Table(f"{one.id} and {other.id}", tuple(shared), levels)
            added.setdefault((*shared, *map(str, levels)), made)
    return replace(plan, tables=(*plan.tables, *added.values()))


def _coarser(breakdown: Breakdown, *tables: Table) -> str:
    """How far down the one of two tables goes that goes less far down in a breakdown."""
    finest = [
        breakdown.levels[-1] if level is None else level
        for table in tables
        for name, level in zip(table.breakdowns, table.finest, strict=True)
        if name == breakdown.id
    ]
    return min(finest, key=breakdown.levels.index)


def _is_in(one: Breakdown, other: Breakdown | None) -> bool:
    """Whether another breakdown of the same answers has all values of one, and perhaps levels more.

    Then every value that only the other one has is on a level that the one lacks.
    """
    if other is None or one.variable != other.variable:
        return False
    shared = [value for value in other.values if value.level in one.levels]
    order = [level for level in other.levels if level in one.levels]
    return order == list(one.levels) and {
        value.id: (value.level, value.categories) for value in one.values
    } == {value.id: (value.level, value.categories) for value in shared}
