"""All pages of a wave as one PDF: the front page, the rooms behind it, and every theme.

It takes up to half a minute, so a page comes first that is sent in pieces meanwhile and says how
far it is (`survey.results.in_pieces`). It is kept, so whoever then downloads it from the same
process need not wait again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from flask import Blueprint, Response, render_template, request

from survey.manage.access import BOARD, HR
from survey.manage.people import Person
from survey.manage.sign_in import require
from survey.results import in_pieces
from survey.results.begun import Begun
from survey.results.exporting.files import File
from survey.results.frame import show_all_pages, show_room, show_theme
from survey.results.pages import board_reading, front_page, hr_reading, sentences
from survey.results.paper import printing, serving
from survey.results.reading import Reading
from survey.results.rooms import ROOMS
from survey.results.themes import opens_at

blueprint = Blueprint("all_pages", __name__)
blueprint.context_processor(sentences)


@dataclass(frozen=True)
class AllPages:
    """The page that tells of the file.

    Attributes:
        whose: whose results it holds.
        href: where it is downloaded.
        file: as it was made; None where it could not be, which `missing` then says.
        later: in the place of both, where they are sent when it is made.
    """

    whose: str
    href: str
    file: File | None = None
    missing: str = ""
    later: str = ""


@blueprint.get("/results/board/<command>/<wave>/all-pages")
@require(BOARD, HR)
def board_page(person: Person, command: str, wave: str) -> Response:
    """How far the PDF of a board is, and then the way to it."""
    return _page(board_reading(person, command, wave))


@blueprint.get("/results/board/<command>/<wave>/all-pages.pdf")
@require(BOARD, HR)
def board(person: Person, command: str, wave: str) -> Response:
    """All pages of a board, for one wave."""
    return serving.pdf(_on_paper(board_reading(person, command, wave)))


@blueprint.get("/results/hr/<wave>/all-pages")
@require(HR)
def hr_page(person: Person, wave: str) -> Response:  # noqa: ARG001
    """How far the PDF of HR is, and then the way to it."""
    return _page(hr_reading(wave))


@blueprint.get("/results/hr/<wave>/all-pages.pdf")
@require(HR)
def hr(person: Person, wave: str) -> Response:  # noqa: ARG001
    """All pages of HR, for one wave."""
    return serving.pdf(_on_paper(hr_reading(wave)))


def _page(reading: Reading) -> Response:
    page = AllPages(reading.name, f"{request.path}.pdf")
    begun = Begun(partial(_made, _on_paper(reading), serving.name()), serving.BUSY)

    def told(made: File | None, missing: str) -> str:
        found = replace(page, file=made, missing=missing)
        return render_template("results/parts/all_pages.html", found=found)

    around = show_all_pages(reading, replace(page, later=in_pieces.GAP))
    return in_pieces.reply(around, begun, takes="up to half a minute", lines=iter, told=told)


def _made(pages: tuple[str, ...], name: str, told: Callable[[str], None]) -> File:
    with printing.steps_told(told):
        return File(name, "application/pdf", printing.made(*pages), ())


def _on_paper(reading: Reading) -> tuple[str, ...]:
    return serving.all_on_paper(_pages(reading))


def _pages(reading: Reading) -> Iterator[str]:
    """The pages in the order of their menu; each theme's after the statements, as it opens."""
    yield front_page(reading)
    for room in ROOMS:
        shown = show_room(reading, room.id)
        if shown is not None:
            yield shown
        if room.id == "statements":
            yield from _themes(reading)


def _themes(reading: Reading) -> Iterator[str]:
    for one in reading.release.measures:
        if one.kind == "theme":
            group = opens_at(reading.release, reading.scope, one, reading.own)
            yield show_theme(reading, one, group)
