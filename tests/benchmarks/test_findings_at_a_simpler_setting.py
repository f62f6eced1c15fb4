"""The area-of-concern rule at a simple setting: 12 commands, 8 groups, 40 items in 8 themes."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pytest

from analysis.statistics.comparisons import cautious_welch
from analysis.statistics.concerns import Comparison, flag

PEOPLE, THEMES, ITEMS = 3300, 8, 5
COMMANDS = np.array([1.5, 1.5, *[1.0] * 8, 0.6, 0.6])
GROUPS = np.array([0.30, 0.25, 0.15, 0.12, 0.08, 0.05, 0.032, 0.018])
WATCHED = 59
K = 10

Numbers = npt.NDArray[np.float64]
Who = npt.NDArray[np.bool_]


def wave(rng: np.random.Generator, points: int, target: str) -> tuple[Numbers, dict[str, Who]]:
    """Everybody's share of positive answers by theme, and the groups; a gap in the first theme."""
    command = rng.choice(len(COMMANDS), PEOPLE, p=COMMANDS / COMMANDS.sum())
    group = rng.choice(len(GROUPS), PEOPLE, p=GROUPS / GROUPS.sum())
    group[group == 7] = 6
    group[rng.choice(PEOPLE, WATCHED, replace=False)] = 7
    watched = np.isin(np.arange(PEOPLE), rng.choice(PEOPLE, WATCHED, replace=False))
    who = {f"command-{n}": command == n for n in range(len(COMMANDS))}
    who |= {f"group-{n}": group == n for n in range(len(GROUPS))}
    who["watched"] = watched
    positive = rng.uniform(0.55, 0.70, (THEMES, ITEMS))
    least = np.vectorize(NormalDist().inv_cdf)(1 - positive)
    # Shares of the variance as in survey/demo/answering.py.
    liking = 0.25**0.5 * rng.standard_normal((PEOPLE, 1, 1))
    liking = liking + 0.15**0.5 * rng.standard_normal((PEOPLE, THEMES, 1))
    liking = liking + 0.6**0.5 * rng.standard_normal((PEOPLE, THEMES, ITEMS))
    fallen = NormalDist().inv_cdf(0.625 - points / 100) - NormalDist().inv_cdf(0.625)
    liking[who[target], 0] += fallen
    return (liking > least).mean(axis=2), who


def findings(shares: Numbers, who: dict[str, Who]) -> set[tuple[str, int]]:
    families: dict[str, list[Comparison]] = {}
    for name, inside in who.items():
        for theme in range(THEMES):
            sides = [shares[part, theme] for part in (inside, ~inside)]
            (n1, *_), (n2, *_) = sums = [(len(s), s.sum(), (s**2).sum()) for s in sides]
            difference = cautious_welch(*sums[0], *sums[1])
            family = families.setdefault("watched" if name == "watched" else "wave", [])
            family.append(Comparison(name, str(theme), n1, n2, difference))
    flags = [one for family in families.values() for one in flag(family, K).flags]
    return {(one.group, int(one.measure)) for one in flags}


def found(rng: np.random.Generator, runs: int, target: str) -> float:
    return sum((target, 0) in findings(*wave(rng, 17, target)) for _ in range(runs)) / runs


@pytest.mark.slow
def test_fifty_nine_watched_people_seventeen_points_below_are_found() -> None:
    assert found(np.random.default_rng(1), 30, "watched") >= 0.7


@pytest.mark.slow
def test_chance_hardly_raises_anything() -> None:
    rng = np.random.default_rng(2)
    # 0.1 a wave is the target: 4 are expected at most, and 10 would be four too many by chance.
    assert sum(len(findings(*wave(rng, 0, "watched"))) for _ in range(40)) <= 9


@pytest.mark.long
def test_seldom_wrong_and_finds_a_small_named_group() -> None:
    rng = np.random.default_rng(3)
    runs = 500
    raised = [len(findings(*wave(rng, 0, "watched"))) for _ in range(runs)]
    watched, unwatched = found(rng, runs, "watched"), found(rng, runs, "group-7")
    any_raised = sum(number > 0 for number in raised) / runs
    print(f"\nnothing planted: {sum(raised) / runs:.3f} findings a wave, any in {any_raised:.3f}")
    print(f"59 people, 17 points: watched {watched:.2f}, one of the eight groups {unwatched:.2f}")
    # The target is 0.1; twice the standard error of 500 waves is added.
    assert sum(raised) / runs <= 0.1 + 0.035
    assert watched >= 0.7
