"""The area-of-concern rule: what is raised, what is not, and in which words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from scipy.special import ndtr

from analysis.errors import EstimationError
from analysis.statistics.comparisons import Difference, welch
from analysis.statistics.concerns import (
    Comparison,
    Findings,
    people_affected,
    smallest_gap,
)
from analysis.statistics.concerns import flag as flag_families
from analysis.statistics.sentences import no_clear_difference, plausible_range, words
from analysis.statistics.suppressed import SUPPRESSED

CLEAR = 1e-6


def flag(family: Sequence[Comparison], k: int) -> Findings:
    """One family alone."""
    return flag_families({"others": {"wave": family}}, k)


def _compared(gap, p, n=60, rest=5000, group="north", measure="fairness"):
    return Comparison(group, measure, n, rest, Difference(gap, gap - 0.06, gap + 0.06, p))


def test_a_large_clear_gap_below_the_rest_is_an_emerging_concern():
    (found,) = flag([_compared(-0.17, CLEAR)], 10).flags
    assert (found.kind, found.state) == ("concern", "emerging")
    assert found.difference.gap == -0.17


def test_the_mirrored_gap_is_a_strength():
    (found,) = flag([_compared(0.17, CLEAR)], 10).flags
    assert found.kind == "strength"


def test_a_gap_of_five_points_exactly_is_raised_and_a_smaller_one_is_not():
    assert len(flag([_compared(0.45 - 0.50, CLEAR)], 10).flags) == 1
    assert flag([_compared(-0.0499, CLEAR)], 10).flags == ()


def test_a_gap_that_chance_explains_is_not_raised():
    assert flag([_compared(-0.17, 0.051)], 10).flags == ()
    assert len(flag([_compared(-0.17, 0.05)], 10).flags) == 1


def test_many_comparisons_raise_the_bar_for_each():
    family = [_compared(-0.17, 0.01), *(_compared(0.01, 0.9, group=f"g{i}") for i in range(20))]
    found = flag(family, 10)
    assert found.flags == ()
    assert found.compared == 21


@pytest.mark.parametrize(("n", "rest"), [(9, 5000), (5000, 9)])
def test_fewer_than_k_people_on_either_side_are_never_compared(n, rest):
    found = flag([_compared(-0.5, 0.0, n=n, rest=rest)], 10)
    assert (found.flags, found.compared, found.measures) == ((), 0, frozenset())


def test_suppressed_comparisons_neither_raise_nor_count():
    hidden = Comparison("south", "fairness", 60, 5000, SUPPRESSED)
    found = flag([hidden, _compared(-0.17, 0.04)], 10)
    assert [each.group for each in found.flags] == ["north"]
    assert found.measures == {("north", "fairness")}


def test_an_empty_family_raises_nothing():
    assert flag([], 10).flags == ()


def test_flags_keep_the_order_of_the_plan_and_not_of_p():
    family = [_compared(-0.1, p, group=g) for g, p in (("a", 1e-3), ("b", 1e-9), ("c", 1e-5))]
    assert [found.group for found in flag(family, 10).flags] == ["a", "b", "c"]


def _waves_with_a_flag(rng, runs, p_of):
    """Part of runs without any true difference in which a gap is raised: 12 commands, 5 themes."""
    sizes = np.array([1400, 900, 700, 600, 450, 400, 300, 250, 200, 150, 90, 60])
    ends = np.cumsum(sizes)
    raised = 0
    for _ in range(runs):
        person = rng.normal(size=(ends[-1], 1, 1))
        likes = person + rng.normal(size=(ends[-1], 5, 5)) > 0
        shares = likes.mean(axis=2)
        total, squares = shares.sum(axis=0), (shares**2).sum(axis=0)
        family = []
        for start, end in zip(ends - sizes, ends, strict=True):
            n, one, two = (
                end - start,
                shares[start:end].sum(axis=0),
                (shares[start:end] ** 2).sum(axis=0),
            )
            for theme in range(5):
                group = int(n), float(one[theme]), float(two[theme])
                rest = (
                    int(ends[-1] - n),
                    float(total[theme] - one[theme]),
                    float(squares[theme] - two[theme]),
                )
                gap = welch(*group, *rest)
                decided = Difference(gap.gap, gap.lower, gap.upper, p_of(gap))
                family.append(Comparison(f"c{start}", f"t{theme}", group[0], rest[0], decided))
        raised += bool(flag(family, 10).flags)
    return raised / runs


def test_labels_without_meaning_raise_a_flag_in_at_most_7_percent_of_waves():
    rng = np.random.default_rng(20)
    assert _waves_with_a_flag(rng, 200, lambda gap: gap.p) <= 0.07


def test_the_check_above_would_see_a_rule_without_its_test():
    # Planted: "five points below the rest" alone.
    rng = np.random.default_rng(20)
    assert _waves_with_a_flag(rng, 10, lambda gap: 0.0) > 0.5


def test_power_behind_the_smallest_gap_is_that_of_r():
    # S01: R 4.2.2 power.prop.test, .65 v .55 needs 375.5651313 a group for 80 %;
    # .65 v .50 with 60 a group has power 0.3815232148.
    assert smallest_gap(375.5651313, 375.5651313, 0.65) == pytest.approx(0.10, abs=1e-5)
    assert smallest_gap(60, 60, 0.65, power=0.3815232148) == pytest.approx(0.15, abs=1e-5)


def test_smallest_gap_shrinks_with_the_group():
    gaps = [smallest_gap(base, 5000) for base in (10, 20, 60, 300, 3000)]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[1] == pytest.approx(0.30, abs=0.01)


def test_smallest_gap_by_simulation_is_seen_four_times_in_five():
    rng = np.random.default_rng(4)
    gap = smallest_gap(200, 2000)
    low, high = rng.binomial(200, 0.5 - gap, 4000), rng.binomial(2000, 0.5, 4000)
    pooled = (low + high) / 2200
    z = (high / 2000 - low / 200) / np.sqrt(pooled * (1 - pooled) * (1 / 200 + 1 / 2000))
    assert (2 * ndtr(-np.abs(z)) <= 0.05).mean() == pytest.approx(0.8, abs=0.03)


def test_smallest_gap_looks_upward_where_there_is_no_room_below():
    assert smallest_gap(30, 500, 0.02) > 0.02
    assert smallest_gap(1, 1) == smallest_gap(1, 1, 1.0) == 1.0


def test_people_behind_a_gap_are_rounded_to_five():
    assert people_affected(60, -17) == 10
    assert people_affected(400, -13) == 50
    assert people_affected(450, 10) == 45
    assert people_affected(10, -5) == 5


def test_words_of_a_concern_are_fixed():
    found = words(
        "concern",
        "Response North",
        "Leadership",
        positive="48",
        gap=-13,
        limits=(-19, -7),
    )
    assert found == (
        "Response North: 48 of every 100 answers about Leadership were positive, 13 fewer than in "
        "the rest of the force (plausible range 7 to 19 fewer). This is unlikely to be chance. "
        "It rests on this survey alone, and it does not tell us why."
    )


def test_words_of_a_strength_whose_share_is_not_shown():
    found = words("strength", "Dogs", "Kit", positive=None, gap=15, limits=(5, 25))
    assert found.startswith(
        "Dogs: of every 100 answers about Kit, 15 more were positive than in the rest of the force "
        "(plausible range 5 to 25 more)."
    )


def test_words_of_a_gap_that_coarse_steps_rounded_away():
    found = words("concern", "A", "B", positive="40", gap=0, limits=(-20, 0))
    assert "were positive, fewer than in the rest of the force (plausible" in found
    assert "(plausible range 0 to 20 fewer, widened by rounding)" in found


@pytest.mark.parametrize("gap", [-13, 40])
def test_words_refuse_a_gap_that_is_not_of_their_kind_or_range(gap):
    with pytest.raises(EstimationError):
        words("strength", "A", "B", positive="48", gap=gap, limits=(-19, 20))


@pytest.mark.parametrize(
    ("limits", "text"),
    [((-19, -7), "7 to 19 fewer"), ((2, 9), "2 to 9 more"), ((-3, 5), "3 fewer to 5 more")],
)
def test_plausible_ranges_read_from_small_to_large(limits, text):
    assert plausible_range(*limits) == text


def test_no_clear_difference_says_what_could_not_be_seen():
    assert no_clear_difference(20, 30) == (
        "No clear difference. With about 20 answers we could only have seen a gap of about 30 "
        "points. This does not show that all is well."
    )


def test_no_word_claims_more_than_a_comparison_can():
    said = words("concern", "A", "B", positive="40", gap=-9, limits=(-12, -6))
    said += no_clear_difference(20, 30)
    for claim in ("significant", "proves", "driven by", "because"):
        assert claim not in said


def test_an_empty_side_has_no_smallest_gap():
    with pytest.raises(EstimationError):
        smallest_gap(0, 100)
