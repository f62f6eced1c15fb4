"""The respondent's pages: no sign-in, no cookie, and nothing kept between two requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask.blueprints import BlueprintSetupState

from analysis.bands import fewest_told
from survey import languages
from survey.collect import (
    both,
    code_list,
    document,
    findable,
    fingerprint,
    published,
    receipts,
    sent,
    submit,
    tickets,
)
from survey.collect.asked import open_wave, public_wave, stores
from survey.collect.document import ATTEMPT, CODE, FormPage
from survey.collect.sealed_pages import TOLD
from survey.collect.ticket_page import ticket_page
from survey.errors import (
    CodeError,
    IssuerError,
    MistypedCode,
    OtherKeys,
    ReleaseError,
    TicketError,
    UsedTicket,
)
from survey.languages import said
from survey.manage import bands, destructions, waves
from survey.manage.destructions import DAYS_TO_DESTROY
from survey.manage.waves import Wave
from survey.questionnaire import answers as folding
from survey.questionnaire.answers import AnswersRefused
from survey.results import store

blueprint = Blueprint("respond", __name__)


@blueprint.record_once
def _install(state: BlueprintSetupState) -> None:
    document.install(state.app)


@blueprint.before_request
def _expect_readable() -> None:
    if request.method == "POST":
        sent.expect_readable()


@blueprint.get("/")
def home() -> str:
    """The surveys that are open, and the receipts of those that have closed."""
    found = waves.all_waves(stores())
    _offer(found)
    return render_template(
        "respond/home.html",
        waves=[wave for wave in found if wave.state == "open"],
        closed=[wave for wave in reversed(found) if wave.is_public and wave.state in receipts.TOLD],
    )


@blueprint.get("/privacy")
def privacy() -> str:
    """What is stored, what is not, and what is left to trust."""
    found = waves.open_waves(stores())
    _offer(found)
    return render_template("respond/privacy.html", waves=found, days_to_destroy=DAYS_TO_DESTROY)


def _offer(about: Iterable[Wave]) -> None:
    """Offer a page in the languages of the open surveys that it is about."""
    every = (one.questionnaire.languages for one in about if one.state == "open")
    languages.offer(code for codes in every for code in codes)


@blueprint.get("/support/<wave_id>")
def support(wave_id: str) -> str:
    """Where to turn to; stays after the survey has closed."""
    return render_template("respond/support.html", wave=public_wave(wave_id))


@blueprint.get("/questions/<wave_id>")
def questions(wave_id: str) -> str:
    """Every question with its answers, to read or to print; no code is asked for."""
    return render_template("respond/questions.html", wave=public_wave(wave_id))


@blueprint.get("/colleagues/<wave_id>")
def colleagues(wave_id: str) -> str:
    """Roughly how many people each declared group has, all of them on one page."""
    wave = public_wave(wave_id)
    edges = bands.of_wave(stores(), wave_id)
    asked = wave.questionnaire
    tables = tuple(findable.tables_of(asked.plan, edges, findable.labels(asked)))
    smallest = document.smallest_group(wave)
    fewest = fewest_told(wave.policy.k)
    return render_template(
        "respond/colleagues.html", wave=wave, tables=tables, smallest=smallest, fewest=fewest
    )


@blueprint.get("/receipts/<wave_id>")
def receipt_list(wave_id: str) -> str | tuple[str, int]:
    """The receipts of a survey that has closed; while it is open, a 404 that says when."""
    wave = public_wave(wave_id)
    page = receipts.receipts_page(stores(), wave)
    over = wave.state in receipts.TOLD
    html = render_template(
        "respond/receipts.html",
        wave=wave,
        page=page,
        over=over,
        destroyed=destructions.told(stores(), wave.id) if over else None,
        corrections=_corrections(wave) if page else (),
    )
    return html if over else (html, 404)


def _corrections(wave: Wave) -> tuple[str, ...]:
    """Why the wave's Release was replaced; nothing where one is damaged, which readers are told."""
    try:
        return store.corrections(stores(), wave.id)
    except ReleaseError:
        return ()


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
    form = sent.form(wave)
    if sent.is_to_change():
        return document.form_html(wave, form)
    errors = _ticket_errors(wave, form.ticket) if form.ticket else _code_errors(wave, form.code)
    errors |= document.answer_errors(wave, form.answers)
    if errors:
        return _again(wave, form, errors)
    folding.fold(wave.questionnaire, form.answers)  # refuses what the page does not offer
    folding.comments(wave.questionnaire, form.answers)
    attempt = form.attempt or submit.new_attempt()
    page = document.check_page(wave, form.answers, form.code, attempt, form.ticket)
    return render_template("respond/check.html", wave=wave, page=page)


