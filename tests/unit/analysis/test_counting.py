"""What is counted in parts is what is counted at once, figure for figure."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from operator import add
from typing import Any

import fixtures_analysis as fixtures
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.counting import Counted, Counting
from analysis.errors import DataError
from analysis.microdata import Microdata

STUDY = fixtures.small()
WEIGHTED = replace(
    STUDY.microdata, weights=np.random.default_rng(3).uniform(0.3, 3, STUDY.microdata.n)
)


def part(data: Microdata, mask: Any) -> Microdata:
    return Microdata(
        int(mask.sum()),
        {name: column[mask] for name, column in data.variables.items()},
        {name: column[mask] for name, column in data.items.items()},
        None if data.weights is None else data.weights[mask],
    )


def numbers(counted: Counted) -> list[Any]:
    """Every array of it, as lists."""
    found: list[Any] = [counted.answers, *counted.tally.cells.profiles.tolist()]
    for tally in filter(None, (counted.tally, counted.with_past)):
        found += [tally.at_cells.people.tolist()]
        for sums in (*tally.at_cells.items.values(), *tally.at_cells.themes.values()):
            found += [None if one is None else one.tolist() for one in vars(sums).values()]
    for moments in (*counted.together.themes.values(), counted.together.outcome):
        if moments is not None:
            found += [moments.n, moments.total.tolist(), moments.products.tolist()]
    return found


@pytest.mark.parametrize("data", [STUDY.microdata, WEIGHTED], ids=["plain", "weighted"])
@pytest.mark.parametrize("plan", [None, STUDY.plan], ids=["first", "again"])
@settings(max_examples=8)
@given(seed=st.integers(0, 2**32 - 1), parts=st.integers(1, 5))
def test_parts_add_up_to_the_whole(data: Microdata, plan: Any, seed: int, parts: int) -> None:
    counting = Counting(STUDY.codebook, STUDY.plan, plan)
    at = np.random.default_rng(seed).integers(0, parts, data.n)
    counted = [counting.count(part(data, at == one)) for one in range(parts) if (at == one).any()]
    assert numbers(reduce(add, counted)) == numbers(counting.count(data))


def test_parts_that_were_counted_otherwise_are_not_added() -> None:
    first = Counting(STUDY.codebook, STUDY.plan).count(STUDY.microdata)
    again = Counting(STUDY.codebook, STUDY.plan, STUDY.plan).count(STUDY.microdata)
    with pytest.raises(DataError, match="count anew"):
        first + again


def test_weights_that_are_too_large_together_are_refused_in_parts_as_at_once() -> None:
    heavy = replace(STUDY.microdata, weights=np.full(STUDY.microdata.n, 3e3))
    once = Counting(STUDY.codebook, STUDY.plan).count(heavy)
    with pytest.raises(DataError, match="too large together"):
        once + once
