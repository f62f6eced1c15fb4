"""A process of a Release as if it were a Release of its own: groups by whether they are a case.

So whatever attacks or proves the bases of groups does it for the counts of processes as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analysis.release.model import BreakdownFacts, Release
from analysis.release.rows import GroupRow, ProcedureRow

OUTCOME, ALL, CASE, OTHER = "~outcome", "all", "case", "other"
"""A breakdown of everybody into cases and others, who are all of them."""

_NEVER_EXACT = 10**9
"""In place of `fine_base`: counts of processes are rounded whatever their number."""


def processes_of(release: Release) -> tuple[str, ...]:
    """Ids of the processes that have rows, in order."""
    return tuple(dict.fromkeys(row.process for row in release.procedures))


def as_release(release: Release, process: str) -> Release:
    """The counts of one process as groups: all people at risk, the cases, and the others."""
    rows = [row for row in release.procedures if row.process == process]
    groups = tuple(group for row in rows for group in _groups(release, row))
    order = [one.id for one in release.manifest.breakdowns]
    used = {
        frozenset(name for name, value in zip(order, group.values, strict=False) if value)
        for group in groups
    }
    crossed = [
        (table, (*names, OUTCOME))
        for table, names in release.manifest.tables
        if frozenset(names) in used
    ]
    outcome = BreakdownFacts(
        *(OUTCOME, OUTCOME, (ALL, OUTCOME)),
        ((ALL, ALL, ALL, None), (CASE, CASE, OUTCOME, ALL), (OTHER, OTHER, OUTCOME, ALL)),
    )
    manifest = replace(
        release.manifest,
        breakdowns=(*release.manifest.breakdowns, outcome),
        tables=((OUTCOME, (OUTCOME,)), *crossed),
        policy={**release.manifest.policy, "fine_base": _NEVER_EXACT},
        cards=None,
        received=None,
        coarser=(),
        bands=(),
    )
    return Release(manifest, (), groups, (), (), (), (), ())


def _groups(release: Release, row: ProcedureRow) -> Iterator[GroupRow]:
    """Of the others nothing is published but what the two counts leave."""
    values = release.group_by_id[row.group].values
    for kind, what, people in (
        (ALL, "people", row.at_risk),
        (CASE, "cases", row.cases),
        (OTHER, "people without a case", None),
    ):
        name = f"{row.process}: {what} in {row.group}"
        yield GroupRow(name, OUTCOME, name, None, (*values, kind), people, None, None, row.status)
