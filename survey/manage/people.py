"""The people who sign in to read results. Respondents never sign in.

Passwords are kept as Argon2id hashes, and compared in `survey.manage.checking`. One that somebody
else set is a first password: it ends, and is for choosing one's own. Whoever signs in by the
organisation has no password here.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.database import Stores
from survey.errors import SettingsError
from survey.manage import audit_log, passwords, wrong_tries
from survey.manage.access import DUTIES, ROLES, Role
from survey.manage.tables import PersonRow

NOBODY = (
    "Nobody can sign in here yet. Whoever runs this server adds people on it. Opening and closing "
    "a wave take a wave manager and somebody else, publishing takes two release officers:"
)
_NAME = re.compile(r"[a-z0-9]([a-z0-9.@_-]{0,62}[a-z0-9])?")
OBJECT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HASHER = PasswordHasher()


@dataclass(frozen=True)
class Person:
    """Somebody who may sign in. `command` is the one that a board reads; others have None.

    Attributes:
        epoch: a session is over when the person's is another one than it began with.
        device: what a browser keeps in which they signed in with their password.
        is_local: whether they sign in with a password here; else by the organisation.
        first_until: when their password ends, in seconds since 1970, if it is a first one, which
            is for choosing one's own; else None.
        factor: the sealed key of the app that shows them codes; empty where they need none.
    """

    name: str
    role: Role
    command: str | None
    epoch: str = field(default="", compare=False, repr=False)
    device: str = field(default="", compare=False, repr=False)
    is_local: bool = field(default=True, compare=False)
    first_until: int | None = field(default=None, compare=False)
    factor: str = field(default="", compare=False, repr=False)

    @property
    def described(self) -> str:
        """The role, and the command that a board reads."""
        return f"{self.role} of {self.command}" if self.command else self.role

    @property
    def title(self) -> str:
        """The same in words, as the log keeps them: a command by its id, whatever it is called."""
        return self.titled({})

    def titled(self, names: Mapping[str, str]) -> str:
        """The same as pages say it: `names` has what commands are called, by their ids."""
        label = DUTIES[self.role].label
        return f"{label} of {names.get(self.command, self.command)}" if self.command else label

    @property
    def signs_in(self) -> str:
        """How they sign in, in words."""
        if not self.is_local:
            return "by the organisation"
        if self.first_until is not None:
            return "with a first password here, not yet with one of their own"
        return "with a password here" + (" and a code" if self.factor else "")


def person_of(row: PersonRow) -> Person:
    """The person that a row is of."""
    role: Role = row.role  # type: ignore[assignment]  # the table's check
    return Person(
        row.name,
        role,
        row.command,
        row.epoch,
        row.device,
        row.password is not None,
        row.first_until,
        row.factor or "",
    )


def add(
    stores: Stores,
    name: str,
    role: str,
    command: str | None,
    password: str,
    hasher: PasswordHasher = HASHER,
    words: Iterable[str] = (),
    first_until: datetime | None = None,
) -> Person:
    """Add a person, or give one a new role and password; what sessions they had are over.

    Whoever needs a code at signing in still needs one.

    Args:
        stores: where the people are.
        name: to sign in with.
        role: see `survey.manage.access`.
        command: which a board reads; None for others.
        password: see `passwords.expect`.
        hasher: of passwords.
        words: what everybody here knows, besides their name and command.
        first_until: when the password ends, which is then for choosing one's own; None for one
            that stays.

    Raises:
        SettingsError: for a name, role, command or password that cannot be; says which.
    """
    name = name.strip().lower()
    if not _NAME.fullmatch(name) or OBJECT_ID.fullmatch(name):
        raise SettingsError(
            f"{name!r} cannot be a sign-in name; use letters, digits, dots, hyphens, _ and @."
        )
    expect_role(role, command)
    expect_password(stores, password, name, command, words)
    row = _row(name, role, command, hasher.hash(password))
    row.first_until = int(first_until.timestamp()) if first_until else None
    with stores.results() as session:
        before = session.get(PersonRow, name)
        if before is not None:
            row.factor, row.factor_step = before.factor, before.factor_step
        session.merge(row)
        wrong_tries.forget(session, wrong_tries.mark(stores.settings.secret_key, name))
        first = ", with a first password" if first_until else ""
        said = f"{name} can sign in as {person_of(row).title}{first}"
        audit_log.record(session, None, "setting", said)
    return person_of(row)


def first_password_ends(stores: Stores, now: datetime) -> datetime:
    """When a first password that is given now ends."""
    return now + timedelta(hours=stores.settings.first_password_hours)


def expect_password(
    stores: Stores, password: str, name: str, command: str | None, words: Iterable[str] = ()
) -> None:
    """Refuse a password that is easy to guess for somebody of that name and command.

    Raises:
        SettingsError: says what to do.
    """
    known = (name, command or "", *stores.settings.password_words, *words)
    passwords.expect(password, known, stores.settings.stolen_passwords)


def expect_role(role: str, command: str | None) -> None:
    """Refuse a role that there is not, and a command for any but a board.

    Raises:
        SettingsError: says which.
    """
    if role not in ROLES:
        raise SettingsError(f"There is no role {role!r}; it can be {', '.join(ROLES)}.")
    if (role == "board") != bool(command):
        raise SettingsError(
            "A board reads one command (--command ID); HR reads all, so it has none, and no other "
            "role has one."
        )


def from_organisation(stores: Stores, object_id: str, role: str, command: str | None) -> Person:
    """The person of a directory's object id, with the role that the organisation gives now.

    A role or command that is another one than before ends the sessions that they had with it.
    """
    expect_role(role, command)
    with stores.results() as session:
        row = session.get(PersonRow, object_id)
        if row is None or (row.role, row.command) != (role, command):
            row = session.merge(_row(object_id, role, command, None))
            person = person_of(row)
            said = f"{person.name} can sign in as {person.title}: the organisation gives this role"
            audit_log.record(session, person, "setting", said)
        return person_of(row)


def without_role(stores: Stores, object_id: str) -> Person | None:
    """Take away a role that the organisation no longer gives; every session with it is over.

    Returns:
        Whoever had one; None when nobody of that object id did.
    """
    with stores.results() as session:
        row = session.get(PersonRow, object_id)
        if row is None:
            return None
        person = person_of(row)
        session.delete(row)
        why = "the organisation gives no role, or more than one"
        said = f"{person.name} can no longer sign in: {why}"
        audit_log.record(session, person, "setting", said)
        return person


def _row(name: str, role: str, command: str | None, password: str | None) -> PersonRow:
    return PersonRow(
        name=name,
        role=role,
        epoch=secrets.token_hex(16),
        device=secrets.token_hex(16),
        password=password,
        command=command or None,
    )


def remove(stores: Stores, name: str) -> None:
    """Remove a person; their sessions end with the next page.

    Raises:
        SettingsError: when there is nobody of that name.
    """
    with stores.results() as session:
        row = existing(session, name)
        session.delete(row)
        audit_log.record(session, None, "setting", f"{row.name} can no longer sign in")


def unlock(stores: Stores, name: str) -> None:
    """Let a person try again at once, whatever was tried before.

    Raises:
        SettingsError: when there is nobody of that name.
    """
    with stores.results() as session:
        row = existing(session, name)
        wrong_tries.forget(session, wrong_tries.mark(stores.settings.secret_key, row.name))
        audit_log.record(session, None, "setting", f"{row.name} can try to sign in again at once")


def existing(session: Session, name: str) -> PersonRow:
    """The row of that name.

    Raises:
        SettingsError: when there is nobody of that name.
    """
    row = session.get(PersonRow, name.strip().lower())
    if row is None:
        raise SettingsError(f"Nobody called {name!r} can sign in; see `candour user list`.")
    return row


def end_sessions(stores: Stores, person: Person) -> None:
    """End every session of a person, in every browser."""
    with stores.results() as session:
        session.get_one(PersonRow, person.name).epoch = secrets.token_hex(16)
        audit_log.record(session, person, "sign-out", "on every device")


def get(stores: Stores, name: str) -> Person | None:
    """The person of that name, if there still is one."""
    with stores.results() as session:
        row = session.get(PersonRow, name)
        return None if row is None else person_of(row)


def list_all(stores: Stores) -> tuple[Person, ...]:
    """Everybody who may sign in, by name."""
    with stores.results() as session:
        return tuple(
            person_of(r) for r in session.scalars(select(PersonRow).order_by(PersonRow.name))
        )


def lines_to_add(stores: Stores) -> tuple[str, ...]:
    """The commands that add the first people, one for each role; none where somebody is there."""
    with stores.results() as session:
        if session.scalar(select(PersonRow.name).limit(1)) is not None:
            return ()
    return tuple(
        f"candour user add NAME --role {role}" + (" --command COMMAND" if role == "board" else "")
        for role in ROLES
    )
