"""Measures pinned to the worked examples of the UK Civil Service People Survey 2024."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.statistics.measures import index_score, respondent_scores, share

SCORES = [100, 75, 50, 25, 0]


@pytest.mark.parametrize(
    ("percents", "expected"), [([10, 40, 10, 16, 24], 49.0), ([22, 28, 34, 12, 6], 63.0)]
)
def test_index_is_the_raw_weighted_sum_even_of_percents_that_add_up_to_102(percents, expected):
    # P01: UK Civil Service People Survey 2024, Quality and Methodology, Table 1.
    assert index_score(percents, SCORES) == pytest.approx(expected, abs=1e-9)


def test_score_of_one_respondent_is_the_mean_of_their_answers():
    # P02: UK Civil Service People Survey 2024, worked example.
    found = respondent_scores(np.array([[100.0, 75.0, 75.0, 50.0, 25.0]]))
    assert found == pytest.approx([65.0], abs=1e-9)


def test_percent_positive_counts_the_positive_answers():
    # P03: UK Civil Service People Survey 2024, Table A (269 of 565).
    found = 100 * share([103, 166, 177, 95, 24], [True, True, False, False, False])
    assert found == pytest.approx(47.611, abs=5e-4)


def test_mean_score_of_an_item_is_on_0_to_100():
    # M01: answers 1 to 5, counts 3, 7, 12, 20, 8, score 61.5.
    percents = np.array([3, 7, 12, 20, 8]) * 2
    assert index_score(percents, SCORES[::-1]) == pytest.approx(61.5, abs=1e-6)


def test_a_theme_needs_half_of_its_items():
    gap = np.nan
    found = respondent_scores(np.array([[100, 50, gap, gap], [100, gap, gap, gap], [gap] * 4]))
    assert found[0] == 75.0
    assert np.isnan(found[1:]).all()


def test_nobody_answered_is_no_share():
    with pytest.raises(EstimationError):
        share([0, 0], [True, False])
