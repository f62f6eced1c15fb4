"""Areas of concern and strengths: which gaps to the rest are raised, and the words that say so.

Decided on exact values, one family at a time (a named intersection, or the rest of the wave;
declared before results). Published are the state and the gap with its limits, rounded outward;
never q or p. Without the sealed tallies of an earlier wave a state stops at *emerging*.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scipy.special import ndtri

from analysis.errors import EstimationError
from analysis.statistics.comparisons import Difference
from analysis.statistics.families import benjamini_hochberg
from analysis.statistics.intervals import quantile
from analysis.statistics.suppressed import Suppressed, estimator

FALSE_DISCOVERY_RATE = 0.05
LEAST_GAP = 0.05
"""Share; a smaller gap is raised neither as a concern nor as a strength."""
POWER = 0.8
PEOPLE_STEP = 5
ROUNDING = 1e-9
"""A gap of five points is one, whatever the last binary digit says."""

FlagKind = Literal["concern", "strength"]


@dataclass(frozen=True)
class Comparison:
    """A group against the rest on one theme or item.

    Attributes:
        group: id of the group.
        measure: id of the theme or item.
        n: people of the group who count, unweighted.
        rest: people of the rest who count, unweighted.
        difference: mean share of positive answers, group minus rest; `SUPPRESSED` when either
            side may not be shown.
    """

    group: str
    measure: str
    n: int
    rest: int
    difference: Difference | Suppressed


@dataclass(frozen=True)
class Flag:
    """A gap that is raised. `q` decides and is never published.

    Attributes:
        difference: the exact gap and limits, to be rounded outward before publishing.
    """

    group: str
    measure: str
    kind: FlagKind
    state: Literal["emerging"]
    difference: Difference
    q: float


@dataclass(frozen=True)
class Findings:
    """What one family of comparisons raised.

    Attributes:
        flags: in the order of the comparisons given: never by q. Order what is published by
            `people_affected`.
        compared: comparisons that were eligible, to be printed above the list.
        measures: (group, measure) pairs that were eligible; for all others there are not enough
            answers to say.
    """

    flags: tuple[Flag, ...]
    compared: int
    measures: frozenset[tuple[str, str]]


def flag(comparisons: Sequence[Comparison], k: int) -> Findings:
    """Raise the gaps of one family that are emerging: q <= 0.05 and 5 points or more.

    Eligible is a comparison that may be shown with at least `k` people in the group and in the
    rest. Two-sided tests, Benjamini-Hochberg over the eligible; negative gaps are concerns,
    positive ones strengths.

    Args:
        comparisons: the whole family, declared before results.
        k: people, the policy's smallest group.
    """
    eligible = [
        (comparison, comparison.difference)
        for comparison in comparisons
        if not isinstance(comparison.difference, Suppressed)
        and comparison.n >= k
        and comparison.rest >= k
    ]
    q = benjamini_hochberg([difference.p for _, difference in eligible])
    flags = tuple(
        Flag(
            comparison.group,
            comparison.measure,
            "concern" if difference.gap < 0 else "strength",
            "emerging",
            difference,
            float(value),
        )
        for (comparison, difference), value in zip(eligible, q, strict=True)
        if value <= FALSE_DISCOVERY_RATE and abs(difference.gap) >= LEAST_GAP - ROUNDING
    )
    measured = frozenset((comparison.group, comparison.measure) for comparison, _ in eligible)
    return Findings(flags, len(eligible), measured)


@estimator
def smallest_gap(
    base: float, rest: float, share: float = 0.5, power: float = POWER, level: float = 0.05
) -> float:
    """The smallest gap that groups of this size would have shown, four times in five.

    Args:
        base: people of the group, as published.
        rest: people it is compared with, as published.
        share: expected share in the rest; one half, the default, asks for the largest gap.
        power: chance of seeing a gap of this size, in (0, 1).
        level: level of the two-sided test of one comparison alone.

    Returns:
        The gap as a share, towards lower shares where they reach that far and otherwise towards
        higher ones; 1 when no gap could have been seen.

    Raises:
        EstimationError: for an empty side.

    Source: the formula of R's power.prop.test, for two sizes.
    """
    if base <= 0 or rest <= 0:
        raise EstimationError("a gap needs people on both sides")
    wanted = float(ndtri(power))
    for direction in (-1.0, 1.0):
        room = share if direction < 0 else 1 - share
        if _power_quantile(base, rest, share + direction * room, share, level) >= wanted:
            break
    else:
        return 1.0
    unseen, seen = 0.0, room
    while seen - unseen > ROUNDING:
        middle = (unseen + seen) / 2
        if _power_quantile(base, rest, share + direction * middle, share, level) >= wanted:
            seen = middle
        else:
            unseen = middle
    return seen


def people_affected(base: int, gap: int) -> int:
    """People behind a gap: published base x published gap in points, rounded to 5; at least 5.

    Orders what is raised, so that a small group's large gap does not outrank many people's.
    """
    people = base * abs(gap) / 100
    return max(PEOPLE_STEP, PEOPLE_STEP * math.floor(people / PEOPLE_STEP + 0.5))


def words(
    kind: FlagKind,
    group: str,
    measure: str,
    against: str,
    *,
    positive: str | None,
    gap: int,
    limits: tuple[int, int],
) -> str:
    """The fixed sentences of an emerging concern or strength, from published numbers only.

    Args:
        kind: concern or strength.
        group: label of the group.
        measure: label of the theme or item.
        against: what it is compared with, such as "the rest of the force".
        positive: published percent positive as a reader sees it ("48", "90 or more"); None where
            it is not shown.
        gap: published gap in points, group minus rest; coarse steps may have made it 0.
        limits: published limits of the gap in points, lower first, containing it.

    Returns:
        For example "Response North: 48 of every 100 answers about Fairness were positive, 13 fewer
        than in the rest of the force (plausible range 7 to 19 fewer). This is unlikely to be
        chance. It rests on this survey alone, and it does not tell us why."

    Raises:
        EstimationError: for a gap of the other sign or outside its limits.
    """
    lower, upper = limits
    if not lower <= gap <= upper or (gap > 0 if kind == "concern" else gap < 0):
        raise EstimationError(f"a gap of {gap} points ({lower} to {upper}) is no {kind}")
    direction = "fewer" if kind == "concern" else "more"
    size = f"{abs(gap)} {direction}" if gap else direction
    opening = (
        f"{positive} of every 100 answers about {measure} were positive, {size} than"
        if positive is not None
        else f"of every 100 answers about {measure}, {size} were positive than"
    )
    return (
        f"{group}: {opening} in {against} (plausible range {plausible_range(lower, upper)}). "
        "This is unlikely to be chance. It rests on this survey alone, and it does not tell us why."
    )


def plausible_range(lower: int, upper: int) -> str:
    """Limits of a gap in points in words: "7 to 19 fewer", "3 fewer to 5 more"."""
    if upper <= 0:
        return f"{-upper} to {-lower} fewer"
    if lower >= 0:
        return f"{lower} to {upper} more"
    return f"{-lower} fewer to {upper} more"


def no_clear_difference(base: int, smallest: int) -> str:
    """The fixed words beside a group that shows no clear difference.

    Args:
        base: published base of the group.
        smallest: `smallest_gap` of the published bases, in whole points.
    """
    return (
        f"No clear difference. With about {base} answers we could only have seen a gap of about "
        f"{smallest} points. This does not show that all is well."
    )


def _power_quantile(base: float, rest: float, first: float, second: float, level: float) -> float:
    """Normal quantile of the power to tell share `first` of `base` from `second` of `rest`."""
    pooled = (base * first + rest * second) / (base + rest)
    under_none = math.sqrt(pooled * (1 - pooled) * (1 / base + 1 / rest))
    under_gap = math.sqrt(first * (1 - first) / base + second * (1 - second) / rest)
    over = abs(first - second) - quantile(1 - level) * under_none
    if under_gap == 0:
        return math.inf if over > 0 else -math.inf
    return over / under_gap
