"""A wording of a questionnaire."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """A wording in each language."""

    en: str
    cy: str | None = None

    def __str__(self) -> str:
        return self.en
