"""How much of a group's gap goes with where its people are found: from published figures alone.

Nothing here looks behind what is published, so it tells nothing new: whoever reads a Release works
it out again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from analysis.plan import FORCE
from analysis.release import known
from analysis.release.model import BreakdownFacts, Release
from analysis.release.rows import ComparisonRow, EstimateRow, StandardisedRow
from analysis.statistics.standardisation import Composed, Strata, composition

COVERED = 0.9
"""Share of a group's answers that the shown parts of a level must hold together."""

Parts = tuple[tuple[str, str], ...]
"""On one level: (the group inside a unit, all of that unit), as ids of groups."""


def standardised_rows(release: Release) -> tuple[StandardisedRow, ...]:
    """A row for each measure of each group that a declared table crosses with what is declared.

    These are groups of one other characteristic, and those that are watched by name. A Release
    with weights has none: how many answers stand behind a weighted percent is not published.
    """
    if release.manifest.weight is not None:
        return ()
    return tuple(
        _row(release, group, measure, breakdown, levels)
        for breakdown, finest in release.manifest.standardise
        for group, levels in _crossed(release, breakdown, finest)
        for measure in release.measure_by_id
    )


def _crossed(
    release: Release, breakdown: str, finest: str
) -> Iterator[tuple[str, tuple[tuple[str, Parts], ...]]]:
    """Groups, and the levels at which all their parts are declared; the finest level first."""
    facts = release.manifest.breakdowns
    at = [one.id for one in facts].index(breakdown)
    by_values = {row.values: row.group for row in release.groups}
    named = {group for _, group in release.manifest.intersections}
    for row in release.groups:
        traits = sum(value != "" for value in row.values)
        if row.values[at] or not (traits == 1 or row.group in named):
            continue
        found = []
        for level, units in _levels(facts[at], finest):
            insides = [(*row.values[:at], unit, *row.values[at + 1 :]) for unit in units]
            if all(one in by_values for one in insides):
                wholes = (f"{breakdown}={unit}" for unit in units)
                parts = tuple(zip((by_values[one] for one in insides), wholes, strict=True))
                found.append((level, parts))
        if found:
            yield row.group, tuple(found)


def _levels(breakdown: BreakdownFacts, finest: str) -> Iterator[tuple[str, list[str]]]:
    levels = breakdown.levels[: breakdown.levels.index(finest) + 1]
    for level in reversed(levels):
        yield level, [value for value, _, one, _ in breakdown.values if one == level]


def _row(
    release: Release,
    group: str,
    measure: str,
    breakdown: str,
    levels: tuple[tuple[str, Parts], ...],
) -> StandardisedRow:
    names = (group, measure, breakdown)
    mine = release.estimate_by_key[group, measure]
    crude = release.comparison_by_key.get((group, measure, FORCE))
    if crude is not None and crude.gap is not None and mine.positive is not None:
        for level, parts in levels if not mine.positive_bound else ():
            # Which level is decided by what is shown, and by no figure.
            strata = _strata(release, mine, parts)
            off = known.step_of(release, mine) / 200
            found = None if strata is None else composition(mine.positive / 100, strata, off)
            if found is not None:
                return StandardisedRow(*names, level, *_points(crude, found), "shown")
    return StandardisedRow(*names, None, None, None, None, None, "c")


def _points(crude: ComparisonRow, found: Composed) -> tuple[int, int, int, int]:
    """What goes with the parts, what stays, and its limits, in points."""
    gap, lower, upper = crude.gap or 0, crude.lower or 0, crude.upper or 0
    left, off = gap - 100 * found.goes_with, 100 * found.off
    stays = math.floor(left + 0.5)
    low = math.floor(left - found.wider * (gap - lower) - off + 1e-9)
    high = math.ceil(left + found.wider * (upper - gap) + off - 1e-9)
    return gap - stays, stays, max(-100, min(low, stays)), min(100, max(high, stays))


def _strata(release: Release, mine: EstimateRow, parts: Parts) -> Strata | None:
    """The parts of a group; None where those that are shown hold too few of its answers."""
    key = mine.measure
    force, base = release.estimate_by_key[FORCE, key], mine.base or 0
    found = [
        (inside.base, whole.base, *_share(release, whole))
        for inside, whole in (
            (release.estimate_by_key[one, key], release.estimate_by_key[other, key])
            for one, other in parts
        )
        if inside.base and whole.base and whole.positive is not None and not whole.positive_bound
    ]
    answers = sum(part for part, *_ in found)
    if not found or answers < COVERED * base or force.positive is None or not force.base:
        return None
    policy = release.manifest.policy
    part, whole, shares, off = (list(column) for column in zip(*found, strict=True))
    part_off = [max(abs(one - edge) for edge in known.people(one, policy)) for one in part]
    # Two published numbers may be rounded past each other.
    whole = [max(one, inside) for one, inside in zip(whole, part, strict=True)]
    elsewhere = force.base - sum(whole)
    if elsewhere > 0:
        share, share_off = _share(release, force)
        left = force.base * share - sum(n * p for n, p in zip(whole, shares, strict=True))
        reach = force.base * share_off + sum(n * e for n, e in zip(whole, off, strict=True))
        part += [min(elsewhere, max(0, base - answers))]
        whole += [elsewhere]
        shares += [min(1.0, max(0.0, left / elsewhere))]
        part_off += [min(elsewhere, sum(part_off))]
        off += [min(1.0, reach / elsewhere)]
    return Strata(part, whole, shares, part_off, off)


def _share(release: Release, row: EstimateRow) -> tuple[float, float]:
    """About the share that a published percent stands for, and how far it may be off."""
    low, high = known.edges_of(release, row, row.positive or 0, row.positive_bound)
    return (low + high) / 2, (high - low) / 2
