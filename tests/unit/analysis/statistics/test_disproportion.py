"""Rates and ratios of published counts: their limits hold for every count in the steps."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.statistics import process_sentences as sentences
from analysis.statistics.comparisons import koopman_ratio, miettinen_nurminen
from analysis.statistics.disproportion import (
    Counts,
    Span,
    are_clear,
    compare,
    figures,
    smallest_gap,
)


def counts(people: int, cases: int, step: int = 5) -> Counts:
    return Counts(Span.of(people, step), Span.of(cases, step))


def exact(people: int, cases: int) -> Counts:
    return counts(people, cases, 1)


def test_a_step_holds_the_counts_that_round_to_it() -> None:
    assert (Span.of(60, 5).low, Span.of(60, 5).high) == (58, 62)
    assert (Span.of(20, 10).low, Span.of(20, 10).high) == (15, 24)
    assert (Span.of(7, 1).low, Span.of(7, 1).high) == (7, 7)
    with pytest.raises(EstimationError, match="do not lie"):
        Span(5, 6, 7)


def test_exact_counts_give_the_plain_intervals() -> None:
    found = compare(exact(550, 35), exact(4950, 130), adverse=True)
    gap, ratio = miettinen_nurminen(35, 550, 130, 4950), koopman_ratio(35, 550, 130, 4950)
    assert (found.gap.gap, found.gap.lower, found.gap.upper) == pytest.approx(
        (gap.gap, gap.lower, gap.upper)
    )
    assert found.gap.p == pytest.approx(gap.p)
    assert (found.ratio, found.lower, found.upper) == pytest.approx(
        (ratio.ratio, ratio.lower, ratio.upper)
    )


def test_of_a_favourable_process_the_risk_is_to_be_left_out() -> None:
    found = compare(exact(80, 20), exact(400, 160), adverse=False)
    ratio = koopman_ratio(60, 80, 240, 400)
    assert (found.ratio, found.lower, found.upper) == pytest.approx(
        (ratio.ratio, ratio.lower, ratio.upper)
    )
    assert found.gap.gap < 0


@pytest.mark.parametrize("adverse", [True, False])
@pytest.mark.parametrize(("mine", "all_"), [((100, 15), (1000, 60)), ((60, 30), (250, 140))])
def test_limits_hold_for_every_count_in_the_steps(
    mine: tuple[int, int], all_: tuple[int, int], adverse: bool
) -> None:
    group, whole = counts(*mine), counts(*all_)
    found = compare(group, whole.without(group), adverse=adverse)
    ends = [(one.low, one.people, one.high) for one in _spans(group, whole)]
    for n, x, all_n, all_x in product(*ends):
        cases, rest = (x, all_x - x) if adverse else (n - x, all_n - n - (all_x - x))
        gap = miettinen_nurminen(x, n, all_x - x, all_n - n)
        ratio = koopman_ratio(cases, n, rest, all_n - n)
        assert found.gap.lower <= gap.lower + 1e-9
        assert gap.upper <= found.gap.upper + 1e-9
        assert gap.p <= found.gap.p + 1e-9
        assert found.lower <= ratio.lower + 1e-9
        assert ratio.upper <= found.upper + 1e-9


def _spans(group: Counts, whole: Counts) -> tuple[Span, ...]:
    return group.at_risk, group.cases, whole.at_risk, whole.cases


def test_a_rest_of_too_few_cases_or_too_few_others_is_not_compared_with() -> None:
    group = exact(100, 30)
    assert figures(group, exact(500, 9), 10, adverse=True).gap is None
    assert figures(group, exact(500, 10), 10, adverse=True).gap is not None
    assert figures(group, exact(500, 491), 10, adverse=True).ratio is None
    assert figures(group, None, 10, adverse=True).rate == 30.0


def test_clear_is_judged_among_all_comparisons() -> None:
    assert are_clear([0.04]) == [True]
    assert are_clear([0.04, 0.6, 0.7]) == [False, False, False]
    assert are_clear([0.001, 0.6, 0.02]) == [True, False, True]
    assert are_clear([]) == []


def test_what_could_have_been_seen_shrinks_with_the_group_and_grows_with_the_comparisons() -> None:
    large, small, rest = exact(1000, 50), exact(100, 5), exact(5000, 250)
    alone = smallest_gap(large, rest, 1)
    assert alone < smallest_gap(large, rest, 20) < smallest_gap(small, rest, 20)
    # 1.96 x 0.00781 (pooled rate 0.0540) + 0.842 x 0.00890 (rates 0.0739 and 0.05).
    assert alone == pytest.approx(0.0228, abs=3e-4)
    assert smallest_gap(counts(1000, 50), rest, 1) > alone
    assert smallest_gap(exact(1000, 950), exact(5000, 4750), 1) == pytest.approx(alone)
    assert smallest_gap(exact(2, 1), exact(2, 1), 20) == 1.0


def test_a_gap_that_could_have_been_seen_is_seen_in_four_samples_of_five() -> None:
    rng, (people, others, share) = np.random.default_rng(1), (200, 5800, 0.05)
    group, whole = counts(people, 10), counts(people + others, 300)
    gap = smallest_gap(group, whole.without(group), 20)
    seen = 0
    for _ in range(150):
        mine, rest = rng.binomial(people, share + gap), rng.binomial(others, share)
        group, whole = counts(people, near(mine)), counts(people + others, near(mine + rest))
        p = compare(group, whole.without(group), adverse=True).gap.p
        seen += are_clear([p, *[1.0] * 19])[0]
    assert 0.7 * 150 < seen < 0.95 * 150


def near(people: int) -> int:
    return 5 * int((people + 2) // 5)


def test_sentences_name_no_cause() -> None:
    said = [
        sentences.clear_difference((3.2, 1.1, 5.4), (2.1, 1.4, 3.1), adverse=True),
        sentences.clear_difference((-9.5, -15.2, -3.1), (1.1, 1.02, 1.2), adverse=False),
        sentences.no_clear_difference(400, 2.4),
        sentences.under_four_fifths(0.62),
    ]
    assert said[0] == (
        "That is 3.2 more (plausible range 1.1 to 5.4 more), or 2.1 times (1.4 to 3.1) as many. "
        "This is unlikely to be chance. It does not tell us why."
    )
    assert "9.5 fewer (plausible range 3.1 to 15.2 fewer)" in said[1]
    assert (
        "the risk of going without was 1.10 times (1.02 to 1.20) that of everyone else" in said[1]
    )
    assert "a gap of about 2.4 in every 100. This does not show that all is well." in said[2]
    assert not any(word in " ".join(said) for word in ("because", "driven", "proves"))


def test_the_example_of_the_methods_page_is_true() -> None:
    group, whole = counts(550, 35), counts(5500, 165)
    rest = whole.without(group)
    found = figures(group, rest, 10, adverse=True)
    assert (found.rate, found.rest_rate) == (6.4, 2.6)
    assert (found.gap, found.ratio) == ((3.7, 1.5, 6.7), (2.4, 1.5, 3.8))
    assert round(100 * smallest_gap(group, rest, 20), 1) == 3.9
    page = (Path(__file__).parents[4] / "docs" / "METHODS.md").read_text()
    said = " ".join(page.partition("## Formal processes")[2].split())
    for words in (
        "6.4 of every 100",
        "2.6 of every 100",
        "The gap is 3.7 (1.5 to 6.7), the ratio 2.4 (1.5 to 3.8)",
        "a gap of 3.9 in every 100",
    ):
        assert words in said
