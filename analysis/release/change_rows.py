"""What changed where something was done, from two Releases and nothing else.

Only published figures go in, so the rows tell nothing that a reader of both could not work out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analysis.beside.interventions import Intervention
from analysis.errors import DataError, EstimationError
from analysis.plan import COMMAND
from analysis.release.known import step_of
from analysis.release.model import Release
from analysis.release.rows import JOINED, ChangeRow, ChangeState, TrendRow
from analysis.statistics import change_words as words
from analysis.statistics.changes import Judged, Unit, Verdict, judge, verdicts

_TENTHS = 10
"""Figures that are not published percents themselves are given to a tenth of a point."""


def change_rows(
    release: Release, previous: Sequence[Release], declared: Sequence[Intervention]
) -> tuple[ChangeRow, ...]:
    """One row for each intervention, in order.

    Args:
        release: of the later wave, its trends included.
        previous: earlier Releases of the same questionnaire, oldest first.
        declared: everything that was; all of it together is one family of tests.

    Raises:
        DataError: as `expect_known`.
    """
    expect_known(declared, previous)
    units = frozenset(one.group for one in declared)
    closed = date.fromisoformat(release.manifest.closed)
    said = [words.when_declared(one.declared, closed) for one in declared]
    cases = [_case(_Pair(_of_wave(one, previous), release), one, units) for one in declared]
    return _rows(cases, said)


def expect_known(declared: Sequence[Intervention], previous: Sequence[Release]) -> None:
    """Refuse what earlier Releases cannot bear out; to be asked before minutes of counting.

    Raises:
        DataError: when one begins after a wave that has no Release here, is another one again since
            its wave did not ask, or says that a unit was picked for a figure that nobody was shown.
    """
    seen = set()
    for one in declared:
        before = _of_wave(one, previous)
        key = (one.group, one.measure, before.manifest.wave)
        if key in seen:
            raise DataError(
                f"{one.where}: {one.measure} in {one.group} after {before.manifest.wave} is twice: "
                "for a wave that did not ask it stands the latest before that did."
            )
        seen.add(key)
        row = before.estimate_by_key.get((one.group, one.measure))
        if one.picked == "low_score" and row is not None and row.status != "shown":
            raise DataError(
                f"{one.where}: {one.measure} in {one.group} is not shown in wave "
                f"{before.manifest.wave}, so it was not picked for a low figure there; write other."
            )


def change_row(before: Release, release: Release, asked: Intervention) -> ChangeRow:
    """The row of a change that nobody declared: the same figures, and words that say so.

    Args:
        before: of the earlier wave.
        release: of the later wave, with a trend line that the earlier one is in.
        asked: what somebody wants to look at.

    Raises:
        DataError: as `expect_known`.
    """
    expect_known([asked], [before])
    units = frozenset({asked.group, *(row.group for row in release.changes)})
    (row,) = _rows([_case(_Pair(before, release), asked, units)], [words.NOT_DECLARED])
    return row


@dataclass(frozen=True)
class _Pair:
    """Two Releases of a questionnaire."""

    before: Release
    after: Release

    def unit(self, group: str, measure: str) -> Unit | ChangeState:
        """A unit's published figures in both waves, or why there are none to compare."""
        now = self.after.estimate_by_key.get((group, measure))
        # What is hidden looks alike, whether or not it could be compared.
        if now is None or now.positive is None or now.base is None:
            return "not_shown"
        point = self._point(group, measure)
        if point is None or not point.comparable:
            return "not_comparable"
        if point.value is None:
            return "not_shown"
        # A reorganised unit has its earlier figures under other names.
        names = [group] if point.was is None else point.was.split(JOINED)
        rows = [self.before.estimate_by_key.get((name, measure)) for name in names]
        then = [row for row in rows if row is not None and row.base is not None]
        same = len(then) > 1 or [row.positive for row in then] == [point.value]
        if len(then) < len(names) or not same:
            return "not_comparable"
        if point.bound or now.positive_bound:
            return "banded"
        return Unit(
            percents=(point.value, now.positive),
            people=(sum(row.base or 0 for row in then), now.base),
            steps=(max(step_of(self.before, row) for row in then), step_of(self.after, now)),
            sooner=self._sooner(group, measure),
        )

    def _point(self, group: str, measure: str) -> TrendRow | None:
        """The earlier wave in the trend line."""
        line = self.after.trend_by_key.get((group, measure), ())
        wave = self.before.manifest.wave
        return next((row for row in line if row.wave == wave), None)

    def _sooner(self, group: str, measure: str) -> int | None:
        """The figure of the latest wave before the earlier one that can be compared."""
        line = self.after.trend_by_key[group, measure]
        at = [row.wave for row in line].index(self.before.manifest.wave)
        sooner = next((row for row in reversed(line[:at]) if row.comparable), None)
        return None if sooner is None or sooner.bound else sooner.value

    def others(self, asked: Intervention, units: frozenset[str]) -> list[Unit]:
        """Units of the same kind, without those in, around or beside which something was done."""
        parents, levels = _parents(self.after), _levels(self.after)
        touched = {one for unit in units for one in (unit, *_above(unit, parents))}
        found = []
        for group, level in levels.items():
            around = units.intersection(_above(group, parents))
            if level == levels[asked.group] and group not in touched and not around:
                unit = self.unit(group, asked.measure)
                if isinstance(unit, Unit):
                    found.append(unit)
        return found


