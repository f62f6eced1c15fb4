"""The log of readers: who signed in, read, downloaded or changed what, in a chain of hashes.

Each entry's hash is of itself and of the entry before, so nobody can change or take out one
without changing every hash after it: whoever noted a hash down notices. Respondents are in no
entry, and neither is an address or a browser of anybody. Times are whole minutes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, cast

from sqlalchemy import Select, Table, insert, select, update
from sqlalchemy.orm import Session

from survey import clock
from survey.database import Stores
from survey.manage import log_waiting
from survey.manage.log_waiting import Line
from survey.manage.tables import LogEntryRow, LogHeadRow

Kind = Literal[
    "sign-in",
    "sign-out",
    "failed",
    "view",
    "export",
    "refusal",
    "setting",
    "release",
    "action",
    "wave",
    "agreement",
    "barred",
    "backup",
]
KINDS: Mapping[Kind, str] = {
    "sign-in": "Signed in",
    "sign-out": "Signed out",
    "failed": "Could not sign in",
    "view": "Opened a page",
    "export": "Downloaded a file",
    "refusal": "Was refused a page",
    "setting": "Changed who may sign in",
    "release": "Took in results",
    "action": "Wrote about an action",
    "wave": "Managed a wave",
    "agreement": "What takes two people",
    "barred": "Tried what cannot be done",
    "backup": "Backups",
}
"""Every kind of entry, in words."""

BEFORE_THE_FIRST = "0" * 64
LONGEST = 600
"""Characters that say what was done."""

_ENTRY = cast(Table, LogEntryRow.__table__)
_HEAD = cast(Table, LogHeadRow.__table__)
_AT_ONCE = 1_000


class Signed(Protocol):
    """Somebody who signed in."""

    @property
    def name(self) -> str:
        """The name in the log."""

    @property
    def role(self) -> str:
        """The role in which they did it."""


@dataclass(frozen=True)
class Entry:
    """One line of the log.

    Attributes:
        number: 1 for the first.
        at: the minute, in seconds since 1970, UTC.
        who: the sign-in name; empty for a command on the server and for a name that nobody has.
        once: what makes a view one of its session and page; None for what counts every time.
        hash: of all before it here and of the entry before.
    """

    number: int
    at: int
    who: str
    role: str
    kind: str
    what: str
    once: str | None
    hash: str

    def expected(self, before: str) -> str:
        """The hash that it must have after an entry whose hash is `before`."""
        fields = [self.number, self.at, self.who, self.role, self.kind, self.what, self.once]
        return hashlib.sha256(json.dumps([*fields, before]).encode()).hexdigest()


@dataclass(frozen=True)
class Head:
    """The end of the log: how many entries there are, and the hash of the last."""

    number: int
    hash: str


def record(
    session: Session,
    person: Signed | None,
    kind: Kind,
    what: str,
    *,
    once: str | None = None,
    at: datetime | None = None,
) -> None:
    """Append an entry in the transaction of `session`, on the results database.

    Do it last in the transaction: from here to its end, others who append wait.

    Args:
        session: of `Stores.results()`; the entry stands if it commits.
        person: who did it; None for a command on the server.
        kind: one of `KINDS`.
        what: in plain words, or a page's address; cut at `LONGEST`.
        once: nothing is appended when an entry with this mark is there.
        at: when; now by default.
    """
    record_all(session, [line_of(person, kind, what, once, at)])


def line_of(
    person: Signed | None, kind: Kind, what: str, once: str | None, at: datetime | None = None
) -> Line:
    """What `record` appends, for `record_all`."""
    moment = int((at or clock.now()).timestamp())
    who, role = (person.name, person.role) if person else ("", "")
    return Line(moment - moment % 60, who, role, kind, _line(what), once)


def record_all(session: Session, lines: Sequence[Line]) -> None:
    """Append an entry for each line in the transaction of `session`; of each mark one.

    Lines that wait beside the database come before them, as they came.
    """
    number, before = session.execute(_hold).one()  # one after the other, in any process
    path = log_waiting.beside(session.get_bind().engine.url)
    lines = (*(log_waiting.seen(path) if path else ()), *lines)
    there = _there(session, [line.once for line in lines if line.once is not None])
    rows = []
    for line in lines:
        if line.once is not None:
            if line.once in there:
                continue
            there.add(line.once)
        number += 1
        entry = Entry(number, **vars(line), hash="")
        before = entry.expected(before)
        rows.append({**vars(entry), "hash": before})
    if rows:
        session.execute(insert(_ENTRY), rows)
        session.execute(update(_HEAD).values(number=number, hash=before))


_hold = update(_HEAD).values(number=_HEAD.c.number).returning(_HEAD.c.number, _HEAD.c.hash)


def _there(session: Session, marks: Sequence[str]) -> set[str | None]:
    found = set[str | None]()
    for first in range(0, len(marks), _AT_ONCE):
        some = _ENTRY.c.once.in_(marks[first : first + _AT_ONCE])
        found |= {*session.scalars(select(_ENTRY.c.once).where(some))}
    return found


def settle(stores: Stores) -> None:
    """Bring the lines that wait beside the database into the chain: all that came before this."""
    path = log_waiting.beside(stores.settings.results_url)
    if path is None or not log_waiting.files(path):
        return
    with log_waiting.put_aside(path), stores.results() as session:
        record_all(session, ())


def record_once(
    session: Session,
    person: Signed | None,
    kind: Kind,
    what: str,
    of: str,
    at: datetime | None = None,
) -> None:
    """Append an entry once for each `of`, such as a session: again it only looks, in one query."""
    once = mark(person, kind, what, of)
    if not is_there(session, once):
        record(session, person, kind, what, once=once, at=at)


def is_there(session: Session, once: str) -> bool:
    """Whether there is an entry with this mark."""
    return session.execute(_marked(once)).first() is not None


def mark(person: Signed | None, kind: Kind, what: str, of: str) -> str:
    """What makes an entry one of its person, kind, words and `of`, such as a session."""
    who = person.name if person else ""
    return hashlib.sha256(json.dumps([of, who, kind, what]).encode()).hexdigest()[:32]


def _marked(once: str) -> Select[tuple[int]]:
    return select(_ENTRY.c.number).where(_ENTRY.c.once == once)


def _line(text: str) -> str:
    """One line that a spreadsheet takes for text, whatever was typed."""
    line = "".join(symbol if symbol.isprintable() else "?" for symbol in text)[:LONGEST]
    return f"'{line}"[:LONGEST] if line.startswith(("=", "+", "-", "@")) else line


def head(stores: Stores) -> Head:
    """The end of the log."""
    settle(stores)
    with stores.results() as session:
        return Head(*session.execute(select(_HEAD.c.number, _HEAD.c.hash)).one())


def entries(stores: Stores) -> Iterator[Entry]:
    """The whole log, oldest entry first, read in parts."""
    settle(stores)
    with stores.results() as session:
        rows = session.execute(
            select(_ENTRY).order_by(_ENTRY.c.number), execution_options={"yield_per": _AT_ONCE}
        )
        for row in rows:
            yield Entry(*row)


def page(
    stores: Stores, many: int, before: int | None = None, role: str = "", kind: str = ""
) -> tuple[Entry, ...]:
    """The newest `many` entries, of those before a number, of a role and of a kind."""
    query = select(_ENTRY).order_by(_ENTRY.c.number.desc()).limit(many)
    if before is not None:
        query = query.where(_ENTRY.c.number < before)
    for column, wanted in ((_ENTRY.c.role, role), (_ENTRY.c.kind, kind)):
        if wanted:
            query = query.where(column == wanted)
    settle(stores)
    with stores.results() as session:
        return tuple(Entry(*row) for row in session.execute(query))


@dataclass(frozen=True)
class Checked:
    """What a check of the chain found.

    Attributes:
        head: of the last entry that fits.
        problem: a sentence on the first thing that is broken; None when the chain holds.
    """

    head: Head
    problem: str | None = None


def check(found: Iterable[Entry], told: Head | None = None, noted: str | None = None) -> Checked:
    """Follow the chain from its first entry.

    Args:
        found: the entries, oldest first.
        told: the end that the database kept beside them, read before them; None for a copy.
        noted: a hash that somebody noted down earlier, which must be an entry's.
    """
    at = Head(0, BEFORE_THE_FIRST)
    missing = {told.hash if told else BEFORE_THE_FIRST, noted or BEFORE_THE_FIRST}
    missing.discard(at.hash)
    for entry in found:
        if entry.number != at.number + 1:
            return Checked(at, f"Entry {at.number + 1:,} is missing.")
        if entry.hash != entry.expected(at.hash):
            return Checked(at, f"Entry {entry.number:,} was changed: it does not fit its hash.")
        at = Head(entry.number, entry.hash)
        missing.discard(entry.hash)
    if noted in missing:
        return Checked(
            at,
            f"No entry has the hash {noted}: the log was cut short or written anew since it was "
            "noted down.",
        )
    if told is not None and missing:
        return Checked(
            at, f"The log was cut short: it had {told.number:,} entries and has {at.number:,}."
        )
    return Checked(at)
