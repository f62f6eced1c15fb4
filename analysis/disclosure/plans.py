"""Several plans of the same answers as one, so that their Releases are one linear system."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from analysis.plan import Breakdown, Table, TablePlan, Value, group_id


@dataclass(frozen=True)
class Merged:
    """A plan and earlier ones together.

    Attributes:
        plan: the tables of all. A breakdown that splits its variable otherwise than one of the
            same id is named `id@` and a hash of its values. One that the new plan has with further
            levels is that of the new plan.
        names: for each earlier plan, its group ids -> group ids of `plan`.
        otherwise: variables that two of the plans split otherwise, whatever the breakdowns are
            called. Tables by both are in `plan` too: differences of overlapping values are people.
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
            _add(_down_to(table, one, names, breakdowns), names, tables)
    order = [one.id for one in breakdowns]
    crossed = _crossed(tuple(tables), breakdowns)
    merged = replace(plan, breakdowns=tuple(breakdowns), tables=crossed)
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
    otherwise = dict.fromkeys(one.variable for one, _ in merged.split_twice)
    return Merged(merged, every, tuple(otherwise))


def _place(one: Breakdown, breakdowns: list[Breakdown]) -> str:
    """The id that a breakdown has among the others; it is added where none splits as it does.

    One that has all of its levels, and others besides, splits as it does.
    """
    same = _splits(one)
    for other in breakdowns:
        if _splits(other) == same or _has_levels_of(one, other):
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


def _has_levels_of(one: Breakdown, other: Breakdown) -> bool:
    """Whether another breakdown is this one with further levels above, between or below."""
    kept = tuple(level for level in other.levels if level in one.levels)
    values = tuple(
        replace(value, parent=_above(other, value, kept))
        for value in other.values
        if value.level in kept
    )
    same = _splits(one)
    return kept == one.levels and _splits(replace(other, levels=kept, values=values)) == same


def _above(of: Breakdown, value: Value, levels: Collection[str]) -> str | None:
    """The value on one of some levels that is next above another."""
    while value.parent is not None:
        value = of.value_by_id[value.parent]
        if value.level in levels:
            return value.id
    return None


def _crossed(tables: tuple[Table, ...], breakdowns: Sequence[Breakdown]) -> tuple[Table, ...]:
    """The tables, and what each two of them cross that split one variable otherwise.

    That is both splits by what the two have in common, down to where both go. It is then a table
    like others, so that three splits are crossed too.
    """
    by_id = {one.id: one for one in breakdowns}
    found = list(tables)
    for at, one in enumerate(found):  # grows on the way
        for other in found[:at]:
            goes = _both_go(one, other, by_id)
            if goes and not any(_holds(table, goes, by_id) for table in found):
                crossed = sorted(goes, key=list(by_id).index)
                down_to = tuple(by_id[name].levels[goes[name]] for name in crossed)
                found.append(Table(f"{one.id}&{other.id}", tuple(crossed), down_to))
    return tuple(found)


def _both_go(one: Table, other: Table, by_id: Mapping[str, Breakdown]) -> dict[str, int]:
    """Breakdown -> how far down their cross goes; empty where the two split nothing otherwise."""
    mine, theirs = _depths(one, by_id), _depths(other, by_id)
    split = {
        name: depth
        for first, second in ((mine, theirs), (theirs, mine))
        for name, depth in first.items()
        if any(name != of and by_id[name].variable == by_id[of].variable for of in second)
    }
    shared = {name: min(mine[name], theirs[name]) for name in mine.keys() & theirs.keys()}
    return shared | split if split else {}


def _depths(table: Table, by_id: Mapping[str, Breakdown]) -> dict[str, int]:
    """Breakdown of a table -> the number of its finest level there."""
    return {
        name: len(levels) - 1 if level is None else levels.index(level)
        for name, level in zip(table.breakdowns, table.finest, strict=True)
        for levels in [by_id[name].levels]
    }


def _holds(table: Table, goes: Mapping[str, int], by_id: Mapping[str, Breakdown]) -> bool:
    """Whether a table shows all groups of another that goes so far down."""
    depths = _depths(table, by_id)
    return all(depths.get(name, -1) >= depth for name, depth in goes.items())


def _down_to(
    table: Table, plan: TablePlan, names: Mapping[str, str], breakdowns: Sequence[Breakdown]
) -> Table:
    """The table in breakdowns that may go further down than those of its plan."""
    last = {one.id: one.levels[-1] for one in breakdowns}
    finest = tuple(
        end if level is None and end != last[names[name]] else level
        for name, level in zip(table.breakdowns, table.finest, strict=True)
        for end in [plan.breakdown_by_id[name].levels[-1]]
    )
    return replace(table, finest=finest)


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
