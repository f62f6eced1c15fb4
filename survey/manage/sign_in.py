"""Signing in to read results, and asking at each page who is there.

The cookie is for `/results` alone, so no browser ever sends it with an answer, and on every other
address there is no session to read or to write. Role and command are read from the store again at
each request. What is shown or refused goes into the log before it is sent: a page that cannot be
logged is not shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ClassVar, Concatenate, ParamSpec
from urllib.parse import quote, urlencode

from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect, FlaskForm
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from survey import clock
from survey.config import Settings
from survey.database import Stores
from survey.manage import access, audit_log, checking, log_together, people, sessions
from survey.manage.access import HOME, MAY_OPEN, Pages
from survey.manage.audit_log import Kind
from survey.manage.people import Person
from survey.manage.sessions import READERS
from survey.security import RESPONDENT_BLUEPRINTS, cookie_name

REFUSED = (
    "The name or the password is not right, a first password is over, or there were too many wrong "
    "tries; check both, wait a quarter of an hour, or ask whoever runs this server."
)
DEVICE = "candour_device"
"""The cookie of a browser in which somebody signed in with a password: it need not wait for what
others tried. Only the sign-in page ever gets it."""

DEVICE_DAYS = 90
CODE, PASSWORD, FACTOR = "account.code", "account.password", "account.second_step"
"""Pages on which somebody signs in further, in their order."""

LONGEST_ADDRESS = 500
"""Characters of a page's address: what is longer is none of ours, and could hide in the log."""

P = ParamSpec("P")

blueprint = Blueprint("sign_in", __name__)


def install(app: Flask, settings: Settings) -> None:
    """Give `app` the sign-in pages, readers' sessions and CSRF protection outside the survey."""
    sessions.install(app, settings)
    log_together.install(app)
    protection = CSRFProtect(app)
    for name in RESPONDENT_BLUEPRINTS & set(app.blueprints):
        # They carry no cookie and check where a request comes from.
        protection.exempt(app.blueprints[name])
    app.register_blueprint(blueprint)

    @app.context_processor
    def reader() -> dict[str, Person | None]:
        return {"reader": g.get("reader")}


def require(
    *pages: Pages, reads: tuple[str, ...] = (), before: tuple[str, ...] = ()
) -> Callable[
    [Callable[Concatenate[Person, P], ResponseReturnValue]], Callable[P, ResponseReturnValue]
]:
    """Let only those open a view who may open one of these pages, and hand it the person first.

    Whoever is not signed in is sent to sign in; who has to choose a password or set up codes first
    is sent there; another role gets the 403 page. Views and refusals
    are logged once for each session and page, downloads every time. Whatever a view replies is
    shown, a form with its mistakes too, unless it leads elsewhere.

    Args:
        pages: see `survey.manage.access`.
        reads: fields of the query that make another page in the log; all others are left out, or
            one page could fill it.
        before: of `PASSWORD` and `FACTOR`, what may still be to do where this view is open.
    """
    roles = frozenset[access.Role]().union(*(MAY_OPEN[one] for one in pages))

    def guard(
        view: Callable[Concatenate[Person, P], ResponseReturnValue],
    ) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            person = sessions.current(_stores(), clock.now())
            if person is None:
                return redirect(url_for("sign_in.sign_in"))
            first = to_do_first(person, _stores().settings)
            if first is not None and first not in before:
                return redirect(url_for(first))
            address = _address(reads)
            try:
                g.reader = person
                if person.role not in roles:
                    abort(403)
                reply = current_app.make_response(view(person, *args, **kwargs))
            except Forbidden:
                _log_once(person, "refusal", address)
                raise
            if not 300 <= reply.status_code < 400:
                _log_shown(person, address, reply.mimetype == "text/html")
            return reply

        guarded.roles = roles  # type: ignore[attr-defined]  # for the list of routes
        return guarded

    return guard


def to_do_first(person: Person, settings: Settings) -> str | None:
    """The page of what somebody has to do before they open any other; None when there is nothing.

    Args:
        person: who is signed in.
        settings: whether everybody with a password needs codes, too.
    """
    if person.first_until is not None:
        return PASSWORD
    if settings.demands_factor and person.is_local and not person.factor:
        return FACTOR
    return None


def _address(reads: tuple[str, ...]) -> str:
    """What was asked for, in letters that every store takes."""
    read = [(name, value) for name in reads if (value := request.args.get(name))]
    address = quote(request.path) + (f"?{urlencode(read)}" if read else "")
    if len(address) > LONGEST_ADDRESS:
        abort(414)
    return address


def _log_once(person: Person, kind: Kind, address: str) -> None:
    together = log_together.of(current_app)
    together.record_once(_stores(), person, kind, address, sessions.name_of_this())


def _log_shown(person: Person, address: str, is_page: bool) -> None:
    if is_page:
        _log_once(person, "view", address)
        return
    with _stores().results() as session:
        audit_log.record(session, person, "export", address)


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
    """The sign-in page.

    Attributes:
        errors: (field id, sentence).
        to_add: the commands that add the first people; none where somebody can sign in.
    """

    form: SignInForm
    errors: tuple[tuple[str, str], ...]
    to_add: tuple[str, ...] = ()
    NOBODY: ClassVar[str] = people.NOBODY

    @property
    def organisation(self) -> str | None:
        """Where signing in by the organisation begins; None where none is set."""
        served = "organisation.leave" in current_app.view_functions
        return url_for("organisation.leave") if served else None


@blueprint.route(f"{READERS}/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Ask for name and password; one sentence whatever is wrong with them.

    A browser is known when everything was right that its reader needs.
    """
    form = SignInForm()
    if not form.validate_on_submit():
        errors = ((field, found[0]) for field, found in form.errors.items())
        told = tuple((str(field), sentence) for field, sentence in errors)
        page = SignInPage(form, told, people.lines_to_add(_stores()))
        return render_template("manage/sign_in.html", page=page), 400 if page.errors else 200
    name, password = form.name.data or "", form.password.data or ""
    now = clock.now()
    person = checking.check_password(_stores(), name, password, now, device())
    if person is None:
        page = SignInPage(form, (("name", REFUSED),))
        return render_template("manage/sign_in.html", page=page), 403
    sessions.begin(person, now)
    if person.factor:
        return redirect(url_for(CODE))
    return remembered(redirect(url_for("results.home")), person)


def device() -> str:
    """What this browser keeps, if somebody signed in with it before."""
    return request.cookies.get(cookie_name(_stores().settings, DEVICE), "")


def remembered(reply: Response, person: Person) -> Response:
    """A reply with which a browser is one that is known to be its reader's."""
    reply.set_cookie(
        cookie_name(_stores().settings, DEVICE),
        person.device,
        max_age=DEVICE_DAYS * 86_400,
        path=url_for("sign_in.sign_in"),
        secure=_stores().settings.https,
        httponly=True,
        samesite="Strict",
    )
    return reply


@blueprint.post(f"{READERS}/sign-out")
@require(HOME, before=(PASSWORD, FACTOR))
def sign_out(person: Person) -> ResponseReturnValue:
    """End the person's sessions everywhere; asked with a POST, so that no link can do it."""
    people.end_sessions(_stores(), person)
    sessions.forget()
    return redirect(url_for("sign_in.sign_in"))


@blueprint.get("/sign-in")
def sign_in_here() -> ResponseReturnValue:
    """The short address, as it is told to people; no cookie is for it."""
    return redirect(url_for("sign_in.sign_in"))
