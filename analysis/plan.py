"""What is published: breakdowns, tables and the groups that they declare.

The questionnaire declares its breakdowns and the crossings to publish; nothing else ever is.
A *group* is named by the values that pick its people (`command=north&ethnicity=minority`); the
same people named in two tables are one group with one status everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

from analysis.errors import Unprotectable
from analysis.ladders import Ladder
from analysis.processes import Process

FORCE = "force"
"""The id of the group that holds everybody."""

COMMAND = "command"
"""Id of the breakdown, and of its level, that boards belong to: each reads its own."""


@dataclass(frozen=True)
class Value:
    """One value of a breakdown: a named set of the variable's finest categories.

    Attributes:
        id: unique within the breakdown.
        level: the level of the breakdown it stands on.
        parent: the value one level up that contains it; None on the coarsest level.
        categories: codes of the variable's categories that belong to it; among them may be coarser
            answers, which belong to none of its parts.
    """

    id: str
    label: str
    level: str
    parent: str | None
    categories: frozenset[str]


@dataclass(frozen=True)
class Breakdown:
    """A way to split the force: one variable, its values on levels from coarse to fine.

    Attributes:
        levels: ids from coarsest to finest, without the force itself.
        values: coarser levels first.
        was: what units were before they were reorganised: (unit, the units that went wholly into
            it). A unit may be one that is gone since and went into another.
    """

    id: str
    label: str
    variable: str
    levels: tuple[str, ...]
    values: tuple[Value, ...]
    was: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __post_init__(self) -> None:
        by_id = self.value_by_id
        if len(by_id) != len(self.values):
            raise ValueError(f"breakdown {self.id}: a value stands twice")
        for value in self.values:
            if value.level not in self.levels:
                raise ValueError(f"breakdown {self.id}: no level {value.level}")
            if value.parent is not None and not value.categories <= by_id[value.parent].categories:
                raise ValueError(f"breakdown {self.id}: {value.id} is not inside {value.parent}")

    @cached_property
    def value_by_id(self) -> dict[str, Value]:
        """Values by id, coarser levels first."""
        return {value.id: value for value in self.values}

    @cached_property
    def finest(self) -> frozenset[str]:
        """Categories of the finest values; any other is a coarser answer."""
        last = (value.categories for value in self.values if value.level == self.levels[-1])
        return frozenset[str]().union(*last)

    @cached_property
    def said_alone(self) -> tuple[str, ...]:
        """Values that somebody may give as a coarser answer, naming none of their parts."""
        inside: dict[str, set[str]] = {}
        for value in self.values:
            if value.parent is not None:
                inside.setdefault(value.parent, set()).update(value.categories)
        return tuple(
            value.id
            for value in self.values
            if value.id in inside and not value.categories <= inside[value.id]
        )

    def not_beside(self, other: Breakdown) -> str:
        """What is wrong with two of one variable, and what to do; without a full stop."""
        return (
            f"breakdowns `{self.id}` and `{other.id}` both split `{self.variable}`, so that what "
            "one shows less what the other shows can be a few people; keep one breakdown, with the "
            "coarser values as its `roll_up` (of units: its `levels`), and say in each table how "
            "far it goes down"
        )

    def down_to(self, level: str | None) -> tuple[Value, ...]:
        """Values on the levels from the coarsest down to `level` (all, when None)."""
        if level is None:
            return self.values
        kept = self.levels[: self.levels.index(level) + 1]
        return tuple(value for value in self.values if value.level in kept)


@dataclass(frozen=True)
class Table:
    """A declared crossing: its breakdowns and, for each, the finest level that it goes down to."""

    id: str
    breakdowns: tuple[str, ...]
    finest: tuple[str | None, ...]


@dataclass(frozen=True)
class Group:
    """People picked by one value of each of some breakdowns.

    Attributes:
        id: `breakdown=value` joined by `&` in the order of the plan's breakdowns; `force` for all.
        table: the first table that declares it.
        parent: the group that contains it, found by going one level up in the last breakdown.
        where: (breakdown, value) pairs.
    """

    id: str
    table: str
    label: str
    parent: str | None
    where: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Intersection:
    """A group that is watched by name, such as minority-background probationers."""

    name: str
    group: str


@dataclass(frozen=True)
class TablePlan:
    """All breakdowns, tables, named intersections and ladders that a Release publishes.

    Attributes:
        processes: of which HR may give counts by group.
        standardise: (breakdown, its finest level) of which it is told how much of a group's gap
            goes with where its people are found.
    """

    breakdowns: tuple[Breakdown, ...]
    tables: tuple[Table, ...]
    intersections: tuple[Intersection, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    processes: tuple[Process, ...] = ()
    standardise: tuple[tuple[str, str], ...] = ()

    @cached_property
    def split_twice(self) -> tuple[tuple[Breakdown, Breakdown], ...]:
        """Pairs of breakdowns of one variable: what one shows less what the other does is people.

        One Release never has any; the plans of several Releases of one wave together may.
        """
        pairs = combinations(self.breakdowns, 2)
        return tuple((one, other) for one, other in pairs if one.variable == other.variable)

    def expect_split_once(self) -> None:
        """Refuse two breakdowns of one variable.

        Raises:
            Unprotectable: names both.
        """
        for one, other in self.split_twice:
            raise Unprotectable(f"The {one.not_beside(other)}.")

    @cached_property
    def breakdown_by_id(self) -> dict[str, Breakdown]:
        """Breakdowns by id, in the order that group ids use."""
        return {breakdown.id: breakdown for breakdown in self.breakdowns}

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Every declared group once: the force, then table by table, coarser levels first."""
        found: dict[str, Group] = {FORCE: Group(FORCE, FORCE, "The whole force", None, ())}
        for table in self.tables:
            for group in self._groups_of(table):
                found.setdefault(group.id, group)
        return tuple(found.values())

    @cached_property
    def group_by_id(self) -> dict[str, Group]:
        """Groups by id, in order."""
        return {group.id: group for group in self.groups}

    def level_of(self, group: Group) -> tuple[tuple[str, str], ...]:
        """The (breakdown, level) pairs of the values that pick a group."""
        return tuple(
            (breakdown, self.breakdown_by_id[breakdown].value_by_id[value].level)
            for breakdown, value in group.where
        )

    def is_command(self, group: Group) -> bool:
        """Whether a group is all of one command."""
        return self.level_of(group) == ((COMMAND, COMMAND),)

    def groups_in(self, table: Table) -> tuple[Group, ...]:
        """The groups that `table` shows, its margins and the force included."""
        ids = [FORCE, *(group.id for group in self._groups_of(table))]
        return tuple(self.group_by_id[group] for group in ids)

    def _groups_of(self, table: Table) -> Iterator[Group]:
        choices: list[tuple[Value | None, ...]] = [
            (None, *self.breakdown_by_id[breakdown].down_to(level))
            for breakdown, level in zip(table.breakdowns, table.finest, strict=True)
        ]
        order = {breakdown: position for position, breakdown in enumerate(self.breakdown_by_id)}
        for combination in product(*choices):
            picked = sorted(
                (
                    (breakdown, value)
                    for breakdown, value in zip(table.breakdowns, combination, strict=True)
                    if value is not None
                ),
                key=lambda pair: order[pair[0]],
            )
            if picked:
                yield self._group(table, picked)

    def _group(self, table: Table, picked: list[tuple[str, Value]]) -> Group:
        *rest, (breakdown, last) = picked
        where = tuple((name, value.id) for name, value in picked)
        up = [(name, value.id) for name, value in rest]
        if last.parent is not None:
            up.append((breakdown, last.parent))
        label = ", ".join(value.label for _, value in picked)
        return Group(group_id(where), table.id, label, group_id(tuple(up)), where)


def group_id(where: tuple[tuple[str, str], ...]) -> str:
    """The id of the group that `where` picks: `a=x&b=y`, or `force` when it picks everybody."""
    return "&".join(f"{breakdown}={value}" for breakdown, value in where) or FORCE
