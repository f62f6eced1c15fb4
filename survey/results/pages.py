"""Addresses of the readers' pages, and who may open each."""

from __future__ import annotations

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
from werkzeug.wrappers import Response as BaseResponse

from analysis.plan import COMMAND, FORCE
from analysis.release.model import Release
from analysis.release.rows import MeasureRow
from survey import clock
from survey.database import Stores
from survey.manage.people import Person, Role
from survey.manage.sign_in import require
from survey.results import commented, exports, scope, store, words
from survey.results.acts import reminders
from survey.results.acts.concerns import FORCE_WIDE
from survey.results.board import board_page
from survey.results.hr import hr_page
from survey.results.procedures import procedures_page
from survey.results.scope import Scope, Unit
from survey.results.themes import opens_at, theme_page

blueprint = Blueprint("results", __name__)

BOARD: Role = "board"
HR: Role = "hr"


@blueprint.context_processor
def sentences() -> dict[str, ModuleType]:
    """The fixed sentences, for the templates."""
    return {"words": words}


@blueprint.get("/results")
@require(BOARD, HR)
def home(person: Person) -> BaseResponse:
    """Send each reader to their own page."""
    if person.role == HR:
        return redirect(url_for("results.hr"))
    return redirect(url_for("results.board", command=person.command))


@blueprint.get("/results/board/<command>")
@require(BOARD, HR)
def board(person: Person, command: str) -> str:
    """A board's page for the newest wave."""
    return _board(person, command, None)


@blueprint.get("/results/board/<command>/<wave>")
@require(BOARD, HR)
def board_wave(person: Person, command: str, wave: str) -> str:
    """A board's page for one wave."""
    return _board(person, command, wave)


@blueprint.get("/results/board/<command>/<wave>/theme/<theme>")
@require(BOARD, HR)
def board_theme(person: Person, command: str, wave: str, theme: str) -> str:
    """A theme's statements, for a board."""
    _may_read(person, command)
    releases, release = _releases(wave)
    seen, own = _command(release, command)
    found = _theme(release, theme)
    page = theme_page(
        release,
        releases,
        seen,
        theme=found,
        group=_group(release, seen, opens_at(release, seen, found, f"{COMMAND}={own.id}")),
        back=(url_for("results.board_wave", command=command, wave=wave), own.label),
    )
    return render_template("results/theme.html", page=page)


@blueprint.get("/results/board/<command>/<wave>/csv/<table>.csv")
@require(BOARD, HR)
def board_csv(person: Person, command: str, wave: str, table: str) -> Response:
    """A table for a board: the rows that it may see."""
    _may_read(person, command)
    _, release = _releases(wave)
    seen, _ = _command(release, command)
    return _csv(release, table, seen)


@blueprint.get("/results/hr")
@require(HR)
def hr(person: Person) -> str:  # noqa: ARG001
    """HR's page for the newest wave."""
    return _hr(None)


@blueprint.get("/results/hr/<wave>")
@require(HR)
def hr_wave(person: Person, wave: str) -> str:  # noqa: ARG001
    """HR's page for one wave."""
    return _hr(wave)


@blueprint.get("/results/hr/<wave>/theme/<theme>")
@require(HR)
def hr_theme(person: Person, wave: str, theme: str) -> str:  # noqa: ARG001
    """A theme's statements, for HR."""
    releases, release = _releases(wave)
    seen, found = scope.whole_force(release), _theme(release, theme)
    page = theme_page(
        release,
        releases,
        seen,
        theme=found,
        group=_group(release, seen, opens_at(release, seen, found, FORCE)),
        back=(url_for("results.hr_wave", wave=wave), "Results across the force"),
    )
    return render_template("results/theme.html", page=page)


@blueprint.get("/results/hr/<wave>/procedures")
@require(HR)
def hr_procedures(person: Person, wave: str) -> str:  # noqa: ARG001
    """What HR counted of formal processes beside what people say of them."""
    _, release = _releases(wave)
    page = procedures_page(release)
    if page is None:
        abort(404)
    return render_template("results/procedures.html", page=page)


@blueprint.get("/results/hr/<wave>/csv/<table>.csv")
@require(HR)
def hr_csv(person: Person, wave: str, table: str) -> Response:  # noqa: ARG001
    """A whole table."""
    _, release = _releases(wave)
    return _csv(release, table, scope.whole_force(release))


def _board(person: Person, command: str, wave: str | None) -> str:
    _may_read(person, command)
    if wave is None and not store.all_releases(_stores()):
        return render_template("results/none.html")
    releases, release = _releases(wave)
    seen, own = _command(release, command)
    wrote = commented.of_wave(_stores(), release.manifest.wave)
    page = board_page(release, releases, seen, own, wrote)
    acts = reminders.of(_stores(), releases, command, clock.today())
    return render_template("results/board.html", page=page, acts=acts)


def _hr(wave: str | None) -> str:
    if wave is None and not store.all_releases(_stores()):
        return render_template("results/none.html")
    releases, release = _releases(wave)
    wrote = commented.of_wave(_stores(), release.manifest.wave)
    acts = reminders.of(_stores(), releases, FORCE_WIDE, clock.today())
    return render_template("results/hr.html", page=hr_page(release, releases, wrote), acts=acts)


def _may_read(person: Person, command: str) -> None:
    """A board reads its own command only; asked before anything is looked up."""
    if person.role != HR and person.command != command:
        abort(403)


def _stores() -> Stores:
    stores: Stores = current_app.extensions["candour"]
    return stores


def _releases(wave: str | None) -> tuple[tuple[Release, ...], Release]:
    """All Releases, and that of `wave` (the newest when None); 404 when there is none."""
    releases = store.all_releases(_stores())
    wanted = [release for release in releases if wave in {None, release.manifest.wave}]
    if not wanted:
        abort(404)
    return releases, wanted[-1]


def _command(release: Release, command: str) -> tuple[Scope, Unit]:
    seen = scope.of_command(release, command)
    if seen is None or seen.command is None:
        abort(404)
    return seen, seen.command


def _theme(release: Release, theme: str) -> MeasureRow:
    found = release.measure_by_id.get(theme)
    if found is None or found.kind != "theme":
        abort(404)
    return found


def _group(release: Release, seen: Scope, otherwise: str) -> str:
    """The group that the reader picked: 404 when there is none, 403 when it is not theirs."""
    group = request.args.get("group") or otherwise
    if group not in release.group_by_id:
        abort(404)
    if group not in seen.groups:
        abort(403)
    return group


def _csv(release: Release, table: str, seen: Scope) -> Response:
    if table not in exports.TABLES:
        abort(404)
    return exports.csv(release, table, seen)
