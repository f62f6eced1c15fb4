"""Who did not answer, and what that could change: worked out from published figures alone.

Everything here is a function of rows that are published, rounded and protected. Anybody could work
it out, so it tells nothing that they do not: no exact figure, headcount or weight comes in.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from analysis.plan import COMMAND, FORCE
from analysis.release import known
from analysis.release.calibrating import Characteristic, Together, together, weighing_level
from analysis.release.lower_limits import is_lower_limit, left_over
from analysis.release.model import BreakdownFacts, Release
from analysis.release.rows import JOINED, EstimateRow, GroupRow, RepresentativenessRow
from analysis.statistics.representativeness import are_missing, r_indicator, without_assumption
from analysis.statistics.weighting import Reweighted, reweighted

COVERED = 0.9
"""Share of a group's headcount that parts with headcounts of their own must hold together.

With less, what is said of them can be off by points: who is left out may be other than they.
"""

CLEAR = 2
"""Points by which a weighted figure must differ to stand beside the other."""

MISSING_STEP = 5
"""People; step of how many more had answered at the rate of all."""

BESIDE = ("weighted", "weighted_lower", "weighted_upper", "least", "most")
"""Fields of an estimate that follow from the others."""

Beside = tuple[int | None, int | None, int | None, int | None, int | None]
"""Their values."""

_BARE = (None, None, None, None, None)


@dataclass(frozen=True)
class Parts:
    """The parts of a group on one level that have a base, a headcount and a rate that both make.

    Parts whose rate is only a lower limit are left out; `limits` is the headcount of all these.
    """

    whole: GroupRow
    breakdown: str
    level: str
    rows: tuple[GroupRow, ...]
    limits: int

    @property
    def answered(self) -> list[int]:
        """Published bases."""
        return [row.base or 0 for row in self.rows]

    @property
    def people(self) -> list[int]:
        """Published headcounts."""
        return [row.headcount or 0 for row in self.rows]

    @property
    def tell(self) -> bool:
        """Whether they are enough to say something of the whole."""
        people, inside = self.whole.headcount, sum(self.people)
        if people is None or len(self.rows) < 2:
            return False
        with_limits = inside + self.limits
        return with_limits >= COVERED * people and inside >= COVERED * with_limits

    @cached_property
    def weighted(self) -> Reweighted:
        """The whole weighted to the headcounts of the parts."""
        return reweighted(self.answered, self.people, self.whole.base or 0)


def representativeness_rows(release: Release) -> tuple[RepresentativenessRow, ...]:
    """How evenly the parts of each whole answered, and how each group of one breakdown did."""
    by_breakdown = (
        row
        for breakdown in release.manifest.breakdowns
        for row in (*_whole_rows(release, breakdown), *_part_rows(release, breakdown))
    )
    return (*by_breakdown, *_together_row(release))


def clearly_missing(release: Release) -> frozenset[str]:
    """The groups of which clearly fewer answered than of all, level by level of each breakdown."""
    families: dict[tuple[str, str], list[tuple[GroupRow, int]]] = {}
    for row in release.representativeness:
        group = release.group_by_id[row.group]
        if row.kind == "part" and row.missing is not None and group.base and group.headcount:
            families.setdefault((row.breakdown, row.parts_level), []).append((group, row.missing))
    return frozenset(
        group.group for family in families.values() for group in _missing_of(release, family)
    )


def _missing_of(release: Release, family: list[tuple[GroupRow, int]]) -> Iterator[GroupRow]:
    policy = release.manifest.policy
    rows, missing = zip(*family, strict=True)
    bases, people = [row.base or 0 for row in rows], [row.headcount or 0 for row in rows]
    off = []
    for base, size, more in zip(bases, people, missing, strict=True):
        # More may have answered, or fewer be in the group, than is published.
        answers, fewest = known.people(base, policy)[1], known.people(size, policy)[0]
        rate = min(1.0, (base + more) / size)
        off.append(MISSING_STEP / 2 + (answers - base) + rate * (size - fewest))
    # All who said only a larger group may be of this one.
    off = [one + left_over(release, row.group) for one, row in zip(off, rows, strict=True)]
    named = are_missing(people, bases, missing, off)
    yield from (row for row, fewer in zip(rows, named, strict=True) if fewer)


def beside_estimates(release: Release) -> tuple[EstimateRow, ...]:
    """The estimates of `release` with weighted figures, and with ranges that assume nothing."""
    return tuple(
        replace(
            row,
            weighted=one[0],
            weighted_lower=one[1],
            weighted_upper=one[2],
            least=one[3],
            most=one[4],
        )
        for row, one in zip(release.estimates, beside_figures(release), strict=True)
    )


def beside_figures(release: Release) -> Iterator[Beside]:
    """What stands beside each estimate, in their order."""
    parts = {} if release.manifest.weight is not None else _weighed_by(release)
    every = _together(release)
    for row in release.estimates:
        if row.status != "shown" or row.positive is None:
            yield _BARE
        elif row.group == FORCE and every is not None:
            moved = every.shift(release, row.measure)
            weighted = _weighted(release, row, moved, every.base / every.weights.effective)
            yield (*weighted, *_whole_range(release, row))
        else:
            one = parts.get(row.group)
            moved = None if one is None or row.positive_bound else _shift(release, one, row.measure)
            lost = 1.0 if one is None else (one.whole.base or 1) / one.weighted.effective
            yield (*_weighted(release, row, moved, lost), *_whole_range(release, row))


def _whole_range(release: Release, row: EstimateRow) -> tuple[int | None, int | None]:
    group = release.group_by_id[row.group]
    if not group.headcount or group.response_rate is None or release.manifest.weight is not None:
        return None, None
    if release.measure_by_id[row.measure].asked_of:
        return None, None  # of those who did not answer, nobody knows how many would be asked
    return _whatever_others_think(release, row, group.headcount)


def _weighted(
    release: Release, row: EstimateRow, moved: float | None, lost: float
) -> tuple[int | None, int | None, int | None]:
    """The weighted figure and its limits; `lost` is by how many times fewer answers are left."""
    if moved is None or row.positive is None or abs(moved) < CLEAR:
        return None, None, None
    step = known.step_of(release, row)
    value = min(max(_nearest(row.positive + moved, step), step), 100 - step)
    if abs(value - row.positive) < CLEAR:
        return None, None, None
    return value, *_limits(row, moved, value, step, lost)


def _limits(
    row: EstimateRow, moved: float, value: int, step: int, lost: float
) -> tuple[int | None, int | None]:
    """The published limits, moved with the figure and wider by Kish's loss."""
    if row.positive is None or row.lower is None or row.upper is None:
        return None, None
    wider = math.sqrt(max(1.0, lost))
    centre = row.positive + moved
    lower = centre - wider * (row.positive - row.lower)
    upper = centre + wider * (row.upper - row.positive)
    low = step * math.floor(lower / step + 1e-9)
    high = step * math.ceil(upper / step - 1e-9)
    return max(0, min(low, value)), min(100, max(high, value))


