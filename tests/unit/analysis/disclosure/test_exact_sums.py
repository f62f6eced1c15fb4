"""Where exact sums of a theme may be kept: what they leave of each other is nobody, or k people."""

from __future__ import annotations

from dataclasses import replace

import fixtures_disclosure as small
import numpy as np
import pytest

from analysis.disclosure.exact import not_kept
from analysis.disclosure.system import System

K = 10


def dropped(system: System, counted: dict[str, int], hidden: tuple[str, ...] = ()) -> set[str]:
    """Ids of shown groups of which nothing is kept."""
    ids = [group.id for group in system.groups]
    silent = np.array([name in hidden for name in ids])
    found = not_kept(system, np.array([counted[name] for name in ids]), silent, K)
    return {name for name, gone in zip(ids, found & ~silent, strict=True) if gone}


def units(*, overlapping: bool = False) -> System:
    """A command of three units, the second of which may take in the third."""
    book = small.codebook({"unit": ("x", "y", "z")})
    one = small.nested("unit", {"a": ["x", "y", "z"]})
    if overlapping:
        wider = tuple(
            replace(value, categories=frozenset("yz")) if value.id == "y" else value
            for value in one.values
        )
        one = replace(one, values=wider)
    plan = small.plan([one], [small.table("unit")])
    return small.system(book, plan, {("x",): 100, ("y",): 100, ("z",): 100})


@pytest.mark.parametrize(("left", "gone"), [(1, True), (9, True), (10, False)])
def test_a_part_goes_where_few_are_left_of_the_whole(left: int, gone: bool) -> None:
    counted = {"force": 200 + left, "unit=a": 200 + left, "unit=x": 110, "unit=y": 90}
    found = dropped(units(), {**counted, "unit=z": 0}, ("unit=z",))
    assert ("unit=y" in found) == gone
    assert "unit=a" not in found


def test_parts_that_leave_nobody_are_kept() -> None:
    counted = {"force": 300, "unit=a": 300, "unit=x": 110, "unit=y": 90, "unit=z": 100}
    assert dropped(units(), counted) == set()


def test_parts_that_overlap_are_looked_at_one_by_one() -> None:
    counted = {"force": 200, "unit=a": 200, "unit=x": 50, "unit=y": 195, "unit=z": 60}
    assert dropped(units(overlapping=True), counted) == {"unit=y"}
