"""What a theme tells of its items beside what they say themselves, all bases known.

Where everybody answered everything, a theme's percent times its items is the sum of theirs, and its
score, of one decimal, that of their scores. So an item can be told a little closer beside its theme
and the others than by its own percent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from analysis.codebook import Codebook, Item
from analysis.disclosure.answers import Told
from analysis.plan import FORCE
from analysis.publish.along_lines import along_lines, item_along_lines
from analysis.publish.item_ranges import (
    ItemRanges,
    Reals,
    ThemeRanges,
    beside_theme,
    least_certain,
)
from analysis.publish.shown import Shown
from analysis.publish.told import Telling
from analysis.theme_values import STEP

Both = tuple[ItemRanges, ItemRanges]
"""Of an item in the groups, and in what few they leave."""

_DUST = 1e-6
_NEXT = 1e-6
"""The end of a step, as a share, belongs to the next one."""


def beside_its_theme(
    look: Telling, shown: Shown, codebook: Codebook, theme: str
) -> Iterator[tuple[str, list[Told]]]:
    """Items of which it tells more that their theme is shown beside them.

    Args:
        look: made of what is shown and the tally.
        shown: what may be shown so far.
        codebook: items and themes.
        theme: of which every item is looked at.

    Returns:
        Each such item, and what is published of those ways of
        answering it of which more is told.
    """
    for item, was, now in _before_and_after(look, shown, codebook, theme):
        narrower = [
            after
            for before, after in zip(look.ways(item, *was), look.ways(item, *now), strict=True)
            if after.is_narrower(before)
        ]
        if narrower:
            at_atoms = look.at_atoms(item.id)
            yield item.id, [look.way_told(one, shown, item.id, at_atoms) for one in narrower]


def opened_bands(
    look: Telling, shown: Shown, codebook: Codebook, theme: str
) -> Iterator[tuple[str, str]]:
    """Groups, each with the theme, where it and the other items open the band of a sensitive one.

    Fewer than `min_numerator` people are then known to have answered so, or all but so few, and
    were not by the item alone. Where the theme is not shown, what others leave of it opens the
    band, and the group is the smallest of these. Arguments as for `beside_its_theme`.
    """
    few = shown.policy.min_numerator
    if theme not in codebook.sensitive_measures:
        return
    for item, (was, _), (now, _) in _before_and_after(look, shown, codebook, theme, whole=True):
        if item.sensitive:
            one = np.maximum(look.worth(item.id), _DUST)
            # As often narrowed by itself: only what the theme tells is a difference.
            ends = (least_certain(told) for told in (was.tightened(), now))
            before, after = (np.floor(people / one + _DUST) for people in ends)
            opened = (before >= few) & (after < few)
            for row in np.flatnonzero(opened.any(axis=0)).tolist():
                group = shown.plan.groups[row].id
                if shown.shows(group, item.id):
                    yield group if shown.shows(group, theme) else _teller(shown, theme, row), theme


def _teller(shown: Shown, theme: str, row: int) -> str:
    """The smallest of the nearest groups that show a theme, and so tell of it in one that does not.

    The force's own figure is taken for the largest of all.
    """
    groups, told_by, around = shown.plan.groups, list[int](), {row}
    while not told_by:
        lines = [{line.parent, *line.children} for line in shown.system.lines]
        around = around.union(*(line for line in lines if not around.isdisjoint(line)))
        told_by = [at for at in sorted(around) if shown.shows(groups[at].id, theme)]
    bases = shown.bases[theme]
    return groups[min(told_by, key=lambda at: (groups[at].id == FORCE, int(bases[at])))].id


def _before_and_after(
    look: Telling, shown: Shown, codebook: Codebook, theme: str, *, whole: bool = False
) -> Iterator[tuple[Item, Both, Both]]:
    """Every item by itself, and beside its theme where that is shown; of whole people or not."""
    items = [codebook.item_by_id[one] for one in codebook.theme_by_id[theme].items]
    if not any(shown.shows(one.id, theme) for one in shown.plan.groups):
        return
    alone = [_alone(look, shown, item) for item in items]
    if whole and not look.weighted:
        lines = shown.system.lines
        alone = [(item_along_lines(lines, one.whole()).whole(), of.whole()) for one, of in alone]
    by_percents = codebook.theme_by_id[theme].index != "respondent_mean"
    both = _of_percents if by_percents else _of_people
    short = _NEXT if whole else -STEP
    yield from zip(items, alone, both(look, shown, theme, items, alone, short), strict=True)


def _alone(look: Telling, shown: Shown, item: Item) -> Both:
    people, _, few = look.split(look.at_atoms(item.id))
    return look.ranges(shown, item, people, few, look.steps(shown, item.id))


def _of_people(
    look: Telling,
    shown: Shown,
    theme: str,
    items: Sequence[Item],
    alone: Sequence[Both],
    short: float,
) -> list[Both]:
    """Beside a mean of what each person answered: in the groups, then in what they leave.

    Args:
        look: made of what is shown and the tally.
        shown: what may be shown so far.
        theme: that is looked at.
        items: of the theme.
        alone: what each says by itself.
        short: by how much a share stays below the end of its step.
    """
    people, _, few = look.split(look.at_atoms(theme))
    shares = look.theme_shares(shown, theme, look.steps(shown, theme))
    low, high = (shares * people[:, None, None]).transpose(2, 1, 0)
    low, high = along_lines(shown.system.lines, low, high, people)
    everybody = look.everybody
    answers = np.sum([here.n for here, _ in alone], axis=0)
    values = [_values(item) for item in items]
    here = _theme_of(items, (low, high), people, everybody, answers, short)
    groups = beside_theme([one for one, _ in alone], values, here)
    left = _theme_of(
        items, look.taken(low, high, few), few, look.left @ everybody, look.left @ answers, -STEP
    )
    rests = [of.within(look.left_of(one, of.n)) for one, (_, of) in zip(groups, alone, strict=True)]
    return list(zip(groups, beside_theme(rests, values, left), strict=True))


def _theme_of(
    items: Sequence[Item],
    ends: tuple[Reals, Reals],
    n: Reals,
    everybody: Reals,
    answers: Reals,
    short: float,
) -> ThemeRanges:
    """A theme in some rows.

    Args:
        items: of the theme.
        ends: the least and the most of its sums.
        n: people who count for it.
        everybody: people of each row.
        answers: to all items together.
        short: as for `_of_people`.
    """
    count = len(items)
    # Who answered fewer than half of a theme is not in it, and nobody sees what they answered.
    unseen = count if any(one.denominator == "all" for one in items) else (count + 1) // 2 - 1
    outside = unseen * np.maximum(everybody - n, 0.0)
    less = np.maximum(count * n - answers, 0.0) + outside + count * n * STEP
    low, high = ends
    # Everybody is no step's end.
    high = np.where(high > n * (1 - _DUST), high + n * max(short, 0.0), high)
    return ThemeRanges(low, high, outside - count * n * short, less)


def _of_percents(
    look: Telling,
    shown: Shown,
    theme: str,
    items: Sequence[Item],
    alone: Sequence[Both],
    short: float,
) -> list[Both]:
    """Beside a mean of the items' percents, of groups alone; arguments as for `_of_people`."""
    low, high = look.theme_shares(shown, theme, look.steps(shown, theme)).transpose(2, 1, 0)
    hair = np.full(low.shape[1], len(items) * STEP)
    in_parts = [here.times(1.0 / np.maximum(here.n, 1.0)) for here, _ in alone]
    more = np.full(low.shape[1], -len(items) * short)
    values = [_values(item) for item in items]
    found = beside_theme(in_parts, values, ThemeRanges(low, high, more, hair))
    return [
        (groups, rests.within(look.left_of(groups, rests.n)).tightened())
        for (here, rests), one in zip(alone, found, strict=True)
        for groups in [replace(one.times(np.maximum(here.n, 1.0)), n=here.n)]
    ]


def _values(item: Item) -> list[float]:
    """What valid categories score, in [0, 1]; nothing where others are counted besides."""
    if item.denominator == "all":
        return []
    return [one.score / 100 for one in item.categories if one.valid and one.score is not None]
