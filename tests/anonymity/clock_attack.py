"""An operator's attempt to say who sent which answer, from nothing but times.

Two attacks. *By order*: the first to redeem sends first. *By likelihood*: of all ways to give each
code one answer, the one under which the observed times are likeliest; the operator is assumed to
know exactly how people behave. What is told is the better of the two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from clock_waves import WAYS, Case, Times, Wave, Way, make_wave
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

ROWS = 250
"""Rows of the matrix of log-likelihoods that are worked out at a time, to save memory."""

Guess = NDArray[np.intp]
"""For each code, in order of redeeming, the place of the answer that is said to be its holder's."""


@dataclass(frozen=True)
class Linked:
    """What an attack achieves.

    Attributes:
        share: of people who are linked with their own answer, in [0, 1], averaged over waves.
        error: the standard error of that average.
    """

    share: float
    error: float


def by_order(redeemed: Times) -> Guess:
    """The first to redeem sends first."""
    return np.arange(len(redeemed))


def by_likelihood(case: Case, way: Way, redeemed: Times, sent: Times) -> Guess:
    """The likeliest assignment, exactly; ties are broken without a look at the truth."""
    cost = np.empty((len(redeemed), len(sent)))
    for first in range(0, len(redeemed), ROWS):
        rows = slice(first, first + ROWS)
        cost[rows] = -way.density(case, sent[None, :] - redeemed[rows, None])
    return linear_sum_assignment(cost)[1]


def guesses(case: Case, way: Way, wave: Wave) -> dict[str, Guess]:
    """What each attack says of a wave."""
    return {
        "order": by_order(wave.redeemed),
        "likelihood": by_likelihood(case, way, wave.redeemed, wave.sent),
    }


def shares(case: Case, way: Way, people: int, waves: int, rng: np.random.Generator) -> np.ndarray:
    """The share of people that each attack links: an array of waves x attacks."""
    found = []
    for _ in range(waves):
        wave = make_wave(case, way, people, rng)
        found.append([np.mean(one == wave.place) for one in guesses(case, way, wave).values()])
    return np.array(found)


def measure(case: Case, way: str, people: int, waves: int, rng: np.random.Generator) -> Linked:
    """What the better attack achieves against waves of `people` who all send in one way.

    Args:
        case: what is assumed of the waves.
        way: one of `WAYS`.
        people: who answer in each wave.
        waves: how many are tried, at least 2.
        rng: makes them.
    """
    found = shares(case, WAYS[way], people, waves, rng)
    best = int(found.mean(axis=0).argmax())
    column = found[:, best]
    return Linked(float(column.mean()), float(column.std(ddof=1) / np.sqrt(waves)))
