"""What a respondent's answers amount to, against the definition in exact fractions."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import fixtures_analysis as fixtures
import numpy as np
import pytest

from analysis.codebook import AnswerCategory, Codebook, Item, Reading, Theme
from analysis.errors import DataError
from analysis.microdata import Microdata
from analysis.numbering import Numbering, occupied
from analysis.theme_values import STEP, VALUES, theme_ways

READINGS: dict[int, tuple[Reading, ...]] = {
    2: ("negative", "positive"),
    4: ("negative", "negative", "positive", "positive"),
    5: ("negative", "negative", "neutral", "positive", "positive"),
    7: (*["negative"] * 3, "neutral", *["positive"] * 3),  # type: ignore[arg-type]
}
PEOPLE = 150


def asked(name: str, points: int, *, everybody: bool) -> Item:
    scored = [
        AnswerCategory(str(at), "", reading, 100 * at / (points - 1))
        for at, reading in enumerate(READINGS[points])
    ]
    scale = (*scored, AnswerCategory("x", "do not know", None, None))
    return Item(name, "Asked", scale, name, "t", denominator="all" if everybody else "valid")


def answered(lengths: list[int], *, everybody: bool) -> tuple[Codebook, Theme, Microdata]:
    """Drawn answers to items of some lengths, one in five missing."""
    items = tuple(asked(f"q{at}", n, everybody=everybody) for at, n in enumerate(lengths))
    theme = Theme("t", "Theme", tuple(one.id for one in items))
    book = replace(fixtures.codebook(items, themes=(theme,)), variables=())
    rng = np.random.default_rng(len(lengths))
    columns = {one.id: rng.integers(-1, len(one.codes), PEOPLE).astype(np.int16) for one in items}
    return book, theme, Microdata(PEOPLE, {}, columns)


def expected(book: Codebook, data: Microdata, person: int) -> tuple[bool, list[int]]:
    """Whether a person counts, and their `VALUES` in whole steps."""
    given = [(one, int(data.items[one.id][person])) for one in book.items]
    chosen = [(one, one.categories[at]) for one, at in given if at >= 0]
    valid = [answer for _, answer in chosen if answer.valid]
    among = [answer for one, answer in chosen if answer.valid or one.denominator == "all"]
    score = sum((Fraction(round(84 * (one.score or 0)), 8400) for one in valid), Fraction(0))
    values = [score / max(len(valid), 1)]
    values += [
        Fraction(sum(one.reading == reading for one in among), max(len(among), 1))
        for reading in VALUES[1:]
    ]
    return 2 * len(valid) >= len(book.items), [round(one / Fraction(STEP)) for one in values]


@pytest.mark.parametrize("everybody", [False, True])
@pytest.mark.parametrize("lengths", [[5], [5, 4, 7, 2], [5] * 6, [4, 5] * 25])
def test_values_are_the_nearest_steps_of_the_exact_ones(
    lengths: list[int], everybody: bool
) -> None:
    book, theme, data = answered(lengths, everybody=everybody)
    ways = theme_ways(book, theme, data)
    found = [
        (bool(ways.scores.answered[score]), bool(ways.shares.answered[share]), values)
        for _, scores, shares in ways.parts()
        for score, share in zip(scores.tolist(), shares.tolist(), strict=True)
        for values in [[*ways.scores.values[score].tolist(), *ways.shares.values[share].tolist()]]
    ]
    assert len(found) == PEOPLE
    for person, (by_score, by_share, values) in enumerate(found):
        counts, exact = expected(book, data, person)
        assert by_score == by_share == counts
        assert values == exact


def test_scores_that_are_no_steps_are_refused() -> None:
    book, theme, data = answered([5], everybody=False)
    odd = replace(book.items[0].categories[1], score=100 / 3.14159)
    item = replace(
        book.items[0], categories=(book.items[0].categories[0], odd, *book.items[0].categories[2:])
    )
    with pytest.raises(DataError, match="equal steps"):
        theme_ways(replace(book, items=(item,)), theme, data)


def test_more_items_than_can_be_told_apart_are_refused() -> None:
    book, theme, data = answered([7] * 3000, everybody=True)
    with pytest.raises(DataError, match="split it"):
        theme_ways(book, theme, data)


@pytest.mark.parametrize("space", [50, 2**40])
def test_keys_are_numbered_in_order_by_a_table_or_by_sorting(space: int) -> None:
    keys = np.array([7, 3, 7, 49, 3, 3]) * (space // 50)
    found, counts = occupied(keys, space)
    assert (found // (space // 50)).tolist() == [3, 7, 49]
    assert counts.tolist() == [3, 2, 1]
    assert Numbering(found).of(keys).tolist() == [1, 0, 1, 2, 0, 0]
