"""Whether somebody is who they say they are: by their password, then by a code where they need one.

After wrong ones a name waits (`survey.manage.wrong_tries`), whoever tries: no address of anybody is
looked at or kept. A browser in which somebody signed in before may try while others wait, so that
nobody can keep a colleague out. What was counted is forgotten when everything that a person needs
was right: whoever has a password and no code gets no more tries by typing the password again.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime
from functools import cache
from typing import cast

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Table, or_, update
from sqlalchemy.orm import Session

from survey.database import Stores
from survey.manage import audit_log, second_factor, wrong_tries
from survey.manage.people import HASHER, Person, person_of
from survey.manage.tables import PersonRow

TRIES_OF_A_DEVICE = 10
"""Wrong tries in a row from browsers that are known, after which none is known any more, and of
whoever is signed in, after which no session goes on."""

_PEOPLE = cast(Table, PersonRow.__table__)


def check_password(
    stores: Stores,
    name: str,
    password: str,
    now: datetime,
    device: str = "",
    hasher: PasswordHasher = HASHER,
) -> Person | None:
    """The person, when name and password fit and the name need not wait; else None.

    It does the same work for a name that does not exist, so nobody learns which names do. Whoever
    needs a code is not yet signed in by it: `check_code` comes next.

    Args:
        stores: where the people are.
        name: as it was typed.
        password: as it was typed.
        now: when; waits are counted from it, and first passwords end.
        device: what the browser keeps, if it is one in which that person signed in before: it need
            not wait for what others tried.
        hasher: of passwords.
    """
    name = name.strip().lower()
    of = _mark(stores, name)
    with stores.results() as session:
        row = session.get(PersonRow, name)
        person = person_of(row) if row else None
        kept = row.password if row and row.password else _nobodys_hash(hasher)
        is_known = person is not None and _is_known(person, device)
        may_try = is_known or wrong_tries.count(session, of, now)
    right = _verify(hasher, kept, password)
    if not may_try:
        return None
    fits = person is not None and right and person.is_local
    passed = person if fits and person is not None and not _is_over(person, now) else None
    if passed is not None and passed.factor:
        return passed
    why = "a first password that is over" if fits else "a wrong password"
    with stores.results() as session:
        _settle(session, person, of, is_known, passed is not None)
        _tell(session, person, now, None if passed else why)
    return passed


def check_code(stores: Stores, person: Person, code: str, now: datetime, device: str = "") -> bool:
    """Whether a code is the one that the person's app shows, for the first time; then they are in.

    A code that was taken is never taken again, by nobody who asks at the same moment either.

    Args:
        stores: where the people are.
        person: whose password was right.
        code: as it was typed.
        now: when.
        device: as of `check_password`.
    """
    of, is_known = _mark(stores, person.name), _is_known(person, device)
    if not is_known:
        with stores.results() as session:
            if not wrong_tries.count(session, of, now):
                return False
    key = second_factor.unseal(stores.settings.secret_key, person.name, person.factor)
    step = None if key is None else second_factor.step_of(key, code, now)
    why = "a wrong code after the right password"
    if key is None:
        why = "the key of their codes cannot be read with this server's secret key"
    with stores.results() as session:
        right = step is not None and _take_step(session, person, step)
        _settle(session, person, of, is_known, right)
        _tell(session, person, now, None if right else why)
    return right


def check_again(
    stores: Stores, person: Person, password: str, now: datetime, hasher: PasswordHasher = HASHER
) -> bool:
    """Whether it is the password of somebody who is signed in, asked before they change anything.

    They wait for nobody else's tries. Each is counted before the password is looked at, and too
    many wrong ones in a row end every session.
    """
    kept = _count_again(stores, person)
    right = kept is not None and not _is_over(person, now) and _verify(hasher, kept, password)
    with stores.results() as session:
        if right:
            session.get_one(PersonRow, person.name).device_failures = 0
        else:
            _tell(session, person, now, "a wrong password, typed by somebody who is signed in")
    return right


def _count_again(stores: Stores, person: Person) -> str | None:
    """Count a try of somebody who is signed in; their password's hash, or None after too many."""
    this = (_PEOPLE.c.name == person.name) & (_PEOPLE.c.epoch == person.epoch)
    counted = update(_PEOPLE).where(this).values(device_failures=_PEOPLE.c.device_failures + 1)
    anew = {"epoch": secrets.token_hex(16), "device": secrets.token_hex(16), "device_failures": 0}
    with stores.results() as session:
        asked = counted.returning(_PEOPLE.c.password, _PEOPLE.c.device_failures)
        kept, failures = session.execute(asked).one_or_none() or (None, 0)
        if failures > TRIES_OF_A_DEVICE:
            session.execute(update(_PEOPLE).where(this).values(**anew))
            return None
    return kept


def _take_step(session: Session, person: Person, step: int) -> bool:
    """Keep the step of a code as the last one; False when it, or a later one, was taken."""
    earlier = or_(_PEOPLE.c.factor_step.is_(None), _PEOPLE.c.factor_step < step)
    of = (_PEOPLE.c.name == person.name) & (_PEOPLE.c.factor == person.factor)
    taken = session.execute(update(_PEOPLE).where(of, earlier).values(factor_step=step))
    return bool(taken.rowcount)  # type: ignore[attr-defined]  # a cursor's result


def _is_known(person: Person, device: str) -> bool:
    return hmac.compare_digest(person.device.encode(), device.encode())


def _is_over(person: Person, now: datetime) -> bool:
    return person.first_until is not None and now.timestamp() >= person.first_until


def _settle(session: Session, person: Person | None, of: int, is_known: bool, right: bool) -> None:
    """Take back what was counted when all was right; else count it for the device."""
    if right:
        wrong_tries.forget(session, of)
    if person is None or not (is_known or right):
        return
    this = update(_PEOPLE).where(_PEOPLE.c.name == person.name)
    if right:
        session.execute(this.values(device_failures=0))
        return
    # Counted by the database, so that tries at the same moment are all counted.
    counted = this.values(device_failures=_PEOPLE.c.device_failures + 1)
    failures = session.execute(counted.returning(_PEOPLE.c.device_failures)).scalar() or 0
    if failures >= TRIES_OF_A_DEVICE:
        session.execute(this.values(device=secrets.token_hex(16), device_failures=0))


def _tell(session: Session, person: Person | None, now: datetime, why: str | None) -> None:
    """Of wrong tries one entry for each name and minute; what nobody is called is not kept."""
    if person and why is None:
        said = f"as {person.title}, with a password" + (" and a code" if person.factor else "")
        audit_log.record(session, person, "sign-in", said, at=now)
        return
    said = why if person and why else "a name that nobody has"
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
