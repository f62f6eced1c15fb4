"""Sessions of the people who sign in: short, for the readers' addresses alone, and to be ended.

The cookie holds the name, when the session began, a random name of the session, the person's
epoch, and whether a code was right, too; it is signed. Whoever is removed, moved to another role or
command, given another password or signed out has another epoch, and every older session is over, in
every browser. Who needs a code and has not given it has no session yet, but is on the way to one.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from flask import (
    Flask,
    Request,
    session,  # noqa: TID251  # the one module that keeps a session
)
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from survey.config import Settings
from survey.database import Stores
from survey.manage import people
from survey.manage.people import Person

READERS = "/results"

_NAME, _EPOCH, _SINCE, _ID, _CODE = "name", "epoch", "since", "id", "code"

HALFWAY = timedelta(minutes=10)
"""How long a right password waits for its code."""


class _ReadersSessions(SecureCookieSessionInterface):
    """Opens a session on the readers' addresses only; anywhere else using one is an error."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if not is_for_readers(request.path):
            return None
        return super().open_session(app, request)


def is_for_readers(path: str) -> bool:
    """Whether a path is one that the sign-in cookie is sent with."""
    return path == READERS or path.startswith(READERS + "/")


def install(app: Flask, settings: Settings) -> None:
    """Give `app` sessions that end when no page was opened for a while; each page starts anew."""
    app.session_interface = _ReadersSessions()
    app.config["SESSION_COOKIE_PATH"] = READERS
    app.permanent_session_lifetime = timedelta(minutes=settings.idle_minutes)


def begin(person: Person, now: datetime, with_code: bool = False) -> None:
    """Begin a session that shares nothing with one that the browser had or was given before.

    Args:
        person: whose it is.
        now: when.
        with_code: whether they gave a code, too.
    """
    session.clear()
    session[_NAME], session[_EPOCH] = person.name, person.epoch
    session[_SINCE], session[_ID] = int(now.timestamp()), secrets.token_hex(16)
    if with_code:
        session[_CODE] = True
    session.permanent = True


def current(stores: Stores, now: datetime) -> Person | None:
    """Whose session this is, as the store knows them now; None when there is none any more."""
    longest = timedelta(hours=stores.settings.session_hours)
    person = _named(stores, now, longest)
    needs_code = person is not None and person.factor and not session.get(_CODE)
    return None if needs_code else person


def halfway(stores: Stores, now: datetime) -> Person | None:
    """Whose password was right a moment ago, and whose code is still to come; else None."""
    person = _named(stores, now, HALFWAY)
    return person if person is not None and person.factor and not session.get(_CODE) else None


def _named(stores: Stores, now: datetime, longest: timedelta) -> Person | None:
    """Whom the cookie names, if it is not too old and they have no other epoch."""
    name, epoch, since = (session.get(field) for field in (_NAME, _EPOCH, _SINCE))
    if not (isinstance(name, str) and isinstance(epoch, str) and isinstance(since, int)):
        return None
    if not 0 <= now.timestamp() - since < longest.total_seconds():
        return None
    person = people.get(stores, name)
    return person if person is not None and person.epoch == epoch else None


def name_of_this() -> str:
    """The random name of the session, which tells nothing of anybody."""
    return str(session.get(_ID, ""))


def forget() -> None:
    """Take everything out of the browser's cookie."""
    session.clear()
