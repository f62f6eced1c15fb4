"""What was done and what changed, as a page shows it: declared interventions and their figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from analysis.release.model import Release
from analysis.release.rows import ChangeRow, ConcernState
from analysis.statistics.concerns import PAST
from survey.results import words
from survey.results.scope import Scope

ABSENT = "[c]"
NO_FIGURE = "[x]"


@dataclass(frozen=True)
class Change:
    """One declared intervention and what the surveys show.

    Attributes:
        group, about: labels of the unit and of the theme or statement.
        done: what was done, and `declared` when it was said, as a day.
        cells: before, after, change, change of the others, beyond them with its range, what would
            have come back anyway; as a reader sees them.
        label, colour: of the tag that says what is made of it.
        finding: how far the same unit and theme stands as an area of concern, and `anchor` the
            list on the page that it stands in; empty where it is none.
    """

    group: str
    about: str
    done: str
    declared: str
    cells: tuple[str, ...]
    label: str
    colour: str
    words: str
    finding: str
    anchor: str


@dataclass(frozen=True)
class Changes:
    """The section of a page.

    Attributes:
        rows: the interventions in the reader's own units, in the order in which they were declared.
        declared: how many there are in the whole Release.
    """

    rows: tuple[Change, ...]
    declared: int


def changes(release: Release, scope: Scope) -> Changes:
    """What was declared in the units of `scope`."""
    rows = [row for row in release.changes if row.group in scope.groups]
    return Changes(tuple(_change(release, row) for row in rows), len(release.changes))


def _change(release: Release, row: ChangeRow) -> Change:
    fell = row.state == "stood_out" and (row.excess or 0) < 0
    label, colour = words.FALLEN if fell else words.CHANGED[row.state]
    finding = _state(release, row)
    day = date.fromisoformat(row.declared)
    return Change(
        group=release.group_by_id[row.group].label,
        about=release.measure_by_id[row.measure].label,
        done=row.done,
        declared=f"{day.day} {day:%B %Y}",
        cells=_cells(row),
        label=label,
        colour=colour,
        words=row.words,
        finding="" if finding is None else words.STATES["concern", finding],
        anchor="followed" if finding in PAST else "concerns",
    )


def _cells(row: ChangeRow) -> tuple[str, ...]:
    """A figure that is not shown is [c], whatever the reason; one that cannot be told is [x]."""
    if row.status != "shown":
        return (ABSENT,) * 6
    both = (row.value_before, row.value_after)
    percents = (NO_FIGURE if one is None else words.percent(one) for one in both)
    beyond = NO_FIGURE
    if row.excess is not None:
        beyond = (
            f"{words.signed(row.excess)} ({words.signed(row.lower)} to {words.signed(row.upper)})"
        )
    return (
        *percents,
        words.signed(row.change) or NO_FIGURE,
        words.signed(row.others_change) or NO_FIGURE,
        beyond,
        words.signed(row.regression) or NO_FIGURE,
    )


def _state(release: Release, row: ChangeRow) -> ConcernState | None:
    key = (row.group, row.measure, "concern")
    found = (one.state for one in release.concerns if (one.group, one.measure, one.kind) == key)
    return next(found, None)
