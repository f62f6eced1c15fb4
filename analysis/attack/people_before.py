"""People as another wave's Release told them, who may nearly be those who were asked in a wave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from analysis.plan import FORCE
from analysis.release.known import people
from analysis.release.model import Release
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


def _span(size: int, low: int, high: int) -> Span:
    return Span(min(max(size, low), high), low, high)
