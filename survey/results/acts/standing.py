"""Which concerns are answered, which still wait, and how long; and what everybody is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from analysis.plan import COMMAND
from analysis.release.model import Release
from survey.results.acts.concerns import FORCE_WIDE, Concern, Key, newest, raised
from survey.results.acts.record import Course
from survey.results.scope import units

FEWEST = 5
"""Commands of a force in which everybody is told whether boards answered in time."""


@dataclass(frozen=True)
class Waiting:
    """A concern that its board has not answered.

    Attributes:
        due: the last day for it, and `left` how many days that is from now, below 0 when past.
    """

    concern: Concern
    due: date
    left: int


@dataclass(frozen=True)
class Standing:
    """How far concerns of one wave are answered.

    Attributes:
        board: whose; empty for HR.
        late: answers that came after the last day.
        waiting: not answered, while there is time; `overdue` when there is none.
    """

    board: str
    raised: int
    answered: int
    late: int
    waiting: int
    overdue: int


@dataclass(frozen=True)
class Told:
    """What everybody is told of the answers to the concerns of one wave.

    Attributes:
        listed: of the concerns that the page lists, all of which HR answers.
        others: of all others a word, and no number: whether every answer came in time. It is the
            same where there are none, and an answer that comes late does not change it.
    """

    listed: Standing
    others: Literal["untold", "due", "in_time", "not_in_time"]


def last_day(release: Release, days: int) -> date:
    """Until when the concerns of a wave are to be answered."""
    return date.fromisoformat(release.manifest.closed) + timedelta(days=days)


def answered(courses: Iterable[Course]) -> dict[tuple[str, Key], date]:
    """(board, concern) -> the first day on which that board answered it."""
    found: dict[tuple[str, Key], date] = {}
    for course in courses:
        for key in course.now.concerns:
            day = course.answered_on(key)
            at = (course.now.command, key)
            if day is not None and (at not in found or day < found[at]):
                found[at] = day
    return found


def waiting(
    releases: Sequence[Release],
    courses: Sequence[Course],
    board: str,
    today: date,
    days: int,
) -> tuple[Waiting, ...]:
    """What a board has to answer: of the newest wave of each questionnaire, overdue ones first."""
    done = answered(courses)
    found = [
        Waiting(one, last_day(release, days), (last_day(release, days) - today).days)
        for release in newest(releases)
        for one in raised(release)
        if one.board == board and (board, one.key) not in done
    ]
    return tuple(sorted(found, key=lambda one: one.due))


def of_wave(
    release: Release, courses: Sequence[Course], today: date, days: int
) -> tuple[Standing, ...]:
    """A row for each board that has to answer something, HR first."""
    done, last = answered(courses), last_day(release, days)
    asked: dict[str, list[Key]] = {}
    for one in raised(release):
        asked.setdefault(one.board, []).append(one.key)
    return tuple(
        _standing(board, [done.get((board, key)) for key in keys], last, today)
        for board, keys in sorted(asked.items())
    )


def told(release: Release, courses: Sequence[Course], today: date, days: int) -> Told:
    """What everybody is told: of concerns inside commands no number, nor whose they are.

    A force of fewer than `FEWEST` commands tells nothing of the others: each of its boards knows
    its own part, so a word about the few that remain would be about one of them.
    """
    done, last = answered(courses), last_day(release, days)
    given = [(one.listed, done.get((one.board, one.key))) for one in raised(release)]
    listed = _standing(FORCE_WIDE, [day for public, day in given if public], last, today)
    if len(units(release, COMMAND)) < FEWEST:
        return Told(listed, "untold")
    if today <= last:
        return Told(listed, "due")
    in_time = all(day is not None and day <= last for public, day in given if not public)
    return Told(listed, "in_time" if in_time else "not_in_time")


def _standing(board: str, days: Sequence[date | None], last: date, today: date) -> Standing:
    given = [day for day in days if day is not None]
    left = len(days) - len(given)
    late = sum(day > last for day in given)
    over = today > last
    return Standing(board, len(days), len(given), late, 0 if over else left, left if over else 0)


def first_published(release: Release, courses: Iterable[Course]) -> int | None:
    """Days from the close of a wave to the first action about it that everybody may read."""
    days = [
        course.published_on
        for course in courses
        if release.manifest.wave == course.now.wave
        or any(key.wave == release.manifest.wave for key in course.now.concerns)
    ]
    closed = date.fromisoformat(release.manifest.closed)
    found = [(day - closed).days for day in days if day is not None and day >= closed]
    return min(found, default=None)
