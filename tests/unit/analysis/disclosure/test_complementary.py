"""Greedy hiding along lines: where few left an item out, as well as where few answered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.disclosure.complementary import Order, hide_complements
from analysis.disclosure.lines import Line
from analysis.disclosure.system import LAST

LINE = Line(0, (1, 2))


def order(*bases: int) -> Order:
    none = np.zeros(len(bases), dtype=np.int64)
    return Order(np.array(bases), np.ones(len(bases), dtype=bool), none, 10)


def test_a_line_that_leaves_few_who_did_not_answer_hides_its_smallest_part() -> None:
    """200 answered of whom 15 did not say which part they are in; 7 of them left the item out."""
    shown = np.zeros(3, dtype=bool)
    answered, silent = order(200, 100, 85), np.array([40, 20, 13])
    assert not hide_complements([LINE], answered, shown).any()
    assert hide_complements([LINE], answered, shown, silent).tolist() == [False, False, True]


def test_a_line_that_leaves_nobody_or_many_who_did_not_answer_hides_nothing() -> None:
    shown, answered = np.zeros(3, dtype=bool), order(200, 100, 85)
    for left in (0, 10):
        silent = np.array([40, 20, 20 - left])
        assert not hide_complements([LINE], answered, shown, silent).any()


def test_a_whole_goes_before_parts_that_are_known_already() -> None:
    """One unit below it was published before; hidden, it would be known all the same."""
    hidden = np.array([False, False, True])
    fresh = order(200, 120, 80)
    assert hide_complements([LINE], fresh, hidden).tolist() == [False, True, True]
    known = replace(fresh, watched=np.array([0, LAST, 0]))
    assert hide_complements([LINE], known, hidden).tolist() == [True, False, True]
    # Where the whole is known, too, nothing helps, and that is found out later.
    every = replace(fresh, watched=np.array([LAST, LAST, 0]))
    assert hide_complements([LINE], every, hidden).tolist() == [False, True, True]
