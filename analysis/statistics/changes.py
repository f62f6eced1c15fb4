"""What changed in a unit where something was done, judged on published figures alone.

All that goes in is percents, bases and steps as published, so what comes out tells nothing that a
reader could not work out from the two Releases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.statistics.before_after import (
    LEAST_OTHERS,
    Sizes,
    StandsOut,
    chance_of_one_wave,
    most_by_picking,
    regression_to_the_mean,
    stands_out,
)
from analysis.statistics.families import benjamini_hochberg

LEVEL = 0.05
"""False discovery rate over everything that was declared."""

Verdict = Literal["stood_out", "may_be_return", "not_clear"]


@dataclass(frozen=True)
class Unit:
    """The published figures of a unit in two waves, the earlier one first.

    Attributes:
        percents: percent positive.
        people: bases.
        steps: what the percents are rounded to, in points.
        sooner: percent positive of the wave before both; None where it is not known.
    """

    percents: tuple[int, int]
    people: tuple[int, int]
    steps: tuple[int, int]
    sooner: int | None = None

    @property
    def change(self) -> int:
        """In points, later less earlier."""
        return self.percents[1] - self.percents[0]

    @property
    def swing(self) -> float:
        """How far chance moves it, but for a factor that is the same for all units."""
        return sum(1 / people for people in self.people)

    @property
    def rounding(self) -> float:
        """The variance that rounding adds to the change, in points squared."""
        return sum(step**2 for step in self.steps) / 12


@dataclass(frozen=True)
class Judged:
    """A unit's change beside those of others.

    Attributes:
        stands: change, mean change of the others, excess with its limits; in points.
        regression: points that a unit picked for its low figure would have moved without any
            help; None for one that was picked for something else.
        p: two-sided, of the excess beyond `regression`.
        twice: whether `regression` rests on the two surveys before, and not on one.
    """

    stands: StandsOut
    regression: float | None
    p: float
    twice: bool = False

    @property
    def excess(self) -> float:
        """Change less the mean change of the others, in points."""
        return self.stands.excess.gap


def judge(unit: Unit, others: Sequence[Unit], *, picked_low: bool) -> Judged:
    """Judge a unit's change by the spread of the changes of others of its kind.

    Args:
        unit: something was done in it.
        others: nothing was done in these that was declared; three or more.
        picked_low: whether the unit was picked because its earlier figure was low.

    Raises:
        EstimationError: for fewer than three others, or others that all changed alike.
    """
    changes = [float(one.change) for one in others]
    sizes = Sizes(unit.swing, [one.swing for one in others])
    # What rounding adds to the others' changes is in their spread already.
    further = unit.rounding - sum(one.rounding for one in others) / max(1, len(others))
    stands = stands_out(unit.change, changes, sizes=sizes, rounding=max(0.0, further))
    if not picked_low:
        return Judged(stands, None, stands.excess.p)
    known = [one for one in others if one.sooner is not None]
    twice = unit.sooner is not None and len(known) >= LEAST_OTHERS
    expected = _expected(unit, known if twice else others, others, twice=twice)
    return Judged(stands, expected, stands.p_beyond(expected), twice)


def _expected(unit: Unit, beside: Sequence[Unit], others: Sequence[Unit], *, twice: bool) -> float:
    """The points by which a unit that was picked for its low figure would move without any help.

    The mean of two surveys says better how low the unit is than the one it was picked for. Nothing
    is expected where that mean is lower still.

    Args:
        unit: was picked.
        beside: could have been picked.
        others: their changes tell what chance does.
        twice: whether the surveys before both are known of the unit and of all in `beside`.
    """
    units = (unit, *beside)
    sizes = Sizes(unit.swing, [one.swing for one in others])
    changes = [one.change for one in others]
    errors = chance_of_one_wave(changes, sizes, [one.people[0] for one in units])
    values = [float(one.percents[0]) for one in units]
    if twice:
        values = [(one.percents[0] + (one.sooner or 0)) / 2 for one in units]
        errors = errors / 2**0.5
    own = float(errors[0])
    back = float(regression_to_the_mean(values[0], values, errors.tolist(), own))
    most = most_by_picking(own, len(values))
    expected = values[0] + max(-most, min(most, back)) - unit.percents[0]
    return max(0.0, expected) if back >= 0 else min(0.0, expected)


def verdicts(found: Sequence[Judged]) -> tuple[Verdict, ...]:
    """What is said of each of several declared changes, which are one family.

    A change that stands out from those of others, and yet not from what a unit picked for its low
    figure would have come back anyway, may be no more than that.
    """
    q = benjamini_hochberg([one.p for one in found]).tolist()
    alone = benjamini_hochberg([one.stands.excess.p for one in found]).tolist()
    return tuple(_verdict(one, *both) for one, *both in zip(found, q, alone, strict=True))


def _verdict(one: Judged, q: float, alone: float) -> Verdict:
    beyond = one.excess - (one.regression or 0.0)
    if q <= LEVEL and beyond * one.excess > 0:
        return "stood_out"
    return "may_be_return" if alone <= LEVEL and one.regression is not None else "not_clear"
