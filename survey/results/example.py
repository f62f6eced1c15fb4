"""See what your board will see: the board's page with invented figures, for anybody.

Nobody signs in, nothing is kept of who looks, and no figure comes from a wave.
"""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

from flask import Blueprint, abort, render_template

from survey.results import invented, scope, words
from survey.results.board import board_page

blueprint = Blueprint("example", __name__)


@blueprint.context_processor
def sentences() -> dict[str, ModuleType]:
    """The fixed sentences, for the templates."""
    return {"words": words}


@blueprint.get("/example/board")
def board() -> str:
    """A board's page as it is, suppression included, with invented figures."""
    release = invented.release()
    seen = scope.of_command(release, invented.COMMAND)
    if seen is None or seen.command is None:
        abort(404)
    page = board_page(release, (release,), seen, seen.command, linked=False)
    page = replace(page, heading=f"Invented: {page.heading}")
    return render_template("results/board.html", page=page, invented=True)
