"""How much of a gap goes with where people work, or with what else the questionnaire names."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.plan import COMMAND, FORCE
from analysis.release.model import Release
from analysis.release.rows import ComparisonRow, StandardisedRow
from analysis.statistics.concerns import PAST
from analysis.statistics.sentences import what_stays
from survey.results import words
from survey.results.scope import Scope, label


@dataclass(frozen=True)
class SplitRow:
    """One theme of a group: its gap, what of it goes with the place, what stays; in points."""

    group: str
    theme: str
    gap: str
    goes_with: str
    stays: str


@dataclass(frozen=True)
class Split:
    """All gaps that are split by one breakdown.

    Attributes:
        place: what they may go with ("where people work").
        beside: who is like the group in that; one for each level that is looked at.
        rows: of the groups that have a figure.
        hidden: labels of those that have none.
    """

    id: str
    place: str
    beside: tuple[str, ...]
    rows: tuple[SplitRow, ...]
    hidden: tuple[str, ...]


def splits(release: Release, scope: Scope) -> tuple[Split, ...]:
    """The themes' gaps of the reader's groups, for each breakdown by which they are split."""
    themes = {one.measure for one in release.measures if one.kind == "theme"}
    rows = [
        row for row in release.standardised if row.group in scope.groups and row.measure in themes
    ]
    return tuple(
        _split(release, breakdown, [row for row in rows if row.breakdown == breakdown])
        for breakdown, _ in release.manifest.standardise
        if any(row.breakdown == breakdown for row in rows)
    )


def said(release: Release, group: str, measure: str) -> tuple[str, ...]:
    """A sentence for each breakdown by which this gap is split, if it is raised as a finding now.

    Of any other gap it would claim a difference that among so many comparisons can be chance.
    """
    if not any(
        (row.group, row.measure, row.against) == (group, measure, FORCE) and row.state not in PAST
        for row in release.concerns
    ):
        return ()
    return tuple(
        what_stays(
            _place(release, row.breakdown),
            _beside(release, row.breakdown, row.parts_level),
            row.goes_with,
            row.stays,
            (row.lower, row.upper),
        )
        for row in release.standardised_by_key.get((group, measure), ())
        if row.parts_level is not None
        and row.goes_with is not None
        and row.stays is not None
        and row.lower is not None
        and row.upper is not None
    )


def _split(release: Release, breakdown: str, rows: list[StandardisedRow]) -> Split:
    shown = {row.group for row in rows if row.status == "shown"}
    levels = dict.fromkeys(row.parts_level for row in rows if row.parts_level is not None)
    hidden = dict.fromkeys(row.group for row in rows if row.group not in shown)
    return Split(
        f"split-{breakdown}",
        _place(release, breakdown),
        tuple(_beside(release, breakdown, level) for level in levels),
        tuple(_row(release, row) for row in rows if row.group in shown),
        tuple(_name(release, group) for group in hidden),
    )


def _row(release: Release, row: StandardisedRow) -> SplitRow:
    crude = release.comparison_by_key[row.group, row.measure, FORCE]
    names = (_name(release, row.group), release.measure_by_id[row.measure].label)
    if row.goes_with is None or row.parts_level is None:
        return SplitRow(*names, _points(crude.gap, crude), "[c]", "[c]")
    return SplitRow(
        *names, _points(crude.gap, crude), words.signed(row.goes_with), _points(row.stays, row)
    )


def _points(value: int | None, row: ComparisonRow | StandardisedRow) -> str:
    """A gap with its range, `−4 (−9 to +1)`."""
    if value is None:
        return "[c]"
    return words.with_range(value, row.lower, row.upper, signed=True, digits=0)


def _name(release: Release, group: str) -> str:
    named = {watched: name for name, watched in release.manifest.intersections}
    return named.get(group) or label(release, release.group_by_id[group])


def _place(release: Release, breakdown: str) -> str:
    return "where people work" if breakdown == COMMAND else _label(release, breakdown)


def _beside(release: Release, breakdown: str, level: str | None) -> str:
    """Who is like a group in a breakdown: of units by their level."""
    units = {"family": "families of commands", "command": "commands", "department": "departments"}
    if breakdown == COMMAND:
        return f"others in the same {units.get(level or '', 'units')}"
    return f"others alike in {_label(release, breakdown)}"


def _label(release: Release, breakdown: str) -> str:
    text = next(one.label for one in release.manifest.breakdowns if one.id == breakdown)
    return text[:1].lower() + text[1:]
