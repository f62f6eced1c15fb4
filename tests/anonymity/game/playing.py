"""Plays games and keeps the score."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

import numpy as np

from game import attacks, gathering, scoring
from game.attacks import ATTACKS, ON_ARRIVAL
from game.controls import CONTROLS
from game.people import WAVE
from game.scoring import Score
from game.world import Ground, Plant, play
from survey.collect import salts

STATES = ("live", "closed")
Scores = dict[str, Score]

MOST_ROUNDS = 3
"""An alarm is played on, so that it is never chance: as many games again, at most this often."""


def scores(
    ground: Ground,
    seeds: Iterable[int],
    plant: Plant | None = None,
    states: Sequence[str] = STATES,
    tick: Callable[[], None] = lambda: None,
    among: Collection[str] = ATTACKS | ON_ARRIVAL,
) -> dict[str, Scores]:
    """Play a game for each seed; the score of each attack in each state.

    Args:
        ground: the wave to play on copies of.
        seeds: one for each game.
        plant: builds a fault in.
        states: in which it is looked at.
        tick: called after each game.
        among: the only attacks that are tried.
    """
    salt = salts.read(ground.live.settings, WAVE)
    assert salt
    kept: dict[str, Scores] = {}
    for seed in seeds:
        for played in play(ground, np.random.default_rng(seed), plant):
            if played.state in states:
                evidence, truth = gathering.gather(played, salt)
                claims = attacks.claims_of(evidence, among)
                scoring.add(kept.setdefault(played.state, {}), claims, truth)
            if played.state == states[-1]:
                break
        tick()
    return kept


def honest(
    ground: Ground, games: int, tick: Callable[[], None] = lambda: None
) -> tuple[int, dict[str, Scores]]:
    """Play the product as it is; returns how many games it took, and the score over all of them."""
    kept: dict[str, Scores] = {}
    for played in range(1, MOST_ROUNDS + 1):
        more = scores(ground, range((played - 1) * games, played * games), tick=tick)
        for state in STATES:
            for attack, score in more[state].items():
                kept.setdefault(state, {}).setdefault(attack, Score()).extend(score)
        if not any(alarms(kept[state], ATTACKS) for state in STATES):
            break
    return played * games, kept


def alarms(of: Scores, among: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The attacks that beat chance, and by which ways."""
    return {attack: of[attack].alarms for attack in among if of[attack].alarms}


def caught(
    ground: Ground, control: str, games: int, among: Collection[str] = ATTACKS | ON_ARRIVAL
) -> frozenset[str]:
    """The attacks, of all or of some, that find a planted fault."""
    planted = CONTROLS[control]
    found = scores(ground, range(games), planted.plant, [planted.state], among=among)
    return frozenset(alarms(found[planted.state], among))
