"""Headcounts that are left out cannot be worked out from those that are shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import fixtures_analysis as fixtures
import numpy as np
import pytest
from fixtures_disclosure import flat, nested, plan, table
from scipy.optimize import linprog

from analysis.attack.audit import audit
from analysis.plan import TablePlan
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, exact, publish
from analysis.publish.rates import Told, tellable, untold_and_few

K = 10
UNITS = plan([nested("unit", {"x": ["a", "b", "c"], "y": ["d", "e"]})], [table("unit")])
TWO = plan([flat("unit", ["a", "b"])], [table("unit")])


def told(
    tables: TablePlan, sizes: dict[str, int | None], answered: dict[str, int]
) -> dict[str, bool]:
    """Whether each group's headcount is shown, given counts by value."""
    ids = ["force", *(f"unit={value}" for value in list(sizes)[1:])]
    assert ids == list(tables.group_by_id)
    people = [answered[value] for value in sizes]
    alone = frozenset(
        row
        for row, (size, n) in enumerate(zip(sizes.values(), people, strict=True))
        if size is not None and size >= 2 * K and K <= n <= size - K
    )
    known = Told(
        tuple(sizes.values()),
        tuple(n if n >= K else 0 for n in people),
        tuple(n < K for n in people),
        alone,
    )
    found = tellable(tables, known, K)
    assert found <= alone
    return {value: row in found for row, value in enumerate(sizes)}


def test_headcounts_that_all_can_be_shown_are() -> None:
    assert all(
        told(TWO, {"force": 100, "a": 50, "b": 50}, {"force": 60, "a": 30, "b": 30}).values()
    )


def test_a_headcount_left_out_takes_the_smallest_beside_it_along() -> None:
    sizes = {"force": 190, "x": 130, "y": 60, "a": 25, "b": 45, "c": 60, "d": 30, "e": 30}
    answered = {"force": 105, "x": 70, "y": 35, "a": 22, "b": 18, "c": 30, "d": 15, "e": 20}
    found = told(UNITS, sizes, answered)
    # 3 of the 25 did not answer; with 45 people beside them they may be many more.
    assert not found["a"]
    assert not found["b"]
    assert all(found[one] for one in ("force", "x", "y", "c", "d", "e"))


def test_a_small_group_of_a_small_unit_is_not_bounded_by_headcounts() -> None:
    found = told(TWO, {"force": 107, "a": 7, "b": 100}, {"force": 60, "a": 5, "b": 50})
    assert not found["a"]
    assert not found["b"]


def test_a_whole_left_out_is_not_the_sum_of_its_parts() -> None:
    # Everybody who did not say their unit answered: of the whole only 4 did not.
    found = told(TWO, {"force": 100, "a": 50, "b": 50}, {"force": 96, "a": 35, "b": 36})
    assert not found["force"]
    assert not (found["a"] and found["b"])


def test_cards_stand_for_the_headcount_of_the_force() -> None:
    """Of the second unit no more people can be there than cards are left."""
    known = Told((None, 50, None), (60, 30, 20), (False, False, False), frozenset({1}))
    assert tellable(TWO, known, K) == {1}
    assert tellable(TWO, replace(known, cards=80), K) == {1}
    assert not tellable(TWO, replace(known, cards=75), K)


def test_where_nearly_every_card_was_used_that_is_told_and_nothing_more() -> None:
    known = Told((None, 50, None), (60, 30, 20), (False, False, False), frozenset({1}), cards=65)
    assert tellable(TWO, known, K) == {1}


def test_what_is_told_already_stays_and_others_go() -> None:
    known = Told((100, 50, 50), (80, 30, 45), (False, False, False), frozenset({0, 1}))
    assert tellable(TWO, known, K) == {0}
    assert tellable(TWO, replace(known, fixed=frozenset({1})), K) == {1}
    both = replace(known, fixed=frozenset({0, 1}))
    assert tellable(TWO, both, K) == {0, 1}
    assert untold_and_few(TWO, both, K) == 2
    assert untold_and_few(TWO, replace(known, told=frozenset({1})), K) is None


def test_without_any_headcount_there_is_nothing_to_leave_out() -> None:
    sizes: dict[str, int | None] = {"force": None, "a": None, "b": None}
    assert not any(told(TWO, sizes, {"force": 60, "a": 30, "b": 30}).values())


@pytest.mark.parametrize("seed", range(40))
def test_no_headcount_left_out_is_known_too_well(seed: int) -> None:
    """Against a linear program over all headcounts that fit what is shown."""
    rng = np.random.default_rng(seed)
    silent, here = rng.integers(0, 30, 5), rng.integers(0, 40, 5)
    unsaid = int(rng.integers(0, 12))
    inside = np.array(
        [[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [0, 0, 0, 1, 1], *np.eye(5, dtype=np.int64)]
    )
    sizes = inside @ (silent + here)
    # Those who did not say their unit are staff of one of them.
    sizes += unsaid * inside[:, 0]
    people = inside @ here
    people[0] += unsaid
    names = ["force", "x", "y", "a", "b", "c", "d", "e"]
    found = told(UNITS, dict(zip(names, sizes.tolist(), strict=True)),
                 dict(zip(names, people.tolist(), strict=True)))  # fmt: skip
    shown = np.array([found[name] for name in names])
    seen = np.where(people >= K, people, 0)
    least = np.where(shown, sizes, seen)
    for row in np.flatnonzero(~shown):
        most = linprog(
            -inside[row],
            A_ub=np.vstack([-inside, inside[shown]]),
            b_ub=np.concatenate([-least, sizes[shown]]),
        )
        assert most.status == 3 or -most.fun - seen[row] >= K - 1e-6, names[row]


def test_a_release_shows_no_headcount_that_is_the_rest_of_others() -> None:
    study = fixtures.small(900)
    figures = exact(study.codebook, study.plan, study.microdata)
    people = dict(zip(figures.names, figures.sums.people.tolist(), strict=True))
    headcounts = {f"command={unit}": 300 for unit in fixtures.DEPARTMENTS}
    headcounts["command=north-a"] = people["command=north-a"] + 3
    release = publish(
        study.codebook,
        study.plan,
        study.microdata,
        wave=WaveFacts("autumn", "Autumn survey", date(2026, 11, 1)),
        policy=DisclosurePolicy(),
        headcounts=headcounts,
    )
    rows = release.group_by_id
    assert rows["command=north-a"].headcount is None
    assert rows["command=north-b"].headcount is None
    assert rows["command=north-b"].response_rate is None
    assert rows["command=north"].headcount == headcounts["command=north-a"] + 300
    assert rows["command=south-a"].headcount == 300
    assert audit(release, study.plan) == ()
