from __future__ import annotations

from itertools import pairwise

import pytest

from survey.results.charts.palette import INK, PAPER, SHADES, category_fills, contrast, ink, shade

READABLE = 4.5


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # WCAG's own example


@pytest.mark.parametrize("step", SHADES)
def test_a_value_is_readable_on_every_shade(step) -> None:
    assert contrast(INK, step.fill) >= READABLE


SCALES = [
    ("negative", "negative", "neutral", "positive", "positive"),
    ("negative", "positive"),
    ("negative", "negative", "positive"),
    ("negative",) * 3 + ("neutral",) + ("positive",) * 3,
    ("negative",) * 5 + ("positive",) * 5,
]


@pytest.mark.parametrize("readings", SCALES)
def test_a_figure_is_readable_on_every_category(readings) -> None:
    for fill in category_fills(readings):
        assert contrast(ink(fill), fill) >= READABLE


@pytest.mark.parametrize("readings", SCALES[:4])
def test_no_two_categories_of_a_scale_share_a_fill(readings) -> None:
    assert len(set(category_fills(readings))) == len(readings)


def test_an_unreadable_fill_would_be_noticed() -> None:
    assert contrast(PAPER, SHADES[-1].fill) < READABLE


def test_shades_cover_every_difference_once() -> None:
    assert [shade(points).least for points in (-40, -9, -3, 0, 2, 3, 10)] == [
        *(-100, -9, -5, -2, -2, 3, 10)
    ]
    for one, other in pairwise(SHADES):
        assert one.most + 1 == other.least
