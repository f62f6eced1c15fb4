"""A watched group against everyone else and against those who share all but one of its traits.

In words with figures, theme by theme. Only the first can raise a finding; the others tell whose gap
it is, and are worked out from published figures.
"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.plan import FORCE
from analysis.release.model import Release
from analysis.release.rows import ComparisonRow, GroupRow
from survey.results import words
from survey.results.against import said
from survey.results.findings import marks
from survey.results.scope import Scope, label


@dataclass(frozen=True)
class ThemeCompared:
    """One theme: (against whom, what is said), and a sentence where it is clear against all."""

    theme: str
    said: tuple[tuple[str, str], ...]
    both: str


@dataclass(frozen=True)
class Compared:
    """All comparisons of one group.

    Attributes:
        whose: the group, where that is not the one that the block is about; else empty.
        unseen: which gaps a group of this size hides, one for each comparison.
    """

    themes: tuple[ThemeCompared, ...]
    unseen: str
    whose: str = ""


def beside(release: Release, scope: Scope, row: GroupRow) -> tuple[GroupRow, ...]:
    """Those who share all but one of a group's traits, as far as the reader may see them."""
    sides = [one.against for one in release.comparisons_by_group.get(row.group, ())]
    return tuple(
        release.group_by_id[one]
        for one in dict.fromkeys(sides)
        if one != FORCE and one in scope.groups
    )


def compared(release: Release, scope: Scope, row: GroupRow, whose: str = "") -> Compared:
    """Every comparison of a shown group that the reader may see."""
    others = beside(release, scope, row)
    themes = tuple(
        _theme(release, row, others, theme.measure)
        for theme in release.measures
        if theme.kind == "theme"
    )
    return Compared(themes, _unseen(release, row, others), whose)


def _theme(
    release: Release, row: GroupRow, others: tuple[GroupRow, ...], theme: str
) -> ThemeCompared:
    by_key = release.comparison_by_key
    rows = [by_key.get((row.group, theme, one.group)) for one in others]
    against = said(release, row.group, theme)
    said_beside = [
        (label(release, one), words.beside(found)) for one, found in zip(others, rows, strict=True)
    ]
    sides = [_side_of_rest(release, row.group, theme), *map(_side, rows)]
    clear = len(sides) > 1 and abs(sum(sides)) == len(sides)
    both = words.CLEAR_AGAINST_ALL if clear else ""
    name = release.measure_by_id[theme].label
    return ThemeCompared(name, (("Everyone else", against), *said_beside), both)


def _side_of_rest(release: Release, group: str, theme: str) -> int:
    """Of the gap to everyone else: what was raised is clear, though its limits may reach 0."""
    raised = marks(release).get((group, theme))
    if raised is not None:
        return -1 if raised == "concern" else 1
    return _side(release.comparison_by_key.get((group, theme, FORCE)))


def _side(row: ComparisonRow | None) -> int:
    """-1 or 1 where a gap is shown and its limits leave out 0, else 0."""
    if row is None or row.gap is None:
        return 0
    return -1 if (row.upper or 0) < 0 else 1 if (row.lower or 0) > 0 else 0


def _unseen(release: Release, row: GroupRow, others: tuple[GroupRow, ...]) -> str:
    """The widest of the smallest gaps of all themes, for each that the group is compared with."""
    found = []
    for against, name in (
        (FORCE, "everyone else"),
        *((one.group, label(release, one)) for one in others),
    ):
        gaps = [
            one.smallest
            for one in release.comparisons_by_group.get(row.group, ())
            if (one.against, one.kind) == (against, "theme")
            if one.smallest is not None
        ]
        found += [(name, max(gaps))] if gaps else []
    return words.often_unseen(row.base, found)
