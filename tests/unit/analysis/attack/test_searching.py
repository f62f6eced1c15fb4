"""Cells that are sums of unknowns need none of their own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from analysis.attack.searching import FittingTables


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000))
def test_a_sum_is_searched_like_an_unknown_of_its_own(seed: int) -> None:
    """A whole of three parts, twice, and both together, of which some is known."""
    rng = np.random.default_rng(seed)
    one, nothing = np.array([[1.0, -1.0, -1.0, -1.0]]), np.zeros((1, 4))
    halves = sparse.csr_array(np.block([[one, nothing], [nothing, one]]))
    sums = sparse.csr_array(np.hstack([np.eye(4), np.eye(4)]))
    truth = rng.integers(0, 6, 8).astype(float)
    truth[[0, 4]] = truth[1:4].sum(), truth[5:8].sum()
    truth = np.concatenate([truth, sums @ truth])
    is_known = rng.random(12) < 0.5
    low = np.where(is_known, np.maximum(truth - 1, 0), 0.0)
    high = np.where(is_known, truth + 1, 99.0)
    high[0] = 99.0
    every = sparse.csr_array(
        sparse.vstack(
            [sparse.hstack([halves, sparse.csr_array((2, 4))]),
             sparse.hstack([sums, -sparse.eye_array(4)])]
        )
    )  # fmt: skip
    # Of a sum of which nothing is known, its parts say how many it can be.
    beyond = np.where((high == 99) & (np.arange(12) >= 8), 999.0, high)
    short, long = FittingTables(halves, low, high, sums), FittingTables(every, low, beyond)
    for _ in range(4):
        costs = dict(enumerate(rng.integers(-2, 3, 12).astype(float).tolist()))
        table = short.search(costs)
        same = long.search(costs)
        assert table is not None
        assert same is not None
        wanted = np.array(list(costs.values()))
        assert wanted @ table == pytest.approx(wanted @ same)
        assert ((low - 1e-6 <= table) & (table <= beyond + 1e-6)).all()
    for cell in (1, 9):
        people = float(rng.integers(0, 12))
        found = [fits.whole(cell, people, people) is not None for fits in (short, long)]
        assert found[0] == found[1]
