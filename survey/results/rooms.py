"""The rooms behind a front page: what each shows, and for whom and when it is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from analysis.plan import COMMAND, FORCE
from analysis.release.model import Release
from analysis.release.rows import MeasureRow
from survey.results import (
    benchmarked,
    changed,
    commented,
    concern_levels,
    equality,
    findings,
    goes_with,
    intersections,
    maps,
    outside,
    procedures,
    response,
    scope,
    together,
    waves,
    words,
)
from survey.results.charts import trend_lines
from survey.results.exporting.files import Format, of_reader
from survey.results.exports import Download, downloads
from survey.results.reading import WHOLE_FORCE, Reading
from survey.results.rounded import Further, further, listed

RoomId = Literal[
    "themes", "departments", "groups", "findings", "trends", "statements", "watched",
    "inside", "equality", "procedures", "changes", "response", "comments", "files", "method",
]  # fmt: skip


@dataclass(frozen=True)
class Room:
    """A page of its own.

    Attributes:
        title: its heading, for a reader.
        make: what its template shows.
        there: whether the reader's wave has it.
        template: its file, where that is not named after the room.
    """

    id: RoomId
    title: Callable[[Reading], str]
    make: Callable[[Reading], object]
    there: Callable[[Reading], bool] = lambda _: True
    template: str = ""


@dataclass(frozen=True)
class Raised:
    """Areas of concern and strengths, and the levels of concern."""

    findings: findings.Findings
    levels: tuple[concern_levels.LevelBlock, ...]


@dataclass(frozen=True)
class ThemeLine:
    """A theme, where its statements are and how the group and the force answered."""

    label: str
    href: str | None
    own: str
    force: str


@dataclass(frozen=True)
class Statements:
    """What was asked: themes that lead to their statements, and what is beside them."""

    themes: tuple[ThemeLine, ...]
    outside: outside.Outside
    benchmarks: tuple[benchmarked.Beside, ...]
    together: tuple[together.TogetherRow, ...]
    goes_with: goes_with.GoesWith | None


@dataclass(frozen=True)
class FileLink:
    """A kind of whole file, and the page that tells what it holds."""

    kind: Format
    href: str


@dataclass(frozen=True)
class Files:
    """Files to download, and which figures are rounded further than others.

    Attributes:
        kinds: whole files of this survey: kind and address of each.
        others: other surveys of the reader, newest first: title, and kind and address of each file.
        downloads: its tables one by one.
    """

    rounded: tuple[Further, ...]
    kinds: tuple[FileLink, ...]
    others: tuple[tuple[str, tuple[FileLink, ...]], ...]
    downloads: tuple[Download, ...]


def _raised(reading: Reading) -> Raised:
    return Raised(
        findings.findings(reading.release, reading.scope, releases=reading.releases),
        concern_levels.blocks(reading.release, reading.scope),
    )


def _trends(reading: Reading) -> tuple[trend_lines.Panel, ...]:
    lines: list[tuple[str, str, trend_lines.Style]] = [(reading.own, reading.name, "main")]
    if reading.own != FORCE:
        lines.insert(0, (FORCE, WHOLE_FORCE, "reference"))
    hrefs = reading.themes()
    plans = [
        trend_lines.PanelPlan(
            f"trend-{one.measure}", one.label, one.measure, lines, hrefs.get(one.measure)
        )
        for one in _themes(reading)
    ]
    titles = waves.titles(reading.releases)
    return trend_lines.draw(reading.release, plans, titles, reading.releases)


def _statements(reading: Reading) -> Statements:
    release, hrefs = reading.release, reading.themes()
    force_wide = reading.scope.command is None

    def figure(group: str, theme: str) -> str:
        row = release.estimate_by_key[group, theme]
        return words.figure_with_range(row, further(release, group, theme))

    return Statements(
        tuple(
            ThemeLine(
                one.label,
                hrefs.get(one.measure),
                figure(reading.own, one.measure),
                "" if force_wide else figure(FORCE, one.measure),
            )
            for one in _themes(reading)
        ),
        outside.outside(release, reading.releases, reading.own, reading.name),
        benchmarked.beside(release),
        together.rows(release) if force_wide else (),
        goes_with.goes_with(release) if force_wide else None,
    )


def _response(reading: Reading) -> response.Response:
    release, own = reading.release, reading.own
    if reading.scope.command is not None:
        groups = [FORCE, own, *reading.departments()]
        return response.response(release, groups, own, [FORCE], reading.scope)
    units = _families_and_commands(reading)
    others = [
        row.group
        for row in release.groups
        if len(scope.picked(release, row)) == 1 and scope.picked(release, row)[0][0] != COMMAND
    ]
    return response.response(release, [FORCE, *units, *others], FORCE, units, reading.scope)


def _families_and_commands(reading: Reading) -> list[str]:
    units = [
        f"{COMMAND}={unit.id}"
        for command in scope.units(reading.release, COMMAND)
        for unit in scope.units(reading.release)
        if unit.id in {command.id, command.parent}
    ]
    return list(dict.fromkeys(units))


def _files(reading: Reading) -> Files:
    address = reading.addresses.table
    alike = [one for one in reading.releases if _has_files(reading, one)]
    titles = waves.titles(alike)
    return Files(
        listed(reading.release, reading.scope),
        _file_links(reading, reading.wave),
        tuple(
            (titles[one.manifest.wave], _file_links(reading, one.manifest.wave))
            for one in reversed(alike)
            if one.manifest.wave != reading.wave
        ),
        () if address is None else downloads(lambda table: address(reading.wave, table)),
    )


def _has_files(reading: Reading, release: Release) -> bool:
    """Whether a wave of the same questionnaire is the reader's too: commands come and go."""
    command = reading.scope.command
    return release.manifest.questionnaire == reading.release.manifest.questionnaire and (
        command is None or scope.of_command(release, command.id) is not None
    )


