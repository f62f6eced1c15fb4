"""Whose people a group holds in an earlier wave: its own, or those of groups that went into it.

A reorganised unit is a new one, unless the questionnaire says what it was. Units that went into
another whole give it their past: a new name, or several that were merged. A unit that was split,
or that gained or lost a department, has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from analysis.plan import Breakdown, Group, TablePlan, group_id
from analysis.release.model import BreakdownFacts, Release
from analysis.reorganised import resolve

Leaves = Mapping[str, frozenset[str]]
"""Value id -> ids of the finest values inside it."""


class Lineage:
    """The groups of an earlier Release that hold the people of a plan's groups.

    Args:
        plan: of this wave.
        then: the earlier Release.
    """

    def __init__(self, plan: TablePlan, then: Release) -> None:
        self._then = then
        self._facts = {one.id: one for one in then.manifest.breakdowns}
        self._order = {name: at for at, name in enumerate(self._facts)}
        self._plan = plan
        self._leaves: dict[str, Leaves] = {}
        self._parts: dict[tuple[str, str], tuple[str, ...]] = {}

    def of(self, group: Group) -> tuple[str, ...]:
        """Ids of the earlier groups: one, several that were merged, or none that can be compared.

        More than one only where units were merged; they share nobody.
        """
        choices = [
            [(breakdown, part) for part in self._same_people(breakdown, value)]
            for breakdown, value in group.where
        ]
        found = tuple(
            group_id(tuple(sorted(where, key=lambda pair: self._order[pair[0]])))
            for where in product(*choices)
        )
        return found if found and all(one in self._then.group_by_id for one in found) else ()

    def picked(self, group: str) -> list[tuple[str, frozenset[str]]]:
        """What picks the people of an earlier group: the variable, and its categories then.

        Categories are those of units and of questions, whose finest values are their categories.
        """
        row = self._then.group_by_id[group]
        return [
            (self._plan.breakdown_by_id[name].variable, self._of_facts(self._facts[name])[value])
            for name, value in zip(self._facts, row.values, strict=True)
            if value
        ]

    def _same_people(self, breakdown: str, value: str) -> tuple[str, ...]:
        """The earlier values that together hold the same finest values; none where others do."""
        key = breakdown, value
        if key not in self._parts:
            facts = self._facts.get(breakdown)
            now = self._plan.breakdown_by_id[breakdown]
            self._parts[key] = () if facts is None else self._compared(now, facts, value)
        return self._parts[key]

    def _compared(self, now: Breakdown, facts: BreakdownFacts, value: str) -> tuple[str, ...]:
        then = self._of_facts(facts)
        parts = resolve(value, dict(now.was), then)
        if not parts:
            return ()
        codes = now.value_by_id[value].categories
        inside = [
            resolve(one.id, dict(now.was), then)
            for one in now.values
            if one.level == now.levels[-1] and one.categories <= codes
        ]
        before = {leaf for one in inside for leaf in one}
        counted = [leaf for one in parts for leaf in then[one]]
        # Each of them once: parts inside each other would count people twice.
        same = all(inside) and set(counted) == before and len(counted) == len(before)
        return parts if same else ()

    def _of_facts(self, facts: BreakdownFacts) -> Leaves:
        if facts.id not in self._leaves:
            self._leaves[facts.id] = leaves(facts)
        return self._leaves[facts.id]


def leaves(facts: BreakdownFacts) -> Leaves:
    """The finest values inside each value of a published breakdown."""
    found: dict[str, set[str]] = {value: set() for value, _, _, _ in facts.values}
    above = {value: parent for value, _, _, parent in facts.values}
    for value, _, level, _ in facts.values:
        if level == facts.levels[-1]:
            up: str | None = value
            while up is not None:
                found[up].add(value)
                up = above[up]
    return {value: frozenset(inside) for value, inside in found.items()}
