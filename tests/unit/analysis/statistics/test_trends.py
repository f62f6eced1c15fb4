"""Trends pinned to R's prop.trend.test."""

from __future__ import annotations

import pytest

from analysis.errors import EstimationError
from analysis.statistics.comparisons import miettinen_nurminen, welch
from analysis.statistics.trends import change_of_mean, change_of_share, cochran_armitage, logistic


def test_cochran_armitage_is_that_of_r():
    # T01: R 4.2.2, example of ?prop.trend.test.
    found = cochran_armitage([83, 90, 129, 70], [86, 93, 136, 82], [1, 2, 3, 4])
    assert found.chi2 == pytest.approx(8.2249223, abs=1e-7)
    assert found.p == pytest.approx(0.004131897, abs=1e-7)
    assert found.slope < 0


def test_the_unit_of_time_changes_only_the_slope():
    years = cochran_armitage([40, 50, 70], [100, 100, 100], [2023, 2024, 2026])
    months = cochran_armitage([40, 50, 70], [100, 100, 100], [0, 12, 36])
    assert years.p == pytest.approx(months.p)
    assert years.slope == pytest.approx(0.1)
    assert years.slope == pytest.approx(12 * months.slope)


@pytest.mark.parametrize("positive", [[0, 0, 0], [50, 60, 70]])
def test_a_share_that_is_always_none_or_all_has_no_trend(positive):
    found = cochran_armitage(positive, [50, 60, 70], [0, 1, 2])
    assert (found.slope, found.chi2, found.p) == (0.0, 0.0, 1.0)


def test_two_waves_are_a_difference_later_minus_earlier():
    assert change_of_share(48, 80, 56, 70) == miettinen_nurminen(56, 70, 48, 80)
    before, after = (80, 40.0, 25.0), (70, 42.0, 30.0)
    assert change_of_mean(before, after) == welch(70, 42.0, 30.0, 80, 40.0, 25.0)
    assert change_of_mean(before, after).gap == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("positive", "n", "times"),
    [
        ([4, 5], [9, 9], [0, 1]),
        ([4, 5, 6], [9, 9, 9], [2, 2, 2]),
        ([4, 5, 10], [9, 9, 9], [0, 1, 2]),
        ([4, 5, 0], [9, 9, 0], [0, 1, 2]),
        ([4, 5, 6], [9, 9], [0, 1, 2]),
    ],
)
def test_waves_without_a_trend_are_one_sentence(positive, n, times):
    with pytest.raises(EstimationError):
        cochran_armitage(positive, n, times)


def test_logistic_trend_of_a_group_beside_the_rest_is_that_of_r():
    # T03: R 4.2.2, glm(binomial), wave, treated and their product.
    waves = [0, 1, 2, 3] * 2
    treated = [1] * 4 + [0] * 4
    found = logistic(
        [60, 72, 85, 97, 300, 310, 320, 335],
        [150, 150, 160, 170, 500, 500, 510, 520],
        [[w, t, w * t] for w, t in zip(waves, treated, strict=True)],
    )
    expected = (0.05969906216, -0.77101218995, 0.16629097494)
    assert found.coefficients[1:] == pytest.approx(expected, abs=1e-6)
    assert found.errors[3] == pytest.approx(0.08268033554, abs=1e-6)
    assert found.p[3] == pytest.approx(0.04429886526, abs=1e-6)


@pytest.mark.parametrize(
    ("positive", "n", "design"),
    [
        ([3, 4], [9, 3], [[0], [1]]),  # more positive than answers
        ([0, 9], [9, 9], [[0], [1]]),  # no finite odds
        ([3, 4], [9, 9], [[1], [1]]),  # nothing to tell apart
    ],
)
def test_what_has_no_finite_odds_is_one_sentence(positive, n, design):
    with pytest.raises(EstimationError):
        logistic(positive, n, design)
