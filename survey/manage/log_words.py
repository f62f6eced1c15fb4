"""Entries of the log in plain words: who, and which page an address is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote

from survey.manage.access import DUTIES
from survey.manage.audit_log import KINDS, Entry

ADDRESSES = frozenset({"view", "export", "refusal"})
"""Kinds of entry that hold a page's address."""

ROLES_TOLD = frozenset({"sign-in", "setting"})
"""Kinds that say as what somebody signs in."""

NO_NAMES: Mapping[str, str] = {}
_BOARD = re.compile(rf"(?<=\bas {DUTIES['board'].label} of )[^\s,:]+")
"""The id of the command that somebody reads, in what the log keeps of signing in."""

_PLAIN = {
    "hr": "HR's results",
    "log": "this log",
    "people": "the list of who may sign in",
    "releases": "the list of Releases",
}
_MANAGED = {
    "agreements": "waves that two people can open or close",
    "new-wave": "the form for a new wave",
    "questionnaires": "what changed between questionnaires",
}


def who(entry: Entry) -> str:
    """Who it was: a person with their role, or what stands in place of one."""
    if entry.who:
        duty = DUTIES.get(entry.role)  # type: ignore[call-overload]  # stored text
        return f"{entry.who} ({duty.label if duty else entry.role})"
    return "Somebody" if entry.kind == "failed" else "A command on the server"


def did(entry: Entry, names: Mapping[str, str] = NO_NAMES) -> str:
    """What was done, and to what; `names` has what commands are called, by their ids."""
    if entry.kind in ADDRESSES:
        what = place(entry.what, names)
    elif entry.kind in ROLES_TOLD:
        what = _BOARD.sub(lambda found: names.get(found[0], found[0]), entry.what)
    else:
        what = entry.what
    plain = "".join(symbol if symbol.isprintable() else "?" for symbol in what)
    return f"{KINDS.get(entry.kind, entry.kind)}: {plain}"  # type: ignore[call-overload]


def place(address: str, names: Mapping[str, str] = NO_NAMES) -> str:
    """A page's address as a reader of the log understands it; else the address itself."""
    path, _, query = address.partition("?")
    match [unquote(part) for part in path.split("/")[2:]]:
        case []:
            said = "the page of what they may open"
        case ["board", command, *rest]:
            said = f"the results of {names.get(command, command)}" + _within(rest)
        case ["hr", *rest]:
            said = "HR's results" + _within(rest)
        case ["actions"]:
            said = "answers and actions of every board"
        case ["actions", board, *rest]:
            whose = "the whole force" if board == "_force" else names.get(board, board)
            said = f"answers and actions of {whose}" + "".join(f", {part}" for part in rest)
        case ["account", *rest]:
            said = "their own account" + "".join(f", {part}" for part in rest)
        case ["log", "file.csv"]:
            said = "this log, as a file"
        case [page] if page in _PLAIN:
            said = _PLAIN[page]
        case ["manage", page] if page in _MANAGED:
            said = _MANAGED[page]
        case ["releases", name]:
            said = f"the page of Release {name}"
        case ["manage", "waves", *rest]:
            said = _of_waves(rest)
        case _:
            return address
    picked = dict(parse_qsl(query)).get("group")
    return f"{said}, of the group {picked}" if picked else said


def _of_waves(rest: list[str]) -> str:
    """A page with which waves are managed."""
    match rest:
        case []:
            return "the list of waves"
        case [wave]:
            return f"the page of wave {wave}"
        case [wave, *parts]:
            return f"wave {wave}, {' '.join(parts)}"
    return ""


def _within(rest: list[str]) -> str:
    """The part of somebody's results that an address goes on to."""
    match rest:
        case []:
            return ""
        case [wave]:
            return f", wave {wave}"
        case [wave, "theme", theme]:
            return f", wave {wave}, theme {theme}"
        case [wave, "csv", table]:
            return f", wave {wave}, table {table.removesuffix('.csv')}"
        case [wave, *parts]:
            return f", wave {wave}, {' '.join(parts).removesuffix('.pdf')}"
    return ""
