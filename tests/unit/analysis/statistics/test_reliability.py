"""Cronbach's alpha pinned to R psych."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.statistics.reliability import cronbach_alpha, item_total_correlations

# The data set `attitude` of base R (Chatterjee and Price 1977): 30 departments, 7 items.
_ROWS = """
43 51 30 39 61 92 45 63 64 51 54 63 73 47 71 70 68 69 76 86 48 61 63 45 47 54 84 35
81 78 56 66 71 83 47 43 55 49 44 54 49 34 58 67 42 56 66 68 35 71 75 50 55 70 66 41
72 82 72 67 71 83 31 67 61 45 47 62 80 41 64 53 53 58 58 67 34 67 60 47 39 59 74 41
69 62 57 42 55 63 25 68 83 83 45 59 77 35 77 77 54 72 79 77 46 81 90 50 72 60 54 36
74 85 64 69 79 79 63 65 60 65 75 55 80 60 65 70 46 57 75 85 46 50 58 68 54 64 78 52
50 40 33 34 43 64 33 64 61 52 62 66 80 41 53 66 52 50 63 80 37 40 37 42 58 50 57 49
63 54 42 48 66 75 33 66 77 66 63 88 76 72 78 75 58 74 80 78 49 48 57 44 45 51 83 38
85 85 71 71 77 74 55 82 82 39 59 64 78 39
"""
ATTITUDE = np.array(_ROWS.split(), dtype=float).reshape(30, 7)


def _alpha(scores, **options):
    return cronbach_alpha(len(scores), scores.sum(axis=0), scores.T @ scores, **options)


def test_alpha_of_the_attitude_data_is_that_of_r_psych():
    # K01: R psych 2.2.9 alpha, raw.
    found = _alpha(ATTITUDE, least_respondents=30)
    assert found.alpha == pytest.approx(0.8431427696, abs=1e-6)
    assert found.lower < found.alpha < found.upper < 1


def test_feldts_limits_miss_the_true_alpha_once_in_forty_on_either_side():
    rng = np.random.default_rng(11)
    truth = 4 * 0.5 / (1 + 3 * 0.5)
    runs, too_high, too_low = 3000, 0, 0
    for _ in range(runs):
        person = rng.normal(size=(12, 1)) * np.sqrt(0.5)
        scores = person + rng.normal(size=(12, 4)) * np.sqrt(0.5)
        found = _alpha(scores, least_respondents=12)
        too_high += truth < found.lower
        too_low += truth > found.upper
    # Three standard errors of a simulated 2.5 %.
    assert too_high / runs == pytest.approx(0.025, abs=0.009)
    assert too_low / runs == pytest.approx(0.025, abs=0.009)


def test_alpha_of_few_respondents_or_items_is_not_given():
    with pytest.raises(EstimationError, match="not 7 and 30"):
        _alpha(ATTITUDE)
    with pytest.raises(EstimationError, match="3 items"):
        _alpha(np.tile(ATTITUDE[:, :2], (5, 1)))


def test_alpha_without_any_spread_is_not_defined():
    with pytest.raises(EstimationError, match="same total"):
        _alpha(np.full((200, 4), 75.0))


def test_sums_of_products_must_fit_the_items():
    with pytest.raises(EstimationError):
        cronbach_alpha(200, np.ones(4), np.eye(3))


def test_item_total_correlations_are_those_with_the_sum_of_the_others():
    scores = ATTITUDE.copy()
    scores[:, 2] = 100 - scores[:, 2]
    found = item_total_correlations(len(scores), scores.sum(axis=0), scores.T @ scores)
    for item, correlation in enumerate(found):
        rest = np.delete(scores, item, axis=1).sum(axis=1)
        assert correlation == pytest.approx(np.corrcoef(scores[:, item], rest)[0, 1])
    assert found[2] < -0.2


def test_an_item_that_all_answer_alike_goes_with_nothing():
    scores = np.column_stack([ATTITUDE[:, :2], np.full(len(ATTITUDE), 50.0)])
    found = item_total_correlations(len(scores), scores.sum(axis=0), scores.T @ scores)
    assert found[2] == 0
    assert found[0] == pytest.approx(found[1])
