"""Addresses of whole files: a page that says what a file holds and its hash, and the file.

The page of a file that takes seconds is sent in pieces (`survey.results.in_pieces`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from flask import Blueprint, Response, abort, current_app, render_template, request

from survey.database import Stores
from survey.errors import SettingsError
from survey.manage.access import BOARD, HR
from survey.manage.people import Person
from survey.manage.sign_in import require
from survey.results import in_pieces, store, words
from survey.results.begun import Begun
from survey.results.exporting import files
from survey.results.exporting.files import Asked, File, Format
from survey.results.frame import show_file
from survey.results.pages import board_reading, hr_reading
from survey.results.reading import Reading

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
    begun = Begun(partial(files.made_once, asked), files.BUSY)
    around = show_file(reading, kind, replace(page, later=in_pieces.GAP))

    def told(made: File | None, missing: str) -> str:
        found = replace(page, file=made, missing=missing)
        return render_template("results/parts/file.html", found=found)

    return in_pieces.reply(around, begun, takes="some seconds", lines=_percent, told=told)


def _percent(shares: Iterable[float]) -> Iterator[str]:
    """Each ten percent of the work, once."""
    last = 0
    for share in shares:
        percent = int(10 * share) * 10
        if last < percent < 100:
            last = percent
            yield f"{percent} %"


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
