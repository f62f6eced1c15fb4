"""Who is asked what: a function of the questionnaire and of what was answered so far.

Conditions look back only, so one pass over the questions in their order says it. An answer to a
question that is not asked counts as none, and is dropped before anything is sealed.
survey/static/source/respond/routing.mjs says the same in the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from analysis.microdata import Microdata
from survey.questionnaire.conditions import Condition
from survey.questionnaire.model import TICKED, Multiple, Questionnaire, Text

Given = TypeVar("Given", bound=Sequence[str])


def unasked(questionnaire: Questionnaire, form: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Ids of the questions and comments that are not asked of who gave these answers.

    Args:
        questionnaire: what is asked.
        form: question id -> the codes given; whatever is given to a question that is not asked
            counts as nothing.
    """
    found: set[str] = set()
    for question, when in questionnaire.routes.items():
        given = (() if one.question in found else form.get(one.question, ()) for one in when)
        if not all(one.holds(codes) for one, codes in zip(when, given, strict=True)):
            found.add(question)
    return frozenset(found)


def kept(questionnaire: Questionnaire, form: Mapping[str, Given]) -> dict[str, Given]:
    """The answers without those to questions that are not asked."""
    dropped = unasked(questionnaire, form)
    return {question: codes for question, codes in form.items() if question not in dropped}


def of_who_was_asked(questionnaire: Questionnaire, data: Microdata) -> Microdata:
    """Opened answers without those to questions that were not asked: a page may send anything."""
    items, variables = dict(data.items), dict(data.variables)
    for question, when in questionnaire.routes.items():
        asked = np.ones(data.n, dtype=bool)
        for one in when:
            asked &= _gave(questionnaire, one, items, variables) != one.none_of
        asker = questionnaire.question_by_id.get(question)
        stored = asker.items if isinstance(asker, Multiple) else (question,)
        for column in (items, variables):
            for name in column.keys() & set(stored):
                column[name] = np.where(asked, column[name], -1).astype(np.int16)
    return replace(data, items=items, variables=variables)


def _gave(
    questionnaire: Questionnaire,
    condition: Condition,
    items: Mapping[str, npt.NDArray[np.int16]],
    variables: Mapping[str, npt.NDArray[np.int16]],
) -> npt.NDArray[np.bool_]:
    """Who gave one of a condition's answers, shape (n,)."""
    question = questionnaire.question_by_id[condition.question]
    codes = questionnaire.stored_codes
    if isinstance(question, Multiple):
        ticked = [one.item for one in question.options if one.code in condition.codes and one.item]
        given = [items[one] == codes[one].index(TICKED) for one in ticked]
        return np.asarray(np.logical_or.reduce(given), dtype=bool)
    column = {**items, **variables}[question.id]
    places = [at for at, code in enumerate(codes[question.id]) if code in condition.codes]
    return np.isin(column, places)


def words(when: Sequence[Condition]) -> Text | None:
    """For whom a question is, as who answers is told; None for one that everybody is asked."""
    if not when:
        return None
    welsh = all(text.cy for one in when for text in (one.text, *one.labels))
    return Text(f"Only if you {_english(when)}", _welsh(when) if welsh else None)


def those(when: Sequence[Condition]) -> str:
    """Who is asked, as readers are told: `those who answered …`."""
    return f"those who {_english(when)}"


def _english(when: Sequence[Condition]) -> str:
    parts = []
    for one in when:
        answers = " or ".join(f"“{label.en}”" for label in one.labels)
        negation = "did not answer" if one.none_of else "answered"
        parts.append(f"{negation} {answers} to “{one.text.en}”")
    return " and ".join(parts)


def _welsh(when: Sequence[Condition]) -> str:
    parts = []
    for one in when:
        answers = " neu ".join(f"“{label.cy}”" for label in one.labels)
        negation = "na wnaethoch ateb" if one.none_of else "gwnaethoch ateb"
        parts.append(f"{negation} {answers} i “{one.text.cy}”")
    return f"Dim ond os {' ac os '.join(parts)}"
