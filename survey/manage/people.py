"""The people who sign in to read results. Respondents never sign in.

Passwords are kept as Argon2id hashes. After wrong ones a name waits (`survey.manage.wrong_tries`),
whoever tries: no address of anybody is looked at or kept. A browser in which somebody signed in
before may try while others wait, so that nobody can keep a colleague out. Whoever signs in by the
organisation has no password here.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.database import Stores
from survey.errors import SettingsError
from survey.manage import audit_log, wrong_tries
from survey.manage.access import DUTIES, ROLES, Role
from survey.manage.tables import PersonRow

SHORTEST_PASSWORD = 12
TRIES_OF_A_DEVICE = 10
"""Wrong passwords in a row from browsers that are known, after which none is known any more."""

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
    """

    name: str
    role: Role
    command: str | None
    epoch: str = field(default="", compare=False, repr=False)
    device: str = field(default="", compare=False, repr=False)
    is_local: bool = field(default=True, compare=False)

    @property
    def described(self) -> str:
        """The role, and the command that a board reads."""
        return f"{self.role} of {self.command}" if self.command else self.role

    @property
    def title(self) -> str:
        """The same in the words of pages and of the log."""
        label = DUTIES[self.role].label
        return f"{label} of {self.command}" if self.command else label


def _person(row: PersonRow) -> Person:
    role: Role = row.role  # type: ignore[assignment]  # the table's check
    return Person(row.name, role, row.command, row.epoch, row.device, row.password is not None)


def add(
    stores: Stores,
    name: str,
    role: str,
    command: str | None,
    password: str,
    hasher: PasswordHasher = HASHER,
) -> Person:
    """Add a person, or give one a new role and password; what sessions they had are over.

    Raises:
        SettingsError: for a name, role, command or password that cannot be; says which.
    """
    name = name.strip().lower()
    if not _NAME.fullmatch(name) or OBJECT_ID.fullmatch(name):
        raise SettingsError(
            f"{name!r} cannot be a sign-in name; use letters, digits, dots, hyphens, _ and @."
        )
    expect_role(role, command)
    if len(password) < SHORTEST_PASSWORD:
        raise SettingsError(f"A password has {SHORTEST_PASSWORD} characters or more.")
    row = _row(name, role, command, hasher.hash(password))
    with stores.results() as session:
        session.merge(row)
        wrong_tries.forget(session, _mark(stores, name))
        said = f"{name} can sign in as {_person(row).title}"
        audit_log.record(session, None, "setting", said)
    return _person(row)


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
            person = _person(row)
            said = f"{person.name} can sign in as {person.title}: the organisation gives this role"
            audit_log.record(session, person, "setting", said)
        return _person(row)


def without_role(stores: Stores, object_id: str) -> Person | None:
    """Take away a role that the organisation no longer gives; every session with it is over.

    Returns:
        Whoever had one; None when nobody of that object id did.
    """
    with stores.results() as session:
        row = session.get(PersonRow, object_id)
        if row is None:
            return None
        person = _person(row)
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
        row = _existing(session, name)
        session.delete(row)
        audit_log.record(session, None, "setting", f"{row.name} can no longer sign in")


def unlock(stores: Stores, name: str) -> None:
    """Let a person try again at once, whatever was tried before.

    Raises:
        SettingsError: when there is nobody of that name.
    """
    with stores.results() as session:
        row = _existing(session, name)
        wrong_tries.forget(session, _mark(stores, row.name))
        audit_log.record(session, None, "setting", f"{row.name} can try to sign in again at once")


def _existing(session: Session, name: str) -> PersonRow:
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
        return None if row is None else _person(row)


def list_all(stores: Stores) -> tuple[Person, ...]:
    """Everybody who may sign in, by name."""
    with stores.results() as session:
        return tuple(
            _person(r) for r in session.scalars(select(PersonRow).order_by(PersonRow.name))
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


def check_password(
    stores: Stores,
    name: str,
    password: str,
    now: datetime,
    device: str = "",
    hasher: PasswordHasher = HASHER,
) -> Person | None:
    """The person, when name and password fit and the name need not wait; else None.

    It does the same work for a name that does not exist, so nobody learns which names do.

    Args:
        stores: where the people are.
        name: as it was typed.
        password: as it was typed.
        now: when; waits are counted from it.
        device: what the browser keeps, if it is one in which that person signed in before: it need
            not wait for what others tried.
        hasher: of passwords.
    """
    name = name.strip().lower()
    of = _mark(stores, name)
    with stores.results() as session:
        row = session.get(PersonRow, name)
        person = _person(row) if row else None
        kept = row.password if row and row.password else _nobodys_hash(hasher)
        is_known = person is not None and hmac.compare_digest(
            person.device.encode(), device.encode()
        )
        may_try = is_known or wrong_tries.count(session, of, now)
    right = _verify(hasher, kept, password)
    if not may_try:
        return None
    signed_in = person if right and person is not None and person.is_local else None
    with stores.results() as session:
        _settle(session, person, of, is_known, signed_in is not None)
        _tell(session, person, signed_in, now)
    return signed_in


def _settle(session: Session, person: Person | None, of: int, is_known: bool, right: bool) -> None:
    """Take back what was counted when the password was right; else count it for the device."""
    if right:
        wrong_tries.forget(session, of)
    if person is None or not (is_known or right):
        return
    row = session.get(PersonRow, person.name)
    if row is None:
        return
    row.device_failures = 0 if right else row.device_failures + 1
    if row.device_failures >= TRIES_OF_A_DEVICE:
        row.device, row.device_failures = secrets.token_hex(16), 0


def _tell(session: Session, person: Person | None, signed_in: Person | None, now: datetime) -> None:
    """Of wrong tries one entry for each name and minute; what nobody is called is not kept."""
    if signed_in:
        said = f"as {signed_in.title}, with a password"
        audit_log.record(session, signed_in, "sign-in", said, at=now)
        return
    said = "a wrong password" if person else "a name that nobody has"
    audit_log.record_once(session, person, "failed", said, now.strftime("%Y-%m-%d %H:%M"), at=now)


def _mark(stores: Stores, name: str) -> int:
    return wrong_tries.mark(stores.settings.secret_key, name)


def _verify(hasher: PasswordHasher, kept: str, password: str) -> bool:
    try:
        return hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash(hasher: PasswordHasher) -> str:
    return hasher.hash("the password of nobody")
