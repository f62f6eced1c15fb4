"""The exact programme against every pattern there is; ours is never cheaper than the cheapest."""

from __future__ import annotations

from itertools import product

import fixtures_disclosure as small
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from analysis.disclosure.bounds import Known
from analysis.disclosure.complementary import Hidden
from analysis.disclosure.optimum import least_loss
from analysis.disclosure.repair import hiding_pattern, sparing_pattern
from analysis.disclosure.system import System
from analysis.errors import Unprotectable

K = 3


def known(system: System) -> Known:
    exact = system.bases.astype(np.float64)
    return Known(system.bases, exact, exact, np.full(len(exact), 4.0 * max(exact.max(), K)))


def crossing(people: list[int]) -> System:
    """Three units, two sexes and nobody unknown: 11 groups and the force."""
    book = small.codebook({"unit": ("a", "b", "c"), "sex": ("f", "m")})
    tables = small.plan(
        [small.flat("unit", "abc"), small.flat("sex", "fm")], [small.table("unit", "sex")]
    )
    profiles = product("abc", "fm")
    return small.system(book, tables, dict(zip(profiles, people, strict=True)))


def is_open(system: System, hidden: Hidden) -> bool:
    """By one plain linear program after the other; nobody is unknown, so only profiles count."""
    inside = occupied(system)
    fixed = {"A_eq": inside[~hidden], "b_eq": system.bases[~hidden]}
    for group in np.flatnonzero(hidden):
        ends = [
            sign * linprog(-sign * inside[group], **fixed, bounds=(0, 100), method="highs").fun
            for sign in (1, -1)
        ]
        most, least = -ends[0], -ends[1]
        few = system.bases[group] < K
        if (most < K - 1e-6) if few else (most - least < 1 - 1e-6):
            return True
    return False


def occupied(system: System) -> npt.NDArray[np.float64]:
    """Groups by the atoms that are a declared crossing of unit and sex."""
    inside = system.membership.toarray()
    return inside[:, inside.sum(axis=0) == 4]


def cheapest(system: System) -> int | None:
    """People hidden for others' sake in the best of all patterns; None when there is none."""
    never = system.bases < K
    free = np.flatnonzero(~never)
    found = []
    for choice in product((False, True), repeat=len(free)):
        hidden = never.copy()
        hidden[free] = choice
        cost = int(system.bases[hidden & ~never].sum())
        if (not found or cost < min(found)) and not is_open(system, hidden):
            found.append(cost)
    return min(found) if found else None


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(st.lists(st.sampled_from([0, 1, 2, 3, 4, 6, 9, 20]), min_size=6, max_size=6))
def test_the_optimum_is_the_best_of_all_patterns(people: list[int]) -> None:
    system = crossing(people)
    never = system.bases < K
    best = cheapest(system)
    if best is None:
        with pytest.raises(Unprotectable):
            least_loss(system, known(system), never, K)
        return
    found = least_loss(system, known(system), never, K)
    assert found.hidden is not None
    assert not is_open(system, found.hidden)
    assert int(system.bases[found.hidden & ~never].sum()) == best == round(found.bound)
    for ours in (hiding_pattern, sparing_pattern):
        hidden = ours(system, known(system), never, K)
        assert not is_open(system, hidden)
        assert int(system.bases[hidden & ~never].sum()) >= best


def test_greedy_hides_more_than_is_needed_and_the_other_start_does_not() -> None:
    """Control: the programme has something to find."""
    system = crossing([4, 20, 2, 9, 6, 0])
    never = system.bases < K
    greedy = hiding_pattern(system, known(system), never, K)
    sparing = sparing_pattern(system, known(system), never, K)
    assert system.bases[greedy & ~never].sum() == 39
    assert system.bases[sparing & ~never].sum() == 15


def test_thresholds_alone_are_open() -> None:
    """Positive control of the reference: a lone small group can be subtracted."""
    system = crossing([9, 2, 9, 9, 9, 9])
    assert is_open(system, system.bases < K)
    assert not is_open(system, system.bases < 0)
