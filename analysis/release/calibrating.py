"""The force weighted to all its characteristics at once, from published figures alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import EstimationError
from analysis.plan import COMMAND, FORCE
from analysis.release import known
from analysis.release.model import BreakdownFacts, Release
from analysis.release.rows import GroupRow
from analysis.statistics.calibration import Calibrated, calibrated, filled

Numbers = npt.NDArray[np.float64]

CROSSED = 0.8
"""Share of the force's answers that the shown cells of a crossing must hold together.

Somebody always leaves one of the two questions blank.
"""


@dataclass(frozen=True)
class Characteristic:
    """One breakdown: its groups that have a base and a headcount, on the level that weighs.

    Attributes:
        place: of the breakdown among all.
    """

    place: int
    rows: tuple[GroupRow, ...]

    def answered(self, base: int) -> Numbers:
        """Respondents of each, and last those who are in none of them."""
        inside = np.array([float(row.base or 0) for row in self.rows])
        return np.append(inside, max(0.0, base - inside.sum()))

    def people(self, base: int) -> Numbers:
        """How many of them would have answered as the force did; the last ones stay."""
        here = self.answered(base)
        wanted = np.array([float(row.headcount or 0) for row in self.rows])
        return np.append(wanted / wanted.sum() * here[:-1].sum(), here[-1])


@dataclass(frozen=True)
class Together:
    """The force weighted to several characteristics."""

    parts: tuple[Characteristic, ...]
    base: int
    weights: Calibrated

    def shift(self, release: Release, measure: str) -> float | None:
        """By how many points a figure of the force moves; None where that is not shown."""
        whole = release.estimate_by_key[FORCE, measure]
        if whole.positive is None or whole.positive_bound:
            return None
        share = sum(known.edges_of(release, whole, whole.positive, "")) / 2
        shares = [self._shares(release, one, measure, share) for one in self.parts]
        return 100 * self.weights.shift([one.answered(self.base) for one in self.parts], shares)

    def _shares(
        self, release: Release, part: Characteristic, measure: str, whole: float
    ) -> Numbers:
        """Of each group; of those that are not shown what they leave, all together."""
        found = np.full(len(part.rows) + 1, np.nan)
        for at, row in enumerate(part.rows):
            one = release.estimate_by_key.get((row.group, measure))
            if one is not None and one.positive is not None:
                edges = known.edges_of(release, one, one.positive, one.positive_bound)
                found[at] = sum(edges) / 2
        n, here = part.answered(self.base), ~np.isnan(found)
        left = float(n[~here].sum())
        rest = whole if left <= 0 else (n.sum() * whole - (n[here] * found[here]).sum()) / left
        return np.where(here, found, min(1.0, max(0.0, float(rest))))


def together(release: Release, parts: Sequence[Characteristic]) -> Together | None:
    """The weights, or None: fewer than two characteristics, or no weights that can meet all.

    Args:
        release: what is published.
        parts: those of which enough is known, in the order of the plan. One is left out of which a
            crossing with one before it is not published nearly whole.
    """
    base = release.group_by_id[FORCE].base
    if base is None or release.manifest.weight is not None:
        return None
    # Groups of rounded bases may hold a few more than all.
    base = max([base, *(sum(row.base or 0 for row in one.rows) for one in parts)])
    by_values = {row.values: row for row in release.groups}
    taken: list[Characteristic] = []
    crossed: dict[tuple[int, int], Numbers] = {}
    for one in parts:
        found = [_crossing(by_values, other, one) for other in taken]
        if all(np.nansum(cells) >= CROSSED * base for cells in found):
            for at, (other, cells) in enumerate(zip(taken, found, strict=True)):
                full = filled(cells, other.answered(base), one.answered(base))
                crossed[at, len(taken)] = full
            taken.append(one)
    if len(taken) < 2:
        return None
    try:
        weights = calibrated(
            [one.answered(base) for one in taken], [one.people(base) for one in taken], crossed
        )
    except EstimationError:
        return None
    return Together(tuple(taken), base, weights)


def weighing_level(breakdown: BreakdownFacts) -> str:
    """The level by which the force is weighted: commands, and else the coarsest."""
    return COMMAND if COMMAND in breakdown.levels else breakdown.levels[0]


def _crossing(
    by_values: dict[tuple[str, ...], GroupRow],
    one: Characteristic,
    other: Characteristic,
) -> Numbers:
    """Respondents by two characteristics, NaN where that is not shown."""
    cells = np.full((len(one.rows) + 1, len(other.rows) + 1), np.nan)
    for i, mine in enumerate(one.rows):
        for j, theirs in enumerate(other.rows):
            values = list(mine.values)
            values[other.place] = theirs.values[other.place]
            row = by_values.get(tuple(values))
            if row is not None and row.base is not None:
                cells[i, j] = row.base
    return cells
