"""Properties of the methods that compare waves, strata and whole tables; and of shuffled labels."""

from __future__ import annotations

import math

import numpy as np
import pytest
import simulated_setting as simple
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analysis.statistics.before_after import difference_in_differences, stands_out
from analysis.statistics.intervals import stratified_mean
from analysis.statistics.ordinal import ordinal_superiority
from analysis.statistics.representativeness import r_indicator, without_assumption
from analysis.statistics.standardisation import directly_standardised, mantel_haenszel
from analysis.statistics.together import waves_together
from analysis.statistics.trends import logistic

FEW = settings(max_examples=40)
SCALES = st.lists(st.integers(0, 12), min_size=5, max_size=5).filter(lambda c: sum(c) >= 2)
CELL = st.integers(2, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
INSIDE = st.integers(4, 200).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n)))
SHARES = st.lists(st.sampled_from([0.0, 0.2, 0.4, 0.6, 0.8, 1.0]), min_size=3, max_size=30)


def sums(values):
    return len(values), math.fsum(values), math.fsum(value * value for value in values)


@FEW
@given(SCALES, SCALES)
def test_ordered_answers_from_counts_are_those_from_rows(first, second):
    rows = [np.repeat(range(5), counts) for counts in (first, second)]
    above = np.sign(rows[0][:, None] - rows[1][None, :])
    found = ordinal_superiority(first, second)
    assert found.probability == pytest.approx((above > 0).mean() + (above == 0).mean() / 2)
    assert found.delta == pytest.approx(above.mean(), abs=1e-12)


@FEW
@given(st.lists(st.tuples(SHARES, SHARES), min_size=1, max_size=3))
def test_swapping_groups_mirrors_waves_together(waves):
    one = waves_together(*((*sums(mine), *sums(rest)) for mine, rest in waves), inflation=1.35)
    other = waves_together(*((*sums(rest), *sums(mine)) for mine, rest in waves), inflation=1.35)
    assert one.lower <= one.gap <= one.upper
    mirrored = (-other.gap, -other.upper, -other.lower, other.p)
    assert (one.gap, one.lower, one.upper, one.p) == pytest.approx(mirrored, abs=1e-9)


@FEW
@given(st.lists(st.tuples(SHARES, SHARES), min_size=2, max_size=3), st.floats(-0.3, 0.3))
def test_a_change_of_everybodys_level_is_no_gap(waves, drift):
    moved = [([x + drift for x in mine], [x + drift for x in rest]) for mine, rest in waves[1:]]
    still = waves_together(*((*sums(mine), *sums(rest)) for mine, rest in waves))
    after = waves_together(*((*sums(mine), *sums(rest)) for mine, rest in (waves[0], *moved)))
    assert after.gap == pytest.approx(still.gap, abs=1e-9)


@FEW
@given(INSIDE, INSIDE, INSIDE, INSIDE)
def test_swapping_groups_or_times_mirrors_a_difference_in_differences(a, b, c, d):
    found = difference_in_differences([*a, *b], [*c, *d])
    assert found.lower <= found.gap <= found.upper
    for other in (
        difference_in_differences([*b, *a], [*d, *c]),
        difference_in_differences([*c, *d], [*a, *b]),
    ):
        assert (other.gap, other.lower, other.upper, other.p) == pytest.approx(
            (-found.gap, -found.upper, -found.lower, found.p), abs=1e-12
        )


@FEW
@given(st.floats(-0.5, 0.5), st.lists(st.floats(-0.5, 0.5), min_size=3, max_size=12, unique=True))
def test_other_changes_stand_in_any_order_and_turn_with_their_sign(change, others):
    assume(np.std(others) > 1e-3)
    one = stands_out(change, others)
    back = stands_out(change, others[::-1])
    turned = stands_out(-change, [-other for other in others])
    assert one.excess.gap == pytest.approx(back.excess.gap)
    assert one.excess.p == pytest.approx(turned.excess.p)
    assert one.excess.lower <= one.excess.gap <= one.excess.upper


