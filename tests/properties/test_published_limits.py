"""Published limits hold the exact ones, and follow from published figures alone."""

from __future__ import annotations

from datetime import date

import pytest
from fixtures_analysis import small
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure.stated import least_answers
from analysis.policy import DisclosurePolicy
from analysis.publish import WaveFacts, exact, publish
from analysis.publish.compared import exact_differences
from analysis.publish.figures import Figure
from analysis.publish.rounded import Percent, Rounder
from analysis.release.sides import published_gap
from analysis.statistics.intervals import wilson

POLICY = DisclosurePolicy()
COUNTS = st.integers(POLICY.k, 400).flatmap(
    lambda n: st.tuples(st.just(n), st.integers(0, n), st.booleans())
)


def item_figure(n: int, positive: int) -> Figure:
    share = positive / n
    spread = share * (1 - share)
    return Figure(n, float(n), share, 0.0, 1 - share, None, (share, 1 - share), spread)


@given(st.integers(POLICY.k, 400), st.data())
def test_limits_of_a_measure_on_its_groups_base_hold_those_of_its_own(
    n: int, data: st.DataObject
) -> None:
    answers = data.draw(st.integers(max(POLICY.k, int(least_answers(n, POLICY))), n))
    positive = data.draw(st.integers(0, answers))
    rounds = Rounder(POLICY, n, sensitive=False, own=False)
    figure = item_figure(answers, positive)
    shares = (figure.positive, figure.negative)
    lower, upper = rounds.limits(rounds.percents(shares, shares)[0], figure, 0.0)
    found = wilson(positive, answers)
    assert lower is not None
    assert upper is not None
    assert lower <= 100 * found.lower + 1e-6
    assert upper >= 100 * found.upper - 1e-6


def published(n: int, positive: int, *, sensitive: bool) -> tuple[object, tuple[int | None, ...]]:
    rounds = Rounder(POLICY, n, sensitive)
    figure = item_figure(n, positive)
    shares = (figure.positive, figure.negative)
    shown = rounds.percents(shares, shares)[0]
    return shown, rounds.limits(shown, figure, 0.0)


@given(COUNTS)
def test_published_limits_hold_the_exact_ones(counts: tuple[int, int, bool]) -> None:
    n, positive, sensitive = counts
    (percent, bound), (lower, upper) = published(n, positive, sensitive=sensitive)  # type: ignore[misc]
    if percent is None:
        assert (lower, upper) == (None, None)
        return
    found = wilson(positive, n)
    assert lower is not None
    assert upper is not None
    assert lower <= 100 * found.lower + 1e-6
    assert upper >= 100 * found.upper - 1e-6
    assert bound or lower <= percent <= upper


@settings(max_examples=15)
@given(st.integers(POLICY.k, 99))
def test_below_a_hundred_limits_tell_nothing_that_the_percent_does_not(n: int) -> None:
    told: dict[object, set[tuple[int | None, ...]]] = {}
    for positive in range(n + 1):
        shown, limits = published(n, positive, sensitive=False)
        told.setdefault(shown, set()).add(limits)
    assert all(len(limits) == 1 for limits in told.values())
    # Nor do they tell one base from another that is published alike.
    same = [m for m in range(POLICY.k, 98) if round(m / 5) == round(n / 5)]
    for other in same:
        for positive in range(other + 1):
            shown, limits = published(other, positive, sensitive=False)
            assert shown not in told or told[shown] == {limits}


@pytest.mark.parametrize("seed", range(4))
def test_published_gaps_hold_the_exact_ones(seed: int) -> None:
    study = small(700, seed=seed)
    wave = WaveFacts("w", "W", date(2026, 1, 1))
    release = publish(study.codebook, study.plan, study.microdata, wave=wave, policy=POLICY)
    figures = exact(study.codebook, study.plan, study.microdata)
    differences = exact_differences(figures, study.plan)
    shown = [row for row in release.comparisons if (row.status, row.against) == ("shown", "force")]
    assert len(shown) > 50
    for row in shown:
        found = differences[row.group, row.measure]
        assert row.gap is not None
        assert row.lower is not None
        assert row.upper is not None
        assert row.lower <= 100 * found.lower + 1e-6
        assert row.upper >= 100 * found.upper - 1e-6
        assert row.lower <= row.gap <= row.upper
        assert abs(row.gap - 100 * found.gap) <= 8


@pytest.mark.parametrize(
    ("mine", "theirs", "points"),
    [
        ((55, ""), (66, ""), -11),
        # 60 or more is not fewer than 66, and 40 or less than 66 is 26 fewer at least.
        ((60, "or_more"), (66, ""), 0),
        ((40, "or_less"), (66, ""), -26),
        ((60, "or_more"), (40, ""), 20),
        ((60, ""), (90, "or_more"), -30),
        ((90, "or_more"), (90, "or_more"), 0),
    ],
)
def test_a_gap_beside_a_band_is_the_least_that_the_band_allows(
    mine: Percent, theirs: Percent, points: int
) -> None:
    assert published_gap(mine, theirs) == pytest.approx(points / 100)
    assert published_gap(theirs, mine) == pytest.approx(-points / 100)
