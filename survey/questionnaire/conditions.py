"""What must have been answered for a question to be asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from survey.questionnaire.texts import Text

LATER = {"later": True}
"""Of a field that came after the first waves: empty, it leaves a fingerprint as it was."""


@dataclass(frozen=True)
class Condition:
    """What must have been answered to an earlier question for another one to be asked.

    Attributes:
        question: id of the earlier question.
        codes: what a page sends for one of these answers, and what a row stores of it.
        none_of: whether none of these must have been answered, which is so of no answer too.
        text: the earlier question's wording.
        labels: the answers' wordings.
    """

    question: str
    codes: tuple[str, ...]
    none_of: bool
    text: Text
    labels: tuple[Text, ...]

    def holds(self, given: Iterable[str]) -> bool:
        """Whether it holds of who gave these answers; none for a question that was not asked."""
        return self.none_of is set(self.codes).isdisjoint(given)


Conditions = tuple[Condition, ...]
"""All of them must hold; empty where everybody is asked."""
