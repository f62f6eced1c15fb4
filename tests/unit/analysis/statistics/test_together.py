"""Gaps of two waves as one: a change of everybody's level is no gap."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.statistics.comparisons import cautious_welch
from analysis.statistics.together import Sides, waves_together

SPREAD = 0.3


def _sides(first: np.ndarray, second: np.ndarray) -> Sides:
    one, other = (
        (len(side), float(side.sum()), float((side**2).sum())) for side in (first, second)
    )
    return (*one, *other)


def _drawn(seed: int, n: int, rest: int, gap: float, level: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    group, others = rng.normal(0, SPREAD, n), rng.normal(0, SPREAD, rest)
    return group - group.mean() + level + gap, others - others.mean() + level


def test_a_change_of_everybodys_level_leaves_the_gap_a_mean_of_the_two() -> None:
    then, now = _drawn(1, 20, 500, 0.0, 0.5), _drawn(2, 60, 500, 0.0, 0.6)
    found = waves_together(_sides(*now), _sides(*then))
    assert found.gap == pytest.approx(0, abs=1e-12)
    # What sums that are added up would say: 2.5 points.
    together = [np.concatenate(both) for both in zip(now, then, strict=True)]
    assert cautious_welch(*_sides(*together)).gap == pytest.approx(0.025)


def test_the_gap_is_that_of_a_regression_with_a_level_for_each_wave() -> None:
    waves = [_drawn(3, 20, 300, -0.2, 0.5), _drawn(4, 60, 500, -0.1, 0.7)]
    answers = np.concatenate([side for wave in waves for side in wave])
    in_group = np.concatenate([np.full(len(s), i == 0) for w in waves for i, s in enumerate(w)])
    later = np.repeat([0, 1], [320, 560])
    columns = np.column_stack([in_group, later == 0, later == 1]).astype(float)
    expected = np.linalg.lstsq(columns, answers, rcond=None)[0][0]
    found = waves_together(*(_sides(*wave) for wave in waves))
    assert found.gap == pytest.approx(expected, rel=1e-9)
    assert -0.2 < found.gap < -0.1


def test_one_wave_is_the_cautious_comparison_itself() -> None:
    for n, spread in ((15, 0.1), (15, 2.0), (300, 1.0)):
        group, rest = _drawn(5, n, 400, -0.1, 0.5)
        sides = _sides(group * spread, rest)
        one, other = waves_together(sides), cautious_welch(*sides)
        assert (one.gap, one.lower, one.upper, one.p) == pytest.approx(
            (other.gap, other.lower, other.upper, other.p), rel=1e-9
        )


def test_limits_and_p_are_right_where_nothing_is_true() -> None:
    rng = np.random.default_rng(6)
    found = [
        waves_together(
            _sides(rng.normal(0.5, SPREAD, 12), rng.normal(0.5, SPREAD, 200)),
            _sides(rng.normal(0.6, SPREAD, 36), rng.normal(0.6, SPREAD, 200)),
        )
        for _ in range(4000)
    ]
    missed = np.mean([one.lower > 0 or one.upper < 0 for one in found])
    assert missed == pytest.approx(0.05, abs=0.012)
    assert np.mean([one.p < 0.05 for one in found]) <= missed


def test_the_same_people_twice_are_not_twice_as_many() -> None:
    waves = [_sides(*_drawn(seed, 40, 400, -0.1, 0.5)) for seed in (7, 8)]
    plain, wider = waves_together(*waves), waves_together(*waves, inflation=1.35)
    assert wider.gap == plain.gap
    assert wider.upper - wider.gap == pytest.approx(1.35**0.5 * (plain.upper - plain.gap))
    assert wider.p > plain.p


def test_a_wave_in_which_all_answer_alike_shows_no_gap_and_takes_none_away() -> None:
    alike = (12, 6.0, 3.0, 40, 20.0, 10.0)
    assert waves_together(alike, alike).p == 1
    found = waves_together(alike, _sides(*_drawn(9, 40, 400, -0.2, 0.5)))
    assert -0.2 < found.gap < 0
    assert 0 < found.p < 1
