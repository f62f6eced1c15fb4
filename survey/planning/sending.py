"""What the pages of waves have in common: the stores, the wave that is asked for, the log.

What their forms send may be larger than what others send, for whoever may send it at all.
"""

from __future__ import annotations

import re

from flask import Blueprint, abort, current_app, request

from survey import clock
from survey.database import Stores
from survey.errors import WaveStateError
from survey.manage import audit_log, sessions, waves
from survey.manage.access import WAVES, may_open
from survey.manage.people import Person
from survey.manage.waves import Wave

LARGEST = 4 * 1024 * 1024
"""Bytes of a request: a workbook of headcounts, or the public halves of tens of thousands."""

LOST = "\N{REPLACEMENT CHARACTER}"
"""Stands for what could not be read; whoever reads a field refuses it."""

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def blueprint_of(name: str) -> Blueprint:
    """A blueprint whose forms wave managers may send files with."""
    made = Blueprint(name, __name__)
    made.url_value_preprocessor(_let_managers_send)
    return made


def _let_managers_send(_endpoint: str | None, _values: object) -> None:
    # It comes before anything reads the form, the check of its token too.
    if request.method != "POST":
        return
    person = sessions.current(stores(), clock.now())
    if person is not None and may_open(person.role, WAVES):
        request.max_content_length = LARGEST
        request.max_form_memory_size = LARGEST


def stores() -> Stores:
    """The stores of this application."""
    found: Stores = current_app.extensions["candour"]
    return found


def wave_or_404(wave_id: str) -> Wave:
    """The wave of that id; 404 when there is none."""
    try:
        return waves.get(stores(), wave_id)
    except WaveStateError:
        abort(404)


def log(person: Person, what: str) -> None:
    """Write down what somebody did with a wave."""
    with stores().results() as session:
        audit_log.record(session, person, "wave", what)


def uploaded(name: str) -> tuple[str, bytes] | None:
    """The name and the content of a file that was sent; None when none was chosen."""
    sent = request.files.get(name)
    if sent is None or not sent.filename:
        return None
    return sent.filename[:100], sent.read()


def readable(text: str) -> str:
    """What was sent, with a `LOST` for each character that no page can hold."""
    return _UNSEEN.sub(LOST, text.replace("\r\n", "\n"))


def decoded(content: bytes) -> str:
    """The text of a file, with `LOST` where it is not UTF-8."""
    return readable(content.decode("utf-8-sig", "replace"))


def pressed() -> str:
    """Which button the form was sent with."""
    return request.form.get("do", "")
