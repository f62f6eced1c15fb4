"""A count that fractions of people leave open, and whole people do not."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import fixtures_disclosure as small
import highspy
import numpy as np
import pytest
from scipy import sparse

from analysis.attack import bases
from analysis.disclosure import open_counts, repair
from analysis.disclosure.bounds import FeasibleTables, Known
from analysis.disclosure.lines import Derived
from analysis.disclosure.system import System
from analysis.disclosure.whole import NearestWhole

INSIDE = np.array(
    [[0, 0, 0, 1, 1, 1], [0, 1, 1, 0, 0, 0], [1, 0, 1, 1, 1, 0], [1, 1, 0, 1, 1, 1]], dtype=float
)
PEOPLE = np.array([12, 3, 1, 1, 0, 1])
"""The first of six unknown counts lies between 11.5 and 12.5 by four sums of them."""

BOOK = small.codebook({"unit": ("a", "b", "c", "d")})
PLAN = small.plan([small.flat("unit", "abcd")], [small.table("unit")])
HIDDEN = np.array([False, False, False, False, True])


def system() -> System:
    rows = np.vstack([INSIDE, np.eye(6)[0]])
    made = small.system(BOOK, PLAN, {("a",): 1})
    return replace(
        made,
        membership=sparse.csr_array(rows),
        held=replace(made.held, rows=sparse.csr_array((0, 6)), values=np.zeros(0)),
        bases=(rows @ PEOPLE).astype(np.int64),
        lines=(),
        derived=Derived((), sparse.csr_array((0, 5)), ()),
        truth=None,
    )


def known() -> Known:
    bases = system().bases
    exact = bases.astype(float)
    return Known(bases, exact, exact, np.full(len(bases), 100.0))


def test_fractions_of_people_leave_it_open() -> None:
    fits = FeasibleTables(system(), known(), np.zeros(0, dtype=np.int64))
    fits.hide(HIDDEN)
    first = np.eye(6)[0]
    assert [round(fits.extreme(first, largest=one)[0], 6) for one in (False, True)] == [11.5, 12.5]
    whole = fits.near(sparse.csr_array(first[None]))
    assert whole.find(fits.limits(), 0, 12, 12) is not None
    assert whole.find(fits.limits(), 0, 13, 100) is None
    assert whole.find(fits.limits(), 0, 0, 11) is None


def test_near_search_finds_a_table_exactly_where_one_of_all_tables_fits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(11)
    every = np.array(list(product(range(4), repeat=6)), dtype=float)
    searched, search = [0], NearestWhole._searched

    def counting(self: NearestWhole) -> highspy.Highs:
        searched[0] += 1
        return search(self)

    monkeypatch.setattr(NearestWhole, "_searched", counting)
    verdicts = []
    for _ in range(150):
        rows = (rng.random((4, 6)) < 0.5).astype(float)
        near = rng.integers(0, 4, 6).astype(float)
        low = rows @ rng.integers(0, 4, 6) - rng.integers(0, 2, 4)
        high = low + rng.integers(0, 2, 4)
        sought = (rng.random((2, 6)) < 0.5).astype(float)
        fewest = float(rng.integers(0, 12))
        most = fewest + float(rng.integers(0, 2))
        whole = NearestWhole(
            sparse.csr_array(rows), sparse.csr_array(sought), np.full(6, 3.0), near
        )
        found = whole.find((low, high), 1, fewest, most)
        fits = ((low <= every @ rows.T) & (every @ rows.T <= high)).all(axis=1)
        there = fits & (fewest <= every @ sought[1]) & (every @ sought[1] <= most)
        assert (found is not None) == bool(there.any())
        assert found is None or any((table == found).all() for table in every[there])
        verdicts.append(found is not None)
    assert 20 < sum(verdicts) < 130
    assert searched[0] > 0, "some changes are of fractions of people"


def test_a_group_that_whole_people_pin_is_protected(monkeypatch: pytest.MonkeyPatch) -> None:
    found = repair.hiding_pattern(system(), known(), HIDDEN, 1)
    assert found.sum() > HIDDEN.sum()
    monkeypatch.setattr(open_counts, "NARROW", -1)
    found = repair.hiding_pattern(system(), known(), HIDDEN, 1)
    assert found.tolist() == HIDDEN.tolist(), "fractions alone would have seen it"


def test_the_auditor_finds_a_group_that_whole_people_pin(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = {(name,): at for at, name in enumerate([*"uvwxyz", *"0123"])}
    equations = sparse.csr_array(np.hstack([INSIDE, -np.eye(4)]))
    sums = {(str(at),): (float(n), float(n)) for at, n in enumerate(INSIDE @ PEOPLE)}
    names = {cell: cell[0] for cell in (("u",), *sums)}
    known = [{("u",): (0.0, None), **sums}]

    def attack() -> bases.Attack:
        return bases.Attack("", cells, equations, names, known, 1, ())

    pinned = [one.words for one in attack().breaches() if one.kind == "pinned"]
    assert pinned == ["u can only be 12 people"]
    monkeypatch.setattr(bases, "_NARROW", -1)
    assert not [one for one in attack().breaches() if one.kind == "pinned"]
