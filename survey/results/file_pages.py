"""Addresses of whole files: a page that says what a file holds and its hash, and the file.

The page of a file that takes seconds is sent in pieces: all that stands above, then how far the
file is, then what it holds. No script asks again, and nothing is kept of who waits.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    render_template,
    request,
    stream_with_context,
)

from survey.database import Stores
from survey.errors import SettingsError
from survey.manage.access import BOARD, HR
from survey.manage.people import Person
from survey.manage.sign_in import require
from survey.results import store, words
from survey.results.exporting import files
from survey.results.exporting.begun import Begun
from survey.results.exporting.files import Asked, File, Format
from survey.results.frame import show_file
from survey.results.pages import board_reading, hr_reading
from survey.results.reading import Reading

NOT_MADE = (
    "This file could not be made, because of a mistake in Candour. Tell whoever runs this service."
)
_GAP = f"<p>{secrets.token_hex(16)}</p>"
"""Stands in the page where the file is told of, when that is sent later."""

blueprint = Blueprint("files", __name__)


@blueprint.context_processor
def sentences() -> dict[str, object]:
    """The fixed sentences, for the templates."""
    return {"words": words}


@dataclass(frozen=True)
class FilePage:
    """The page of one file.

    Attributes:
        whose: whose rows it holds.
        href: where it is downloaded.
        file: as it was made; None where it cannot be made here, which `missing` then says.
        later: in the place of both, where they are sent when the file is made.
    """

    kind: Format
    whose: str
    href: str
    file: File | None = None
    missing: str = ""
    later: str = ""


@blueprint.get("/results/board/<command>/<wave>/file/<kind>")
@require(BOARD, HR)
def board_page(person: Person, command: str, wave: str, kind: str) -> Response | str:
    """What a file of a board holds."""
    return _page(board_reading(person, command, wave), kind)


@blueprint.get("/results/board/<command>/<wave>/file/<kind>/download")
@require(BOARD, HR)
def board_file(person: Person, command: str, wave: str, kind: str) -> Response:
    """A file of a board: the rows of its pages."""
    return _file(board_reading(person, command, wave), kind)


@blueprint.get("/results/hr/<wave>/file/<kind>")
@require(HR)
def hr_page(person: Person, wave: str, kind: str) -> Response | str:  # noqa: ARG001
    """What a file of HR holds."""
    return _page(hr_reading(wave), kind)


@blueprint.get("/results/hr/<wave>/file/<kind>/download")
@require(HR)
def hr_file(person: Person, wave: str, kind: str) -> Response:  # noqa: ARG001
    """A file of HR: every command."""
    return _file(hr_reading(wave), kind)


def _page(reading: Reading, wanted: str) -> Response | str:
    kind = _kind(reading, wanted)
    page = FilePage(kind, reading.name, f"{request.path}/download")
    if kind.missing:
        return show_file(reading, kind, replace(page, missing=kind.missing))
    asked = _asked(reading, kind)
    if (file := files.found(asked)) is not None:
        return show_file(reading, kind, replace(page, file=file))
    begun = Begun(asked)
    around = show_file(reading, kind, replace(page, later=_GAP))
    reply = Response(stream_with_context(_pieces(around, page, begun)), mimetype="text/html")
    reply.headers["X-Accel-Buffering"] = "no"  # a proxy that waits for the whole page shows nothing
    return reply


def _pieces(around: str, page: FilePage, begun: Begun) -> Iterator[str]:
    """The page: down to where the file is told of, each step of its making, and the rest."""
    above, below = around.split(_GAP)
    yield f"{above}{render_template('results/parts/file_begun.html')}"
    for percent in begun.tens():
        yield f"<li>{percent} %</li>\n"
    try:
        told = replace(page, file=begun.file())
    except SettingsError as error:
        told = replace(page, missing=str(error))
    except Exception as error:  # what was sent is sent: the rest has to say it
        logging.getLogger("candour").error("a file: %s", type(error).__name__)
        told = replace(page, missing=NOT_MADE)
    yield f"</ol></div>{render_template('results/parts/file.html', found=told)}{below}"


def _file(reading: Reading, wanted: str) -> Response:
    kind = _kind(reading, wanted)
    if kind.missing:
        return _refused(kind.missing, 503)
    try:
        file = files.kept(_asked(reading, kind))
    except SettingsError as error:  # it would be too large, and the sentence names one that is not
        return _refused(str(error), 400)
    return Response(
        file.content,
        mimetype=file.mimetype,
        headers={"Content-Disposition": f'attachment; filename="{file.name}"'},
    )


def _refused(sentence: str, code: int) -> Response:
    page = render_template("errors/problem.html", sentence=sentence)
    return Response(page, code, mimetype="text/html")


def _kind(reading: Reading, wanted: str) -> Format:
    found = files.find(wanted, reading.scope)
    if found is None:
        abort(404)
    return found


def _asked(reading: Reading, kind: Format) -> Asked:
    command = reading.scope.command
    own = "" if command is None else command.id
    stores: Stores = current_app.extensions["candour"]
    return files.asked(kind, store.in_force(stores), reading.wave, own)
