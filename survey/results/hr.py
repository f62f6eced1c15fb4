"""HR's page: all commands side by side, declared groups, trends, and every table to download."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import url_for

from analysis.plan import COMMAND, FORCE
from analysis.release.comment_themes import CommentThemes
from analysis.release.model import Release
from survey.results import (
    bands,
    benchmarked,
    changed,
    commented,
    concern_levels,
    findings,
    goes_with,
    intersections,
    levels,
    outside,
    procedures,
    response,
    scope,
    standardised,
    together,
    told_apart,
    waves,
)
from survey.results.charts import heat_map, trend_lines
from survey.results.exports import Download, downloads
from survey.results.rounded import Further, listed


@dataclass(frozen=True)
class HrPage:
    """Everything on HR's page.

    Attributes:
        force_map: characteristics and their crossings across the force.
        procedures: address of the page about formal processes, and their labels.
        more_maps: (what is folded away, heat map): departments and the commands' crossings.
    """

    heading: str
    wave: waves.WaveFacts
    wave_links: tuple[waves.WaveLink, ...]
    findings: findings.Findings
    levels: tuple[concern_levels.LevelBlock, ...]
    changes: changed.Changes
    command_map: heat_map.HeatMap
    force_map: heat_map.HeatMap
    more_maps: tuple[tuple[str, heat_map.HeatMap], ...]
    watched: tuple[intersections.IntersectionBlock, ...]
    splits: tuple[standardised.Split, ...]
    trends: tuple[trend_lines.Panel, ...]
    outside: outside.Outside
    benchmarks: tuple[benchmarked.Beside, ...]
    apart: told_apart.Apart
    not_published: tuple[str, ...]
    wrote_about: tuple[commented.WroteAbout, ...]
    response: response.Response
    together: tuple[together.TogetherRow, ...]
    goes_with: goes_with.GoesWith | None
    rounded: tuple[Further, ...]
    downloads: tuple[Download, ...]
    procedures: tuple[str, tuple[str, ...]] | None = None


def hr_page(
    release: Release, releases: Sequence[Release], wrote: CommentThemes | None = None
) -> HrPage:
    """The page for the wave of `release`; needs a request for its addresses."""
    wave = release.manifest.wave
    hrefs = {
        theme.measure: url_for("results.hr_theme", wave=wave, theme=theme.measure)
        for theme in release.measures
        if theme.kind == "theme"
    }
    return HrPage(
        "Results across the force",
        waves.facts(release),
        waves.links(releases, release, lambda other: url_for("results.hr_wave", wave=other)),
        findings.findings(release, scope.whole_force(release), releases=releases),
        concern_levels.blocks(release, scope.whole_force(release)),
        changed.changes(release, scope.whole_force(release)),
        heat_map.draw(
            release,
            "commands",
            "Percentage positive by theme and command",
            bands.commands(
                release, lambda unit: url_for("results.board_wave", command=unit, wave=wave)
            ),
            hrefs,
        ),
        heat_map.draw(
            release,
            "groups",
            "Percentage positive by protected characteristic and other groups",
            bands.across_force(release),
            hrefs,
        ),
        _more_maps(release, hrefs),
        intersections.blocks(release, scope.whole_force(release)),
        standardised.splits(release, scope.whole_force(release)),
        trend_lines.draw(release, _panels(release, hrefs), waves.titles(releases), releases),
        outside.outside(release, releases, FORCE, "The whole force"),
        benchmarked.beside(release),
        told_apart.apart(
            release,
            [
                bands.every_command(release),
                *bands.across_force(release),
                *(
                    replace(one, title=f"Departments of {one.title}")
                    for one in bands.departments(release)
                ),
            ],
        ),
        levels.not_published(release),
        commented.blocks(wrote),
        response.response(
            release, _response_groups(release), FORCE, _units(release), scope.whole_force(release)
        ),
        together.rows(release),
        goes_with.goes_with(release),
        listed(release, scope.whole_force(release)),
        downloads(lambda table: url_for("results.hr_csv", wave=wave, table=table)),
        procedures.link(release),
    )


def _more_maps(release: Release, hrefs: dict[str, str]) -> tuple[tuple[str, heat_map.HeatMap], ...]:
    plans = [("All departments", bands.departments(release)), *bands.command_crossings(release)]
    return tuple(
        (title, heat_map.draw(release, f"more-{number}", title, plan, hrefs))
        for number, (title, plan) in enumerate(plans, start=1)
        if any(band.groups for band in plan)
    )


def _panels(release: Release, hrefs: dict[str, str]) -> list[trend_lines.PanelPlan]:
    return [
        trend_lines.PanelPlan(
            f"trend-{theme.measure}",
            theme.label,
            theme.measure,
            [(FORCE, "The whole force", "main")],
            hrefs[theme.measure],
        )
        for theme in release.measures
        if theme.kind == "theme"
    ]


def _units(release: Release) -> list[str]:
    """Families and commands."""
    units = [
        f"{COMMAND}={unit.id}"
        for command in scope.units(release, COMMAND)
        for unit in scope.units(release)
        if unit.id in {command.id, command.parent}
    ]
    return list(dict.fromkeys(units))


def _response_groups(release: Release) -> list[str]:
    """The force, the families and commands, then every group of one other characteristic."""
    others = [
        row.group
        for row in release.groups
        if len(scope.picked(release, row)) == 1 and scope.picked(release, row)[0][0] != COMMAND
    ]
    return [FORCE, *_units(release), *others]
