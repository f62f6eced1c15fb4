"""A theme's own page: its statements in one group, and how they went over the waves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.plan import COMMAND, FORCE
from analysis.release.model import Release
from analysis.release.rows import MeasureRow
from survey.results import concern_levels, findings, waves, words
from survey.results.against import said
from survey.results.charts import diverging_bars, trend_lines
from survey.results.scope import Scope, label, picked, units


@dataclass(frozen=True)
class GroupChoice:
    """A group that the reader can pick."""

    id: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class ThemePage:
    """Everything on a theme's page.

    Attributes:
        choices: (heading, groups) for the list of groups.
        asked_of: a sentence on who was asked, where that was not everybody; empty where it was.
        bars: a chart for each response scale.
        against: the theme and its statements, and what each comparison of the group with everyone
            else says; empty for the whole force.
        without_lines: what stands in place of the trends when there are none.
        command_trends: a panel for each command, for HR alone.
    """

    group: str
    answers: str
    asked_of: str
    choices: tuple[tuple[str, tuple[GroupChoice, ...]], ...]
    bars: tuple[diverging_bars.DivergingBars, ...]
    against: tuple[tuple[str, str], ...]
    findings: findings.Findings
    levels: tuple[concern_levels.LevelBlock, ...]
    trends: tuple[trend_lines.Panel, ...]
    without_lines: str
    command_trends: tuple[trend_lines.Panel, ...]


def theme_page(
    release: Release,
    releases: Sequence[Release],
    scope: Scope,
    *,
    theme: MeasureRow,
    group: str,
) -> ThemePage:
    """The page of `theme` for `group`, which must lie in `scope`."""
    row = release.group_by_id[group]
    name = label(release, row)
    titles = waves.titles(releases)
    bars = diverging_bars.draw(release, "bars", group, name, theme.measure)
    plans = [_panel(measure, group, name) for measure in _with_items(release, theme)]
    by_command = [] if scope.command else _by_command(release, theme)
    return ThemePage(
        name,
        words.answers_in_words(row, release.manifest.policy),
        words.asked_of(theme),
        _choices(release, scope, group),
        tuple(bars),
        _against(release, theme, group),
        _about(release, releases, scope, theme),
        concern_levels.blocks(
            release, scope, {row.measure for row in release.measures if row.theme == theme.measure}
        ),
        trend_lines.draw(release, plans, titles, releases),
        words.FIRST_WAVE if _is_first(release) else words.NO_LINE,
        trend_lines.draw(release, by_command, titles, releases),
    )


def opens_at(release: Release, scope: Scope, theme: MeasureRow, otherwise: str) -> str:
    """The group that a theme's page shows before the reader picks one.

    It is `otherwise`, but for a theme that not everybody was asked: of that, the first of `scope`
    in which it is shown.
    """
    if not theme.asked_of:
        return otherwise
    keys = ((row.group, theme.measure) for row in release.groups if row.group in scope.groups)
    found = (release.estimate_by_key[key] for key in keys if key in release.estimate_by_key)
    return next((row.group for row in found if row.status == "shown"), otherwise)


def _is_first(release: Release) -> bool:
    return all(row.wave == release.manifest.wave for row in release.trends)


def _with_items(release: Release, theme: MeasureRow) -> list[MeasureRow]:
    return [theme, *(row for row in release.measures if row.theme == theme.measure)]


def _against(release: Release, theme: MeasureRow, group: str) -> tuple[tuple[str, str], ...]:
    if group == FORCE:
        return ()
    return tuple(
        (measure.label, said(release, group, measure.measure))
        for measure in _with_items(release, theme)
    )


def _about(
    release: Release, releases: Sequence[Release], scope: Scope, theme: MeasureRow
) -> findings.Findings:
    """What was raised about this theme or its statements."""
    wanted = {row.measure for row in _with_items(release, theme)}
    return findings.findings(release, scope, wanted, releases)


def _panel(measure: MeasureRow, group: str, name: str) -> trend_lines.PanelPlan:
    lines: list[tuple[str, str, trend_lines.Style]] = [(group, name, "main")]
    if group != FORCE:
        lines.insert(0, (FORCE, "The whole force", "reference"))
    return trend_lines.PanelPlan(f"trend-{measure.measure}", measure.label, measure.measure, lines)


def _by_command(release: Release, theme: MeasureRow) -> list[trend_lines.PanelPlan]:
    return [
        trend_lines.PanelPlan(
            f"command-{unit.id}",
            unit.label,
            theme.measure,
            [(FORCE, "The whole force", "reference"), (f"{COMMAND}={unit.id}", unit.label, "main")],
        )
        for unit in units(release, COMMAND)
    ]


def _choices(
    release: Release, scope: Scope, chosen: str
) -> tuple[tuple[str, tuple[GroupChoice, ...]], ...]:
    """The groups of `scope` under the breakdowns that pick them."""
    labels = {breakdown.id: breakdown.label for breakdown in release.manifest.breakdowns}
    found: dict[str, list[GroupChoice]] = {}
    for row in release.groups:
        if row.group in scope.groups:
            heading = " by ".join(labels[name] for name, _ in picked(release, row))
            choice = GroupChoice(row.group, label(release, row), row.group == chosen)
            found.setdefault(heading or "Everybody", []).append(choice)
    return tuple((heading, tuple(groups)) for heading, groups in found.items())
