"""Who takes a coarser step together: so many that it does not say for whose sake it is."""

from __future__ import annotations

from collections.abc import Mapping

import fixtures_disclosure as small
import numpy as np
import pytest

from analysis.cells import Cells
from analysis.disclosure.bundles import Bundle, bundles
from analysis.disclosure.system import build
from analysis.plan import TablePlan

K = 10


def of(parts: Mapping[str, Mapping[str, int]]) -> tuple[TablePlan, tuple[Bundle, ...]]:
    """Whole -> part -> people; parts of fewer than k are hidden."""
    people = {code: n for inside in parts.values() for code, n in inside.items()}
    book = small.codebook({"unit": tuple(people)})
    plan = small.plan(
        [small.nested("unit", {whole: list(inside) for whole, inside in parts.items()})],
        [small.table("unit")],
    )
    occupied = [at for at, n in enumerate(people.values()) if n]
    cells = Cells(
        ("unit",), np.array(occupied, np.int16)[:, None], np.array(list(people.values()))[occupied]
    )
    bases = small.bases(book, plan, {(code,): n for code, n in people.items()})
    system = build(book, plan, bases, cells)
    hidden = np.array([n < K for n in bases.tolist()])
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
