"""Statements that belong to no theme: how one group answered each, and their lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.plan import FORCE
from analysis.release.model import Release
from survey.results import waves
from survey.results.charts import diverging_bars, trend_lines


@dataclass(frozen=True)
class Outside:
    """The section of a page; empty where every statement has a theme.

    Attributes:
        group: whose answers they are, in words.
        bars: a chart for each response scale.
    """

    group: str
    bars: tuple[diverging_bars.DivergingBars, ...]
    trends: tuple[trend_lines.Panel, ...]


def outside(release: Release, releases: Sequence[Release], group: str, name: str) -> Outside:
    """How `group`, called `name`, answered what belongs to no theme."""
    lines: list[tuple[str, str, trend_lines.Style]] = [(group, name, "main")]
    if group != FORCE:
        lines.insert(0, (FORCE, "The whole force", "reference"))
    plans = [
        trend_lines.PanelPlan(f"outside-{one.measure}", one.label, one.measure, lines)
        for one in release.measures
        if one.kind == "item" and one.theme is None
    ]
    return Outside(
        name,
        tuple(diverging_bars.draw(release, "without-theme", group, name, None)),
        trend_lines.draw(release, plans, waves.titles(releases), releases),
    )
