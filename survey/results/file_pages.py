"""Addresses of whole files: a page that says what a file holds and its hash, and the file."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, abort, current_app, render_template, request

from survey.database import Stores
from survey.errors import SettingsError
from survey.manage.access import BOARD, HR
from survey.manage.people import Person
from survey.manage.sign_in import require
from survey.results import store, words
from survey.results.exporting import files
from survey.results.exporting.files import File, Format
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
        file: as it was made; None where it cannot be made here, which `missing` then says.
        href: where it is downloaded.
    """

    kind: Format
    file: File | None
    missing: str
    href: str


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
    file, missing = None, kind.missing
    if not missing:
        try:
            file = _made(reading, kind)
        except SettingsError as error:
            missing = str(error)
    href = f"{request.path}/download"
    return show_file(reading, kind, FilePage(kind, file, missing, href))


def _file(reading: Reading, wanted: str) -> Response:
    kind = _kind(reading, wanted)
    if kind.missing:
        page = render_template("errors/problem.html", sentence=kind.missing)
        return Response(page, 503, mimetype="text/html")
    file = _made(reading, kind)
    return Response(
        file.content,
        mimetype=file.mimetype,
        headers={"Content-Disposition": f'attachment; filename="{file.name}"'},
    )


def _kind(reading: Reading, wanted: str) -> Format:
    found = files.find(wanted, reading.scope)
    if found is None:
        abort(404)
    return found


def _made(reading: Reading, kind: Format) -> File:
    command = reading.scope.command
    own = "" if command is None else command.id
    stores: Stores = current_app.extensions["candour"]
    return files.kept(files.asked(kind, store.in_force(stores), reading.wave, own))
