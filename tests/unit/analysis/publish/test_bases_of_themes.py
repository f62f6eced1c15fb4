"""A theme's base less that of its item: who left the item out. Planted, seen, and mended."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import fixtures_analysis as fixtures
import fixtures_disclosure as small
import numpy as np
import pytest

from analysis.attack.audit import Audit, audit
from analysis.attack.nested import attack_nested
from analysis.codebook import Codebook
from analysis.microdata import Microdata
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, making, publish, shown
from analysis.release import known
from analysis.release.model import Release

POLICY = DisclosurePolicy()
ITEMS = ("led", "seen", "heard")
PLAN = small.plan(
    [small.nested("unit", {"one": ["a", "b"], "two": ["c", "d"]})], [small.table("unit")]
)
THEME, GROUP = "t", "unit=a"


def released(items: int) -> Release:
    """Units of 300: 200 answer the first item, 104 others; four of these nothing but others."""
    rng = np.random.default_rng(2)
    book: Codebook = fixtures.codebook(tuple(fixtures.item(one, THEME) for one in ITEMS[:items]))
    book = replace(book, variables=(fixtures.variable("unit", ("a", "b", "c", "d")),))
    unit = np.repeat(np.arange(4), 300).astype(np.int16)
    place = np.tile(np.arange(300), 4)
    first, others = place < 200, (place >= 100) & (place < 204)
    answers = {
        one: np.where(others if at else first, rng.integers(0, 5, 1200), -1).astype(np.int16)
        for at, one in enumerate(ITEMS[:items])
    }
    wave = WaveFacts(
        "autumn", "Autumn", date(2026, 9, 30), polarity=dict.fromkeys(ITEMS[:items], "kept")
    )
    return publish(book, PLAN, Microdata(1200, {"unit": unit}, answers), wave=wave, policy=POLICY)


@cache
def of_three() -> Release:
    return released(3)


def exactly(*given: object) -> object:
    """The own bases of a measure as they are."""
    _, measure, own, *_ = given
    return own[measure]  # type: ignore[index]


def test_the_base_of_a_theme_of_two_tells_of_nobody_who_left_one_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(making, "attack_shares", lambda _: ())
        patch.setattr(making, "examine", lambda *_: Audit((), None))
        patch.setattr(shown, "_stated", exactly)
        careless = released(2)
    bases = {one: careless.estimate_by_key[GROUP, one].base for one in (THEME, "led", "seen")}
    assert bases == {THEME: 204, "led": 200, "seen": 104}
    assert (GROUP, THEME) in {(one.group, one.measure) for one in attack_nested(careless)}
    mended = released(2)
    assert not list(attack_nested(mended))
    assert not audit(mended, PLAN)
    row = mended.estimate_by_key[GROUP, THEME]
    assert row.base == mended.estimate_by_key[GROUP, "led"].base == 200
    assert known.is_at_least(mended, row)
    assert known.of_base(mended, row) == (200, 300)


def test_the_own_base_of_another_theme_is_rounded_down() -> None:
    made = of_three()
    row = made.estimate_by_key[GROUP, THEME]
    assert made.estimate_by_key[GROUP, "seen"].base == 104
    # Two of three are answered by the 104 who answered the others.
    assert row.base == 100
    assert known.of_base(made, row) == (100, 109)
    assert known.is_at_least(made, row)
    assert not known.is_at_least(made, made.estimate_by_key[GROUP, "seen"])


@pytest.mark.parametrize("k", range(10, 21))
def test_a_rounded_base_stands_for_the_one_that_it_was(k: int) -> None:
    policy = replace(POLICY, k=k)
    made = of_three()
    made = replace(made, manifest=replace(made.manifest, policy=policy.as_dict()))
    own = np.arange(k, 260)
    stated = shown.follow_ups.stated_of_theme(own, (), policy)
    for exact, base in zip(own.tolist(), stated.tolist(), strict=True):
        assert k <= base <= exact
        row = made.estimate_by_key[GROUP, THEME]
        published = replace(row, base=shown.rounding.base(base, policy))
        low, high = known.of_base(made, published)
        assert low <= exact <= high
        assert high - low + 1 >= k or low == k
