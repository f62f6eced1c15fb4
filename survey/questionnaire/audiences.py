"""Who is asked each question, as the analysis needs to know it."""

from __future__ import annotations

from analysis.audiences import Audience, Otherwise
from survey.questionnaire import routing
from survey.questionnaire.conditions import Condition, Conditions
from survey.questionnaire.model import NOT_TICKED, TICKED, Choice, Multiple, Questionnaire


def of(questionnaire: Questionnaire) -> dict[str, Audience]:
    """Question id -> its audience, of the questions that not everybody is asked."""
    return {
        question: _audience(questionnaire, when)
        for question, when in questionnaire.routes.items()
        if question in questionnaire.question_by_id
    }


def sensitive(questionnaire: Questionnaire) -> frozenset[str]:
    """Questions that are sensitive, or asked because of an answer to one that is."""
    found: set[str] = set()
    for question in questionnaire.questions:
        routes = questionnaire.routes.get(question.id, ())
        own = not isinstance(question, Choice) and question.sensitive
        if own or any(one.question in found for one in routes):
            found.add(question.id)
    return frozenset(found)


def _audience(questionnaire: Questionnaire, when: Conditions) -> Audience:
    among: dict[str, frozenset[str]] = {}
    otherwise: list[Otherwise] = []
    waiting = list(when)
    while waiting:
        condition = waiting.pop(0)
        question = questionnaire.question_by_id[condition.question]
        if isinstance(question, Choice):
            every = frozenset(question.stored)
            named = every & frozenset(condition.codes)
            said = every - named if condition.none_of else named
            among[question.id] = among.get(question.id, every) & said
            continue
        otherwise += _otherwise(questionnaire, condition)
        if not condition.none_of:
            # Who gave an answer was asked the question.
            waiting += questionnaire.routes.get(question.id, ())
    return Audience(routing.those(when), tuple(among.items()), tuple(otherwise))


def _otherwise(questionnaire: Questionnaire, condition: Condition) -> list[Otherwise]:
    """By which answers to its question a condition does not hold."""
    question = questionnaire.question_by_id[condition.question]
    if isinstance(question, Multiple):
        ticks = [one.item for one in question.options if one.code in condition.codes and one.item]
        if condition.none_of:
            return [((one, frozenset({TICKED})),) for one in ticks]
        return [tuple((one, frozenset({NOT_TICKED})) for one in ticks)]
    codes = frozenset(condition.codes)
    every = frozenset(questionnaire.stored_codes[question.id])
    return [((question.id, codes if condition.none_of else every - codes),)]
