"""The list of a board's answers and actions, their history, and HR's overview of every board."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analysis.release.model import Release
from survey.results.acts import standing
from survey.results.acts.concerns import FORCE_WIDE, Concern, newest
from survey.results.acts.lines import ActionLine, board_names, by_key, day, line
from survey.results.acts.record import Action, Course
from survey.results.acts.reminders import in_days, path_of

_ORDER = ("under_way", "planned", "done", "dropped", "none")


@dataclass(frozen=True)
class WaitingLine:
    """A concern without an answer: until when, in words."""

    concern: Concern
    survey: str
    due: str
    when: str
    overdue: bool


@dataclass(frozen=True)
class BoardList:
    """A board's page of answers and actions.

    Attributes:
        path: the board, as it stands in addresses.
        waiting: in the order in which answers are due.
        days: in how many an answer is due.
    """

    heading: str
    path: str
    may_write: bool
    days: int
    waiting: tuple[WaitingLine, ...]
    actions: tuple[ActionLine, ...]


@dataclass(frozen=True)
class HistoryPage:
    """Every version of an action, the newest first: each with the day and who wrote it."""

    heading: str
    path: str
    versions: tuple[tuple[str, str, ActionLine], ...]


@dataclass(frozen=True)
class BoardRow:
    """How far a board is, for HR."""

    board: str
    path: str
    standing: standing.Standing
    states: tuple[int, ...]
    late: int


@dataclass(frozen=True)
class Overview:
    """HR's page over all boards.

    Attributes:
        waves: of the newest wave of each questionnaire its title, the last day for answers in
            words, the days from its close to the first published action, and a row for each board.
    """

    heading: str
    days: int
    waves: tuple[tuple[str, str, int | None, tuple[BoardRow, ...]], ...]


def board_list(
    releases: Sequence[Release],
    courses: Sequence[Course],
    board: str,
    label: str,
    today: date,
    days: int,
    may_write: bool,
) -> BoardList:
    """The page of one board, `courses` being its own."""
    titles = {one.manifest.wave: one.manifest.wave_title for one in releases}
    concerns, names = by_key(releases), board_names(releases)
    waits = standing.waiting(releases, courses, board, today, days)
    ordered = sorted(courses, key=lambda one: (_ORDER.index(one.now.state), one.now.due or today))
    return BoardList(
        f"{label}: answers and actions",
        path_of(board),
        may_write,
        days,
        tuple(
            WaitingLine(
                one.concern,
                titles[one.concern.key.wave],
                day(one.due),
                in_days(one.left),
                one.left < 0,
            )
            for one in waits
        ),
        tuple(line(one, releases, concerns, names, today) for one in ordered),
    )


def history(course: Course, releases: Sequence[Release], label: str, path: str) -> HistoryPage:
    """Every version of one action."""
    concerns, names = by_key(releases), board_names(releases)
    return HistoryPage(
        f"{label}: history of “{course.now.title}”",
        path,
        tuple(
            (day(one.day), _who(one), line(Course((one,)), releases, concerns, names, one.day))
            for one in reversed(course.versions)
        ),
    )


def _who(action: Action) -> str:
    return "HR" if action.role == "hr" else "the board"


def overview(
    releases: Sequence[Release], courses: Sequence[Course], today: date, days: int
) -> Overview:
    """Every board that has something to answer, or does something, and who has not answered."""
    names = board_names(releases)
    waves = tuple(
        (
            release.manifest.wave_title,
            day(standing.last_day(release, days)),
            standing.first_published(release, courses),
            _rows(release, courses, today, days, names),
        )
        for release in reversed(newest(releases))
    )
    return Overview("Answers and actions of every board", days, waves)


def _rows(
    release: Release,
    courses: Sequence[Course],
    today: date,
    days: int,
    names: dict[str, str],
) -> tuple[BoardRow, ...]:
    found = {one.board: one for one in standing.of_wave(release, courses, today, days)}
    acting = {one.now.command for one in courses}
    none = standing.Standing("", 0, 0, 0, 0, 0)
    return tuple(
        _row(board, names, found.get(board, none), courses, today)
        for board in (FORCE_WIDE, *names)
        if board in found or board in acting
    )


def _row(
    board: str,
    names: dict[str, str],
    stands: standing.Standing,
    courses: Sequence[Course],
    today: date,
) -> BoardRow:
    mine = [one.now for one in courses if one.now.command == board]
    states = Counter(one.state for one in mine)
    return BoardRow(
        names.get(board, "HR, for the whole force"),
        path_of(board),
        stands,
        tuple(states[name] for name in ("planned", "under_way", "done")),
        sum(one.is_late(today) for one in mine),
    )
