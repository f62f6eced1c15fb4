"""What the state of a finding says besides its figures: inequalities, decided before rounding."""

from __future__ import annotations

import math

from scipy.special import ndtri

from analysis.attack.steps import steps
from analysis.attack.told import people, positive
from analysis.plan import FORCE
from analysis.release import known
from analysis.release.families import judged
from analysis.release.model import Release
from analysis.release.rows import EstimateRow, MeasureRow

Interval = tuple[float, float]

_LEAST = {"emerging": 0.05, "confirmed": 0.025, "serious": 0.025}
"""The gap to the rest that a state says there is, in this wave by itself."""
_CLEARED = 0.025
"""The gap that a cleared finding does not have."""
_LEAST_OF_ITEM = 0.05
"""The gap to the rest that an item has in which a finding shows most."""


def said_of_item(release: Release, measure: MeasureRow) -> dict[str, Interval]:
    """Group -> what findings say of its share of positive answers to an item.

    A state is about a theme. Where an item is all of its theme, it is about the item. Besides,
    a finding names the items in which it shows most.
    """
    found = said_of_named(release, measure)
    if [row.theme for row in release.measures].count(measure.theme) != 1:
        return found
    for group, (low, high) in said_of_theme(release, measure.theme or "").items():
        if alike(release, group, measure):
            least, most = found.get(group, (0.0, 1.0))
            found[group] = max(low, least), min(high, most)
    return found


def said_of_named(release: Release, measure: MeasureRow) -> dict[str, Interval]:
    """Group -> what is said of its share of positive answers to an item by naming the item.

    The gap is 5 points or more, and wide enough to stand out at the level that is known: the rate
    of the family times the part of its comparisons that was raised. Whoever is told that solves it
    for the share.
    """
    naming = [
        row for row in release.concerns if measure.measure in row.items and row.against == FORCE
    ]
    if not naming:
        return {}
    of_family = judged(release)
    low, high = positive(release, measure, FORCE)
    found: dict[str, Interval] = {}
    for row in naming:
        mine, whole = (people(release, one, measure.measure) for one in (row.group, FORCE))
        family = of_family[row.group]
        level = family.rate * family.raised / max(1, family.made)
        gap = _least_gap((low, high), mine[1], whole[1] - mine[0], level)
        others = max(0.0, 1 - mine[1] / whole[0]) if whole[0] else 0.0
        worse, better = high - gap * others, low + gap * others
        found[row.group] = (0.0, worse) if row.kind == "concern" else (better, 1.0)
    return found


def _least_gap(whole: Interval, group: float, rest: float, level: float) -> float:
    """The narrowest gap of two shares that stands out.

    Args:
        whole: what the share of both together lies between.
        group: the most people that one side can be.
        rest: the most people that the other side can be.
        level: of the two-sided score test.
    """
    if min(group, rest) <= 0 or not 0 < level < 1:
        return _LEAST_OF_ITEM
    spread = min(share * (1 - share) for share in whole) * (1 / group + 1 / rest)
    return max(_LEAST_OF_ITEM, float(-ndtri(level / 2)) * math.sqrt(spread))


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
        (low, high), others = edges(release, whole), _others(release, mine, whole)
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


def edges(release: Release, row: EstimateRow) -> Interval:
    """What the share of positive answers to a theme lies between, in [0, 1]."""
    if row.positive is None or row.base is None:
        return 0.0, 1.0
    half = steps(release, row.group, row.measure, row.base - 1).step / 2
    low = 0.0 if row.positive_bound == "or_less" else row.positive - half
    high = 100.0 if row.positive_bound == "or_more" else row.positive + half
    return low / 100, high / 100


def alike(release: Release, group: str, measure: MeasureRow) -> bool:
    """Whether theme and item are the same figure of the same people."""
    names = (measure.theme or "", measure.measure)
    rows = [release.estimate_by_key.get((group, name)) for name in names]
    return (
        len({(row.base, row.positive, row.positive_bound) for row in rows if row is not None}) == 1
    )
