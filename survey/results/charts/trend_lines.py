"""Trend lines: one small panel for each theme, a point for each wave, broken where it must be.

Coordinates are in user units of a drawing 320 wide. All panels of a page share one scale, so that a
slope means the same everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from analysis.release.model import Release
from analysis.release.rows import TrendRow
from survey.results import words
from survey.results.charts import trend_words
from survey.results.rounded import further

WIDTH, TO_TITLES, TITLE_LINE = 320, 180, 14
LEFT, RIGHT, TOP, BOTTOM = 34, 306, 18, 156
_SMALLEST_SPAN = 40
_FOR_A_LABEL = 0.09
"""Part of the scale that stays free below the lowest figure, for its value in print."""
_LABEL_LINE = 14
"""Characters of a wave's title that fit on one line under its point."""

Style = Literal["main", "reference"]


@dataclass(frozen=True)
class Point:
    """A wave's figure in one line. A point that is not shown has no `y`: it is drawn at the foot.

    Attributes:
        label_y: where its value is printed, kept clear of the other line.
        whisker: y of the upper and the lower limit.
    """

    x: float
    y: float | None = None
    label_y: float | None = None
    text: str = "[c]"
    whisker: tuple[float, float] | None = None


@dataclass(frozen=True)
class Line:
    """One group's line: its points and the runs of points that may be joined."""

    label: str
    style: Style
    points: tuple[Point, ...]
    runs: tuple[tuple[Point, ...], ...]


@dataclass(frozen=True)
class Break:
    """Where two waves cannot be compared; `x` stands between them."""

    x: float


