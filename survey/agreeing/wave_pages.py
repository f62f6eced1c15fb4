"""The page on which two people agree to open a wave or to close it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey import clock
from survey.agreeing import about_waves, after_closing, deciding, decision, response, running
from survey.agreeing.agreements import Act, Agreement
from survey.agreeing.decision import Decision
from survey.agreeing.facts import Facts
from survey.database import Stores
from survey.errors import AgreementError, WaveStateError
from survey.manage import waves
from survey.manage.access import AGREEMENTS
from survey.manage.people import Person
from survey.manage.sign_in import require
from survey.manage.steps import Step
from survey.manage.waves import Wave

blueprint = Blueprint("agreeing", __name__)

STATES = {
    "draft": ("A draft", "open"),
    "open": ("Open", "close"),
    "closing": ("Being closed", "close"),
    "closed": ("Closed", None),
    "released": ("Closed, and its results are out", None),
    "destroyed": ("Over", None),
}
"""State of a wave -> (in words, what can be done with it)."""

NOT_STARTED = "This server may start no process; run `candour wave agreed` on it, or by a timer."


@dataclass(frozen=True)
class AgreementPage:
    """The page of one wave.

    Attributes:
        state: of the wave, in words.
        response: a sentence on how many have used their code; None while it is not open.
        decision: None when nothing can be decided any more.
        error: why what was sent could not be done.
        does_it_here: whether this host opens and closes by itself.
        after: what is left to do with a wave that is closed.
    """

    wave: Wave
    state: str
    response: str | None
    decision: Decision | None
    error: str
    does_it_here: bool
    after: Step | None


@dataclass(frozen=True)
class ListPage:
    """What can be decided, and what comes after it.

    Attributes:
        waves: of which something can be decided: (wave, state in words, what stands).
        after: (wave, state in words) of those that are closed and whose answers are there.
    """

    waves: tuple[tuple[Wave, str, str], ...]
    after: tuple[tuple[Wave, str], ...]


@blueprint.get("/results/manage/agreements")
@require(AGREEMENTS)
def listed(person: Person) -> str:
    """Every wave that can be opened or closed, and what is proposed of it."""
    found, after = [], []
    for wave in reversed(waves.all_waves(_stores())):
        if wave.state in {"closed", "released"}:
            after.append((wave, STATES[wave.state][0]))
        if STATES[wave.state][1] is not None:
            made = _decision(person, wave)
            standing = made.standing if made else None
            said = decision.VERDICTS[standing.verdict] if standing else "Nothing is proposed"
            found.append((wave, STATES[wave.state][0], said))
    return render_template("agreeing/waves.html", page=ListPage(tuple(found), tuple(after)))


@blueprint.route("/results/manage/waves/<wave_id>/agreement", methods=["GET", "POST"])
@require(AGREEMENTS)
def wave(person: Person, wave_id: str) -> ResponseReturnValue:
    """What opens or closes a wave: facts, what is proposed, and the form to answer it."""
    found = _found(wave_id)
    if request.method == "GET":
        return _shown(person, found)
    try:
        _do(person, found)
    except AgreementError as error:
        return _shown(person, _found(wave_id), str(error)), 409
    return redirect(url_for("agreeing.wave", wave_id=wave_id))


def _do(person: Person, found: Wave) -> None:
    if request.form.get("do") == "again":
        made = _decision(person, found)
        if made is None or made.standing is None or not made.may_retry:
            raise AgreementError("Nothing that was agreed waits to be done.")
        _start(made.standing)
        return
    sent = request.form.to_dict()
    answered = decision.answer(
        *(_stores(), person, found.id, _acts(_stores(), found), sent, clock.now())
    )
    if answered.verdict == "agreed":
        _start(answered)


def _start(agreed: Agreement) -> None:
    settings = _stores().settings
    if not running.start(settings) and running.does_it_here(settings):
        deciding.tell_outcome(_stores(), agreed, NOT_STARTED)


def _shown(person: Person, found: Wave, error: str = "") -> str:
    page = AgreementPage(
        found,
        STATES[found.state][0],
        response.told(_stores(), found, clock.today()),
        _decision(person, found),
        error,
        running.does_it_here(_stores().settings),
        after_closing.step(_stores(), found, person),
    )
    return render_template("agreeing/wave.html", page=page)


def _decision(person: Person, found: Wave) -> Decision | None:
    acts = _acts(_stores(), found)
    if not acts:
        return None
    return decision.decision(_stores(), person, found.id, acts, clock.now())


def _acts(stores: Stores, found: Wave) -> Mapping[Act, Facts]:
    """What can be done with a wave in its state."""
    match STATES[found.state][1]:
        case "open":
            return {"open": about_waves.opening(stores, found.id)}
        case "close":
            return {"close": about_waves.closing(stores, found.id)}
    return {}


def _found(wave_id: str) -> Wave:
    """The wave of that id; 404 when there is none."""
    try:
        return waves.get(_stores(), wave_id)
    except WaveStateError:
        abort(404)


def _stores() -> Stores:
    stores: Stores = current_app.extensions["candour"]
    return stores
