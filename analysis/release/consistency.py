"""What must hold for any Release before it may be written or read: hidden means empty."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from analysis.errors import LeakingRelease, ReleaseError
from analysis.plan import FORCE
from analysis.procedures import Period
from analysis.release.model import Release

_VALUES = {
    "groups": ("base", "headcount", "response_rate"),
    "estimates": (
        *("base", "positive", "neutral", "negative", "score", "lower", "upper", "weighted"),
        *("positive_bound", "neutral_bound", "negative_bound"),
    ),
    "distributions": ("percent", "bound"),
    "comparisons": ("gap", "lower", "upper"),
    "trends": ("value", "bound", "lower", "upper"),
    "procedures": (
        *("at_risk", "cases", "rate", "rest_rate", "rate_gap", "gap_lower", "gap_upper"),
        *("ratio", "ratio_lower", "ratio_upper", "clear", "words"),
    ),
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
    trend; no concern speaks of either; and the reason of a correction names no group that is not
    shown.

    Raises:
        LeakingRelease: naming the table and the group.
        ReleaseError: when it replaces another one without a reason, or a rung cannot stand.
    """
    _replaces_for_a_reason(release)
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
    told = [(row.group, "") for row in release.procedures if row.status == "shown"]
    _nothing_hidden("procedures", hidden, told)
    _processes_stand(release)
    _states_stand(release)
    _ladders_stand(release, hidden)
    _steps_stand(release)
    this_wave = (row for row in release.trends if row.wave == release.manifest.wave)
    _nothing_hidden("trends", hidden, _keys(this_wave, "measure"))


def _replaces_for_a_reason(release: Release) -> None:
    manifest = release.manifest
    if (manifest.replaces is None) != (manifest.correction is None):
        raise ReleaseError(
            f"The Release of wave {manifest.wave} must say which Release it replaces and why, or "
            "neither."
        )
    shown = {row.label.casefold() for row in release.groups if row.status == "shown"}
    for row in release.groups:
        hidden = row.status != "shown" and row.label.casefold() not in shown
        if hidden and any(_names(manifest.correction or "", one) for one in (row.label, row.group)):
            raise LeakingRelease(
                f"The reason of the correction names {row.label}, which is not shown; write the "
                "reason without it."
            )


def _names(text: str, name: str) -> bool:
    """Whether a name stands in a text as words of its own, in whatever letters."""
    words = re.escape(" ".join(name.casefold().split()))
    return re.search(rf"(?<!\w){words}(?!\w)", " ".join(text.casefold().split())) is not None


def _states_stand(release: Release) -> None:
    """A state that rests on an earlier wave names it, and no other does."""
    for row in release.concerns:
        if (row.state == "emerging") != (row.before == "") or row.before == release.manifest.wave:
            raise ReleaseError(
                f"concerns: {row.group} ({row.measure}) cannot be {row.state} with "
                f"{row.before or 'no'} wave before."
            )


def _ladders_stand(release: Release, hidden: _Hidden) -> None:
    """A rung holds only groups that are shown, and a group that is shown stands for itself."""
    for row in release.ladders:
        known = {row.asked, row.group or FORCE} <= set(release.group_by_id)
        stands = row.group is not None and row.group not in hidden.groups
        itself = row.asked in hidden.groups or row.group == row.asked
        if not (known and itself and stands == (row.status == "shown") == (row.kind != "absence")):
            raise ReleaseError(
                f"ladders: {row.group or 'nothing'} cannot stand for {row.asked} here."
            )


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


def _processes_stand(release: Release) -> None:
    """Processes are declared ones, with a group that exists, once, in one period each."""
    declared = {one.id for one in release.manifest.processes}
    periods: dict[str, str] = {}
    seen = set()
    for row in release.procedures:
        known = row.process in declared and row.group in release.group_by_id
        one_period = periods.setdefault(row.process, row.period) == row.period
        if not (known and one_period and _is_period(row.period)):
            raise ReleaseError(
                f"procedures: {row.group} ({row.process}, {row.period}) cannot stand here."
            )
        if (row.process, row.group) in seen:
            raise ReleaseError(f"procedures: {row.group} stands twice under {row.process}.")
        seen.add((row.process, row.group))


def _is_period(text: str) -> bool:
    try:
        Period.parse(text)
    except ValueError:
        return False
    return True


def _keys(rows: Iterable[Any], measure: str, group: str = "group") -> list[tuple[str, str]]:
    return [(getattr(row, group), getattr(row, measure)) for row in rows if row.status == "shown"]


def _nothing_hidden(name: str, hidden: _Hidden, keys: Iterable[tuple[str, str]]) -> None:
    for group, measure in keys:
        if hidden.covers(group, measure):
            raise LeakingRelease(
                f"{name}: {group} ({measure}) is not shown elsewhere, yet it is here."
            )
