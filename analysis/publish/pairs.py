"""Which groups are compared with which rest, in which family: declared before any result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from analysis.plan import FORCE, Group, TablePlan

COMMAND_LEVEL = "command"
"""Units below this level of a breakdown are compared with the rest of what they stand in."""

WAVE = "wave"
"""The family of everything that is not watched by name."""


@dataclass(frozen=True)
class Pair:
    """A group against everybody else in `against`.

    Attributes:
        family: name of the comparisons that are judged together.
    """

    group: str
    against: str
    family: str


def pairs(plan: TablePlan) -> tuple[Pair, ...]:
    """Every comparison of a plan, one per group, in plan order.

    A department is compared with the rest of its command, everything else with the rest of the
    force. Families: each named intersection by itself, and all else together. A family more is a
    false finding more in every twenty waves: docs/decisions/0005.
    """
    named = {one.group: one.name for one in plan.intersections}
    return tuple(
        _pair(plan, group, named.get(group.id)) for group in plan.groups if group.id != FORCE
    )


def rests(plan: TablePlan, found: tuple[Pair, ...]) -> sparse.csr_array:
    """The matrix that makes the rests out of the groups: +1 at `against`, -1 at `group`."""
    position = {group.id: row for row, group in enumerate(plan.groups)}
    rows = np.repeat(np.arange(len(found)), 2)
    columns = np.array([position[one] for pair in found for one in (pair.against, pair.group)])
    signs = np.tile(np.array([1, -1], np.int64), len(found))
    return sparse.csr_array((signs, (rows, columns)), (len(found), len(plan.groups)))


def _pair(plan: TablePlan, group: Group, name: str | None) -> Pair:
    family = WAVE if name is None else f"intersection {name}"
    return Pair(group.id, _within_command(plan, group) or FORCE, family)


def _within_command(plan: TablePlan, group: Group) -> str | None:
    """The group that a department stands in; None for anything else."""
    if len(group.where) != 1:
        return None
    breakdown, value = group.where[0]
    levels = plan.breakdown_by_id[breakdown].levels
    level = plan.breakdown_by_id[breakdown].value_by_id[value].level
    if COMMAND_LEVEL not in levels or levels.index(level) <= levels.index(COMMAND_LEVEL):
        return None
    return group.parent
