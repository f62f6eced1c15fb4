"""A theme's score and its shares narrow each other: both are of the same answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from analysis.codebook import READINGS, Item
from analysis.theme_values import STEP

Reals = npt.NDArray[np.float64]

_DUST = 4 * STEP
"""Score and shares of each respondent are rounded to whole steps."""


def beside_each_other(shares: Reals, items: Sequence[Item]) -> Reals:
    """What score and shares of a theme say, as the others leave it.

    All shares make up the whole, and every reading scores between its lowest and its highest
    category. Of items of yes and no the score so is the share of yes.

    Args:
        shares: the smallest and the largest of each of `VALUES`, shape (G, 4, 2).
        items: of the theme.

    Returns:
        The same, no wider; as given where answers are counted that no share is published of.
    """
    if any(item.denominator == "all" for item in items):
        return shares
    scores = [
        [
            c.score / 100
            for item in items
            for c in item.categories
            if c.reading == reading and c.score is not None
        ]
        for reading in READINGS
    ]
    used = [at for at, found in enumerate(scores) if found]
    least, most = (np.array([pick(scores[at]) for at in used])[:, None] for pick in (min, max))
    mean, *told = shares.transpose(1, 2, 0)
    low, high = _of_one(*(np.array([told[at][end] for at in used]) for end in (0, 1)))
    worst = np.maximum(mean[0], (least * low).sum(axis=0))
    best = np.minimum(mean[1], 1 - ((1 - most) * low).sum(axis=0))
    for values, at_most in ((least, best), (1 - most, 1 - worst)):
        others = (values * low).sum(axis=0) - values * low
        room = (at_most - others) / np.maximum(values, _DUST)
        high = np.where(values > _DUST, np.minimum(high, room), high)
    for values, at_least in ((most, worst), (1 - least, 1 - best)):
        others = (values * high).sum(axis=0) - values * high
        need = (at_least - others) / np.maximum(values, _DUST)
        low = np.where(values > _DUST, np.maximum(low, need), low)
    low, high = _of_one(low, high)
    found = np.array([np.zeros_like(shares[:, 0]), *shares.transpose(1, 0, 2)[1:]])
    found[0] = np.column_stack([worst, best])
    for row, at in enumerate(used):
        found[at + 1] = np.column_stack([low[row], high[row]])
    wider = np.stack([found[..., 0] - _DUST, found[..., 1] + _DUST], axis=-1).transpose(1, 0, 2)
    return np.stack(
        [np.maximum(shares[..., 0], wider[..., 0]), np.minimum(shares[..., 1], wider[..., 1])],
        axis=-1,
    )


def _of_one(low: Reals, high: Reals) -> tuple[Reals, Reals]:
    """Parts of a whole, as they leave each other, shape (parts, G)."""
    return (
        np.maximum(low, 1 - (high.sum(axis=0) - high)),
        np.minimum(high, 1 - (low.sum(axis=0) - low)),
    )
