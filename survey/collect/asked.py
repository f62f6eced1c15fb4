"""The survey that a request is about: its pages and its sealed endpoints find it in one way."""

from __future__ import annotations

from http import HTTPStatus

from flask import abort, current_app

from survey import languages
from survey.database import Stores
from survey.errors import WaveStateError
from survey.manage import waves
from survey.manage.waves import Wave


def stores() -> Stores:
    """The stores of the application that answers."""
    found: Stores = current_app.extensions["candour"]
    return found


def public_wave(wave_id: str) -> Wave:
    """The wave, closed ones too; a 404 for one that never opened."""
    try:
        wave = waves.get(stores(), wave_id)
    except WaveStateError:
        abort(HTTPStatus.NOT_FOUND)
    if not wave.is_public:
        abort(HTTPStatus.NOT_FOUND)
    languages.offer(wave.questionnaire.languages)
    return wave


def open_wave(wave_id: str) -> Wave:
    """The wave that takes answers now; a 410 for one that no longer does."""
    wave = public_wave(wave_id)
    if wave.state != "open":
        abort(HTTPStatus.GONE)
    return wave
