"""How well the statements of a theme hang together, so that one figure may stand for them."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.release.model import Release
from survey.results import words


@dataclass(frozen=True)
class TogetherRow:
    """A theme's reliability in words; `[x]` where it has too few statements or answers."""

    theme: str
    statements: str
    alpha: str
    words: str


def rows(release: Release) -> tuple[TogetherRow, ...]:
    """One row a theme, in the order of the questionnaire; none where no theme has a figure."""
    if all(row.alpha is None for row in release.reliability):
        return ()
    found = []
    for row in release.reliability:
        name, count = release.measure_by_id[row.measure].label, str(row.item_count)
        if row.alpha is None:
            found.append(TogetherRow(name, count, "[x]", ""))
            continue
        alpha = f"{row.alpha:.2f} ({row.lower:.2f} to {row.upper:.2f})"
        found.append(TogetherRow(name, count, alpha, words.hanging_together(row.alpha)))
    return tuple(found)
