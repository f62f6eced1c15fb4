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


def reworded(then: Text | None, now: Text | None) -> bool:
    """Whether a wording is another in a language that both have."""
    if then is None or now is None:
        return then is not now
    return then.en != now.en or (None not in (then.cy, now.cy) and then.cy != now.cy)
