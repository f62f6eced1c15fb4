"""People as another wave's Release told them, who may nearly be those who were asked in a wave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from analysis.attack.breaches import Breach
from analysis.attack.processes import few_silent, people_at_risk
from analysis.plan import FORCE, TablePlan
from analysis.release.known import people
from analysis.release.model import Release
from analysis.release.processes import processes_of
from analysis.release.rows import ProcedureRow
from analysis.statistics.disproportion import Span

Spans = Mapping[str, Span]
"""Group id -> people as published."""


def headcounts(release: Release) -> Spans:
    """The headcounts that a Release tells."""
    told = {row.group: row.headcount for row in release.groups if row.headcount is not None}
    return {group: _span(size, *people(size, release.manifest.policy))
            for group, size in told.items()}  # fmt: skip


def at_risk(release: Release, rows: Iterable[ProcedureRow]) -> Spans:
    """The people of a process, which stand in steps whatever their number."""
    step = release.manifest.policy["base_step"]
    return {row.group: Span.of(row.at_risk, step) for row in rows if row.at_risk is not None}


def nearly_those_asked(release: Release, before: Spans) -> Spans | None:
    """How many people a Release's wave asked, if nobody came or went but where that is told.

    Every group of which both tell says by how many people it has surely changed; no group is taken
    to have changed by more than the one that changed most.

    Args:
        release: of the wave.
        before: people as they were told of another wave.

    Returns:
        None where they seem to be other people: the force is not told in both, or some group has k
        people more or fewer.
    """
    told = headcounts(release)
    if FORCE not in told or FORCE not in before:
        return None
    moved = max(
        max(told[group].low - before[group].high, before[group].low - told[group].high, 0)
        for group in told.keys() & before.keys()
    )
    if moved >= release.manifest.policy["k"]:
        return None
    nearly = {
        group: _span(span.people, max(0, span.low - moved), span.high + moved)
        for group, span in before.items()
        if group in release.group_by_id
    }
    return {**nearly, **told}


def at_risk_elsewhere(
    release: Release, other: Release, plan: TablePlan | None, name: str
) -> Iterator[Breach]:
    """Few who did not answer, by people at risk of another Release, who may be those asked.

    Of the same wave they are; of another one, earlier or later, they may nearly be: see
    `nearly_those_asked`.

    Args:
        release: whose answers are looked at.
        other: whose processes are.
        plan: as for `examine`.
        name: of the other one.
    """
    same = release.manifest.wave == other.manifest.wave
    found: list[Breach] = []
    for process in processes_of(other):
        rows = tuple(
            replace(row, process=f"{process} of {name}")
            for row in other.procedures
            if row.process == process and row.group in release.group_by_id
        )
        if same:
            found += people_at_risk(replace(release, procedures=rows), plan)
        elif (frame := nearly_those_asked(release, at_risk(other, rows))) is not None:
            groups, told_by = [row.group for row in rows], f"{process} of {name}"
            found += few_silent(release, plan, groups, [(told_by, frame)])
    # What the Release tells by itself is no other one's doing.
    alone = {one.group for one in people_at_risk(release, plan)} if found else set()
    yield from (one for one in found if one.group not in alone)


def _span(size: int, low: int, high: int) -> Span:
    return Span(min(max(size, low), high), low, high)
