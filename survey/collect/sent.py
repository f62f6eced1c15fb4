"""What a form sent, read strictly: nothing that arrives damaged is taken for an answer.

A browser never makes what is refused here; a broken line, a proxy or a hand-made request does.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote_to_bytes

from flask import abort, request

from survey.collect import document, tickets
from survey.collect.document import ATTEMPT, CHANGE, CODE, OWN_FIELDS, TICKET, FormPage
from survey.languages import SWITCH
from survey.manage.waves import Wave
from survey.questionnaire import answers as folding
from survey.questionnaire.model import Multiple

_PLAIN, _IN_PARTS = "application/x-www-form-urlencoded", "multipart/form-data"
_SHOWN = 100
"""Characters of a typed code that a page shows again."""


def expect_readable() -> None:
    """Stop with a page in plain words before a form that did not arrive whole is read.

    Raises:
        BadRequest: the body is no form or cannot be parsed, is not UTF-8, brings a field of ours
            twice, or a file in place of an answer.
    """
    if request.mimetype not in {_PLAIN, _IN_PARTS, ""}:
        abort(400)
    if request.mimetype == _PLAIN:
        try:
            unquote_to_bytes(request.get_data()).decode()
        except UnicodeDecodeError:
            abort(400)
    sent_something = bool(request.content_length)
    if sent_something and not request.form and not request.files:
        abort(400)
    if any(len(request.form.getlist(name)) > 1 for name in OWN_FIELDS):
        abort(400)
    if [name for name, _ in request.files.items(multi=True)] not in ([], [TICKET]):
        abort(400)


def own(name: str) -> str:
    """A field of ours, as typed."""
    return folding.as_text(request.form.get(name, "")[:_SHOWN])


def is_to_change() -> bool:
    """Whether the form is asked for again: to change an answer, or in the other language."""
    return CHANGE in request.form or SWITCH in request.form


def form(wave: Wave) -> FormPage:
    """The form as it was sent; answers that were left empty are left out."""
    smallest = document.smallest_group(wave)
    return FormPage(smallest, _answers(wave), own(CODE), own(ATTEMPT), ticket=_ticket())


def offered(wave: Wave, sent: FormPage) -> FormPage:
    """What of it the page can show again: answers that it offers, and comments as they are.

    Of two answers to a question that takes one, neither: which was meant is for the person to say.
    """
    given = sent.answers
    kept = {one.id: given[one.id] for one in wave.questionnaire.comments if one.id in given}
    for question in wave.questionnaire.questions:
        known = tuple(code for code in given.get(question.id, ()) if code in question.codes)
        if len(known) == 1 or isinstance(question, Multiple):
            kept[question.id] = known
    return replace(sent, answers=kept)


def _ticket() -> str:
    """The file that was chosen, or the text in the page."""
    chosen = request.files.get(TICKET)
    if chosen:
        chosen.seek(0)  # read again where the form is shown again
        content: bytes = chosen.read(tickets.LONGEST + 1)
        return content.decode("utf-8-sig", errors="replace")
    return folding.as_text(request.form.get(TICKET, "")[: tickets.LONGEST + 1])


def _answers(wave: Wave) -> dict[str, tuple[str, ...]]:
    written = {comment.id for comment in wave.questionnaire.comments}
    sent = {
        name: [folding.trimmed(value) if name in written else value for value in values]
        for name, values in request.form.lists()
        if name not in OWN_FIELDS
    }
    given = {name: tuple(value for value in values if value) for name, values in sent.items()}
    return {name: values for name, values in given.items() if values}