def _whatever_others_think(release: Release, row: EstimateRow, headcount: int) -> tuple[int, int]:
    """Least and most percent positive of all people of a group, where most is left open.

    Whoever answered, but not this, may think anything too.
    """
    fewest, _ = known.of_item(release, row.group, row.measure)
    _, people = known.people(headcount, release.manifest.policy)
    rate = min(1.0, max(1.0, fewest) / people)
    low, high = known.edges_of(release, row, row.positive or 0, row.positive_bound)
    least, _ = without_assumption(low, rate)
    _, most = without_assumption(high, rate)
    return math.floor(100 * least + 1e-9), math.ceil(100 * most - 1e-9)


def _shift(release: Release, parts: Parts, measure: str) -> float | None:
    """By how many points weighting moves a figure; None where too few parts show it."""
    found = [
        (group, estimate)
        for group in parts.rows
        for estimate in [release.estimate_by_key.get((group.group, measure))]
        if estimate is not None and estimate.positive is not None and estimate.base is not None
    ]
    base = release.estimate_by_key[parts.whole.group, measure].base
    shown = replace(parts, rows=tuple(group for group, _ in found))
    if base is None or not shown.tell:
        return None
    shares = [
        sum(known.edges_of(release, one, one.positive or 0, one.positive_bound)) / 2
        for _, one in found
    ]
    bases = [estimate.base or 0 for _, estimate in found]
    return 100 * shown.weighted.shift(shares, bases, base)


def _nearest(value: float, step: int) -> int:
    return step * math.floor(value / step + 0.5 + 1e-9)


def _weighed_by(release: Release) -> dict[str, Parts]:
    """The parts by whose headcounts a group is weighted: the force by commands, a unit by its own.

    The rule stands before any answer, so that no figure is weighted until it looks better.
    """
    found = (
        parts
        for breakdown in release.manifest.breakdowns
        if breakdown.id == COMMAND
        for parts in _wholes(release, breakdown)
        if parts.whole.group != FORCE or parts.level == weighing_level(breakdown)
    )
    return {parts.whole.group: parts for parts in found if parts.tell}


