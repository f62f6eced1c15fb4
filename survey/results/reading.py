"""What a readers' page is made from: a wave, whose page it is, and where its links lead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import url_for

from analysis.plan import COMMAND, FORCE
from analysis.release.comment_themes import CommentThemes
from analysis.release.model import Release
from survey.results.scope import Scope, units

Step = tuple[str, str]
"""A page above another one: its address and its name."""

WHOLE_FORCE = "The whole force"


@dataclass(frozen=True)
class Addresses:
    """Where the pages of one reader stand.

    Attributes:
        front: by wave.
        room: by wave and room.
        theme: by wave and theme; None where themes have no pages.
        table: by wave and table, as CSV; None where there are no files.
        board: the front page of a board, by command and wave; for those who may read all.
        above: pages above the front page.
        file: what a whole file holds, by wave and kind; None where there are no files.
    """

    front: Callable[[str], str]
    room: Callable[[str, str], str]
    theme: Callable[[str, str], str] | None
    table: Callable[[str, str], str] | None
    board: Callable[[str, str], str] | None = None
    above: tuple[Step, ...] = ()
    file: Callable[[str, str], str] | None = None


@dataclass(frozen=True)
class Reading:
    """A wave as one reader sees it.

    Attributes:
        releases: all that are in force, oldest first, `release` among them.
        wrote: themes of the wave's comments, where there are any.
        hash: of `release`, as the store names it; empty for one that is in no store.
    """

    release: Release
    releases: tuple[Release, ...]
    scope: Scope
    addresses: Addresses
    wrote: CommentThemes | None = None
    hash: str = ""

    @property
    def wave(self) -> str:
        """The id of the wave."""
        return self.release.manifest.wave

    @property
    def own(self) -> str:
        """The id of the group whose page it is: the board's command or the force."""
        return f"{COMMAND}={self.scope.command.id}" if self.scope.command else FORCE

    @property
    def name(self) -> str:
        """The label of that group."""
        return self.scope.command.label if self.scope.command else WHOLE_FORCE

    @property
    def heading(self) -> str:
        """What its front page is called."""
        if self.scope.command is None:
            return "Results across the force"
        return f"{self.scope.command.label}: results for the board"

    def room(self, room: str) -> str:
        """The address of a room of this wave."""
        return self.addresses.room(self.wave, room)

    def themes(self) -> dict[str, str]:
        """Theme -> the address of its page; empty where themes have none."""
        address = self.addresses.theme
        if address is None:
            return {}
        themes = (one.measure for one in self.release.measures if one.kind == "theme")
        return {theme: address(self.wave, theme) for theme in themes}

    def departments(self) -> tuple[str, ...]:
        """Ids of the groups of the own command's departments; none for the force."""
        if self.scope.command is None:
            return ()
        inside = (one for one in units(self.release) if one.parent == self.scope.command.id)
        return tuple(f"{COMMAND}={one.id}" for one in inside)


def board_addresses(command: str, *, for_hr: bool = False) -> Addresses:
    """The addresses of a board's pages; needs a request."""
    above = ((url_for("results.hr"), "Results across the force"),) if for_hr else ()
    return Addresses(
        lambda wave: url_for("results.board_wave", command=command, wave=wave),
        lambda wave, room: url_for("results.board_room", command=command, wave=wave, room=room),
        lambda wave, theme: url_for("results.board_theme", command=command, wave=wave, theme=theme),
        lambda wave, table: url_for("results.board_csv", command=command, wave=wave, table=table),
        above=above,
        file=lambda wave, kind: url_for("files.board_page", command=command, wave=wave, kind=kind),
    )


def hr_addresses() -> Addresses:
    """The addresses of HR's pages; needs a request."""
    return Addresses(
        lambda wave: url_for("results.hr_wave", wave=wave),
        lambda wave, room: url_for("results.hr_room", wave=wave, room=room),
        lambda wave, theme: url_for("results.hr_theme", wave=wave, theme=theme),
        lambda wave, table: url_for("results.hr_csv", wave=wave, table=table),
        lambda command, wave: url_for("results.board_wave", command=command, wave=wave),
        file=lambda wave, kind: url_for("files.hr_page", wave=wave, kind=kind),
    )
