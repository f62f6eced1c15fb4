"""Groups that stand in no table: crosses of two and three variables, bounded from their margins.

Of yes and no to each of three values there are eight cells, and one free number once the margins
are known: every cell has to hold nobody or somebody, which bounds all the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product

from analysis.attack.findings import Claim, Tried
from analysis.attack.grid import Cell
from analysis.attack.material import Material, Published
from analysis.attack.sums import Range, shown_people

Value = tuple[int, str]
"""Place of a breakdown and one of its values."""


def crosses(material: Material) -> Tried:
    """All crosses of up to three variables: known to be somebody, but fewer than k?"""
    tried = Tried()
    for published in material.releases:
        _Crossing(published, material.k).attack(tried)
    return tried


@dataclass(frozen=True)
class _Crossing:
    published: Published
    k: int

    def attack(self, tried: Tried) -> None:
        shown = shown_people(self.published.release)
        for picked in _picks(shown):
            for signs, (low, high) in _cells(shown, picked, self._width).items():
                tried.count()
                if low >= 1 and high < self.k:
                    words = " and ".join(
                        f"{'' if sign else 'not '}{self._name(one)}"
                        for one, sign in zip(picked, signs, strict=True)
                    )
                    tried.fell(
                        f"{self.published.name}: {_span(low, high)} {words}",
                        Claim(self.published.release.manifest.wave, self._sum(picked, signs),
                              low, high),
                    )  # fmt: skip

    @property
    def _width(self) -> int:
        return len(self.published.release.manifest.breakdowns)

    def _name(self, value: Value) -> str:
        return f"{self.published.release.manifest.breakdowns[value[0]].id}={value[1]}"

    def _sum(
        self, picked: tuple[Value, ...], signs: tuple[bool, ...]
    ) -> tuple[tuple[Cell, int], ...]:
        """The cell as a sum of crosses: "not b" is all less b."""
        found = []
        for kept in product((False, True), repeat=len(picked)):
            if all(keep for keep, sign in zip(kept, signs, strict=True) if sign):
                inside = [one for one, keep in zip(picked, kept, strict=True) if keep]
                turned = sum(keep and not sign for keep, sign in zip(kept, signs, strict=True))
                found.append((_cell(inside, self._width), (-1) ** turned))
        return tuple(found)


def _picks(shown: Mapping[Cell, Range]) -> Iterator[tuple[Value, ...]]:
    """Two or three shown values of different breakdowns, some of whose crosses are shown."""
    pairs = {
        tuple((at, value) for at, value in enumerate(cell) if value)
        for cell in shown
        if sum(map(bool, cell)) == 2
    }
    singles = [
        (at, value)
        for cell in shown
        for at, value in enumerate(cell)
        if value and sum(map(bool, cell)) == 1
    ]
    for one, other in combinations(singles, 2):
        if one[0] != other[0]:
            yield one, other
    triples = {
        tuple(sorted({*pair, third}))
        for pair in pairs
        for third in singles
        if third[0] not in {at for at, _ in pair}
    }
    yield from sorted(triples)


def _cells(
    shown: Mapping[Cell, Range], picked: tuple[Value, ...], width: int
) -> dict[tuple[bool, ...], Range]:
    """Fewest and most people in each cell of the values and their opposites."""
    inner = shown.get(_cell(picked, width), (0.0, float("inf")))
    constants = {}
    signs = {}
    for yes in product((False, True), repeat=len(picked)):
        constants[yes], signs[yes] = _constant(shown, picked, yes, width)
    low, high = inner
    for yes, (_, most) in constants.items():
        # A cell cannot be less than nobody: constant + sign * inner >= 0.
        if signs[yes] > 0:
            low = max(low, -most)
        else:
            high = min(high, most)
    found = {}
    for yes, (least, most) in constants.items():
        ends = (least + low, most + high) if signs[yes] > 0 else (least - high, most - low)
        found[yes] = (max(0.0, ends[0]), ends[1])
    return found


def _constant(
    shown: Mapping[Cell, Range], picked: tuple[Value, ...], yes: tuple[bool, ...], width: int
) -> tuple[Range, int]:
    """A cell without its share of the innermost cross, and the sign with which that counts."""
    low = high = 0.0
    for kept in product((False, True), repeat=len(picked)):
        if not all(keep for keep, sign in zip(kept, yes, strict=True) if sign) or all(kept):
            continue
        inside = [one for one, keep in zip(picked, kept, strict=True) if keep]
        turned = sum(keep and not sign for keep, sign in zip(kept, yes, strict=True))
        least, most = _margin(shown, inside, width)
        if turned % 2:
            least, most = -most, -least
        low, high = low + least, high + most
    return (low, high), (-1) ** (len(picked) - sum(yes))


def _margin(shown: Mapping[Cell, Range], inside: list[Value], width: int) -> Range:
    """A cross as published, else at most the smallest group that contains it."""
    cell = _cell(inside, width)
    if cell in shown:
        return shown[cell]
    above = [
        _margin(shown, [one for one in inside if one is not left], width)[1] for left in inside
    ]
    return 0.0, min(above, default=float("inf"))


def _cell(inside: tuple[Value, ...] | list[Value], width: int) -> Cell:
    by_place = dict(inside)
    return tuple(by_place.get(at, "") for at in range(width))


def _span(low: float, high: float) -> str:
    return f"{low:.0f} to {high:.0f} people are" if low < high else f"{low:.0f} people are"
