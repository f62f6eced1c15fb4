"""Which answers of a respondent go together: sums and sums of products of scores, force-wide.

Item counts alone cannot tell it. These sums add over parts of the respondents, as tallies do, and
are whole numbers, so neither order nor parts can be seen in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.codebook import Codebook, Item, Theme
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
    """The moments of every theme of three items or more, by its id."""

    themes: Mapping[str, ThemeMoments]

    def __add__(self, other: Moments) -> Moments:
        if self.themes.keys() != other.themes.keys():
            raise DataError("Moments of different questionnaires cannot be added.")
        return Moments({name: one + other.themes[name] for name, one in self.themes.items()})


def moments(codebook: Codebook, microdata: Microdata) -> Moments:
    """Count the answers of `microdata` once; weights do not enter."""
    return Moments(
        {
            theme.id: _of_theme(codebook, theme, microdata)
            for theme in codebook.themes
            if len(theme.items) >= LEAST_ITEMS
        }
    )


def _of_theme(codebook: Codebook, theme: Theme, microdata: Microdata) -> ThemeMoments:
    items = [codebook.item_by_id[item] for item in theme.items]
    tables = [_points(item) for item in items]
    n, total, products = 0, np.zeros(len(items)), np.zeros((len(items), len(items)))
    for start in range(0, microdata.n, _CHUNK):
        part = slice(start, start + _CHUNK)
        scores = np.column_stack(
            [
                table[microdata.items[item.id][part]]
                for item, table in zip(items, tables, strict=True)
            ]
        )
        scores = scores[(scores >= 0).all(axis=1)]
        n += len(scores)
        total += scores.sum(axis=0)
        # Whole numbers below 2**53 in floats: the products are exact, and fast.
        products += scores.T @ scores
    return ThemeMoments(n, total.astype(np.int64), products.astype(np.int64))


def _points(item: Item) -> Numbers:
    """The score of each category in `POINTS`; -1 where it is none, and behind the last for none."""
    found = [
        -1.0 if category.score is None else float(np.rint(category.score * POINTS / 100))
        for category in item.categories
    ]
    return np.array([*found, -1.0])
