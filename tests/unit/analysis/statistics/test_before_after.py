"""Before and after pinned to R, and what a yardstick must not do."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.statistics.before_after import (
    difference_in_differences,
    regression_to_the_mean,
    stands_out,
)


def test_difference_in_differences_is_that_of_r():
    # C01: R 4.2.2, glm with identity link; statsmodels agrees.
    found = difference_in_differences([40, 100, 300, 600], [66, 110, 318, 590])
    assert found.gap == pytest.approx(0.16101694915, abs=1e-7)
    assert found.p == pytest.approx(0.02872867681, abs=1e-7)
    assert (found.lower, found.upper) == pytest.approx((0.01672794651, 0.3053059518), abs=1e-7)


def test_swapping_the_groups_mirrors_the_result():
    one = difference_in_differences([40, 100, 300, 600], [66, 110, 318, 590])
    other = difference_in_differences([300, 600, 40, 100], [318, 590, 66, 110])
    assert (other.gap, other.lower, other.upper) == pytest.approx(
        (-one.gap, -one.upper, -one.lower)
    )
    assert other.p == pytest.approx(one.p)


def test_a_change_stands_out_from_a_sample_of_others_by_t():
    # By hand: mean 1, standard deviation sqrt(2.5), error sqrt(2.5 * 1.2) = sqrt(3), t = 3 at 4.
    found = stands_out(1 + 3 * 3**0.5, [-1, 0, 1, 2, 3])
    assert found.others == pytest.approx(1)
    assert found.degrees == 4
    assert found.excess.gap == pytest.approx(3 * 3**0.5)
    assert found.excess.p == pytest.approx(0.03994197, abs=1e-7)  # R: 2 * pt(-3, 4)


def test_when_nothing_was_done_one_in_twenty_stands_out():
    rng = np.random.default_rng(4)
    drawn = rng.normal(2.0, 3.0, (4000, 12))
    found = [stands_out(float(row[0]), row[1:].tolist()).excess.p <= 0.05 for row in drawn]
    assert np.mean(found) == pytest.approx(0.05, abs=0.012)


def test_a_group_picked_for_being_low_rises_by_what_was_chance():
    rng = np.random.default_rng(9)
    true = rng.normal(60, 4, (3000, 12))
    first, second = (true + rng.normal(0, 5, true.shape) for _ in range(2))
    lowest = first.argmin(axis=1)
    at = np.arange(len(true))
    told = [
        regression_to_the_mean(float(row[low]), row.tolist(), [5.0] * 12)
        for row, low in zip(first, lowest, strict=True)
    ]
    assert np.mean(told) == pytest.approx(np.mean((second - first)[at, lowest]), abs=0.8)
    assert np.mean(told) > 4


def test_without_chance_nothing_regresses():
    assert regression_to_the_mean(40, [40, 50, 60, 70], [0, 0, 0, 0]) == 0
    assert regression_to_the_mean(50, [50, 50, 50, 50], [3, 3, 3, 3]) == 0


@pytest.mark.parametrize("counts", [[40, 100, 300], [110, 100, 3, 6], [0, 0, 3, 6], [0, 5, 6, 6]])
def test_cells_that_cannot_be_are_one_sentence(counts):
    with pytest.raises(EstimationError):
        difference_in_differences(counts, [0, 5, 6, 6])


@pytest.mark.parametrize("others", [[1.0, 2.0], [1.0, 1.0, 1.0]])
def test_too_few_or_equal_others_are_no_yardstick(others):
    with pytest.raises(EstimationError):
        stands_out(5.0, others)


@pytest.mark.parametrize("errors", [[1.0, 1.0], [1.0, 1.0, 1.0, -1.0]])
def test_errors_that_do_not_fit_are_one_sentence(errors):
    with pytest.raises(EstimationError):
        regression_to_the_mean(1.0, [1.0, 2.0, 3.0, 4.0], errors)
