"""What the demo's boards answer and do: the northern one acts, another leaves concerns unanswered.

Written as the boards' own pages write it, version by version, on the days of the story.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from survey.database import Stores
from survey.demo import noticed
from survey.demo.declared import AFTER_CLOSE
from survey.demo.truths import BEFORE_ACTION
from survey.results import store
from survey.results.acts import record
from survey.results.acts.concerns import FORCE_WIDE, Key, raised
from survey.results.acts.record import Action

NORTH, SUPPORT = "response-north", "contact-and-support"
TALKS = "Talks led by the superintendent in every shift"

_LOOK_AGAIN: Mapping[str, Any] = {
    "answer": "more_evidence",
    "title": "Look at the next survey before we act",
    "words": "One survey can be wrong. We compare it with the next one, and ask the staff "
    "associations meanwhile what they hear.",
    "reason": "This is the first survey, and the figure is of one part of the command.",
    "owner": "chief superintendent for response",
    "state": "done",
    "done": "The staff associations had heard of the same. The next survey asks it again.",
}
_TALK: Mapping[str, Any] = {
    "title": TALKS,
    "words": "The superintendent talks with every shift about how we treat each other. Sergeants "
    "practise stepping in, because others watch what they let pass.",
    "reason": "Two surveys in a row say that sexism goes unchallenged in parts of the command.",
    "owner": "superintendent for response",
}
_TALKED = "Each of the five shifts had two talks. All but three sergeants practised stepping in."
_GO_ON: Mapping[str, Any] = {
    "title": "The talks go on, twice a year",
    "words": "Each shift has a talk in spring and in autumn, and new sergeants practise stepping "
    "in during their first month.",
    "reason": "It got better, and people come and go.",
    "owner": "chief inspector for response",
}
_VISITS: Mapping[str, Any] = {
    "title": "Senior leaders join a shift of every team",
    "words": "Each senior leader works alongside every team twice a year, and answers within four "
    "weeks what they heard.",
    "reason": "People say that they hardly see us.",
    "owner": "chief superintendent for contact and support",
}
_NO_POSTS: Mapping[str, Any] = {
    "answer": "will_not",
    "title": "No more posts in this year",
    "words": "We will not add posts this year, here or elsewhere in the command.",
    "reason": "The budget of the force is set. We say so rather than promise what we cannot keep; "
    "we ask for the posts in the next one.",
}
_TUTORS: Mapping[str, Any] = {
    "title": "Somebody to turn to from the first day on",
    "words": "Each probationer has a colleague outside their command to turn to. Who leaves is "
    "asked why by somebody outside the command, too.",
    "reason": "They are worse off in every survey, wherever they work.",
    "owner": "head of people development",
}


class _Board:
    """Writes actions of one board about one wave, on days counted from its close."""

    def __init__(self, stores: Stores, command: str, wave: str, closed: date) -> None:
        self.stores, self.command, self.wave, self.closed = stores, command, wave, closed

    def day(self, weeks: int) -> date:
        return self.closed + timedelta(weeks=weeks)

    def concerns(self, theme: str = "") -> tuple[Key, ...]:
        """The wave's concerns that this board answers, of one theme or of all."""
        release = store.by_wave(self.stores, self.wave)
        found = () if release is None else raised(release)
        return tuple(
            one.key for one in found if one.board == self.command and theme in {"", one.theme}
        )

    def begin(
        self, weeks: int, due: int, fields: Mapping[str, Any], concerns: tuple[Key, ...] = ()
    ) -> Action:
        """Write a first version, published; `due` in weeks, as `weeks` are."""
        nothing = fields.get("answer") == "will_not"
        plain = {
            "answer": "will_do",
            "owner": "",
            "state": "none" if nothing else "planned",
            "due": None if nothing else self.day(due),
            "done": "",
            "done_on": None if fields.get("state") != "done" else self.day(weeks),
        }
        action = Action(
            id=record.new_id(),
            version=1,
            command=self.command,
            wave=self.wave,
            day=self.day(weeks),
            role="board" if self.command else "hr",
            concerns=concerns,
            published=True,
            **{**plain, **fields},
        )
        record.keep(self.stores, action)
        return action

    def titled(self, title: str) -> Action:
        """The newest version of what the board called so."""
        found = (one.now for one in record.courses(self.stores, self.command))
        return next(one for one in found if one.title == title)

    def go_on(self, action: Action, weeks: int, **changes: Any) -> Action:
        """Write the next version."""
        again = replace(action, version=action.version + 1, day=self.day(weeks), **changes)
        record.keep(self.stores, again)
        return again


def write(stores: Stores, number: int, wave: str, closed: date) -> None:
    """Write what the boards do about a wave, before the next one opens.

    Args:
        stores: with the wave's Release.
        number: of the wave, counted from 1.
        wave: its id.
        closed: the day on which it closed.
    """
    board = {name: _Board(stores, name, wave, closed) for name in (NORTH, SUPPORT, FORCE_WIDE)}
    if number < BEFORE_ACTION[-1]:
        _after_the_first(board)
    elif number == BEFORE_ACTION[-1]:
        _after_the_second(board)
    else:
        _after_the_third(board)


def _after_the_first(board: Mapping[str, _Board]) -> None:
    north, support = board[NORTH], board[SUPPORT]
    first = {**_LOOK_AGAIN, "state": "planned", "done": ""}
    look = north.begin(7, 28, first, north.concerns())
    done = {name: _LOOK_AGAIN[name] for name in ("state", "done")}
    north.go_on(look, 22, **done, done_on=north.day(22))
    visits = support.begin(9, 20, _VISITS, support.concerns("leadership"))
    support.go_on(visits, 12, state="under_way")


def _after_the_second(board: Mapping[str, _Board]) -> None:
    north, support, force = board[NORTH], board[SUPPORT], board[FORCE_WIDE]
    talks = north.begin(AFTER_CLOSE.days // 7, 20, {**_TALK, "figures": True}, north.concerns())
    talks = north.go_on(talks, 9, state="under_way")
    done = {"state": "done", "done": _TALKED, "done_on": north.day(19)}
    north.go_on(talks, 20, **done, shared=True)
    support.begin(7, 0, _NO_POSTS, support.concerns("communities"))
    tutors = force.begin(5, 60, _TUTORS, force.concerns())
    force.go_on(tutors, 15, state="under_way")


def _after_the_third(board: Mapping[str, _Board]) -> None:
    north, support, force = board[NORTH], board[SUPPORT], board[FORCE_WIDE]
    # The survey asked of both whether anybody noticed them.
    north.go_on(north.titled(TALKS), 3, asked_as=noticed.TALKS)
    support.go_on(support.titled(_VISITS["title"]), 6, asked_as=noticed.VISITS, figures=True)
    north.begin(4, 30, {**_GO_ON, "state": "under_way"})
    tutors = force.titled(_TUTORS["title"])
    tutors = force.go_on(tutors, 5, concerns=(*tutors.concerns, *force.concerns()))
    done = "Nine in ten probationers have somebody to turn to. Talks with leavers began in August."
    force.go_on(tutors, 20, state="done", done=done, done_on=force.day(20))
