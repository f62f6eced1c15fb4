"""Roughly how many have used their code while a wave is open: once, on a day fixed from the start.

A live count would let somebody watch who answers, and two rough ones can be compared: whoever has
cards to spare uses them in between until a step is crossed. So a wave is counted once, on a day
that follows from its opening, by a command and by no page; roughly, and told two days later. It
counts codes, which the issuer knows, and not answers: the ballot box is not asked. What is kept is
what is told.

What is told leaves open a step of people or more, whoever used the cards that were made beyond the
headcount and one step of others: the lowest step and the highest leave room for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from survey.collect import issuer
from survey.config import ISSUE
from survey.database import Stores
from survey.manage.tables import ResponseRow
from survey.manage.waves import Wave

STEPS = (5, 10, 20, 25)
"""Percent; the smallest that is `FEWEST` people or more is taken."""

FEWEST = 10
"""People in a step, or more where the wave's own threshold is higher."""

COUNTED = timedelta(days=7)
"""From the opening to the day on which it is counted."""

LATE = timedelta(days=2)
"""From there to the day on which it is told, so that a whole day lies between."""


@dataclass(frozen=True)
class Steps:
    """What shares are told apart, in percent.

    Attributes:
        step: how far they are apart.
        low: what is below is told as one.
        high: so is this and what is above; at least `low`.
    """

    step: int
    low: int
    high: int

    def rounded(self, used: int, base: int) -> int:
        """The share of `base` people, rounded down; 0 below `low`."""
        percent = min(self.high, 100 * used // base // self.step * self.step)
        return percent if percent >= self.low else 0

    def in_words(self, percent: int) -> str:
        """Such a share, as people say it."""
        if percent < self.low:
            return f"fewer than {self.low} in 100 people"
        if percent >= self.high:
            return f"{self.high} in 100 people or more"
        return f"{percent} to {percent + self.step} in 100 people"


def steps_of(base: int, cards: int, k: int) -> Steps | None:
    """The steps for `base` people and so many cards; None where none is safe.

    Both ends are two steps wide, so that one is left to whoever used or kept back cards of one; and
    wider by all cards beyond the headcount, or missing from it.
    """
    step = next((one for one in STEPS if one * base >= 100 * max(FEWEST, k)), None)
    if step is None:
        return None
    low = (2 + _steps(cards - base, base, step)) * step
    high = 100 - (2 + _steps(base - cards, base, step)) * step
    return Steps(step, low, high) if low <= high else None


def _steps(people: int, base: int, step: int) -> int:
    """How many steps hold so many people."""
    return -(-100 * max(0, people) // (step * base))


def told(stores: Stores, wave: Wave, today: date) -> str | None:
    """A sentence on how many have used their code; None where it cannot be told here."""
    if wave.state != "open" or wave.opened is None or ISSUE not in stores.settings.surfaces:
        return None
    base = _kept(stores, wave.id, wave.opened)
    if base is None:
        return None  # it was opened by an earlier version
    steps = steps_of(base.people, wave.cards, wave.policy.k)
    if steps is None:
        return "Too few people are invited, or too many cards were made, to tell a share safely."
    day = wave.opened + COUNTED
    kept = _kept(stores, wave.id, day)
    if kept is None and today > day:
        return (
            f"How many have used their code was to be counted on {_words(day)}, and was not: "
            "`candour wave agreed` did not run on that day, or had no whole salt to count with. "
            "It is counted on no other."
        )
    if kept is None or today < day + LATE:
        return (
            f"How many have used their code is counted once, on {_words(day)}, and told on "
            f"{_words(day + LATE)}."
        )
    return f"On {_words(day)}, {steps.in_words(kept.percent)} had used their code."


def count(stores: Stores, wave: Wave, today: date) -> bool:
    """Count, if this is the wave's day and nobody has yet; whether it did. For a command alone.

    Raises:
        SaltError: when it is the day, and the salt is missing or damaged.
    """
    if wave.state != "open" or wave.opened is None or ISSUE not in stores.settings.surfaces:
        return False
    base = _kept(stores, wave.id, wave.opened)
    steps = None if base is None else steps_of(base.people, wave.cards, wave.policy.k)
    if base is None or steps is None or today != wave.opened + COUNTED:
        return False
    if _kept(stores, wave.id, today) is not None:
        return False
    percent = steps.rounded(issuer.number_used(stores, wave.id), base.people)
    with stores.issuer() as session:
        session.add(ResponseRow(wave=wave.id, day=today, percent=percent, people=base.people))
    return True


def _kept(stores: Stores, wave_id: str, day: date) -> ResponseRow | None:
    with stores.issuer() as session:
        return session.get(ResponseRow, (wave_id, day))


def _words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
