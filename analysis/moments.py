"""Which answers of a respondent go together: sums and sums of products of scores, force-wide.

Item counts alone cannot tell it. These sums add over parts of the respondents, as tallies do, and
are whole numbers, so neither order nor parts can be seen in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.codebook import Codebook, Item
from analysis.errors import DataError
from analysis.microdata import Microdata

Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]

POINTS = 2520
"""Scores from 0 to 100 are counted in whole numbers from 0 to this.

Every scale of 2 to 11 points has its steps among them.
"""

LEAST_ITEMS = 3
"""Items of a theme of which the products are counted."""

_CHUNK = 2**15


@dataclass(frozen=True)
class ThemeMoments:
    """The items of one theme over the respondents who gave a valid answer to every one of them.

    Attributes:
        n: how many they are.
        total: sum of each item's score in `POINTS`, shape (items,).
        products: sums of products of scores, shape (items, items).
    """

    n: int
    total: Ints
    products: Ints

    def __add__(self, other: ThemeMoments) -> ThemeMoments:
        return ThemeMoments(
            self.n + other.n, self.total + other.total, self.products + other.products
        )

    def scores(self) -> tuple[int, Numbers, Numbers]:
        """n, sums and sums of products of scores from 0 to 1."""
        return self.n, self.total / POINTS, self.products / POINTS**2


@dataclass(frozen=True)
class Moments:
    """What goes together in a respondent.

    Attributes:
        themes: of every theme of three items or more, by its id.
        outcome: of the declared outcome, then of the score of each theme of `beside`, over the
            respondents who answered the outcome and at least half of every such theme; None where
            none is declared.
        beside: ids of the themes that everybody is asked, but for the outcome's own, which goes
            with it by its making.
    """

    themes: Mapping[str, ThemeMoments]
    outcome: ThemeMoments | None = None
    beside: tuple[str, ...] = ()

    def __add__(self, other: Moments) -> Moments:
        if self.themes.keys() != other.themes.keys():
            raise DataError("Moments of different questionnaires cannot be added.")
        themes = {name: one + other.themes[name] for name, one in self.themes.items()}
        if self.outcome is None or other.outcome is None:
            return Moments(themes)
        return Moments(themes, self.outcome + other.outcome, self.beside)


def moments(codebook: Codebook, microdata: Microdata) -> Moments:
    """Count the answers of `microdata` once; weights do not enter."""
    themes = {
        theme.id: _summed(_valid(part) for part in _scores(codebook, theme.items, microdata))
        for theme in codebook.themes
        if len(theme.items) >= LEAST_ITEMS
    }
    if codebook.outcome is None:
        return Moments(themes)
    beside = [
        theme
        for theme in codebook.themes
        if codebook.outcome not in theme.items and codebook.audience(theme.id) is None
    ]
    columns = [_scores(codebook, (codebook.outcome,), microdata)]
    columns += [map(_mean, _scores(codebook, theme.items, microdata)) for theme in beside]
    rows = (_valid(np.column_stack(row)) for row in zip(*columns, strict=True))
    return Moments(themes, _summed(rows), tuple(theme.id for theme in beside))


def _scores(codebook: Codebook, items: Sequence[str], microdata: Microdata) -> Iterator[Numbers]:
    """Scores in `POINTS` of some respondents at a time, shape (some, items); -1 for none."""
    tables = [_points(codebook.item_by_id[item]) for item in items]
    # Without any respondent there is still one part, of nobody.
    for start in range(0, max(1, microdata.n), _CHUNK):
        part = slice(start, start + _CHUNK)
        yield np.column_stack(
            [table[microdata.items[item][part]] for item, table in zip(items, tables, strict=True)]
        )


def _valid(scores: Numbers) -> Numbers:
    """Respondents with a score in every column."""
    return scores[(scores >= 0).all(axis=1)]


def _mean(scores: Numbers) -> Numbers:
    """Mean score of those who answered at least half of the items, whole; -1 for the others."""
    given = scores >= 0
    count = given.sum(axis=1)
    mean = np.rint((scores * given).sum(axis=1) / np.maximum(count, 1))
    return np.where(2 * count >= scores.shape[1], mean, -1.0)


def _summed(parts: Iterable[Numbers]) -> ThemeMoments:
    """Moments of all parts; whole numbers below 2**53 in floats, so they are exact, and fast."""
    found = [(len(part), part.sum(axis=0), part.T @ part) for part in parts]
    n, total, products = (sum(one) for one in zip(*found, strict=True))
    return ThemeMoments(int(n), np.asarray(total, np.int64), np.asarray(products, np.int64))


def _points(item: Item) -> Numbers:
    """The score of each category in `POINTS`; -1 where it is none, and behind the last for none."""
    found = [
        -1.0 if category.score is None else float(np.rint(category.score * POINTS / 100))
        for category in item.categories
    ]
    return np.array([*found, -1.0])
