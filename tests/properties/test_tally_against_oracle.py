"""The fast tally gives what plain loops give, for any answers, and its parts add up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import fixtures_analysis as fixtures
import numpy as np
import oracle_tally
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.codebook import Codebook, Theme
from analysis.microdata import Microdata
from analysis.publish import exact
from analysis.tally import Tally, tally

ITEMS = (
    fixtures.item("led", "leadership"),
    fixtures.item("seen", "leadership", categories=fixtures.agreement(reverse=True)),
    fixtures.item("asked", "leadership", denominator="all"),
    fixtures.item("alone", categories=fixtures.agreement(extra=())),
)
BOOK = fixtures.codebook(ITEMS)
INDEX_BOOK = replace(
    BOOK, themes=(Theme("leadership", "Leadership", ("led", "seen", "asked"), "mean_of_items"),)
)
PLAN = fixtures.plan()


@st.composite
def answers(draw: st.DrawFn) -> Microdata:
    n = draw(st.integers(0, 14))

    def column(size: int) -> np.ndarray:
        values = draw(st.lists(st.integers(-1, size - 1), min_size=n, max_size=n))
        return np.array(values, dtype=np.int16)

    weights = None
    if draw(st.booleans()):
        # Whole steps, so that the oracle's exact fractions must agree to rounding alone.
        steps = draw(st.lists(st.integers(2**14, 2**24), min_size=n, max_size=n))
        weights = np.array(steps, dtype=np.float64) * 2.0**-20
    return Microdata(
        n,
        {variable.id: column(len(variable.codes)) for variable in BOOK.variables},
        {item.id: column(len(item.codes)) for item in BOOK.items},
        weights,
    )


def differences(book: Codebook, data: Microdata) -> Iterator[str]:
    """Every figure that the fast tally gives otherwise than the oracle."""
    figures = exact(book, PLAN, data)
    for row, group in enumerate(PLAN.groups):
        people = oracle_tally.people_of(book, PLAN, data, group)
        if figures.sums.people[row] != len(people):
            yield f"{group.id}: {figures.sums.people[row]} people, not {len(people)}"
        for measure in ("leadership", *book.item_by_id):
            expected = oracle_tally.figure(book, data, people, measure)
            found = figures.row(row, measure)
            if (found is None) != (expected is None):
                yield f"{group.id} {measure}: {found} for {expected}"
            if found is None or expected is None:
                continue
            for name in ("people", "effective", "positive", "neutral", "negative", "score"):
                mine, theirs = getattr(found, name), getattr(expected, name)
                near = {"effective": 1e-2, "score": 1e-4}.get(name, 2e-6)
                if mine != theirs and mine != pytest.approx(theirs, abs=near):
                    yield f"{group.id} {measure} {name}: {mine} for {theirs}"
            if found.categories != pytest.approx(expected.categories, abs=1e-9):
                yield f"{group.id} {measure}: {found.categories} for {expected.categories}"


@settings(max_examples=40)
@given(answers())
def test_fast_tally_gives_what_plain_loops_give(data: Microdata) -> None:
    assert list(differences(BOOK, data)) == []


def test_oracle_notices_one_answer_counted_wrongly() -> None:
    data = fixtures.microdata(BOOK, 40)
    column = data.items["led"].copy()
    column[3] = (column[3] + 2) % 5
    wrong = Microdata(40, data.variables, {**data.items, "led": column})
    figures = exact(BOOK, PLAN, wrong)
    expected = oracle_tally.figure(BOOK, data, list(range(40)), "led")
    found = figures.row(0, "led")
    assert found is not None
    assert expected is not None
    assert found.categories != pytest.approx(expected.categories, abs=1e-9)


def part(data: Microdata, which: slice) -> Microdata:
    """Some respondents, in their order."""
    variables = {name: column[which] for name, column in data.variables.items()}
    items = {name: column[which] for name, column in data.items.items()}
    weights = None if data.weights is None else data.weights[which]
    return Microdata(len(next(iter(variables.values()))), variables, items, weights)


def parts_of(one: Tally) -> list[np.ndarray]:
    """Every array of a tally."""
    arrays = [one.cells.profiles, one.cells.people, one.at_cells.people]
    for sums in (*one.at_cells.items.values(), *one.at_cells.themes.values()):
        arrays += [array for array in vars(sums).values() if array is not None]
    return arrays


@settings(max_examples=30)
@given(answers(), st.data())
def test_parts_add_up_to_the_whole_bit_for_bit(data: Microdata, chosen: st.DataObject) -> None:
    split = chosen.draw(st.integers(0, data.n))
    whole = tally(BOOK, PLAN, data)
    first, second = part(data, slice(0, split)), part(data, slice(split, None))
    added = tally(BOOK, PLAN, first) + tally(BOOK, PLAN, second)
    turned = tally(BOOK, PLAN, second) + tally(BOOK, PLAN, first)
    for one, other, third in zip(*map(parts_of, (whole, added, turned)), strict=True):
        assert (one == other).all()
        assert (one == third).all()


@settings(max_examples=20)
@given(answers())
def test_index_of_item_percents_is_the_mean_of_the_items(data: Microdata) -> None:
    figures = exact(INDEX_BOOK, PLAN, data)
    found = figures.row(0, "leadership")
    items = [figures.row(0, item) for item in ("led", "seen", "asked")]
    if found is not None:
        shares = [item.positive for item in items if item is not None]
        assert found.positive == pytest.approx(sum(shares) / len(shares))
        assert 0 <= found.score <= 100  # type: ignore[operator]
