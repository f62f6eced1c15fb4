"""Areas of concern and strengths, in the fixed words of the Release."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from analysis.release.model import Release
from analysis.release.rows import ConcernRow
from survey.results.scope import Scope


@dataclass(frozen=True)
class Finding:
    """One area of concern or strength.

    Attributes:
        about: the theme or item; `group` whose answers it is about; both as labels.
        people: about how many people the gap stands for.
        words: the fixed sentence.
    """

    group: str
    about: str
    state: str
    gap: int
    people: int
    words: str


@dataclass(frozen=True)
class Findings:
    """What the area-of-concern rule raised within a page's scope.

    Attributes:
        comparisons: how many comparisons it made in the whole Release, to be said above the list.
    """

    concerns: tuple[Finding, ...]
    strengths: tuple[Finding, ...]
    comparisons: int


def findings(release: Release, scope: Scope, measures: Collection[str] | None = None) -> Findings:
    """The concerns and strengths of `scope`, by gap x people, never by probability.

    Args:
        release: what was published.
        scope: what the reader may see.
        measures: ids of the only themes and items that are wanted; None for all.
    """
    seen = [
        row
        for row in release.concerns
        if row.group in scope.groups
        and row.against in scope.groups
        and (measures is None or row.measure in measures)
    ]
    return Findings(
        _ordered(release, (row for row in seen if row.kind == "concern")),
        _ordered(release, (row for row in seen if row.kind == "strength")),
        release.manifest.comparisons,
    )


def _ordered(release: Release, rows: Iterable[ConcernRow]) -> tuple[Finding, ...]:
    named = {group: name for name, group in release.manifest.intersections}
    ordered = sorted(rows, key=lambda row: -row.people * abs(row.gap))
    return tuple(
        Finding(
            named.get(row.group, release.group_by_id[row.group].label),
            release.measure_by_id[row.measure].label,
            row.state,
            row.gap,
            row.people,
            row.words,
        )
        for row in ordered
    )
