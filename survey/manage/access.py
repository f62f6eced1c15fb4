"""Who may open what: the roles of people who sign in, and the pages that each role may open.

This is the one table of it. Every page names here-listed pages in `sign_in.require`, and a golden
list of all routes says what follows from it. Which command's pages a board may open is asked with
each of them, and which rows stand there is `survey.results.scope`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["board", "hr", "officer", "manager", "association", "administrator"]
ROLES: tuple[Role, ...] = get_args(Role)

Pages = Literal[
    "home",
    "board",
    "hr",
    "actions",
    "questionnaires",
    "waves",
    "agreements",
    "releases",
    "people",
    "log",
]
HOME: Pages = "home"
BOARD: Pages = "board"
HR: Pages = "hr"
ACTIONS: Pages = "actions"
QUESTIONNAIRES: Pages = "questionnaires"
WAVES: Pages = "waves"
AGREEMENTS: Pages = "agreements"
RELEASES: Pages = "releases"
PEOPLE: Pages = "people"
LOG: Pages = "log"

MAY_OPEN: Mapping[Pages, frozenset[Role]] = {
    HOME: frozenset(ROLES),
    BOARD: frozenset({"board", "hr"}),
    HR: frozenset({"hr"}),
    ACTIONS: frozenset({"board", "hr"}),
    QUESTIONNAIRES: frozenset({"hr", "manager"}),
    WAVES: frozenset({"manager"}),
    AGREEMENTS: frozenset({"manager", "officer"}),
    RELEASES: frozenset({"officer"}),
    PEOPLE: frozenset({"association", "administrator"}),
    LOG: frozenset({"association"}),
}
"""Pages -> the roles that may open them."""


@dataclass(frozen=True)
class Duty:
    """A role in words: its name, and what whoever has it may do here."""

    label: str
    may: str


DUTIES: Mapping[Role, Duty] = {
    "board": Duty("Board", "reads the results of its own command, and of the force as a whole"),
    "hr": Duty("HR", "reads the results of every command, and what changed between questionnaires"),
    "officer": Duty(
        "Release officer",
        "sees which Releases are published here and by which hash, to compare with those that were "
        "signed; with another officer publishes those that came in, and with a wave manager opens "
        "and closes waves; opening answers and signing a Release happen on the officers' own "
        "machine, never here",
    ),
    "manager": Duty(
        "Wave manager",
        "prepares waves where they are kept: questionnaire, headcounts, forecast and cards; sees "
        "exact headcounts, those of small groups too; opens and closes waves with somebody else; "
        "reads no results",
    ),
    "association": Duty(
        "Staff association", "reads the log of who read what, and the list of who may sign in"
    ),
    "administrator": Duty(
        "Administrator",
        "sees who may sign in, and reads no results; people are added and removed by the commands "
        "of Candour on the server",
    ),
}
"""Every role in words, for its own page and for the list of people."""


def may_open(role: Role, *pages: Pages) -> bool:
    """Whether a role may open one of these pages."""
    return any(role in MAY_OPEN[one] for one in pages)
