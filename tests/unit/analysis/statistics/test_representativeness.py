"""Representativeness pinned to the published formula, and bounds that assume nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import EstimationError
from analysis.policy import DisclosurePolicy
from analysis.release.known import people as held
from analysis.statistics.representativeness import are_missing, r_indicator, without_assumption


def test_r_indicator_is_that_of_the_formula():
    # W03: Schouten et al. (2009), evaluated in R and numpy.
    found = r_indicator([400, 300, 200, 100], [240, 150, 80, 25])
    assert found.spread == pytest.approx(0.1106220468, abs=1e-6)
    assert found.indicator == pytest.approx(0.7787559064, abs=1e-6)
    assert found.adjusted == pytest.approx(0.7872114924, abs=1e-6)
    assert found.variation == pytest.approx(0.2234788824, abs=1e-6)
    expected = (0.06640783, 0.00273861, -0.04248529, -0.0774758)
    assert found.partial == pytest.approx(expected, abs=1e-6)


def test_groups_that_answered_alike_are_representative():
    found = r_indicator([400, 200], [200, 100])
    assert found.indicator == found.adjusted == 1
    assert found.partial == (0, 0)


@given(
    st.lists(st.tuples(st.integers(1, 900), st.floats(0, 1)), min_size=2, max_size=9),
    st.data(),
)
def test_the_order_of_groups_changes_nothing(groups, data):
    people = [n for n, _ in groups]
    here = [round(n * rate) for n, rate in groups]
    if sum(here) == 0:
        return
    order = data.draw(st.permutations(range(len(groups))))
    found = r_indicator(people, here)
    again = r_indicator([people[at] for at in order], [here[at] for at in order])
    assert again.indicator == pytest.approx(found.indicator, abs=1e-12)
    assert again.partial == pytest.approx([found.partial[at] for at in order], abs=1e-12)
    assert found.indicator <= found.adjusted <= 1


@given(st.integers(1, 500), st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_whatever_the_silent_think_the_share_is_inside(answered, positive, silent, theirs):
    positive, theirs = min(positive, answered), min(theirs, silent)
    everybody = answered + silent
    low, high = without_assumption(positive / answered, answered / everybody)
    assert low - 1e-12 <= (positive + theirs) / everybody <= high + 1e-12


@pytest.mark.parametrize(
    ("people", "here"), [([5], [5]), ([5, 0], [5, 0]), ([5, 5], [6, 1]), ([5, 5], [0, 0])]
)
def test_frames_that_cannot_be_are_one_sentence(people, here):
    with pytest.raises(EstimationError):
        r_indicator(people, here)


@pytest.mark.parametrize(("share", "rate"), [(1.1, 0.5), (0.5, 0.0), (0.5, 1.1), (-0.1, 0.5)])
def test_shares_and_rates_that_cannot_be_are_one_sentence(share, rate):
    with pytest.raises(EstimationError):
        without_assumption(share, rate)


@pytest.mark.parametrize(
    ("people", "answered", "missing", "found"),
    [
        (400, 200, 40, True),
        # Under 5 in 100; what chance makes of forty people; more than at the rate of all.
        (4000, 2200, 190, False),
        (40, 20, 4, False),
        (400, 240, -40, False),
        (10, 0, 0, False),
    ],
)
def test_a_group_is_missing_where_clearly_fewer_answered(people, answered, missing, found):
    assert are_missing([people], [answered], [missing], [2.5]) == (found,)


def named_falsely(size: int, groups: int, rate: float, waves: int, alone: bool = False) -> float:
    """How many waves name a group in which as many would answer as in all, by rounded numbers."""
    rng = np.random.default_rng(1)
    policy = DisclosurePolicy().as_dict()
    found = 0
    for answered in rng.binomial(size, rate, (waves, groups)):
        told = [5 * math.floor(n / 5 + 0.5) if n < 100 else int(n) for n in answered]
        whole = sum(told) / (size * groups)
        missing = [5 * math.floor((whole * size - n) / 5 + 0.5) for n in told]
        off = [2.5 + held(n, policy)[1] - n for n in told]
        if alone:
            each = zip(told, missing, strict=True)
            found += any(are_missing([size], [n], [more], [0])[0] for n, more in each)
        else:
            found += any(are_missing([size] * groups, told, missing, off))
    return found / waves


@pytest.mark.parametrize("size", [100, 150, 300])
def test_hardly_a_wave_names_a_group_where_all_would_answer_alike(size):
    # Three standard errors over 5 % of 1,000 waves.
    assert named_falsely(size, 30, 0.6, waves=1000) <= 0.07


def test_group_by_group_and_without_regard_to_rounding_most_waves_would():
    assert named_falsely(100, 30, 0.6, waves=100, alone=True) > 0.5


@pytest.mark.parametrize("size", [100, 120, 160])
def test_a_department_of_which_half_as_many_answer_is_named(size):
    """Among thirty departments; in nearly every wave."""
    rng = np.random.default_rng(2)
    named = 0
    for _ in range(200):
        n = rng.binomial(size, [0.325] + [0.65] * 29)
        whole = int(n.sum()) / (size * 30)
        missing = [5 * math.floor((whole * size - one) / 5 + 0.5) for one in n]
        named += are_missing([size] * 30, n.tolist(), missing, [4.5] * 30)[0]
    assert named >= 195
