"""Changing what somebody signs in with: a password of their own, and the app that shows codes.

Every change ends all their sessions, in every browser; the one in which it was made begins anew.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from survey.database import Stores
from survey.errors import SettingsError
from survey.manage import audit_log, passwords, second_factor, wrong_tries
from survey.manage.people import (
    HASHER,
    Person,
    existing,
    expect_password,
    first_password_ends,
    person_of,
)
from survey.manage.tables import PersonRow


def choose_password(
    stores: Stores,
    person: Person,
    current: str,
    new: str,
    words: Iterable[str] = (),
    hasher: PasswordHasher = HASHER,
) -> Person:
    """Give somebody the password that they chose; the caller has asked for the current one.

    Raises:
        SettingsError: when the new one cannot be, or their session ended; says what to do.
    """
    expect_password(stores, new, person.name, person.command, words)
    if new == current:
        raise SettingsError("This is the password that you have; choose another one.")
    hashed = hasher.hash(new)
    with stores.results() as session:
        row = _own(session, person)
        row.password, row.first_until = hashed, None
        _end_everything(row)
        audit_log.record(session, person, "setting", f"{person.name} chose another password")
        return person_of(row)


def take_factor(stores: Stores, person: Person, key: bytes, step: int) -> Person:
    """Ask somebody for codes from now on; the caller has seen one of them, of that step of time.

    Raises:
        SettingsError: when their session ended meanwhile.
    """
    with stores.results() as session:
        row = _own(session, person)
        row.factor = second_factor.seal(stores.settings.secret_key, person.name, key)
        row.factor_step = step
        _end_everything(row)
        said = f"{person.name} signs in with a code of their own app from now on"
        audit_log.record(session, person, "setting", said)
        return person_of(row)


def reset_factor(
    stores: Stores, name: str, now: datetime, hasher: PasswordHasher = HASHER
) -> tuple[Person, str]:
    """Ask somebody for no code any more, and give them a first password in place of theirs.

    With the old one alone, whoever knows it could set up codes of their own.

    Returns:
        The person and the first password.

    Raises:
        SettingsError: when there is nobody of that name, or they have no password here.
    """
    first = passwords.first()
    hashed, ends = hasher.hash(first), first_password_ends(stores, now)
    with stores.results() as session:
        row = existing(session, name)
        if row.password is None:
            raise SettingsError(
                f"{row.name} signs in by the organisation, which has their second step; ask "
                "whoever administers that."
            )
        row.password, row.first_until = hashed, int(ends.timestamp())
        row.factor = row.factor_step = None
        _end_everything(row)
        wrong_tries.forget(session, wrong_tries.mark(stores.settings.secret_key, row.name))
        said = f"{row.name} needs no code any more, and a first password to choose another"
        audit_log.record(session, None, "setting", said)
        return person_of(row), first


def _own(session: Session, person: Person) -> PersonRow:
    """The row of somebody who is signed in: what they began is not done after a reset of theirs."""
    row = session.get(PersonRow, person.name, with_for_update=True)
    if row is None or row.epoch != person.epoch:
        raise SettingsError("Your session ended meanwhile; sign in again.")
    return row


def _end_everything(row: PersonRow) -> None:
    """No session and no known browser of before goes on."""
    row.epoch, row.device, row.device_failures = secrets.token_hex(16), secrets.token_hex(16), 0
