"""From published percents back to people: bands, steps, differences, means and indices."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analysis.attack.findings import Claim, Tried, Values
from analysis.attack.grid import Cell
from analysis.attack.indices import candidates
from analysis.attack.material import Material, Published
from analysis.attack.steps import steps
from analysis.attack.sums import Counts, shown_people
from analysis.release.known import people
from analysis.release.model import Release
from analysis.release.rows import Bound, EstimateRow

_ELSEWHERE = {
    "bound", "pinned", "threshold", "contradiction", "rest", "rate", "presence", "leak", "index",
    "overlap", "state",
}  # fmt: skip
"""What the auditor finds of bases, rates, rows, themes and states, which other attacks report."""

_READINGS = ("positive", "neutral", "negative")
_DUST = 1e-9


def bands(material: Material) -> Tried:
    """Unanimity, all but a few, small numerators, steps that are too fine: figure by figure."""
    tried = Tried()
    for published in material.releases:
        tried.count(len(published.release.estimates) + len(published.release.distributions))
        tried.add(
            f"{published.name}: {one.words}"
            for one in material.seen_through[published.name]
            if one.kind not in _ELSEWHERE
        )
    return tried


def means(material: Material) -> Tried:
    """Scores with more decimals than the policy has, and weighted shares that open a band."""
    tried = Tried()
    for published in material.releases:
        decimals = published.release.manifest.policy["score_decimals"]
        for row in published.release.estimates:
            where = f"{published.name}: {row.measure} in {row.group}"
            if row.score is not None:
                tried.count()
                if abs(round(row.score, decimals) - row.score) > _DUST:
                    tried.fell(f"{where}: the mean {row.score} gives the sum of the answers")
            if row.weighted is not None:
                tried.count()
                if row.positive_bound or row.weighted in (0, 100):
                    tried.fell(f"{where}: weighted {row.weighted} % opens a band")
    return tried


def without_base(material: Material) -> Tried:
    """Percents without their base: the fewest people that they can be percents of."""
    tried = Tried()
    for published in material.releases:
        for (group, item), row in published.release.estimate_by_key.items():
            shares = [(getattr(row, one), getattr(row, f"{one}_bound")) for one in _READINGS]
            answers = published.release.distribution_by_key.get((group, item), ())
            told = [(one.percent, one.bound) for one in answers]
            found = [[percent for percent, bound in of if percent is not None and not bound]
                     for of in (told, shares)]  # fmt: skip
            plain = max(found, key=len)
            if not plain or row.base is not None:
                continue
            tried.count()
            fits = [n for n in range(1, 100) if _fits(plain, n)]
            if fits:
                tried.fell(
                    f"{published.name}: {item} in {group} has percents and no base; "
                    f"they are of {fits[0]} people or more"
                )
    return tried


def _fits(percents: list[int], n: int) -> bool:
    """Whether whole numbers of n people round to these whole percents."""
    counts = [round(percent * n / 100) for percent in percents]
    return sum(counts) <= n and all(
        abs(100 * count / n - percent) <= 0.5 + _DUST
        for count, percent in zip(counts, percents, strict=True)
    )


def differences(material: Material) -> Tried:
    """Answers of a whole less those of its shown parts: does the rest lie above 90 or below 10?"""
    tried = Tried()
    for published in material.releases:
        _Differences(published, material).attack(tried)
    return tried


@dataclass(frozen=True)
class _Part:
    """People of a group who answered an item, and those of each reading: fewest and most."""

    base: tuple[int, int]
    readings: Mapping[str, tuple[int, int]]


class _Differences:
    def __init__(self, published: Published, material: Material) -> None:
        self.release, self.name, self.k = published.release, published.name, material.k
        self._lines = Counts(
            published.release, material.plan_of(published.release), shown_people(published.release)
        ).lines()
        self._groups = {row.values: row.group for row in published.release.groups}

    def attack(self, tried: Tried) -> None:
        if self.release.manifest.weight is not None:
            return  # Weighted shares are not people.
        for measure in self.release.measures:
            if measure.kind == "item":
                parts = {
                    values: part
                    for values, group in self._groups.items()
                    if (part := self._part(group, measure.measure)) is not None
                }
                for whole, taken in self._unions(parts):
                    tried.count()
                    self._rest(tried, measure.measure, whole, taken, parts)

    def _unions(self, parts: Mapping[Cell, _Part]) -> Iterator[tuple[Cell, list[Cell]]]:
        """A shown whole and shown parts of it, of which not all are shown."""
        for whole, inside in self._lines:
            taken = [cell for cell in inside if cell in parts]
            if whole in parts and taken and len(taken) < len(inside):
                yield whole, taken
        for part in parts:
            for at, value in enumerate(part):
                whole = (*part[:at], "", *part[at + 1 :])
                if value and whole in parts:
                    yield whole, [part]

    def _rest(
        self, tried: Tried, item: str, whole: Cell, taken: list[Cell], parts: Mapping[Cell, _Part]
    ) -> None:
        most = parts[whole].base[1] - sum(parts[cell].base[0] for cell in taken)
        least = parts[whole].base[0] - sum(parts[cell].base[1] for cell in taken)
        if least < 1 or most >= 2 * self.k:
            return
        for reading in _READINGS:
            low, high = parts[whole].readings[reading]
            low -= sum(parts[cell].readings[reading][1] for cell in taken)
            high -= sum(parts[cell].readings[reading][0] for cell in taken)
            low, high = max(0, low), min(most, high)
            extreme = low > 0.9 * most or high < 0.1 * least
            if extreme or low == high:
                of: tuple[tuple[Values, int], ...] = (
                    (whole, 1),
                    *((cell, -1) for cell in taken),
                )
                names = ", ".join(self._groups[cell] for cell in taken)
                tried.fell(
                    f"{self.name}: {low} to {high} of the {least} to {most} people of "
                    f"{self._groups[whole]} without {names} are {reading} on {item}",
                    Claim(self.release.manifest.wave, of, low, high, item, reading),
                )

    def _part(self, group: str, item: str) -> _Part | None:
        row = self.release.estimate_by_key.get((group, item))
        if row is None or row.base is None:
            return None
        base = _answered(self.release, row)
        return _Part(base, {one: behind(self.release, row, one, base) for one in _READINGS})


def _answered(release: Release, row: EstimateRow) -> tuple[int, int]:
    """How many can have answered: fewer than the base where the item stands on its group's."""
    low, high = people(row.base or 0, release.manifest.policy)
    if row.base == release.group_by_id[row.group].base:
        nearly = low - release.manifest.policy["k"] + 1
        low = min(math.ceil(0.9 * low), max(math.ceil(0.75 * low), nearly))
    return low, high


