"""Bounds and protection against the enumeration of every small table."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import fixtures_disclosure as small
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_tables import counts_that_fit

from analysis.attack.bases import attack_bases
from analysis.codebook import Codebook
from analysis.disclosure.bounds import FeasibleTables, Known
from analysis.disclosure.protection import protect
from analysis.disclosure.repair import hiding_pattern
from analysis.disclosure.system import Bases, System, build
from analysis.plan import TablePlan
from analysis.policy import DisclosurePolicy

K = 3
NOTHING = np.zeros(0, dtype=np.int64)


@cache
def crossed() -> tuple[Codebook, TablePlan]:
    """Two variables, one on two levels: 4 x 3 profiles."""
    book = small.codebook({"unit": ("a", "b", "c"), "sex": ("f", "m")})
    tables = small.plan(
        [small.nested("unit", {"ab": "ab", "only": "c"}), small.flat("sex", "fm")],
        [small.table("unit"), small.table("unit", "sex", finest=("whole", None))],
    )
    return book, tables


@cache
def chained() -> tuple[Codebook, TablePlan]:
    """Three variables in two linked tables: 2 x 3 x 2 profiles."""
    book = small.codebook({"unit": ("a",), "sex": ("f", "m"), "staff": ("s",)})
    tables = small.plan(
        [small.flat("unit", "a"), small.flat("sex", "fm"), small.flat("staff", "s")],
        [small.table("unit", "sex"), small.table("sex", "staff")],
    )
    return book, tables


@cache
def coarser() -> tuple[Codebook, TablePlan]:
    """Two parts of a whole, of which somebody may say no more than the whole: 4 x 2 profiles."""
    book = small.codebook({"unit": ("a", "b", "whole"), "sex": ("f",)})
    nested = small.nested("unit", {"whole": ("a", "b")})
    whole, *parts = nested.values
    values = (replace(whole, categories=whole.categories | {"whole"}), *parts)
    tables = small.plan(
        [replace(nested, values=values), small.flat("sex", "f")],
        [small.table("unit"), small.table("unit", "sex", finest=("whole", None))],
    )
    return book, tables


SYSTEMS = {"crossed": crossed, "chained": chained, "coarser": coarser}


def known(bases: Bases) -> Known:
    exact = bases.astype(np.float64)
    return Known(bases, exact, exact, np.full(len(bases), 4.0 * max(exact.max(), K)))


def people_in(book: Codebook, draw: st.DataObject, most: int) -> small.Counts:
    every = small.profiles(book)
    places = draw.draw(st.lists(st.integers(0, len(every) - 1), min_size=5, max_size=most))
    return {every[place]: places.count(place) for place in set(places)}


def made(which: str, draw: st.DataObject) -> tuple[Codebook, TablePlan, System]:
    book, tables = SYSTEMS[which]()
    counts = people_in(book, draw, 7)
    return book, tables, build(book, tables, small.bases(book, tables, counts))


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize("which", SYSTEMS)
@settings(max_examples=25)
@given(draw=st.data())
def test_bounds_over_blocks_are_the_bounds_over_all_tables(which: str, draw: st.DataObject) -> None:
    book, tables, system = made(which, draw)
    flags = draw.draw(st.lists(st.booleans(), min_size=len(system.groups) - 1, max_size=40))
    hidden = np.array([False, *flags[: len(system.groups) - 1]])
    fits = counts_that_fit(small.membership(book, tables), system.bases, ~hidden)
    program = FeasibleTables(system, known(system.bases), NOTHING)
    program.hide(hidden)
    for group in np.flatnonzero(hidden):
        functional = system.membership[[group]].toarray().ravel()
        assert round(program.extreme(functional)[0], 6) == fits[:, group].max()
        assert round(program.extreme(functional, largest=False)[0], 6) == fits[:, group].min()


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize("which", SYSTEMS)
@settings(max_examples=40)
@given(draw=st.data())
def test_no_fitting_table_gives_a_hidden_group_away(which: str, draw: st.DataObject) -> None:
    book, tables, system = made(which, draw)
    hidden = hiding_pattern(system, known(system.bases), system.bases < K, K)
    if hidden[0]:
        return  # Not even the force is shown: there is nothing to take apart.
    fits = counts_that_fit(small.membership(book, tables), system.bases, ~hidden)
    assert (system.bases[~hidden] >= K).all()
    for group in np.flatnonzero(hidden):
        values = fits[:, group]
        if system.bases[group] < K:
            assert values.max() >= K, system.groups[group].id
        assert values.min() < values.max(), system.groups[group].id


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize("which", SYSTEMS)
@settings(max_examples=40)
@given(draw=st.data())
def test_the_auditor_finds_nothing_in_what_was_protected(which: str, draw: st.DataObject) -> None:
    book, tables = SYSTEMS[which]()
    every = small.profiles(book)
    people = draw.draw(st.lists(st.integers(0, 25), min_size=len(every), max_size=len(every)))
    system = small.system(book, tables, dict(zip(every, people, strict=True)))
    shown = protect(system, DisclosurePolicy(), {}).shown
    assert list(attack_bases(small.published(tables, system.bases, shown), tables)) == []


def test_the_auditor_sees_through_thresholds_alone() -> None:
    """Positive control: complementary suppression left out."""
    book, tables = crossed()
    counts = {("a", "f"): 40, ("b", "f"): 3, ("c", "f"): 50, ("a", "m"): 4}
    system = small.system(book, tables, counts)
    shown = frozenset(
        group.id for group, n in zip(system.groups, system.bases, strict=True) if n >= 10
    )
    found = {one.group: one.kind for one in attack_bases(
        small.published(tables, system.bases, shown), tables)}  # fmt: skip
    assert found["unit=b"] == "bound"
    assert found["unit=ab&sex=m"] == "bound"


def test_the_oracle_sees_a_group_that_was_not_protected() -> None:
    """Positive control: thresholds alone leave a lone small group to be subtracted."""
    book, tables = crossed()
    counts = {("a", "f"): 4, ("b", "f"): 1, ("c", "f"): 1}
    found = small.bases(book, tables, counts)
    ids = [group.id for group in tables.groups]
    shown = found >= K
    shown[ids.index("unit=only")] = True
    shown[ids.index("unit=c")] = True
    fits = counts_that_fit(small.membership(book, tables), found, shown)
    assert fits[:, ids.index("unit=b")].max() < K
