"""The names that a questionnaire file declares, gathered before anything else is known of it.

Taken from the file itself, wrong parts included, so that a reference to a part that is wrong in
some other way is not reported as a reference to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from survey.questionnaire.grammar import GridPart, QuestionPart, SectionPart, StatementPart


@dataclass(frozen=True)
class Declared:
    """Names by kind."""

    scales: frozenset[str]
    themes: frozenset[str]
    questions: frozenset[str]
    breakdowns: frozenset[str]

    @classmethod
    def by(cls, document: Any) -> Declared:
        """The names that `document`, as it was read, declares."""
        return cls(
            scales=_keys(document, "scales"),
            themes=_keys(document, "themes"),
            questions=frozenset(_question_ids(document)),
            breakdowns=_keys(document, "breakdowns"),
        )


def _keys(document: Any, field: str) -> frozenset[str]:
    part = document.get(field) if isinstance(document, dict) else None
    return frozenset(part) if isinstance(part, dict) else frozenset()


def _question_ids(document: Any) -> Iterator[str]:
    for section in _entries(document, "sections"):
        for question in _entries(section, "questions"):
            for part in (question, *_entries(question, "statements")):
                if isinstance(part, dict) and isinstance(part.get("id"), str):
                    yield part["id"]


def _entries(part: Any, field: str) -> list[Any]:
    entries = part.get(field) if isinstance(part, dict) else None
    return entries if isinstance(entries, list) else []


def statements_of(section: SectionPart) -> Iterator[tuple[StatementPart, GridPart | None]]:
    """The statements of a page, each with the grid that it stands in."""
    for question in section.questions:
        if isinstance(question, StatementPart):
            yield question, None
        elif isinstance(question, GridPart):
            yield from ((statement, question) for statement in question.statements)


def names(question: QuestionPart) -> tuple[str, ...]:
    """Ids of what is asked in a part of the file: a grid asks its statements."""
    if isinstance(question, GridPart):
        return tuple(statement.id for statement in question.statements)
    return (question.id,)
