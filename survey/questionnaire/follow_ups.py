"""Which follow-ups would tell of few people: questions asked because of an answer to another.

The base of a follow-up is about the number of people who gave an answer. Two of them on one
question subtract to those who gave another answer, and one behind another does so a step further.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from survey.questionnaire.conditions import Conditions
from survey.questionnaire.model import Choice, Comment, Question

Refused = tuple[str, str, str]
"""A question that cannot be asked so, the question that it follows, and why."""


def refused(
    routes: Mapping[str, Conditions], asked: Mapping[str, Question | Comment]
) -> Iterator[Refused]:
    """Every follow-up that must not be asked, in the order of the questionnaire.

    Args:
        routes: all conditions of each question and comment, those of its section too.
        asked: the questions and comments that the conditions may name, by id.
    """

    def followed(name: str) -> dict[str, None]:
        """The questions that decide by an answer, other than what people say of themselves."""
        names = (one.question for one in routes.get(name, ()))
        return {one: None for one in names if not isinstance(asked.get(one), Choice)}

    first: dict[str, str] = {}
    for name in routes:
        if isinstance(asked.get(name), Comment):
            continue  # it has no base
        for earlier in followed(name):
            other = first.setdefault(earlier, name)
            if before := next(iter(followed(earlier)), None):
                yield (
                    *(name, earlier),
                    f"`{name}` follows `{earlier}`, which itself follows `{before}`: their bases "
                    "would tell how few gave an answer; follow an answer that everybody, or "
                    "everybody of some groups, is asked for",
                )
            elif _same(routes[name]) != _same(routes[other]):
                yield (
                    *(name, earlier),
                    f"`{name}` and `{other}` follow `{earlier}` in different ways: the difference "
                    "of their bases would tell how few gave an answer; ask both of the same people",
                )
        if followed(name) and (unit := _leaves_out_units(routes[name], asked)):
            yield (
                *(name, unit),
                f"`{name}` leaves out answers to `{unit}` and follows an answer too: no group "
                "holds just those asked; name the units that are asked, with `one_of`",
            )


def _same(when: Conditions) -> frozenset[tuple[str, frozenset[str], bool]]:
    return frozenset((one.question, frozenset(one.codes), one.none_of) for one in when)


def _leaves_out_units(when: Conditions, asked: Mapping[str, Question | Comment]) -> str | None:
    for one in when:
        question = asked.get(one.question)
        if one.none_of and isinstance(question, Choice) and question.kind == "unit":
            return one.question
    return None
