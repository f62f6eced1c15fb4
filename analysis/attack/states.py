"""What the state of a finding says besides its figures: inequalities, decided before rounding."""

from __future__ import annotations

from analysis.attack.steps import steps
from analysis.plan import FORCE
from analysis.release import known
from analysis.release.model import Release
from analysis.release.rows import EstimateRow, MeasureRow

Interval = tuple[float, float]

_LEAST = {"emerging": 0.05, "confirmed": 0.025, "serious": 0.025}
"""The gap to the rest that a state says there is, in this wave by itself."""
_CLEARED = 0.025
"""The gap that a cleared finding does not have."""


def said_of_item(release: Release, measure: MeasureRow) -> dict[str, Interval]:
    """Group -> what states say of its share of positive answers to an item.

    A state is about a theme. Where an item is all of its theme, it is about the item.
    """
    if [row.theme for row in release.measures].count(measure.theme) != 1:
        return {}
    return {
        group: limits
        for group, limits in said_of_theme(release, measure.theme or "").items()
        if _alike(release, group, measure)
    }


def said_of_theme(release: Release, theme: str) -> dict[str, Interval]:
    """Group -> what states say of its share of positive answers to a theme, in [0, 1].

    A gap to the rest is one to the whole, less the group's own part of the whole.
    """
    whole = release.estimate_by_key.get((FORCE, theme))
    found: dict[str, Interval] = {}
    for row in release.concerns:
        mine = release.estimate_by_key.get((row.group, theme))
        if row.measure != theme or row.against != FORCE or mine is None or whole is None:
            continue
        (low, high), others = _edges(release, whole), _others(release, mine, whole)
        sign = -1 if row.kind == "concern" else 1
        if row.state in _LEAST:
            gap = sign * _LEAST[row.state] * others
            found[row.group] = (0.0, high + gap) if sign < 0 else (low + gap, 1.0)
        elif row.state == "cleared":
            gap = sign * _CLEARED
            found[row.group] = (low + gap, 1.0) if sign < 0 else (0.0, high + gap)
    return found


def _others(release: Release, mine: EstimateRow, whole: EstimateRow) -> float:
    """The smallest part of the whole that the rest can be."""
    most = known.of_group(release, mine.base)[1]
    fewest = known.of_group(release, whole.base)[0]
    return 0.0 if most is None or not fewest else max(0.0, 1 - most / fewest)


def _edges(release: Release, row: EstimateRow) -> Interval:
    if row.positive is None or row.base is None:
        return 0.0, 1.0
    half = steps(release, row.group, row.measure, row.base - 1).step / 2
    low = 0.0 if row.positive_bound == "or_less" else row.positive - half
    high = 100.0 if row.positive_bound == "or_more" else row.positive + half
    return low / 100, high / 100


def _alike(release: Release, group: str, measure: MeasureRow) -> bool:
    """Whether theme and item are the same figure of the same people."""
    names = (measure.theme or "", measure.measure)
    rows = [release.estimate_by_key.get((group, name)) for name in names]
    return (
        len({(row.base, row.positive, row.positive_bound) for row in rows if row is not None}) == 1
    )
