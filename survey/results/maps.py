"""Rooms of heat maps: themes, departments and groups, and which of them can be told apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from survey.results import bands, levels, standardised, told_apart
from survey.results.charts import heat_map
from survey.results.charts.heat_map import BandPlan, HeatMap
from survey.results.reading import Reading


@dataclass(frozen=True)
class Maps:
    """What stands in such a room.

    Attributes:
        chart: the heat map that it is about.
        folded: further ones: what is folded away, and the heat map.
        splits: how much of the gaps of these groups goes with other things.
        apart: which of these groups can be told apart.
        not_published: sentences on tables of which a level is left out.
    """

    chart: HeatMap
    folded: tuple[tuple[str, HeatMap], ...]
    splits: tuple[standardised.Split, ...]
    apart: told_apart.Apart
    not_published: tuple[str, ...]


def of_themes(reading: Reading) -> Maps:
    """The force beside a board's command, and the command's crossings; for HR all commands."""
    if reading.scope.command is None:
        return _of_commands(reading)
    force, _, *crossings = bands.board_command(reading.release, reading.scope.command)
    caption = f"Percentage positive: {reading.name}"
    return _maps(reading, "command", caption, [force, *crossings])


def _of_commands(reading: Reading) -> Maps:
    board = reading.addresses.board
    plans = bands.commands(
        reading.release, lambda unit: None if board is None else board(unit, reading.wave)
    )
    caption = "Percentage positive by theme and command"
    return _maps(reading, "commands", caption, plans, [bands.every_command(reading.release)])


def of_departments(reading: Reading) -> Maps:
    """The departments of a command; for HR those of all, and the commands' crossings."""
    release = reading.release
    if reading.scope.command is not None:
        plans = bands.board_command(release, reading.scope.command)[:2]
        caption = f"Percentage positive: departments of {reading.name}"
        return _maps(reading, "departments", caption, plans)
    plans = [one for one in bands.departments(release) if one.groups]
    titled = [replace(one, title=f"Departments of {one.title}") for one in plans]
    made = _maps(reading, "departments", "Percentage positive: all departments", plans, titled)
    return replace(made, folded=_crossings(reading))


def of_groups(reading: Reading) -> Maps:
    """Characteristics and their crossings across the force, and where their gaps are found."""
    plans = bands.across_force(reading.release)
    made = _maps(reading, "groups", "Percentage positive: groups across the whole force", plans)
    return replace(made, splits=standardised.splits(reading.release, reading.scope))


def has_departments(reading: Reading) -> bool:
    """Whether the reader's wave has departments, or crossings of its commands."""
    if reading.scope.command is not None:
        return bool(bands.board_command(reading.release, reading.scope.command)[1].groups)
    return any(one.groups for one in bands.departments(reading.release)) or bool(
        bands.command_crossings(reading.release)
    )


def _crossings(reading: Reading) -> tuple[tuple[str, HeatMap], ...]:
    return tuple(
        (title, heat_map.draw(reading.release, f"more-{number}", title, plan, reading.themes()))
        for number, (title, plan) in enumerate(bands.command_crossings(reading.release), start=1)
        if any(band.groups for band in plan)
    )


def _maps(
    reading: Reading,
    chart: str,
    caption: str,
    plans: list[BandPlan],
    apart: Iterable[BandPlan] | None = None,
) -> Maps:
    return Maps(
        heat_map.draw(reading.release, chart, caption, plans, reading.themes()),
        (),
        (),
        told_apart.apart(reading.release, plans if apart is None else apart),
        levels.not_published(reading.release),
    )
