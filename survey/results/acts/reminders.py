"""What a board's front page says of answers: what waits, what is late, what was done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from analysis.release.model import Release
from survey.database import Stores
from survey.results.acts import record, standing
from survey.results.acts.concerns import FORCE_WIDE
from survey.results.acts.lines import TAGS, day

HR_PATH = "_force"
"""What stands in addresses for the whole force; no command can be called so."""

MOST = 3
"""Actions that a front page names."""


@dataclass(frozen=True)
class Reminder:
    """A block on the front page of a board, or of HR.

    Attributes:
        said: (sentence, whether it is about something overdue).
        promised: title, tag with its colour, and day of what is planned or under way, the first due
            first; at most `MOST`.
        open, done: how many actions are planned or under way, and done.
        href: the board's list of actions.
    """

    said: tuple[tuple[str, bool], ...]
    promised: tuple[tuple[str, str, str, str], ...]
    open: int
    done: int
    href: str


def of(stores: Stores, releases: Sequence[Release], board: str, today: date) -> Reminder:
    """The reminder of one board; needs a request for its addresses.

    Args:
        stores: with the actions.
        releases: in force, oldest first.
        board: id of the command; `FORCE_WIDE` for HR.
        today: what days are counted from.
    """
    courses = record.courses(stores, board)
    days = stores.settings.answer_days
    waits = standing.waiting(releases, courses, board, today, days)
    now = [one.now for one in courses]
    going = sorted(
        (one for one in now if one.state in {"planned", "under_way"}),
        key=lambda one: one.due or today,
    )
    late = sum(one.is_late(today) for one in now)
    return Reminder(
        (*_waiting(waits), *_late(late)),
        tuple((one.title, *TAGS[one.state], day(one.due)) for one in going[:MOST]),
        len(going),
        sum(one.state == "done" for one in now),
        url_for("acts.board", board=path_of(board)),
    )


def path_of(board: str) -> str:
    """A board as it stands in addresses."""
    return HR_PATH if board == FORCE_WIDE else board


def in_days(left: int) -> str:
    """How long there is, or was, in words."""
    if left == 0:
        return "today"
    days = f"{abs(left):,} day{'' if abs(left) == 1 else 's'}"
    return f"in {days}" if left > 0 else f"{days} ago"


def _waiting(waits: Sequence[standing.Waiting]) -> Iterator[tuple[str, bool]]:
    for overdue in (True, False):
        found = [one for one in waits if (one.left < 0) is overdue]
        if not found:
            continue
        first = found[0]
        said = "not answered in time: answers were" if overdue else "not answered yet: answers are"
        due = f"{day(first.due)}, {in_days(first.left)}"
        yield f"{_concerns(len(found))} {said} due on {due}.", overdue


def _concerns(count: int) -> str:
    return f"{count} area of concern is" if count == 1 else f"{count} areas of concern are"


def _late(count: int) -> Iterator[tuple[str, bool]]:
    if count:
        said = "1 action is" if count == 1 else f"{count} actions are"
        yield f"{said} past {'its' if count == 1 else 'their'} day.", True
