"""What each respondent's answers to a theme amount to: a score and shares, in whole steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.codebook import Codebook, Item, Theme
from analysis.microdata import Microdata

Ints = npt.NDArray[np.int64]

STEP = 2**-20
"""Shares and weights are counted in whole steps of this; squares of shares in its square. Sums
of squares stay exact up to eight million respondents."""

VALUES = ("score", "positive", "neutral", "negative")
"""What is summed over the respondents of a theme: score and shares, all in [0, 1]."""

_CHUNK = 2**14
"""Respondents taken at a time, so that what is being added stays in the processor's cache."""


@dataclass(frozen=True)
class RespondentValues:
    """Values of n respondents for one theme.

    Attributes:
        answered: who answered at least half of the theme, shape (n,).
        values: their `VALUES` in steps, shape (n, 4).
    """

    answered: npt.NDArray[np.bool_]
    values: Ints


def respondent_values(codebook: Codebook, theme: Theme, microdata: Microdata) -> RespondentValues:
    """Each respondent's mean score and shares over the items of `theme` that they answered."""
    items = [codebook.item_by_id[item] for item in theme.items]
    tables = [_by_category(item) for item in items]
    answered = np.zeros(microdata.n, np.bool_)
    values = np.zeros((microdata.n, len(VALUES)), np.int64)
    for start in range(0, microdata.n, _CHUNK):
        part = slice(start, start + _CHUNK)
        sums = np.zeros((min(_CHUNK, microdata.n - start), 2 + len(VALUES)))
        for item, table in zip(items, tables, strict=True):
            sums += table[microdata.items[item.id][part]]
        valid, asked = sums[:, :1], sums[:, 1:2]
        answered[part] = 2 * valid[:, 0] >= max(len(items), 1)
        values[part, :1] = steps(sums[:, 2:3] / np.maximum(valid, 1))
        values[part, 1:] = steps(sums[:, 3:] / np.maximum(asked, 1))
    return RespondentValues(answered, values)


def steps(values: npt.NDArray[np.floating]) -> Ints:
    """Values in whole steps of `STEP`, the nearest."""
    return np.asarray(np.rint(values / STEP), dtype=np.int64)


def _by_category(item: Item) -> npt.NDArray[np.float64]:
    """One row per category: valid, in the denominator, and its `VALUES`.

    The row after the last category is "no answer", which position -1 picks.
    """
    rows = [
        [
            float(category.valid),
            float(category.valid or item.denominator == "all"),
            0.0 if category.score is None else category.score / 100,
            *(float(category.reading == reading) for reading in VALUES[1:]),
        ]
        for category in item.categories
    ]
    return np.array([*rows, [0.0] * (2 + len(VALUES))])
