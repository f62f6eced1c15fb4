"""Bands of headcounts give no small group away, to whoever adds up and subtracts all of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from fixtures_disclosure import codebook, flat, membership, nested, plan, table
from scipy.optimize import linprog

from analysis.bands import EDGES, Bands, edge_of, limits
from analysis.codebook import Codebook
from analysis.forecast.banded import tellable_bands
from analysis.plan import TablePlan
from analysis.policy import DisclosurePolicy

BOOK = codebook({"unit": ["a", "b", "c", "d"], "sex": ["f", "m"]})
UNITS = nested("unit", {"north": ["a", "b", "c"], "south": ["d"]})
PLAN = plan([UNITS, flat("sex", ["f", "m"])], [table("unit"), table("sex"), table("unit", "sex")])
COUNTS = {"unit=a": 20, "unit=b": 21, "unit=c": 6, "unit=d": 140, "sex=f": 80, "sex=m": 107}


def seen_through(book: Codebook, tables: TablePlan, told: Bands) -> list[str]:
    """The groups without a band that can have no 20 people, by everything that is told."""
    inside = membership(book, tables).astype(float)
    rows, most = [], []
    for row, group in zip(inside, tables.groups, strict=True):
        if group.id in told:
            low, high = limits(told[group.id])
            rows.append(-row)
            most.append(-float(low))
            if np.isfinite(high):
                rows.append(row)
                most.append(high)
    found = []
    for row, group in zip(inside, tables.groups, strict=True):
        if group.id in told:
            continue
        best = linprog(-row, A_ub=np.array(rows), b_ub=most, bounds=(0, 10_000))
        if -best.fun < EDGES[0] - 1e-6:
            found.append(group.id)
    return found


def everybody_over_the_edge(counts: Mapping[str, int]) -> dict[str, int]:
    """The planted fault: a band for each group that is large enough by itself."""
    return {group: edge for group, n in counts.items() if (edge := edge_of(n)) is not None}


def of_profiles(people: Mapping[tuple[str | None, ...], int]) -> dict[str, int]:
    """The exact headcount of every declared group."""
    every = list(people)
    inside = membership(BOOK, PLAN)
    order = [(unit, sex) for unit in ("a", "b", "c", "d", None) for sex in ("f", "m", None)]
    counts = np.array([people.get(one, 0) for one in order])
    assert set(every) <= set(order)
    return {group.id: int(n) for group, n in zip(PLAN.groups, inside @ counts, strict=True)}


def test_a_small_group_between_told_ones_is_seen_through_and_so_one_of_them_is_not_told() -> None:
    whole = {**COUNTS, "unit=north": 47, "unit=south": 140, "force": 187}
    assert "unit=c" in seen_through(BOOK, PLAN, everybody_over_the_edge(whole))
    told = tellable_bands(BOOK, PLAN, COUNTS, DisclosurePolicy())
    assert seen_through(BOOK, PLAN, told) == []
    assert "unit=c" not in told
    assert told["unit=d"] == 100
    assert told["force"] == 100


def test_bands_of_crossings_give_no_small_group_away() -> None:
    dice = np.random.default_rng(5)
    planted = 0
    for _ in range(6):
        people = {(unit, sex): int(dice.choice([2, 5, 20, 21])) for unit in "abcd" for sex in "fm"}
        counts = of_profiles(people)
        planted += len(seen_through(BOOK, PLAN, everybody_over_the_edge(counts)))
        assert (
            seen_through(BOOK, PLAN, tellable_bands(BOOK, PLAN, counts, DisclosurePolicy())) == []
        )
    assert planted > 3


def test_a_crossing_that_nobody_counted_is_not_told() -> None:
    told = tellable_bands(BOOK, PLAN, COUNTS, DisclosurePolicy())
    assert told
    assert not any("&" in group for group in told)


def test_a_stricter_policy_tells_of_fewer_groups() -> None:
    told = tellable_bands(BOOK, PLAN, COUNTS, DisclosurePolicy(k=50))
    assert set(told) < set(tellable_bands(BOOK, PLAN, COUNTS, DisclosurePolicy()))
    assert all(edge >= 100 for edge in told.values())
