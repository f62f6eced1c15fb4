"""The auditor's look at sensitive items beside their theme and its other items: bands that open.

Taken that everybody answered everything, as for items that are hidden: then what a theme says,
times its items, less the others is the item that is banded.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence

from analysis.attack.breaches import Breach
from analysis.attack.indices import READINGS, is_of_all, of_item, of_theme
from analysis.attack.told import Interval
from analysis.release.known import people
from analysis.release.model import Release
from analysis.release.rows import MeasureRow

_DUST = 1e-9


def attack_opened(release: Release, groups: Collection[str] | None = None) -> Iterator[Breach]:
    """Fewer people than the policy lets be known behind a sensitive item, told by its theme.

    Args:
        release: what is published.
        groups: those that are looked at; by default all.
    """
    if release.manifest.weight is not None:
        return  # Weighted shares are not people.
    themes: dict[str, list[MeasureRow]] = {}
    for measure in release.measures:
        if measure.theme is not None:
            themes.setdefault(measure.theme, []).append(measure)
    for theme, items in themes.items():
        if any(item.sensitive for item in items):
            for group in release.group_by_id if groups is None else groups:
                yield from _in_group(release, group, theme, items)


def _in_group(
    release: Release, group: str, theme: str, items: Sequence[MeasureRow]
) -> Iterator[Breach]:
    few, base = release.manifest.policy["min_numerator"], release.group_by_id[group].base
    if base is None or not is_of_all(release, group, theme):
        return  # Some item is hidden, or not everybody answered it.
    whole = of_theme(release, release.estimate_by_key[group, theme])
    least, most = people(base, release.manifest.policy)
    sizes = range(max(release.manifest.policy["k"], least), most + 1)
    for what in READINGS:
        told = [of_item(release, item, group, what) for item in items]
        for at, item in enumerate(items):
            if not item.sensitive:
                continue
            every = [_in_and_out(n, whole[what], told, at) for n in sizes]
            # Judged at whichever base leaves a reader the least certain.
            alone, beside = (
                min(map(max, zip(*one, strict=True))) for one in zip(*every, strict=True)
            )
            if beside < few <= alone:
                words = (
                    f"{item.measure} in {group}: beside {theme} and its other items fewer than "
                    f"{few} people are in or out of {what}"
                )
                yield Breach("numerator", group, words, theme)


def _in_and_out(
    n: int, whole: Interval, told: Sequence[Interval], at: int
) -> tuple[tuple[int, int], tuple[int, int]]:
    """The most of n people in and out of one item's share: by itself, then beside its theme.

    Args:
        n: all of them answered every item.
        whole: what the theme's share lies between.
        told: what that of every item does.
        at: which item.
    """
    ends = [(math.ceil(low * n - _DUST), math.floor(high * n + _DUST)) for low, high in told]
    (low, high), others = ends[at], [*ends[:at], *ends[at + 1 :]]
    least = math.ceil(len(told) * n * whole[0] - _DUST) - sum(most for _, most in others)
    # The end of a step belongs to the next one.
    end = math.ceil(len(told) * n * whole[1] - _DUST) - (whole[1] < 1)
    most = end - sum(fewest for fewest, _ in others)
    return (high, n - low), (min(high, most), n - max(low, least))
