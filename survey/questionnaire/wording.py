"""Texts per language: every language that the questionnaire declares must be there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from survey.questionnaire.grammar import Wording
from survey.questionnaire.located import Place, Problems
from survey.questionnaire.model import Text


@dataclass(frozen=True)
class Wordings:
    """Turns the file's wordings into texts and notes those whose translation is missing."""

    languages: Sequence[str]
    problems: Problems

    def text(self, wording: Wording, place: Place) -> Text:
        """The text, trimmed; a problem at `place` when a declared language is missing."""
        if "cy" in self.languages and not wording.cy:
            self.problems.at(place, f"the Welsh wording (cy) of “{wording.en}” is missing")
        return Text(_trimmed(wording.en), _trimmed(wording.cy) if wording.cy else None)

    def optional(self, wording: Wording | None, place: Place) -> Text | None:
        """The text, when there is one."""
        return None if wording is None else self.text(wording, place)


def _trimmed(text: str) -> str:
    return " ".join(text.split())
