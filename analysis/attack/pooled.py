"""Waves that were published together beside single ones, and rolling ones beside each other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce

from analysis.attack.findings import Claim, Sum, Tried
from analysis.attack.grid import Cell
from analysis.attack.material import Material, Published
from analysis.attack.percents import behind
from analysis.attack.several_waves import Waves
from analysis.attack.sums import Range, shown_people
from analysis.release.known import people

_READINGS = ("positive", "neutral", "negative")


def pooled(material: Material) -> Tried:
    """Waves that were pooled, less those of them that were published by themselves or in others."""
    tried = Tried()
    of_wave: dict[str, list[Published]] = {}
    for one in material.releases:
        of_wave.setdefault(one.release.manifest.wave, []).append(one)
    pools = {wave: parts for wave, parts in material.pools.items() if wave in of_wave}
    if pools:
        single = tuple(dict.fromkeys(part for parts in pools.values() for part in parts))
        _counts(tried, material, of_wave, single, pools)
        for wave, parts in pools.items():
            for group, answer, left in _answers(tried, of_wave, wave, parts, material.k):
                tried.fell(f"{wave} without its other waves: {left} of {group} are {answer}")
    return tried


def _counts(
    tried: Tried,
    material: Material,
    of_wave: Mapping[str, Sequence[Published]],
    single: tuple[str, ...],
    pools: Mapping[str, Sequence[str]],
) -> None:
    """Bases of all of them as one system: a wave that nobody published is an unknown too."""
    first = of_wave[next(iter(pools))][0].release
    tables = (*single, *pools)
    known = {
        at: reduce(_met, [shown_people(one.release) for one in of_wave[wave]])
        for at, wave in enumerate(tables)
        if wave in of_wave
    }
    sums = [[single.index(part) for part in parts] for parts in pools.values()]
    waves = Waves(first, material.plan_of(first), len(single), sums, known)
    for at, wave in enumerate(tables):
        hidden = [row for row in first.groups if row.values not in known.get(at, {})]
        tried.count(len(hidden))
        values = {row.group: row.values for row in hidden}
        names = {waves.place(at, row.values): row.group for row in hidden}
        for group, (low, high) in waves.narrow(names, material.k):
            if wave not in of_wave and (low < 1 or high >= material.k):
                continue  # Nobody hides it.
            of: Sum = ((values[group], 1),)
            claim = Claim(wave, of, low, high) if wave in of_wave else None
            words = f"{', '.join(tables)} together: {group} is {low:.0f} to {high:.0f} people"
            tried.fell(f"{words} in {wave}", claim)


def _answers(
    tried: Tried,
    of_wave: Mapping[str, Sequence[Published]],
    wave: str,
    parts: Sequence[str],
    k: int,
) -> Iterator[tuple[str, str, str]]:
    """How a few answered whom all waves but one, and all together, show: nearly all or nobody?"""
    pool = of_wave[wave][0]
    for part in parts:
        others = [of_wave[one][0] for one in parts if one != part and one in of_wave]
        if part not in of_wave or len(others) < len(parts) - 1:
            continue
        own = of_wave[part][0].release
        for row in pool.release.estimates:
            mine = own.estimate_by_key.get((row.group, row.measure))
            if row.kind == "theme" or (mine is not None and mine.base is not None):
                continue
            tried.count()
            figures = [_figures(one, row.group, row.measure) for one in (pool, *others)]
            whole, *rest = figures
            if whole is None or None in rest:
                continue
            least, most = _less([one["base"] for one in figures if one])
            if least < 1 or most >= 2 * k:
                continue
            for reading in _READINGS:
                low, high = _less([one[reading] for one in figures if one])
                low, high = max(0.0, low), min(most, high)
                if low > 0.9 * most or high < 0.1 * least:
                    left = f"{_span(low, high)} of the {_span(least, most)} people"
                    yield f"{row.group} in {part}", f"{reading} on {row.measure}", left


def _figures(published: Published, group: str, measure: str) -> Mapping[str, Range] | None:
    """How many answered, and answered so, if all did on whose base it stands."""
    row = published.release.estimate_by_key.get((group, measure))
    if row is None or row.base is None:
        return None
    base = people(row.base, published.release.manifest.policy)
    found = {one: behind(published.release, row, one, base) for one in _READINGS}
    return {"base": base, **found}


def _less(spans: Sequence[Range]) -> Range:
    """The first without the others."""
    (low, high), *others = spans
    return low - sum(most for _, most in others), high - sum(least for least, _ in others)


def _met(one: dict[Cell, Range], other: dict[Cell, Range]) -> dict[Cell, Range]:
    """What two publications of one wave say of each cell; that of the first where they differ."""
    found = dict(one)
    for cell, (low, high) in other.items():
        least, most = found.get(cell, (0.0, math.inf))
        if max(least, low) <= min(most, high):
            found[cell] = (max(least, low), min(most, high))
    return found


def _span(low: float, high: float) -> str:
    return f"{low:.0f}" if low == high else f"{low:.0f} to {high:.0f}"
