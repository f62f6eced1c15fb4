"""Ordered answers pinned to R wilcox.test, brunnermunzel and effsize, and to statsmodels."""

from __future__ import annotations

import pytest
from scipy.stats import mannwhitneyu
from statsmodels.stats.nonparametric import rank_compare_2ordinal

from analysis.errors import EstimationError
from analysis.statistics.ordinal import mann_whitney, ordinal_superiority

FIRST, SECOND = [5, 10, 20, 40, 25], [15, 20, 25, 25, 15]


def test_mann_whitney_from_counts_is_that_of_r():
    # O01: R 4.2.2 wilcox.test(exact = FALSE), without continuity correction.
    u, p = mann_whitney(FIRST, SECOND)
    assert u == 6450
    assert p == pytest.approx(0.0002617390836, abs=1e-9)


def test_brunner_munzel_from_counts_is_that_of_r():
    # O02: R brunnermunzel 2.0, direction flipped.
    found = ordinal_superiority(FIRST, SECOND)
    assert found.probability == pytest.approx(0.645, abs=1e-7)
    assert found.p == pytest.approx(0.0001735915, abs=1e-7)
    assert (found.lower, found.upper) == pytest.approx((0.5703160607, 0.7196839393), abs=1e-7)


def test_cliffs_delta_from_counts_is_that_of_r():
    # O04: R effsize 0.8.1 cliff.delta, limits from t and the unbiased variance.
    found = ordinal_superiority(FIRST, SECOND)
    assert found.delta == pytest.approx(0.29, abs=1e-9)
    assert (found.delta_lower, found.delta_upper) == pytest.approx(
        (0.135572814975, 0.430670704086), abs=1e-9
    )


@pytest.mark.parametrize(
    ("first", "second"), [([3, 0, 9], [4, 5, 6]), ([1, 1], [300, 40]), ([0, 7, 2], [1, 0, 30])]
)
def test_brunner_munzel_agrees_with_statsmodels(first, second):
    found = ordinal_superiority(first, second)
    expected = rank_compare_2ordinal(first, second)
    assert found.probability == pytest.approx(expected.prob1, abs=1e-12)
    assert found.p == pytest.approx(expected.test_prob_superior().pvalue, abs=1e-10)


def test_mann_whitney_agrees_with_scipy_on_the_rows():
    rows = [[c for c, n in enumerate(counts) for _ in range(n)] for counts in (FIRST, SECOND)]
    expected = mannwhitneyu(*rows, method="asymptotic", use_continuity=False)
    assert mann_whitney(FIRST, SECOND) == pytest.approx((expected.statistic, expected.pvalue))


def test_groups_that_do_not_overlap_still_get_a_range():
    found = ordinal_superiority([12, 0], [0, 40])
    assert found.probability == found.lower == 0.0
    assert 0 < found.upper < 0.5
    assert 0 < found.p < 1e-6
    assert found.delta == -1.0


def test_answers_all_alike_on_both_sides_are_level():
    found = ordinal_superiority([0, 12], [0, 40])
    assert (found.probability, found.delta, found.p) == (0.5, 0.0, 1.0)


@pytest.mark.parametrize(
    ("first", "second"), [([1, 2], [1, 2, 3]), ([1, 0], [5, 5]), ([-1, 5], [5, 5])]
)
def test_scales_or_counts_that_do_not_fit_are_refused(first, second):
    with pytest.raises(EstimationError):
        ordinal_superiority(first, second)
