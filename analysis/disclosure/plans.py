"""Several plans of the same answers as one, so that their Releases are one linear system."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from analysis.plan import Breakdown, Table, TablePlan, group_id


@dataclass(frozen=True)
class Merged:
    """A plan and earlier ones together.

    Attributes:
        plan: the tables of all. A breakdown that splits its variable otherwise than one of the
            same id is named `id@` and a hash of its values.
        names: for each earlier plan, its group ids -> group ids of `plan`.
        otherwise: ids of breakdowns of the first plan that an earlier one splits otherwise. Its
            tables by both are in `plan` too: differences of overlapping values are people.
    """

    plan: TablePlan
    names: tuple[Mapping[str, str], ...]
    otherwise: tuple[str, ...]


def merge(plan: TablePlan, earlier: Sequence[TablePlan]) -> Merged:
    """Put earlier plans beside a new one, whose groups keep their ids and come first."""
    breakdowns, tables = list(plan.breakdowns), list(plan.tables)
    renamed = []
    for one in earlier:
        names = {each.id: _place(each, breakdowns) for each in one.breakdowns}
        renamed.append(names)
        for table in one.tables:
            _add(table, names, tables)
    order = [one.id for one in breakdowns]
    for pair in combinations(tuple(tables), 2):
        _cross(pair, order, tables)
    merged = replace(plan, breakdowns=tuple(breakdowns), tables=tuple(tables))
    every = tuple(
        {
            group.id: group_id(
                tuple(
                    sorted(
                        ((names[breakdown], value) for breakdown, value in group.where),
                        key=lambda pair: order.index(pair[0]),
                    )
                )
            )
            for group in one.groups
        }
        for one, names in zip(earlier, renamed, strict=True)
    )
    otherwise = dict.fromkeys(old for names in renamed for old, new in names.items() if old != new)
    return Merged(merged, every, tuple(otherwise))


def _place(one: Breakdown, breakdowns: list[Breakdown]) -> str:
    """The id that a breakdown has among the others; it is added where none splits as it does."""
    same = _splits(one)
    for other in breakdowns:
        if other.id.partition("@")[0] == one.id and _splits(other) == same:
            return other.id
    name = one.id
    if any(other.id == name for other in breakdowns):
        name = f"{one.id}@{hashlib.sha256(repr(same).encode()).hexdigest()[:8]}"
    breakdowns.append(replace(one, id=name))
    return name


def _splits(one: Breakdown) -> object:
    values = sorted(
        (value.id, value.level, value.parent or "", tuple(sorted(value.categories)))
        for value in one.values
    )
    return one.variable, one.levels, values


def _cross(pair: tuple[Table, Table], order: list[str], tables: list[Table]) -> None:
    """Add the table by the values of both, where two plans split the same breakdowns otherwise."""
    one, other = pair
    means = [{name.partition("@")[0] for name in table.breakdowns} for table in pair]
    crossed = sorted({*one.breakdowns, *other.breakdowns}, key=order.index)
    if means[0] == means[1] and len(crossed) > len(one.breakdowns):
        tables.append(Table(f"{one.id}&{other.id}", tuple(crossed), (None,) * len(crossed)))


def _add(table: Table, names: Mapping[str, str], tables: list[Table]) -> None:
    """Add a table, under an id of its own, unless one with the same groups is there."""
    crossed = tuple(names[breakdown] for breakdown in table.breakdowns)
    down_to = dict(zip(crossed, table.finest, strict=True))
    if any(dict(zip(one.breakdowns, one.finest, strict=True)) == down_to for one in tables):
        return
    name = table.id
    while any(one.id == name for one in tables):
        name += "@"
    tables.append(Table(name, crossed, table.finest))
