"""Levels of concern: groups of which surely more answered badly than a level set in advance.

A comparison with the rest cannot see what is equally bad everywhere. This is worked out from
published figures alone, rounded as they are, so it tells nothing that they do not; whoever reads a
Release works it out again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from scipy.special import betainc

from analysis.plan import FORCE
from analysis.release import known
from analysis.release.families import Family, families, rates
from analysis.release.model import Release
from analysis.release.rows import ConcernRow, EstimateRow, MeasureRow
from analysis.statistics.concerns import people_affected
from analysis.statistics.families import benjamini_hochberg
from analysis.statistics.intervals import wilson
from analysis.statistics.sentences import above_level

Verdict = Literal["above", "below", "open"]
_DUST = 1e-9


@dataclass(frozen=True)
class Look:
    """One item with a level in one group.

    Attributes:
        row: the published figure.
        lower, upper: 95 % limits of the percent negative, rounded outward to whole percents.
        above: chance of a share as large as the published one, or larger, were it at the level.
        below: of one as small or smaller.
    """

    row: EstimateRow
    measure: MeasureRow
    lower: int
    upper: int
    above: float
    below: float


@dataclass(frozen=True)
class Judgement:
    """A look and what it comes to beside all the others."""

    look: Look
    verdict: Verdict


def judgements(release: Release) -> tuple[Judgement, ...]:
    """Every item with a level in every group that shows it, in the order of the plan.

    Each family of groups is judged at its own rate of the area-of-concern rule, all its items
    together, the force by itself: two-sided exact tests of the level, Benjamini-Hochberg. A group
    lies above where it stands out and its 95 % limits lie above. Weighted shares are not people, so
    a Release with weights has none.
    """
    of_group = families(release) | {FORCE: Family(FORCE, "others")}
    rate_of = rates(of_group.values())
    looked: dict[Family, list[Look]] = {}
    for look in _looks(release):
        looked.setdefault(of_group[look.row.group], []).append(look)
    found = {}
    for family, looks in looked.items():
        q = benjamini_hochberg([min(1.0, 2 * min(one.above, one.below)) for one in looks])
        for one, value in zip(looks, q, strict=True):
            sure = bool(value <= rate_of[family.share] * (1 + 1e-12))
            found[one.row.group, one.row.measure] = Judgement(one, _verdict(one, sure))
    return tuple(
        found[row.group, row.measure]
        for row in release.estimates
        if (row.group, row.measure) in found
    )


def level_rows(release: Release) -> tuple[ConcernRow, ...]:
    """The levels of concern of a Release, by how many people answered so; then in plan order."""
    labels = {row.group: row.label for row in release.groups}
    labels |= {group: name for name, group in release.manifest.intersections}
    rows = [
        _row(one.look, labels[one.look.row.group])
        for one in judgements(release)
        if one.verdict == "above"
    ]
    return tuple(sorted(rows, key=lambda row: -row.people))


def _verdict(look: Look, sure: bool) -> Verdict:
    level = look.measure.level or 0
    if sure and look.above < look.below and look.lower > level:
        return "above"
    if sure and look.below < look.above and look.upper < level:
        return "below"
    return "open"


def _looks(release: Release) -> Iterator[Look]:
    if release.manifest.weight is not None:
        return
    for row in release.estimates:
        measure = release.measure_by_id[row.measure]
        fewest = known.of_item(release, row.group, row.measure)[0]
        if measure.level is None or row.negative is None or row.status != "shown" or fewest < 1:
            continue
        low, high = known.edges_of(release, row, row.negative, row.negative_bound)
        level = measure.level / 100
        yield Look(
            *(row, measure),
            lower=math.floor(100 * wilson(low * fewest, fewest).lower + _DUST),
            upper=math.ceil(100 * wilson(high * fewest, fewest).upper - _DUST),
            above=_tail(low * fewest, fewest, level),
            below=_tail((1 - high) * fewest, fewest, 1 - level),
        )


def _tail(positive: float, n: float, share: float) -> float:
    """Chance of `positive` answers or more among `n`, each with a chance of `share`."""
    return 1.0 if positive <= 0 else float(betainc(positive, n - positive + 1, share))


def _row(look: Look, group: str) -> ConcernRow:
    row, level, percent = look.row, look.measure.level or 0, look.row.negative or 0
    return ConcernRow(
        group=row.group,
        measure=row.measure,
        kind="level",
        state="above",
        against="",
        gap=percent - level,
        lower=look.lower - level,
        upper=look.upper - level,
        people=people_affected(row.base or 0, percent),
        words=above_level(
            group,
            look.measure.label,
            [label for _, label, reading in look.measure.categories if reading == "negative"],
            percent=f"{percent}{' or more' if row.negative_bound == 'or_more' else ''}",
            limits=(look.lower, look.upper),
            level=level,
        ),
    )
