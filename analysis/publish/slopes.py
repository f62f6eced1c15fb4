"""How each trend line moved over the surveys, from the figures that were published of them.

Nothing here is worked out from answers, so it tells nothing new. A theme counts as if its answers
spread as widely as they can, and a rounded figure as fewer answers than it has: a change looks less
certain than it is, never more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analysis.plan import FORCE, Group, TablePlan
from analysis.publish.lineage import Lineage
from analysis.publish.trends import same_measure, trend_groups
from analysis.release.families import COMMAND_LEVEL
from analysis.release.known import of_item, step_of
from analysis.release.model import Release
from analysis.release.rows import Direction, MeasureRow, SlopeRow
from analysis.statistics.comparisons import Difference
from analysis.statistics.concerns import SAME_PEOPLE
from analysis.statistics.families import benjamini_hochberg
from analysis.statistics.trends import moved

RATE = 0.1
"""Chance that a wave says of any line at all that it moved, where none did: shared equally by the
families of lines, each of which holds its part by Benjamini and Hochberg."""


@dataclass(frozen=True)
class _Point:
    """A wave's published share of a line, and the answers that it is worth."""

    wave: str
    day: int
    share: float
    n: float


@dataclass(frozen=True)
class _Line:
    """Points that can be compared, oldest first; too few where nothing can be said."""

    group: str
    measure: str
    family: str
    points: tuple[_Point, ...]
    step: int

    @property
    def change(self) -> Difference | None:
        """From the first point to the last; None where nothing can be said."""
        if len(self.points) < 2:
            return None
        first = self.points[0].day
        return moved(
            [one.share for one in self.points],
            [one.n for one in self.points],
            [float(one.day - first) for one in self.points],
            SAME_PEOPLE,
        )


def slope_rows(
    plan: TablePlan, release: Release, previous: Sequence[Release]
) -> tuple[SlopeRow, ...]:
    """One row per line that is tested, in plan order; none in a first wave.

    Tested are the themes of every group that has a trend line, and the statements of the force.

    Args:
        plan: of this wave.
        release: its figures.
        previous: earlier Releases of its questionnaire, oldest first.
    """
    if not previous:
        return ()
    lineages = [Lineage(plan, one) for one in previous]
    lines = [
        _line(plan, release, group, measure, previous, past)
        for group in trend_groups(plan)
        for past in [[one.of(group) for one in lineages]]
        for measure in release.measures
        if measure.kind == "theme" or group.id == FORCE
    ]
    changes = [line.change for line in lines]
    clear = _clear(lines, changes)
    return tuple(
        _row(line, change, at in clear)
        for at, (line, change) in enumerate(zip(lines, changes, strict=True))
    )


def _clear(lines: Sequence[_Line], changes: Sequence[Difference | None]) -> frozenset[int]:
    """Which lines moved by more than chance makes of so many."""
    families: dict[str, list[tuple[int, float]]] = {}
    for at, (line, change) in enumerate(zip(lines, changes, strict=True)):
        tested = families.setdefault(line.family, [])
        if change is not None:
            tested.append((at, change.p))
    rate = RATE / max(1, len(families))
    return frozenset(
        at
        for tested in families.values()
        for (at, _), q in zip(tested, benjamini_hochberg([p for _, p in tested]), strict=True)
        if q <= rate
    )


def _row(line: _Line, change: Difference | None, clear: bool) -> SlopeRow:
    if change is None:
        return SlopeRow(line.group, line.measure, *(None,) * 6, "c")
    grain = line.step / 100
    points = line.step * round(change.gap / grain)
    lower = min(line.step * math.floor(max(-1.0, change.lower) / grain + 1e-9), points)
    upper = max(line.step * math.ceil(min(1.0, change.upper) / grain - 1e-9), points)
    direction: Direction = "unclear"
    if clear and points:
        direction = "rose" if points > 0 else "fell"
    return SlopeRow(
        group=line.group,
        measure=line.measure,
        since=line.points[0].wave,
        waves=len(line.points),
        change=points,
        lower=lower,
        upper=upper,
        direction=direction,
        status="shown",
    )


def _line(
    plan: TablePlan,
    release: Release,
    group: Group,
    measure: MeasureRow,
    previous: Sequence[Release],
    past: Sequence[tuple[str, ...]],
) -> _Line:
    """The points of a line: this wave's, and those of earlier waves that can be compared."""
    waves = [
        *(
            (one, was)
            for one, was in zip(previous, past, strict=True)
            if was and same_measure(one, measure)
        ),
        (release, (group.id,)),
    ]
    found = [_point(one, was, measure.measure) for one, was in waves]
    points = tuple(one for one, _ in found if one is not None) if found[-1][0] else ()
    step = max((step for one, step in found if one is not None), default=1)
    return _Line(group.id, measure.measure, _family(plan, group, measure), points, step)


def _point(release: Release, groups: Sequence[str], measure: str) -> tuple[_Point | None, int]:
    """A wave's point and its step; None where a group is not shown, in a band, or weighted.

    Rounding by a step adds its square / 12 to the squared error, so the share is worth fewer
    answers than gave it.
    """
    rows = [release.estimate_by_key.get((group, measure)) for group in groups]
    seen = [row for row in rows if row is not None and row.positive and not row.positive_bound]
    if len(seen) < len(rows) or release.manifest.weight is not None:
        return None, 0
    shares = [(row.positive or 0) / 100 for row in seen]
    fewest = [of_item(release, row.group, measure)[0] for row in seen]
    steps = [step_of(release, row) for row in seen]
    total = sum(fewest)
    share = sum(one * n for one, n in zip(shares, fewest, strict=True)) / total
    squared = sum(
        (n / total) ** 2 * (one * (1 - one) / n + (step / 100) ** 2 / 12)
        for one, n, step in zip(shares, fewest, steps, strict=True)
    )
    day = date.fromisoformat(release.manifest.closed).toordinal()
    return _Point(release.manifest.wave, day, share, share * (1 - share) / squared), max(steps)


def _family(plan: TablePlan, group: Group, measure: MeasureRow) -> str:
    """Declared before any result: the force, each breakdown, units below commands, named groups."""
    if len(group.where) > 1:
        return "named"
    if not group.where:
        return f"{FORCE} {measure.kind}"
    breakdown, value = group.where[0]
    one = plan.breakdown_by_id[breakdown]
    level = one.levels.index(one.value_by_id[value].level)
    top = one.levels.index(COMMAND_LEVEL) if COMMAND_LEVEL in one.levels else level
    return f"within {breakdown}" if level > top else breakdown
