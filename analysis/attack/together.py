"""The auditor's look at percents that stand beside each other: readings, categories and scores.

Each may be coded well and still be opened by the others: 35 and 65 percent of eleven people are
four and seven, so everybody, whatever "90 % or more" above them says.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analysis.attack.breaches import Breach
from analysis.attack.steps import steps
from analysis.release.known import people
from analysis.release.model import Release
from analysis.release.rows import Bound, EstimateRow, MeasureRow

Range = tuple[int, int]
"""The fewest and the most people."""

_DUST = 1e-9


@dataclass(frozen=True)
class _Grain:
    """How exact the shares of one measure in one group are.

    Attributes:
        step: in points, at this base.
        coarse: the step that unbanded shares of a sensitive item may stand in.
    """

    step: int
    coarse: int | None

    def people(self, percent: int | None, bound: Bound, n: int) -> Range:
        """The people out of n behind a published share, from its own figure alone."""
        if percent is None:
            return 0, n
        half = self.step / 2
        if not bound and self.coarse and percent % self.coarse == 0:
            half = self.coarse / 2
        low = 0.0 if bound == "or_less" else percent - half
        high = 100.0 if bound == "or_more" else percent + half
        return max(0, math.ceil(low * n / 100 - _DUST)), min(n, math.floor(high * n / 100 + _DUST))


def attack_together(release: Release) -> Iterator[Breach]:
    """Unanimity and few people of a sensitive item, from all figures of a measure at once."""
    yield from _scores(release)
    if release.manifest.weight is not None:
        return  # Weighted shares are not people.
    few = release.manifest.policy["min_numerator"]
    for measure in release.measure_by_id.values():
        if measure.kind == "theme":
            continue
        for group in release.group_by_id:
            row = release.estimate_by_key.get((group, measure.measure))
            if row is None or row.base is None:
                continue
            if measure.sensitive or "or_more" in (row.positive_bound, row.negative_bound):
                yield from _opened(release, measure, row, few)


def _scores(release: Release) -> Iterator[Breach]:
    """A mean has no bands: it tells the few answers to a sensitive item, or all to a single one."""
    items: dict[str, list[bool]] = {}
    for measure in release.measure_by_id.values():
        if measure.theme is not None:
            items.setdefault(measure.theme, []).append(measure.sensitive)
    for row in release.estimates:
        of = items.get(row.measure, [])
        if row.score is not None and any(of):
            words = f"{row.measure} in {row.group}: a score of sensitive items is shown"
            yield Breach("numerator", row.group, words, row.measure)
        elif row.score is not None and len(of) == 1:
            words = f"{row.measure} in {row.group}: a score of one item is finer than its percents"
            yield Breach("coding", row.group, words, row.measure)


def _opened(release: Release, measure: MeasureRow, row: EstimateRow, few: int) -> Iterator[Breach]:
    found = [
        (n, ranges) for n in _bases(release, row) if (ranges := _ranges(release, measure, row, n))
    ]
    if not found:
        return
    where = f"{row.measure} in {row.group}"
    for name in found[0][1]:
        # Judged at whichever base leaves a reader the least certain.
        outside = max(n - ranges[name][0] for n, ranges in found)
        inside = max(ranges[name][1] for _, ranges in found)
        if outside < 1:
            words = f"{where}: the figures together say that all are {name}"
            yield Breach("unanimity", row.group, words, row.measure)
        elif measure.sensitive and min(inside, outside) < few:
            words = f"{where}: the figures together leave fewer than {few} people in or out of"
            yield Breach("numerator", row.group, f"{words} {name}", row.measure)


def _bases(release: Release, row: EstimateRow) -> range:
    policy = release.manifest.policy
    least, most = people(row.base or 0, policy)
    return range(max(policy["k"], least), most + 1)


def _ranges(
    release: Release, measure: MeasureRow, row: EstimateRow, n: int
) -> Mapping[str, Range] | None:
    """Reading or category -> people, when n answered; None when n cannot be."""
    fineness = steps(release, row.group, row.measure, n)
    grain = _Grain(fineness.step, fineness.coarse if measure.sensitive else None)
    shown = {
        one.category: grain.people(one.percent, one.bound, n)
        for one in release.distribution_by_key.get((row.group, row.measure), ())
    }
    parts: dict[str, list[str]] = {}
    for code, _, reading in measure.categories:
        parts.setdefault(reading, []).append(code)
    readings = {
        reading: _meet(
            grain.people(getattr(row, reading), getattr(row, f"{reading}_bound"), n),
            _sum([shown.get(code, (0, n)) for code in codes]),
        )
        for reading, codes in parts.items()
    }
    found = _fill(readings, (n, n))
    for reading, codes in parts.items():
        if found is None:
            return None
        inside = _fill({code: shown.get(code, (0, n)) for code in codes}, found[reading])
        found = None if inside is None else {**found, **inside}
    return found


def _fill(parts: Mapping[str, Range], whole: Range) -> dict[str, Range] | None:
    """The ranges of parts that together make up the whole; None when they cannot."""
    least, most = _sum(list(parts.values()))
    found = {
        name: _meet((low, high), (whole[0] - (most - high), whole[1] - (least - low)))
        for name, (low, high) in parts.items()
    }
    return None if any(low > high for low, high in found.values()) else found


def _sum(ranges: list[Range]) -> Range:
    return sum(low for low, _ in ranges), sum(high for _, high in ranges)


def _meet(one: Range, other: Range) -> Range:
    return max(one[0], other[0]), min(one[1], other[1])
