"""Which groups are compared with which rest, in which family: declared before any result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from analysis.plan import FORCE, Group, TablePlan
from analysis.release.families import family_of
from analysis.release.model import BreakdownFacts
from analysis.statistics.concerns import Share


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
    """Every comparison of a plan, one per group, in plan order: each with the rest of the force."""
    named = {one.group: one.name for one in plan.intersections}
    facts = {one.id: BreakdownFacts.of(one) for one in plan.breakdowns}
    return tuple(
        _pair(facts, group, named.get(group.id)) for group in plan.groups if group.id != FORCE
    )


def rests(plan: TablePlan, found: tuple[Pair, ...]) -> sparse.csr_array:
    """The matrix that makes the rests out of the groups: +1 at `against`, -1 at `group`."""
    position = {group.id: row for row, group in enumerate(plan.groups)}
    rows = np.repeat(np.arange(len(found)), 2)
    columns = np.array([position[one] for pair in found for one in (pair.against, pair.group)])
    signs = np.tile(np.array([1, -1], np.int64), len(found))
    return sparse.csr_array((signs, (rows, columns)), (len(found), len(plan.groups)))


def _pair(facts: Mapping[str, BreakdownFacts], group: Group, name: str | None) -> Pair:
    family = family_of(facts, group.where, group.parent, name)
    return Pair(group.id, FORCE, family.name, family.share)
