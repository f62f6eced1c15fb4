"""Signing in to read results: local accounts, one session of half an hour, the person's name in it.

The cookie is for `/results` alone, so no browser ever sends it with an answer, and on every other
address there is no session to read or to write. Role and command are read from the store again at
each request: whoever is removed or moved is so with the next page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Concatenate, ParamSpec

from flask import (
    Blueprint,
    Flask,
    Request,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    session,  # noqa: TID251  # the one module that keeps a session
    url_for,
)
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect, FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from survey import clock
from survey.database import Stores
from survey.manage import people
from survey.manage.people import Person, Role
from survey.security import RESPONDENT_BLUEPRINTS

LASTS = timedelta(minutes=30)
"""Without a page opened; each page starts it again."""

READERS = "/results"
REFUSED = (
    "The name or the password is not right, or there were too many wrong tries; "
    "check both, or wait a quarter of an hour."
)
_NAME = "name"

P = ParamSpec("P")

blueprint = Blueprint("sign_in", __name__)


class _ReadersSessions(SecureCookieSessionInterface):
    """Opens a session on the readers' addresses only; anywhere else using one is an error."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if not is_for_readers(request.path):
            return None
        return super().open_session(app, request)


def is_for_readers(path: str) -> bool:
    """Whether a path is one that the sign-in cookie is sent with."""
    return path == READERS or path.startswith(READERS + "/")


def install(app: Flask) -> None:
    """Give `app` the sign-in pages, readers' sessions and CSRF protection outside the survey."""
    app.session_interface = _ReadersSessions()
    app.config["SESSION_COOKIE_PATH"] = READERS
    app.permanent_session_lifetime = LASTS
    protection = CSRFProtect(app)
    for name in RESPONDENT_BLUEPRINTS & set(app.blueprints):
        # They carry no cookie and check where a request comes from.
        protection.exempt(app.blueprints[name])
    app.register_blueprint(blueprint)

    @app.context_processor
    def reader() -> dict[str, Person | None]:
        return {"reader": g.get("reader")}


def require(
    *roles: Role,
) -> Callable[
    [Callable[Concatenate[Person, P], ResponseReturnValue]], Callable[P, ResponseReturnValue]
]:
    """Let only people of these roles open a view, and hand it the person as first argument.

    Whoever is not signed in is sent to sign in; another role gets the 403 page.
    """

    def guard(
        view: Callable[Concatenate[Person, P], ResponseReturnValue],
    ) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            person = _signed_in()
            if person is None:
                return redirect(url_for("sign_in.sign_in"))
            if person.role not in roles:
                abort(403)
            g.reader = person
            return view(person, *args, **kwargs)

        guarded.roles = frozenset(roles)  # type: ignore[attr-defined]  # for the list of routes
        return guarded

    return guard


def _signed_in() -> Person | None:
    name = session.get(_NAME)
    return people.get(_stores(), name) if isinstance(name, str) else None


def _stores() -> Stores:
    stores: Stores = current_app.extensions["candour"]
    return stores


class SignInForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Name and password."""

    name = StringField(
        "Name", validators=[InputRequired("Enter your sign-in name"), Length(max=64)]
    )
    password = PasswordField(
        "Password", validators=[InputRequired("Enter your password"), Length(max=1024)]
    )


@dataclass(frozen=True)
class SignInPage:
    """The sign-in page; `errors` are (field id, sentence)."""

    form: SignInForm
    errors: tuple[tuple[str, str], ...]


@blueprint.route(f"{READERS}/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Ask for name and password; one sentence whatever is wrong with them."""
    form = SignInForm()
    if not form.validate_on_submit():
        errors = ((field, found[0]) for field, found in form.errors.items())
        page = SignInPage(form, tuple((str(field), sentence) for field, sentence in errors))
        return render_template("manage/sign_in.html", page=page), 400 if page.errors else 200
    person = people.check_password(
        _stores(), form.name.data or "", form.password.data or "", clock.now()
    )
    if person is None:
        page = SignInPage(form, (("name", REFUSED),))
        return render_template("manage/sign_in.html", page=page), 403
    session.clear()
    session[_NAME] = person.name
    session.permanent = True
    return redirect(url_for("results.home"))


@blueprint.post(f"{READERS}/sign-out")
@require("board", "hr")
def sign_out(person: Person) -> ResponseReturnValue:  # noqa: ARG001
    """Forget the person; asked with a POST, so that no link can do it."""
    session.clear()
    return redirect(url_for("sign_in.sign_in"))


@blueprint.get("/sign-in")
def sign_in_here() -> ResponseReturnValue:
    """The short address, as it is told to people; no cookie is for it."""
    return redirect(url_for("sign_in.sign_in"))
