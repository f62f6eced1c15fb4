"""Two plans of one wave that split the same answers otherwise, written down as one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from analysis.plan import Breakdown, Table, TablePlan, group_id

_OTHER = "@other"
"""Behind the id of a breakdown that the other plan splits otherwise."""


def both(plan: TablePlan, other: TablePlan) -> tuple[TablePlan, Mapping[str, str]]:
    """The tables of two plans, and the other one's group ids -> ids in the plan of both.

    Where they split one variable otherwise under one id, a table of the one is crossed with the
    same of the other: values that overlap differ by people.
    """
    mine = {one.id: one for one in plan.breakdowns}
    split = [one for one in other.breakdowns if not _alike(one, mine.get(one.id))]
    names = {one.id: f"{one.id}{_OTHER}" if one in split and one.id in mine else one.id
             for one in other.breakdowns}  # fmt: skip
    breakdowns = (*plan.breakdowns, *(replace(one, id=names[one.id]) for one in split))
    order = [one.id for one in breakdowns]
    theirs = [
        replace(one, id=f"{one.id}{_OTHER}", breakdowns=tuple(names[at] for at in one.breakdowns))
        for one in other.tables
    ]
    tables = (*plan.tables, *theirs, *_crossed(plan, other, names, order))
    renamed = {
        group.id: group_id(
            tuple(sorted(((names[at], value) for at, value in group.where),
                         key=lambda pair: order.index(pair[0])))
        )
        for group in other.groups
    }  # fmt: skip
    return replace(plan, breakdowns=breakdowns, tables=tables), renamed


def _alike(one: Breakdown, other: Breakdown | None) -> bool:
    """Whether two breakdowns have the same values of the same answers."""
    if other is None or one.variable != other.variable:
        return False
    return {value.id: (value.categories, value.parent) for value in one.values} == {
        value.id: (value.categories, value.parent) for value in other.values
    }


def _crossed(
    plan: TablePlan, other: TablePlan, names: Mapping[str, str], order: list[str]
) -> Iterator[Table]:
    for mine in plan.tables:
        for theirs in other.tables:
            every = sorted({*mine.breakdowns, *(names[at] for at in theirs.breakdowns)},
                           key=order.index)  # fmt: skip
            if set(mine.breakdowns) == set(theirs.breakdowns) and len(every) > len(mine.breakdowns):
                yield Table(f"{mine.id} and {theirs.id}", tuple(every), (None,) * len(every))
