"""Areas of concern and strengths, in the fixed words of the Release."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from analysis.release.model import Release
from analysis.release.rows import ConcernKind, ConcernRow, ConcernState
from analysis.statistics.concerns import PAST, FlagKind
from analysis.statistics.sentences import often_unseen
from survey.results import standardised, words
from survey.results.rounded import further
from survey.results.scope import Scope, of_command, whole_force


@dataclass(frozen=True)
class Finding:
    """One area of concern or strength.

    Attributes:
        about: the theme or item; `group` whose answers it is about; both as labels.
        people: about how many people the gap stands for.
        words: the fixed sentence.
        again: whether the survey before raised it too; a state that rests on both says so itself.
        unseen: which gaps a group of this size hides; empty where bases are not shown.
        goes_with: how much of it goes with where people work, where that is known.
        most: the statements in which it shows most, and each one's gap in words; the widest first.
        id, measure: ids of the group and of what it is about.
    """

    group: str
    about: str
    kind: ConcernKind
    state: ConcernState
    gap: int
    people: int
    words: str
    again: bool
    unseen: str = ""
    goes_with: tuple[str, ...] = ()
    most: tuple[tuple[str, str], ...] = ()
    id: str = ""
    measure: str = ""

    @property
    def shortly(self) -> str:
        """The fixed sentence where the group's name stands above it."""
        return self.words.removeprefix(f"{self.group}: ")

    @property
    def label(self) -> str:
        """The state as readers see it."""
        return words.STATES[self.kind, self.state]


@dataclass(frozen=True)
class Ended:
    """A concern that the survey before raised and this one did not: both figures, in words."""

    group: str
    about: str
    then: str
    now: str


@dataclass(frozen=True)
class Findings:
    """What the area-of-concern rule raised within a page's scope.

    Attributes:
        followed: what was confirmed before and is cleared or watched now.
        comparisons: how many comparisons it made in the whole Release, to be said above the list.
        before: title of the survey before; empty when this is the first.
        ended: what that survey raised as a concern and this one does not.
    """

    concerns: tuple[Finding, ...]
    strengths: tuple[Finding, ...]
    followed: tuple[Finding, ...]
    comparisons: int
    before: str
    ended: tuple[Ended, ...]


Key = tuple[str, str, str]
"""Group, measure and kind of a finding."""


def marks(release: Release) -> dict[tuple[str, str], FlagKind]:
    """What is raised now, by the ids of the group and of the theme or statement."""
    return {
        (row.group, row.measure): row.kind
        for row in release.concerns
        if row.kind != "level" and row.state not in PAST
    }


def findings(
    release: Release,
    scope: Scope,
    measures: Collection[str] | None = None,
    releases: Sequence[Release] = (),
) -> Findings:
    """The concerns and strengths of `scope`, by gap x people, never by probability.

    Args:
        release: what was published.
        scope: what the reader may see.
        measures: ids of the only themes and items that are wanted; None for all.
        releases: all Releases, oldest first; the one before `release` is compared with it.
    """
    before = _before(release, releases)
    past = [] if before is None else _comparable(release, before, scope)
    again = {_key(row) for row in past}
    seen = _seen(release, scope, measures)
    raised = {_key(row) for row in seen}
    now = [row for row in seen if row.state not in PAST]
    return Findings(
        _ordered(release, (row for row in now if row.kind == "concern"), again),
        _ordered(release, (row for row in now if row.kind == "strength"), again),
        _ordered(release, (row for row in seen if row.state in PAST), again),
        release.manifest.comparisons,
        "" if before is None else before.manifest.wave_title,
        ()
        if before is None
        else tuple(
            _ended(release, before, row)
            for row in sorted(past, key=_size)
            if row.kind == "concern"
            and _key(row) not in raised
            and (measures is None or row.measure in measures)
        ),
    )


def _seen(
    release: Release, scope: Scope, measures: Collection[str] | None = None
) -> list[ConcernRow]:
    return [
        row
        for row in release.concerns
        if row.group in scope.groups
        and row.against in scope.groups
        and (measures is None or row.measure in measures)
    ]


def _before(release: Release, releases: Sequence[Release]) -> Release | None:
    """The newest Release of the same questionnaire that is older than `release`."""
    older = [
        other
        for other in releases
        if other.manifest.questionnaire == release.manifest.questionnaire
        and other.manifest.wave != release.manifest.wave
        and other.manifest.closed < release.manifest.closed
    ]
    return older[-1] if older else None


def _comparable(release: Release, before: Release, scope: Scope) -> list[ConcernRow]:
    """What `before` raised, of groups in the reader's scope both then and now, unchanged since."""
    then = whole_force(before) if scope.command is None else of_command(before, scope.command.id)
    if then is None:
        return []
    both = Scope(scope.command, then.groups & scope.groups)
    return [
        row
        for row in _seen(before, both)
        if row.state not in PAST
        and row.measure in release.measure_by_id
        and release.measure_by_id[row.measure].fingerprint
        == before.measure_by_id[row.measure].fingerprint
        and _same_people(release, before, row)
    ]


def _same_people(release: Release, before: Release, row: ConcernRow) -> bool:
    """Whether none of the units that pick a group was reorganised since, by their trend lines."""
    points = (
        point
        for part in row.group.split("&")
        for point in release.trend_by_key.get((part, row.measure), ())
        if point.wave == before.manifest.wave
    )
    return all(point.comparable and point.was is None for point in points)


def _ended(release: Release, before: Release, row: ConcernRow) -> Ended:
    key = (row.group, row.measure)
    then, now = before.estimate_by_key.get(key), release.estimate_by_key.get(key)
    return Ended(
        name(release, row.group),
        release.measure_by_id[row.measure].label,
        "[c]" if then is None else words.figure_with_range(then, further(before, *key)),
        "[c]" if now is None else words.figure_with_range(now, further(release, *key)),
    )


def _key(row: ConcernRow) -> Key:
    return row.group, row.measure, row.kind


def _size(row: ConcernRow) -> int:
    return -row.people * abs(row.gap)


def name(release: Release, group: str) -> str:
    """What findings call a group: the name of one that is watched, or its label."""
    named = {watched: title for title, watched in release.manifest.intersections}
    return named.get(group, release.group_by_id[group].label)


def _ordered(
    release: Release, rows: Iterable[ConcernRow], again: Collection[Key]
) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            name(release, row.group),
            release.measure_by_id[row.measure].label,
            row.kind,
            row.state,
            row.gap,
            row.people,
            row.words,
            row.state == "emerging" and _key(row) in again,
            _unseen(release, row),
            standardised.said(release, row.group, row.measure),
            _most(release, row),
            row.group,
            row.measure,
        )
        for row in sorted(rows, key=_size)
    )


def _most(release: Release, row: ConcernRow) -> tuple[tuple[str, str], ...]:
    gaps = [release.comparison_by_key[row.group, item, row.against] for item in row.items]
    return tuple(
        (release.measure_by_id[one.measure].label, words.gap(one.gap, one.lower, one.upper))
        for one in gaps
    )


def _unseen(release: Release, row: ConcernRow) -> str:
    mine = release.estimate_by_key[row.group, row.measure]
    made = release.comparison_by_key.get((row.group, row.measure, row.against))
    if mine.base is None or made is None or made.smallest is None:
        return ""
    return often_unseen(mine.base, made.smallest)