def _file_links(reading: Reading, wave: str) -> tuple[FileLink, ...]:
    address = reading.addresses.file
    if address is None:
        return ()
    return tuple(FileLink(one, address(wave, one.id)) for one in of_reader(reading.scope))


def _themes(reading: Reading) -> list[MeasureRow]:
    return [one for one in reading.release.measures if one.kind == "theme"]


def _watched(reading: Reading) -> list[str]:
    """Names of the intersections that the reader may see."""
    named = reading.release.manifest.intersections
    return [name for name, group in named if group in reading.scope.groups]


def _watched_title(reading: Reading) -> str:
    names = _watched(reading)
    return names[0] if len(names) == 1 else "Groups watched by name"


def _for_hr(reading: Reading) -> bool:
    return reading.scope.command is None


def _called(title: str) -> Callable[[Reading], str]:
    return lambda _: title


ROOMS: tuple[Room, ...] = (
    Room(
        "themes",
        lambda one: "Commands side by side" if _for_hr(one) else "Themes",
        maps.of_themes,
        template="maps",
    ),
    Room(
        "departments",
        _called("Departments"),
        maps.of_departments,
        maps.has_departments,
        "maps",
    ),
    Room(
        "inside",
        _called("Groups inside commands"),
        maps.of_crossings,
        lambda one: _for_hr(one) and maps.has_crossings(one),
        "maps",
    ),
    Room(
        "groups",
        _called("Groups across the force"),
        maps.of_groups,
        template="maps",
    ),
    Room(
        "findings",
        _called("Concerns and strengths"),
        _raised,
    ),
    Room("trends", _called("Trends"), _trends),
    Room("statements", _called("Statements"), _statements),
    Room(
        "watched",
        _watched_title,
        lambda one: intersections.blocks(one.release, one.scope),
        lambda one: bool(_watched(one)),
    ),
    Room(
        "equality",
        _called("Protected characteristics"),
        equality.equality,
        lambda one: _for_hr(one) and equality.is_asked(one.release),
    ),
    Room(
        "procedures",
        _called("Procedures and perceptions"),
        lambda one: procedures.blocks(one.release),
        lambda one: _for_hr(one) and bool(one.release.procedures),
    ),
    Room(
        "changes",
        _called("What was done, and what changed"),
        lambda one: changed.changes(one.release, one.scope),
        lambda one: any(row.group in one.scope.groups for row in one.release.changes),
    ),
    Room("response", _called("Who answered"), _response),
    Room(
        "comments",
        _called("What people wrote about"),
        lambda one: commented.blocks(one.wrote),
        lambda one: one.wrote is not None and bool(one.wrote.questions),
    ),
    Room("files", _called("Files"), _files),
    Room(
        "method",
        _called("How to read these pages"),
        lambda one: one.release.manifest.comparisons,
    ),
)


def find(reading: Reading, wanted: str) -> Room | None:
    """The room with that id; None where the reader's wave has none such."""
    return next((one for one in ROOMS if one.id == wanted and one.there(reading)), None)
