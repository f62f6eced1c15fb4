"""Smaller programs, and searches that stop on the way, answer as the whole ones would."""

from __future__ import annotations

from itertools import product

import fixtures_disclosure as small
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from analysis.cells import Cells
from analysis.disclosure import fitted
from analysis.disclosure.bounds import FeasibleTables, Known
from analysis.disclosure.fitted import FittedAnswers, Limits
from analysis.disclosure.system import System, build

CODES = {"unit": ("a", "b"), "sex": ("f", "m")}
BOOK = small.codebook(CODES)
PLAN = small.plan([small.flat(name, codes) for name, codes in CODES.items()],
                  [small.table("unit", "sex")])  # fmt: skip
PROFILES = np.array(list(product((0, 1, -1), (0, 1, -1))), dtype=np.int16)


def system(people: list[int]) -> System:
    """The people of each unit and sex, unknown last."""
    kept = [at for at, n in enumerate(people) if n]
    cells = Cells(("unit", "sex"), PROFILES[kept], np.array(people)[kept])
    counts = {
        tuple(
            None if at < 0 else codes[at] for codes, at in zip(CODES.values(), profile, strict=True)
        ): n
        for profile, n in zip(PROFILES.tolist(), people, strict=True)
    }
    return build(BOOK, PLAN, small.bases(BOOK, PLAN, counts), cells)


def everything(made: System, rests: np.ndarray, limits: Limits, wanted: np.ndarray) -> float:
    """The least of a functional, from a program of all atoms and all rows."""
    rows = made.membership.toarray()
    rows = np.vstack([rows, rests @ rows])
    found = linprog(
        wanted,
        A_ub=np.vstack([rows, -rows]),
        b_ub=np.concatenate([limits.high, -limits.low]),
        bounds=list(zip(0 * limits.most, limits.most, strict=True)),
    )
    return float(found.fun)


Least = tuple[float, float]
"""The least of a functional: as a small program finds it, and as one of everything does."""


def three_ways(people: list[int], seed: int) -> list[Least]:
    """From one way of answering to the next; of the groups and of all that they leave some tell."""
    made, rng = system(people), np.random.default_rng(seed)
    groups = len(made.groups)
    force = next(at for at, group in enumerate(made.groups) if group.parent is None)
    rests = np.eye(groups)[[force] * (groups - 1)] - np.eye(groups)[np.arange(groups) != force]
    fits = FittedAnswers(made, sparse.csr_array(rests))
    assert made.truth is not None
    found = []
    for _ in range(3):
        so = np.floor(rng.random(len(made.truth)) * (made.truth + 1))
        exact, n = fits.measured(so), fits.measured(made.truth)
        told = rng.random(len(n)) < 0.4
        limits = Limits(
            made.truth,
            np.where(told, np.maximum(exact - 1, 0), 0.0),
            np.where(told, np.minimum(exact + 1, n), n),
        )
        fits.fit(limits)
        wanted = rng.integers(-1, 3, len(so)).astype(float)
        table = fits.extreme(wanted, largest=False)
        found.append((float(wanted @ table), everything(made, rests, limits, wanted)))
    return found


@pytest.mark.parametrize("at_once", [1, fitted.MOST_BROKEN])
@settings(max_examples=15, deadline=None)
@given(
    people=st.lists(st.sampled_from([0, 0, 1, 4, 9]), min_size=9, max_size=9).filter(any),
    seed=st.integers(0, 1000),
)
def test_what_is_left_out_of_a_program_changes_nothing(
    at_once: int, people: list[int], seed: int
) -> None:
    """Atoms of nobody, groups of which nothing is told, and rests that do not stand in the way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitted, "MOST_BROKEN", at_once)
        for small_one, whole in three_ways(people, seed):
            assert small_one == pytest.approx(whole, abs=1e-4)


def test_a_rest_that_stands_in_the_way_and_is_left_out_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = [[4, 9, 1, 3, 8, 0, 2, 5, 1], [9, 9, 4, 4, 9, 1, 0, 4, 9]]
    drawn = [(of, seed) for of in people for seed in range(10)]
    held = [one for of in drawn for one in three_ways(*of)]
    assert all(one == pytest.approx(whole, abs=1e-4) for one, whole in held)
    monkeypatch.setattr(FittedAnswers, "_broken", lambda *_: np.zeros(0, dtype=np.int64))
    left_out = [one - whole for of in drawn for one, whole in three_ways(*of)]
    assert min(left_out) < -0.5
    assert 0 < sum(gap < -1e-4 for gap in left_out) < len(left_out)


def test_a_group_is_its_parts_and_what_lies_in_none_of_them() -> None:
    made = system([4, 9, 1, 3, 8, 0, 2, 5, 1])
    atoms, of_parts = fitted._sums(made)
    parts = of_parts + sparse.eye_array(len(made.groups))
    assert (atoms + parts @ made.membership != made.membership).nnz == 0
    named = {
        made.groups[whole].id: {made.groups[at].id for at in parts[[whole]].indices.tolist()}
        for whole in np.flatnonzero(np.diff(parts.indptr)).tolist()
    }
    assert named["force"] in ({"unit=a", "unit=b"}, {"sex=f", "sex=m"})
    assert "unit=a" not in named, "its three atoms are as few as two parts and those who are left"
    assert atoms.nnz < made.membership.nnz


def test_a_search_that_stops_on_the_way_has_a_table_that_fits() -> None:
    made = system([4, 9, 1, 3, 8, 0, 2, 5, 1])
    bases = made.bases.astype(float)
    shown = np.array([len(group.where) < 2 for group in made.groups])
    known = Known(made.bases, bases, bases, np.full(len(bases), 200.0))
    fits = FeasibleTables(made, known, np.zeros(0, dtype=np.int64))
    fits.hide(~shown)
    rng = np.random.default_rng(1)
    stopped = 0
    for _ in range(8):
        wanted, there = rng.random(made.membership.shape[1]), False
        while not there:
            table, there = fits.towards(wanted, 1)
            assert (table > -1e-6).all()
            assert made.membership[shown] @ table == pytest.approx(bases[shown])
            stopped += not there
        assert wanted @ table == pytest.approx(fits.extreme(wanted)[0])
    assert stopped > 3
