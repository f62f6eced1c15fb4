"""A group against another that shares all but one of its traits: from published figures alone.

Nothing here looks behind what is published, so these comparisons tell a reader nothing new: anybody
can work them out from the other tables, and reading a Release does.

Source of the limits: Newcombe (1998), Zou and Donner (2008): those of a difference are put together
from those of its parts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from analysis.plan import COMMAND, FORCE
from analysis.release.known import grain_of
from analysis.release.model import BreakdownFacts, Release
from analysis.release.rows import Bound, ComparisonRow, LadderRow

Percent = tuple[int | None, Bound]


def is_side(release: Release, row: ComparisonRow) -> bool:
    """Whether a comparison is with `against` itself, and not with what the group leaves of it."""
    if row.against == FORCE or not {row.group, row.against} <= release.group_by_id.keys():
        return False
    return not all(
        value == outer or _below(value, outer, breakdown)
        for breakdown, value, outer in _values(release, row.group, row.against)
    )


def holds_a_trait(release: Release, row: LadderRow) -> bool:
    """Whether a rung takes a larger group for one that is asked for, other than a larger unit."""
    units = COMMAND in {one.id for one in release.manifest.breakdowns}
    return any(
        outer not in (value, "") and _below(value, outer, breakdown)
        for breakdown, value, outer in _values(release, row.asked, row.group or FORCE)
        if breakdown.id != COMMAND and (units or row.kind != "level")
    )


def side_row(release: Release, group: str, against: str, measure: str) -> ComparisonRow:
    """The row of a group against another one, from their published percents and ranges.

    Its gap is that of the two published percents. Each half of its range is what is left of the
    longer halves of both sides' published ranges without the steps of their percents, put together
    as squares, and these steps. The rounding outward of those ranges stays in it.
    """
    known = release.measure_by_id[measure]
    found = [_side(release, one, measure) for one in (group, against)]
    if found[0] is None or found[1] is None:
        return ComparisonRow(group, measure, known.kind, against, None, None, None, "c")
    mine, theirs = found[0], found[1]
    gap = round(100 * published_gap(mine.percent, theirs.percent))
    half = mine.step + theirs.step + math.hypot(mine.chance, theirs.chance)
    lower, upper = max(-100, math.floor(gap - half)), min(100, math.ceil(gap + half))
    return ComparisonRow(group, measure, known.kind, against, gap, lower, upper, "shown")


def published_gap(mine: Percent, theirs: Percent) -> float:
    """The gap of two published percents; next to "or more" or "or less" the smallest possible."""
    (low, high), (rest_low, rest_high) = _reach(mine), _reach(theirs)
    return min(max(low - rest_high, 0), high - rest_low) / 100


def _reach(shown: Percent) -> tuple[int, int]:
    """The percents that a published one stands for: itself, or everything from it on."""
    percent, bound = shown
    if percent is None:
        return 0, 100
    return 0 if bound == "or_less" else percent, 100 if bound == "or_more" else percent


@dataclass(frozen=True)
class _Side:
    """One side of a comparison, in points.

    Attributes:
        step: half of the step that the percent stands in; 0 in a band, which `chance` holds.
        chance: what is left of the longer half of its range.
    """

    percent: Percent
    step: float
    chance: float


def _side(release: Release, group: str, measure: str) -> _Side | None:
    """What is published of one side; None where that is not all that is needed."""
    one = release.estimate_by_key.get((group, measure))
    if one is None or one.base is None or one.positive is None:
        return None
    ranged: tuple[int, int | None, int | None] = (one.positive, one.lower, one.upper)
    if release.group_by_id[group].headcount is not None:
        # Its own range is narrowed by the finite population correction, and a comparison is not.
        rest = release.comparison_by_key.get((group, measure, FORCE))
        if rest is None or rest.gap is None:
            return None
        ranged = (rest.gap, rest.lower, rest.upper)
    middle, lower, upper = ranged
    if lower is None or upper is None:
        return None
    step = 0.0 if one.positive_bound else _step(release, group, measure, one.base) / 2
    longer = max(middle - lower, upper - middle)
    return _Side((one.positive, one.positive_bound), step, max(0.0, longer - step))


def _step(release: Release, group: str, measure: str, base: int) -> int:
    """The coarsest step that a percent can stand in: beside a band, or on a base rounded up."""
    coarse: int = release.manifest.policy["coarse_share_step"]
    beside = release.measure_by_id[measure].sensitive
    return max(grain_of(release, group, measure, base), coarse if beside else 0)


def _values(release: Release, part: str, whole: str) -> Iterator[tuple[BreakdownFacts, str, str]]:
    """The values that pick two groups, breakdown by breakdown; "" for all."""
    mine, theirs = (release.group_by_id[one].values for one in (part, whole))
    return zip(release.manifest.breakdowns, mine, theirs, strict=True)


def _below(value: str, outer: str, breakdown: BreakdownFacts) -> bool:
    """Whether a value lies below another one; everything lies below all."""
    parents = {one: parent for one, _, _, parent in breakdown.values}
    at = parents.get(value)
    while at is not None and at != outer:
        at = parents.get(at)
    return at is not None or not outer
