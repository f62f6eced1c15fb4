"""Standardisation pinned to the admissions of Berkeley."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.statistics.standardisation import (
    Strata,
    composition,
    directly_standardised,
    mantel_haenszel,
)

# R's UCBAdmissions: admitted and applicants of six departments.
MEN = [512, 353, 120, 138, 53, 22], [825, 560, 325, 417, 191, 373]
WOMEN = [89, 17, 202, 131, 94, 24], [108, 25, 593, 375, 393, 341]
ALL = [one + other for one, other in zip(MEN[1], WOMEN[1], strict=True)]


def test_standardised_shares_turn_the_crude_ones_round():
    # C02: R 4.2.2.
    crude = [sum(x) / sum(n) for x, n in (MEN, WOMEN)]
    assert crude == pytest.approx([0.4451876626, 0.3035422343], abs=1e-7)
    found = [directly_standardised(*group, ALL).share for group in (MEN, WOMEN)]
    assert found == pytest.approx([0.3873185827, 0.4299553805], abs=1e-7)


def test_mantel_haenszel_is_that_of_r():
    # C02: R 4.2.2, mantelhaen.test(UCBAdmissions, correct = FALSE).
    found = mantel_haenszel(*MEN, *WOMEN)
    assert found.ratio == pytest.approx(0.9046968283, abs=1e-7)
    assert (found.lower, found.upper) == pytest.approx((0.7719073618, 1.0603297644), abs=1e-7)
    assert found.p == pytest.approx(0.2169236971, abs=1e-7)


def test_swapping_the_groups_inverts_the_ratio():
    one, other = mantel_haenszel(*MEN, *WOMEN), mantel_haenszel(*WOMEN, *MEN)
    assert other.ratio == pytest.approx(1 / one.ratio)
    assert (other.lower, other.upper) == pytest.approx((1 / one.upper, 1 / one.lower))
    assert other.p == pytest.approx(one.p)


def test_one_stratum_is_the_crude_share_with_its_binomial_error():
    found = directly_standardised([30], [120], [9000])
    assert found.share == pytest.approx(0.25)
    assert found.error == pytest.approx((0.25 * 0.75 / 120) ** 0.5)


def test_a_stratum_with_one_person_changes_nothing():
    with_one = [[*MEN[0], 1], [*MEN[1], 1], [*WOMEN[0], 0], [*WOMEN[1], 0]]
    assert mantel_haenszel(*with_one) == mantel_haenszel(*MEN, *WOMEN)


@pytest.mark.parametrize(
    ("positive", "n", "standard"),
    [([1], [0], [5]), ([6], [5], [5]), ([1], [5], [0]), ([1, 2], [5], [5]), ([], [], [])],
)
def test_strata_that_cannot_be_are_one_sentence(positive, n, standard):
    with pytest.raises(EstimationError):
        directly_standardised(positive, n, standard)


@pytest.mark.parametrize(
    "tables", [([6], [5], [1], [5]), ([5], [5], [5], [5]), ([1, 2], [5, 5], [1], [5])]
)
def test_tables_without_both_answers_have_no_ratio(tables):
    with pytest.raises(EstimationError):
        mantel_haenszel(*tables)


def placed(one, other, **changes):
    """Where the first of two groups is found, and its share."""
    whole = [a + b for a, b in zip(one[1], other[1], strict=True)]
    shares = [(a + b) / n for a, b, n in zip(one[0], other[0], whole, strict=True)]
    nothing = [0.0] * len(whole)
    given = {
        "part": one[1],
        "whole": whole,
        "shares": shares,
        "part_off": nothing,
        "shares_off": nothing,
    }
    return sum(one[0]) / sum(one[1]), Strata(**{**given, **changes})


def test_what_stays_is_mantel_and_haenszels_difference_of_shares():
    # By hand: sum((x1 n2 - x2 n1) / n) / sum(n1 n2 / n), of UCBAdmissions.
    tables = list(zip(*WOMEN, *MEN, strict=True))
    stays = sum((a * m - c * n) / (n + m) for a, n, c, m in tables)
    stays /= sum(n * m / (n + m) for _, n, _, m in tables)
    crude = sum(WOMEN[0]) / sum(WOMEN[1]) - sum(MEN[0]) / sum(MEN[1])
    found = composition(*placed(WOMEN, MEN))
    assert crude == pytest.approx(-0.1416454, abs=1e-6)
    assert crude - found.goes_with == pytest.approx(stays, abs=1e-12)
    assert stays == pytest.approx(0.0184, abs=1e-4)
    # It is both groups directly standardised to n1 n2 / (n1 + n2) people a stratum.
    standard = [n * m / (n + m) for _, n, _, m in tables]
    one, other = (directly_standardised(*group, standard).share for group in (WOMEN, MEN))
    assert one - other == pytest.approx(stays, abs=1e-12)
    assert found.off == 0


def test_the_rest_seen_from_the_other_side_is_mirrored():
    one, other = composition(*placed(WOMEN, MEN)), composition(*placed(MEN, WOMEN))
    assert other.goes_with == pytest.approx(-one.goes_with)
    assert other.wider == pytest.approx(one.wider)


def test_a_group_that_is_found_like_everybody_has_nothing_go_with_it():
    shares = [0.2, 0.5, 0.9]
    strata = Strata([10, 20, 30], [100, 200, 300], shares, [0] * 3, [0.005] * 3)
    found = composition(0.4, strata, share_off=0.025)
    assert found.goes_with == pytest.approx(0, abs=1e-12)
    assert found.wider == pytest.approx(1)
    assert found.off == pytest.approx(0, abs=1e-12)


def test_rounding_is_held_by_what_it_may_have_moved():
    rng = np.random.default_rng(5)
    for _ in range(200):
        size = rng.integers(80, 400, 6)
        mine = np.minimum(rng.integers(12, 80, 6), size)
        p, share = rng.uniform(0.3, 0.8, 6), rng.uniform(0.3, 0.8)
        exact = composition(share, Strata(mine, size, p, [0] * 6, [0] * 6))
        told = Strata(5 * np.round(mine / 5), size, np.round(p, 2), [2.5] * 6, [0.005] * 6)
        found = composition(round(20 * share) / 20, told, share_off=0.025)
        assert abs(found.goes_with - exact.goes_with) <= found.off + 2e-4
        assert found.wider >= 1


def test_without_anybody_beside_them_there_is_nothing_to_compare_with():
    assert composition(0.5, Strata([10, 0], [10, 50], [0.5, 0.6], [0, 0], [0, 0])) is None


@pytest.mark.parametrize(("part", "whole"), [([5], [4]), ([-1], [4]), ([0], [0]), ([1, 1], [4])])
def test_a_group_larger_than_its_stratum_is_one_sentence(part, whole):
    with pytest.raises(EstimationError):
        composition(0.5, Strata(part, whole, [0.5], [0], [0]))
