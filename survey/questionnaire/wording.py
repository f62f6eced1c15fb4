"""Texts per language: every language that the questionnaire declares must be there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from survey.questionnaire.grammar import DocumentPart, Wording
from survey.questionnaire.located import Place, Problems
from survey.questionnaire.model import Text


@dataclass(frozen=True)
class Wordings:
    """Turns the file's wordings into texts and notes those whose translation is missing.

    Attributes:
        table: English wording -> Welsh one, for wordings that bring none of their own.
    """

    languages: Sequence[str]
    problems: Problems
    table: Mapping[str, str] = field(default_factory=dict)
    _met: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, part: DocumentPart, problems: Problems) -> Wordings:
        """Those of a file."""
        table: dict[str, str] = {}
        for entry in part.welsh:
            english, welsh = _trimmed(entry.en), _trimmed(entry.cy)
            if table.setdefault(english, welsh) != welsh:
                reason = f"“{english}” is “{table[english]}” already; give the text its own `cy`"
                problems.at(entry.at("en"), reason)
        return cls(part.languages, problems, table)

    def text(self, wording: Wording, place: Place) -> Text:
        """The text, trimmed; a problem at `place` when a declared language is missing."""
        english, welsh = _trimmed(wording.en), _trimmed(wording.cy or "")
        if "cy" not in self.languages:
            return Text(english, welsh or None)
        welsh = welsh or self.table.get(english, "")
        if not welsh:
            self.problems.at(place, f"the Welsh wording (cy) of “{english}” is missing")
            return Text(english)
        self._met.setdefault(english, welsh)
        return Text(english, welsh)

    def optional(self, wording: Wording | None, place: Place) -> Text | None:
        """The text, when there is one."""
        return None if wording is None else self.text(wording, place)

    def label(self, wording: Wording | None, name: str, place: Place) -> Text:
        """What groups are called: as the file says it, else by their `name`, which is English."""
        if wording is not None:
            return self.text(wording, place)
        made = name.replace("_", " ").replace("-", " ").capitalize()
        return self.text(Wording(en=made), place)

    def welsh_of(self, labels: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """(English, Welsh) of those labels that were met in both, in their order."""
        return tuple((label, self._met[label]) for label in labels if label in self._met)


def _trimmed(text: str) -> str:
    return " ".join(text.split())
