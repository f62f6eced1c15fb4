"""Intervals pinned to values of R, of national surveys' guides and of statsmodels."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import hypergeom, t
from statsmodels.stats.proportion import proportion_confint

from analysis.errors import EstimationError
from analysis.statistics.intervals import (
    Estimate,
    effective_n,
    hypergeometric,
    margin,
    mean_interval,
    stratified_mean,
    variance,
    wilson,
)


@pytest.mark.parametrize(
    ("population", "n", "share", "points"),
    [
        (200, 120, 0.43, 5.616368),
        (150, 80, 0.5, 7.509949),
        (50, 40, 0.3, 6.415606),
        (500, 375, 0.6, 2.481709),
    ],
)
def test_margin_in_a_small_population_is_that_of_the_civil_service_survey(
    population, n, share, points
):
    # P04: UK Civil Service People Survey 2018 technical guide p. 20 (publishes 6, 8, 6, 2).
    # The guide's 1.96 stands for the quantile 1.959964.
    level = 2 * float(ndtr(1.96)) - 1
    assert 100 * margin(share, n, population, level) == pytest.approx(points, abs=1e-5)
    published = {5.616368: 6, 7.509949: 8, 6.415606: 6, 2.481709: 2}[points]
    assert round(100 * margin(share, n, population)) == published


@pytest.mark.parametrize(
    ("n", "share", "points"),
    [(50, 0.5, 14), (100, 0.5, 10), (100, 0.05, 4), (1000, 0.5, 3), (250, 0.25, 5)],
)
def test_margin_without_population_is_that_of_the_civil_service_survey(n, share, points):
    # P05: UK Civil Service People Survey 2019 technical guide, reference table.
    assert 100 * margin(share, n) == pytest.approx(points, abs=0.51)


@pytest.mark.parametrize(
    ("positive", "n", "lower", "upper"),
    [
        (81, 263, 0.2552885199, 0.366209577),  # P06
        (0, 20, 0.0, 0.1611251581),  # P08
        (20, 20, 0.8388748419, 1.0),  # P10
    ],
)
def test_wilson_is_that_of_r(positive, n, lower, upper):
    # R 4.2.2 prop.test; Newcombe (1998), example rows.
    found = wilson(positive, n)
    assert (found.lower, found.upper) == pytest.approx((lower, upper), abs=1e-6)


def test_wilson_with_a_headcount_uses_the_effective_n():
    # P12: 52 of 120 of 200 people; a worked value, checked by enumeration.
    found = wilson(52, 120, 200)
    assert (found.lower, found.upper) == pytest.approx((0.37831740585, 0.49004335369), abs=1e-8)
    # P11: R survey 4.1-1 svyciprop(logit) gives 0.3775563163 to 0.4908523816.
    assert (found.lower, found.upper) == pytest.approx((0.3775563163, 0.4908523816), abs=1e-3)


def test_standard_error_of_a_share_with_a_headcount_is_that_of_svymean():
    # P11: 52 of 120 of 200; R survey 4.1-1 svymean.
    found = mean_interval(120, 52, 52, 200)
    assert found.value == pytest.approx(0.43333333333, abs=1e-6)
    half = (found.upper - found.lower) / 2
    assert half / t.ppf(0.975, 119) == pytest.approx(0.02872972025, abs=1e-6)


def test_hypergeometric_limits_of_none_among_twenty_of_twenty_five():
    # P13: enumeration with scipy.stats.hypergeom.
    exact = hypergeometric(0, 20, 25)
    assert (exact.lower, exact.upper) == pytest.approx((0, 0.08), abs=1e-9)
    halved = hypergeometric(0, 20, 25, mid_p=True)
    assert (halved.lower, halved.upper) == pytest.approx((0, 0.04), abs=1e-9)


def test_small_populations_use_the_hypergeometric_limits():
    assert wilson(0, 20, 25) == hypergeometric(0, 20, 25)
    assert wilson(0, 20, 49) == hypergeometric(0, 20, 49)
    assert wilson(0, 20, 50) != hypergeometric(0, 20, 50)


def test_limits_that_no_whole_number_of_people_meets_close_on_the_share_seen():
    assert hypergeometric(1, 2, 3, 0.02, mid_p=True) == Estimate(0.5, 0.5, 0.5)


@pytest.mark.parametrize(("n", "population"), [(12, 20), (20, 25), (30, 45)])
def test_hypergeometric_limits_cover_at_least_95_percent_whatever_the_truth(n, population):
    for truth in range(population + 1):
        seen = np.arange(max(0, n - population + truth), min(n, truth) + 1)
        chance = hypergeom(population, truth, n).pmf(seen)
        limits = [hypergeometric(int(x), n, population) for x in seen]
        kept = [e.lower - 1e-9 <= truth / population <= e.upper + 1e-9 for e in limits]
        assert chance[np.array(kept)].sum() >= 0.95


@pytest.mark.parametrize(("positive", "n"), [(1, 7), (13, 40), (399, 400), (0, 3)])
def test_wilson_agrees_with_statsmodels(positive, n):
    found = wilson(positive, n)
    expected = proportion_confint(positive, n, method="wilson")
    assert (found.lower, found.upper) == pytest.approx(expected, abs=1e-12)


def test_everybody_answered_leaves_no_range():
    assert wilson(30, 80, 80) == Estimate(0.375, 0.375, 0.375)
    assert wilson(9, 30, 30) == Estimate(0.3, 0.3, 0.3)
    assert math.isinf(effective_n(80, 80))


def test_mean_of_a_five_point_item_is_that_of_r():
    # M01: answers 1 to 5, counts 3, 7, 12, 20, 8; R t.test, and svymean with N = 80.
    counts, points = np.array([3, 7, 12, 20, 8]), np.arange(1, 6)
    n, total, squares = 50, float(counts @ points), float(counts @ points**2)
    found = mean_interval(n, total, squares)
    assert found.value == pytest.approx(3.46, abs=1e-6)
    assert math.sqrt(variance(n, total, squares)) == pytest.approx(1.1104329, abs=1e-6)
    assert math.sqrt(variance(n, total, squares) / n) == pytest.approx(0.1570389267, abs=1e-6)
    assert (found.lower, found.upper) == pytest.approx((3.144418462, 3.775581538), abs=1e-6)
    known = mean_interval(n, total, squares, 80)
    assert (known.lower, known.upper) == pytest.approx((3.266746565, 3.653253435), abs=1e-6)
    assert (known.upper - 3.46) / t.ppf(0.975, 49) == pytest.approx(0.09616631002, abs=1e-6)


def test_stratified_share_is_that_of_r_survey():
    # M02: 24/40 of 60, 30/60 of 120, 12/30 of 90; R survey svydesign(strata, fpc).
    found = stratified_mean([40, 60, 30], [24, 30, 12], [24, 30, 12], [60, 120, 90])
    assert found.value == pytest.approx(0.4888888889, abs=1e-6)
    error = (found.upper - found.value) / t.ppf(0.975, 130 - 3)
    assert error == pytest.approx(0.03365742552, abs=1e-6)


def test_equal_answers_borrow_spread_from_the_force():
    alone = mean_interval(12, 12.0, 12.0)
    assert alone.lower == alone.upper == 1.0
    found = mean_interval(12, 12.0, 12.0, borrowed_variance=0.1, bounds=(0.0, 1.0))
    half = t.ppf(0.975, 15) * math.sqrt(4 * 0.1 / 15 / 12)
    assert (found.lower, found.upper) == pytest.approx((1 - half, 1.0))


def test_groups_with_spread_of_their_own_borrow_nothing():
    assert mean_interval(12, 6.0, 4.0, borrowed_variance=9.9) == mean_interval(12, 6.0, 4.0)


def test_equal_thirds_have_no_spread_in_spite_of_rounding():
    values = np.full(1000, 1 / 3)
    assert variance(1000, float(values.sum()), float((values**2).sum())) == 0.0


@pytest.mark.parametrize(
    "call",
    [
        lambda: wilson(1, 0),
        lambda: wilson(-1, 10),
        lambda: wilson(11, 10),
        lambda: wilson(5, 10, 9),
        lambda: hypergeometric(5, 10, 9),
        lambda: mean_interval(1, 1.0, 1.0),
        lambda: mean_interval(0, 0.0, 0.0, borrowed_variance=1.0),
        lambda: mean_interval(10, 10.0, 10.0, 9),
        lambda: mean_interval(10, 100.0, 1.0),
        lambda: stratified_mean([10, 1], [5, 1], [5, 1], [20, 5]),
        lambda: stratified_mean([10, 10], [5, 1], [5, 1], [20, 5]),
        lambda: Estimate(0.5, 0.6, 0.7),
        lambda: Estimate(float("nan"), 0.0, 1.0),
    ],
)
def test_impossible_counts_are_one_sentence(call):
    with pytest.raises(EstimationError):
        call()
