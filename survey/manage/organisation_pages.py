"""The way to the organisation's sign-in page and back.

What a browser keeps meanwhile is a cookie of its own, because the one of the session is Strict: it
is not sent when somebody comes from another site. For the same reason coming back ends on a page
of ours, which leads on: from there the session's cookie is sent.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TypedDict

from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeTimedSerializer

from survey import clock
from survey.config import Settings
from survey.database import Stores
from survey.errors import OrganisationError
from survey.manage import audit_log, organisation, people, sessions
from survey.manage.organisation import Going, Organisation
from survey.manage.people import Person
from survey.manage.sessions import READERS
from survey.security import cookie_name

COOKIE = "candour_going"
LASTS = 10 * 60
"""Seconds for signing in at the organisation, a second factor included."""

PLACE = f"{READERS}/sign-in/organisation"
_KEPT = "candour-organisation"

blueprint = Blueprint("organisation", __name__)


class CookieFlags(TypedDict):
    """Where a cookie is sent, and who may read it."""

    path: str
    secure: bool
    httponly: bool
    samesite: str


def install(app: Flask, settings: Settings) -> None:
    """Give `app` the way to the organisation, where one is set."""
    if settings.tenant is None:
        return
    organisation.expect_roles(settings)
    app.extensions[_KEPT] = Organisation(settings.tenant, f"{settings.tenant.address}{PLACE}/back")
    app.register_blueprint(blueprint)


def _going_cookies() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="organisation")


@blueprint.get(PLACE)
def leave() -> ResponseReturnValue:
    """Send somebody to the organisation's page."""
    there: Organisation = current_app.extensions[_KEPT]
    going = Going.out()
    reply = redirect(there.ask(going))
    kept = _going_cookies().dumps(asdict(going))
    reply.set_cookie(
        cookie_name(_stores().settings, COOKIE),
        kept,
        max_age=LASTS,
        **_flags(),
    )
    return reply


def _flags() -> CookieFlags:
    return {
        "path": PLACE,
        "secure": _stores().settings.https,
        "httponly": True,
        "samesite": "Lax",
    }


@blueprint.get(f"{PLACE}/back")
def back() -> ResponseReturnValue:
    """Take in whoever comes back, with the role that the organisation gives."""
    now = clock.now()
    try:
        there: Organisation = current_app.extensions[_KEPT]
        who = there.claimed(_came_back(there), _kept(), now)
        person = people.from_organisation(_stores(), who.object_id, who.role, who.command)
    except OrganisationError as error:
        _tell_refused(error, now)
        reply = make_response(render_template("manage/not_let_in.html", sentence=str(error)), 403)
    else:
        _tell(person)
        sessions.begin(person, now)
        reply = make_response(render_template("manage/let_in.html"))
    reply.delete_cookie(cookie_name(_stores().settings, COOKIE), **_flags())
    return reply


def _tell(person: Person) -> None:
    with _stores().results() as session:
        said = f"as {person.title}, by the organisation"
        audit_log.record(session, person, "sign-in", said)


def _tell_refused(error: OrganisationError, now: datetime) -> None:
    """Of whoever had a role until now one entry with their name; else one for each minute."""
    person = people.without_role(_stores(), error.object_id)
    said = f"by the organisation: {error.reason}"
    with _stores().results() as session:
        if person:
            audit_log.record(session, person, "failed", said, at=now)
        else:
            minute = now.strftime("%Y-%m-%d %H:%M")
            audit_log.record_once(session, None, "failed", said, minute, at=now)


def _came_back(there: Organisation) -> str:
    """The address that somebody came back at; refused where another organisation sent them."""
    if len(request.query_string) > 8_000:
        abort(414)
    if request.args.get("iss", there.issuer) != there.issuer:
        raise OrganisationError("from another organisation")
    return f"{there.back}?{request.query_string.decode('ascii', 'replace')}"


def _kept() -> Going:
    """What the browser kept when it left, not long ago."""
    try:
        sent = request.cookies.get(cookie_name(_stores().settings, COOKIE), "")
        kept = _going_cookies().loads(sent, max_age=LASTS)
        return Going(**kept)
    except (BadData, TypeError) as error:
        raise OrganisationError("nobody left from this browser") from error


def _stores() -> Stores:
    stores: Stores = current_app.extensions["candour"]
    return stores
