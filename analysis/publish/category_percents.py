"""The percents of an item's categories, beside those of the readings that they make up."""

from __future__ import annotations

import math
from collections.abc import Sequence

from analysis.codebook import READINGS, Item
from analysis.disclosure import rounding
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
    item: then the smallest other is not shown. Nor is it where another percent of it would have
    told so: readers know this rule, and what is left out must not follow from it.
    """
    valid, readings = valid_and_readings(item)
    found = list(
        rounds.percents(
            [figure.plain.categories[one] for one in valid],
            [figure.categories[one] for one in valid],
        )
    )
    if rounds.sensitive and any(bound for _, bound in found):
        for inside, whole in zip(readings, rounds.readings(figure), strict=True):
            shares = [figure.plain.categories[valid[at]] for at in inside]
            parts = _beside(rounds, whole, [found[at] for at in inside], shares)
            for at, percent in zip(inside, parts, strict=True):
                found[at] = percent
        if not any(bound for _, bound in found):
            # Readers take a percent for a coarse one where they see a band beside it.
            return (NO_PERCENT,) * len(found)
    return tuple(found)


def _beside(
    rounds: Rounder, whole: Percent, parts: Sequence[Percent], shares: Sequence[float]
) -> list[Percent]:
    """The parts of a reading: without the smallest where it may open the band of another.

    Where that is not enough, nothing is said of them, and so not which of them is in a band.
    """
    plain = [at for at, (percent, bound) in enumerate(parts) if percent and not bound]
    if not plain or len(plain) == len(parts):
        return list(parts)
    last = min(plain, key=lambda at: (shares[at], at))
    # What is left out is in no band.
    beyond, (reading,) = _beyond(rounds), _people(rounds, [whole])
    ends = [
        beyond if percent is None else of
        for of, (percent, _) in zip(_people(rounds, parts), parts, strict=True)
    ]

    def opens(people: People) -> bool:
        return _opens_a_band(rounds, reading, parts, [*ends[:last], people, *ends[last + 1 :]])

    if not any(opens(people) for people in (ends[last], *_others(rounds))):
        return list(parts)
    if opens(beyond):
        return [NO_PERCENT] * len(parts)
    return [NO_PERCENT if at == last else one for at, one in enumerate(parts)]


def _opens_a_band(
    rounds: Rounder, whole: People, parts: Sequence[Percent], ends: Sequence[People]
) -> bool:
    """Whether a reading less its other parts tells that few are in one, or all but few.

    Args:
        rounds: gives how few are not told, and of how many.
        whole: people behind the reading.
        parts: what is shown of its categories.
        ends: people behind each; where they are no parts of the reading, they tell nothing.
    """
    few, n, (least, most) = rounds.policy.min_numerator, rounds.base, whole
    fewest, greatest = sum(low for low, _ in ends), sum(high for _, high in ends)
    if fewest > most or greatest < least:
        return False
    for (low, high), (_, bound) in zip(ends, parts, strict=True):
        if bound == "or_less" and most - (fewest - low) < few <= high:
            return True
        if bound == "or_more" and n - (least - (greatest - high)) < few <= n - low:
            return True
    return False


def _beyond(rounds: Rounder) -> People:
    """People behind a category of which nothing is said, and that is in no band."""
    edge = rounding.band(rounds.base, rounds.policy, sensitive=True)
    low = (edge + rounding.step(rounds.base, rounds.policy) / 2) / 100
    return math.ceil(low * rounds.base - _DUST), math.ceil((1 - low) * rounds.base - _DUST) - 1


def _others(rounds: Rounder) -> list[People]:
    """People behind every percent in which a category beside a band may stand."""
    grain, coarse = rounding.step(rounds.base, rounds.policy), rounds.policy.coarse_share_step
    edge = rounding.band(rounds.base, rounds.policy, sensitive=True)
    found: list[Percent] = [
        (percent, "")
        for percent in range(edge + grain, 100 - edge, grain)
        if percent % coarse == 0 or rounding.nearest(percent, coarse) in (0, 100)
    ]
    # `reach` takes a percent for a coarse one beside a band.
    return _people(rounds, [(0, "or_less"), *found])[1:]


def _people(rounds: Rounder, found: Sequence[Percent]) -> list[People]:
    """Whole people behind published percents; the upper end of a step belongs to the next one."""
    n = rounds.base
    return [
        (math.ceil(low * n - _DUST), math.ceil(high * n - _DUST) - 1 if high < 1 else n)
        for low, high in reach(rounds, found)
    ]


def valid_and_readings(item: Item) -> tuple[list[int], list[list[int]]]:
    """The valid categories, and of each reading which of these are read so."""
    valid = [at for at, category in enumerate(item.categories) if category.valid]
    readings = [
        [at for at, place in enumerate(valid) if item.categories[place].reading == reading]
        for reading in READINGS
    ]
    return valid, readings
