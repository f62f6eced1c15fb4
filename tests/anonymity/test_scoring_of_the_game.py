"""The score: noise is left alone, and leaks of the size that the document names are found."""

from __future__ import annotations

import numpy as np
import pytest
from game import scoring
from game.attacks import ARRIVAL, Claim
from game.gathering import Truth
from game.people import PEOPLE, THINGS
from game.report import FULL_GAMES, SHORT_GAMES
from game.scoring import Score, Way

WAYS = 10


def played(games: int, leak: float, rng: np.random.Generator) -> Score:
    """An attack of ten ways, the first of which knows this share of people for certain."""
    score = Score({f"way {n}": Way() for n in range(WAYS)})
    for _ in range(games):
        for number, way in enumerate(score.ways.values()):
            found = rng.permutation(PEOPLE)
            known = rng.random(PEOPLE) < (leak if number == 0 else 0)
            way.add(np.where(known, ARRIVAL, found), ARRIVAL)
    return score


@pytest.mark.parametrize("games", [SHORT_GAMES, FULL_GAMES])
def test_leak_of_the_size_that_is_named_is_found(games: int) -> None:
    rng = np.random.default_rng(1)
    leak = scoring.smallest_share(games, WAYS)
    found = sum(played(games, leak, rng).alarms == ("way 0",) for _ in range(40))
    assert found >= 34


@pytest.mark.parametrize("games", [SHORT_GAMES, FULL_GAMES])
def test_order_that_goes_with_the_truth_as_far_as_is_named_is_found(games: int) -> None:
    rng = np.random.default_rng(2)
    leak = scoring.smallest_correlation(games, WAYS)
    found = 0
    for _ in range(40):
        score = played(games, 0, rng)
        score.ways["way 0"] = Way()
        for _ in range(games):
            noise = rng.normal(size=PEOPLE) * ARRIVAL.std() * np.sqrt(1 / leak**2 - 1)
            score.ways["way 0"].add(ARRIVAL + noise, ARRIVAL)
        found += score.alarms == ("way 0",)
    assert found >= 34


def test_noise_raises_no_alarm() -> None:
    rng = np.random.default_rng(3)
    assert not any(played(FULL_GAMES, 0, rng).alarms for _ in range(100))


def test_more_ways_are_held_to_higher_limits() -> None:
    assert scoring.limit_of_z(1) == pytest.approx(4)
    assert scoring.limit_of_z(100) > scoring.limit_of_z(10) > 4
    assert scoring.limit_of_matches(25, 100) > scoring.limit_of_matches(25, 1) > 25


def score_of(claim: Claim, truth: Truth) -> Way:
    scores: dict[str, Score] = {}
    scoring.add(scores, {"attack": {"way": claim}}, truth)
    return scores["attack"].ways["way"]


@pytest.fixture
def truth() -> Truth:
    rng = np.random.default_rng(4)
    return {kind: rng.permutation(PEOPLE) for kind in THINGS}


def test_claims_of_every_kind_are_held_against_the_truth(truth: Truth) -> None:
    others = np.random.default_rng(5).normal(size=PEOPLE)
    whose = np.argsort(truth["answer"])[truth["token"]]
    right = [
        Claim("answer", truth["answer"] * 3.5),
        Claim("answer", truth["answer"].astype(float), exact=True),
        Claim("answer", others[truth["answer"]], others=others),
        Claim("token", truth["token"].astype(float)),
        Claim("token", others[whose], "answer", others),
        Claim("person", ARRIVAL),
    ]
    for claim in right:
        way = score_of(claim, truth)
        assert (way.matches, way.games) == (PEOPLE, 1)
        assert way.z > 7


def test_the_order_backwards_counts_as_much(truth: Truth) -> None:
    way = score_of(Claim("answer", -truth["answer"].astype(float)), truth)
    assert way.most == way.reversed == PEOPLE
    assert way.z < -7


def test_numbers_that_are_alike_or_unknown_tell_nothing(truth: Truth) -> None:
    for numbers in (np.zeros(PEOPLE), np.full(PEOPLE, np.nan)):
        for exact in (False, True):
            if exact and not np.isnan(numbers).any():
                continue
            ways = [score_of(Claim("answer", numbers, exact=exact), truth) for _ in range(30)]
            assert 5 < sum(way.matches for way in ways) < 70
