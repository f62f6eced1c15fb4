"""Shape first: a level of which most groups would be hidden is not published at all.

A *level* is one level of each of some breakdowns, such as command by roll-up of ethnicity, and
holds all groups of that crossing, in whatever table they stand. It is *inner* as long as nothing
finer is published. Where more than half of an inner level's groups are hidden, all of them are, and
the pattern is made again: what was hidden only to protect groups of that level can then be shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.disclosure.complementary import Hidden
from analysis.plan import Group, TablePlan

Positions = npt.NDArray[np.int64]
"""Positions in `TablePlan.groups`."""

MOST = 0.5
"""A level stays as long as no larger share of its groups is hidden."""


@dataclass(frozen=True)
class Level:
    """All groups of one crossing of levels.

    Attributes:
        id: `breakdown=level` joined by `&`, in the order of the plan.
        groups: its groups.
        leaving: those that are hidden with it. A group that is the only part of the one above it
            is not: it says the same as that one.
        named: those that the plan names in an intersection, or on whose behalf one is asked. While
            one of these is shown the level stays.
        finer: positions of the levels that are finer.
    """

    id: str
    groups: Positions
    leaving: Positions
    named: Positions
    finer: frozenset[int]


def levels_of(plan: TablePlan) -> tuple[Level, ...]:
    """Every level of a plan, in the order of its groups."""
    found: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for position, group in enumerate(plan.groups):
        if group.where:
            found.setdefault(plan.level_of(group), []).append(position)
    named, alone = _named(plan), _only_parts(plan)
    crossings = [dict(crossing) for crossing in found]
    return tuple(
        Level(
            "&".join(f"{breakdown}={level}" for breakdown, level in crossing),
            groups=np.array(groups),
            leaving=np.array([one for one in groups if one not in alone], dtype=np.int64),
            named=np.array([one for one in groups if one in named], dtype=np.int64),
            finer=frozenset(
                at for at, other in enumerate(crossings) if _is_finer(plan, other, dict(crossing))
            ),
        )
        for crossing, groups in found.items()
    )


def leave_out(
    levels: Sequence[Level], small: Hidden, pattern: Callable[[Hidden], Hidden]
) -> tuple[Hidden, tuple[str, ...]]:
    """Hide what must be, level by level.

    What is small decides first, which takes no pattern; then the level of which the largest share
    is hidden goes, one at a time, since the others may need less without it.

    Args:
        levels: what may be left out.
        small: the groups that cannot be shown, shape (G,).
        pattern: gives all groups to hide when these are, shape (G,) both.

    Returns:
        The groups to hide, shape (G,), and the ids of the levels that are left out.
    """
    start, gone = small.copy(), set[int]()

    def leave(hidden: Hidden) -> bool:
        found = _mostly_hidden(levels, gone, hidden)
        if found is None:
            return False
        gone.add(found)
        start[levels[found].leaving] = True
        return True

    while leave(start):
        pass
    hidden = pattern(start)
    while leave(hidden):
        hidden = pattern(start)
    return hidden, tuple(levels[at].id for at in sorted(gone))


def _mostly_hidden(levels: Sequence[Level], gone: set[int], hidden: Hidden) -> int | None:
    """The inner level with the largest share of hidden groups, if that is more than `MOST`."""
    shares = {
        at: float(hidden[level.groups].mean())
        for at, level in enumerate(levels)
        if at not in gone and level.finer <= gone and len(level.leaving)
        if hidden[level.named].all()
    }
    most = max(shares, key=lambda at: shares[at], default=None)
    return None if most is None or shares[most] <= MOST else most


def _is_finer(plan: TablePlan, one: dict[str, str], other: dict[str, str]) -> bool:
    return one != other and all(
        breakdown in one
        and plan.breakdown_by_id[breakdown].levels.index(one[breakdown])
        >= plan.breakdown_by_id[breakdown].levels.index(level)
        for breakdown, level in other.items()
    )


def _named(plan: TablePlan) -> frozenset[int]:
    names = {one.group for one in plan.intersections}
    names |= {one.asked for one in plan.ladders if one.named}
    return _positions(plan, lambda group: group.id in names)


def _only_parts(plan: TablePlan) -> frozenset[int]:
    """Groups with a value that is the only one inside the value, or the force, above it."""
    alone = set()
    for breakdown in plan.breakdowns:
        parents = [value.parent for value in breakdown.values]
        alone |= {
            (breakdown.id, one.id) for one in breakdown.values if parents.count(one.parent) == 1
        }
    return _positions(plan, lambda group: bool(alone & set(group.where)))


def _positions(plan: TablePlan, picks: Callable[[Group], bool]) -> frozenset[int]:
    return frozenset(at for at, group in enumerate(plan.groups) if picks(group))


def not_published(plan: TablePlan, left_out: Collection[str]) -> tuple[tuple[str, str], ...]:
    """The levels that are left out, each with the id of the table of its breakdowns.

    Where no table crosses just these, it is the first with their groups.
    """
    tables = {frozenset(table.breakdowns): table.id for table in plan.tables}
    found = []
    for level in levels_of(plan):
        if level.id in left_out:
            first = plan.groups[int(level.groups[0])]
            own = tables.get(frozenset(breakdown for breakdown, _ in first.where), first.table)
            found.append((own, level.id))
    return tuple(found)
