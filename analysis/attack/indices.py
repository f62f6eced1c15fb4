"""The auditor's look at themes beside their items: an item that is not shown, from all the others.

If everybody answered all items of a theme, its figure is the mean of theirs. An attacker takes it
that they did: then what a theme says, times its items, less the items that are shown, is what those
are that are not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from analysis.attack.breaches import Breach
from analysis.attack.states import said_of_theme
from analysis.attack.steps import steps
from analysis.attack.told import Interval, fraction, shares, surely
from analysis.release.model import Release
from analysis.release.rows import EstimateRow, MeasureRow

READINGS = ("positive", "neutral", "negative")
MEAN = "mean score"
_NEARLY_ALL, _NEARLY_NOBODY = 0.9, 0.1
_DUST = 1e-9


def attack_indices(release: Release, groups: Collection[str] | None = None) -> Iterator[Breach]:
    """Items that are told by their theme and its other items within less than a coarse step.

    Or to be above 90 or below 10 %. Named as what gives it away is another item, since findings
    and what is kept for later waves rest on the theme; the theme where no other is shown.

    Args:
        release: what is published.
        groups: those that are looked at; by default all.
    """
    finest = release.manifest.policy["coarse_share_step"] / 100
    for group, theme, items in candidates(release, groups):
        rows = {item.measure: release.estimate_by_key[group, item.measure] for item in items}
        shown = [item for item in items if rows[item.measure].status == "shown"]
        for what, whole in of_theme(release, release.estimate_by_key[group, theme]).items():
            unseen = [item for item in items if item not in shown]
            hidden = [item for item in unseen if what == MEAN or item.can_be(what)]
            told = [of_item(release, item, group, what) for item in items if item not in hidden]
            if not hidden:
                continue
            low, high = _left(whole, told, len(items))
            if low > _NEARLY_ALL or high < _NEARLY_NOBODY or high - low < finest - _DUST:
                words = (
                    f"{hidden[0].measure} in {group} is {100 * low:.0f} to {100 * high:.0f} % "
                    f"({what}), from {theme} and its other items"
                )
                yield Breach("index", group, words, shown[-1].measure if shown else theme)
                break


def candidates(
    release: Release, groups: Collection[str] | None = None
) -> Iterator[tuple[str, str, Sequence[MeasureRow]]]:
    """Groups, or some, and themes shown there while an item of theirs is not; and all its items."""
    of: dict[str, list[MeasureRow]] = {}
    for measure in release.measures:
        if measure.theme is not None:
            of.setdefault(measure.theme, []).append(measure)
    by_key = release.estimate_by_key
    for group in release.group_by_id if groups is None else groups:
        for theme, items in of.items():
            index = by_key.get((group, theme))
            if index is None or index.status != "shown" or len(items) < 2:
                continue
            rows = [by_key.get((group, item.measure)) for item in items]
            if None not in rows and any(row and row.status != "shown" for row in rows):
                yield group, theme, items


def _left(whole: Interval, told: Collection[Interval], items: int) -> Interval:
    """What one item that is not shown lies between, of so many."""
    others = items - len(told) - 1
    low = items * whole[0] - sum(high for _, high in told) - others
    high = items * whole[1] - sum(low for low, _ in told)
    return max(0.0, low), min(1.0, high)


def of_theme(release: Release, row: EstimateRow) -> Mapping[str, Interval]:
    """What a theme's figures lie between, as they and the states of findings say."""
    found = dict(figures_of(release, row))
    low, high = found["positive"]
    least, most = said_of_theme(release, row.measure).get(row.group, (low, high))
    found["positive"] = max(low, least), min(high, most)
    return found


def figures_of(release: Release, row: EstimateRow) -> Mapping[str, Interval]:
    """What a theme's figures say that they lie between, its mean score too where it is shown."""
    sensitive = release.measure_by_id[row.measure].sensitive
    grain = steps(release, row.group, row.measure, surely(release, row.base or 0))
    found = {
        reading: fraction(getattr(row, reading), getattr(row, f"{reading}_bound"), grain, sensitive)
        for reading in READINGS
    }
    if row.score is not None:
        half = 10.0 ** -release.manifest.policy["score_decimals"] / 2
        found[MEAN] = (row.score - half) / 100, (row.score + half) / 100
    return found


def is_of_all(release: Release, group: str, theme: str) -> bool:
    """Whether a theme and all of its items stand on one base in a group, which is its own."""
    items = (row.measure for row in release.measures if row.theme == theme)
    rows = (release.estimate_by_key.get((group, one)) for one in (theme, *items))
    bases = {None if row is None else row.base for row in rows}
    return bases == {release.group_by_id[group].base}


def of_item(release: Release, item: MeasureRow, group: str, what: str) -> Interval:
    """What the same figure of an item lies between that is shown, or cannot be so."""
    if what != MEAN and not item.can_be(what):
        return 0.0, 0.0
    told = shares(release, item, group)
    if what == MEAN:
        return _mean([told[code] for code, _, _ in item.categories], _ascends(item))
    codes = [code for code, _, reading in item.categories if reading == what]
    return told[codes[0] if len(codes) == 1 else what]


def _ascends(item: MeasureRow) -> bool:
    """Whether the best answer of an item comes last."""
    readings = [reading for _, _, reading in item.categories]
    return readings[-1] == "positive" or readings[0] == "negative"


def _mean(parts: Sequence[Interval], ascends: bool) -> Interval:
    """The smallest and largest mean of answers in equal steps from 0 to 1, by the share of each."""
    upwards = parts if ascends else parts[::-1]
    values = [at / max(1, len(parts) - 1) for at in range(len(parts))]
    low = _filled(list(zip(values, upwards, strict=True)))
    down = _filled([(1 - value, part) for value, part in zip(values, upwards, strict=True)][::-1])
    return low, 1 - down


def _filled(parts: Sequence[tuple[float, Interval]]) -> float:
    """The smallest mean: all that is left goes to the smallest values that have room."""
    left = max(0.0, 1 - sum(low for _, (low, _) in parts))
    found = 0.0
    for value, (low, high) in parts:
        more = min(left, max(0.0, high - low))
        found, left = found + value * (low + more), left - more
    return found
