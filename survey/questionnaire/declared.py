"""The names that a questionnaire file declares, gathered before anything else is known of it.

Taken from the file itself, wrong parts included, so that a reference to a part that is wrong in
some other way is not reported as a reference to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


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
            if isinstance(question, dict) and isinstance(question.get("id"), str):
                yield question["id"]


def _entries(part: Any, field: str) -> list[Any]:
    entries = part.get(field) if isinstance(part, dict) else None
    return entries if isinstance(entries, list) else []
