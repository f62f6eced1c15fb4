"""What a Release tells of one item in one group: how many answered, and shares as intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping

from analysis.attack.steps import Steps, steps, steps_of
from analysis.release import known
from analysis.release.model import Release
from analysis.release.rows import Bound, ComparisonRow, MeasureRow

Interval = tuple[float, float]

_EVERY: Interval = (0.0, 1.0)
_DUST = 1e-6
_MOVED_TO = 5
"""Points; a narrower gap of an item in which a finding shows most is moved out to this."""


def people(release: Release, group: str, item: str, *, everybody: bool = False) -> Interval:
    """How many of a group answered an item; all of it, if guessed so where its base is stated."""
    base = release.group_by_id[group].base
    if everybody and known.item_base(release, group, item) == base:
        return of_group(release, base)
    low, high = known.of_item(release, group, item)
    return low, math.inf if high is None else high


def shown_in(release: Release, item: str) -> frozenset[str]:
    """The groups in which an item is shown; a row may be missing."""
    return frozenset(
        group
        for group in release.group_by_id
        if (row := release.estimate_by_key.get((group, item))) is not None and row.status == "shown"
    )


def shares(release: Release, measure: MeasureRow, group: str) -> dict[str, Interval]:
    """Category or reading -> the smallest and largest share that it can have in a shown group.

    The shares of a reading's categories make up its own. All readings together may leave some out
    (those who said "don't know", where they count), so they only limit each other from above.
    """
    row = release.estimate_by_key[group, measure.measure]
    grain = steps(release, group, measure.measure, surely(release, row.base or 0))
    inside = {
        one.category: fraction(one.percent, one.bound, grain, measure.sensitive)
        for one in release.distribution_by_key.get((group, measure.measure), ())
    }
    parts: dict[str, list[str]] = {}
    for code, _, reading in measure.categories:
        parts.setdefault(reading, []).append(code)
    readings = {}
    for reading, codes in parts.items():
        percent, bound = getattr(row, reading), getattr(row, f"{reading}_bound")
        low, high = fraction(percent, bound, grain, measure.sensitive)
        least, most = _sum({code: inside.get(code, _EVERY) for code in codes})
        readings[reading] = max(low, least), min(high, most)
    readings = _beside(readings, 0.0, 1.0)
    for reading, codes in parts.items():
        of_codes = {code: inside.get(code, _EVERY) for code in codes}
        inside.update(_beside(of_codes, *readings[reading]))
    several = {reading: readings[reading] for reading, codes in parts.items() if len(codes) > 1}
    return {**inside, **several}


def positive(release: Release, measure: MeasureRow, group: str) -> Interval:
    """The smallest and largest share of positive answers that an item can have in a shown group."""
    found = shares(release, measure, group)
    codes = [code for code, _, reading in measure.categories if reading == "positive"]
    return found[codes[0] if len(codes) == 1 else "positive"]


def rest_share(release: Release, row: ComparisonRow) -> Interval | None:
    """What a gap tells of the share of the rest; None where it tells nothing that is certain."""
    key = (row.group, row.measure)
    mine = release.estimate_by_key.get(key)
    whole = release.estimate_by_key.get((row.against, row.measure))
    if row.gap is None or mine is None or whole is None:
        return None
    if (mine.positive_bound == "or_less" and row.gap >= 0) or (
        mine.positive_bound == "or_more" and row.gap <= 0
    ):
        return None  # The rest may lie in the same band. One beyond it is told from the band's end.
    if key in release.raised_keys and abs(row.gap) <= _MOVED_TO:
        return None  # So is that of an item in which a finding shows most, to 5 points.
    base, all_people = mine.base or 0, whole.base or 0
    if mine.positive is None:
        return None
    # Bases below `fine_base` are rounded: take the rest to be as small as it can be.
    left = surely(release, min(base, all_people - base - release.manifest.policy["base_step"]))
    grain = steps_of(release, (row.group, row.against), row.measure, max(0, left))
    theirs = mine.positive - row.gap
    half = grain.step / 2 if grain.step == 1 else float(grain.step)
    if release.measure_by_id[row.measure].sensitive and theirs % grain.coarse == 0:
        half = max(half, grain.coarse / 2)  # Beside a band, whatever the base.
    edge = grain.edge
    if release.measure_by_id[row.measure].sensitive:
        # Of a small rest, `min_numerator` people are more than the edge, and so is the band.
        few = 100 * release.manifest.policy["min_numerator"] / max(1, left)
        edge = max(edge, grain.step * math.ceil(few / grain.step))
    if not edge + grain.step < theirs < 100 - edge - grain.step:
        return None
    return (theirs - half) / 100, (theirs + half) / 100


def surely(release: Release, base: int) -> int:
    """A base of which the step is sure: `fine_base` itself may be a few less, rounded up."""
    return base - 1 if base == release.manifest.policy["fine_base"] else base


def fraction(percent: int | None, bound: Bound, grain: Steps, sensitive: bool) -> Interval:
    """What a published percent lies between, in [0, 1]; anything where there is none."""
    if percent is None:
        return _EVERY
    half = grain.step / 2
    if sensitive and not bound and percent % grain.coarse == 0:
        half = grain.coarse / 2
    low = 0.0 if bound == "or_less" else max(0.0, percent - half)
    high = 100.0 if bound == "or_more" else min(100.0, percent + half)
    return low / 100, high / 100


def of_people(limits: Interval, n: int) -> Interval:
    """What a share of n people lies between, as they can be counted; both ends can be."""
    low, high = limits
    return math.ceil(low * n - _DUST) / n, math.floor(high * n + _DUST) / n


def _beside(parts: Mapping[str, Interval], low: float, high: float) -> dict[str, Interval]:
    """The parts of a whole that lies between two limits."""
    least, most = _sum(parts)
    return {
        name: (max(one, low - (most - other)), min(other, high - (least - one)))
        for name, (one, other) in parts.items()
    }


def _sum(parts: Mapping[str, Interval]) -> Interval:
    return sum(low for low, _ in parts.values()), sum(high for _, high in parts.values())


def of_group(release: Release, base: int | None) -> Interval:
    """The fewest and most people of a group with a published base; anything when hidden."""
    low, high = known.of_group(release, base)
    return low, math.inf if high is None else high
