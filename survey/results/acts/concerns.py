"""Which findings ask a board for an answer, and which board: each asks exactly one.

A concern of a command, or of a group inside it, is that command's board's. What no single board
may read (the whole force, groups across it, families of commands) is HR's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analysis.plan import COMMAND
from analysis.release.model import Release
from analysis.release.rows import ConcernRow, GroupRow
from analysis.statistics.concerns import PAST
from survey.results import words
from survey.results.scope import Scope, command_position, of_command, units

FORCE_WIDE = ""
"""The board of what belongs to no command: HR."""


@dataclass(frozen=True, order=True)
class Key:
    """A finding of a Release."""

    wave: str
    group: str
    measure: str
    kind: str

    def __str__(self) -> str:
        """As a form sends it; no part holds a bar."""
        return "|".join((self.wave, self.group, self.measure, self.kind))


@dataclass(frozen=True)
class Concern:
    """A finding that asks for an answer.

    Attributes:
        board: id of the command whose board answers; `FORCE_WIDE` for HR.
        group, about: labels of the group and of the theme or statement.
        theme: id of the theme; empty for a statement that belongs to none.
        label: how sure it is, in a word.
        words: the fixed sentence of the Release.
        whole: whether it is about all of the board's people, and not about a part of them.
        across: whether it is about a group across the whole force.
        listed: whether the page for everybody lists it.
    """

    key: Key
    board: str
    group: str
    about: str
    theme: str
    label: str
    words: str
    whole: bool
    across: bool
    listed: bool


def newest(releases: Iterable[Release]) -> tuple[Release, ...]:
    """The newest Release of each questionnaire; `releases` stand oldest first."""
    found = {release.manifest.questionnaire: release for release in releases}
    return tuple(found.values())


def raised(release: Release) -> tuple[Concern, ...]:
    """Every finding of `release` that asks for an answer, by people x gap within each board."""
    boards = _Boards(release)
    asking = sorted(_asking(release), key=lambda row: (row.kind, -row.people * abs(row.gap)))
    return tuple(_concern(release, row, boards) for row in asking)


def of_board(release: Release, board: str) -> tuple[Concern, ...]:
    """Those that one board answers."""
    return tuple(one for one in raised(release) if one.board == board)


def is_listed(release: Release, row: ConcernRow) -> bool:
    """Whether the page for everybody lists a finding: no side of it is a part of any command."""
    if row.kind == "level" or row.state in PAST:
        return False
    position = command_position(release) if units(release) else None
    sides = [release.group_by_id[row.group], release.group_by_id.get(row.against)]
    return position is None or not any(side and side.values[position] for side in sides)


def _asking(release: Release) -> Iterator[ConcernRow]:
    for row in release.concerns:
        if row.kind == "level" or (row.kind == "concern" and row.state not in PAST):
            yield row


class _Boards:
    """Who answers for which group, of one Release."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self.parents = {unit.id: unit for unit in units(release)}
        self.position = command_position(release) if self.parents else None
        self.scopes: dict[str, Scope | None] = {}

    def unit(self, group: GroupRow) -> str:
        """The command, department or family that picks a group's people; empty for none."""
        return "" if self.position is None else group.values[self.position]

    def of(self, row: ConcernRow) -> str:
        found = self.parents.get(self.unit(self.release.group_by_id[row.group]))
        while found is not None and found.level != COMMAND:
            found = self.parents.get(found.parent or "")
        if found is None:
            return FORCE_WIDE
        if found.id not in self.scopes:
            self.scopes[found.id] = of_command(self.release, found.id)
        scope = self.scopes[found.id]
        seen = scope is not None and {row.group, row.against} - {""} <= scope.groups
        return found.id if seen else FORCE_WIDE


def _concern(release: Release, row: ConcernRow, boards: _Boards) -> Concern:
    board, group = boards.of(row), release.group_by_id[row.group]
    measure = release.measure_by_id[row.measure]
    named = {watched: name for name, watched in release.manifest.intersections}
    return Concern(
        Key(release.manifest.wave, row.group, row.measure, row.kind),
        board,
        named.get(row.group, group.label),
        measure.label,
        measure.measure if measure.kind == "theme" else measure.theme or "",
        "above a level of concern" if row.kind == "level" else words.STATES[row.kind, row.state],
        row.words,
        whole=bool(board) and row.group == f"{COMMAND}={board}",
        across=boards.unit(group) == "",
        listed=is_listed(release, row),
    )
