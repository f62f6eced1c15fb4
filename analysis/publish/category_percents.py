"""The percents of an item's categories, beside those of the readings that they make up."""

from __future__ import annotations

import math
from collections.abc import Sequence

from analysis.codebook import READINGS, Item
from analysis.publish.figures import Figure
from analysis.publish.reach import reach
from analysis.publish.rounded import NO_PERCENT, Percent, Rounder

People = tuple[int, int]
"""The fewest and the most."""

_DUST = 1e-9


def category_percents(rounds: Rounder, figure: Figure, item: Item) -> tuple[Percent, ...]:
    """What is published of each valid category, in their order.

    A reading stands in finer steps than the categories beside a banded one. So the reading, less
    its other categories, could tell that fewer than `min_numerator` are in that band of a sensitive
    item: then the smallest other is not shown.
    """
    valid = [one for one, category in enumerate(item.categories) if category.valid]
    found = list(
        rounds.percents(
            [figure.plain.categories[one] for one in valid],
            [figure.categories[one] for one in valid],
        )
    )
    if rounds.sensitive and any(bound for _, bound in found):
        for reading, whole in zip(READINGS, rounds.readings(figure), strict=True):
            inside = [at for at, one in enumerate(valid) if item.categories[one].reading == reading]
            shares = [figure.plain.categories[valid[at]] for at in inside]
            parts = _beside(rounds, whole, [found[at] for at in inside], shares)
            for at, percent in zip(inside, parts, strict=True):
                found[at] = percent
    return tuple(found)


def _beside(
    rounds: Rounder, whole: Percent, parts: Sequence[Percent], shares: Sequence[float]
) -> list[Percent]:
    """The parts of a reading, without those that open the band of another."""
    left = list(parts)
    while _opens_a_band(rounds, whole, left):
        plain = [at for at, (percent, bound) in enumerate(left) if percent and not bound]
        if not plain:
            break
        left[min(plain, key=lambda at: (shares[at], at))] = NO_PERCENT
    return left


def _opens_a_band(rounds: Rounder, whole: Percent, parts: Sequence[Percent]) -> bool:
    """Whether a reading less its other parts tells that few are in one, or all but few."""
    few, n = rounds.policy.min_numerator, rounds.base
    least, most = _people(rounds, [whole])[0]
    ends = _people(rounds, parts)
    for at, ((low, high), (_, bound)) in enumerate(zip(ends, parts, strict=True)):
        others = [end for other, end in enumerate(ends) if other != at]
        if bound == "or_less" and most - sum(fewest for fewest, _ in others) < few <= high:
            return True
        fewest = least - sum(highest for _, highest in others)
        if bound == "or_more" and n - fewest < few <= n - low:
            return True
    return False


def _people(rounds: Rounder, found: Sequence[Percent]) -> list[People]:
    """Whole people behind published percents; the upper end of a step belongs to the next one."""
    n = rounds.base
    return [
        (math.ceil(low * n - _DUST), math.ceil(high * n - _DUST) - 1 if high < 1 else n)
        for low, high in reach(rounds, found)
    ]
