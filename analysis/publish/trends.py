"""Trend lines: each earlier wave's published figure as it stood, then this wave's."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.plan import TablePlan
from analysis.release.model import Release
from analysis.release.rows import EstimateRow, MeasureRow, TrendRow


def trend_groups(plan: TablePlan) -> tuple[str, ...]:
    """Groups that have trend lines: the force, groups of one breakdown, named intersections."""
    named = {one.group for one in plan.intersections}
    return tuple(group.id for group in plan.groups if len(group.where) <= 1 or group.id in named)


def trend_rows(
    plan: TablePlan,
    wave: str,
    measures: Sequence[MeasureRow],
    estimates: dict[tuple[str, str], EstimateRow],
    previous: Sequence[Release],
) -> tuple[TrendRow, ...]:
    """One row per group, measure and wave, oldest wave first.

    A wave counts as comparable when the measure's fingerprint was the same. An earlier figure is
    copied as it was published, never computed again; a wave that did not have the group or the
    measure looks like one that did not show it.
    """
    return tuple(
        row
        for group in trend_groups(plan)
        for measure in measures
        for row in (
            *(_earlier(release, group, measure) for release in previous),
            _point(wave, estimates[group, measure.measure], comparable=True),
        )
    )


def line_before(previous: Sequence[Release], questionnaire: str, wave: str) -> list[Release]:
    """The earlier Releases of the same questionnaire line, oldest first, one per wave."""
    found = {
        release.manifest.wave: release
        for release in previous
        if release.manifest.questionnaire == questionnaire and release.manifest.wave != wave
    }
    return sorted(found.values(), key=lambda one: (one.manifest.closed, one.manifest.wave))


def _earlier(release: Release, group: str, measure: MeasureRow) -> TrendRow:
    wave = release.manifest.wave
    then = release.measure_by_id.get(measure.measure)
    comparable = then is not None and then.fingerprint == measure.fingerprint
    estimate = release.estimate_by_key.get((group, measure.measure))
    if estimate is None:
        return TrendRow(group, measure.measure, wave, None, "", None, None, comparable, "c")
    return _point(wave, estimate, comparable=comparable)


def _point(wave: str, estimate: EstimateRow, *, comparable: bool) -> TrendRow:
    return TrendRow(
        group=estimate.group,
        measure=estimate.measure,
        wave=wave,
        value=estimate.positive,
        bound=estimate.positive_bound,
        lower=estimate.lower,
        upper=estimate.upper,
        comparable=comparable,
        status=estimate.status,
    )
