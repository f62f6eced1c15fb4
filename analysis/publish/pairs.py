"""Which groups are compared with which rest, in which family: declared before any result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from analysis.plan import FORCE, Group, TablePlan
from analysis.statistics.concerns import Share

COMMAND_LEVEL = "command"
"""Units below this level of a breakdown are a family by themselves in each unit around them."""


@dataclass(frozen=True)
class Pair:
    """A group against everybody else in `against`.

    Attributes:
        family: name of the comparisons that are judged together.
        share: which families it divides one rate of error with.
    """

    group: str
    against: str
    family: str
    share: Share = "others"


def pairs(plan: TablePlan) -> tuple[Pair, ...]:
    """Every comparison of a plan, one per group, in plan order: each with the rest of the force.

    Families follow from what the questionnaire declares: commands and what stands above them; the
    departments of each command; each characteristic; each crossing; each named intersection.
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
    if name is not None:
        return Pair(group.id, FORCE, f"intersection {name}", "named")
    if len(group.where) == 1:
        breakdown, value = group.where[0]
        levels = plan.breakdown_by_id[breakdown].levels
        level = plan.breakdown_by_id[breakdown].value_by_id[value].level
        if COMMAND_LEVEL in levels and levels.index(level) > levels.index(COMMAND_LEVEL):
            return Pair(group.id, FORCE, f"within {group.parent}", "departments")
    return Pair(group.id, FORCE, " x ".join(breakdown for breakdown, _ in group.where))
