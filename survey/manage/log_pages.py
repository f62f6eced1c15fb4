"""Pages for staff associations: the log of who read what, and who may sign in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Flask, Response, abort, current_app, render_template, request, url_for

from survey.database import Stores
from survey.manage import audit_log, log_file, log_words, people
from survey.manage.access import DUTIES, LOG, PEOPLE
from survey.manage.audit_log import KINDS, Entry, Head
from survey.manage.people import Person
from survey.manage.sign_in import require

AT_ONCE = 50
"""Entries on a page."""

blueprint = Blueprint("log", __name__)
Named = Callable[[Stores], Mapping[str, str]]
"""What each command is called, by its id, as the results say."""
_EXTENSION = "candour.named"


def install(app: Flask, named: Named) -> None:
    """Give `app` these pages, which say of commands what `named` says of them."""
    app.extensions[_EXTENSION] = named
    app.register_blueprint(blueprint)


@dataclass(frozen=True)
class Line:
    """An entry in words."""

    number: int
    at: str
    who: str
    did: str


@dataclass(frozen=True)
class LogPage:
    """Some entries of the log, newest first.

    Attributes:
        head: the end of the whole log, for the reader to note down.
        role, kind: what the entries are picked by; empty for all.
        older: the address of those before these; None where there are none.
        newest: the address of the newest ones; None where these are they.
    """

    head: Head
    lines: tuple[Line, ...]
    role: str
    kind: str
    older: str | None
    newest: str | None

    @property
    def roles(self) -> tuple[tuple[str, str], ...]:
        """What can be chosen as a role: (value, words)."""
        return ("", "Everybody"), *((role, duty.label) for role, duty in DUTIES.items())

    @property
    def kinds(self) -> tuple[tuple[str, str], ...]:
        """What can be chosen as a kind: (value, words)."""
        return ("", "Everything"), *KINDS.items()


@blueprint.get("/results/log")
@require(LOG)
def entries(person: Person) -> str:  # noqa: ARG001
    """The log of who read what."""
    role, kind = request.args.get("role", ""), request.args.get("kind", "")
    before = request.args.get("before")
    known = {"", *DUTIES}, {"", *KINDS}
    if role not in known[0] or kind not in known[1] or not _is_number(before):
        abort(404)
    head = audit_log.head(_stores())
    number = None if before is None else int(before)
    found = audit_log.page(_stores(), AT_ONCE + 1, number, role, kind)
    shown, more = found[:AT_ONCE], len(found) > AT_ONCE
    names = _names()
    address = partial(url_for, "log.entries", role=role or None, kind=kind or None)
    page = LogPage(
        head,
        tuple(_line(one, names) for one in shown),
        role,
        kind,
        address(before=shown[-1].number) if more else None,
        address() if before is not None else None,
    )
    return render_template("manage/log.html", page=page)


def _is_number(text: str | None) -> bool:
    return text is None or (text.isascii() and text.isdecimal() and len(text) < 10)


def _line(entry: Entry, names: Mapping[str, str]) -> Line:
    at = log_file.minute(entry.at)
    when = f"{at.day} {at:%B %Y, %H:%M} UTC"
    return Line(entry.number, when, log_words.who(entry), log_words.did(entry, names))


@blueprint.get("/results/log/file.csv")
@require(LOG)
def file(person: Person) -> Response:  # noqa: ARG001
    """The whole log, to keep and to check elsewhere."""
    return Response(
        log_file.content(audit_log.entries(_stores()), _names()),
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="candour-log.csv"'},
    )


@dataclass(frozen=True)
class PeoplePage:
    """Who may sign in: (name, role in words, how they sign in)."""

    people: tuple[tuple[str, str, str], ...]


@blueprint.get("/results/people")
@require(PEOPLE)
def everybody(person: Person) -> str:  # noqa: ARG001
    """Who may sign in, and as what."""
    names, all_of_them = _names(), people.list_all(_stores())
    found = tuple((one.name, one.titled(names), one.signs_in) for one in all_of_them)
    return render_template("manage/people.html", page=PeoplePage(found))


def _names() -> Mapping[str, str]:
    named: Named = current_app.extensions[_EXTENSION]
    return named(_stores())


def _stores() -> Stores:
    stores: Stores = current_app.extensions["candour"]
    return stores
