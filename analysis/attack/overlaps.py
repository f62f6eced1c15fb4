"""Two breakdowns of one question in one Release: what one shows less what the other shows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations

from analysis.attack.bands import crossed
from analysis.attack.breaches import Breach
from analysis.attack.sums import shown_people
from analysis.attack.united import at_once, attack_united, untold
from analysis.plan import Breakdown, Table, TablePlan, Value
from analysis.release.model import BreakdownFacts, Release


def attack_overlaps(release: Release, plan: TablePlan | None) -> Iterator[Breach]:
    """Of how few people it is told that one banding counts them here and another one there.

    Args:
        release: what is published.
        plan: tells which breakdowns split the same answers. Without it those do that have the same
            finest values, put together otherwise.
    """
    if plan is None or not _is_of(release, plan):
        plan = _as_told(release)
    if not plan.split_twice:
        return
    plan = crossed(plan)
    for every in at_once(release, (), plan):
        for group, (low, high) in untold(every, plan):
            if low >= 1 and high < release.manifest.policy["k"]:
                yield Breach("overlap", group, f"{group} is {low:.0f} to {high:.0f} people")
    for breach in attack_united(release, (), plan):
        yield replace(breach, kind="overlap")


def _is_of(release: Release, plan: TablePlan) -> bool:
    """Whether it is the plan by which a Release was made, as far as its groups tell."""
    ids = [one.id for one in release.manifest.breakdowns]
    return (
        ids == list(plan.breakdown_by_id) and release.group_by_id.keys() <= plan.group_by_id.keys()
    )


def _as_told(release: Release) -> TablePlan:
    """The plan that the manifest tells: finest values stand for the answers that they take in."""
    facts = release.manifest.breakdowns
    leaves = {one.id: _leaves(one) for one in facts}
    named = {one.id: one.id for one in facts}
    for one, other in combinations(facts, 2):
        if _split_the_same(release, one, other):
            named[other.id] = named[one.id]
    breakdowns = tuple(
        Breakdown(
            *(one.id, one.label, named[one.id], one.levels),
            tuple(
                Value(value, label, level, parent, leaves[one.id][value])
                for value, label, level, parent in one.values
            ),
        )
        for one in facts
    )
    by_id = {one.id: one for one in breakdowns}
    tables = tuple(
        Table(name, of, tuple(_finest(release, of, by_id[each]) for each in of))
        for name, of in release.manifest.tables
    )
    return TablePlan(breakdowns, tables)


def _leaves(facts: BreakdownFacts) -> Mapping[str, frozenset[str]]:
    """Each value -> the finest values inside it, and those who said no more than a coarser one."""
    parts: dict[str, list[str]] = {}
    for value, _, _, parent in facts.values:
        parts.setdefault(parent or "", []).append(value)
    alone = {one: {f"{one} and no more"} for one in facts.said_alone}

    def inside(value: str) -> frozenset[str]:
        below = (inside(part) for part in parts.get(value, ()))
        own = {value} if value not in parts else set()
        return frozenset(own | alone.get(value, set())).union(*below)

    return {value: inside(value) for value, *_ in facts.values}


def _split_the_same(release: Release, one: BreakdownFacts, other: BreakdownFacts) -> bool:
    """Whether two breakdowns put the same finest values together otherwise.

    Yes and no are values of many questions: where the same values have other bases, it is not one.
    """
    mine, theirs = _leaves(one), _leaves(other)
    finest, others = (
        {value for value, _, level, _ in each.values if level == each.levels[-1]}
        for each in (one, other)
    )
    if finest != others or len(finest) < 2 or set(mine.values()) == set(theirs.values()):
        return False
    shown, names = shown_people(release), [each.id for each in release.manifest.breakdowns]
    for value, inside in mine.items():
        for like in (name for name, same in theirs.items() if same == inside):
            first, second = (
                shown.get(
                    tuple(picked if name == each.id else "" for name in names), (0.0, math.inf)
                )
                for each, picked in ((one, value), (other, like))
            )
            if max(first[0], second[0]) > min(first[1], second[1]):
                return False
    return True


def _finest(release: Release, table: tuple[str, ...], breakdown: Breakdown) -> str | None:
    """The finest level of a breakdown of which a table has groups."""
    names = [one.id for one in release.manifest.breakdowns]
    of = {name: at for at, name in enumerate(names)}
    used = {
        breakdown.value_by_id[row.values[of[breakdown.id]]].level
        for row in release.groups
        if {name for name, value in zip(names, row.values, strict=True) if value} == set(table)
    }
    return max(used, key=breakdown.levels.index, default=None)
