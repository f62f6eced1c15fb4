"""Comparisons pinned to values of R contingencytables, fisher.test and t.test's own formula."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import fisher_exact, ttest_ind
from statsmodels.stats.proportion import confint_proportions_2indep

from analysis.errors import EstimationError
from analysis.statistics.comparisons import (
    Difference,
    cautious_welch,
    fisher_midp,
    koopman_ratio,
    miettinen_nurminen,
    welch,
)

TESTS = (welch, cautious_welch)


def _sums(values):
    return len(values), float(values.sum()), float((values**2).sum())


@pytest.mark.parametrize(
    ("counts", "limits"),
    [
        ((56, 70, 48, 80), (0.05282971325, 0.33817294)),  # D01
        ((3, 12, 60, 400), (-0.06674323623, 0.384821524)),  # D02, and the next three
        ((10, 10, 40, 80), (0.2086440701, 0.6075977457)),
        ((0, 16, 15, 72), (-0.316370159, -0.005574136562)),
        ((18, 60, 96, 600), (0.03393489459, 0.2683431961)),
    ],
)
def test_miettinen_nurminen_is_that_of_r_contingencytables(counts, limits):
    # R contingencytables 3.0.0 (Fagerland, Lydersen and Laake).
    found = miettinen_nurminen(*counts)
    assert (found.lower, found.upper) == pytest.approx(limits, abs=1e-7)


def test_statsmodels_interval_of_a_difference_is_still_the_wrong_one():
    # Why the interval is written here: its issue 10269 (0.0526 to 0.3440 in 0.15).
    lower, upper = confint_proportions_2indep(
        56, 70, 48, 80, compare="diff", method="score", correction=True
    )
    assert upper - miettinen_nurminen(56, 70, 48, 80).upper > 0.005
    assert lower < miettinen_nurminen(56, 70, 48, 80).lower


@pytest.mark.parametrize("counts", [(56, 70, 48, 80), (3, 12, 60, 400), (18, 60, 96, 600)])
def test_p_of_a_difference_is_at_the_level_where_the_interval_touches_zero(counts):
    found = miettinen_nurminen(*counts)
    at = miettinen_nurminen(*counts, level=1 - found.p)
    assert min(abs(at.lower), abs(at.upper)) == pytest.approx(0.0, abs=1e-8)


@pytest.mark.parametrize(("x1", "x2"), [(0, 0), (15, 30), (0, 30), (15, 0)])
def test_difference_of_shares_at_the_ends_stays_inside_its_range(x1, x2):
    found = miettinen_nurminen(x1, 15, x2, 30)
    assert -1 <= found.lower < found.upper <= 1


@pytest.mark.parametrize(
    ("counts", "ratio", "limits"),
    [
        ((7, 34, 1, 34), 7, (1.2208528535, 42.5757176098)),  # R01, Perondi 2004
        ((18, 60, 96, 600), 1.875, (1.199202936, 2.794002536)),  # R02
    ],
)
def test_koopman_is_that_of_r_contingencytables(counts, ratio, limits):
    # R contingencytables 3.0.0 (Fagerland, Lydersen and Laake).
    found = koopman_ratio(*counts)
    assert found.ratio == pytest.approx(ratio, abs=1e-6)
    assert (found.lower, found.upper) == pytest.approx(limits, abs=1e-6)


@pytest.mark.parametrize("counts", [(3, 12, 60, 400), (40, 41, 39, 42), (1, 500, 2, 30)])
def test_koopman_agrees_with_statsmodels(counts):
    found = koopman_ratio(*counts)
    expected = confint_proportions_2indep(
        *counts, compare="ratio", method="score", correction=False
    )
    assert (found.lower, found.upper) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("counts", [(1, 1, 461031, 500000), (10, 10, 496931, 500000)])
def test_ratio_of_a_handful_who_all_agree_keeps_its_range(counts):
    # Here rounding leaves the score above 0 even at the ratio seen.
    found = koopman_ratio(*counts)
    assert found.lower < 0.75
    assert found.ratio < found.upper < found.ratio * 1.001


def test_ratio_without_events_on_one_side_is_open_on_that_side():
    none = koopman_ratio(0, 20, 5, 30)
    assert (none.ratio, none.lower) == (0.0, 0.0)
    assert 0 < none.upper < 2
    only = koopman_ratio(5, 30, 0, 20)
    assert math.isinf(only.ratio)
    assert math.isinf(only.upper)
    assert only.lower == pytest.approx(1 / none.upper, rel=1e-9)


@pytest.mark.parametrize(
    ("counts", "exact", "mid"),
    [
        ((7, 34, 1, 34), 0.0544001305, 0.02966),
        ((18, 60, 96, 600), 0.01103434144, 0.008732223476),
        ((7, 12, 1, 10), 0.03095975232, 0.01857585139),
    ],
)
def test_fisher_and_its_mid_p_are_those_of_r(counts, exact, mid):
    # X01: R 4.2.2 fisher.test. X02: R contingencytables 3.0.0.
    assert fisher_midp(*counts, observed=1.0) == pytest.approx(exact, abs=1e-8)
    assert fisher_midp(*counts) == pytest.approx(mid, abs=1e-5)


@pytest.mark.parametrize("counts", [(2, 9, 9, 11), (0, 5, 0, 9), (5, 5, 0, 6), (30, 90, 20, 70)])
def test_fisher_agrees_with_scipy(counts):
    x1, n1, x2, n2 = counts
    expected = fisher_exact([[x1, n1 - x1], [x2, n2 - x2]]).pvalue
    assert fisher_midp(*counts, observed=1.0) == pytest.approx(expected, abs=1e-10)


def test_cautious_welch_is_welch_with_the_larger_p_of_the_two_t_tests():
    rng = np.random.default_rng(4)
    for spread in (0.1, 0.9):
        first, second = rng.normal(0.4, spread, 15), rng.normal(0.5, 0.3, 90)
        found = cautious_welch(*_sums(first), *_sums(second))
        both = [ttest_ind(first, second, equal_var=equal).pvalue for equal in (False, True)]
        assert found.p == pytest.approx(max(both), rel=1e-9)
        plain = welch(*_sums(first), *_sums(second))
        assert (found.gap, found.lower, found.upper) == (plain.gap, plain.lower, plain.upper)


def test_two_sides_without_any_spread_are_judged_by_what_they_borrow():
    sides = (12, 0.0, 0.0, 40, 40.0, 40.0)
    assert cautious_welch(*sides) == welch(*sides)


def test_a_small_group_near_the_end_of_a_scale_is_not_raised_ten_times_too_often():
    # Ten of whom most answer 1 and the mean of all is 0.8: nothing differs.
    rng = np.random.default_rng(8)
    shares = rng.choice([1.0, 0.75, 0.0], p=[0.65, 0.2, 0.15], size=(3000, 10))
    rest = rng.choice([1.0, 0.75, 0.0], p=[0.65, 0.2, 0.15], size=400)
    low = [[test(*_sums(row), *_sums(rest)).p < 0.001 for row in shares] for test in TESTS]
    plain, cautious = (sum(found) / len(shares) for found in low)
    assert cautious <= 0.003
    assert plain > 10 * 0.001


def test_welch_from_sums_is_the_t_test_of_the_rows():
    rng = np.random.default_rng(3)
    first, second = rng.normal(0.4, 0.2, 59), rng.normal(0.55, 0.3, 800)
    found = welch(*_sums(first), *_sums(second))
    expected = ttest_ind(first, second, equal_var=False)
    assert found.p == pytest.approx(expected.pvalue, rel=1e-9)
    limits = expected.confidence_interval(0.95)
    assert (found.lower, found.upper) == pytest.approx((limits.low, limits.high), rel=1e-9)


def test_equal_answers_of_a_group_do_not_pass_for_certainty():
    second = np.random.default_rng(5).choice([0.0, 0.5, 1.0], 500)
    found = welch(12, 12.0, 12.0, *_sums(second))
    assert 0 < found.upper - found.lower < 1
    assert found.p > 0


def test_two_groups_that_all_answer_alike_show_no_gap():
    assert welch(12, 6.0, 3.0, 40, 20.0, 10.0) == Difference(0.0, 0.0, 0.0, 1.0)


def test_two_groups_each_of_one_mind_are_told_apart():
    found = welch(12, 0.0, 0.0, 40, 40.0, 40.0)
    assert found.gap == -1.0
    assert found.lower < -1.0 < found.upper < 0
    assert found.p < 1e-6


@pytest.mark.parametrize(
    "call",
    [
        lambda: welch(1, 1.0, 1.0, 20, 10.0, 6.0),
        lambda: welch(20, 10.0, 6.0, 20, 100.0, 1.0),
        lambda: miettinen_nurminen(5, 0, 5, 10),
        lambda: miettinen_nurminen(11, 10, 5, 10),
        lambda: koopman_ratio(0, 10, 0, 10),
        lambda: fisher_midp(-1, 10, 5, 10),
        lambda: Difference(0.0, 0.1, 0.2, 0.5),
        lambda: Difference(0.0, -0.1, 0.2, 1.5),
    ],
)
def test_impossible_comparisons_are_one_sentence(call):
    with pytest.raises(EstimationError):
        call()
