"""Builds the processes that HR counts, and checks what they say is asked of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analysis.processes import Process
from survey.questionnaire import grammar
from survey.questionnaire.declared import Declared
from survey.questionnaire.located import Problems
from survey.questionnaire.model import Choice, Multiple, Question
from survey.questionnaire.wording import Wordings


def processes(
    part: grammar.DocumentPart,
    questions: Sequence[Question],
    declared: Declared,
    wordings: Wordings,
    problems: Problems,
) -> tuple[Process, ...]:
    """The processes of a file; what speaks of no item or theme is noted.

    Args:
        part: the file.
        questions: that could be built.
        declared: the names that the file declares, wrong parts included.
        wordings: checks the languages.
        problems: collects what is wrong.
    """
    seen: set[str] = set()
    ids = {entry.id for entry in part.procedures}
    found = []
    for entry in part.procedures:
        if entry.id in seen:
            problems.at(entry.at("id"), f"the process id `{entry.id}` stands twice")
        seen.add(entry.id)
        for position, name in enumerate(entry.measures):
            for reason in _wrong(part, name, questions, declared):
                place = entry.at("measures", position)
                problems.at(place, f"the process `{entry.id}` names `{name}`, {reason}")
        if entry.part_of and entry.part_of not in ids - {entry.id}:
            reason = f"the process `{entry.id}` is part of `{entry.part_of}`, which is no other one"
            problems.at(entry.at("part_of"), reason)
        found.append(
            Process(
                entry.id,
                wordings.text(entry.label, entry.at("label")).en,
                wordings.text(entry.event, entry.at("event")).en,
                entry.outcome,
                tuple(dict.fromkeys(entry.measures)),
                entry.part_of,
            )
        )
    return tuple(found)


def _wrong(
    part: grammar.DocumentPart, name: str, questions: Sequence[Question], declared: Declared
) -> Iterator[str]:
    """Why a process cannot be asked about by that name."""
    if name in part.themes or name in declared.themes:
        return
    by_id = {question.id: question for question in questions}
    question = by_id.get(name)
    items = {item for one in questions if isinstance(one, Multiple) for item in one.items}
    comments = {
        one.id
        for section in part.sections
        for one in section.questions
        if isinstance(one, grammar.CommentPart)
    }
    if isinstance(question, Choice):
        yield "a question about the person; name statements or themes"
    elif isinstance(question, Multiple):
        yield f"a question with several answers; name one of them, such as `{question.items[0]}`"
    elif name in comments:
        yield "a comment, which is in no table; name statements or themes"
    elif question is None and name not in items and name not in declared.questions:
        yield "which is no statement and no theme"
