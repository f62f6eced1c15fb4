"""What must hold for any Release before it may be written or read: hidden means empty."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from analysis.bands import EDGES
from analysis.errors import LeakingRelease, ReleaseError
from analysis.plan import FORCE
from analysis.release.follows import expect_follows
from analysis.release.free_text import names_no_hidden
from analysis.release.model import Release
from analysis.release.possible import figures_stand
from analysis.release.process_rows import expect_rows
from analysis.release.sides import holds_a_trait
from analysis.statistics.change_words import NOT_SHOWN

LEAST_POINTS = 5
"""Points; an item in which a gap shows most has a published gap of so many or more."""

_VALUES = {
    "groups": ("base", "headcount", "response_rate"),
    "estimates": (
        *("base", "positive", "neutral", "negative", "score", "lower", "upper", "weighted"),
        *("positive_bound", "neutral_bound", "negative_bound"),
        *("weighted_lower", "weighted_upper", "least", "most"),
    ),
    "distributions": ("percent", "bound"),
    "comparisons": ("gap", "lower", "upper", "smallest"),
    "trends": ("value", "bound", "lower", "upper"),
    "benchmarks": ("gap", "lower", "upper"),
    "slopes": ("since", "waves", "change", "lower", "upper", "direction"),
    "changes": (
        *("value_before", "value_after", "change", "others", "others_change"),
        *("excess", "lower", "upper", "regression"),
    ),
    "procedures": (
        *("at_risk", "cases", "rate", "rest_rate", "rate_gap", "gap_lower", "gap_upper"),
        *("ratio", "ratio_lower", "ratio_upper", "clear", "words"),
    ),
    "representativeness": ("indicator", "effective", "moved", "partial", "missing"),
    "reliability": ("alpha", "lower", "upper"),
    "drivers": ("share", "first", "last", "explained"),
    "standardised": ("parts_level", "goes_with", "stays", "lower", "upper"),
}


@dataclass(frozen=True)
class _Hidden:
    groups: frozenset[str]
    pairs: frozenset[tuple[str, str]]

    def covers(self, group: str, measure: str) -> bool:
        return group in self.groups or (group, measure) in self.pairs


def check(release: Release) -> None:
    """Refuse a Release in which anything is said of what is not shown.

    A row of status `c` holds no value; a group that is not shown is shown in no table; nor is a
    measure that is not shown in a group shown in its distribution, comparisons or this wave's
    trend; no concern speaks of either; and nothing that people wrote for everybody names a group
    that is not shown.

    Raises:
        LeakingRelease: naming the table and the group.
        ReleaseError: when it replaces another one without a reason, or what stands in it does not
            follow from its other figures.
    """
    _replaces_for_a_reason(release)
    names_no_hidden(release)
    for name, values in _VALUES.items():
        for row in getattr(release, name):
            if row.status == "shown":
                continue
            # A zero says as much as any other figure: only None and "" say nothing.
            if any(getattr(row, value) not in (None, "") for value in values):
                raise LeakingRelease(f"{name}: {row.group} is not shown, yet a value stands there.")
    hidden = _Hidden(
        frozenset(row.group for row in release.groups if row.status != "shown"),
        frozenset((row.group, row.measure) for row in release.estimates if row.status != "shown"),
    )
    _nothing_hidden("estimates", hidden, _keys(release.estimates, "measure"))
    _nothing_hidden("distributions", hidden, _keys(release.distributions, "item"))
    _nothing_hidden("comparisons", hidden, _keys(release.comparisons, "measure"))
    _nothing_hidden("comparisons", hidden, _keys(release.comparisons, "measure", "against"))
    _nothing_hidden("concerns", hidden, [(row.group, row.measure) for row in release.concerns])
    _nothing_hidden("concerns", hidden, [(row.against, row.measure) for row in release.concerns])
    _nothing_hidden(
        "concerns", hidden, [(row.group, item) for row in release.concerns for item in row.items]
    )
    told = [(row.group, "") for row in release.procedures if row.status == "shown"]
    _nothing_hidden("procedures", hidden, told)
    expect_rows(release)
    _states_stand(release)
    _items_stand(release)
    _ladders_stand(release, hidden)
    _response_stands(release, hidden)
    _steps_stand(release)
    _nothing_hidden("changes", hidden, _keys(release.changes, "measure"))
    _changes_stand(release)
    this_wave = (row for row in release.trends if row.wave == release.manifest.wave)
    _nothing_hidden("trends", hidden, _keys(this_wave, "measure"))
    _nothing_hidden("slopes", hidden, _keys(release.slopes, "measure"))
    _nothing_hidden("standardised", hidden, _keys(release.standardised, "measure"))
    _nothing_hidden("benchmarks", hidden, _keys(release.benchmarks, "measure"))
    figures_stand(release)
    expect_follows(release)


def _replaces_for_a_reason(release: Release) -> None:
    manifest = release.manifest
    if (manifest.replaces is None) != (manifest.correction is None):
        raise ReleaseError(
            f"The Release of wave {manifest.wave} must say which Release it replaces and why, or "
            "neither."
        )


def _states_stand(release: Release) -> None:
    """A state that rests on an earlier wave names it, and no other does."""
    for row in release.concerns:
        alone = row.state in ("emerging", "above")
        fits = alone == (row.before == "") and (row.state == "above") == (row.kind == "level")
        if not fits or row.before == release.manifest.wave:
            raise ReleaseError(
                f"concerns: {row.group} ({row.measure}) cannot be {row.state} with "
                f"{row.before or 'no'} wave before."
            )


def _items_stand(release: Release) -> None:
    """An item in which a gap shows most is of its theme, and its published gap says the same."""
    for row in release.concerns:
        sign = -1 if row.kind == "concern" else 1
        for item in row.items:
            of = release.measure_by_id.get(item)
            beside = release.comparison_by_key.get((row.group, item, row.against))
            gap = None if beside is None else beside.gap
            if of is None or of.theme != row.measure or gap is None or sign * gap < LEAST_POINTS:
                raise ReleaseError(
                    f"concerns: {item} cannot be where {row.group} ({row.measure}) shows most."
                )


def _ladders_stand(release: Release, hidden: _Hidden) -> None:
    """A rung holds only groups that are shown, and a group that is shown stands for itself.

    No larger group stands for a specific one, such as all minority groups for one of them.
    """
    for row in release.ladders:
        known = {row.asked, row.group or FORCE} <= set(release.group_by_id)
        stands = row.group is not None and row.group not in hidden.groups
        itself = row.asked in hidden.groups or row.group == row.asked
        shown = stands == (row.status == "shown") == (row.kind != "absence")
        if not (known and itself and shown) or holds_a_trait(release, row):
            raise ReleaseError(
                f"ladders: {row.group or 'nothing'} cannot stand for {row.asked} here."
            )


def _response_stands(release: Release, hidden: _Hidden) -> None:
    """Who answered is said only of groups that are shown."""
    for row in release.representativeness:
        if row.status == "shown" and row.group in hidden.groups:
            raise LeakingRelease(
                f"representativeness: {row.group} is not shown elsewhere, yet it is here."
            )
    told = release.manifest.bands
    if any(group not in release.group_by_id or edge not in EDGES for group, edge in told):
        raise ReleaseError("manifest: a band is no band of headcounts of one of these groups.")


def _steps_stand(release: Release) -> None:
    """Coarser steps are of groups and measures that the Release has, each once."""
    said = [
        (group, measure)
        for groups, steps in release.manifest.coarser
        for group in groups
        for measure, _ in steps
    ]
    for group, measure in said:
        if group not in release.group_by_id or measure not in release.measure_by_id:
            raise ReleaseError(f"manifest: a step is said of {measure} in {group}, which is not.")
    if len(said) != len(set(said)):
        raise ReleaseError("manifest: the steps of a measure in a group are said twice.")


def _changes_stand(release: Release) -> None:
    """A change is that of two points of a trend line, and one that is not shown says so alone."""
    for row in release.changes:
        line = release.trend_by_key.get((row.group, row.measure), ())
        points = {point.wave: point.value for point in line}
        told = (row.value_before, row.value_after)
        stands = told in ((None, None), (points.get(row.before), points.get(row.after)))
        silent = (row.state == "not_shown") == (row.words == NOT_SHOWN) == (row.status == "c")
        if row.after != release.manifest.wave or not stands or not silent:
            raise ReleaseError(
                f"changes: what is said of {row.group} ({row.measure}) since {row.before} is not "
                "what the trend lines say."
            )


def _keys(rows: Iterable[Any], measure: str, group: str = "group") -> list[tuple[str, str]]:
    return [(getattr(row, group), getattr(row, measure)) for row in rows if row.status == "shown"]


def _nothing_hidden(name: str, hidden: _Hidden, keys: Iterable[tuple[str, str]]) -> None:
    for group, measure in keys:
        if hidden.covers(group, measure):
            raise LeakingRelease(
                f"{name}: {group} ({measure}) is not shown elsewhere, yet it is here."
            )