@dataclass(frozen=True)
class _Case:
    """An intervention, the figures of its unit, and what the others say of it."""

    pair: _Pair
    asked: Intervention
    unit: Unit | ChangeState
    others: int
    judged: Judged | None


def _of_wave(one: Intervention, previous: Sequence[Release]) -> Release:
    """The last wave before it began, or, where that did not ask it, the latest before that did."""
    waves = [release.manifest.wave for release in previous]
    if one.before not in waves:
        raise DataError(
            f"{one.where}: before is {one.before!r}, a wave that has no Release to compare with "
            f"here; there are: {', '.join(waves) or 'none'}."
        )
    last, *sooner = reversed(previous[: waves.index(one.before) + 1])
    return next((wave for wave in (last, *sooner) if one.measure in wave.measure_by_id), last)


def _case(pair: _Pair, asked: Intervention, units: frozenset[str]) -> _Case:
    unit = pair.unit(asked.group, asked.measure)
    if not isinstance(unit, Unit):
        return _Case(pair, asked, unit, 0, None)
    others = pair.others(asked, units)
    try:
        found = judge(unit, others, picked_low=asked.picked == "low_score")
    except EstimationError:
        return _Case(pair, asked, unit, len(others), None)
    return _Case(pair, asked, unit, len(others), found)


def _rows(cases: Sequence[_Case], declared: Sequence[str]) -> tuple[ChangeRow, ...]:
    """The rows; what is judged is one family."""
    said = iter(verdicts([case.judged for case in cases if case.judged is not None]))
    return tuple(
        _row(case, None if case.judged is None else next(said), sentence)
        for case, sentence in zip(cases, declared, strict=True)
    )


def _row(case: _Case, verdict: Verdict | None, declared: str) -> ChangeRow:
    asked, unit, found = case.asked, case.unit, case.judged
    shown = unit if isinstance(unit, Unit) else None
    stands = None if found is None else found.stands
    return ChangeRow(
        group=asked.group,
        measure=asked.measure,
        kind=case.pair.after.measure_by_id[asked.measure].kind,
        before=case.pair.before.manifest.wave,
        after=case.pair.after.manifest.wave,
        done=asked.done,
        picked=asked.picked,
        declared=asked.declared.isoformat(),
        value_before=None if shown is None else shown.percents[0],
        value_after=None if shown is None else shown.percents[1],
        change=None if shown is None else shown.change,
        others=None if stands is None else case.others,
        others_change=None if stands is None else _tenths(stands.others),
        excess=None if stands is None else _tenths(stands.excess.gap),
        lower=None if stands is None else math.floor(stands.excess.lower),
        upper=None if stands is None else math.ceil(stands.excess.upper),
        regression=None if found is None or found.regression is None else _tenths(found.regression),
        state=unit if not isinstance(unit, Unit) else verdict or "no_yardstick",
        words=_words(case, verdict, declared),
        status="c" if unit == "not_shown" else "shown",
    )


def _words(case: _Case, verdict: Verdict | None, declared: str) -> str:
    before, after, unit = case.pair.before, case.pair.after, case.unit
    group = after.group_by_id[case.asked.group].label
    measure = after.measure_by_id[case.asked.measure]
    about = words.about(measure.label, measure.kind)
    if not isinstance(unit, Unit):
        return words.without_figures(unit, group, about)
    told = words.Told(
        unit=group,
        about=about,
        level=_levels(after)[case.asked.group],
        surveys=(before.manifest.wave_title, after.manifest.wave_title),
        percents=unit.percents,
        steps=unit.steps,
    )
    if case.judged is None or verdict is None:
        return words.no_yardstick(told, declared)
    return words.change_words(told, case.judged, verdict, case.others, declared)


def _levels(release: Release) -> dict[str, str]:
    """Level of every unit, by the id of its group."""
    for breakdown in release.manifest.breakdowns:
        if breakdown.id == COMMAND:
            return {f"{COMMAND}={value}": level for value, _, level, _ in breakdown.values}
    return {}


def _parents(release: Release) -> dict[str, str | None]:
    return {row.group: row.parent for row in release.groups}


def _above(group: str, parents: dict[str, str | None]) -> list[str]:
    """The groups that contain a unit, without the force, which contains them all."""
    found: list[str] = []
    at = parents.get(group)
    while at is not None and parents.get(at) is not None:
        found.append(at)
        at = parents[at]
    return found


def _tenths(value: float) -> float:
    return math.floor(value * _TENTHS + 0.5) / _TENTHS
