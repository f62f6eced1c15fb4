"""See what your board will see: the board's page with invented figures, for anybody.

Nobody signs in, nothing is kept of who looks, and no figure comes from a wave.
"""

from __future__ import annotations

from types import ModuleType

from flask import Blueprint, abort, url_for

from survey.results import invented, scope, words
from survey.results.frame import show_front, show_room
from survey.results.reading import Addresses, Reading

blueprint = Blueprint("example", __name__)


@blueprint.context_processor
def sentences() -> dict[str, ModuleType]:
    """The fixed sentences, for the templates."""
    return {"words": words}


@blueprint.get("/example/board")
def board() -> str:
    """A board's front page as it is, suppression included, with invented figures."""
    return show_front(_reading(), invented=True)


@blueprint.get("/example/board/<room>")
def board_room(room: str) -> str:
    """A room behind it."""
    shown = show_room(_reading(), room, invented=True)
    if shown is None:
        abort(404)
    return shown


def _reading() -> Reading:
    release = invented.release()
    seen = scope.of_command(release, invented.COMMAND)
    if seen is None:
        abort(404)
    return Reading(release, (release,), seen, _addresses())


def _addresses() -> Addresses:
    """Rooms only: there are neither pages of themes nor files."""
    return Addresses(
        lambda _wave: url_for("example.board"),
        lambda _wave, room: url_for("example.board_room", room=room),
        None,
        None,
    )
