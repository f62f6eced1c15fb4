"""What a theme leaves of its items holds for the truth, whoever left out what."""

from __future__ import annotations

from dataclasses import replace

import fixtures_analysis as fixtures
import numpy as np
import pytest

from analysis.codebook import Codebook, Index
from analysis.policy import DisclosurePolicy
from analysis.publish.beside_themes import beside_its_theme
from analysis.publish.shown import control
from analysis.publish.told import Telling
from analysis.tally import tally

THEME = "leadership"
ITEMS = ("led", "seen", "heard")


def book(index: Index, *, partial: bool) -> Codebook:
    """A theme of three items of five points, of one of which "don't know" may count."""
    items = [fixtures.item(name, THEME) for name in ITEMS]
    if partial:
        items[0] = replace(items[0], denominator="all")
    found = fixtures.codebook(tuple(items))
    (theme,) = found.themes
    return replace(found, themes=(replace(theme, index=index),))


def told(
    found: Codebook, people: int, seed: int, silent: float, *, alone: bool = False
) -> list[tuple[str, bool]]:
    """Items and ways of which more is told beside the theme; whether the truth fits it.

    Or ways of which the theme tells alone.
    """
    data = fixtures.microdata(found, people, seed)
    rng = np.random.default_rng(seed)
    full = {
        name: np.where((column < 0) | (column > 4), rng.integers(0, 5, people), column)
        for name, column in data.items.items()
    }
    gone = {
        name: np.where(rng.random(people) < silent, rng.choice([-1, 5], people), column)
        for name, column in full.items()
    }
    answers = replace(data, items={name: one.astype(np.int16) for name, one in gone.items()})
    counted = tally(found, fixtures.plan(), answers)
    shown = control(counted, DisclosurePolicy())
    look = Telling(shown, counted)
    every = (
        [(THEME, look.told(shown, THEME, look.at_atoms(THEME)))]
        if alone
        else beside_its_theme(look, shown, found, THEME)
    )
    said = []
    for item, ways in every:
        for way in ways:
            sums = look.possible.measured(way.truth)
            fits = (way.low - 1e-6 <= sums) & (sums <= way.high + 1e-6)
            said.append((item, bool(fits.all())))
    return said


INDICES: tuple[Index, ...] = ("respondent_mean", "mean_of_items")


@pytest.mark.parametrize("index", INDICES)
@pytest.mark.parametrize("partial", [False, True])
def test_the_truth_fits_what_is_told_of_items_beside_their_theme(
    index: Index, partial: bool
) -> None:
    found = book(index, partial=partial)
    said = [one for seed in range(2) for one in told(found, (900, 150)[seed], seed, 0.1)]
    assert all(fits for _, fits in said)
    assert said or (partial and index == "mean_of_items")


@pytest.mark.parametrize("index", INDICES)
def test_more_is_told_where_everybody_answered_everything(index: Index) -> None:
    found = book(index, partial=False)
    said = [one for seed in range(4) for one in told(found, (150, 900)[seed % 2], seed, 0.0)]
    assert all(fits for _, fits in said)
    assert {item for item, _ in said} == set(ITEMS)


@pytest.mark.parametrize("index", INDICES)
@pytest.mark.parametrize("partial", [False, True])
def test_the_truth_fits_what_a_theme_tells_by_itself(index: Index, partial: bool) -> None:
    found = book(index, partial=partial)
    said = [told(found, 900, 3, silent, alone=True) for silent in (0.0, 0.1, 0.6)]
    assert [len(one) for one in said] == [4, 4, 4]
    assert all(fits for one in said for _, fits in one)
