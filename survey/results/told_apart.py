"""Bands in place of league tables: which groups of a list can be told apart at all.

Overlapping is not transitive: a small group's wide range can overlap two that miss each other. So a
band is a largest set of groups of which any two have overlapping ranges, and a group can be in
several. Two groups then share a band exactly when their ranges overlap; a chain of overlaps, which
would put all into one band as soon as one of them is small, tells nothing of its ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis.release.model import Release
from analysis.release.rows import GroupRow, MeasureRow
from survey.results.charts.heat_map import BandPlan
from survey.results.scope import picked

Range = tuple[int, int]
"""Lower and upper limit in percent."""
HIDDEN = "[c]"


@dataclass(frozen=True)
class ApartRow:
    """A group, and its bands in each theme: `1`, `1 to 3` or `[c]`."""

    label: str
    bands: tuple[str, ...]


@dataclass(frozen=True)
class ApartList:
    """Groups of one level in which some can be told apart.

    Attributes:
        themes: labels of the themes in which there is more than one band.
        rows: the groups in the order of the plan, never by a figure.
    """

    title: str
    themes: tuple[str, ...]
    rows: tuple[ApartRow, ...]


@dataclass(frozen=True)
class Apart:
    """What a page says of telling groups apart.

    Attributes:
        lists: those in which some can be.
        alike: titles of the lists in which none can be.
    """

    lists: tuple[ApartList, ...]
    alike: tuple[str, ...]


def bands(ranges: Mapping[str, Range]) -> dict[str, Range]:
    """The first and last band that each group is in, counted from 1 at the lowest percents.

    Bands are the maximal cliques of the ranges: on a line there is a percent that all ranges of
    one have in common, so the groups of a band are those that hold it.

    Args:
        ranges: group -> its limits, both included.
    """
    points = []
    for lower, upper in ranges.values():
        points += [(lower, 0), (upper, 1)]
    common: list[int] = []
    opened = False
    for percent, ends in sorted(points):
        # All that were opened since the last one ended are a band, where the first of them ends.
        if ends and opened:
            common.append(percent)
        opened = not ends
    return {
        group: (
            1 + sum(percent < lower for percent in common),
            sum(percent <= upper for percent in common),
        )
        for group, (lower, upper) in ranges.items()
    }


def apart(release: Release, plans: Iterable[BandPlan]) -> Apart:
    """Which groups can be told apart in the lists of a page, from published ranges alone.

    Groups of different levels hold each other and are not set side by side.

    Args:
        release: what was published.
        plans: headings, and the groups under each.
    """
    found, alike = [], []
    for plan in plans:
        for groups in _by_level(release, plan.groups):
            made = _list(release, plan.title, groups)
            if made.themes:
                found.append(made)
            elif len(groups) > 1:
                alike.append(plan.title)
    named = {one.title for one in found}
    return Apart(tuple(found), tuple(one for one in dict.fromkeys(alike) if one not in named))


def _by_level(
    release: Release, groups: Sequence[tuple[GroupRow, str, str | None]]
) -> list[list[tuple[GroupRow, str]]]:
    level = {
        (breakdown.id, value): at
        for breakdown in release.manifest.breakdowns
        for value, _, at, _ in breakdown.values
    }
    found: dict[tuple[str, ...], list[tuple[GroupRow, str]]] = {}
    for row, label, _ in groups:
        found.setdefault(tuple(level[one] for one in picked(release, row)), []).append((row, label))
    return list(found.values())


def _list(release: Release, title: str, groups: Sequence[tuple[GroupRow, str]]) -> ApartList:
    themes = [row for row in release.measures if row.kind == "theme"]
    placed = {theme.measure: bands(_ranges(release, theme, groups)) for theme in themes}
    wanted = [
        theme
        for theme in themes
        if max((last for _, last in placed[theme.measure].values()), default=1) > 1
    ]
    rows = tuple(
        ApartRow(label, tuple(_said(placed[theme.measure].get(row.group)) for theme in wanted))
        for row, label in groups
    )
    return ApartList(title, tuple(theme.label for theme in wanted), rows)


def _ranges(
    release: Release, theme: MeasureRow, groups: Sequence[tuple[GroupRow, str]]
) -> dict[str, Range]:
    rows = [release.estimate_by_key.get((row.group, theme.measure)) for row, _ in groups]
    return {
        row.group: (row.lower, row.upper)
        for row in rows
        if row is not None and row.status == "shown"
        if row.lower is not None and row.upper is not None
    }


def _said(place: Range | None) -> str:
    if place is None:
        return HIDDEN
    first, last = place
    return str(first) if first == last else f"{first} to {last}"
