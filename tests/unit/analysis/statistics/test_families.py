"""False discovery control pinned to the papers' own examples and to scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from analysis.errors import EstimationError
from analysis.statistics.families import (
    benjamini_bogomolov,
    benjamini_hochberg,
    rejected_inside,
    simes,
)

# F01: the fifteen p values of Benjamini and Hochberg (1995).
PAPER = [
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
    *(0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1),
]
THEMES = {
    "T1": [0.001, 0.004, 0.03, 0.2, 0.6],
    "T2": [0.02, 0.03, 0.04, 0.5, 0.9],
    "T3": [0.3, 0.4, 0.5, 0.6, 0.7],
    "T4": [0.01, 0.2, 0.3, 0.4, 0.8],
}


def test_benjamini_hochberg_is_that_of_the_paper():
    # F01: Benjamini and Hochberg (1995); R 4.2.2 p.adjust.
    expected = [
        *(0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.06385714286, 0.06385714286, 0.0645, 0.0765),
        *(0.486, 0.58118181818, 0.714875, 0.75323076923, 0.81321428571, 1),
    ]
    q = benjamini_hochberg(PAPER)
    assert q == pytest.approx(expected, abs=1e-9)
    assert (q <= 0.05).sum() == 4


def test_benjamini_hochberg_agrees_with_scipy():
    p = np.random.default_rng(2).uniform(size=300) ** 2
    assert benjamini_hochberg(p) == pytest.approx(false_discovery_control(p), abs=1e-12)


def test_an_empty_family_has_no_q_values():
    assert benjamini_hochberg([]).shape == (0,)


def test_simes_is_that_of_r():
    # F02: R 4.2.2.
    assert simes([0.01, 0.04, 0.03, 0.2, 0.5]) == pytest.approx(0.05, abs=1e-9)


def test_simes_of_four_themes_and_their_q_values():
    # F03: hand calculation of the rule of Benjamini and Bogomolov (2014); also the next test.
    whole = [simes(p) for p in THEMES.values()]
    assert whole == pytest.approx([0.005, 0.0666666667, 0.7, 0.05], abs=1e-9)
    assert benjamini_hochberg(whole) == pytest.approx(
        [0.02, 0.0888888889, 0.7, 0.0888888889], abs=1e-9
    )


def test_items_are_tested_inside_the_selected_theme_at_its_share_of_the_level():
    found = benjamini_bogomolov(THEMES)
    assert found.families == ("T1",)
    assert found.item_level == pytest.approx(0.0125, abs=1e-9)
    rejected = [p for p, out in zip(THEMES["T1"], found.rejected["T1"], strict=True) if out]
    assert rejected == [0.001, 0.004]
    assert rejected_inside(THEMES["T1"], 1, 4).tolist() == found.rejected["T1"].tolist()


def test_nothing_is_selected_where_nothing_stands_out():
    found = benjamini_bogomolov({"T3": THEMES["T3"], "T5": THEMES["T3"]})
    assert (found.families, found.item_level, found.rejected) == ((), 0.0, {})


@pytest.mark.parametrize("p", [[0.1, float("nan")], [-0.1], [1.1], [[0.1]]])
def test_p_values_outside_their_range_are_refused(p):
    with pytest.raises(EstimationError):
        benjamini_hochberg(p)


def test_more_selected_themes_than_themes_are_refused():
    with pytest.raises(EstimationError):
        rejected_inside([0.1], 3, 2)


def test_a_family_without_tests_is_refused():
    with pytest.raises(EstimationError):
        simes([])
