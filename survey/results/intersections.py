"""Groups watched by name, such as minority-background probationers, beside their neighbours."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.plan import FORCE
from analysis.release.model import Release
from analysis.release.rows import GroupRow
from survey.results import words
from survey.results.scope import Scope, label, picked


@dataclass(frozen=True)
class IntersectionRow:
    """One theme: a figure with its range for each column, and what the comparison says."""

    theme: str
    figures: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class IntersectionBlock:
    """A watched group. Without rows it cannot be shown, and the fixed words of absence stand.

    Attributes:
        columns: the group itself, those who share all but one of its traits, everybody.
    """

    id: str
    name: str
    answers: str
    columns: tuple[str, ...]
    rows: tuple[IntersectionRow, ...]


def blocks(release: Release, scope: Scope) -> tuple[IntersectionBlock, ...]:
    """A block for each intersection that the Release names and the reader may see."""
    return tuple(
        _block(release, name, release.group_by_id[group], f"watched-{number}")
        for number, (name, group) in enumerate(release.manifest.intersections, start=1)
        if group in scope.groups
    )


def _block(release: Release, name: str, row: GroupRow, block_id: str) -> IntersectionBlock:
    if row.status != "shown":
        return IntersectionBlock(block_id, name, words.answers_in_words(row, {}), (), ())
    columns = [row, *_neighbours(release, row), release.group_by_id[FORCE]]
    against = {
        comparison.measure: comparison
        for comparison in release.comparisons
        if comparison.group == row.group and comparison.against == FORCE
    }
    # What was raised was decided before rounding: its limits, rounded outward, may reach 0.
    raised = {found.measure: found.words for found in release.concerns if found.group == row.group}
    force_base = release.group_by_id[FORCE].base
    rest = force_base - row.base if force_base and row.base else None
    rows = tuple(
        IntersectionRow(
            theme.label,
            tuple(_figure(release, column.group, theme.measure) for column in columns),
            raised.get(theme.measure)
            or words.comparison(against.get(theme.measure), row.base, rest),
        )
        for theme in release.measures
        if theme.kind == "theme"
    )
    labels = tuple(label(release, column) for column in columns)
    answers = words.answers_in_words(row, release.manifest.policy)
    return IntersectionBlock(block_id, name, answers, labels, rows)


def _figure(release: Release, group: str, theme: str) -> str:
    row = release.estimate_by_key.get((group, theme))
    return "[x]" if row is None else words.figure_with_range(row)


def _neighbours(release: Release, row: GroupRow) -> list[GroupRow]:
    """Groups that differ in one trait only: the other values of the same level and parent."""
    own = picked(release, row)
    values = {
        breakdown.id: {value[0]: value for value in breakdown.values}
        for breakdown in release.manifest.breakdowns
    }
    found = []
    for name, chosen in own:
        _, _, level, parent = values[name][chosen]
        for other, _, other_level, other_parent in values[name].values():
            if other != chosen and (other_level, other_parent) == (level, parent):
                pairs = [(key, other if key == name else value) for key, value in own]
                group = "&".join(f"{key}={value}" for key, value in pairs)
                if group in release.group_by_id:
                    found.append(release.group_by_id[group])
    return found
