"""The auditor's look at a theme's base beside those of its items: who left one of them out.

A theme of two items counts whoever answered one of them: less those who answered the first, they
are the ones who answered nothing but the second. A theme of one counts those who gave it an answer
that is valid.
"""

from __future__ import annotations

from collections.abc import Iterator

from analysis.attack.breaches import Breach
from analysis.release import known
from analysis.release.model import Release

_MOST_ITEMS = 2
"""Of more items, a theme's base does not follow from who left out which."""


def attack_nested(release: Release) -> Iterator[Breach]:
    """Somebody, but fewer than k, between the bases of a theme and of an item of it."""
    k = release.manifest.policy["k"]
    items: dict[str, list[str]] = {}
    for measure in release.measures:
        if measure.theme is not None:
            items.setdefault(measure.theme, []).append(measure.measure)
    for group in release.group_by_id:
        for theme, of in items.items():
            for item in of if len(of) <= _MOST_ITEMS else ():
                rows = [release.estimate_by_key.get((group, one)) for one in (theme, item)]
                bases = {None if row is None else row.base for row in rows}
                if None in bases or len(bases) == 1:
                    continue
                (low, high), (least, most) = (
                    known.of_item(release, group, one) for one in (theme, item)
                )
                if high is None or most is None:
                    continue
                ends = [(low - most, high - least), (least - high, most - low)]
                if any(fewest >= 1 and greatest < k for fewest, greatest in ends):
                    words = (
                        f"the bases of {theme} and {item} in {group} tell of somebody, but fewer "
                        f"than {k}, who answered one of them only"
                    )
                    yield Breach("rest", group, words, theme)