@dataclass(frozen=True)
class Panel:
    """One theme's drawing and its table.

    Attributes:
        ticks: (y, text) of the percent axis.
        waves: (x, lines of the title) under the points.
        rows: of the table: wave title and a figure with range for each line.
        said: how the main line moved, and where lines are broken or have another name.
        tested: how many lines of the whole Release were looked at for a change.
    """

    id: str
    title: str
    lines: tuple[Line, ...]
    breaks: tuple[Break, ...]
    ticks: tuple[tuple[float, str], ...]
    waves: tuple[tuple[float, tuple[str, ...]], ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    href: str | None = None
    said: tuple[str, ...] = ()
    tested: int = 0

    @property
    def height(self) -> int:
        """As much as the longest title of a wave needs below the drawing."""
        longest = max((len(lines) for _, lines in self.waves), default=1)
        return TO_TITLES + TITLE_LINE * (longest - 1)

    @property
    def spoken(self) -> str:
        """The drawing in words."""
        said = [
            f"{line.label}: " + ", ".join(f"{title} {cells[number]}" for title, cells in self.rows)
            for number, line in enumerate(self.lines)
        ]
        return "; ".join(said) + "."


@dataclass(frozen=True)
class PanelPlan:
    """What a panel shows: `lines` are (group, label, style), the main line last."""

    id: str
    title: str
    measure: str
    lines: Sequence[tuple[str, str, Style]]
    href: str | None = None


def draw(
    release: Release,
    plans: Iterable[PanelPlan],
    wave_titles: Mapping[str, str],
    releases: Iterable[Release] = (),
) -> tuple[Panel, ...]:
    """Make the panels of one page; none for groups that have no line of two waves or more.

    Args:
        release: has the lines.
        plans: what to draw.
        wave_titles: by id.
        releases: of the line's waves; they say which of its figures are rounded further.
    """
    of_wave = {one.manifest.wave: one for one in (*releases, release)}
    found = [
        (
            plan,
            [
                _asked(release.trend_by_key.get((group, plan.measure), ()), of_wave)
                for group, _, _ in plan.lines
            ],
        )
        for plan in plans
    ]
    found = [(plan, series) for plan, series in found if max(map(len, series), default=0) > 1]
    scale = _Scale.over(row for _, series in found for rows in series for row in rows)
    tested = sum(row.status == "shown" for row in release.slopes)
    return tuple(
        replace(
            _panel(plan, series, scale, wave_titles, of_wave),
            said=trend_words.said(
                release,
                [(line[1], rows) for line, rows in zip(plan.lines, series, strict=True)],
                wave_titles,
                of_wave,
            ),
            tested=tested,
        )
        for plan, series in found
    )


def _asked(rows: Sequence[TrendRow], of_wave: Mapping[str, Release]) -> tuple[TrendRow, ...]:
    """The waves that asked it: a pulse between two surveys breaks no line of what it leaves out."""
    return tuple(
        row
        for row in rows
        if row.wave not in of_wave or row.measure in of_wave[row.wave].measure_by_id
    )


@dataclass(frozen=True)
class _Scale:
    low: int
    high: int

    @classmethod
    def over(cls, rows: Iterable[TrendRow]) -> _Scale:
        values = [
            value
            for row in rows
            for value in (row.value, row.lower, row.upper)
            if row.status == "shown" and value is not None
        ]
        low = min(values, default=30) // 10 * 10
        high = -(-max(values, default=70) // 10) * 10
        while high - low < _SMALLEST_SPAN:
            low, high = max(0, low - 10), min(100, high + 10)
        if low and min(values, default=high) - low < _FOR_A_LABEL * (high - low):
            low -= 10
        return cls(low, high)

    def y(self, value: int) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(BOTTOM - share * (BOTTOM - TOP), 2)

    @property
    def ticks(self) -> tuple[tuple[float, str], ...]:
        step = 10 if self.high - self.low <= 50 else 20
        return tuple((self.y(at), f"{at}%") for at in range(self.low, self.high + 1, step))


def _panel(
    plan: PanelPlan,
    series: Sequence[Sequence[TrendRow]],
    scale: _Scale,
    wave_titles: Mapping[str, str],
    of_wave: Mapping[str, Release],
) -> Panel:
    waves = [row.wave for row in max(series, key=len)]
    xs = _positions(len(waves))
    by_wave = [{row.wave: row for row in rows} for rows in series]
    lines = tuple(
        _line(label, style, [rows.get(wave) for wave in waves], xs, scale, _others(by_wave, number))
        for number, ((_, label, style), rows) in enumerate(zip(plan.lines, by_wave, strict=True))
    )
    kept = [all(rows[wave].comparable for rows in by_wave if wave in rows) for wave in waves]
    breaks = tuple(
        Break(round((xs[at - 1] + xs[at]) / 2, 2))
        for at in range(1, len(waves))
        if not (kept[at - 1] and kept[at])
    )
    titles = [wave_titles.get(wave, wave) for wave in waves]
    table = tuple(
        (title, tuple(_figure(rows.get(wave), of_wave.get(wave)) for rows in by_wave))
        for title, wave in zip(titles, waves, strict=True)
    )
    labels = tuple((x, _wrapped(title)) for x, title in zip(xs, titles, strict=True))
    return Panel(plan.id, plan.title, lines, breaks, scale.ticks, labels, table, plan.href)


def _figure(row: TrendRow | None, release: Release | None) -> str:
    if row is None:
        return "[x]"
    step = 0 if release is None else further(release, row.group, row.measure)
    return words.figure_with_range(row, step)


def _others(by_wave: Sequence[Mapping[str, TrendRow]], number: int) -> Mapping[str, int]:
    """The other line's published values by wave, to keep the printed values apart."""
    other = [rows for at, rows in enumerate(by_wave) if at != number]
    return {
        wave: row.value
        for rows in other
        for wave, row in rows.items()
        if row.status == "shown" and row.value is not None
    }


def _positions(count: int) -> list[float]:
    inset = 36
    if count == 1:
        return [(LEFT + RIGHT) / 2]
    step = (RIGHT - LEFT - 2 * inset) / (count - 1)
    return [round(LEFT + inset + step * at, 2) for at in range(count)]


def _line(
    label: str,
    style: Style,
    rows: Sequence[TrendRow | None],
    xs: Sequence[float],
    scale: _Scale,
    others: Mapping[str, int],
) -> Line:
    points = [_point(row, x, scale, style, others) for row, x in zip(rows, xs, strict=True) if row]
    runs: list[list[Point]] = [[]]
    for row, point in zip([row for row in rows if row], points, strict=True):
        # Comparable means "with the newest wave": two that are not may differ from each other too.
        if point.y is None or not row.comparable:
            runs.append([])
        if point.y is not None:
            runs[-1].append(point)
        if not row.comparable:
            runs.append([])
    return Line(label, style, tuple(points), tuple(tuple(run) for run in runs if len(run) > 1))


def _point(
    row: TrendRow, x: float, scale: _Scale, style: Style, others: Mapping[str, int]
) -> Point:
    if row.status != "shown" or row.value is None:
        return Point(x)
    y = scale.y(row.value)
    other = others.get(row.wave)
    above: bool = style == "main" if other is None or other == row.value else row.value > other
    whisker = None
    if style == "main" and row.lower is not None and row.upper is not None:
        whisker = (scale.y(row.upper), scale.y(row.lower))
    upper, lower = whisker or (y - 4, y + 4)
    # Below the lowest line stand the names of the surveys.
    label_y = round(upper - 5 if above or lower + 15 > BOTTOM + 5 else lower + 15, 2)
    return Point(x, y, label_y, words.short_percent(row.value, row.bound), whisker)


def _wrapped(title: str) -> tuple[str, ...]:
    lines = [""]
    for word in title.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > _LABEL_LINE:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return tuple(lines[:3])
