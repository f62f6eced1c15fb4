"""Cases and all others of each group, as one more variable of the plan.

Who is a case and who is not add up to the group, in every group and in every crossing. So a process
is protected like any plan: its tables are crossed with the outcome, and the bases are those of the
groups, of their cases, and of their others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from analysis.codebook import Codebook, Variable, VariableCategory
from analysis.disclosure.bounds import Known
from analysis.disclosure.complementary import Hidden
from analysis.disclosure.repair import hiding_pattern
from analysis.disclosure.system import System, build
from analysis.disclosure.targets import ALWAYS, Targets, left, of_groups
from analysis.errors import Unprotectable
from analysis.plan import FORCE, Breakdown, Group, Table, TablePlan, Value
from analysis.policy import DisclosurePolicy

OUTCOME = "~outcome"
"""No breakdown of a questionnaire can be called so."""

_KINDS = ("case", "other")


@dataclass(frozen=True)
class Outcomes:
    """The groups of a plan with their cases and others.

    Attributes:
        groups: ids of the groups.
        at: group id -> positions in the system of the group, its cases and its others.
        known: what a reader knows of each when it is shown: a step of `base_step` people.
    """

    groups: tuple[str, ...]
    at: Mapping[str, tuple[int, int, int]]
    system: System
    known: Known
    targets: Targets
    k: int

    def shown(self, hidden: Collection[str], told: Collection[str] = frozenset()) -> frozenset[str]:
        """The groups of which the counts may be shown; they are shown together or not at all.

        Args:
            hidden: ids of groups that are not shown whatever else is.
            told: ids of groups of which all readers know how many people there are, though their
                cases may be hidden.

        Raises:
            Unprotectable: when the counts contradict each other, or when what is told would have
                to be hidden.
        """
        pattern = self._spread({group for group in self.groups if group in hidden}, told)
        pattern |= self.system.bases < self.k
        people = [self.at[group][0] for group in self.groups if group in told]
        pattern[people] = False
        while True:
            found = hiding_pattern(self.system, self.known, pattern, self.k, self.targets)
            if found[people].any():
                raise Unprotectable("how many people there are was told already")
            gone = {group for group in self.groups if found[list(self.at[group])].any()}
            together = self._spread(gone, told)
            if (together == found).all():
                return frozenset(group for group in self.groups if group not in gone)
            pattern = together

    def _spread(self, groups: Collection[str], told: Collection[str]) -> Hidden:
        pattern = np.zeros(len(self.system.groups), dtype=bool)
        for group in groups:
            everybody, *parts = self.at[group]
            pattern[parts if group in told else [everybody, *parts]] = True
        return pattern


def outcomes(
    codebook: Codebook,
    plan: TablePlan,
    at_risk: Mapping[str, int],
    cases: Mapping[str, int],
    policy: DisclosurePolicy,
) -> Outcomes:
    """Cases and others of every group of a plan.

    Args:
        codebook: gives the categories of every variable.
        plan: what `levels_of` made of the questionnaire's.
        at_risk: people by id of every group of the plan.
        cases: those of them who are a case, likewise.
        policy: thresholds and the step in which counts are published.

    Raises:
        Unprotectable: when the tables are linked into too many unknowns, or counts contradict
            each other.
    """
    book, crossed = _with_outcome(codebook, plan)
    place = {group: at for at, group in enumerate(crossed.group_by_id)}
    at = {group.id: _places(group, place) for group in plan.groups}
    bases = np.zeros(len(place), dtype=np.int64)
    for group, (everybody, case, other) in at.items():
        bases[everybody], bases[case] = at_risk[group], cases[group]
        bases[other] = at_risk[group] - cases[group]
    system = build(book, crossed, bases)
    left(system)
    step, most = policy.base_step, 4.0 * max(int(bases.max(initial=0)), policy.k)
    low = np.floor(bases / step + 0.5) * step - step // 2
    known = Known(
        bases,
        np.maximum(low, 0.0),
        low + step - 1,
        np.full(len(bases), most),
    )
    targets = of_groups(system, policy.k)
    # What is left of shown counts is no secret where it may be nobody.
    targets = replace(targets, may_be_none=targets.group == ALWAYS)
    return Outcomes(tuple(plan.group_by_id), at, system, known, targets, policy.k)


def levels_of(plan: TablePlan, groups: Collection[str]) -> TablePlan:
    """The plan down to those levels of which all groups are given; without the other tables."""
    tables = (_deepest(plan, table, groups) for table in plan.tables)
    return TablePlan(plan.breakdowns, tuple(table for table in tables if table is not None))


def _deepest(plan: TablePlan, table: Table, groups: Collection[str]) -> Table | None:
    ways = [
        _down_to(plan.breakdown_by_id[name], finest)
        for name, finest in zip(table.breakdowns, table.finest, strict=True)
    ]
    places = sorted(product(*(range(len(way)) for way in ways)), key=lambda at: (-sum(at), at))
    for at in places:
        finest = tuple(way[one] for way, one in zip(ways, at, strict=True))
        tried = Table(table.id, table.breakdowns, finest)
        alone = TablePlan(plan.breakdowns, (tried,))
        if all(group.id in groups for group in alone.groups):
            return tried
    return None


def _down_to(breakdown: Breakdown, finest: str | None) -> tuple[str, ...]:
    last = len(breakdown.levels) if finest is None else breakdown.levels.index(finest) + 1
    return breakdown.levels[:last]


def _with_outcome(codebook: Codebook, plan: TablePlan) -> tuple[Codebook, TablePlan]:
    values = tuple(Value(one, one, OUTCOME, None, frozenset({one})) for one in _KINDS)
    outcome = Breakdown(OUTCOME, OUTCOME, OUTCOME, (OUTCOME,), values)
    variable = Variable(OUTCOME, OUTCOME, tuple(VariableCategory(one, one) for one in _KINDS))
    tables = (
        Table(OUTCOME, (OUTCOME,), (None,)),
        *(
            Table(f"{table.id}&{OUTCOME}", (*table.breakdowns, OUTCOME), (*table.finest, None))
            for table in plan.tables
        ),
    )
    used = {name for table in plan.tables for name in table.breakdowns}
    kept = tuple(one for one in plan.breakdowns if one.id in used)
    return (
        replace(codebook, variables=(*codebook.variables, variable)),
        TablePlan((*kept, outcome), tables),
    )


def _places(group: Group, place: Mapping[str, int]) -> tuple[int, int, int]:
    everybody, case, other = (place[name] for name in _names(group))
    return everybody, case, other


def _names(group: Group) -> Iterator[str]:
    """Ids of a group, its cases and its others in the crossed plan."""
    yield group.id
    for kind in _KINDS:
        part = f"{OUTCOME}={kind}"
        yield part if group.id == FORCE else f"{group.id}&{part}"
