"""How much of a small group's spread may be taken from all groups together."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import polygamma
from scipy.stats import ttest_ind

from analysis.statistics.comparisons import cautious_welch, welch
from analysis.statistics.spreads import NARROWEST, alike_freedom

GROUPS = 60
LEVEL = 2e-3
FORCES = 300


def _drawn(rng: np.random.Generator, differ: float) -> list[np.ndarray]:
    """Sixty departments of which nothing is true, whose spreads differ by so much."""
    people = rng.integers(12, 110, GROUPS)
    spreads = np.exp(differ * rng.standard_normal(GROUPS))
    return [spread * rng.standard_normal(n) for n, spread in zip(people, spreads, strict=True)]


def _found(groups: list[np.ndarray]) -> float:
    return alike_freedom([len(one) for one in groups], [float(one.var(ddof=1)) for one in groups])


def _sums(answers: np.ndarray) -> tuple[int, float, float]:
    return len(answers), float(answers.sum()), float((answers**2).sum())


def test_what_was_drawn_is_found_again() -> None:
    """Variances of a known prior: its degrees of freedom come out in the middle of many."""
    rng = np.random.default_rng(1)
    for freedom in (5.0, 20.0):
        found = []
        for _ in range(100):
            true = freedom / rng.chisquare(freedom, 200)
            seen = true * rng.chisquare(30, 200) / 30
            found.append(alike_freedom([31] * 200, seen.tolist()))
        assert np.median(found) == pytest.approx(freedom, rel=0.1)


def test_the_moments_are_those_of_the_source() -> None:
    """With equal sizes the whole is one equation, which is written here once more."""
    people, variances = [21] * 12, [0.5, 2.5, 1, 0.2, 1.4, 0.9, 3, 1.1, 0.7, 0.4, 2, 1.6]
    excess = np.var(np.log(variances), ddof=1) - polygamma(1, 10)
    assert polygamma(1, alike_freedom(people, variances) / 2) == pytest.approx(excess)


def test_too_few_groups_or_one_without_spread_teach_nothing() -> None:
    assert alike_freedom([50] * 9, [1.0] * 9) == 0
    assert alike_freedom([50] * 10, [1.0] * 10) == NARROWEST
    assert alike_freedom([50] * 10, [1.0] * 9 + [0.0]) == 0
    assert alike_freedom([], []) == 0


def test_nothing_taken_is_the_larger_p_and_all_taken_is_students() -> None:
    rng = np.random.default_rng(2)
    for spread in (0.5, 1.0, 2.0):
        one, other = spread * rng.normal(-0.1, 1, 30), rng.normal(0, 1, 2000)
        sides = (*_sums(one), *_sums(other))
        own, borrowed = cautious_welch(*sides), cautious_welch(*sides, NARROWEST)
        assert own.p >= welch(*sides).p
        students = ttest_ind(one, other).pvalue
        # Of the group's own spread its part among two thousand is left.
        assert borrowed.p == pytest.approx(students, rel=0.2)
        assert students <= borrowed.p <= own.p
        assert (own.gap, own.lower, own.upper) == (borrowed.gap, borrowed.lower, borrowed.upper)


@pytest.mark.slow
@pytest.mark.parametrize("differ", [0.0, 0.1, 0.3])
def test_a_test_errs_no_more_than_it_says_however_spreads_differ(differ: float) -> None:
    found, trusting = _errors(differ)
    assert found <= 1.25 * LEVEL
    if differ == 0.3:
        # Planted: groups are always taken to spread alike.
        assert trusting > 2 * LEVEL
    if differ == 0:
        assert found >= 0.5 * LEVEL


def _errors(differ: float) -> tuple[float, float]:
    """Parts of the comparisons that err: as it is found, and with all spread taken from all."""
    rng = np.random.default_rng([3, int(1000 * differ)])
    wrong = [0, 0]
    for _ in range(FORCES):
        groups = _drawn(rng, differ)
        sums = np.array([_sums(one) for one in groups])
        everybody = sums.sum(axis=0)
        for at, alike in enumerate((_found(groups), NARROWEST)):
            for own in sums:
                n, total, squares = own
                rest = everybody - own
                found = cautious_welch(int(n), total, squares, int(rest[0]), *rest[1:], alike)
                wrong[at] += found.p < LEVEL
    return wrong[0] / (FORCES * GROUPS), wrong[1] / (FORCES * GROUPS)
