"""The people who sign in to read results. Respondents never sign in.

Passwords are kept as Argon2id hashes. After `TRIES` wrong ones in a row a name is locked for
`LOCKED`, whoever tries: no address of anybody is looked at or kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, update

from survey.database import Stores
from survey.errors import SettingsError
from survey.manage.tables import PersonRow

Role = Literal["board", "hr"]
ROLES: tuple[Role, ...] = ("board", "hr")

TRIES = 10
LOCKED = timedelta(minutes=15)
SHORTEST_PASSWORD = 12

_NAME = re.compile(r"[a-z0-9]([a-z0-9.@_-]{0,62}[a-z0-9])?")
HASHER = PasswordHasher()


@dataclass(frozen=True)
class Person:
    """Somebody who may sign in. `command` is the one that a board reads; None for HR."""

    name: str
    role: Role
    command: str | None


def _person(row: PersonRow) -> Person:
    return Person(row.name, row.role, row.command)  # type: ignore[arg-type]  # the table's check


def add(
    stores: Stores,
    name: str,
    role: str,
    command: str | None,
    password: str,
    hasher: PasswordHasher = HASHER,
) -> Person:
    """Add a person, or give one a new role and password.

    Raises:
        SettingsError: for a name, role, command or password that cannot be; says which.
    """
    name = name.strip().lower()
    if not _NAME.fullmatch(name):
        raise SettingsError(
            f"{name!r} cannot be a sign-in name; use letters, digits, dots, hyphens, _ and @."
        )
    if role not in ROLES:
        raise SettingsError(f"There is no role {role!r}; it can be {' or '.join(ROLES)}.")
    if (role == "board") != bool(command):
        raise SettingsError("A board reads one command (--command ID); HR reads all, so has none.")
    if len(password) < SHORTEST_PASSWORD:
        raise SettingsError(f"A password has {SHORTEST_PASSWORD} characters or more.")
    row = PersonRow(name=name, role=role, password=hasher.hash(password), command=command or None)
    with stores.results() as session:
        session.merge(row)
    return _person(row)


def remove(stores: Stores, name: str) -> None:
    """Remove a person; their session ends with the next page.

    Raises:
        SettingsError: when there is nobody of that name.
    """
    with stores.results() as session:
        row = session.get(PersonRow, name.strip().lower())
        if row is None:
            raise SettingsError(f"Nobody called {name!r} can sign in; see `candour user list`.")
        session.delete(row)


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


def check_password(
    stores: Stores, name: str, password: str, now: datetime, hasher: PasswordHasher = HASHER
) -> Person | None:
    """The person, when name and password fit and the name is not locked; else None.

    It takes as long for a name that does not exist, so nobody learns which names do.
    """
    with stores.results() as session:
        row = session.get(PersonRow, name.strip().lower())
    right = _verify(hasher, row.password if row else _nobodys_hash(hasher), password)
    if row is None or row.locked_until > now.timestamp():
        return None
    with stores.results() as session:
        mine = update(PersonRow).where(PersonRow.name == row.name)
        if right:
            session.execute(mine.values(failures=0, locked_until=0))
            return _person(row)
        session.execute(mine.values(failures=PersonRow.failures + 1))
        until = int((now + LOCKED).timestamp())
        session.execute(
            mine.where(PersonRow.failures >= TRIES).values(failures=0, locked_until=until)
        )
    return None


def _verify(hasher: PasswordHasher, kept: str, password: str) -> bool:
    try:
        return hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash(hasher: PasswordHasher) -> str:
    return hasher.hash("the password of nobody")