def _together(release: Release) -> Together | None:
    """The force by all characteristics of which enough is known."""
    found = []
    for place, breakdown in enumerate(release.manifest.breakdowns):
        level = weighing_level(breakdown)
        values = [value for value, _, one, _ in breakdown.values if one == level]
        parts = _parts(release, FORCE, breakdown, level, values)
        if parts.tell:
            found.append(Characteristic(place, parts.rows))
    return together(release, found)


def _together_row(release: Release) -> Iterator[RepresentativenessRow]:
    every = _together(release)
    if every is None:
        return
    ids = [release.manifest.breakdowns[one.place].id for one in every.parts]
    shifts = [every.shift(release, row.measure) for row in release.measures if row.kind == "theme"]
    moved = [abs(one) for one in shifts if one is not None]
    yield RepresentativenessRow(
        *(FORCE, "together", JOINED.join(ids), ""),
        indicator=None,
        effective=_nearest(every.weights.effective, 10),
        moved=round(max(moved)) if moved else None,
        partial=None,
        missing=None,
        status="shown",
    )


def _wholes(release: Release, breakdown: BreakdownFacts) -> Iterator[Parts]:
    """The force by each level; each unit by the next level down."""
    for level in breakdown.levels:
        values = [value for value, _, one, _ in breakdown.values if one == level]
        yield _parts(release, FORCE, breakdown, level, values)
    if breakdown.id != COMMAND:
        return
    for value, _, level, _ in breakdown.values:
        inside = [one for one, _, _, parent in breakdown.values if parent == value]
        group = f"{breakdown.id}={value}"
        if inside and group in release.group_by_id:
            below = breakdown.levels[breakdown.levels.index(level) + 1]
            yield _parts(release, group, breakdown, below, inside)


def _parts(
    release: Release, group: str, breakdown: BreakdownFacts, level: str, values: list[str]
) -> Parts:
    rows = (release.group_by_id.get(f"{breakdown.id}={value}") for value in values)
    found = [row for row in rows if row is not None and row.base is not None and row.headcount]
    told = tuple(row for row in found if not is_lower_limit(release, row.group))
    limits = sum(row.headcount or 0 for row in found) - sum(row.headcount or 0 for row in told)
    return Parts(release.group_by_id[group], breakdown.id, level, told, limits)


def _whole_rows(release: Release, breakdown: BreakdownFacts) -> Iterator[RepresentativenessRow]:
    weighs = release.manifest.weight is None
    for parts in _wholes(release, breakdown):
        names = (parts.whole.group, "whole", parts.breakdown, parts.level)
        if not parts.tell:
            yield RepresentativenessRow(*names, *_BARE, "c")  # type: ignore[arg-type]
            continue
        yield RepresentativenessRow(
            *names,  # type: ignore[arg-type]
            indicator=round(r_indicator(parts.people, parts.answered).adjusted, 2),
            effective=_nearest(parts.weighted.effective, 10) if weighs else None,
            moved=_most_moved(release, parts) if weighs else None,
            partial=None,
            missing=None,
            status="shown",
        )


def _part_rows(release: Release, breakdown: BreakdownFacts) -> Iterator[RepresentativenessRow]:
    """A row of every declared group of one value, whether anything is said of it or not."""
    for level in breakdown.levels:
        values = [value for value, _, one, _ in breakdown.values if one == level]
        parts = _parts(release, FORCE, breakdown, level, values)
        said = dict(_said(parts)) if parts.tell else {}
        for value in values:
            group = f"{breakdown.id}={value}"
            names = (group, "part", breakdown.id, level, None, None, None)
            if group in said:
                yield RepresentativenessRow(*names, *said[group], "shown")  # type: ignore[arg-type]
            elif group in release.group_by_id:
                yield RepresentativenessRow(*names, None, None, "c")  # type: ignore[arg-type]


def _said(parts: Parts) -> Iterator[tuple[str, tuple[float, int]]]:
    """Of each part its partial, and how many more had answered at the rate of all."""
    found = r_indicator(parts.people, parts.answered)
    rate = sum(parts.answered) / sum(parts.people)
    for row, partial, n, people in zip(
        parts.rows, found.partial, parts.answered, parts.people, strict=True
    ):
        missing = _nearest(rate * people - n, MISSING_STEP)
        yield row.group, (round(partial, 3), missing)


def _most_moved(release: Release, parts: Parts) -> int | None:
    """The most points that weighting by these parts moves a theme of the whole."""
    shifts = [
        _shift(release, parts, row.measure)
        for row in release.measures
        if row.kind == "theme" and release.estimate_by_key[parts.whole.group, row.measure].base
    ]
    found = [abs(shift) for shift in shifts if shift is not None]
    return round(max(found)) if found else None
