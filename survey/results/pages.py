"""Addresses of the readers' pages, and who may open each."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from types import ModuleType

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from analysis.release.comment_themes import CommentThemes
from analysis.release.model import Release
from survey import clock
from survey.database import Stores
from survey.manage import duties
from survey.manage.access import BOARD, HOME, HR
from survey.manage.people import Person
from survey.manage.sign_in import require
from survey.results import commented, exports, kept, scope, store, words
from survey.results.acts import record, reminders
from survey.results.acts.concerns import FORCE_WIDE
from survey.results.frame import show_front, show_room, show_theme
from survey.results.paper.serving import is_for_paper, on_paper
from survey.results.reading import Reading, board_addresses, hr_addresses
from survey.results.themes import opens_at

blueprint = Blueprint("results", __name__)


@blueprint.context_processor
def sentences() -> dict[str, ModuleType]:
    """The fixed sentences, for the templates."""
    return {"words": words}


@blueprint.get("/results")
@require(HOME)
def home(person: Person) -> BaseResponse | str:
    """Send boards and HR to their own page; tell everybody else what they may open."""
    if person.role == HR:
        return redirect(url_for("results.hr"))
    if person.role == BOARD:
        return redirect(url_for("results.board", command=person.command))
    return render_template("manage/duties.html", page=duties.page(person, current_app))


@blueprint.get("/results/board/<command>")
@require(BOARD, HR)
@on_paper
def board(person: Person, command: str) -> ResponseReturnValue:
    """A board's front page for the newest wave that has its command; a plain page before one."""
    return _kept_front(person, command, lambda: _newest(person, command))


def _newest(person: Person, command: str) -> str:
    releases = store.all_releases(_stores())
    waves = [one.manifest.wave for one in releases if scope.of_command(one, command)]
    if waves:
        return front_page(board_reading(person, command, waves[-1]))
    if releases and person.role == HR:
        abort(404)
    return _none(command if releases else "")


@blueprint.get("/results/board/<command>/<wave>")
@require(BOARD, HR)
@on_paper
def board_wave(person: Person, command: str, wave: str) -> ResponseReturnValue:
    """A board's front page for one wave."""
    return _kept_front(person, command, lambda: front_page(board_reading(person, command, wave)))


@blueprint.get("/results/board/<command>/<wave>/<room>")
@require(BOARD, HR)
@on_paper
def board_room(person: Person, command: str, wave: str, room: str) -> ResponseReturnValue:
    """A room behind a board's front page."""
    return _kept(person, command, lambda: _room(board_reading(person, command, wave), room))


@blueprint.get("/results/board/<command>/<wave>/theme/<theme>")
@require(BOARD, HR, reads=("group",))
@on_paper
def board_theme(person: Person, command: str, wave: str, theme: str) -> ResponseReturnValue:
    """A theme's statements, for a board."""
    return _kept(person, command, lambda: _theme(board_reading(person, command, wave), theme))


@blueprint.get("/results/board/<command>/<wave>/csv/<table>.csv")
@require(BOARD, HR)
def board_csv(person: Person, command: str, wave: str, table: str) -> Response:
    """A table for a board: the rows that it may see."""
    return _csv(board_reading(person, command, wave), table)


@blueprint.get("/results/hr")
@require(HR)
@on_paper
def hr(person: Person) -> ResponseReturnValue:
    """HR's front page for the newest wave."""
    return _kept_front(
        person,
        FORCE_WIDE,
        lambda: front_page(hr_reading(None)) if store.all_releases(_stores()) else _none(),
    )


@blueprint.get("/results/hr/<wave>")
@require(HR)
@on_paper
def hr_wave(person: Person, wave: str) -> ResponseReturnValue:
    """HR's front page for one wave."""
    return _kept_front(person, FORCE_WIDE, lambda: front_page(hr_reading(wave)))


@blueprint.get("/results/hr/<wave>/<room>")
@require(HR)
@on_paper
def hr_room(person: Person, wave: str, room: str) -> ResponseReturnValue:
    """A room behind HR's front page."""
    return _kept(person, FORCE_WIDE, lambda: _room(hr_reading(wave), room))


