"""What the page asks of the issuer and of the ballot box in sealed mode: JSON in, JSON out.

The same rules as for the respondent's pages: no sign-in, no cookie, nothing kept between two
requests. Two blueprints, because they are two parts that never need to meet: the issuer sees codes
and no answer, the box sees answers and no code. Bytes travel as base64url.
"""

from __future__ import annotations

import logging
from http import HTTPStatus

from flask import Blueprint, Response, abort, jsonify, request
from werkzeug.exceptions import HTTPException

from survey.catalogue import translatable
from survey.collect import base64url, envelope, issuer, submit
from survey.collect.asked import open_wave, public_wave, stores
from survey.errors import BoxError, CodeError, TokenError, UsedTicket, WaveStateError
from survey.manage import closings

SPARE_BYTES = 4096
"""What a request may be longer than its answer: token, proof, names and a margin."""

SENTENCES = {
    HTTPStatus.FORBIDDEN: translatable("This was not sent by the survey's own page."),
    HTTPStatus.NOT_FOUND: translatable("There is no such survey."),
    HTTPStatus.GONE: issuer.CLOSED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: translatable(
        "This is too long to be an answer; nothing was kept."
    ),
}
FAILED = translatable(
    "Something went wrong on our side. Try again in a moment; nothing is counted twice."
)
TOLD = (*SENTENCES.values(), FAILED, *(one.PUBLIC for one in (BoxError, TokenError, UsedTicket)))
"""What may be told, always in English: the page turns it, since it does not say its language."""

issue = Blueprint("issue", __name__)
ballot_box = Blueprint("box", __name__)


@issue.post("/issue/<wave_id>/check")
def check(wave_id: str) -> Response:
    """Whether a code can be used; spends nothing."""
    wave, sent = open_wave(wave_id), _sent(SPARE_BYTES)
    try:
        issuer.check(stores(), wave.id, _bytes(sent, "half"), _bytes(sent, "proof"))
    except CodeError:
        return jsonify(usable=False)
    return jsonify(usable=True)


@issue.post("/issue/<wave_id>")
def redeem(wave_id: str) -> Response:
    """Spend a code for a blind signature; the same blinded value gets the same one again."""
    wave, sent = open_wave(wave_id), _sent(SPARE_BYTES)
    half, blinded, proof = (_bytes(sent, name) for name in ("half", "blinded", "proof"))
    signature = issuer.redeem(stores(), wave.id, half, blinded, proof)
    return jsonify(signature=base64url.write(signature))


@issue.get("/issue/<wave_id>/closing")
def closing(wave_id: str) -> Response:
    """What the issuer itself tells of a closed wave, for anybody: the box's host cannot change it.

    `redeemed` is null where it could not be counted.
    """
    told = closings.told(stores(), public_wave(wave_id).id)
    if told is None:
        abort(HTTPStatus.NOT_FOUND)
    return jsonify(cards=told.cards, redeemed=told.redeemed)


@ballot_box.post("/box/<wave_id>")
def send(wave_id: str) -> Response:
    """Keep a sealed answer under its token; the same request again gets the same receipt.

    Another one with the same token gets a 409 and no receipt.

    `comments` holds all sealed comments in the questionnaire's order, joined; empty without any.
    """
    wave = open_wave(wave_id)
    comments_size = envelope.SEALED_COMMENT_BYTES * len(wave.questionnaire.comments)
    longest = envelope.sealed_size(wave.questionnaire) + comments_size
    sent = _sent(longest * 4 // 3 + SPARE_BYTES)
    names = ("token", "sealed", "proof", "comments")
    return jsonify(receipt=submit.accept(stores(), wave, *(_bytes(sent, name) for name in names)))


def _sent(longest: int) -> dict[str, object]:
    """The request's JSON object; an empty one for whatever is none."""
    request.max_content_length = longest
    try:
        sent = request.get_json(force=True, silent=True)
    except RecursionError:  # a kilobyte of opening brackets
        sent = None
    return sent if isinstance(sent, dict) else {}


def _bytes(sent: dict[str, object], name: str) -> bytes:
    return base64url.read(sent.get(name))


def _refusal(sentence: str, status: int) -> tuple[Response, int]:
    return jsonify(error=sentence), status


@issue.errorhandler(CodeError)
@ballot_box.errorhandler(TokenError)
def _refused(error: CodeError | TokenError) -> tuple[Response, int]:
    return _refusal(str(error), HTTPStatus.FORBIDDEN)


@issue.errorhandler(WaveStateError)
@ballot_box.errorhandler(WaveStateError)
def _closed(error: WaveStateError) -> tuple[Response, int]:
    return _refusal(str(error), HTTPStatus.GONE)


@ballot_box.errorhandler(UsedTicket)
def _used(error: UsedTicket) -> tuple[Response, int]:
    return _refusal(str(error), HTTPStatus.CONFLICT)


@ballot_box.errorhandler(BoxError)
def _not_kept(error: BoxError) -> tuple[Response, int]:
    logging.getLogger("candour").error("%s", type(error).__name__)
    return _refusal(str(error), HTTPStatus.SERVICE_UNAVAILABLE)


@issue.errorhandler(HTTPException)
@ballot_box.errorhandler(HTTPException)
def _http_error(error: HTTPException) -> tuple[Response, int]:
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    return _refusal(SENTENCES.get(HTTPStatus(code), FAILED), code)


@issue.errorhandler(Exception)
@ballot_box.errorhandler(Exception)
def _unexpected(error: Exception) -> tuple[Response, int]:
    route = request.url_rule.rule if request.url_rule else "no route"
    logging.getLogger("candour").error("%s: %s", route, type(error).__name__)
    return _refusal(FAILED, HTTPStatus.INTERNAL_SERVER_ERROR)