@FEW
@given(st.lists(st.tuples(INSIDE, INSIDE), min_size=1, max_size=5))
def test_swapping_groups_turns_the_common_odds_ratio_over(strata):
    mine, rest = zip(*strata, strict=True)
    x, n = zip(*mine, strict=True)
    y, m = zip(*rest, strict=True)
    one, other = mantel_haenszel(x, n, y, m), mantel_haenszel(y, m, x, n)
    assert one.lower <= one.ratio <= one.upper
    turned = (1 / other.ratio, 1 / other.upper, 1 / other.lower)
    assert (one.ratio, one.lower, one.upper) == pytest.approx(turned, rel=1e-9)
    assert one.p == pytest.approx(other.p)


@FEW
@given(st.lists(CELL, min_size=1, max_size=6))
def test_a_group_standardised_to_itself_is_its_crude_share(strata):
    x, n = zip(*strata, strict=True)
    assert directly_standardised(x, n, n).share == pytest.approx(sum(x) / sum(n))


@FEW
@given(st.lists(INSIDE, min_size=2, max_size=5))
def test_a_model_of_one_column_per_cell_fits_the_cells(cells):
    x, n = zip(*cells, strict=True)
    design = [
        [float(row == column) for column in range(1, len(cells))] for row in range(len(cells))
    ]
    found = logistic(x, n, design).coefficients
    odds = [math.log(one / (size - one)) for one, size in cells]
    expected = [odds[0], *(one - odds[0] for one in odds[1:])]
    assert found == pytest.approx(expected, abs=1e-6)


@FEW
@given(st.lists(st.tuples(INSIDE, st.integers(0, 100)), min_size=1, max_size=5))
def test_a_stratified_mean_is_inside_its_range_in_any_order(strata):
    x = [one for (one, _), _ in strata]
    n = [size for (_, size), _ in strata]
    people = [size + absent for (_, size), absent in strata]
    one = stratified_mean(n, x, x, people)
    assert one.lower <= one.value <= one.upper
    assert one.value == pytest.approx(
        stratified_mean(n[::-1], x[::-1], x[::-1], people[::-1]).value
    )


@FEW
@given(st.lists(CELL, min_size=2, max_size=6))
def test_evenness_does_not_depend_on_the_order_of_groups_and_is_one_where_rates_are_equal(groups):
    answered, people = zip(*groups, strict=True)
    assume(any(answered))
    one, other = r_indicator(people, answered), r_indicator(people[::-1], answered[::-1])
    assert one.indicator == pytest.approx(other.indicator)
    assert one.partial == pytest.approx(other.partial[::-1])
    assert r_indicator([10 * size for size in people], people).indicator == pytest.approx(1)


@FEW
@given(st.floats(0, 1), st.floats(0.01, 1))
def test_the_range_without_assumption_holds_the_share_and_shrinks_to_it(share, rate):
    least, most = without_assumption(share, rate)
    assert least - 1e-12 <= share <= most + 1e-12
    assert without_assumption(share, 1) == (share, share)


@pytest.mark.slow
def test_shuffled_labels_raise_something_in_at_most_seven_runs_of_a_hundred():
    """One survey's answers, as they hang together, under labels that say nothing."""
    rng = np.random.default_rng(7)
    liking = 0.25**0.5 * rng.standard_normal((simple.PEOPLE, 1, 1))
    liking = liking + 0.15**0.5 * rng.standard_normal((simple.PEOPLE, simple.THEMES, 1))
    noise = rng.standard_normal((simple.PEOPLE, simple.THEMES, simple.ITEMS))
    shares = (liking + 0.6**0.5 * noise > -0.3).mean(axis=2)
    runs = 200
    raised = sum(bool(simple.of_shuffled(rng, shares).flags) for _ in range(runs))
    assert raised <= 0.07 * runs
