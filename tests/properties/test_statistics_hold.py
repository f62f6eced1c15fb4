"""Properties that hold for all estimators, whatever the counts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analysis.statistics.comparisons import (
    cautious_welch,
    fisher_midp,
    koopman_ratio,
    miettinen_nurminen,
    welch,
)
from analysis.statistics.families import benjamini_hochberg
from analysis.statistics.intervals import mean_interval, wilson
from analysis.statistics.ordinal import mann_whitney, ordinal_superiority
from analysis.statistics.trends import cochran_armitage
from analysis.statistics.weighting import post_stratify, rake, trim

SHARES = st.lists(
    st.sampled_from([0.0, 0.25, 1 / 3, 0.5, 2 / 3, 0.75, 1.0]), min_size=2, max_size=40
)
SCALES = st.lists(st.integers(0, 30), min_size=4, max_size=4).filter(lambda c: sum(c) >= 2)
FEW = settings(max_examples=60)


@st.composite
def counts(draw, largest=400):
    n = draw(st.integers(1, largest))
    return draw(st.integers(0, n)), n


def _sums(values):
    return len(values), math.fsum(values), math.fsum(value * value for value in values)


@FEW
@given(counts(), st.integers(0, 500))
def test_interval_of_a_share_contains_it_and_stays_in_range(count, absent):
    positive, n = count
    for population in (None, n + absent):
        found = wilson(positive, n, population)
        assert 0 <= found.lower <= found.value <= found.upper <= 1


@FEW
@given(counts(), st.integers(0, 500))
def test_swapping_positive_and_negative_mirrors_the_interval(count, absent):
    positive, n = count
    for population in (None, n + absent):
        one, other = wilson(positive, n, population), wilson(n - positive, n, population)
        assert (one.lower, one.upper) == pytest.approx((1 - other.upper, 1 - other.lower))


@FEW
@given(counts(), st.integers(0, 500))
def test_a_headcount_never_widens_the_interval(count, absent):
    positive, n = count
    assume(n + absent >= 50)
    free, known = wilson(positive, n), wilson(positive, n, n + absent)
    assert known.upper - known.lower <= free.upper - free.lower + 1e-12


@FEW
@given(SHARES, st.randoms(use_true_random=False))
def test_mean_from_sums_is_that_of_rows_in_any_order(values, random):
    found = mean_interval(*_sums(values), borrowed_variance=0.1, bounds=(0.0, 1.0))
    assert 0 <= found.lower <= found.value <= found.upper <= 1
    assert found.value == pytest.approx(np.mean(values))
    shuffled = random.sample(values, len(values))
    assert mean_interval(*_sums(shuffled), borrowed_variance=0.1, bounds=(0.0, 1.0)) == found


@FEW
@given(SHARES, SHARES)
def test_swapping_groups_mirrors_welch(first, second):
    one, other = welch(*_sums(first), *_sums(second)), welch(*_sums(second), *_sums(first))
    assert one.lower <= one.gap <= one.upper
    mirrored = (-other.gap, -other.upper, -other.lower, other.p)
    assert (one.gap, one.lower, one.upper, one.p) == pytest.approx(mirrored, abs=1e-9)


@FEW
@given(SHARES, SHARES)
def test_a_cautious_p_is_welchs_or_larger_and_swaps(first, second):
    one = cautious_welch(*_sums(first), *_sums(second))
    other = cautious_welch(*_sums(second), *_sums(first))
    assert welch(*_sums(first), *_sums(second)).p <= one.p <= 1
    assert one.p == pytest.approx(other.p, abs=1e-9)


@FEW
@given(counts(60), counts(600))
def test_swapping_groups_mirrors_the_difference_of_shares(first, second):
    one, other = miettinen_nurminen(*first, *second), miettinen_nurminen(*second, *first)
    assert -1 <= one.lower <= one.gap <= one.upper <= 1
    mirrored = (-other.upper, -other.lower, other.p)
    assert (one.lower, one.upper, one.p) == pytest.approx(mirrored, abs=1e-6)


@FEW
@given(counts(60), counts(600))
def test_the_test_and_the_limits_of_a_difference_agree(first, second):
    found = miettinen_nurminen(*first, *second)
    assume(abs(found.p - 0.05) > 1e-6)
    assert (found.p < 0.05) == (found.lower > 0 or found.upper < 0)


@FEW
@given(counts(60), counts(600))
def test_swapping_groups_turns_the_ratio_over(first, second):
    assume(first[0] and second[0])
    one, other = koopman_ratio(*first, *second), koopman_ratio(*second, *first)
    assert one.lower <= one.ratio <= one.upper
    turned = (1 / other.ratio, 1 / other.upper, 1 / other.lower)
    assert (one.ratio, one.lower, one.upper) == pytest.approx(turned, rel=1e-6)


@FEW
@given(counts(60), counts(60))
def test_mid_p_is_at_most_the_exact_p_and_the_same_swapped(first, second):
    mid = fisher_midp(*first, *second)
    assert 0 < mid <= fisher_midp(*first, *second, observed=1.0) <= 1
    assert mid == pytest.approx(fisher_midp(*second, *first), rel=1e-9)


@FEW
@given(SCALES, SCALES)
def test_swapping_groups_mirrors_ordered_answers(first, second):
    one, other = ordinal_superiority(first, second), ordinal_superiority(second, first)
    assert 0 <= one.lower <= one.probability <= one.upper <= 1
    assert one.delta_lower - 1e-12 <= one.delta <= one.delta_upper + 1e-12
    assert one.probability == pytest.approx(1 - other.probability)
    assert (one.delta_lower, one.delta_upper) == pytest.approx(
        (-other.delta_upper, -other.delta_lower), abs=1e-9
    )
    assert one.p == pytest.approx(other.p, rel=1e-6)
    assert mann_whitney(first, second)[0] == pytest.approx(
        one.probability * sum(first) * sum(second)
    )


@FEW
@given(SCALES, SCALES)
def test_reversing_the_scale_reverses_the_probability(first, second):
    one = ordinal_superiority(first, second)
    reverse = ordinal_superiority(first[::-1], second[::-1])
    assert one.probability == pytest.approx(1 - reverse.probability)


@FEW
@given(st.lists(st.floats(0, 1), max_size=50), st.randoms(use_true_random=False))
def test_q_values_are_no_smaller_than_p_and_keep_their_order(p, random):
    q = benjamini_hochberg(p)
    assert ((q >= np.array(p) - 1e-15) & (q <= 1)).all()
    assert (np.diff(q[np.argsort(p)]) >= 0).all()
    order = random.sample(range(len(p)), len(p))
    assert benjamini_hochberg([p[i] for i in order]) == pytest.approx(q[order])


@st.composite
def cells_and_headcounts(draw):
    shape = draw(st.integers(2, 4)), draw(st.integers(2, 4))
    size = shape[0] * shape[1]
    answered = draw(st.lists(st.integers(1, 40), min_size=size, max_size=size))
    absent = draw(st.lists(st.integers(0, 60), min_size=size, max_size=size))
    respondents = np.array(answered).reshape(shape)
    return respondents, respondents + np.array(absent).reshape(shape)


@FEW
@given(cells_and_headcounts())
def test_raked_margins_meet_their_targets(cells):
    answered, people = cells
    margins = {0: people.sum(axis=1), 1: people.sum(axis=0)}
    fitted = answered * rake(answered, margins)
    for axis, target in margins.items():
        assert fitted.sum(axis=1 - axis) == pytest.approx(target, rel=1e-8)


@FEW
@given(cells_and_headcounts())
def test_post_stratified_cells_meet_their_headcounts_and_trimmed_weights_their_range(cells):
    answered, people = cells
    weights = post_stratify(answered, people)
    assert answered * weights == pytest.approx(people.astype(float))
    trimmed = trim(answered, weights)
    assert (trimmed >= 0.3).all()
    assert (trimmed <= 3.0).all()


@FEW
@given(st.lists(counts(), min_size=3, max_size=6))
def test_time_run_backwards_turns_the_slope(waves):
    positive, n = [x for x, _ in waves], [size for _, size in waves]
    times = list(range(len(waves)))
    one = cochran_armitage(positive, n, times)
    back = cochran_armitage(positive[::-1], n[::-1], times)
    assert one.slope == pytest.approx(-back.slope, abs=1e-12)
    assert one.p == pytest.approx(back.p, abs=1e-9)
