"""What takes two people, who may do it, and what was proposed and answered so far.

A proposal holds for exactly the state that was shown with it. It lapses after a week; so does what
was agreed and not done.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from sqlalchemy import func, select

from survey.database import Stores
from survey.manage.access import Role
from survey.manage.tables import AgreementRow, ReleaseRow

Act = Literal["open", "close", "publish", "discard"]
Verdict = Literal["proposed", "agreed", "done", "declined", "withdrawn", "lapsed", "void"]

MAY: Mapping[Act, frozenset[Role]] = {
    "open": frozenset({"manager", "officer"}),
    "close": frozenset({"manager", "officer"}),
    "publish": frozenset({"officer"}),
    "discard": frozenset({"officer"}),
}
"""Act -> roles of those who may propose it and answer."""

NEEDED: Mapping[Act, Role] = {
    "open": "manager",
    "close": "manager",
    "publish": "officer",
    "discard": "officer",
}
"""Act -> the role that one of the two has at least."""

IN_WORDS: Mapping[Act, str] = {
    "open": "open wave",
    "close": "close wave",
    "publish": "publish Release",
    "discard": "discard Release",
}
DONE: Mapping[Act, str] = {
    "open": "opened wave",
    "close": "closed wave",
    "publish": "published Release",
    "discard": "discarded Release",
}
LASTS = timedelta(days=7)
"""From the proposal on: long enough for a colleague's days off, short enough to remember why."""


@dataclass(frozen=True)
class Agreement:
    """A proposal with all that happened to it.

    Attributes:
        subject: id of a wave, or hash of a Release.
        state: hash of what was shown with it.
        told: what was shown, (name, value) lines.
        first, second: names of who proposed and who answered.
        proposed, answered: minutes, in seconds since 1970.
        outcome: why what was agreed could not be done; empty when nothing stood in the way.
    """

    id: str
    act: Act
    subject: str
    state: str
    told: tuple[tuple[str, str], ...]
    first: str
    first_role: str
    proposed: int
    verdict: Verdict
    second: str | None
    second_role: str | None
    answered: int | None
    reason: str
    outcome: str

    @property
    def stands(self) -> bool:
        """Whether it waits for an answer or for being done."""
        return self.verdict in {"proposed", "agreed"}

    @property
    def words(self) -> str:
        """What it is to do, with what."""
        return f"{IN_WORDS[self.act]} {self.subject}"

    def is_late(self, now: datetime) -> bool:
        """Whether it lapsed; also when it is of a day to come, because a clock was wrong then."""
        since = now.timestamp() - self.proposed
        return not -WRONG_CLOCK.total_seconds() < since < LASTS.total_seconds()


WRONG_CLOCK = timedelta(days=1)
"""By which a clock may have been ahead; further on, what was proposed would stand for too long."""


def of_row(row: AgreementRow) -> Agreement:
    """What is stored, as an object."""
    told = tuple((name, value) for name, value in json.loads(row.told))
    kept = {name: getattr(row, name) for name in Agreement.__annotations__ if name != "told"}
    return Agreement(told=told, **kept)


def kind_of(act: Act) -> Literal["wave", "Release"]:
    """What it is about."""
    return "wave" if act in {"open", "close"} else "Release"


def live_name(act: Act, subject: str) -> str:
    """What is unique of all that stands: one proposal at a time for a wave or a Release."""
    return f"{kind_of(act)} {subject}"


def standing(stores: Stores, kind: Literal["wave", "Release"], subject: str) -> Agreement | None:
    """What is proposed or agreed of a wave or a Release now, lapsed or void or not."""
    with stores.results() as session:
        row = session.scalar(select(AgreementRow).where(AgreementRow.live == f"{kind} {subject}"))
        return None if row is None else of_row(row)


def of_subject(stores: Stores, subject: str) -> tuple[Agreement, ...]:
    """Everything that was proposed of a wave or a Release, the newest first."""
    newest = AgreementRow.proposed.desc(), AgreementRow.id
    with stores.results() as session:
        query = select(AgreementRow).where(AgreementRow.subject == subject).order_by(*newest)
        return tuple(of_row(row) for row in session.scalars(query))


def agreed(stores: Stores) -> tuple[Agreement, ...]:
    """What two people agreed on and nobody has done yet, in the order of the answers."""
    with stores.results() as session:
        query = select(AgreementRow).where(AgreementRow.verdict == "agreed")
        rows = session.scalars(query.order_by(AgreementRow.answered, AgreementRow.id))
        return tuple(of_row(row) for row in rows)


def done(stores: Stores, act: Act, subject: str) -> Agreement | None:
    """The agreement by which this was done; None where it was not, or not by one."""
    found = (one for one in of_subject(stores, subject) if one.act == act)
    return next((one for one in found if one.verdict == "done"), None)


def published_on(stores: Stores, wave_id: str) -> date | None:
    """The day on which two people published a wave's first Release; None where none did."""
    releases = select(ReleaseRow.hash).where(ReleaseRow.wave == wave_id)
    query = select(func.min(AgreementRow.answered)).where(
        AgreementRow.act == "publish",
        AgreementRow.verdict == "done",
        AgreementRow.subject.in_(releases),
    )
    with stores.results() as session:
        found = session.scalar(query)
    return None if found is None else datetime.fromtimestamp(found, UTC).date()


def find(stores: Stores, subject: str, agreement_id: str) -> Agreement | None:
    """A proposal of a wave or a Release by its id."""
    found = (one for one in of_subject(stores, subject) if one.id == agreement_id)
    return next(found, None)
