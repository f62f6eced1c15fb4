"""The pages of one's own account: how one signs in, another password, and codes of an app."""

from __future__ import annotations

from dataclasses import dataclass

import segno
from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.wrappers import Response
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from survey import clock
from survey.accounts import words
from survey.database import Stores
from survey.errors import SettingsError
from survey.manage import checking, credentials, second_factor, sessions
from survey.manage.access import HOME
from survey.manage.passwords import LONGEST, SHORTEST
from survey.manage.people import Person
from survey.manage.sessions import READERS
from survey.manage.sign_in import FACTOR, PASSWORD, device, remembered, require

WRONG_PASSWORD = "This is not the password that you have now"  # noqa: S105
WRONG_CODE = (
    "The code is not right, was used before, or there were too many wrong tries; wait for the next "
    "one and enter that, wait a quarter of an hour, or ask whoever runs this server"
)
NO_CODE = "This is not the code that the app shows; check that its clock is right, and try again"
TOO_LATE = "This page was open for too long; set up the app with the key that is here now"
DONE = {
    "password": "You have another password now, and every other session of yours is over.",
    "codes": "You sign in with a code from now on, and every other session of yours is over.",
}
"""What was done, by the name that the address has for it."""

blueprint = Blueprint("account", __name__)
Errors = tuple[tuple[str, str], ...]
"""(field id, sentence)."""


class PasswordForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The password that one has, and another one, twice: nobody sees what they type."""

    current = PasswordField(
        "", validators=[InputRequired("Enter the password that you have now"), Length(max=LONGEST)]
    )
    new = PasswordField(
        "", validators=[InputRequired("Enter the password that you want"), Length(max=LONGEST)]
    )
    again = PasswordField("", validators=[EqualTo("new", "Enter the same new password again")])


class SecondStepForm(FlaskForm):  # type: ignore[misc]
    """The password that one has, and the first code of a new key."""

    sealed = HiddenField("", validators=[Length(max=400)])
    current = PasswordField(
        "", validators=[InputRequired("Enter your password"), Length(max=LONGEST)]
    )
    code = StringField("", validators=[InputRequired("Enter the code"), Length(max=20)])


class CodeForm(FlaskForm):  # type: ignore[misc]
    """A code."""

    code = StringField("", validators=[InputRequired("Enter the code"), Length(max=20)])


@dataclass(frozen=True)
class AccountPage:
    """What somebody sees of their own account.

    Attributes:
        person: whose it is.
        role: what they are here, with the name of the command that a board reads.
        done: what they just did, in words; empty for nothing.
    """

    person: Person
    role: str
    done: str


@dataclass(frozen=True)
class PasswordPage:
    """The form for another password; `is_first` when the present one is a first password."""

    form: PasswordForm
    errors: Errors
    is_first: bool
    shortest: int = SHORTEST


@dataclass(frozen=True)
class SecondStepPage:
    """The form that sets up codes.

    Attributes:
        key: as it is typed into an app.
        address: as an app reads it.
        qr: the same as a picture.
        sealed: the key as the form sends it back.
        has_one: whether they need codes already, and this replaces the app.
        is_demanded: whether no other page opens before.
    """

    form: SecondStepForm
    errors: Errors
    key: str
    address: str
    qr: Markup
    sealed: str
    has_one: bool
    is_demanded: bool


@dataclass(frozen=True)
class CodePage:
    """The form that asks for a code after the password."""

    form: CodeForm
    errors: Errors


@blueprint.route(f"{READERS}/sign-in/code", methods=["GET", "POST"])
def code() -> ResponseReturnValue:
    """Ask whoever gave the right password for the code of their app."""
    now = clock.now()
    person = sessions.halfway(_stores(), now)
    if person is None:
        return redirect(url_for("sign_in.sign_in"))
    form = CodeForm()
    if not form.validate_on_submit():
        page = CodePage(form, _errors(form))
        return render_template("account/code.html", page=page), 400 if page.errors else 200
    if not checking.check_code(_stores(), person, form.code.data or "", now, device()):
        page = CodePage(form, (("code", WRONG_CODE),))
        return render_template("account/code.html", page=page), 403
    sessions.begin(person, now, with_code=True)
    return remembered(redirect(url_for("results.home")), person)


@blueprint.get(f"{READERS}/account")
@require(HOME)
def own(person: Person) -> str:
    """How somebody signs in, and what they can change of it."""
    role = words.role_of(_stores(), person)
    page = AccountPage(person, role, DONE.get(request.args.get("done", ""), ""))
    return render_template("account/own.html", page=page)


@blueprint.route(f"{READERS}/account/password", methods=["GET", "POST"])
@require(HOME, before=(PASSWORD,))
def password(person: Person) -> ResponseReturnValue:
    """Let somebody choose another password; whoever signs in by the organisation has none here."""
    _expect_local(person)
    form = PasswordForm()
    errors = _errors(form)
    if form.validate_on_submit():
        current, new = form.current.data or "", form.new.data or ""
        try:
            if checking.check_again(_stores(), person, current, clock.now()):
                known = words.of_force(_stores())
                changed = credentials.choose_password(_stores(), person, current, new, known)
                return _begin_anew(changed, "password")
            errors = (("current", WRONG_PASSWORD),)
        except SettingsError as error:
            errors = (("new", str(error)),)
    page = PasswordPage(form, errors, person.first_until is not None)
    return render_template("account/password.html", page=page), 400 if errors else 200


@blueprint.route(f"{READERS}/account/second-step", methods=["GET", "POST"])
@require(HOME, before=(FACTOR,))
def second_step(person: Person) -> ResponseReturnValue:
    """Set up an app that shows codes; its key is taken into use with the first of them alone."""
    _expect_local(person)
    form, secret, now = SecondStepForm(), _stores().settings.secret_key, clock.now()
    sealed, errors = form.sealed.data or "", _errors(form)
    key = second_factor.unseal(secret, person.name, sealed, now) if sealed else None
    if sealed and key is None:
        errors = (("code", TOO_LATE),)
    elif key is not None and form.validate_on_submit():
        step = second_factor.step_of(key, form.code.data or "", now)
        if step is None:
            errors = (("code", NO_CODE),)
        elif not checking.check_again(_stores(), person, form.current.data or "", now):
            errors = (("current", WRONG_PASSWORD),)
        else:
            try:
                changed = credentials.take_factor(_stores(), person, key, step)
                return _begin_anew(changed, "codes")
            except SettingsError as error:
                errors = (("code", str(error)),)
    page = _second_step_page(person, form, errors, key)
    return render_template("account/second_step.html", page=page), 400 if errors else 200


def _second_step_page(
    person: Person, form: SecondStepForm, errors: Errors, key: bytes | None
) -> SecondStepPage:
    """The page with a key that was shown before, or with a new one."""
    settings = _stores().settings
    shown = key or second_factor.new_key()
    address = second_factor.address(shown, person.name)
    drawn = segno.make_qr(address, error="m")
    svg = drawn.svg_inline(scale=4, light="white", svgclass=None, lineclass=None)
    return SecondStepPage(
        form,
        errors,
        second_factor.spelled(shown),
        address,
        Markup(svg),  # noqa: S704  # numbers alone, from the library that draws them
        second_factor.seal(settings.secret_key, person.name, shown, clock.now()),
        bool(person.factor),
        settings.demands_factor and not person.factor,
    )


def _begin_anew(person: Person, done: str) -> Response:
    """Go on in this browser, whose session ended with all others."""
    sessions.begin(person, clock.now(), with_code=bool(person.factor))
    return remembered(redirect(url_for("account.own", done=done)), person)


def _expect_local(person: Person) -> None:
    if not person.is_local:
        abort(403)


def _errors(form: FlaskForm) -> Errors:
    """What is wrong with what was sent; nothing where nothing was."""
    if not form.is_submitted() or form.validate():
        return ()
    return tuple((str(field), found[0]) for field, found in form.errors.items())


def _stores() -> Stores:
    stores: Stores = current_app.extensions["candour"]
    return stores
