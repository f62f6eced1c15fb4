"""What the answers of a questionnaire mean to the analysis."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from analysis.audiences import Audience
from analysis.codebook import (
    AnswerCategory,
    Codebook,
    Item,
    Reading,
    Theme,
    Variable,
    VariableCategory,
)
from survey.questionnaire import audiences
from survey.questionnaire.model import (
    NOT_TICKED,
    PREFER_NOT_TO_SAY,
    TICKED,
    Choice,
    Multiple,
    Questionnaire,
    Statement,
)
from survey.questionnaire.scales import PREFER_NOT_TO_SAY_TEXT

_MIRRORED: dict[Reading, Reading] = {
    "positive": "negative",
    "neutral": "neutral",
    "negative": "positive",
}


def codebook(questionnaire: Questionnaire) -> Codebook:
    """Items with their polarity applied, themes, and variables at their published categories."""
    asked, sensitive = audiences.of(questionnaire), audiences.sensitive(questionnaire)
    items: list[Item] = []
    variables: list[Variable] = []
    for question in questionnaire.questions:
        if isinstance(question, Statement):
            items.append(_item(question, asked.get(question.id), question.id in sensitive))
        elif isinstance(question, Multiple):
            items.extend(_ticks(question, asked.get(question.id), question.id in sensitive))
        else:
            variables.append(_variable(question))
    themes = tuple(
        Theme(
            theme.id,
            theme.label.en,
            tuple(item.id for item in items if item.theme == theme.id),
            theme.index,
        )
        for theme in questionnaire.themes
    )
    return Codebook(
        questionnaire=questionnaire.id,
        version=questionnaire.version,
        title=questionnaire.title.en,
        fingerprint=questionnaire.fingerprint,
        variables=tuple(variables),
        items=tuple(items),
        themes=themes,
        outcome=questionnaire.outcome,
    )


def _item(statement: Statement, asked: Audience | None, sensitive: bool) -> Item:
    categories = tuple(
        AnswerCategory(
            point.code,
            point.label.en,
            _MIRRORED[point.reading] if statement.reversed and point.reading else point.reading,
            100 - point.score if statement.reversed and point.score is not None else point.score,
        )
        for point in statement.scale.points
    )
    return Item(
        id=statement.id,
        text=statement.text.en,
        categories=categories,
        fingerprint=_fingerprint(statement.text.en, categories, statement.denominator, asked),
        theme=statement.theme,
        sensitive=sensitive,
        denominator=statement.denominator,
        level=None if statement.level is None else statement.level / 100,
        audience=asked,
    )


def _ticks(question: Multiple, asked: Audience | None, sensitive: bool) -> Iterator[Item]:
    known = (
        AnswerCategory(NOT_TICKED, "Not chosen", "negative", 0.0),
        AnswerCategory(TICKED, "Chosen", "positive", 100.0),
        AnswerCategory(PREFER_NOT_TO_SAY, PREFER_NOT_TO_SAY_TEXT.en, None, None),
    )
    categories = known[: len(question.stored_codes)]
    for option in question.options:
        if option.item is None:
            continue
        text = f"{question.text.en} {option.label.en}"
        yield Item(
            id=option.item,
            text=text,
            categories=categories,
            fingerprint=_fingerprint(text, categories, "valid", asked),
            sensitive=sensitive,
            audience=asked,
        )


def _variable(question: Choice) -> Variable:
    categories = (VariableCategory(code, label.en) for code, label in question.stored.items())
    return Variable(question.id, question.text.en, tuple(categories))


def _fingerprint(
    text: str,
    categories: tuple[AnswerCategory, ...],
    denominator: str,
    asked: Audience | None,
) -> str:
    """SHA-256 (hex) of what must not change for a trend line to go on.

    The English wording stands for all languages: adding a translation breaks no line. Nor does
    another level of concern: it changes what is said of the answers, not what is asked.
    """
    scale = [(entry.code, entry.label, entry.reading, entry.score) for entry in categories]
    content = json.dumps(
        [text, scale, denominator, *([] if asked is None else [asked.words])], ensure_ascii=False
    )
    return hashlib.sha256(content.encode()).hexdigest()
