"""The actions of boards, version by version: rows are added, and none is changed or taken away."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from survey.database import Stores
from survey.errors import ActionError
from survey.manage import audit_log
from survey.manage.people import Person
from survey.manage.tables import ActionRow
from survey.results.acts.concerns import Key

Answer = Literal["will_do", "will_not", "more_evidence"]
State = Literal["none", "planned", "under_way", "done", "dropped"]

CHANGED = (
    "Somebody else of your board changed this action meanwhile, so yours was not kept. "
    "Look at its history, add what is missing, and save it again."
)


@dataclass(frozen=True)
class Action:
    """One version of an action.

    Attributes:
        version: counted from 1.
        command: whose board it is of; empty for HR's, of the whole force.
        wave: id of the wave that it was begun after.
        day, role: when this version was written, and by whom.
        concerns: the findings that it answers; none where it stands alone.
        reason: why so, or why not.
        owner: a role; empty, as `due` is None, where nothing will be done.
        done: what was done, or why it was dropped.
        asked_as: id of the statement by which a survey asks whether it was noticed.
        published: whether everybody may read it.
        figures: whether the figures of the whole command, and how many of it noticed the action, go
            with it for everybody.
        shared: whether other boards are told of it as promising practice.
    """

    id: str
    version: int
    command: str
    wave: str
    day: date
    role: Literal["board", "hr"]
    concerns: tuple[Key, ...]
    answer: Answer
    reason: str
    title: str
    words: str
    owner: str
    due: date | None
    state: State
    done: str
    done_on: date | None
    asked_as: str = ""
    published: bool = False
    figures: bool = False
    shared: bool = False

    def is_late(self, today: date) -> bool:
        """Whether it should be done by now."""
        open_ = self.state in {"planned", "under_way"}
        return open_ and self.due is not None and self.due < today


@dataclass(frozen=True)
class Course:
    """An action from its first version to its newest, `now`."""

    versions: tuple[Action, ...]

    @property
    def now(self) -> Action:
        """Its newest version."""
        return self.versions[-1]

    @property
    def published_on(self) -> date | None:
        """The day since which everybody may read it."""
        return next((one.day for one in self.versions if one.published), None)

    def answered_on(self, key: Key) -> date | None:
        """The day on which it answered a concern, if it does now."""
        if key not in self.now.concerns:
            return None
        return next(one.day for one in self.versions if key in one.concerns)


def new_id() -> str:
    """A name for an action that tells nothing of it."""
    return secrets.token_hex(8)


def keep(stores: Stores, action: Action, person: Person | None = None) -> None:
    """Add a version, and say in the log that somebody did; the one place that writes actions.

    Args:
        stores: with the actions.
        action: the version.
        person: who wrote it; None for a command on the server.

    Raises:
        ActionError: when there is one of that number, because somebody else was faster.
    """
    keys = [list(vars(key).values()) for key in action.concerns]
    whose = action.command or "the whole force"
    try:
        with stores.results() as session:
            session.add(ActionRow(**{**vars(action), "concerns": json.dumps(keys)}))
            session.flush()
            said = f"{whose}: version {action.version} of action {action.id}"
            audit_log.record(session, person, "action", said)
    except IntegrityError as error:
        raise ActionError(CHANGED) from error


def courses(stores: Stores, command: str | None = None) -> tuple[Course, ...]:
    """Every action, or those of one board, in the order in which they were begun."""
    query = select(ActionRow)
    if command is not None:
        query = query.where(ActionRow.command == command)
    with stores.results() as session:
        return _courses(_action(row) for row in session.scalars(query))


def written(stores: Stores, command: str | None = None) -> tuple[tuple[str, int], ...]:
    """Id and version of all that a board wrote, or all boards.

    Versions are added, and none is changed: while these are equal, so is what was written.
    """
    columns = (ActionRow.id, ActionRow.version)
    query = select(*columns).order_by(*columns)
    if command is not None:
        query = query.where(ActionRow.command == command)
    with stores.results() as session:
        return tuple((one, version) for one, version in session.execute(query))


def course(stores: Stores, command: str, action: str) -> Course | None:
    """One action of a board; None when it has no such action."""
    return next((one for one in courses(stores, command) if one.now.id == action), None)


def _courses(actions: Iterable[Action]) -> tuple[Course, ...]:
    found: dict[str, list[Action]] = {}
    for one in sorted(actions, key=lambda one: one.version):
        found.setdefault(one.id, []).append(one)
    whole = [Course(tuple(versions)) for versions in found.values()]
    return tuple(sorted(whole, key=lambda one: (one.versions[0].day, one.now.title, one.now.id)))


def _action(row: ActionRow) -> Action:
    values = {name: getattr(row, name) for name in Action.__dataclass_fields__}
    keys = tuple(Key(*parts) for parts in json.loads(row.concerns))
    return Action(**{**values, "concerns": keys})
