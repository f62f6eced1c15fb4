"""Trend lines: each earlier wave's published figure as it stood, then this wave's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product

from analysis.disclosure.rounding import nearest
from analysis.plan import Group, TablePlan
from analysis.publish.lineage import Lineage
from analysis.release.known import of_item, step_of
from analysis.release.model import Release
from analysis.release.rows import JOINED, EstimateRow, MeasureRow, TrendRow


def trend_groups(plan: TablePlan) -> tuple[Group, ...]:
    """Groups that have trend lines: the force, groups of one breakdown, named intersections."""
    named = {one.group for one in plan.intersections}
    return tuple(group for group in plan.groups if len(group.where) <= 1 or group.id in named)


def trend_rows(
    plan: TablePlan,
    wave: str,
    measures: Sequence[MeasureRow],
    estimates: dict[tuple[str, str], EstimateRow],
    previous: Sequence[Release],
) -> tuple[TrendRow, ...]:
    """One row per group, measure and wave, oldest wave first.

    A wave counts as comparable when the measure's fingerprint and the group's people were the
    same. An earlier figure is copied as it was published, never computed again; only that of units
    that were merged is put together, from published figures alone. A wave that did not have the
    group or the measure looks like one that did not show it.
    """
    lineages = [Lineage(plan, release) for release in previous]
    return tuple(
        row
        for group in trend_groups(plan)
        for past in [[one.of(group) for one in lineages]]
        for measure in measures
        for row in (
            *(
                _earlier(release, group.id, measure, was)
                for release, was in zip(previous, past, strict=True)
            ),
            _point(wave, group.id, estimates[group.id, measure.measure], comparable=True),
        )
    )


def line_before(
    previous: Sequence[Release], questionnaire: str, wave: str, closed: str
) -> list[Release]:
    """The earlier Releases of the same questionnaire line, oldest first, one per wave.

    Args:
        previous: any Releases.
        questionnaire: id of the questionnaire.
        wave: id of this wave.
        closed: the day (ISO) on which it closed; earlier is what closed before that day.
    """
    others = other_waves(previous, questionnaire, wave)
    return [release for release in others if release.manifest.closed < closed]


def other_waves(previous: Sequence[Release], questionnaire: str, wave: str) -> list[Release]:
    """The Releases of other waves of the same line, whenever they closed, one per wave in order."""
    found = {
        release.manifest.wave: release
        for release in previous
        if release.manifest.questionnaire == questionnaire and release.manifest.wave != wave
    }
    return sorted(found.values(), key=lambda one: (one.manifest.closed, one.manifest.wave))


def same_measure(release: Release, measure: MeasureRow) -> bool:
    """Whether an earlier wave asked the same."""
    then = release.measure_by_id.get(measure.measure)
    return then is not None and then.fingerprint == measure.fingerprint


def _earlier(release: Release, group: str, measure: MeasureRow, was: tuple[str, ...]) -> TrendRow:
    wave, comparable = release.manifest.wave, same_measure(release, measure)
    said = None if was in ((), (group,)) else JOINED.join(was)
    # A reorganised group of the same name has its own figure, beyond a break.
    parts = [release.estimate_by_key.get((one, measure.measure)) for one in was or (group,)]
    rows = [row for row in parts if row is not None]
    comparable = comparable and bool(was)
    if len(rows) < len(parts):
        return _nothing(group, measure.measure, wave, said, comparable=comparable)
    if len(rows) == 1:
        return _point(wave, group, rows[0], said, comparable=comparable)
    return _merged(release, group, rows, said, comparable=comparable)


def _merged(
    release: Release, group: str, rows: Sequence[EstimateRow], was: str | None, *, comparable: bool
) -> TrendRow:
    """The figure of several groups together, where each was shown and none in a band.

    The bases of few people are rounded, so the limits are those of every way in which they may
    weigh; they hold, for the limits of each part do.
    """
    wave, measure = release.manifest.wave, rows[0].measure
    seen = [
        (row.positive, row.lower, row.upper, row.base)
        for row in rows
        if None not in (row.positive, row.lower, row.upper, row.base) and not row.positive_bound
    ]
    if len(seen) < len(rows):
        return _nothing(group, measure, wave, was, comparable=comparable)
    values, lows, highs, bases = (
        [int(one or 0) for one in column] for column in zip(*seen, strict=True)
    )
    step = max(step_of(release, row) for row in rows)
    ways = list(product(*(of_item(release, row.group, measure) for row in rows)))
    return TrendRow(
        *(group, measure, wave, nearest(_mean(values, bases), step), ""),
        lower=step * math.floor(min(_mean(lows, way) for way in ways) / step + 1e-9),
        upper=step * math.ceil(max(_mean(highs, way) for way in ways) / step - 1e-9),
        comparable=comparable,
        status="shown",
        was=was,
    )


def _mean(values: Sequence[float], weights: Sequence[float | None]) -> float:
    known = [weight or 0.0 for weight in weights]
    return sum(v * w for v, w in zip(values, known, strict=True)) / sum(known)


def _nothing(group: str, measure: str, wave: str, was: str | None, *, comparable: bool) -> TrendRow:
    return TrendRow(group, measure, wave, None, "", None, None, comparable, "c", was)


def _point(
    wave: str, group: str, estimate: EstimateRow, was: str | None = None, *, comparable: bool
) -> TrendRow:
    return TrendRow(
        group=group,
        measure=estimate.measure,
        wave=wave,
        value=estimate.positive,
        bound=estimate.positive_bound,
        lower=estimate.lower,
        upper=estimate.upper,
        comparable=comparable,
        status=estimate.status,
        was=was,
    )
