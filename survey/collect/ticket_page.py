"""What the page that gives tickets shows: first of all, what the clock tells in each way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext

from survey.collect import linking_by_time, page_keys, tickets
from survey.collect.page_keys import PageKeys
from survey.manage.waves import Wave


@dataclass(frozen=True)
class Way:
    """One way to answer, and how many people the clock alone gives away in it, in words."""

    name: str
    linked: str


@dataclass(frozen=True)
class TicketPage:
    """The page of one wave, the same for everybody until somebody types a code.

    Attributes:
        people: how many people answered in the simulated survey.
        ways: the ways to answer, the weakest first.
        about: what the file will say of itself; `{survey}` stands for the survey's address.
        errors: HTML id of a field -> what is wrong with it.
    """

    keys: PageKeys
    people: int
    ways: tuple[Way, ...]
    file_name: str
    about: str
    code: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


def ticket_page(wave: Wave, code: str = "", errors: Mapping[str, str] | None = None) -> TicketPage:
    """Lay out the page of a wave, with what was typed into it."""
    people, ways = ways_to_answer(wave.cards)
    name = tickets.file_name(wave.id)
    return TicketPage(page_keys.of(wave), people, ways, name, tickets.ABOUT, code, errors or {})


def ways_to_answer(cards: int) -> tuple[int, tuple[Way, ...]]:
    """How many people the figures for a wave of `cards` are of, and its four ways to answer."""
    figures = linking_by_time.figures(cards)
    linked = {
        gettext("Start now: the code is used and the answers sent in one go"): figures.at_once,
        gettext("A ticket, used in the same sitting"): figures.one_sitting,
        gettext("A ticket, used at any time within a day"): figures.within_a_day,
        gettext(
            "Everybody takes a ticket in one week, and answers in the next"
        ): figures.two_phases,
    }
    return figures.people, tuple(Way(name, _of_people(share)) for name, share in linked.items())


def _of_people(share: float) -> str:
    """A share in [0, 1] as a number of people.

    >>> _of_people(0.876), _of_people(0.0072), _of_people(0.0001)
    ('of 100 people, 88', 'of 1,000 people, 7', 'of 1,000 people, fewer than 1')
    """
    if share >= 0.01:
        return str(gettext("of 100 people, %(linked)s", linked=f"{share * 100:.0f}"))
    if share >= 0.001:
        return str(gettext("of 1,000 people, %(linked)s", linked=f"{share * 1000:.0f}"))
    return str(gettext("of 1,000 people, fewer than 1"))
