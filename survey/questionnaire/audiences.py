"""Who is asked each question, as the analysis needs to know it."""

from __future__ import annotations

from analysis.audiences import Audience
from survey.questionnaire import routing
from survey.questionnaire.conditions import Conditions
from survey.questionnaire.model import Choice, Questionnaire


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
    by_answer = False
    waiting = list(when)
    while waiting:
        condition = waiting.pop(0)
        question = questionnaire.question_by_id[condition.question]
        if isinstance(question, Choice):
            every = frozenset(code for code, _ in question.categories)
            named = every & frozenset(condition.codes)
            said = every - named if condition.none_of else named
            among[question.id] = among.get(question.id, every) & said
            continue
        by_answer = True
        if not condition.none_of:
            # Who gave an answer was asked the question.
            waiting += questionnaire.routes.get(question.id, ())
    return Audience(routing.those(when), tuple(among.items()), by_answer)
