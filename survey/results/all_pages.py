"""All pages of a wave as one PDF: the front page, the rooms behind it, and every theme."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response

from survey.manage.access import BOARD, HR
from survey.manage.people import Person
from survey.manage.sign_in import require
from survey.results.frame import show_room, show_theme
from survey.results.pages import board_reading, front_page, hr_reading, sentences
from survey.results.paper.serving import all_on_paper
from survey.results.reading import Reading
from survey.results.rooms import ROOMS
from survey.results.themes import opens_at

blueprint = Blueprint("all_pages", __name__)
blueprint.context_processor(sentences)


@blueprint.get("/results/board/<command>/<wave>/all-pages.pdf")
@require(BOARD, HR)
def board(person: Person, command: str, wave: str) -> Response:
    """All pages of a board, for one wave."""
    return all_on_paper(_pages(board_reading(person, command, wave)))


@blueprint.get("/results/hr/<wave>/all-pages.pdf")
@require(HR)
def hr(person: Person, wave: str) -> Response:  # noqa: ARG001
    """All pages of HR, for one wave."""
    return all_on_paper(_pages(hr_reading(wave)))


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
