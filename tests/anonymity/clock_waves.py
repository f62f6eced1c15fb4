"""Invented waves as an operator sees them: when each code was redeemed, when each answer was sent.

An operator of issuer and ballot box together has two lists of times and no more: blinding parts a
code from its token. Times are seconds since the wave opened. What is assumed is listed in `Case`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Times = NDArray[np.float64]

HOUR = 3_600.0
DAY = 24 * HOUR
TRIP = 2.0
"""Median seconds from redeeming to sending when the page does both."""
ANSWERING = 600.0
"""Median seconds from taking a ticket to sending when the questions are answered in between."""
IMPOSSIBLE = -1e3
"""Log-density of a gap that cannot be, or all but."""

ALWAYS = (1.0,) * 24
CHANGES = tuple(5.0 if hour % 8 in {6, 7} else 1.0 for hour in range(24))
"""Three shifts a day: most people are at a desk in the last and the first hour of one."""
DESK = tuple(float(9 <= hour < 17) for hour in range(24))


@dataclass(frozen=True)
class Case:
    """What is assumed of a wave; people are independent of each other.

    Attributes:
        words: the case, for the table in the documents.
        days: days of the wave on which codes are redeemed, all alike.
        hours: how likely each hour of such a day is, 24 weights.
        spread: standard deviation of the logarithm of how long people take. With 0.5, 95 in 100
            people take between 4 and 27 minutes to answer.
    """

    words: str
    days: tuple[int, ...] = tuple(range(14))
    hours: tuple[float, ...] = ALWAYS
    spread: float = 0.5

    def arrivals(self, people: int, rng: np.random.Generator) -> Times:
        """When `people` codes are redeemed, in order."""
        weights = np.array(self.hours)
        day = rng.choice(np.array(self.days), people)
        hour = rng.choice(24, people, p=weights / weights.sum())
        return np.sort(day * DAY + (hour + rng.random(people)) * HOUR)

    def taking(self, median: float, people: int, rng: np.random.Generator) -> Times:
        """How long each takes, in seconds, around `median`: log-normal."""
        return median * np.exp(self.spread * rng.standard_normal(people))


@dataclass(frozen=True)
class Way:
    """A way of sending, the same for everybody of a wave.

    Attributes:
        sends: (case, redeeming times, rng) -> when each of them sends.
        density: (case, seconds from redeeming to sending) -> log-density of such a gap.
    """

    sends: Callable[[Case, Times, np.random.Generator], Times]
    density: Callable[[Case, Times], Times]


@dataclass(frozen=True)
class Wave:
    """The two lists that the operator has, each in order of time, and the truth.

    Attributes:
        redeemed: when each code was redeemed.
        sent: when each answer was sent.
        place: for each code, the place in `sent` of the answer that its holder sent.
    """

    redeemed: Times
    sent: Times
    place: NDArray[np.intp]


def make_wave(case: Case, way: Way, people: int, rng: np.random.Generator) -> Wave:
    """A wave of `people` who all answer, each in the same way."""
    redeemed = case.arrivals(people, rng)
    sent = way.sends(case, redeemed, rng)
    order = np.argsort(sent)
    return Wave(redeemed, sent[order], np.argsort(order))


def _soon(median: float) -> Way:
    def density(case: Case, gap: Times) -> Times:
        logarithm = np.log(np.maximum(gap, 1e-9) / median)
        found = -(logarithm**2) / (2 * case.spread**2) - logarithm
        return np.where(gap > 0, np.maximum(found, IMPOSSIBLE), IMPOSSIBLE)

    return Way(
        lambda case, redeemed, rng: redeemed + case.taking(median, len(redeemed), rng), density
    )


def _day_sends(case: Case, redeemed: Times, rng: np.random.Generator) -> Times:
    people = len(redeemed)
    return redeemed + rng.uniform(0, DAY, people) + case.taking(ANSWERING, people, rng)


def _day_density(case: Case, gap: Times) -> Times:
    """A gap is a wait of up to a day, all lengths alike, and then the time to answer."""

    def answered_within(seconds: Times) -> Times:
        return ndtr(np.log(np.maximum(seconds, 1e-9) / ANSWERING) / case.spread)

    share = answered_within(gap) - answered_within(gap - DAY)
    return np.maximum(np.log(np.maximum(share, 1e-300)), IMPOSSIBLE)


def _phase_sends(case: Case, redeemed: Times, rng: np.random.Generator) -> Times:
    """Tickets first, answers in as long a time afterwards, whoever took a ticket when."""
    opens = (max(case.days) + 1) * DAY
    return opens + rng.permutation(case.arrivals(len(redeemed), rng))


WAYS = {
    "at_once": _soon(TRIP),
    "one_sitting": _soon(ANSWERING),
    "within_a_day": Way(_day_sends, _day_density),
    "two_phases": Way(_phase_sends, lambda case, gap: np.zeros_like(gap)),
}
