"""One declared comparison after the other, measure by measure; a measure is a piece of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from analysis.disclosure import rounding
from analysis.publish.estimates import rounder, rounder_at
from analysis.publish.figures import Figure, Figures
from analysis.publish.pairs import Pair
from analysis.publish.rounded import Percent, Rounder
from analysis.publish.shown import Shown, can_say
from analysis.release.sides import published_gap
from analysis.statistics.comparisons import Difference, cautious_welch, miettinen_nurminen
from analysis.statistics.intervals import variance
from analysis.statistics.spreads import alike_freedom


@dataclass(frozen=True)
class _Side:
    """One side of a comparison: its exact figure and how it is rounded."""

    figure: Figure
    rounds: Rounder


@dataclass(frozen=True)
class Made:
    """One comparison that may be shown.

    Attributes:
        people: of the group, and of its rest.
        gap: in points, told by the two published percents alone; None where one is not published.
        step: in which it stands, in points.
        rows: of the group among the groups, and of its rest among the rests.
    """

    people: tuple[int, int]
    difference: Difference
    gap: int | None
    step: int
    rows: tuple[int, int]


@dataclass(frozen=True)
class Comparing:
    """What is the same for every measure.

    Attributes:
        declared: the pairs that are compared.
        matrix: makes their rests out of the groups.
        rests: figures of these.
    """

    shown: Shown
    declared: tuple[Pair, ...]
    matrix: sparse.csr_array
    rests: Figures

    def made(self, measure: str) -> tuple[list[Made | None], float]:
        """Every comparison on a measure, and how alike the groups spread on it if it is a theme."""
        sides = self._sides(measure)
        is_theme = measure in self.shown.figures.codebook.theme_by_id
        alike = _alike(sides) if is_theme else 0.0
        position = {group.id: row for row, group in enumerate(self.shown.plan.groups)}
        found: list[Made | None] = []
        for row, (pair, both) in enumerate(zip(self.declared, sides, strict=True)):
            if both is None:
                found.append(None)
                continue
            group, rest = both
            exact = difference(group.figure, rest.figure, alike)
            step = rounding.step(min(group.rounds.base, rest.rounds.base), rest.rounds.policy)
            found.append(
                Made(
                    (group.figure.people, rest.figure.people),
                    exact,
                    _gap(group, rest),
                    step,
                    (position[pair.group], row),
                )
            )
        return found, alike

    def _sides(self, measure: str) -> list[tuple[_Side, _Side] | None]:
        """Both sides of every pair; None where it may not be shown."""
        shown = self.shown
        position = {group.id: row for row, group in enumerate(shown.plan.groups)}
        stated = self.matrix @ shown.bases[measure]
        least = np.minimum(self.rests.sums.people, self.rests.bases(measure)).tolist()
        found: list[tuple[_Side, _Side] | None] = []
        for row, pair in enumerate(self.declared):
            figure = other = None
            visible = shown.shows(pair.group, measure) and shown.shows(pair.against, measure)
            if visible and least[row] >= shown.policy.k:
                left = rounder_at(shown, int(stated[row]), measure, (pair.against, pair.group))
                if can_say(left.base, left.policy, sensitive=left.sensitive):
                    figure = shown.figures.row(position[pair.group], measure)
                    other = self.rests.row(row, measure)
            if figure is None or other is None:
                found.append(None)
                continue
            mine = _Side(figure, rounder(shown, position[pair.group], measure))
            found.append((mine, _Side(other, left)))
        return found


def _alike(sides: Sequence[tuple[_Side, _Side] | None]) -> float:
    """How alike the groups that are compared on a theme spread on it."""
    sums = [
        both[0].figure.sums()
        for both in sides
        if both is not None and both[0].figure.effective >= 2
    ]
    return alike_freedom([n for n, _, _ in sums], [variance(*one) for one in sums])


def difference(group: Figure, rest: Figure, alike: float = 0) -> Difference:
    """The gap of two exact figures and its limits; `alike` as for `cautious_welch`."""
    if min(group.effective, rest.effective) < 2:
        # One weight outweighs all others: there is a gap, and no telling how sure it is.
        return Difference(group.positive - rest.positive, -1.0, 1.0, 1.0)
    if group.score is not None:
        return cautious_welch(*group.sums(), *rest.sums(), alike)
    (n1, total1, _), (n2, total2, _) = group.sums(), rest.sums()
    return miettinen_nurminen(min(total1, n1), n1, min(total2, n2), n2)


def _gap(group: _Side, rest: _Side) -> int | None:
    """The gap in points, told by the two published percents alone."""
    mine, theirs = _percent(group), _percent(rest)
    if mine[0] is None or theirs[0] is None:
        return None
    n = min(group.rounds.base, rest.rounds.base)
    # The rest is told by both groups, so its steps are the coarser of theirs.
    return rounding.points(published_gap(mine, theirs), n, rest.rounds.policy)


def _percent(side: _Side) -> Percent:
    return side.rounds.readings(side.figure)[0]
