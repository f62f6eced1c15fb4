"""Shares of R squared pinned to R's relaimpo."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import EstimationError
from analysis.statistics.drivers import lmg

SWISS = Path(__file__).parents[3] / "vectors" / "swiss.csv"


def sums(rows: np.ndarray) -> tuple[int, np.ndarray, np.ndarray]:
    return len(rows), rows.sum(axis=0), rows.T @ rows


def swiss() -> np.ndarray:
    return np.loadtxt(SWISS, delimiter=",", skiprows=1)


def test_shares_are_those_of_relaimpo():
    # L01: R relaimpo 2.2-7, type "lmg".
    found = lmg(*sums(swiss()), least_respondents=40)
    expected = (0.05709122077, 0.1711730289, 0.2601346786, 0.1055701504, 0.1127659229)
    assert found.shares == pytest.approx(expected, abs=1e-8)
    assert found.r_squared == pytest.approx(0.7067350016, abs=1e-8)


def test_ranks_hold_the_rank_that_was_found_and_say_what_is_not_clear():
    found = lmg(*sums(swiss()), least_respondents=40, seed=1)
    ranks = (-np.array(found.shares)).argsort().argsort() + 1
    assert (np.array(found.first) <= ranks).all()
    assert (ranks <= np.array(found.last)).all()
    assert found.first[2] == 1  # education
    assert found.last[0] == 5  # agriculture
    assert found == lmg(*sums(swiss()), least_respondents=40, seed=1)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(2, 5))
def test_shares_add_up_to_r_squared_in_any_order(seed, predictors):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(60, predictors + 1)) @ rng.normal(size=(predictors + 1,) * 2)
    found = lmg(*sums(rows), least_respondents=10)
    slopes = np.linalg.lstsq(np.column_stack([np.ones(60), rows[:, 1:]]), rows[:, 0], rcond=None)[0]
    fitted = np.column_stack([np.ones(60), rows[:, 1:]]) @ slopes
    assert found.r_squared == pytest.approx(fitted.var() / rows[:, 0].var(), rel=1e-6)
    turned = lmg(*sums(rows[:, [0, *range(predictors, 0, -1)]]), least_respondents=10)
    assert turned.shares[::-1] == pytest.approx(found.shares, rel=1e-6, abs=1e-9)
    assert min(found.shares) >= -1e-9


def test_too_few_respondents_or_predictors_are_one_sentence():
    with pytest.raises(EstimationError, match="500 respondents"):
        lmg(*sums(swiss()))
    with pytest.raises(EstimationError, match="2 to 12"):
        lmg(*sums(swiss()[:, :2]), least_respondents=40)
    with pytest.raises(EstimationError, match="do not fit"):
        lmg(47, np.zeros(3), np.zeros((2, 2)))


def test_items_that_say_nothing_or_the_same_are_one_sentence():
    rows = swiss()
    rows[:, 2] = 7
    with pytest.raises(EstimationError, match="same answer everywhere"):
        lmg(*sums(rows), least_respondents=40)
    rows[:, 2] = rows[:, 1]
    with pytest.raises(EstimationError, match="are the same"):
        lmg(*sums(rows), least_respondents=40)
