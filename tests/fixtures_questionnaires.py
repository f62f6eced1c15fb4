"""Questionnaire files that tests read, and the smallest one with something changed in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from survey.questionnaire.texts import Text

TINY = Path(__file__).parent / "questionnaires" / "tiny.yaml"
CULTURE = Path(__file__).parents[1] / "questionnaires" / "culture.yaml"


def tiny_with(old: str, new: str) -> str:
    """The text of the smallest questionnaire with one part of it, there already, replaced."""
    text = TINY.read_text(encoding="utf-8")
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1)


def texts_of(part: object) -> Iterator[Text]:
    """Every text of a questionnaire, or of a part of it."""
    if isinstance(part, Text):
        yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from texts_of(one)
    elif hasattr(part, "__dataclass_fields__"):
        for name in part.__dataclass_fields__:
            yield from texts_of(getattr(part, name))
