"""Addresses of the boards' actions: read by the board and by HR, written by the board alone.

HR writes what concerns the whole force, and nothing in a command's board's place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from types import ModuleType

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from analysis.release.model import Release
from survey import clock
from survey.database import Stores
from survey.manage.access import ACTIONS
from survey.manage.people import Person
from survey.manage.sign_in import require
from survey.results import store, words
from survey.results.acts import forms, library, record, writing
from survey.results.acts.board_list import board_list, history, overview
from survey.results.acts.concerns import FORCE_WIDE
from survey.results.acts.forms import ActionForm
from survey.results.acts.lines import board_names
from survey.results.acts.practice import ideas
from survey.results.acts.record import Action, Course
from survey.results.acts.reminders import HR_PATH, path_of
from survey.results.paper.serving import on_paper

blueprint = Blueprint("acts", __name__)


@blueprint.context_processor
def sentences() -> dict[str, ModuleType]:
    """The fixed sentences, for the templates."""
    return {"words": words}


@dataclass(frozen=True)
class _Asked:
    """What a request is about: whose actions, and what they are about."""

    person: Person
    board: str
    label: str
    releases: tuple[Release, ...]
    today: date

    @property
    def may_write(self) -> bool:
        """A board writes its own; HR what concerns the whole force."""
        return _may_write(self.person, self.board)


@blueprint.get("/results/actions")
@require(ACTIONS)
@on_paper
def home(person: Person) -> ResponseReturnValue:
    """HR's overview of every board; a board is sent to its own list."""
    if person.role == "board":
        return redirect(url_for("acts.board", board=person.command))
    releases = store.all_releases(_stores())
    if not releases:
        return render_template("results/none.html")
    days = _stores().settings.answer_days
    page = overview(releases, record.courses(_stores()), clock.today(), days)
    return render_template("results/acts/overview.html", page=page)


@blueprint.get("/results/actions/<board>")
@require(ACTIONS)
@on_paper
def board(person: Person, board: str) -> str:
    """What a board answered and does, and what waits; a plain page where no survey knows it."""
    if person.role == "board" and person.command == board and not _knows(board):
        return render_template("results/none.html", command=board)
    asked = _asked(person, board)
    courses = record.courses(_stores(), asked.board)
    days = _stores().settings.answer_days
    page = board_list(
        asked.releases, courses, asked.board, asked.label, asked.today, days, asked.may_write
    )
    return render_template("results/acts/board.html", page=page)


@blueprint.get("/results/actions/<board>/ideas")
@require(ACTIONS)
@on_paper
def ideas_page(person: Person, board: str) -> str:
    """Suggested actions, and what other boards shared."""
    asked = _asked(person, board)
    courses, path = record.courses(_stores()), path_of(asked.board)
    page = ideas(asked.releases, courses, asked.board, path, asked.today, asked.may_write)
    return render_template("results/acts/ideas.html", page=page)


@blueprint.get("/results/actions/<board>/<action>/history")
@require(ACTIONS)
@on_paper
def versions(person: Person, board: str, action: str) -> str:
    """Every version of an action, the newest first."""
    asked = _asked(person, board)
    page = history(_course(asked, action), asked.releases, asked.label, path_of(asked.board))
    return render_template("results/acts/history.html", page=page)


@blueprint.route("/results/actions/<board>/new", methods=["GET", "POST"])
@require(ACTIONS)
def new(person: Person, board: str) -> ResponseReturnValue:
    """Answer concerns, or begin something that answers none."""
    return _edit(_to_write(person, board), None)


@blueprint.route("/results/actions/<board>/<action>", methods=["GET", "POST"])
@require(ACTIONS)
def edit(person: Person, board: str, action: str) -> ResponseReturnValue:
    """Write the next version of an action."""
    asked = _to_write(person, board)
    return _edit(asked, _course(asked, action))


def _edit(asked: _Asked, course: Course | None) -> ResponseReturnValue:
    courses = record.courses(_stores(), asked.board)
    before = None if course is None else course.now
    offered = writing.offered(asked.releases, courses, asked.board, before)
    if request.method == "GET":
        chosen = _chosen(before, offered.form.concerns)
        form = ActionForm(formdata=None, data={**_idea(before), **forms.filled(before, chosen)})
        return _form(asked, course, offered, form, forms.Typed({}, (), ()), 200)
    form = ActionForm()
    typed = forms.read(form, request.form, offered.form, before, asked.today)
    if not form.validate_on_submit() or typed.errors or typed.warnings:
        return _form(asked, course, offered, form, typed, 400)
    made = writing.version(
        typed, form, asked.person, asked.board, before, asked.today, asked.releases
    )
    if before is not None and made.version != before.version + 1:
        typed = forms.Typed(typed.values, (("title", record.CHANGED),), ())
        form.version.data = str(before.version)
        return _form(asked, course, offered, form, typed, 409)
    record.keep(_stores(), made, asked.person)
    return redirect(url_for("acts.board", board=path_of(asked.board)))


def _form(
    asked: _Asked,
    course: Course | None,
    offered: writing.Choices,
    form: ActionForm,
    typed: forms.Typed,
    status: int,
) -> ResponseReturnValue:
    page = writing.page(course, asked.label, path_of(asked.board), offered, form, typed)
    return render_template("results/acts/edit.html", page=page), status


def _idea(before: Action | None) -> dict[str, object]:
    """What a suggestion puts into a new action, to be written in the board's own words."""
    idea = library.suggestion(request.args.get("idea", "")) if before is None else None
    return {} if idea is None else {"title": idea.title, "words": idea.words}


def _chosen(before: Action | None, offered: Sequence[str]) -> list[str]:
    if before is not None:
        return [str(key) for key in before.concerns]
    wanted = request.args.getlist("concern")
    return [key for key in offered if key in wanted]


def _asked(person: Person, board: str) -> _Asked:
    """Whose actions are asked for: 403 when they are not this reader's, 404 when there is none."""
    command = FORCE_WIDE if board == HR_PATH else board
    if person.role != "hr" and (command == FORCE_WIDE or person.command != command):
        abort(403)
    releases = store.all_releases(_stores())
    names = board_names(releases)
    if command != FORCE_WIDE and command not in names:
        abort(404)
    label = names.get(command, "The whole force")
    return _Asked(person, command, label, releases, clock.today())


def _knows(command: str) -> bool:
    """Whether any survey that has closed had such a command."""
    return command in board_names(store.all_releases(_stores()))


def _to_write(person: Person, board: str) -> _Asked:
    asked = _asked(person, board)
    if not asked.may_write:
        abort(403)
    if not asked.releases:
        abort(404)
    return asked


def _may_write(person: Person, board: str) -> bool:
    if board == FORCE_WIDE:
        return person.role == "hr"
    return person.role == "board" and person.command == board


def _course(asked: _Asked, action: str) -> Course:
    found = record.course(_stores(), asked.board, action)
    if found is None:
        abort(404)
    return found


def _stores() -> Stores:
    stores: Stores = current_app.extensions["candour"]
    return stores
