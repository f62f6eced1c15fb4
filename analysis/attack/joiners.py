"""Two waves of one questionnaire, if hardly anybody joined or left between them.

Nobody knows that from what is published. But where the bases of both waves can be of the same
people but for a few, a reader may guess that they are: then a group that one wave hides is nearly
what the other one says, and how the figures moved is how those few answered. What follows is right
only where the guess is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from analysis.attack.findings import Claim, Tried
from analysis.attack.grid import Cell
from analysis.attack.lineage import stood_for
from analysis.attack.material import Material, Published
from analysis.attack.percents import behind
from analysis.attack.several_waves import Waves
from analysis.attack.sums import Range, shown_people
from analysis.plan import FORCE, TablePlan
from analysis.release.known import people
from analysis.release.model import Release

_STAYED, _JOINED, _LEFT, _BEFORE, _AFTER = range(5)
_READINGS = ("positive", "neutral", "negative")
_DUST = 1e-6


def joiners(material: Material) -> Tried:
    """Takes two waves to be of the same people but for the fewest who must have joined or left.

    Where these are fewer than k: which hidden groups are then known to be few, or one number, and
    how did those answer who joined or left, if all others answered as before?
    """
    tried = Tried()
    in_order = sorted(material.releases, key=lambda one: one.release.manifest.closed)
    for one, other in combinations(in_order, 2):
        before, after = one.release.manifest, other.release.manifest
        alike = [each.id for each in before.breakdowns] == [each.id for each in after.breakdowns]
        if before.wave == after.wave or before.questionnaire != after.questionnaire or not alike:
            continue
        pair = _Pair(one, other, material.plan_of(other.release), material.k)
        tried.count(len(other.release.groups))
        few = pair.fewest_moves()
        if few is not None and few < material.k:
            pair.hidden_groups(tried, few)
            pair.answers(tried, few)
    return tried


@dataclass(frozen=True)
class _Pair:
    """Two waves: those who stayed, joined and left are unknown in every cell of the later one."""

    one: Published
    other: Published
    plan: TablePlan | None
    k: int

    def fewest_moves(self) -> int | None:
        """The fewest who can have joined or left; None where k are sure, or no force is shown."""
        known = self._known()
        force = self.other.release.group_by_id[FORCE].values
        if force not in known[_BEFORE] or force not in known[_AFTER]:
            return None
        if any(
            before[0] - after[1] >= self.k or after[0] - before[1] >= self.k
            for cell, before in known[_BEFORE].items()
            if (after := known[_AFTER].get(cell)) is not None
        ):
            return None
        found = self._waves.least_together(self._moves(self._waves))
        return None if found is None else math.ceil(found - _DUST)

    def hidden_groups(self, tried: Tried, few: int) -> None:
        """Groups that are hidden in one of the waves and nearly told by the other."""
        waves = self._waves
        waves.hold(self._moves(waves), few)
        for table, published in ((_BEFORE, self.one), (_AFTER, self.other)):
            rows = {
                waves.place(table, row.values): row
                for row in published.release.groups
                if row.base is None and row.values in waves.cells and self._is_itself(row.group)
            }
            tried.count(len(rows))
            values = {row.group: row.values for row in rows.values()}
            names = {at: row.group for at, row in rows.items()}
            for group, span in waves.narrow(names, self.k):
                wave = published.release.manifest.wave
                tried.fell(
                    f"{self._names}: if no more than {few} people joined or left, {group} is "
                    f"{span[0]:.0f} to {span[1]:.0f} people in {wave}",
                    Claim(wave, ((values[group], 1),), *span),
                )

    def answers(self, tried: Tried, few: int) -> None:
        """How those answered by whom a group grew or shrank, if all others answered as before.

        One figure that moved by more people than joined or left says that they did not.
        """
        told = []
        for row in self.other.release.estimates:
            if row.kind == "theme" or not self._is_itself(row.group):
                continue
            then = self.one.release.estimate_by_key.get((row.group, row.measure))
            if then is None or then.base is None or row.base is None:
                continue
            before, after = (
                people(one.base or 0, of.release.manifest.policy)
                for one, of in ((then, self.one), (row, self.other))
            )
            grown = after[0] - before[1], after[1] - before[0]
            for reading in _READINGS:
                tried.count()
                was = behind(self.one.release, then, reading, before)
                now = behind(self.other.release, row, reading, after)
                moved = now[0] - was[1], now[1] - was[0]
                if moved[0] > few or moved[1] < -few:
                    return
                told.append((f"{reading} on {row.measure}", row.group, grown, moved))
        for answer, group, grown, moved in told:
            if (words := _told(grown, moved, self.k)) is not None:
                tried.fell(
                    f"{self._names}: {words} {group} are {answer}, if all others answered alike"
                )

    @property
    def _names(self) -> str:
        return f"{self.one.name} and {self.other.name}"

    @property
    def _waves(self) -> Waves:
        sums = [(_STAYED, _LEFT), (_STAYED, _JOINED)]
        return Waves(self.other.release, self.plan, 3, sums, self._known())

    def _moves(self, waves: Waves) -> list[int]:
        force = self.other.release.group_by_id[FORCE].values
        return [waves.place(table, force) for table in (_JOINED, _LEFT)]

    def _known(self) -> dict[int, dict[Cell, Range]]:
        """What each wave says of the groups of the later one; merged units are their parts."""
        before = shown_people(self.one.release)
        found = {}
        for row in self.other.release.groups:
            parts = list(self._parts(row.group, self.one.release))
            shown = [before[one] for one in parts if one in before]
            if shown:
                most = sum(high for _, high in shown) if len(shown) == len(parts) else math.inf
                found[row.values] = (sum(low for low, _ in shown), most)
        return {_BEFORE: found, _AFTER: shown_people(self.other.release)}

    def _parts(self, group: str, earlier: Release) -> Iterator[Cell]:
        for one in stood_for(self.other.release, group, earlier):
            row = earlier.group_by_id.get(one)
            yield () if row is None else row.values

    def _is_itself(self, group: str) -> bool:
        return stood_for(self.other.release, group, self.one.release) == (group,)


def _told(grown: tuple[int, int], moved: tuple[int, int], k: int) -> str | None:
    """What is known of those by whom a group grew, or shrank; None where they are not few."""
    word = "joined"
    if grown[1] <= -1:
        grown, moved, word = (-grown[1], -grown[0]), (-moved[1], -moved[0]), "left"
    low, high = max(0, moved[0]), min(grown[1], moved[1])
    if grown[0] < 1 or grown[1] >= k or low > high:
        return None
    if low > 0.9 * grown[1] or high < 0.1 * grown[0]:
        return f"{_span(low, high)} of the {_span(*grown)} people who {word}"
    return None


def _span(low: int, high: int) -> str:
    return f"{low}" if low == high else f"{low} to {high}"
