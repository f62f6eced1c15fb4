"""What stands beside the figures of a Release can stand: of what it has, within what can be.

Benchmarks are worked out again from what is published. Slopes rest on earlier Releases too, and
what goes together in a respondent on answers; of these a reader sees that they are possible.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from analysis.errors import ReleaseError
from analysis.plan import FORCE
from analysis.release.benchmark_gaps import NOTHING, benchmark_gap
from analysis.release.limits import alpha_limits, stated_answers
from analysis.release.model import Release
from analysis.release.rows import BenchmarkRow, DriverRow, ReliabilityRow, SlopeRow

_FIGURES = {
    "groups": ("base",),
    "estimates": ("base",),
    "comparisons": ("gap", "lower", "upper"),
    "slopes": ("since", "waves", "change", "lower", "upper", "direction"),
    "benchmarks": ("value", "gap"),
    "procedures": ("at_risk", "cases"),
    "reliability": ("alpha", "lower", "upper"),
    "drivers": ("share", "first", "last", "explained"),
}
"""What a row that is shown has. Percents may be left out beside one that is in a band."""


def figures_stand(release: Release) -> None:
    """What is shown has its figures, once each, and they are such as the published ones allow.

    Raises:
        ReleaseError: names the table, the group and the measure.
    """
    for name, columns in _FIGURES.items():
        for row in getattr(release, name):
            if row.status == "shown" and any(getattr(row, one) is None for one in columns):
                raise ReleaseError(f"{name}: {row.group} is shown, yet a figure of it is missing.")
    for name in ("slopes", "benchmarks", "reliability", "drivers"):
        rows = getattr(release, name)
        _once(name, [_key(row) for row in rows])
        for row in rows:
            if not _STANDS[name](release, row):
                raise ReleaseError(
                    f"{name}: what is said of {row.group} ({row.measure}) does not follow from "
                    "the published figures."
                )
    _drivers_together(release.drivers)


def _once(name: str, keys: Sequence[tuple[Any, ...]]) -> None:
    if len(keys) != len(set(keys)):
        raise ReleaseError(f"{name}: the same stands twice.")


def _key(row: Any) -> tuple[Any, ...]:
    return row.group, row.measure, getattr(row, "source", ""), getattr(row, "year", "")


def _slope(release: Release, row: SlopeRow) -> bool:
    """Over two points of its line or more, the last of which is this wave's."""
    if row.status != "shown":
        return (row.group, row.measure) in release.trend_by_key
    points = [
        point.wave
        for point in release.trend_by_key.get((row.group, row.measure), ())
        if point.comparable and point.value is not None and not point.bound
    ]
    if row.since not in points or points[-1] != release.manifest.wave:
        return False
    change, waves = row.change or 0, row.waves or 0
    sign = {"rose": change > 0, "fell": change < 0}
    return (
        2 <= waves <= len(points) - points.index(row.since)
        and _between(-100, (row.lower, change, row.upper), 100)
        and sign.get(row.direction or "", True)
    )


def _benchmark(release: Release, row: BenchmarkRow) -> bool:
    """The gap and its limits are those of the two published figures."""
    measure = release.measure_by_id.get(row.measure)
    if row.group != FORCE or measure is None or measure.kind != "item":
        return False
    said = row.gap, row.lower, row.upper
    if not row.comparable or row.value is None:
        return (row.comparable, row.value, row.base, said) == (False, None, None, NOTHING)
    if not (0 <= row.value <= 100 and (row.base is None or row.base > 0)):
        return False
    # A whole percent may have been published with one decimal or none.
    decimals = (0, 1) if row.value.is_integer() else (1,)
    follows = {benchmark_gap(release, row.measure, row.value, one, row.base) for one in decimals}
    return said in follows and (row.status == "shown") == (row.gap is not None)


def _reliability(release: Release, row: ReliabilityRow) -> bool:
    """Of a theme of the whole force."""
    items = sum(one.theme == row.measure for one in release.measures)
    limits = (row.lower, row.alpha, row.upper)
    known = _of_force(release, row.group, row.measure) and row.item_count == items
    if not known or row.status != "shown" or row.alpha is None:
        return known
    if not _between(float("-inf"), limits, 1):
        return False
    base = release.group_by_id[FORCE].base or 0
    told = {alpha_limits(row.alpha, n, items) for n in stated_answers(base)}
    return (row.lower, row.upper) in told


def _driver(release: Release, row: DriverRow) -> bool:
    """Of a theme of the whole force, beside an item; ranks are among as many themes."""
    outcome = release.measure_by_id.get(row.outcome)
    if not _of_force(release, row.group, row.measure) or outcome is None or outcome.kind != "item":
        return False
    return row.status != "shown" or (
        _between(1, (row.first, row.last), len(release.drivers))
        and _between(0, (row.share,), 100)
        and _between(1, (row.explained,), 100)
    )


def _drivers_together(rows: Sequence[DriverRow]) -> None:
    """All beside one outcome, and their shares are those of one whole."""
    if len({(row.outcome, row.explained, row.status) for row in rows}) > 1:
        raise ReleaseError("drivers: the themes do not stand beside one outcome.")
    shares = [row.share for row in rows if row.share is not None]
    # Each is rounded to the nearest percent.
    if shares and abs(sum(shares) - 100) > len(shares) / 2:
        raise ReleaseError(f"drivers: the shares add up to {sum(shares)} percent.")


def _of_force(release: Release, group: str, measure: str) -> bool:
    """Whether it is of a theme, in the force, which is shown."""
    known, force = release.measure_by_id.get(measure), release.group_by_id.get(FORCE)
    shown = force is not None and force.status == "shown"
    return group == FORCE and shown and known is not None and known.kind == "theme"


def _between(least: float, figures: Iterable[float | None], most: float) -> bool:
    """Whether figures stand in order within limits; one that is missing or no number does not."""
    at = least
    for one in figures:
        if one is None or not at <= one <= most:
            return False
        at = one
    return True


_STANDS: dict[str, Any] = {
    "slopes": _slope,
    "benchmarks": _benchmark,
    "reliability": _reliability,
    "drivers": _driver,
}
