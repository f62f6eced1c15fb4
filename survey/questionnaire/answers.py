"""From what a page sends to what is sealed, and from what was opened to arrays.

Demographics are folded to their published categories before sealing, so that a row holds no more
than will be published. Comments go a way of their own and are in no row of answers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np

from analysis.codebook import Codebook
from analysis.errors import DataError
from analysis.microdata import Microdata, Positions
from survey.catalogue import translatable
from survey.errors import CandourError
from survey.questionnaire import routing
from survey.questionnaire.model import (
    LONGEST_COMMENT,
    NOT_TICKED,
    PREFER_NOT_TO_SAY,
    TICKED,
    Multiple,
    Question,
    Questionnaire,
    Statement,
    Text,
)

DAMAGED = "\ufffd"
"""What stands in a text for bytes that are no UTF-8."""
BYTE_ORDER_MARK = 0xFEFF

NOT_ASKED = translatable("The answers hold a question that this survey does not ask.")
TOO_LONG = translatable("“{question}” has a comment that is too long.")
BROKEN = translatable(
    "“{question}” has a sign that did not arrive whole ({sign}): take it out or type it again."
)
NO_CHOICE = translatable("“{question}” has an answer that is not one of its choices.")
NOT_TOGETHER = translatable(
    "“{question}”: “{answer}” cannot be chosen together with another answer."
)
TWO_ANSWERS = translatable("“{question}” has two answers; choose one.")


class AnswersRefused(CandourError):
    """A submission holds something that the questionnaire does not ask; our page did not make it.

    Attributes:
        sentence: why, with gaps for what it names.
        field: the field that is refused, as far as it is a question's id; else empty.
        named: what stands in the gaps.
    """

    def __init__(self, sentence: str, field: str = "", **named: Text | str) -> None:
        self.sentence, self.field, self.named = sentence, field, named
        super().__init__(sentence.format(**named))


def fold(questionnaire: Questionnaire, form: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The answers as they are stored: item or variable id -> code, of questions that are asked.

    Args:
        questionnaire: what was asked.
        form: question id -> the codes sent for it; a skipped question is absent, empty, or "".
            Comments may be among them and are left out.

    Returns:
        Statements with the code of their point, "prefer not to say" included; each option of a
        multiple question that was answered with yes or no; demographics with their published
        category, absent when skipped or not said. In the questionnaire's order.

    Raises:
        AnswersRefused: for a field or code that the questionnaire does not have, or two answers.
    """
    comments = {comment.id for comment in questionnaire.comments}
    if not set(form) <= {*questionnaire.question_by_id, *comments}:
        # The field's name is the sender's own text, so it is not repeated.
        raise AnswersRefused(NOT_ASKED)
    form = routing.kept(questionnaire, form)
    stored: dict[str, str] = {}
    for question in questionnaire.questions:
        sent = [code for code in form.get(question.id, ()) if code]
        _check(question, sent)
        if not sent:
            continue
        if isinstance(question, Multiple):
            stored |= _ticked(question, sent)
        elif isinstance(question, Statement):
            stored[question.id] = sent[0]
        elif (category := question.fold(sent[0])) is not None:
            stored[question.id] = category
    return stored


def comments(questionnaire: Questionnaire, form: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The comments as they are sealed: every one that is asked for, empty where none was written.

    Args:
        questionnaire: what was asked.
        form: as `fold` takes it.

    Returns:
        Comment id -> its text, in the questionnaire's order; empty where it is not asked.

    Raises:
        AnswersRefused: for a comment that is too long or was damaged on its way, or two in one
            field.
    """
    found = {}
    form = routing.kept(questionnaire, form)
    for comment in questionnaire.comments:
        sent = form.get(comment.id, ())
        text = trimmed("".join(sent))
        if len(sent) > 1 or bytes_too_many(text):
            raise AnswersRefused(TOO_LONG, comment.id, question=comment.text)
        if DAMAGED in text:
            raise AnswersRefused(BROKEN, comment.id, question=comment.text, sign=DAMAGED)
        found[comment.id] = text
    return found


def trimmed(text: str) -> str:
    """A comment as it was written, with nothing around it."""
    return as_text(text).strip()


def as_text(typed: str) -> str:
    """One kind of line end, and spaces for signs that no text has but other programs paste."""
    lines = typed.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(" " if _is_no_text(sign) else sign for sign in lines)


def _is_no_text(sign: str) -> bool:
    if sign in "\n\t":
        return False
    place = ord(sign)
    no_character = 0xFDD0 <= place <= 0xFDEF or place & 0xFFFE == 0xFFFE or place == BYTE_ORDER_MARK
    return no_character or unicodedata.category(sign) == "Cc"


def bytes_too_many(text: str) -> int:
    """By how many bytes a comment is too long; 0 for one that fits."""
    return max(0, len(text.encode()) - LONGEST_COMMENT)


def _check(question: Question, sent: Sequence[str]) -> None:
    if not set(sent) <= set(question.codes):
        raise AnswersRefused(NO_CHOICE, question.id, question=question.text)
    if isinstance(question, Multiple):
        alone = [o for o in question.options if o.exclusive and o.code in sent]
        if alone and len(set(sent)) > 1:
            raise AnswersRefused(
                NOT_TOGETHER, question.id, question=question.text, answer=alone[0].label
            )
    elif len(sent) > 1:
        raise AnswersRefused(TWO_ANSWERS, question.id, question=question.text)


def _ticked(question: Multiple, sent: Sequence[str]) -> dict[str, str]:
    """One answer per option, so that the base of each is the people who ticked any of them."""
    if PREFER_NOT_TO_SAY in sent:
        return dict.fromkeys(question.items, PREFER_NOT_TO_SAY)
    return {
        option.item: TICKED if option.code in sent else NOT_TICKED
        for option in question.options
        if option.item is not None
    }


def microdata(codebook: Codebook, rows: Sequence[Mapping[str, str]]) -> Microdata:
    """The opened answers as arrays, one entry per row.

    Raises:
        DataError: a row holds a question or a code that the codebook does not have.
    """
    known = {*codebook.variable_by_id, *codebook.item_by_id}
    if not all(known.issuperset(row) for row in rows):
        raise DataError("the opened answers hold a question that this questionnaire does not ask")
    return Microdata(
        n=len(rows),
        variables={v.id: _positions(v.id, v.codes, rows) for v in codebook.variables},
        items={i.id: _positions(i.id, i.codes, rows) for i in codebook.items},
    )


def _positions(name: str, codes: tuple[str, ...], rows: Sequence[Mapping[str, str]]) -> Positions:
    places: dict[str | None, int] = {code: position for position, code in enumerate(codes)}
    places[None] = -1
    try:
        return np.fromiter((places[row.get(name)] for row in rows), np.int16, len(rows))
    except KeyError as error:
        raise DataError(f"an opened answer to {name} is none of its choices") from error
