"""Where a file of answers holds what: the columns that a questionnaire declares."""

from __future__ import annotations

from analysis.responses import AnswerColumn, Layout, TickColumns
from survey.questionnaire.model import (
    Choice,
    Multiple,
    Questionnaire,
    Statement,
)


def layout(questionnaire: Questionnaire) -> Layout:
    """The columns of a responses file of this questionnaire."""
    missing = dict.fromkeys(("", *questionnaire.missing_codes), -1)
    variables: list[AnswerColumn] = []
    items: list[AnswerColumn] = []
    ticks: list[TickColumns] = []
    for question in questionnaire.questions:
        if isinstance(question, Multiple):
            ticks.append(_ticks(question, questionnaire.missing_codes))
            continue
        own = dict.fromkeys(question.missing_codes, -1)
        codes = _points(question) if isinstance(question, Statement) else _categories(question)
        column = AnswerColumn(question.column, question.id, {**codes, **missing, **own})
        (items if isinstance(question, Statement) else variables).append(column)
    return Layout(
        tuple(variables), tuple(items), tuple(ticks), frozenset(questionnaire.ignore_columns)
    )


def _points(statement: Statement) -> dict[str, int]:
    return {code: position for position, code in enumerate(statement.codes)}


def _categories(choice: Choice) -> dict[str, int]:
    """Options and published categories alike, so that a file may hold either."""
    positions = {code: position for position, code in enumerate(choice.stored)}
    for option in choice.options:
        positions[option.code] = -1 if option.folds_to is None else positions[option.folds_to]
    return positions


def _ticks(question: Multiple, missing: tuple[str, ...]) -> TickColumns:
    unticked = dict.fromkeys(("", *missing, *question.unticked_codes), 0)
    return TickColumns(
        {option.column: option.item for option in question.options if option.item is not None},
        {**unticked, **dict.fromkeys(question.ticked_codes, 1)},
    )
