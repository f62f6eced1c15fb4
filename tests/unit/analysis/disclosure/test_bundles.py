"""Who takes a coarser step together: so many that it does not say for whose sake it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import fixtures_disclosure as small
import numpy as np
import pytest

from analysis.cells import Cells
from analysis.disclosure.bundles import Bundle, bundles
from analysis.disclosure.system import build
from analysis.plan import TablePlan

K = 10


def of(
    parts: Mapping[str, Mapping[str, int]], silent: Collection[str] = ()
) -> tuple[TablePlan, tuple[Bundle, ...]]:
    """Whole -> part -> people; parts of fewer than k are hidden, and those that are named.

    What ends in "-u" is of its whole and of no part.
    """
    people = {code: n for inside in parts.values() for code, n in inside.items()}
    book = small.codebook({"unit": tuple(people)})
    units = small.nested("unit", {whole: list(inside) for whole, inside in parts.items()})
    named = tuple(value for value in units.values if not value.id.endswith("-u"))
    plan = small.plan([replace(units, values=named)], [small.table("unit")])
    occupied = [at for at, n in enumerate(people.values()) if n]
    cells = Cells(
        ("unit",), np.array(occupied, np.int16)[:, None], np.array(list(people.values()))[occupied]
    )
    bases = small.bases(book, plan, {(code,): n for code, n in people.items()})
    system = build(book, plan, bases, cells)
    hidden = np.array(
        [n < K or one.id in silent for one, n in zip(plan.groups, bases.tolist(), strict=True)]
    )
    return plan, bundles(plan, system, hidden, K)


def inside(found: tuple[Bundle, ...]) -> list[tuple[str, bool]]:
    """The wholes of the bundles of parts, as letters, and whether they are enough."""
    return [
        ("".join(dict.fromkeys(group[5] for group in one.groups)), one.enough)
        for one in found
        if "-" in one.groups[0]
    ]


def whole(name: str, *people: int) -> tuple[str, dict[str, int]]:
    return name, {f"{name}-{number}": n for number, n in enumerate(people)}


def test_every_group_is_in_one_bundle_with_all_parts_beside_it() -> None:
    plan, found = of(dict([whole("a", 90, 6, 6), whole("b", 80, 7), whole("c", 70, 60)]))
    assert sorted(group for one in found for group in one.groups) == sorted(plan.group_by_id)
    for one in found:
        above = {plan.group_by_id[group].parent for group in one.groups}
        beside = {
            group.id
            for group in plan.groups
            if group.parent in above
            if plan.level_of(group) == plan.level_of(plan.group_by_id[one.groups[0]])
        }
        assert beside == set(one.groups)


@pytest.mark.parametrize(
    ("wholes", "expected"),
    [
        # 12, 12, 12 and 12 people are hidden: two wholes are 24.
        ([whole(name, 90, 6, 6) for name in "abcd"], [("ab", True), ("cd", True)]),
        # What is left goes with the last.
        ([whole(name, 90, 6, 6) for name in "abc"], [("abc", True)]),
        ([whole("a", 90, 6, 6), whole("b", 90, 3, 4)], [("ab", False)]),
        # Two hidden parts of 8 and 9 are small together, whoever stands beside them.
        ([whole("a", 90, 8, 9), whole("b", 90, 80), whole("c", 90, 5, 5)], [("abc", True)]),
        ([whole("a", 90, 80), whole("b", 70, 60)], [("ab", False)]),
    ],
)
def test_parts_go_together_until_small_groups_of_2k_people_are_among_them(
    wholes: list[tuple[str, dict[str, int]]], expected: list[tuple[str, bool]]
) -> None:
    _, found = of(dict(wholes))
    assert inside(found) == expected


@pytest.mark.parametrize("a2", [2, 10, 11, 15, 19, 20, 22, 23, 27, 28, 30])
def test_what_is_hidden_decides_nothing(a2: int) -> None:
    """The 30 beside a shown part are in a hidden part or in no part; readers see only the 30."""
    a = {"a-1": 100, "a-2": a2, "a-u": 30 - a2}
    _, found = of({"a": a, **dict(whole(name, 90, 6, 6) for name in "bcd")}, ["unit=a-2"])
    assert inside(found) == [("abcd", True)]


@pytest.mark.parametrize("seed", range(5))
def test_bases_of_hidden_groups_are_not_read(seed: int) -> None:
    """Whatever stands there, in tables that cross, the bundles are the same."""
    book = small.codebook({"unit": tuple("abcdef"), "sex": ("w", "m"), "age": ("old", "young")})
    units = small.nested("unit", {"x": "abc", "y": "def"})
    others = [small.flat(one.id, one.codes) for one in book.variables[1:]]
    plan = small.plan([units, *others], [small.table("unit", "sex"), small.table("unit", "age")])
    rng = np.random.default_rng(seed)
    people = {profile: int(rng.integers(0, 12)) for profile in small.profiles(book)}
    system = small.system(book, plan, people)
    hidden = (system.bases < 2 * K) | (rng.random(len(plan.groups)) < 0.2)
    other = np.where(hidden, rng.integers(0, 40, len(hidden)), system.bases)
    found = bundles(plan, system, hidden, K)
    assert found == bundles(plan, replace(system, bases=other, occupied=None), hidden, K)
    assert len(found) > 2


def test_people_in_two_small_groups_count_once() -> None:
    """15 of the north are not shown among women, 15 not among the old: perhaps the same 15."""
    book = small.codebook({"unit": ("n",), "sex": ("w", "m"), "age": ("old", "young")})
    plan = small.plan(
        [small.flat(one.id, one.codes) for one in book.variables],
        [small.table("unit", "sex"), small.table("unit", "age")],
    )

    def made(both: int) -> tuple[Bundle, ...]:
        """So many of the 15 are the same people."""
        people = {
            ("n", "w", "old"): 100,
            ("n", "m", "old"): 15 - both,
            ("n", "w", "young"): 15 - both,
            ("n", "m", "young"): both,
            (None, "m", "young"): 100,
        }
        silent = ("unit=n&sex=m", "unit=n&age=young")
        hidden = np.array([group.id in silent for group in plan.groups])
        return bundles(plan, small.system(book, plan, people), hidden, K)

    assert made(3) == made(14)
    assert [one.enough for one in made(3) if one.groups == ("unit=n",)] == [False]
