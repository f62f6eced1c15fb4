"""The figures that a respondent is shown never make linking look harder than it is."""

from __future__ import annotations

from dataclasses import astuple
from itertools import pairwise
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from survey.collect import linking_by_time
from survey.collect.linking_by_time import CARDS_A_PERSON, figures, measured
from survey.manage.waves import SMALLEST_WAVE

ROOT = Path(__file__).parents[4]


@pytest.mark.parametrize(
    ("cards", "people"),
    [(1, 1), (7, 1), (50, 10), (399, 50), (400, 100), (8_000, 2_000), (230_000, 10_000)],
)
def test_figures_are_those_of_a_quarter_of_the_cards_rounded_down(cards: int, people: int) -> None:
    assert figures(cards).people == people


def test_figures_are_of_no_more_people_than_may_answer() -> None:
    for cards in range(1, 50_000, 7):
        assert figures(cards).people <= max(1, cards // CARDS_A_PERSON)


def test_more_people_are_linked_less_easily_in_every_way() -> None:
    assert len(measured()) > 10
    for fewer, more in pairwise(measured()):
        assert fewer.people < more.people
        assert fewer.at_once >= more.at_once - 0.001  # nearly everybody, and measured by chance
        assert fewer.one_sitting >= more.one_sitting
        assert fewer.within_a_day >= more.within_a_day
        assert fewer.two_phases > more.two_phases


def test_a_longer_gap_links_fewer_and_none_links_fewer_than_chance() -> None:
    for one in measured():
        shares = [one.at_once, one.one_sitting, one.within_a_day, one.two_phases]
        assert shares == sorted(shares, reverse=True)
        assert 0 < shares[-1] <= shares[0] <= 1


def test_sending_in_one_go_is_never_told_as_protection() -> None:
    assert all(one.at_once > 0.95 for one in measured())


def test_one_person_alone_is_always_found() -> None:
    assert astuple(figures(1)) == (1, 1.0, 1.0, 1.0)
    assert figures(1).two_phases == 1


def test_the_smallest_wave_that_can_open_has_figures_of_its_own() -> None:
    assert figures(SMALLEST_WAVE).people > 1


def test_the_figures_are_in_the_wheel() -> None:
    included = {Path(one.path) for one in WheelBuilder(str(ROOT)).recurse_included_files()}
    assert linking_by_time.MEASURED in included
