"""Standardisation pinned to the admissions of Berkeley."""

from __future__ import annotations

import pytest

from analysis.errors import EstimationError
from analysis.statistics.standardisation import directly_standardised, mantel_haenszel

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