def behind(
    release: Release, row: EstimateRow, reading: str, base: tuple[int, int]
) -> tuple[int, int]:
    """People behind a published share of a number of people that is known to within limits."""
    percent: int | None = getattr(row, reading)
    bound: Bound = getattr(row, f"{reading}_bound")
    if percent is None:
        return 0, base[1] if release.measure_by_id[row.measure].can_be(reading) else 0
    grain = steps(release, row.group, row.measure, base[1])
    half = grain.step / 2
    if release.measure_by_id[row.measure].sensitive and percent % grain.coarse == 0:
        half = grain.coarse / 2
    low = 0.0 if bound == "or_less" else percent - half
    high = 100.0 if bound == "or_more" else percent + half
    return (
        max(0, math.ceil(low * base[0] / 100 - _DUST)),
        min(base[1], math.floor(high * base[1] / 100 + _DUST)),
    )


def indices(material: Material) -> Tried:
    """A theme beside its items that are shown: what are those that are not?"""
    tried = Tried(sum(len(tuple(candidates(one.release))) for one in material.releases))
    tried.add(f"{one.name}: {breach.words}" for one, breach in material.found("index"))
    return tried


def limits(material: Material) -> Tried:
    """Are the limits of percents and gaps those that follow from the other figures?"""
    tried = Tried()
    for one in material.releases:
        tried.count(sum(row.lower is not None for row in one.release.estimates))
        tried.count(sum(row.lower is not None for row in one.release.comparisons))
    tried.add(f"{one.name}: {breach.words}" for one, breach in material.found("limits"))
    return tried
