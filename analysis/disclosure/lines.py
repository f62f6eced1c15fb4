"""What a reader works out with pencil and paper: parts of a whole, and what is left of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy import sparse

from analysis.disclosure.atoms import Columns
from analysis.plan import Table, TablePlan, Value, group_id

Picked = Mapping[str, frozenset[int]]
"""Breakdown -> positions of its variable's categories, unknown being the last."""

Positions = Callable[[str, Value | None], frozenset[int]]
"""Breakdown and value -> positions of categories."""

Terms = tuple[tuple[str | None, int], ...]
"""A sum of values of one breakdown: value id (None for everybody) and coefficient."""


@dataclass(frozen=True)
class Line:
    """A group that is the sum of its parts and of those whose answer is unknown.

    Attributes:
        parent: position of the group.
        children: positions of its parts, which do not overlap.
    """

    parent: int
    children: tuple[int, ...]


@dataclass(frozen=True)
class Derived:
    """Undeclared groups that are sums and differences of declared ones.

    Attributes:
        names: what each is, for messages.
        combination: shape [D, G]; `combination @ bases` are their people.
        columns: the atoms of each unknown part; empty for the rest of a parent.
    """

    names: tuple[str, ...]
    combination: sparse.csr_array
    columns: tuple[Columns, ...]


@dataclass(frozen=True)
class _Part:
    """One choice on a breakdown: everybody, a value, or those of a value in none of its children.

    Attributes:
        positions: its categories.
        terms: how it is counted from the values of the breakdown.
        unknown: whether it is what the children leave.
    """

    name: str
    positions: frozenset[int]
    terms: Terms
    unknown: bool


@dataclass(frozen=True)
class _Found:
    name: str
    terms: tuple[tuple[str, int], ...]
    columns: Columns


def additive_lines(plan: TablePlan) -> tuple[Line, ...]:
    """Every way to split a group of some table by going one level down in one breakdown."""
    position = {group: number for number, group in enumerate(plan.group_by_id)}
    return tuple(
        dict.fromkeys(
            Line(position[parent], tuple(position[part] for part in parts))
            for table in plan.tables
            for parent, parts in _lines_of(plan, table)
        )
    )


def derived_groups(
    plan: TablePlan,
    positions: Positions,
    columns: Callable[[Table, Picked], Columns],
) -> Derived:
    """The unknown part of every line of every table, and what is left of every containing group.

    Args:
        plan: the tables.
        positions: gives the positions of a value's categories; of everybody's, unknown included,
            when the value is None.
        columns: gives the atoms of a table's cells.
    """
    position = {group: number for number, group in enumerate(plan.group_by_id)}
    kept: dict[tuple[tuple[int, int], ...], _Found] = {}
    for table in plan.tables:
        for found in (*_unknown(plan, table, positions, columns), *_rests(plan, table)):
            terms: dict[int, int] = {}
            for group, sign in found.terms:
                terms[position[group]] = terms.get(position[group], 0) + sign
            kept.setdefault(tuple(sorted((at, sign) for at, sign in terms.items() if sign)), found)
    entries = [(row, at, sign) for row, key in enumerate(kept) for at, sign in key]
    table_of = np.array(entries, dtype=np.int64).reshape(-1, 3)
    return Derived(
        names=tuple(found.name for found in kept.values()),
        combination=sparse.csr_array(
            (table_of[:, 2].astype(np.float64), (table_of[:, 0], table_of[:, 1])),
            shape=(len(kept), len(position)),
        ),
        columns=tuple(found.columns for found in kept.values()),
    )


def _lines_of(plan: TablePlan, table: Table) -> Iterator[tuple[str, list[str]]]:
    chosen = _values(plan, table)
    for combination in product(*([None, *values] for values in chosen.values())):
        picked = {
            breakdown: None if value is None else value.id
            for breakdown, value in zip(chosen, combination, strict=True)
        }
        for breakdown, values in chosen.items():
            children = _children(values, picked[breakdown])
            if children and not _overlap(children):
                parts = [_id(plan, {**picked, breakdown: child.id}) for child in children]
                yield _id(plan, picked), parts


def _unknown(
    plan: TablePlan,
    table: Table,
    positions: Positions,
    columns: Callable[[Table, Picked], Columns],
) -> Iterator[_Found]:
    """Those of a group in none of its parts: "prefer not to say", no unit, other categories."""
    chosen = _values(plan, table)
    choices = [tuple(_parts(name, values, positions)) for name, values in chosen.items()]
    for combination in product(*choices):
        if not any(part.unknown for part in combination):
            continue
        picked = dict(zip(chosen, combination, strict=True))
        atoms = columns(table, {name: part.positions for name, part in picked.items()})
        if len(atoms):
            name = " & ".join(part.name for part in combination if part.name)
            yield _Found(name, _expand(plan, picked), atoms)


def _expand(plan: TablePlan, picked: Mapping[str, _Part]) -> tuple[tuple[str, int], ...]:
    """The product of the parts' sums: inclusion and exclusion over the breakdowns."""
    return tuple(
        (
            _id(plan, {name: value for name, (value, _) in zip(picked, term, strict=True)}),
            math.prod(sign for _, sign in term),
        )
        for term in product(*(part.terms for part in picked.values()))
    )


def _rests(plan: TablePlan, table: Table) -> Iterator[_Found]:
    """What is left of every group that contains another one."""
    nothing: Columns = np.zeros(0, dtype=np.int64)
    for group in plan.groups_in(table):
        where = dict(group.where)
        above = [_upwards(plan, breakdown, where.get(breakdown)) for breakdown in table.breakdowns]
        for combination in product(*above):
            parent = _id(plan, dict(zip(table.breakdowns, combination, strict=True)))
            if parent != group.id:
                name = f"{parent} without {group.id}"
                yield _Found(name, ((parent, 1), (group.id, -1)), nothing)


def _parts(breakdown: str, values: tuple[Value, ...], positions: Positions) -> Iterator[_Part]:
    for value in (None, *values):
        own = None if value is None else value.id
        inside = positions(breakdown, value)
        yield _Part("" if own is None else f"{breakdown}={own}", inside, ((own, 1),), False)
        children = _children(values, own)
        below = frozenset[int]().union(*(positions(breakdown, child) for child in children))
        if children and not _overlap(children) and inside - below:
            terms = ((own, 1), *((child.id, -1) for child in children))
            name = f"{breakdown}={own or ''} not known further"
            yield _Part(name, inside - below, terms, True)


def _values(plan: TablePlan, table: Table) -> dict[str, tuple[Value, ...]]:
    return {
        breakdown: plan.breakdown_by_id[breakdown].down_to(level)
        for breakdown, level in zip(table.breakdowns, table.finest, strict=True)
    }


def _children(values: tuple[Value, ...], parent: str | None) -> tuple[Value, ...]:
    return tuple(value for value in values if value.parent == parent)


def _overlap(values: tuple[Value, ...]) -> bool:
    union = frozenset[str]().union(*(value.categories for value in values))
    return len(union) < sum(len(value.categories) for value in values)


def _upwards(plan: TablePlan, breakdown: str, value: str | None) -> list[str | None]:
    """The value, all values above it, and everybody (None)."""
    by_id = plan.breakdown_by_id[breakdown].value_by_id
    found: list[str | None] = []
    while value is not None:
        found.append(value)
        value = by_id[value].parent
    return [*found, None]


def _id(plan: TablePlan, picked: Mapping[str, str | None]) -> str:
    return group_id(
        tuple(
            (breakdown, value)
            for breakdown in plan.breakdown_by_id
            if (value := picked.get(breakdown)) is not None
        )
    )
