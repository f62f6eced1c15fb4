"""Groups watched by name, such as minority-background probationers, beside their neighbours.

Where a group is not shown, the rung that its ladder reaches stands for it, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from analysis.plan import COMMAND, FORCE
from analysis.release.model import Release
from analysis.release.rows import GroupRow
from survey.results import words
from survey.results.against import said
from survey.results.rounded import further
from survey.results.scope import Scope, command_position, label, picked, units


@dataclass(frozen=True)
class IntersectionRow:
    """One theme: a figure with its range for each column, and what the comparison says."""

    theme: str
    figures: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class IntersectionBlock:
    """A watched group. Without rows it cannot be shown, and the fixed words of absence stand.

    Attributes:
        whose: who the figures are of; what is shown may be a rung of the group's ladder.
        columns: the group itself, the named group where that is another, those who share all but
            one of its traits, everybody; or each trait by itself and everybody.
        apart: whether the columns are traits by themselves, without anybody who has all.
        response: in place of figures, a sentence on how many of larger groups answered.
        places: command -> what is shown for the group in it; for those who see all commands.
    """

    id: str
    name: str
    answers: str
    columns: tuple[str, ...]
    rows: tuple[IntersectionRow, ...]
    whose: str = ""
    apart: bool = False
    response: str = ""
    places: tuple[tuple[str, str], ...] = ()


def blocks(release: Release, scope: Scope) -> tuple[IntersectionBlock, ...]:
    """A block for each intersection that the Release names and the reader may see."""
    return tuple(
        _climbed(release, scope, name, group, f"watched-{number}")
        for number, (name, group) in enumerate(release.manifest.intersections, start=1)
        if group in scope.groups
    )


def _climbed(
    release: Release, scope: Scope, name: str, group: str, block_id: str
) -> IntersectionBlock:
    """The group in the reader's own command where its ladder has one, at the rung it reaches."""
    by_command = _by_command(release, name)
    asked = group if scope.command is None else by_command.get(scope.command.id, group)
    rungs = release.ladder_by_key.get((name, asked), ())
    shown = [release.group_by_id[rung.group] for rung in rungs if rung.group is not None]
    if len(shown) > 1:
        block = _side_by_side(release, name, shown, block_id)
    else:
        row = shown[0] if shown else release.group_by_id[asked]
        block = _block(release, name, row, _beside(release, scope, row, group), block_id)
    return replace(
        block,
        whose=rungs[0].label if len(shown) == 1 else "",
        response="" if block.rows else _response(release, release.group_by_id[asked]),
        places=() if scope.command else _places(release, name, by_command),
    )


def _by_command(release: Release, name: str) -> dict[str, str]:
    """Command -> the group that a ladder is asked for, in it or the closest unit around it."""
    asked = dict.fromkeys(row.asked for row in release.ladders if row.ladder == name)
    if not asked:
        return {}
    at = command_position(release)
    found = {release.group_by_id[group].values[at]: group for group in asked}
    parents = {unit.id: unit.parent for unit in units(release)}
    around: dict[str, str] = {}
    for unit in units(release, COMMAND):
        place: str | None = unit.id
        while place is not None and place not in found:
            place = parents[place]
        if place is not None:
            around[unit.id] = found[place]
    return around


def _places(
    release: Release, name: str, by_command: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    labels = {unit.id: unit.label for unit in units(release)}
    return tuple(
        (labels[command], "; ".join(row.label for row in release.ladder_by_key[name, asked]))
        for command, asked in by_command.items()
    )


def _side_by_side(
    release: Release, name: str, traits: list[GroupRow], block_id: str
) -> IntersectionBlock:
    columns = [*traits, release.group_by_id[FORCE]]
    rows = tuple(
        IntersectionRow(
            theme.label, tuple(_figure(release, one.group, theme.measure) for one in columns), ""
        )
        for theme in release.measures
        if theme.kind == "theme"
    )
    labels = tuple(label(release, one) for one in columns)
    return IntersectionBlock(block_id, name, "number not shown", labels, rows, apart=True)


def _response(release: Release, row: GroupRow) -> str:
    """How many answered of the larger groups that the hidden one is in."""
    inside = [f"{name}={value}" for name, value in picked(release, row)]
    known = [
        (label(release, one), one.response_rate)
        for group in (*inside, FORCE)
        if (one := release.group_by_id.get(group)) is not None and one.response_rate is not None
    ]
    return words.response_of_larger(known)


def _beside(release: Release, scope: Scope, row: GroupRow, named: str) -> list[GroupRow]:
    """The named group itself, where a part of it is shown; then those who differ in one trait.

    A board sees of other units no more than the rung itself.
    """
    wider = [] if row.group == named else [release.group_by_id[named]]
    return wider + [one for one in _neighbours(release, row) if one.group in scope.groups]


def _block(
    release: Release, name: str, row: GroupRow, beside: list[GroupRow], block_id: str
) -> IntersectionBlock:
    if row.status != "shown":
        return IntersectionBlock(block_id, name, words.answers_in_words(row, {}), (), ())
    columns = [row, *beside, release.group_by_id[FORCE]]
    rows = tuple(
        IntersectionRow(
            theme.label,
            tuple(_figure(release, column.group, theme.measure) for column in columns),
            said(release, row.group, theme.measure),
        )
        for theme in release.measures
        if theme.kind == "theme"
    )
    labels = tuple(label(release, column) for column in columns)
    answers = words.answers_in_words(row, release.manifest.policy)
    return IntersectionBlock(block_id, name, answers, labels, rows)


def _figure(release: Release, group: str, theme: str) -> str:
    row = release.estimate_by_key.get((group, theme))
    return "[x]" if row is None else words.figure_with_range(row, further(release, group, theme))


def _neighbours(release: Release, row: GroupRow) -> list[GroupRow]:
    """Groups that differ in one trait only: the other values of the same level and parent."""
    own = picked(release, row)
    values = {
        breakdown.id: {value[0]: value for value in breakdown.values}
        for breakdown in release.manifest.breakdowns
    }
    found = []
    for name, chosen in own:
        _, _, level, parent = values[name][chosen]
        for other, _, other_level, other_parent in values[name].values():
            if other != chosen and (other_level, other_parent) == (level, parent):
                pairs = [(key, other if key == name else value) for key, value in own]
                group = "&".join(f"{key}={value}" for key, value in pairs)
                if group in release.group_by_id:
                    found.append(release.group_by_id[group])
    return found
