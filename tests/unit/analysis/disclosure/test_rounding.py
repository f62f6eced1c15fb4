"""What is published of a figure depends only on the step that it falls in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.disclosure import rounding
from analysis.policy import DisclosurePolicy
from analysis.statistics.intervals import wilson

POLICY = DisclosurePolicy()


def wilson_at(n: int):
    def interval(share: float) -> tuple[float, float]:
        found = wilson(share * n, n)
        return found.lower, found.upper

    return interval


@pytest.mark.parametrize(
    ("positive", "n", "shown"),
    [
        (300, 400, (75, "")),
        (149, 400, (37, "")),
        (30, 60, (50, "")),
        (31, 60, (50, "")),
        (33, 60, (55, "")),
        (54, 60, (90, "or_more")),
        (60, 60, (90, "or_more")),
        (0, 60, (10, "or_less")),
        (7, 60, (10, "or_less")),
        (400, 400, (99, "or_more")),
        (396, 400, (99, "or_more")),
        (0, 400, (1, "or_less")),
        (0, 0, (None, "")),
    ],
)
def test_a_share_is_shown_in_the_steps_of_its_base(
    positive: int, n: int, shown: rounding.Shown
) -> None:
    assert rounding.share(positive, n, POLICY) == shown


@given(n=st.integers(10, 99))
def test_below_the_fine_base_a_published_share_never_leaves_the_steps_of_five(n: int) -> None:
    for positive in range(n + 1):
        percent, bound = rounding.share(positive, n, POLICY)
        assert percent is not None
        assert percent % 5 == 0
        assert 10 <= percent <= 90
        assert (bound != "") == (percent in (10, 90))


@given(n=st.integers(10, 2000))
def test_unanimity_looks_like_its_neighbour(n: int) -> None:
    assert rounding.share(n, n, POLICY)[1] == "or_more"
    assert rounding.share(0, n, POLICY)[1] == "or_less"
    if n >= 20:
        assert rounding.share(n - n // 100, n, POLICY) == rounding.share(n, n, POLICY)


@given(n=st.integers(12, 3000), few=st.integers(0, 4))
def test_few_people_of_a_sensitive_item_look_like_five(n: int, few: int) -> None:
    assert rounding.share(few, n, POLICY, sensitive=True) == rounding.share(
        min(5, n * 9 // 20), n, POLICY, sensitive=True
    )
    assert rounding.share(n - few, n, POLICY, sensitive=True)[1] in ("or_more", "")


def test_a_sensitive_item_of_ten_people_is_not_shown() -> None:
    assert rounding.share(2, 10, POLICY, sensitive=True) == (None, "")


@given(data=st.data())
def test_the_other_categories_of_a_sensitive_item_do_not_open_a_band(data: st.DataObject) -> None:
    n = data.draw(st.integers(12, 600))
    few = data.draw(st.integers(0, 4))
    middle = data.draw(st.integers(0, n - few))
    counts = [n - few - middle, middle, few]
    found = rounding.shares(counts, n, POLICY, sensitive=True)
    step = rounding.step(n, POLICY)
    # What is left for the last category when each other is as small as it can be; a step of five
    # is what banding makes of the others.
    left = 100.0
    for percent, bound in found[:-1]:
        if percent is not None and bound != "or_less":
            left -= percent - (2.5 if not bound else step / 2)
    assert found[-1][1] == "or_less" or found[-1][0] is None
    assert left * n / 100 >= min(POLICY.min_numerator, n * rounding.band(n, POLICY) / 100)


def test_a_band_at_the_top_and_a_step_beside_it_do_not_tell_that_nobody_is_left() -> None:
    # "98 % or more" is 312 of 320 people and "5 %" is 8 or more: that would leave nobody.
    found = rounding.shares([312, 8, 0], 320, POLICY, sensitive=True)
    assert found == ((98, "or_more"), (None, ""), (2, "or_less"))


def test_an_item_that_is_not_sensitive_is_rounded_category_by_category() -> None:
    counts = [380, 18, 2]
    assert rounding.shares(counts, 400, POLICY) == tuple(
        rounding.share(count, 400, POLICY) for count in counts
    )


@given(n=st.integers(10, 400), positive=st.integers(0, 400))
def test_limits_are_the_same_for_every_count_that_is_shown_alike(n: int, positive: int) -> None:
    positive %= n + 1
    shown = rounding.share(positive, n, POLICY)
    found = rounding.share_limits(shown, n, POLICY, wilson_at(n))
    exact = wilson(positive, n)
    assert found[0] is not None
    assert found[1] is not None
    assert found[0] <= 100 * exact.lower + 1e-6
    assert found[1] >= 100 * exact.upper - 1e-6
    assert found[0] <= shown[0] <= found[1]


def test_limits_of_a_share_that_is_not_shown_are_not_shown() -> None:
    assert rounding.share_limits((None, ""), 50, POLICY, wilson_at(50)) == (None, None)


def test_limits_move_outward() -> None:
    assert rounding.outward(0.412, 0.583, 60, POLICY) == (40, 60)
    assert rounding.outward(-0.121, -0.069, 400, POLICY) == (-13, -6)
    assert rounding.outward(0.40, 0.60, 60, POLICY) == (40, 60)


@given(gap=st.floats(-1, 1), n=st.integers(10, 300))
def test_swapping_groups_mirrors_the_gap(gap: float, n: int) -> None:
    assert rounding.points(gap, n, POLICY) == -rounding.points(-gap, n, POLICY)


def test_bases_are_rounded_below_the_fine_base_only() -> None:
    assert [rounding.base(n, POLICY) for n in (10, 12, 13, 98, 99, 100, 101)] == [
        *(10, 10, 15, 100, 100, 100, 101)
    ]


def test_a_score_near_either_end_is_not_shown() -> None:
    assert rounding.score(61.26, 40, POLICY) == 61.3
    assert rounding.score(97.0, 40, POLICY) is None
    assert rounding.score(97.0, 400, POLICY) == 97.0
    assert rounding.score(100.0, 400, POLICY) is None
    assert rounding.score(0.0, 0, POLICY) is None


@pytest.mark.parametrize(
    ("n", "headcount", "shown"),
    [
        (60, 100, 60),
        (62, 100, 60),
        (9, 100, None),
        (91, 100, None),
        (100, 100, None),
        (101, 100, None),
        (10, 19, None),
        (60, None, None),
    ],
)
def test_a_rate_needs_a_group_that_answered_and_one_that_did_not(
    n: int, headcount: int | None, shown: int | None
) -> None:
    assert rounding.rate(n, headcount, POLICY) == shown


def test_a_tightened_policy_is_followed() -> None:
    strict = replace(POLICY, share_step=5, top_code=80, min_numerator=10)
    assert rounding.share(150, 400, strict) == (40, "")
    assert rounding.share(50, 60, strict) == (80, "or_more")
    assert rounding.share(9, 100, strict, sensitive=True) == (10, "or_less")


def test_a_numerator_above_its_base_is_refused() -> None:
    with pytest.raises(ValueError, match="is not a share"):
        rounding.share(11, 10, POLICY)
