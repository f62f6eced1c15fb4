"""Questionnaire files that tests read, and the smallest one with something changed in it."""

from __future__ import annotations

from pathlib import Path

TINY = Path(__file__).parent / "questionnaires" / "tiny.yaml"
CULTURE = Path(__file__).parents[1] / "questionnaires" / "culture.yaml"


def tiny_with(old: str, new: str) -> str:
    """The text of the smallest questionnaire with one part of it, there already, replaced."""
    text = TINY.read_text(encoding="utf-8")
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1)
