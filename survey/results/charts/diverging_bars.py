"""Diverging bars: how a group answered each statement, centred on the middle of "neither".

Positions are percents of the drawing's width, so the bars stretch with the page while the text
keeps its size, on a phone and in print alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.codebook import Reading
from analysis.plan import FORCE
from analysis.release.model import Release
from analysis.release.rows import DistributionRow, MeasureRow
from survey.results import words
from survey.results.charts.palette import category_fills, ink
from survey.results.rounded import further

NARROWEST_WITH_TEXT = 4
"""Percent of answers; narrower segments have their value in the table and the tooltip only."""


@dataclass(frozen=True)
class Segment:
    """A part of a bar: `x`, `width` and `middle` in percent of the drawing's width."""

    label: str
    text: str
    short: str
    printed: bool
    x: float
    width: float
    fill: str
    ink: str

    @property
    def middle(self) -> float:
        """Where its text stands."""
        return round(self.x + self.width / 2, 3)


@dataclass(frozen=True)
class Bar:
    """One statement. Without segments it is not shown, whatever the reason.

    Attributes:
        cells: of its table: a percent for each category, or `[c]`.
        positive: percent positive with its range; `force` the whole force's, where that is another.
        rounded: the step where its figures are rounded further than others, in words.
    """

    label: str
    segments: tuple[Segment, ...]
    cells: tuple[str, ...]
    positive: str
    force: str
    answers: str
    rounded: str = ""

    @property
    def spoken(self) -> str:
        """The bar in words."""
        if not self.segments:
            return words.NOT_SHOWN
        return ", ".join(f"{part.label} {part.text}" for part in self.segments) + "."


@dataclass(frozen=True)
class DivergingBars:
    """Bars of statements that share one response scale.

    Attributes:
        id: unique on the page.
        legend: (label, fill) of the categories, most negative first.
        centre: where the middle of "neither" stands, percent of the width.
    """

    id: str
    caption: str
    legend: tuple[tuple[str, str], ...]
    bars: tuple[Bar, ...]
    centre: float


Categories = tuple[tuple[str, str, str], ...]


def draw(
    release: Release, chart_id: str, group: str, label: str, theme: str | None
) -> list[DivergingBars]:
    """The bars of a theme's statements, or of those that have none: a chart for each scale."""
    scales: dict[Categories, list[MeasureRow]] = {}
    for measure in release.measures:
        # What only some were asked has no bar where it is in no theme: few groups have its figure.
        alone = theme is None and measure.asked_of
        if measure.kind == "item" and measure.theme == theme and not alone:
            scales.setdefault(_negative_first(measure.categories), []).append(measure)
    return [
        _chart(release, f"{chart_id}-{number}", group, label, categories, items)
        for number, (categories, items) in enumerate(scales.items(), start=1)
    ]


def _negative_first(categories: Categories) -> Categories:
    """The categories with the negative end first, whichever way the scale was asked."""
    readings = [reading for _, _, reading in categories]
    return categories[::-1] if readings and readings[0] == "positive" else categories


def _chart(
    release: Release,
    chart_id: str,
    group: str,
    label: str,
    categories: Categories,
    items: Sequence[MeasureRow],
) -> DivergingBars:
    readings: tuple[Reading, ...] = tuple(reading for _, _, reading in categories)  # type: ignore[misc]
    fills = category_fills(readings)
    found = [_percents(release, group, item.measure, categories) for item in items]
    shown = [[row.percent or 0 for row in rows] for rows in found if rows]
    left = max((_left(percents, readings) for percents in shown), default=50.0)
    right = max((sum(percents) - _left(percents, readings) for percents in shown), default=50.0)
    scale = 100 / ((left + right) or 100)
    bars = tuple(
        Bar(
            item.label,
            _segments(rows, categories, fills, left - _left(_values(rows), readings), scale),
            _cells(release, group, item.measure, categories),
            _positive(release, group, item.measure),
            "" if group == FORCE else _positive(release, FORCE, item.measure),
            words.answers_to(release, group, item.measure),
            words.points({further(release, group, item.measure)} - {0}),
        )
        for item, rows in zip(items, found, strict=True)
    )
    legend = tuple((name, fill) for (_, name, _), fill in zip(categories, fills, strict=True))
    caption = f"{label}, from “{legend[0][0]}” to “{legend[-1][0]}”"
    return DivergingBars(chart_id, caption, legend, bars, round(left * scale, 3))


def _positive(release: Release, group: str, item: str) -> str:
    row = release.estimate_by_key[group, item]
    return words.figure_with_range(row, further(release, group, item))


def _percents(
    release: Release, group: str, item: str, categories: Categories
) -> list[DistributionRow]:
    """The rows of a bar in drawing order; empty unless every one of them is shown."""
    by_code = {
        row.category: row
        for row in release.distribution_by_key.get((group, item), ())
        if row.status == "shown" and row.percent is not None
    }
    if release.group_by_id[group].status != "shown":
        return []
    rows = [by_code[code] for code, _, _ in categories if code in by_code]
    return rows if len(rows) == len(categories) else []


def _values(rows: Sequence[DistributionRow]) -> list[int]:
    return [row.percent or 0 for row in rows]


def _left(percents: Sequence[int], readings: Sequence[Reading]) -> float:
    """Percent that stands left of the middle of "neither"."""
    weight = {"negative": 1.0, "neutral": 0.5, "positive": 0.0}
    return sum(
        percent * weight[reading] for percent, reading in zip(percents, readings, strict=False)
    )


def _segments(
    rows: Sequence[DistributionRow],
    categories: Categories,
    fills: Sequence[str],
    start: float,
    scale: float,
) -> tuple[Segment, ...]:
    segments, at = [], start
    for row, (_, label, _), fill in zip(rows, categories, fills, strict=False):
        percent = row.percent or 0
        text = words.percent(percent, row.bound)
        printed = percent >= (NARROWEST_WITH_TEXT + (3 if row.bound else 0))
        x, width = round(at * scale, 3), round(percent * scale, 3)
        short = words.short_percent(percent, row.bound).removesuffix("%")
        segments.append(Segment(label, text, short, printed, x, width, fill, ink(fill)))
        at += percent
    return tuple(segments)


def _cells(release: Release, group: str, item: str, categories: Categories) -> tuple[str, ...]:
    texts = {
        row.category: words.percent(row.percent, row.bound)
        for row in release.distribution_by_key.get((group, item), ())
        if row.status == "shown" and row.percent is not None
    }
    return tuple(texts.get(code, "[c]") for code, _, _ in categories)
