"""Who may see which groups: HR the whole Release, a board its own command and what is force-wide.

A board sees the force, its own command and departments, every declared group across the force, and
its own command's crossings. It sees no other command and no family of commands: a family less its
own command would be another command's figure. Only as a rung does a family's group stand on its
page: there the group of its own command is hidden, or in no table.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from analysis.plan import COMMAND, FORCE
from analysis.release.model import Release
from analysis.release.rows import GroupRow


@dataclass(frozen=True)
class Unit:
    """A value of the command breakdown."""

    id: str
    label: str
    level: str
    parent: str | None


@dataclass(frozen=True)
class Scope:
    """What a page may show.

    Attributes:
        command: the board's own command; None for the whole force.
        groups: ids of every group whose rows the page may hold, hidden ones included.
    """

    command: Unit | None
    groups: frozenset[str]


def units(release: Release, level: str | None = None) -> tuple[Unit, ...]:
    """Families, commands and departments in the order of the plan, or one level of them."""
    for breakdown in release.manifest.breakdowns:
        if breakdown.id == COMMAND:
            return _of_level(breakdown.values, level)
    return ()


@lru_cache(maxsize=64)
def _of_level(
    values: tuple[tuple[str, str, str, str | None], ...], level: str | None
) -> tuple[Unit, ...]:
    found = (Unit(*value) for value in values)
    return tuple(unit for unit in found if level in (None, unit.level))


def whole_force(release: Release) -> Scope:
    """Everything that is published: HR's scope."""
    return Scope(None, frozenset(release.group_by_id))


def of_command(release: Release, command: str) -> Scope | None:
    """A board's scope; None when the Release knows no such command."""
    own = next((unit for unit in units(release, COMMAND) if unit.id == command), None)
    if own is None:
        return None
    inside = {own.id}
    for unit in units(release):  # coarser levels come first, so one pass finds every descendant
        if unit.parent in inside:
            inside.add(unit.id)
    position = command_position(release)
    seen = {row.group for row in release.groups if row.values[position] in inside | {""}}
    return Scope(own, frozenset(seen))


def command_position(release: Release) -> int:
    """Where the command stands in `GroupRow.values`.

    Raises:
        LookupError: for a Release without commands; it has no board pages either.
    """
    for position, breakdown in enumerate(release.manifest.breakdowns):
        if breakdown.id == COMMAND:
            return position
    raise LookupError("this Release has no commands")


def picked(release: Release, row: GroupRow) -> tuple[tuple[str, str], ...]:
    """The (breakdown id, value id) pairs that pick the people of a group; empty for the force."""
    return release.picked_by_group[row.group]


def label(release: Release, row: GroupRow, leave_out: str = "") -> str:
    """A group's label, without the part that the heading above it already says."""
    if row.group == FORCE:
        return row.label
    labels = release.label_by_value
    return ", ".join(labels[pair] for pair in picked(release, row) if pair[0] != leave_out)
