"""Which groups stand under which heading of a heat map."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from analysis.plan import COMMAND, FORCE
from analysis.release.model import Release
from analysis.release.rows import GroupRow
from survey.results.charts.heat_map import BandPlan
from survey.results.scope import Unit, label, picked, units

Address = Callable[[str], str | None]
"""The page of a command, by its id; None for no link."""


def board_command(release: Release, own: Unit) -> list[BandPlan]:
    """The force, a board's command, its departments and its crossings."""
    inside = [unit for unit in units(release) if unit.parent == own.id]
    bands = [
        _band(release, f"The force and {own.label}", [FORCE, f"{COMMAND}={own.id}"]),
        _band(release, f"Departments of {own.label}", [f"{COMMAND}={unit.id}" for unit in inside]),
    ]
    for breakdowns, rows in _crossings(release):
        own_rows = [row for row in rows if (COMMAND, own.id) in picked(release, row)]
        if own_rows and breakdowns != (COMMAND,):
            others = [name for name in breakdowns if name != COMMAND]
            title = f"{own.label} by {_names(release, others)}"
            bands.append(_rows(release, title, own_rows, COMMAND))
    return bands


def across_force(release: Release) -> list[BandPlan]:
    """Every declared group that is not about commands: characteristics and their crossings."""
    bands = [_band(release, "Everybody", [FORCE])]
    for breakdowns, rows in _crossings(release):
        if COMMAND not in breakdowns:
            title = _names(release, breakdowns)
            bands.append(_rows(release, title[:1].upper() + title[1:], rows))
    return bands


def commands(release: Release, address: Address) -> list[BandPlan]:
    """The force, then the commands under their families; each leads to its own page."""
    bands = [_band(release, "Everybody", [FORCE])]
    found = units(release, COMMAND)
    for parent in dict.fromkeys(unit.parent for unit in found):
        family = next((unit for unit in units(release) if unit.id == parent), None)
        groups = [
            (release.group_by_id[f"{COMMAND}={unit.id}"], unit.label, address(unit.id))
            for unit in found
            if unit.parent == parent and f"{COMMAND}={unit.id}" in release.group_by_id
        ]
        whole = [] if family is None else _whole_family(release, family)
        bands.append(BandPlan(family.label if family else "Commands", [*whole, *groups]))
    return bands


def _whole_family(release: Release, family: Unit) -> list[tuple[GroupRow, str, None]]:
    row = release.group_by_id.get(f"{COMMAND}={family.id}")
    return [] if row is None else [(row, "All of these commands", None)]


def every_command(release: Release) -> BandPlan:
    """All commands under one heading."""
    return _band(release, "Commands", [f"{COMMAND}={unit.id}" for unit in units(release, COMMAND)])


def departments(release: Release) -> list[BandPlan]:
    """The departments of every command."""
    return [
        _band(
            release,
            command.label,
            [f"{COMMAND}={unit.id}" for unit in units(release) if unit.parent == command.id],
        )
        for command in units(release, COMMAND)
    ]


def command_crossings(release: Release) -> list[tuple[str, list[BandPlan]]]:
    """Each crossing of the commands with something else: its title, and a band a command."""
    found = []
    for breakdowns, rows in _crossings(release):
        if COMMAND in breakdowns and len(breakdowns) > 1:
            others = [name for name in breakdowns if name != COMMAND]
            of_unit: dict[str, list[GroupRow]] = {}
            for row in rows:
                of_unit.setdefault(dict(picked(release, row))[COMMAND], []).append(row)
            bands = [
                _rows(release, unit.label, of_unit.get(unit.id, []), COMMAND)
                for unit in units(release)
            ]
            found.append((f"Commands by {_names(release, others)}", bands))
    return found


def _crossings(release: Release) -> Iterator[tuple[tuple[str, ...], list[GroupRow]]]:
    """Groups by the breakdowns that pick them, in the order of the Release; without the force."""
    found: dict[tuple[str, ...], list[GroupRow]] = {}
    for row in release.groups:
        breakdowns = tuple(name for name, _ in picked(release, row))
        if breakdowns:
            found.setdefault(breakdowns, []).append(row)
    yield from found.items()


def _names(release: Release, breakdowns: list[str] | tuple[str, ...]) -> str:
    labels = {breakdown.id: breakdown.label for breakdown in release.manifest.breakdowns}
    return " and ".join(labels[name][:1].lower() + labels[name][1:] for name in breakdowns)


def _band(release: Release, title: str, groups: list[str]) -> BandPlan:
    rows = [release.group_by_id[group] for group in groups if group in release.group_by_id]
    return _rows(release, title, rows)


def _rows(release: Release, title: str, rows: list[GroupRow], leave_out: str = "") -> BandPlan:
    return BandPlan(title, [(row, label(release, row, leave_out), None) for row in rows])
