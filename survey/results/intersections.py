"""Groups watched by name, such as minority-background probationers, beside their neighbours.

Where a group is not shown, the rung that its ladder reaches stands for it, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from analysis.plan import COMMAND, FORCE
from analysis.release.model import Release
from analysis.release.rows import GroupRow, LadderRow
from survey.results import words
from survey.results.compared import Compared, beside, compared
from survey.results.response import rate_of
from survey.results.rounded import further
from survey.results.scope import Scope, command_position, label, picked, units

ACROSS = "across the whole force"


@dataclass(frozen=True)
class IntersectionRow:
    """One theme: a figure with its range for each column."""

    theme: str
    figures: tuple[str, ...]


@dataclass(frozen=True)
class IntersectionBlock:
    """A watched group. Without rows it cannot be shown, and the fixed words of absence stand.

    Attributes:
        whose: who the figures are of; what is shown may be a rung of the group's ladder.
        columns: the group itself, the named group where that is another, those who share all but
            one of its traits, everybody; or each trait by itself and everybody.
        apart: whether the columns are traits by themselves, without anybody who has all.
        response: how many answered, of the group or of larger ones; empty where none is known.
        compared: the group against everyone else and those beside it; then the named group across
            the force, where what is shown is a part of it.
        specific: that no aggregate stands for it, where the group is a part of one.
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
    compared: tuple[Compared, ...] = ()
    specific: str = ""
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
        block = _block(release, scope, name, row, block_id)
        if row.group != group and release.group_by_id[group].status == "shown":
            named = compared(release, scope, release.group_by_id[group], ACROSS)
            block = replace(block, compared=(*block.compared, named))
    return replace(
        block,
        whose=_whose(release, scope, rungs[0]) if len(shown) == 1 else "",
        response=block.response or _response(release, scope, release.group_by_id[asked]),
        specific=_specific(release, release.group_by_id[group]),
        places=() if scope.command else _places(release, name, by_command),
    )


def _whose(release: Release, scope: Scope, rung: LadderRow) -> str:
    """Whose figures these are; a board is told where its ladder starts outside its command."""
    unit = release.group_by_id[rung.asked].values[command_position(release)]
    beyond = scope.command is not None and unit not in ("", scope.command.id)
    return f"{rung.label}{words.NOT_OF_COMMAND}" if beyond and rung.rung == 1 else rung.label


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
            theme.label, tuple(_figure(release, one.group, theme.measure) for one in columns)
        )
        for theme in release.measures
        if theme.kind == "theme"
    )
    labels = tuple(label(release, one) for one in columns)
    return IntersectionBlock(block_id, name, "number not shown", labels, rows, apart=True)


def _response(release: Release, scope: Scope, row: GroupRow) -> str:
    """How many answered of the larger groups that a group is in."""
    inside = [f"{name}={value}" for name, value in picked(release, row)]
    known = [
        (label(release, one), rate)
        for group in (*inside, FORCE)
        if group in scope.groups
        and (one := release.group_by_id.get(group)) is not None
        and (rate := rate_of(release, one))
    ]
    return words.response_of_larger(known)


def _specific(release: Release, row: GroupRow) -> str:
    """Where a trait is a part of a larger one: that the larger one does not stand for it."""
    values = {
        (breakdown.id, value): (text, parent)
        for breakdown in release.manifest.breakdowns
        for value, text, _, parent in breakdown.values
        if breakdown.id != COMMAND
    }
    for name, value in picked(release, row):
        text, parent = values.get((name, value), ("", None))
        if parent is not None:
            return words.SPECIFIC.format(text, values[name, parent][0])
    return ""


def _block(
    release: Release, scope: Scope, name: str, row: GroupRow, block_id: str
) -> IntersectionBlock:
    """A group's figures beside those of its neighbours.

    A board sees of other units no more than the rung itself, and the whole named group.
    """
    if row.status != "shown":
        return IntersectionBlock(block_id, name, words.answers_in_words(row, {}), (), ())
    named = release.group_by_id[dict(release.manifest.intersections)[name]]
    wider = [] if row.group == named.group else [named]
    columns = [row, *wider, *beside(release, scope, row), release.group_by_id[FORCE]]
    rows = tuple(
        IntersectionRow(
            theme.label, tuple(_figure(release, column.group, theme.measure) for column in columns)
        )
        for theme in release.measures
        if theme.kind == "theme"
    )
    return IntersectionBlock(
        *(block_id, name, words.answers_in_words(row, release.manifest.policy)),
        tuple(label(release, column) for column in columns),
        rows,
        response=words.response_of_shown(rate) if (rate := rate_of(release, row)) else "",
        compared=(compared(release, scope, row),),
    )


def _figure(release: Release, group: str, theme: str) -> str:
    row = release.estimate_by_key.get((group, theme))
    return "[x]" if row is None else words.figure_with_range(row, further(release, group, theme))
