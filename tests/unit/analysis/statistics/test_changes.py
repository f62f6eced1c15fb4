"""What is said of a unit's change beside those of others."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from analysis.errors import EstimationError
from analysis.statistics.before_after import (
    Sizes,
    chance_of_one_wave,
    most_by_picking,
    regression_to_the_mean,
    stands_out,
)
from analysis.statistics.change_words import Told, change_words
from analysis.statistics.changes import Judged, Unit, judge, verdicts

OTHERS = [Unit((60 + step, 60 - step), (200, 200), (1, 1)) for step in (-4, -2, 0, 2, 4)]


def unit(before: int, after: int, people: int = 200, step: int = 1) -> Unit:
    return Unit((before, after), (people, people), (step, step))


def test_units_of_equal_size_are_judged_by_the_others_spread_alone() -> None:
    # By hand: changes 8, 4, 0, -4, -8 have variance 40, so the error is sqrt(40 * 1.2).
    found = judge(unit(40, 60), OTHERS, picked_low=False)
    assert found.stands.error == pytest.approx(48**0.5)
    assert found.excess == pytest.approx(20)
    assert found.p == pytest.approx(0.0447086, abs=1e-6)  # scipy: 2 * t.sf(20 / sqrt(48), 4)


def test_a_small_unit_is_allowed_a_wider_swing_and_a_large_one_no_narrower() -> None:
    errors = [
        judge(unit(40, 60, people), OTHERS, picked_low=False).stands.error
        for people in (50, 200, 2000)
    ]
    # By hand: 40 per 1/100, times 1/25 + 1/500.
    assert errors[0] == pytest.approx((4000 * (1 / 25 + 1 / 500)) ** 0.5)
    assert errors[1] == errors[2]


def test_a_figure_that_is_rounded_further_has_wider_limits() -> None:
    fine, coarse = (
        judge(unit(40, 60, step=step), OTHERS, picked_low=False).stands.error for step in (1, 5)
    )
    assert coarse**2 - fine**2 == pytest.approx(2 * (25 - 1) / 12)


def test_without_sizes_small_units_would_stand_out_too_often() -> None:
    """The error of size is there for this: planted, the same test without it."""
    rng = np.random.default_rng(5)
    sizes = np.array([20, *[120] * 11])
    often = {True: 0, False: 0}
    for _ in range(1500):
        changes = rng.normal(0, 30 * np.sqrt(2 / sizes))
        far = Sizes(2 / sizes[0], (2 / sizes[1:]).tolist())
        for known in often:
            found = stands_out(changes[0], changes[1:].tolist(), sizes=far if known else None)
            often[known] += found.excess.p <= 0.05
    assert often[True] / 1500 <= 0.07
    assert often[False] / 1500 > 0.2


def test_what_is_chance_in_one_wave_is_half_of_what_the_changes_tell() -> None:
    rng = np.random.default_rng(6)
    changes = rng.normal(0, 30 * np.sqrt(2 / 100), 4000).tolist()
    far = Sizes(2 / 100, [2 / 100] * len(changes))
    small, large = chance_of_one_wave(changes, far, [25, 400])
    assert small == pytest.approx(30 / 5, rel=0.03)
    assert large == pytest.approx(30 / 20, rel=0.03)


def test_an_exact_unit_regresses_less_than_its_uncertain_neighbours() -> None:
    values, errors = [40.0, 55.0, 60.0, 65.0, 70.0], [3.0] * 5
    plain = regression_to_the_mean(40.0, values, errors)
    same, exact, vague = (
        regression_to_the_mean(40.0, values, errors, own) for own in (3.0, 0.5, 9.0)
    )
    assert same == pytest.approx(plain)
    assert 0 < exact < same < vague < 58 - 40


def test_the_lowest_of_many_is_off_by_no_more_than_the_unluckiest() -> None:
    rng = np.random.default_rng(7)
    for groups in (4, 12, 60):
        drawn = rng.standard_normal((4000, groups)).min(axis=1).mean()
        assert most_by_picking(1.0, groups) == pytest.approx(-drawn, abs=0.06)
    assert most_by_picking(2.0, 12) == pytest.approx(2 * NormalDist().inv_cdf(11.625 / 12.25))
    with pytest.raises(EstimationError):
        most_by_picking(1.0, 1)


def test_what_a_low_unit_would_have_come_back_is_no_recovery() -> None:
    # Others swing by about 6 points and lie alike, so a unit 12 below them is mostly bad luck.
    others = [unit(60 + way, 60 - way) for way in (-3, -3, -2, 2, 3, 3, -1, 1, 2, -2, 3, -3)]
    picked, other = (judge(unit(48, 62), others, picked_low=low) for low in (True, False))
    assert other.regression is None
    assert verdicts([other]) == ("stood_out",)
    assert picked.regression is not None
    assert 2 < picked.regression < 12
    assert verdicts([picked]) == ("may_be_return",)


def test_a_unit_that_was_low_before_that_too_has_less_to_come_back() -> None:
    sooner = [
        Unit((60 + way, 60 - way), (200, 200), (1, 1), 60 - way)
        for way in (-3, -3, -2, 2, 3, 3, -1, 1, 2, -2, 3, -3)
    ]
    once, twice, lower = (
        judge(Unit((48, 62), (200, 200), (1, 1), figure), sooner, picked_low=True)
        for figure in (None, 49, 30)
    )
    assert once.regression is not None
    assert twice.regression is not None
    assert 0 < twice.regression < once.regression
    assert twice.p < once.p
    assert (once.twice, twice.twice) == (False, True)
    # What is lower still in the mean of both is not expected to fall.
    assert lower.regression == 0
    # Where the others' figures are not known, the one that it was picked for has to do.
    plain = [Unit(one.percents, one.people, one.steps) for one in sooner]
    alone = judge(Unit((48, 62), (200, 200), (1, 1), 49), plain, picked_low=True)
    assert alone.regression == pytest.approx(once.regression)


def test_a_rise_that_is_less_than_what_would_have_come_back_is_no_fall() -> None:
    others = [unit(60 + way, 60 - way) for way in (-1, -1, 0, 1, 1)]
    found = judge(unit(30, 30), others, picked_low=True)
    assert verdicts([found]) == ("not_clear",)


def test_what_is_declared_together_is_one_family() -> None:
    """A change that stands out alone does not among twenty that are nothing."""
    one = judge(unit(40, 60), OTHERS, picked_low=False)
    nothing = judge(unit(60, 61), OTHERS, picked_low=False)
    assert verdicts([one]) == ("stood_out",)
    assert verdicts([one, *[nothing] * 20])[0] == "not_clear"
    assert verdicts([]) == ()


@pytest.mark.parametrize("others", [OTHERS[:2], [unit(60, 60)] * 5])
def test_too_few_others_or_others_that_changed_alike_are_no_yardstick(others: list[Unit]) -> None:
    with pytest.raises(EstimationError):
        judge(unit(40, 60), others, picked_low=False)


@pytest.mark.parametrize(
    "sizes", [Sizes(0.0, [0.1] * 5), Sizes(0.1, [0.1] * 4), Sizes(0.1, [0.0] * 5)]
)
def test_sizes_that_do_not_fit_are_one_sentence(sizes: Sizes) -> None:
    with pytest.raises(EstimationError):
        stands_out(1.0, [0.0, 1.0, 2.0, 3.0, 4.0], sizes=sizes)


def test_the_words_name_figures_range_and_rounding() -> None:
    told = Told("North", "Fairness", "command", ("Spring", "Autumn"), (40, 60), (5, 5))
    found = judge(unit(40, 60), OTHERS, picked_low=False)
    assert change_words(told, found, "stood_out", 5, "It was declared.") == (
        "North: of every 100 answers about Fairness, 40 were positive in Spring and 60 in Autumn, "
        "20 more (rounded to 5 points). Among 5 other units at command level it was the same on "
        "average. That is a difference of 20 more (plausible range 0 to 40 more). It stands out "
        "from how far others move by chance. It was declared. This does not prove that what was "
        "done is the cause."
    )


@pytest.mark.parametrize(
    ("regression", "twice", "sentence"),
    [
        (6.2, False, "was low, so a rise of about 6 points could have been expected without any"),
        (1.2, True, "was low; with the survey before taken in, a rise of about a point could have"),
        (0.2, False, "so a rise of less than a point could have been expected without any help."),
        (-3.1, False, "so a fall of about 3 points could have been expected without any help."),
    ],
)
def test_what_would_have_come_back_stands_in_words(
    regression: float, twice: bool, sentence: str
) -> None:
    told = Told("North", "Fairness", "command", ("Spring", "Autumn"), (40, 60), (5, 5))
    stands = judge(unit(40, 60), OTHERS, picked_low=False).stands
    said = change_words(told, Judged(stands, regression, 0.01, twice), "stood_out", 5, "")
    assert sentence in said
    assert "Even so it stands out" in said
