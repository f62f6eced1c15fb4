"""What goes together with the outcome that the questionnaire names: never what makes it."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.release.model import Release
from survey.results import words


@dataclass(frozen=True)
class GoesWithRow:
    """A theme's part in what goes together with the outcome, and the ranks that chance allows."""

    theme: str
    share: str
    ranks: str


@dataclass(frozen=True)
class GoesWith:
    """The themes, the one that goes most with the outcome first.

    Attributes:
        outcome: the statement.
        explained: percent of its variation that goes together with all themes.
    """

    outcome: str
    explained: int
    rows: tuple[GoesWithRow, ...]


def goes_with(release: Release) -> GoesWith | None:
    """What goes together with the outcome; None without an outcome or without figures."""
    found = [row for row in release.drivers if row.share is not None]
    if not found:
        return None
    found.sort(key=lambda row: (-(row.share or 0), row.first or 0))
    return GoesWith(
        release.measure_by_id[found[0].outcome].label,
        found[0].explained or 0,
        tuple(
            GoesWithRow(
                release.measure_by_id[row.measure].label,
                f"{row.share}%",
                words.ranks(row.first or 0, row.last or 0),
            )
            for row in found
        ),
    )
