"""The respondent's pages: no sign-in, no cookie, and nothing kept between two requests."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask.blueprints import BlueprintSetupState

from survey.collect import code_list, document, published, receipts, submit
from survey.collect.asked import open_wave, public_wave, stores
from survey.collect.document import ATTEMPT, CHANGE, CODE, OWN_FIELDS, Answers, FormPage
from survey.errors import CodeError, MistypedCode
from survey.manage import waves
from survey.manage.waves import Wave
from survey.questionnaire import answers as folding

blueprint = Blueprint("respond", __name__)


@blueprint.record_once
def _install(state: BlueprintSetupState) -> None:
    document.install(state.app)


@blueprint.get("/")
def home() -> str:
    """The surveys that are open, and the receipts of those that have closed."""
    found = waves.all_waves(stores())
    return render_template(
        "respond/home.html",
        waves=[wave for wave in found if wave.state == "open"],
        closed=[wave for wave in reversed(found) if wave.is_public and wave.state in receipts.TOLD],
    )


@blueprint.get("/privacy")
def privacy() -> str:
    """What is stored, what is not, and what is left to trust."""
    return render_template("respond/privacy.html", waves=waves.open_waves(stores()))


@blueprint.get("/support/<wave_id>")
def support(wave_id: str) -> str:
    """Where to turn to; stays after the survey has closed."""
    return render_template("respond/support.html", wave=public_wave(wave_id))


@blueprint.get("/receipts/<wave_id>")
def receipt_list(wave_id: str) -> str | tuple[str, int]:
    """The receipts of a survey that has closed; while it is open, a 404 that says when."""
    wave = public_wave(wave_id)
    page = receipts.receipts_page(stores(), wave)
    html = render_template("respond/receipts.html", wave=wave, page=page)
    return html if page else (html, 404)


@blueprint.get("/codes/<wave_id>")
def codes(wave_id: str) -> str | tuple[str, int]:
    """The list of all codes of a survey that has opened, as hashes that tell nothing of a code."""
    wave = public_wave(wave_id)
    found = code_list.published(stores(), wave)
    html = render_template("respond/codes.html", wave=wave, codes=found)
    return html if found else (html, 404)


@blueprint.get("/codes/<wave_id>/list.txt")
def codes_as_text(wave_id: str) -> Response:
    """The same list, one hash a line; its SHA-256 stands on the page."""
    found = code_list.published(stores(), public_wave(wave_id))
    if found is None:
        abort(404)
    response = make_response(found.text)
    response.mimetype = "text/plain"
    return response


@blueprint.get("/published/<wave_id>.wave")
def wave_file(wave_id: str) -> Response:
    """All that is public of a survey in one file, for `candour verify wave`."""
    found = published.file_of(stores(), public_wave(wave_id))
    if found is None:
        abort(404)
    response = make_response(published.packed(found))
    response.mimetype = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{wave_id}.wave"'
    return response


@blueprint.get("/survey/<wave_id>")
def questionnaire(wave_id: str) -> Response:
    """The one document of a survey, the same for everybody."""
    packed = document.document(open_wave(wave_id))
    zipped = request.accept_encodings.quality("gzip") > 0
    response = make_response(packed.gzipped if zipped else packed.plain)
    response.mimetype = "text/html"
    response.headers["Vary"] = "Accept-Encoding"
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    return response


@blueprint.post("/survey/<wave_id>/check")
def check(wave_id: str) -> str | tuple[str, int]:
    """Check your answers; or the form again, with errors or to change an answer."""
    wave = open_wave(wave_id)
    answers, code, attempt = _answers(wave), _own(CODE), _own(ATTEMPT)
    if CHANGE in request.form:
        return _form(wave, answers, code, attempt, {})
    errors = _code_errors(wave, code) | document.answer_errors(wave, answers)
    if errors:
        return _form(wave, answers, code, attempt, errors), 400
    folding.fold(wave.questionnaire, answers)  # refuses what the page does not offer
    folding.comments(wave.questionnaire, answers)
    page = document.check_page(wave, answers, code, attempt or submit.new_attempt())
    return render_template("respond/check.html", wave=wave, page=page)


@blueprint.post("/survey/<wave_id>/send")
def send(wave_id: str) -> str | tuple[str, int]:
    """Seal, store and give a receipt; asked again with the same attempt, the same receipt."""
    wave = open_wave(wave_id)
    answers, code, attempt = _answers(wave), _own(CODE), _own(ATTEMPT)
    if not attempt:
        abort(400)
    stored = folding.fold(wave.questionnaire, answers)
    comments = folding.comments(wave.questionnaire, answers)
    try:
        receipt = submit.submit(stores(), wave, code, stored, attempt, comments)
    except (CodeError, MistypedCode) as error:
        return _form(wave, answers, code, "", {document.CODE_FIELD: str(error)}), 400
    return render_template("respond/receipt.html", wave=wave, receipt=receipt)


def _code_errors(wave: Wave, code: str) -> dict[str, str]:
    if not code.strip():
        return {document.CODE_FIELD: document.SENTENCES["enter_code"]}
    try:
        submit.check_code(stores(), wave, code)
    except (CodeError, MistypedCode) as error:
        return {document.CODE_FIELD: str(error)}
    return {}


def _form(wave: Wave, answers: Answers, code: str, attempt: str, errors: Mapping[str, str]) -> str:
    smallest = document.smallest_group(wave)
    return document.form_html(wave, FormPage(smallest, answers, code, attempt, errors))


def _own(name: str) -> str:
    return request.form.get(name, "")[:100]


def _answers(wave: Wave) -> dict[str, tuple[str, ...]]:
    """What was answered, as the page sent it; fields that were left empty are left out."""
    written = {comment.id for comment in wave.questionnaire.comments}
    sent = {
        name: [folding.trimmed(value) if name in written else value for value in values]
        for name, values in request.form.lists()
        if name not in OWN_FIELDS
    }
    given = {name: tuple(value for value in values if value) for name, values in sent.items()}
    return {name: values for name, values in given.items() if values}
