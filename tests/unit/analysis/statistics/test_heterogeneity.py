"""The spread between groups, worked out by hand and in simulation."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.statistics.heterogeneity import dersimonian_laird


def test_worked_example():
    # Weights 1, 1, 4: mean (0 + 2 + 16) / 6 = 3, q = 9 + 1 + 4 = 14, scale 6 - 18 / 6 = 3.
    found = dersimonian_laird([0, 2, 4], [1, 1, 0.5])
    assert found.q == pytest.approx(14)
    assert found.between == pytest.approx((14 - 2) / 3)
    assert found.part == pytest.approx(1 - 2 / 14)
    weight = [1 / 5, 1 / 5, 1 / 4.25]
    assert found.mean == pytest.approx((2 * weight[1] + 4 * weight[2]) / sum(weight))


def test_groups_that_do_not_differ_have_no_spread_between_them():
    found = dersimonian_laird([60, 60, 60], [2, 3, 4])
    assert (found.mean, found.q) == pytest.approx((60, 0))
    assert (found.between, found.part) == (0, 0)


def test_on_average_the_variance_between_groups_is_found():
    rng = np.random.default_rng(2)
    found = []
    for _ in range(1500):
        error = rng.uniform(2, 6, 12)
        value = 60 + rng.normal(0, 4, 12) + rng.normal(0, error)
        found.append(dersimonian_laird(value.tolist(), error.tolist()).between)
    assert np.mean(found) == pytest.approx(16, abs=1.2)


@pytest.mark.parametrize(("values", "errors"), [([1], [1]), ([1, 2], [1]), ([1, 2], [1, 0])])
def test_groups_without_errors_are_one_sentence(values, errors):
    with pytest.raises(EstimationError):
        dersimonian_laird(values, errors)
