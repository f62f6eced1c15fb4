"""Which groups are compared with whom, in which family: declared before any result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from analysis.plan import COMMAND, FORCE, Group, TablePlan, group_id
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


def sides(plan: TablePlan) -> tuple[tuple[str, str], ...]:
    """Groups that are watched by name, each with those that share all but one of its traits.

    Watched are named intersections and the rungs of their ladders. Of a trait the other values on
    its coarsest level are looked at: black probationers stand beside white ones, not beside parts
    of the group that they belong to. A unit is no trait. Only declared groups are compared.
    """
    rungs = [rung for ladder in plan.ladders if ladder.named for rung in ladder.rungs]
    named = [one.group for one in plan.intersections]
    watched = named + [group for rung in rungs if rung.kind != "margins" for group in rung.groups]
    return tuple(
        (group, other)
        for group in dict.fromkeys(watched)
        for other in _sides(plan, plan.group_by_id[group])
    )


def _sides(plan: TablePlan, group: Group) -> Iterator[str]:
    for name, value in group.where if len(group.where) > 1 else ():
        breakdown = plan.breakdown_by_id[name]
        own: set[str] = set()
        at: str | None = value
        while at is not None:
            own.add(at)
            at = breakdown.value_by_id[at].parent
        for other in breakdown.values if name != COMMAND else ():
            if other.level == breakdown.levels[0] and other.id not in own:
                where = ((one, other.id if one == name else kept) for one, kept in group.where)
                if (found := group_id(tuple(where))) in plan.group_by_id:
                    yield found


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