@blueprint.get("/results/hr/<wave>/theme/<theme>")
@require(HR, reads=("group",))
@on_paper
def hr_theme(person: Person, wave: str, theme: str) -> ResponseReturnValue:
    """A theme's statements, for HR."""
    return _kept(person, FORCE_WIDE, lambda: _theme(hr_reading(wave), theme))


@blueprint.get("/results/hr/<wave>/csv/<table>.csv")
@require(HR)
def hr_csv(person: Person, wave: str, table: str) -> Response:  # noqa: ARG001
    """A whole table."""
    return _csv(hr_reading(wave), table)


def _kept(
    person: Person, command: str, make: Callable[[], str], *more: Hashable
) -> ResponseReturnValue:
    """A page of a board, or of HR, that is made once; who may read it is asked each time."""
    _may_read(person, command)
    if is_for_paper():
        return make()
    shown = (person.role, request.args.get("group"))
    return kept.page(shown, (store.standing(_stores()), more), make)


def _kept_front(person: Person, command: str, make: Callable[[], str]) -> ResponseReturnValue:
    """A front page, which says today what was promised."""
    written = record.written(_stores(), command)
    return _kept(person, command, make, written, clock.today())


def board_reading(person: Person, command: str, wave: str) -> Reading:
    """A wave as a board sees it; 403 and 404 as they are due."""
    _may_read(person, command)
    releases, name = _releases(wave)
    release = releases[name]
    seen = scope.of_command(release, command)
    if seen is None:
        abort(404)
    addresses = board_addresses(command, for_hr=person.role == HR)
    return Reading(release, tuple(releases.values()), seen, addresses, _wrote(release), name)


def hr_reading(wave: str | None) -> Reading:
    """A wave as HR sees it, the newest when None; 404 when there is none."""
    releases, name = _releases(wave)
    release = releases[name]
    seen = scope.whole_force(release)
    return Reading(release, tuple(releases.values()), seen, hr_addresses(), _wrote(release), name)


def _wrote(release: Release) -> CommentThemes | None:
    return commented.of_wave(_stores(), release.manifest.wave)


def _none(command: str = "") -> str:
    return render_template("results/none.html", command=command)


def front_page(reading: Reading) -> str:
    """A front page, with what was promised as it stands today."""
    command = reading.scope.command
    board = FORCE_WIDE if command is None else command.id
    promised = reminders.of(_stores(), reading.releases, board, clock.today())
    return show_front(reading, promised=promised)


def _room(reading: Reading, room: str) -> str:
    shown = show_room(reading, room)
    if shown is None:
        abort(404)
    return shown


def _theme(reading: Reading, theme: str) -> str:
    found = reading.release.measure_by_id.get(theme)
    if found is None or found.kind != "theme":
        abort(404)
    otherwise = opens_at(reading.release, reading.scope, found, reading.own)
    return show_theme(reading, found, _group(reading, otherwise))


def _may_read(person: Person, command: str) -> None:
    """A board reads its own command only; asked before anything is looked up."""
    if person.role != HR and person.command != command:
        abort(403)


def _stores() -> Stores:
    stores: Stores = current_app.extensions["candour"]
    return stores


def _releases(wave: str | None) -> tuple[dict[str, Release], str]:
    """All Releases by hash, and the one of `wave` (the newest when None); 404 without."""
    releases = store.in_force(_stores())
    wanted = [name for name, one in releases.items() if wave in {None, one.manifest.wave}]
    if not wanted:
        abort(404)
    return releases, wanted[-1]


def _group(reading: Reading, otherwise: str) -> str:
    """The group that the reader picked: 404 when there is none, 403 when it is not theirs."""
    group = request.args.get("group") or otherwise
    if group not in reading.release.group_by_id:
        abort(404)
    if group not in reading.scope.groups:
        abort(403)
    return group


def _csv(reading: Reading, table: str) -> Response:
    if table not in exports.TABLES:
        abort(404)
    return exports.csv(reading.release, table, reading.scope)
