"""What goes together in a respondent, counted once: as one person at a time, in parts or not."""

from __future__ import annotations

from dataclasses import replace

import fixtures_analysis as fixtures
import numpy as np
import pytest

from analysis.errors import DataError
from analysis.microdata import Microdata
from analysis.moments import POINTS, Moments, moments

BOOK = fixtures.codebook(
    (
        *(fixtures.item(name, "leadership") for name in ("a", "b", "c")),
        fixtures.item("d", "fairness"),
    )
)
DATA = fixtures.microdata(BOOK, 700)


def part(rows: slice) -> Microdata:
    variables = {name: column[rows] for name, column in DATA.variables.items()}
    items = {name: column[rows] for name, column in DATA.items.items()}
    return Microdata(len(items["a"]), variables, items)


def same(one: Moments, other: Moments) -> bool:
    return one.themes.keys() == other.themes.keys() and all(
        mine.n == theirs.n
        and (mine.total == theirs.total).all()
        and (mine.products == theirs.products).all()
        for mine, theirs in zip(one.themes.values(), other.themes.values(), strict=True)
    )


def test_sums_are_those_of_one_person_at_a_time() -> None:
    items = [BOOK.item_by_id[name] for name in "abc"]
    rows = []
    for person in range(DATA.n):
        given = [
            one.categories[DATA.items[one.id][person]].score
            for one in items
            if DATA.items[one.id][person] >= 0
        ]
        if len(given) == 3 and None not in given:
            rows.append([round((score or 0) * POINTS / 100) for score in given])
    scores = np.array(rows)
    found = moments(BOOK, DATA).themes["leadership"]
    assert found.n == len(scores) < DATA.n
    assert found.total.tolist() == scores.sum(axis=0).tolist()
    assert found.products.tolist() == (scores.T @ scores).tolist()


def test_parts_add_up_to_the_whole() -> None:
    whole = moments(BOOK, DATA)
    assert same(moments(BOOK, part(slice(300))) + moments(BOOK, part(slice(300, None))), whole)
    assert not same(moments(BOOK, part(slice(300))), whole)


def test_a_theme_of_fewer_than_three_items_has_none() -> None:
    assert list(moments(BOOK, DATA).themes) == ["leadership"]


def test_moments_of_another_questionnaire_cannot_be_added() -> None:
    with pytest.raises(DataError, match="different questionnaires"):
        moments(BOOK, DATA) + replace(moments(BOOK, DATA), themes={})


def test_an_outcome_stands_beside_the_scores_of_all_other_themes() -> None:
    items = [fixtures.item(name, "leadership") for name in ("a", "b", "c")]
    items += [fixtures.item("d", "fairness"), fixtures.item("stay", "specialist")]
    book = replace(fixtures.codebook(tuple(items)), outcome="stay")
    data = fixtures.microdata(book, 400)
    scores = {
        one.id: [
            None if position < 0 else one.categories[position].score
            for position in data.items[one.id].tolist()
        ]
        for one in items
    }
    rows = []
    for person in range(data.n):
        led = [one for one in (scores[name][person] for name in "abc") if one is not None]
        own, fair = scores["stay"][person], scores["d"][person]
        if own is not None and fair is not None and len(led) > 1:
            rows.append((own, sum(led) / len(led), fair))
    found = moments(book, data)
    assert found.beside == ("leadership", "fairness")
    assert found.outcome is not None
    n, total, products = found.outcome.scores()
    exact = np.array(rows) / 100
    assert n == len(rows) < data.n
    assert total == pytest.approx(exact.sum(axis=0), abs=n / POINTS)
    assert products == pytest.approx(exact.T @ exact, abs=2 * n / POINTS)
    with pytest.raises(ValueError, match="is no item"):
        replace(book, outcome="nothing")