@blueprint.post("/survey/<wave_id>/send")
def send(wave_id: str) -> str | tuple[str, int]:
    """Seal, store and give a receipt; asked again with the same attempt, the same receipt.

    With a ticket a receipt is given once: nothing tells its holder from whoever has a copy.
    """
    wave = open_wave(wave_id)
    form = sent.form(wave)
    if not form.attempt:
        abort(400)
    stored = folding.fold(wave.questionnaire, form.answers)
    comments = folding.comments(wave.questionnaire, form.answers)
    try:
        if form.ticket:
            held = tickets.read(form.ticket, wave, request.host)
            receipt = submit.submit_with(stores(), wave, held, stored, comments)
        else:
            receipt = submit.submit(stores(), wave, form.code, stored, form.attempt, comments)
    except TicketError as error:
        return _again(wave, replace(form, attempt=""), {document.TICKET_FIELD: _told(error)})
    except (CodeError, MistypedCode) as error:
        return _again(wave, replace(form, attempt=""), {document.CODE_FIELD: said(str(error))})
    return render_template("respond/receipt.html", wave=wave, receipt=receipt)


@blueprint.get("/ticket/<wave_id>")
def ticket(wave_id: str) -> str:
    """Why and how to take a ticket now and answer later."""
    return _ticket_html(open_wave(wave_id))


@blueprint.post("/ticket/<wave_id>")
def check_for_ticket(wave_id: str) -> str | tuple[str, int]:
    """Whether the code can be used, which spends nothing; then the button that saves the ticket."""
    wave, code = open_wave(wave_id), sent.own(CODE)
    if sent.is_to_change():
        return _ticket_html(wave, code)
    if errors := _code_errors(wave, code):
        return _ticket_html(wave, code, errors), 400
    attempt, name = submit.new_attempt(), tickets.file_name(wave.id)
    return render_template(
        "respond/ticket_ready.html", wave=wave, code=code, attempt=attempt, name=name
    )


@blueprint.post("/ticket/<wave_id>/file")
def ticket_file(wave_id: str) -> Response | tuple[str, int]:
    """Spend the code for a ticket to save; asked again with the same attempt, the same one."""
    wave, code = open_wave(wave_id), sent.own(CODE)
    try:
        taken = submit.take(stores(), wave, code, sent.own(ATTEMPT))
    except (CodeError, MistypedCode) as error:
        return _ticket_html(wave, code, {document.CODE_FIELD: said(str(error))}), 400
    response = make_response(tickets.write(taken, wave, request.host_url.rstrip("/")))
    response.mimetype = "application/json"
    response.headers.set("Content-Disposition", "attachment", filename=tickets.file_name(wave.id))
    return response


@blueprint.errorhandler(AnswersRefused)
def _answers_refused(error: AnswersRefused) -> tuple[str, int]:
    """The form again with everything in it that the page offers; nothing was spent or stored."""
    wave = open_wave((request.view_args or {})["wave_id"])
    named = {gap: said(text) for gap, text in error.named.items()}
    sentence = said(error.sentence).format(**named)
    errors = {f"q-{error.field}" if error.field else "start": sentence}
    return _again(wave, sent.offered(wave, sent.form(wave)), errors)


@blueprint.errorhandler(OtherKeys)
def _other_keys(error: OtherKeys) -> tuple[str, int]:
    wave = open_wave((request.view_args or {})["wave_id"])
    prints = {"named": error.named, "served": fingerprint.of(wave)}
    return render_template("respond/other_keys.html", wave=wave, **prints), 400


@blueprint.errorhandler(UsedTicket)
def _used_ticket(_: UsedTicket) -> tuple[str, int]:
    wave = open_wave((request.view_args or {})["wave_id"])
    return render_template("respond/used_ticket.html", wave=wave), 409


def _code_errors(wave: Wave, code: str) -> dict[str, str]:
    if not code.strip():
        return {document.CODE_FIELD: said(document.SENTENCES["enter_code"])}
    try:
        submit.check_code(stores(), wave, code)
    except (CodeError, MistypedCode, IssuerError) as error:
        return {document.CODE_FIELD: said(str(error))}
    return {}


def _ticket_errors(wave: Wave, text: str) -> dict[str, str]:
    try:
        tickets.read(text, wave, request.host)
    except TicketError as error:
        return {document.TICKET_FIELD: _told(error)}
    return {}


def _told(error: TicketError) -> str:
    return said(error.sentence).format(name=error.name)


def _ticket_html(wave: Wave, code: str = "", errors: Mapping[str, str] | None = None) -> str:
    def rendered() -> str:
        page = ticket_page(wave, code, errors)
        sentences = document.SENTENCES
        return render_template("respond/ticket.html", wave=wave, page=page, sentences=sentences)

    return both.of(rendered, TOLD)


def _again(wave: Wave, form: FormPage, errors: Mapping[str, str]) -> tuple[str, int]:
    fits = "" if document.TICKET_FIELD in errors else form.ticket
    return document.form_html(wave, replace(form, errors=errors, ticket=fits)), 400
