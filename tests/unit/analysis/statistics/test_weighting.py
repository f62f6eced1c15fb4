"""Weights pinned to R survey's rake and postStratify."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.statistics.intervals import wilson
from analysis.statistics.weighting import (
    kish_effective_n,
    post_stratify,
    rake,
    reweighted,
    trim,
    weighted_share,
)

# W01 and W02: respondents F A, B, C and M A, B, C; margins 200, 250, 150 and 240, 360.
COUNTS = np.array([[40, 60, 30], [80, 50, 40]])
MARGINS = {1: [200, 250, 150], 0: [240, 360]}
CELLS = np.array([[90, 90, 60], [110, 160, 90]])
# Positive answers per cell. The reference gives both means and not the answers; these whole
# numbers give both, to the digits published.
POSITIVE = np.array([[18, 30, 18], [28, 20, 18]])


def test_raked_weights_are_those_of_r_survey():
    # W01: R survey rake; own iterative proportional fitting agrees.
    weights = rake(COUNTS, MARGINS)
    assert weights[0] == pytest.approx([1.459324598, 2.07200528, 1.91022331], abs=1e-6)
    assert weights[1] == pytest.approx([1.770337701, 2.513593664, 2.317332517], abs=1e-6)
    mean = (weights * POSITIVE).sum() / (weights * COUNTS).sum()
    assert mean == pytest.approx(0.44060889, abs=1e-6)


def test_effective_n_of_raked_weights_is_that_of_r_survey():
    # W01: Kish's design effect 1.028068815, effective n 291.8092598.
    weights = rake(COUNTS, MARGINS)
    total, squares = (COUNTS * weights).sum(), (COUNTS * weights**2).sum()
    assert kish_effective_n(total, squares) == pytest.approx(291.8092598, abs=1e-6)
    assert 300 / kish_effective_n(total, squares) == pytest.approx(1.028068815, abs=1e-6)


def test_post_stratified_mean_is_that_of_r_survey():
    # W02: R survey postStratify.
    weights = post_stratify(COUNTS, CELLS)
    assert weights * COUNTS == pytest.approx(CELLS)
    assert (weights * POSITIVE).sum() / 600 == pytest.approx(0.4408333333, abs=1e-6)


def test_trimmed_weights_stay_between_three_tenths_and_three():
    counts = np.array([90, 10, 1, 0])
    trimmed = trim(counts, post_stratify(counts, [10, 20, 70, 0]))
    assert trimmed.tolist() == [0.3, pytest.approx(2.02), 3.0, 0.0]


def test_weights_near_one_are_only_scaled():
    weights = rake(COUNTS, MARGINS)
    assert trim(COUNTS, weights) == pytest.approx(weights / 2)


def test_equal_weights_change_nothing():
    assert kish_effective_n(2.5 * 40, 2.5**2 * 40) == pytest.approx(40)
    found, plain = weighted_share(2.5 * 13, 2.5 * 40, 2.5**2 * 40), wilson(13, 40)
    assert (found.lower, found.upper) == pytest.approx((plain.lower, plain.upper))


def test_unequal_weights_widen_the_range():
    weights = np.array([1.0] * 30 + [4.0] * 10)
    found = weighted_share(20.0, weights.sum(), (weights**2).sum())
    assert (
        found.upper - found.lower > wilson(40 * 20 / 70, 40).upper - wilson(40 * 20 / 70, 40).lower
    )


def test_a_weighted_share_of_everybody_has_no_range():
    found = weighted_share(2.1 * 30, 2.1 * 70, 2.1**2 * 70, 70)
    assert found.lower == found.upper == pytest.approx(3 / 7)


@pytest.mark.parametrize(
    "call",
    [
        lambda: post_stratify([10, 0], [20, 5]),
        lambda: post_stratify([10, 0], [20]),
        lambda: post_stratify([10, -1], [20, 5]),
        lambda: post_stratify([10, 1], [20, float("nan")]),
        lambda: rake([[1, 2], [3, 4]], {0: [5, 5], 1: [6, 5]}),
        lambda: rake([[1, 2], [3, 4]], {}),
        lambda: rake([[1, 2], [3, 4]], {0: [5, 3, 2], 1: [5, 5]}),
        lambda: rake([[1, 2], [3, 4]], {2: [5, 5]}),
        lambda: rake([[0, 0], [3, 4]], {0: [5, 5], 1: [5, 5]}),
        lambda: rake([[5, 0], [5, 5]], {0: [9, 1], 1: [1, 9]}),
        lambda: trim([0, 0], [1, 1]),
        lambda: kish_effective_n(0, 0),
    ],
)
def test_headcounts_that_respondents_cannot_meet_are_one_sentence(call):
    with pytest.raises(EstimationError):
        call()


def test_a_group_is_weighted_by_its_parts():
    # Half of 200 people each in two parts; 60 and 20 answered, 10 said of no part.
    found = reweighted([60, 20], [100, 100], 90)
    assert found.weights == pytest.approx([2 / 3, 2])
    # Kish: (40 + 40 + 10)^2 / (60 x 4/9 + 20 x 4 + 10)
    assert found.effective == pytest.approx(90**2 / (60 * 4 / 9 + 80 + 10))
    # (0.7 + 0.3) / 2 in place of (60 x 0.7 + 20 x 0.3) / 80, for 80 of 90 answers
    assert found.shift([0.7, 0.3], [60, 20], 90) == pytest.approx((0.5 - 0.6) * 80 / 90)


def test_parts_that_answered_alike_move_nothing():
    found = reweighted([60, 30], [100, 50], 90)
    assert found.shift([0.9, 0.1], [60, 30], 90) == pytest.approx(0)
    assert found.effective == pytest.approx(90)


def test_weights_of_parts_are_trimmed():
    assert reweighted([100, 1], [100, 900], 101).weights.tolist() == pytest.approx([0.3, 3.0])
