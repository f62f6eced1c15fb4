"""A questionnaire file as respondents would see it, for its author: nothing is stored or sent.

There is no wave, no database and no key. The file is read again for every page, so that reloading
shows what was changed; what is wrong in it is shown in place of the survey.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from flask import Blueprint, abort, current_app, redirect, render_template, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response as BaseResponse

from analysis.policy import DisclosurePolicy
from survey import languages
from survey.collect import document, page_keys, sent
from survey.errors import Problem, QuestionnaireError
from survey.manage.destructions import DAYS_TO_DESTROY
from survey.manage.waves import Wave
from survey.questionnaire import answers as folding
from survey.questionnaire import loader

FILE = "candour.preview"
"""Where the application keeps the path of the file."""

NAME = "preview"
"""What stands in addresses in place of a wave's id."""

ATTEMPT = "0" * 64

blueprint = Blueprint("respond", __name__)


@blueprint.record_once
def _install(state: BlueprintSetupState) -> None:
    document.install(state.app)


@blueprint.get("/")
def home() -> BaseResponse:
    """The survey is all that there is."""
    return redirect(url_for("respond.questionnaire", wave_id=NAME))


@blueprint.get("/privacy")
def privacy() -> str:
    """The page as it is of every survey."""
    return render_template("respond/privacy.html", waves=[], days_to_destroy=DAYS_TO_DESTROY)


@blueprint.get("/support/<wave_id>")
def support(wave_id: str) -> str:
    """Where to turn to, as the file says it."""
    return render_template("respond/support.html", wave=_wave(wave_id))


@blueprint.get("/questions/<wave_id>")
def questions(wave_id: str) -> str:
    """Every question with its answers, to read."""
    return render_template("respond/questions.html", wave=_wave(wave_id))


@blueprint.get("/survey/<wave_id>")
def questionnaire(wave_id: str) -> str:
    """The survey's document, empty."""
    wave = _wave(wave_id)
    return _form(wave, document.FormPage(document.smallest_group(wave)))


@blueprint.post("/survey/<wave_id>/check")
def check(wave_id: str) -> str | tuple[str, int]:
    """Check your answers, whatever was typed as a code; or the form again."""
    wave = _wave(wave_id)
    form = sent.form(wave)
    if sent.is_to_change():
        return _form(wave, form)
    errors = document.answer_errors(wave, form.answers)
    if errors:
        return _form(wave, replace(form, errors=errors)), 400
    folding.fold(wave.questionnaire, form.answers)  # refuses what the page does not offer
    folding.comments(wave.questionnaire, form.answers)
    page = document.check_page(wave, form.answers, "", ATTEMPT)
    return render_template("respond/check.html", wave=wave, page=page)


@blueprint.post("/survey/<wave_id>/send")
def send(wave_id: str) -> str:
    """The end: nothing was sent."""
    return render_template("respond/preview_end.html", wave=_wave(wave_id))


@blueprint.get("/colleagues/<wave_id>", endpoint="colleagues")
@blueprint.get("/receipts/<wave_id>", endpoint="receipt_list")
@blueprint.get("/ticket/<wave_id>", endpoint="ticket")
def absent(wave_id: str) -> tuple[str, int]:
    """What only a survey that was opened has."""
    return render_template("respond/preview_absent.html", wave=_wave(wave_id)), 404


@blueprint.errorhandler(QuestionnaireError)
def _mistakes(error: QuestionnaireError) -> tuple[str, int]:
    return render_template("respond/preview_mistakes.html", problems=error.problems), 400


def _form(wave: Wave, form: document.FormPage) -> str:
    shown = replace(form, code="", ticket="")
    return document.form_html(wave, shown, page_keys.none(wave.questionnaire))


def _wave(wave_id: str) -> Wave:
    """The file as the wave that it could be fielded in, without keys."""
    if wave_id != NAME:
        abort(404)
    path: Path = current_app.extensions[FILE]
    read = loader.load(path)
    if read.fielded != "here":
        reason = "this describes a file of answers from elsewhere (`fielded`): nobody sees it"
        raise QuestionnaireError([Problem(str(path), 1, reason)])
    languages.offer(read.languages)
    return Wave(
        *(NAME, read.title.en, "open", read, DisclosurePolicy(), b"", b"", b"", b""),
        opened=None,
        closed=None,
        cards=0,
    )
