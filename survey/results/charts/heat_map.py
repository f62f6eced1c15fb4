"""The heat map: groups down, themes across, percent positive in every cell.

The table is the chart. Each cell is an ordinary table cell with its value as text, painted by a
small SVG rectangle behind it, so that it is read out as a table, prints with background graphics
off and scrolls inside its own box on a phone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from analysis.plan import FORCE
from analysis.release.model import Release
from analysis.release.rows import Bound, EstimateRow, GroupRow, LadderRow, MeasureRow
from survey.results import words
from survey.results.charts.palette import NEAR, SHADES, Shade, shade
from survey.results.findings import marks
from survey.results.rounded import further

CellState = Literal["shown", "instead", "not_shown", "not_asked"]
Mark = Literal["", "concern", "strength"]


@dataclass(frozen=True)
class Cell:
    """One cell. `NOT_SHOWN` and `NOT_ASKED` are the only cells without a value.

    The value of an `instead` is that of the larger group which stands in for a hidden one.

    Attributes:
        text: the value for a narrow cell; `spoken` the same in words.
        ranged: the value with its plausible range, for the table of ranges.
        mark: whether the area-of-concern rule raised this figure.
        low_base: fewer than 30 answers.
        rounded: the step in points where the figure is rounded further than others, else 0.
    """

    state: CellState
    text: str = ""
    spoken: str = ""
    ranged: str = ""
    fill: str = ""
    mark: Mark = ""
    low_base: bool = False
    rounded: int = 0


NOT_SHOWN = Cell("not_shown", ranged="[c]")
NOT_ASKED = Cell("not_asked", ranged="[x]")


@dataclass(frozen=True)
class Column:
    """A theme; `href` leads to its own page."""

    label: str
    href: str | None = None


@dataclass(frozen=True)
class Row:
    """A group: its label, how many answered (in words) and a cell for each column.

    `instead` says which group the cells are of, when it is not the row's own.
    """

    label: str
    answers: str
    cells: tuple[Cell, ...]
    href: str | None = None
    instead: str = ""


@dataclass(frozen=True)
class Band:
    """Rows under one heading, such as the departments of a command."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class HeatMap:
    """A heat map ready to be drawn.

    Attributes:
        id: unique on the page.
        shades: the legend.
        symbols: which of `[c]`, `[r]`, `[u]`, `[x]`, `instead`, `concern`, `strength` stand in a
            cell.
        rounded: the steps of figures that are rounded further than others, in words.
    """

    id: str
    caption: str
    columns: tuple[Column, ...]
    bands: tuple[Band, ...]
    symbols: frozenset[str]
    rounded: str = ""
    shades: tuple[Shade, ...] = SHADES


@dataclass(frozen=True)
class BandPlan:
    """Which groups a band shows: (row of groups.csv, label to show, address or None)."""

    title: str
    groups: Sequence[tuple[GroupRow, str, str | None]]


def draw(
    release: Release,
    heat_map_id: str,
    caption: str,
    bands: Iterable[BandPlan],
    theme_hrefs: Mapping[str, str],
) -> HeatMap:
    """Make the heat map of the themes by the groups of `bands`; empty bands are left out."""
    painter = _Painter(release)
    drawn = tuple(
        Band(band.title, tuple(painter.row(*group) for group in band.groups))
        for band in bands
        if band.groups
    )
    columns = tuple(Column(theme.label, theme_hrefs.get(theme.measure)) for theme in painter.themes)
    steps = {cell.rounded for band in drawn for row in band.rows for cell in row.cells} - {0}
    return HeatMap(heat_map_id, caption, columns, drawn, _symbols(drawn), words.points(steps))


class _Painter:
    def __init__(self, release: Release) -> None:
        self.release = release
        self.themes: list[MeasureRow] = [row for row in release.measures if row.kind == "theme"]
        self.marks = marks(release)
        tables = {table for table, _ in release.manifest.tables}
        self.instead: dict[str, LadderRow] = {
            row.asked: row for row in release.ladders if row.ladder in tables and row.rung > 1
        }

    def row(self, group: GroupRow, label: str, href: str | None) -> Row:
        stands = self.instead.get(group.group)
        if stands is None or stands.group is None:
            cells = tuple(self.cell(group, theme.measure) for theme in self.themes)
            answers = words.answers_in_words(group, self.release.manifest.policy)
            return Row(label, answers, cells, href)
        other = self.release.group_by_id[stands.group]
        cells = tuple(self.cell_instead(other, theme.measure) for theme in self.themes)
        return Row(label, words.answers_in_words(group, {}), cells, href, stands.label)

    def cell_instead(self, other: GroupRow, theme: str) -> Cell:
        """The cell of a larger group: no colour and no mark, which would be read as the row's."""
        cell = self.cell(other, theme)
        return replace(cell, state="instead", fill="", mark="") if cell.state == "shown" else cell

    def cell(self, group: GroupRow, theme: str) -> Cell:
        estimate = self.release.estimate_by_key.get((group.group, theme))
        if estimate is None:
            return NOT_ASKED
        if group.status != "shown" or estimate.status != "shown" or estimate.positive is None:
            return NOT_SHOWN
        step = further(self.release, group.group, theme)
        return Cell(
            "shown",
            words.short_percent(estimate.positive, estimate.positive_bound),
            words.percent(estimate.positive, estimate.positive_bound),
            words.figure_with_range(estimate, step),
            self._shade(estimate.positive, estimate.positive_bound, theme).fill,
            self.marks.get((group.group, theme), ""),
            words.is_low(estimate.base),
            step,
        )

    def _shade(self, positive: int, bound: Bound, theme: str) -> Shade:
        """What is surely so: "55% or more" is not painted as below a force of 65%."""
        force: EstimateRow | None = self.release.estimate_by_key.get((FORCE, theme))
        if force is None or force.status != "shown" or force.positive is None:
            return NEAR
        points = positive - force.positive
        surely = {"or_more": points >= 0, "or_less": points <= 0}.get(bound, True)
        return shade(points) if surely else NEAR


def _symbols(bands: Iterable[Band]) -> frozenset[str]:
    cells = [cell for band in bands for row in band.rows for cell in row.cells]
    found: set[str] = {cell.mark for cell in cells if cell.mark}
    found |= {"[u]"} if any(cell.low_base for cell in cells) else set()
    found |= {"[r]"} if any(cell.rounded for cell in cells) else set()
    found |= {"[x]"} if NOT_ASKED in cells else set()
    found |= {"instead"} if any(cell.state == "instead" for cell in cells) else set()
    # [c] stands in every legend, so that its presence says nothing by itself.
    return frozenset(found | {"[c]"})
