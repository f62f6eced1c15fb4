"""What a mean of items' percents tells of all answers to its items, in people.

It is no sum of what each person answered: every item's percent is of those who answered it. But
all positive answers to `m` items are `m` times the mean, and as many times the people, where
everybody answered all of them; and else at least as many times the fewest, and at most as many
times the most who answered one.
"""

from __future__ import annotations

import numpy as np

from analysis.codebook import Item
from analysis.disclosure.solving import Reals
from analysis.publish.amounts import Amounts
from analysis.theme_values import VALUES


def parts_of_people(shares: Reals, answered: Reals) -> tuple[Reals, Reals]:
    """The fewest and the most people, each a part for every item that they answered so.

    Args:
        shares: what the mean lies between, shape (rows, 2).
        answered: people who answered each item, shape (items, rows).

    Returns:
        Both, shape (rows,).
    """
    low, high = shares.T
    fewest, every, most = answered.min(axis=0), answered.mean(axis=0), answered.max(axis=0)
    return (
        np.maximum(fewest * low, every - most * (1 - low)),
        np.minimum(most * high, every - fewest * (1 - high)),
    )


def answers_so(items: tuple[Item, ...], amounts: Amounts) -> Reals:
    """Parts of people, or of weights, who answered so, for each of `VALUES`, (4, rows)."""
    found = np.zeros((len(VALUES), len(amounts.sums.people)))
    for item in items:
        people = amounts.of_item(item.id)
        for at, category in enumerate(item.categories):
            if category.reading is not None and category.score is not None:
                found[0] += people[:, at] * (category.score / 100)
                found[VALUES.index(category.reading)] += people[:, at]
    return found / len(items)
