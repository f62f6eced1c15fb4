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
