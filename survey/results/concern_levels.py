"""Levels of concern: which groups surely lie above a level that was set in advance."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from analysis.release.levels import Judgement, judgements
from analysis.release.model import Release
from analysis.release.rows import ConcernRow, MeasureRow
from survey.results import words
from survey.results.scope import Scope


@dataclass(frozen=True)
class Above:
    """A group that lies above: its percent with the range, and about how many people that is."""

    group: str
    figure: str
    people: int


@dataclass(frozen=True)
class LevelBlock:
    """One statement with a level.

    Attributes:
        about: its wording.
        said: the level, and how many groups of the whole force were judged, in words.
        rows: groups in the reader's scope that lie above, by how many people that is about.
    """

    about: str
    said: str
    rows: tuple[Above, ...]


def blocks(
    release: Release, scope: Scope, measures: Collection[str] | None = None
) -> tuple[LevelBlock, ...]:
    """A block for each statement with a level; none in a survey with weights.

    Args:
        release: what was published.
        scope: what the reader may see.
        measures: ids of the only statements that are wanted; None for all.
    """
    wanted = [
        row
        for row in release.measures
        if row.level is not None and (measures is None or row.measure in measures)
    ]
    judged = _judged(release) if wanted else ()
    return tuple(
        _block(release, scope, row, found)
        for row in wanted
        if (found := [one for one in judged if one.look.measure is row])
    )


def above(release: Release, scope: Scope) -> int:
    """How many groups of the reader's scope lie above a level, a group once for each level."""
    rows = (row for row in release.concerns if row.kind == "level")
    return sum(row.group in scope.groups for row in rows)


_KEPT: dict[int, tuple[Release, tuple[Judgement, ...]]] = {}
_MOST_KEPT = 16


def _judged(release: Release) -> tuple[Judgement, ...]:
    """Worked out once for each Release, which never changes: all groups of a force are judged."""
    kept = _KEPT.get(id(release))
    if kept is None or kept[0] is not release:
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.clear()
        kept = _KEPT[id(release)] = (release, judgements(release))
    return kept[1]


def _block(
    release: Release, scope: Scope, measure: MeasureRow, judged: list[Judgement]
) -> LevelBlock:
    names = {row.group: row.label for row in release.groups}
    names |= {group: name for name, group in release.manifest.intersections}
    verdicts = [one.verdict for one in judged]
    answers = [label for _, label, reading in measure.categories if reading == "negative"]
    return LevelBlock(
        measure.label,
        words.level(
            measure.level or 0, answers, len(judged), verdicts.count("above"),
            verdicts.count("below"),
        ),
        tuple(
            Above(names[row.group], _figure(release, row, measure.level or 0), row.people)
            for row in release.concerns
            if (row.kind, row.measure) == ("level", measure.measure) and row.group in scope.groups
        ),
    )  # fmt: skip


def _figure(release: Release, row: ConcernRow, level: int) -> str:
    bound = release.estimate_by_key[row.group, row.measure].negative_bound
    lower, upper = level + row.lower, level + row.upper
    return f"{words.percent(level + row.gap, bound)} ({lower} to {upper})"
