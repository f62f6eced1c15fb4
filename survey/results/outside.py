"""Statements that belong to no theme: how one group answered each, and their lines.

What only some were asked is published where everybody was, such as among all officers of the force.
So it stands apart, with every group that the reader may see and that has a figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.plan import FORCE
from analysis.release.model import Release
from analysis.release.rows import GroupRow, MeasureRow
from survey.results import waves, words
from survey.results.charts import diverging_bars, trend_lines
from survey.results.rounded import further
from survey.results.scope import command_position, label


@dataclass(frozen=True)
class OfSome:
    """A statement that only some were asked.

    Attributes:
        asked_of: who, as a sentence.
        rows: a group's label, its figure with the range and how many answered; none where no group
            that the reader may see has a figure.
    """

    label: str
    asked_of: str
    rows: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Outside:
    """The section of a page; empty where every statement has a theme.

    Attributes:
        group: whose answers they are, in words.
        bars: a chart for each response scale of what everybody was asked.
    """

    group: str
    bars: tuple[diverging_bars.DivergingBars, ...]
    trends: tuple[trend_lines.Panel, ...]
    of_some: tuple[OfSome, ...] = ()


def outside(release: Release, releases: Sequence[Release], group: str, name: str) -> Outside:
    """How `group`, called `name`, answered what belongs to no theme."""
    lines: list[tuple[str, str, trend_lines.Style]] = [(group, name, "main")]
    if group != FORCE:
        lines.insert(0, (FORCE, "The whole force", "reference"))
    alone = [one for one in release.measures if one.kind == "item" and one.theme is None]
    plans = [
        trend_lines.PanelPlan(f"outside-{one.measure}", one.label, one.measure, lines)
        for one in alone
        if not one.asked_of
    ]
    return Outside(
        name,
        tuple(diverging_bars.draw(release, "without-theme", group, name, None)),
        trend_lines.draw(release, plans, waves.titles(releases), releases),
        tuple(_of_some(release, group, one) for one in alone if one.asked_of),
    )


def _of_some(release: Release, group: str, item: MeasureRow) -> OfSome:
    rows = [
        (
            label(release, row),
            words.figure_with_range(found, further(release, row.group, item.measure)),
            words.answers_to(release, row.group, item.measure),
        )
        for row in _readable(release, group)
        if (found := release.estimate_by_key[row.group, item.measure]).status == "shown"
    ]
    return OfSome(item.label, words.asked_of(item), tuple(rows))


def _readable(release: Release, group: str) -> Iterator[GroupRow]:
    """Groups picked by one thing alone; of commands, a board's own with its crossings."""
    if group == FORCE:
        yield from (row for row in release.groups if _is_wide(row))
        return
    at = command_position(release)
    own = release.group_by_id[group].values[at]
    for row in release.groups:
        if row.values[at] == own or (_is_wide(row) and not row.values[at]):
            yield row


def _is_wide(row: GroupRow) -> bool:
    return sum(map(bool, row.values)) < 2
