"""Scoring: what a claim has found, against what chance finds.

Chance finds one match a game, whoever guesses, so Poisson(games) over all of them; and numbers that
mean nothing go with the truth no more than z = 4 would say. Both limits are shared out over an
attack's ways of making its claim.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np
from scipy.stats import norm, poisson

from game.attacks import ARRIVAL, ATTACKS, ON_ARRIVAL, Claim
from game.gathering import Truth
from game.people import PEOPLE

CHANCE = 1e-4
"""Of a false alarm by matches, shared out over all attacks."""

LIMIT_Z = 4.0
"""Of an attack with one way to claim."""


@dataclass
class Way:
    """One way of claiming, over the games so far."""

    games: int = 0
    matches: int = 0
    reversed: int = 0
    correlation: float = 0.0

    def add(self, found: np.ndarray, true: np.ndarray) -> None:
        """One more game: the place claimed for each thing, and its true place."""
        self.games += 1
        self.matches += int((found == true).sum())
        self.reversed += int((PEOPLE - 1 - found == true).sum())
        if np.ptp(found):
            self.correlation += float(np.corrcoef(found, true)[0, 1])

    def extend(self, more: Way) -> None:
        """Games that were played apart."""
        self.games += more.games
        self.matches += more.matches
        self.reversed += more.reversed
        self.correlation += more.correlation

    @property
    def z(self) -> float:
        """How far the order goes with the truth, or against it, in standard deviations."""
        return float(self.correlation * np.sqrt((PEOPLE - 1) / self.games))

    @property
    def most(self) -> int:
        """Matches in the better of the two directions."""
        return max(self.matches, self.reversed)


@dataclass
class Score:
    """An attack over the games so far: its ways, by name."""

    ways: dict[str, Way] = field(default_factory=dict)

    def extend(self, more: Score) -> None:
        """Games that were played apart."""
        for name, way in more.ways.items():
            self.ways.setdefault(name, Way()).extend(way)

    @property
    def matches(self) -> int:
        """The most matches that any way found."""
        return max((way.most for way in self.ways.values()), default=0)

    @property
    def z(self) -> float:
        """The furthest that any way's order goes with the truth, whichever direction."""
        return max((abs(way.z) for way in self.ways.values()), default=0.0)

    @property
    def alarms(self) -> tuple[str, ...]:
        """The ways that beat chance."""
        count = max(1, len(self.ways))
        return tuple(
            name
            for name, way in self.ways.items()
            if abs(way.z) > limit_of_z(count) or way.most > limit_of_matches(way.games, count)
        )


@cache
def limit_of_z(ways: int) -> float:
    """What |z| an attack of so many ways may reach: 4 for one way, as rarely for more."""
    return float(norm.isf(norm.sf(LIMIT_Z) / ways))


@cache
def limit_of_matches(games: int, ways: int) -> int:
    """How many matches an attack of so many ways may find, in the better of two directions."""
    share = CHANCE / len(ATTACKS | ON_ARRIVAL) / ways / 2
    return int(poisson.isf(share, games))


def smallest_share(games: int, ways: int = 10) -> float:
    """The share of people whom a leak must give away to be found 19 times in 20."""
    limit = limit_of_matches(games, ways)
    needed = next(mean for mean in range(limit, PEOPLE * games) if poisson.sf(limit, mean) > 0.95)
    return (needed - games) / (PEOPLE * games)


def smallest_correlation(games: int, ways: int = 10) -> float:
    """The correlation with the truth that an order must have to be found 19 times in 20."""
    return float((limit_of_z(ways) + norm.isf(0.05)) / np.sqrt((PEOPLE - 1) * games))


def add(scores: dict[str, Score], claims: dict[str, dict[str, Claim]], truth: Truth) -> None:
    """Compare one game's claims with the truth."""
    rng = np.random.default_rng()
    for attack, ways in claims.items():
        score = scores.setdefault(attack, Score())
        for name, claim in ways.items():
            score.ways.setdefault(name, Way()).add(*_places(claim, truth, rng))


def _places(claim: Claim, truth: Truth, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The place that is claimed for each thing, and the true one."""
    target = np.arange(PEOPLE) if claim.things == "person" else truth[claim.things]
    if claim.against != "person":  # of each thing, the one of that kind from the same person
        target = np.argsort(truth[claim.against])[target]
    if claim.exact:
        # Whoever has nothing to go by guesses.
        guess = np.where(np.isnan(claim.numbers), rng.permutation(PEOPLE), claim.numbers)
        return guess, target.astype(float)
    others = ARRIVAL if claim.others is None else claim.others
    return _ranked(claim.numbers, rng), _ranked(others, rng)[target]


def _ranked(numbers: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ranks from 0; equal numbers in random order, unknown ones at random places."""
    unknown = np.isnan(numbers)
    known = numbers[~unknown]
    filled = numbers.astype(float)
    filled[unknown] = rng.choice(known, unknown.sum()) if len(known) else 0
    ranks = np.empty(len(numbers))
    ranks[np.lexsort((rng.random(len(numbers)), filled))] = np.arange(len(numbers))
    return ranks
