"""Sessions of the people who sign in: short, for the readers' addresses alone, and to be ended.

The cookie holds the name, when the session began, a random name of the session, and the person's
epoch; it is signed. Whoever is removed, moved to another role or command, given another password
or signed out has another epoch, and every older session is over, in every browser.
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

_NAME, _EPOCH, _SINCE, _ID = "name", "epoch", "since", "id"


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


def begin(person: Person, now: datetime) -> None:
    """Begin a session that shares nothing with one that the browser had or was given before."""
    session.clear()
    session[_NAME], session[_EPOCH] = person.name, person.epoch
    session[_SINCE], session[_ID] = int(now.timestamp()), secrets.token_hex(16)
    session.permanent = True


def current(stores: Stores, now: datetime) -> Person | None:
    """Whose session this is, as the store knows them now; None when there is none any more."""
    name, epoch, since = (session.get(field) for field in (_NAME, _EPOCH, _SINCE))
    if not (isinstance(name, str) and isinstance(epoch, str) and isinstance(since, int)):
        return None
    longest = timedelta(hours=stores.settings.session_hours).total_seconds()
    if not 0 <= now.timestamp() - since < longest:
        return None
    person = people.get(stores, name)
    return person if person is not None and person.epoch == epoch else None


def name_of_this() -> str:
    """The random name of the session, which tells nothing of anybody."""
    return str(session.get(_ID, ""))


def forget() -> None:
    """Take everything out of the browser's cookie."""
    session.clear()
