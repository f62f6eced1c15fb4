"""What the auditor finds of colleagues is what writing down every table tells each real pair."""

from __future__ import annotations

from dataclasses import replace

import fixtures_disclosure as small
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from oracle_verdicts import colleagues_see, inside

from analysis.attack.bases import attacks
from analysis.attack.colleagues import attack_colleagues
from analysis.plan import TablePlan
from analysis.publish.places import places
from analysis.release.known import of_group
from analysis.release.model import Release

K, PAIR = 5, 2
BOOK = small.codebook({"unit": ("a",), "sex": ("f",), "staff": ("s",)})
EVERY = [small.flat("unit", "a"), small.flat("sex", "f"), small.flat("staff", "s")]
SHAPES = {
    "linked": [small.table("unit", "sex"), small.table("sex", "staff")],
    "together": [small.table("unit", "sex", "staff")],
    "apart": [small.table("unit"), small.table("sex"), small.table("staff")],
}


def published(plan: TablePlan, people: small.Bases, flags: list[bool], step: int) -> Release:
    """Some groups of k and more shown, on bases rounded to a step; the force always exactly."""
    bases = small.membership(BOOK, plan) @ people
    shown = frozenset(
        group.id
        for group, base, flag in zip(plan.groups, bases, [True, *flags], strict=False)
        if flag and base >= K
    )
    rounded = step * np.rint(bases / step).astype(np.int64)
    release = small.published(plan, rounded, shown)
    policy = {**release.manifest.policy, "k": K, "coalition": PAIR, "base_step": step}
    policy["fine_base"] = 1 if step == 1 else 100
    return replace(release, manifest=replace(release.manifest, policy=policy))


def found_and_seen(
    which: str, step: int, people: list[int], flags: list[bool]
) -> tuple[set[str], set[str]] | None:
    """Groups that the auditor finds and that pairs see through; None where others do already."""
    plan, truth, profiles = small.plan(EVERY, SHAPES[which]), np.array(people), small.profiles(BOOK)
    release = published(plan, truth, flags, step)
    attack = next(iter(attacks(release, plan)))()
    if list(attack.breaches()):
        return None
    counts = {profile: int(n) for profile, n in zip(profiles, truth, strict=True) if n}
    where = places(BOOK, plan, small.cells(BOOK, counts))
    found = {one.group for one in attack_colleagues(release, attack, where)}
    known = {row.values: of_group(release, row.base) for row in release.groups}
    names = {row.values: row.group for row in release.groups}
    seen = colleagues_see(names, inside(plan, profiles), known, truth, K, PAIR)
    return found, {group for _, group in seen}


@pytest.mark.slow
@pytest.mark.parametrize("step", [1, 3])
@pytest.mark.parametrize("which", list(SHAPES))
@settings(max_examples=60)
@given(
    people=st.lists(st.sampled_from((0, 0, 0, 1, 1, 2, 3, 5)), min_size=8, max_size=8).filter(
        lambda people: K <= sum(people) < 11
    ),
    flags=st.lists(st.booleans(), min_size=12, max_size=12),
)
def test_it_finds_what_every_table_tells_a_pair(
    which: str, step: int, people: list[int], flags: list[bool]
) -> None:
    both = found_and_seen(which, step, people, flags)
    assume(both is not None)
    found, seen = both  # type: ignore[misc]
    assert found == seen


@pytest.mark.parametrize(
    ("which", "people", "shown", "group"),
    [
        ("linked", [1, 7, 1, 0, 1, 0, 0, 0], "011111110111", "sex=f"),
        ("linked", [5, 0, 0, 0, 1, 1, 0, 0], "001010000000", "unit=a"),
        ("together", [5, 1, 0, 0, 0, 1, 2, 1], "101010000001", "unit=a&sex=f&staff=s"),
    ],
)
def test_a_pair_sees_through_what_holds_for_everybody_else(
    which: str, people: list[int], shown: str, group: str
) -> None:
    """Positive control: planted Releases in which nobody else sees anything."""
    both = found_and_seen(which, 3, people, [one == "1" for one in shown])
    assert both is not None
    found, seen = both
    assert group in found
    assert found == seen
