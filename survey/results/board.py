"""The board's page: the force, its own command, its departments and the declared groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    intersections,
    levels,
    outside,
    response,
    standardised,
    told_apart,
    waves,
)
from survey.results.charts import heat_map, trend_lines
from survey.results.exports import Download, downloads
from survey.results.rounded import Further, listed
from survey.results.scope import Scope, Unit, units


@dataclass(frozen=True)
class BoardPage:
    """Everything on a board's page."""

    heading: str
    wave: waves.WaveFacts
    wave_links: tuple[waves.WaveLink, ...]
    findings: findings.Findings
    levels: tuple[concern_levels.LevelBlock, ...]
    changes: changed.Changes
    command_map: heat_map.HeatMap
    force_map: heat_map.HeatMap
    watched: tuple[intersections.IntersectionBlock, ...]
    splits: tuple[standardised.Split, ...]
    trends: tuple[trend_lines.Panel, ...]
    outside: outside.Outside
    benchmarks: tuple[benchmarked.Beside, ...]
    apart: told_apart.Apart
    not_published: tuple[str, ...]
    wrote_about: tuple[commented.WroteAbout, ...]
    response: response.Response
    rounded: tuple[Further, ...]
    downloads: tuple[Download, ...]


def board_page(
    release: Release,
    releases: Sequence[Release],
    scope: Scope,
    command: Unit,
    wrote: CommentThemes | None = None,
    *,
    linked: bool = True,
) -> BoardPage:
    """The page of `command` for the wave of `release`; needs a request for its addresses.

    Without `linked` it leads to no other page and to no download.
    """
    wave = release.manifest.wave
    own = f"{COMMAND}={command.id}"
    hrefs = {
        theme.measure: url_for(
            "results.board_theme", command=command.id, wave=wave, theme=theme.measure
        )
        for theme in release.measures
        if linked and theme.kind == "theme"
    }
    departments = [f"{COMMAND}={unit.id}" for unit in units(release) if unit.parent == command.id]
    return BoardPage(
        f"{command.label}: results for the board",
        waves.facts(release),
        waves.links(
            # A command that was reorganised has no page in the waves before.
            [one for one in releases if command.id in {unit.id for unit in units(one, COMMAND)}]
            if linked
            else [],
            release,
            lambda other: url_for("results.board_wave", command=command.id, wave=other),
        ),
        findings.findings(release, scope, releases=releases),
        concern_levels.blocks(release, scope),
        changed.changes(release, scope),
        heat_map.draw(
            release,
            "command",
            f"Percentage positive: {command.label}",
            bands.board_command(release, command),
            hrefs,
        ),
        heat_map.draw(
            release,
            "force",
            "Percentage positive: groups across the whole force",
            bands.across_force(release),
            hrefs,
        ),
        intersections.blocks(release, scope),
        standardised.splits(release, scope),
        trend_lines.draw(
            release, _panels(release, command, hrefs), waves.titles(releases), releases
        ),
        outside.outside(release, releases, own, command.label),
        benchmarked.beside(release),
        told_apart.apart(
            release, [*bands.board_command(release, command), *bands.across_force(release)]
        ),
        levels.not_published(release),
        commented.blocks(wrote),
        response.response(release, [FORCE, own, *departments], own, [FORCE], scope),
        listed(release, scope),
        downloads(lambda table: _csv(command.id, wave, table)) if linked else (),
    )


def _panels(release: Release, command: Unit, hrefs: dict[str, str]) -> list[trend_lines.PanelPlan]:
    lines: list[tuple[str, str, trend_lines.Style]] = [
        (FORCE, "The whole force", "reference"),
        (f"{COMMAND}={command.id}", command.label, "main"),
    ]
    return [
        trend_lines.PanelPlan(
            f"trend-{theme.measure}", theme.label, theme.measure, lines, hrefs.get(theme.measure)
        )
        for theme in release.measures
        if theme.kind == "theme"
    ]


def _csv(command: str, wave: str, table: str) -> str:
    return url_for("results.board_csv", command=command, wave=wave, table=table)
