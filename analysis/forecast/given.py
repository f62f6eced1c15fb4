"""What headcounts say of a force: whether they can be true together, and what they leave open."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.disclosure.lines import additive_lines
from analysis.errors import DataError
from analysis.plan import FORCE, Group, TablePlan, Value, group_id


def leaves(plan: TablePlan) -> dict[str, tuple[Value, ...]]:
    """The values of each breakdown that a table uses, without those that have declared parts."""
    found: dict[str, tuple[Value, ...]] = {}
    for breakdown in plan.breakdowns:
        declared = [
            value
            for value in breakdown.values
            if group_id(((breakdown.id, value.id),)) in plan.group_by_id
        ]
        parents = {value.parent for value in declared}
        if declared:
            found[breakdown.id] = tuple(one for one in declared if one.id not in parents)
    return found


def people_of(plan: TablePlan, given: Mapping[str, int]) -> int:
    """How many people the headcounts are about: the force, or the largest sum of a breakdown.

    Raises:
        DataError: the parts of a group are more than the group, a group of a single breakdown has
            neither a headcount nor parts that have, or there is nobody.
    """
    _refuse_parts_over_whole(plan, given)
    missing = [
        name
        for breakdown, values in leaves(plan).items()
        for value in values
        if (name := group_id(((breakdown, value.id),))) not in given
    ]
    if missing:
        others = f" and {len(missing) - 1} more groups" if len(missing) > 1 else ""
        raise DataError(
            f"The headcounts say nothing of {missing[0]}{others}; give every group of a single "
            "breakdown, and of crossings those that you have."
        )
    sums = (
        sum(given[group_id(((breakdown, value.id),))] for value in values)
        for breakdown, values in leaves(plan).items()
    )
    people = given.get(FORCE, max(sums, default=0))
    if people == 0:
        raise DataError("The headcounts hold nobody: there is nothing to forecast.")
    return people


def not_given(plan: TablePlan, given: Mapping[str, int]) -> tuple[str, ...]:
    """Ids of the tables of two or more breakdowns whose finest groups are not all in `given`."""
    return tuple(
        table.id
        for table in plan.tables
        if len(table.breakdowns) > 1
        and not all(
            group.id in given
            for group in plan.groups_in(table)
            if len(group.where) == len(table.breakdowns) and not _has_parts(plan, group)
        )
    )


def _has_parts(plan: TablePlan, group: Group) -> bool:
    return any(
        group_id((*group.where[:place], (breakdown, child.id), *group.where[place + 1 :]))
        in plan.group_by_id
        for place, (breakdown, value) in enumerate(group.where)
        for child in plan.breakdown_by_id[breakdown].values
        if child.parent == value
    )


def _refuse_parts_over_whole(plan: TablePlan, given: Mapping[str, int]) -> None:
    least = [given.get(group.id, 0) for group in plan.groups]
    lines = sorted(additive_lines(plan), key=lambda line: -line.parent)
    changed = True
    while changed:
        changed = False
        for line in lines:
            parts = sum(least[child] for child in line.children)
            if parts <= least[line.parent]:
                continue
            whole = plan.groups[line.parent].id
            if whole in given:
                first = plan.groups[line.children[0]].id
                raise DataError(
                    f"The headcounts contradict each other: {whole} has {given[whole]:,} people, "
                    f"and its parts ({first} and so on) have {parts:,}."
                )
            least[line.parent] = parts
            changed = True
