"""Areas of concern and strengths: which gaps to the rest are raised, and how sure that is.

Decided on exact values, family by family; families follow from the questionnaire, so they stand
before any result. Published are the state and the gap with its limits, rounded outward; never q or
p. Without the tallies of an earlier wave a state stops at *emerging*.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from scipy.special import ndtri

from analysis.errors import EstimationError
from analysis.statistics.comparisons import Difference
from analysis.statistics.families import benjamini_hochberg, rejected_inside
from analysis.statistics.intervals import quantile
from analysis.statistics.suppressed import Suppressed, estimator

FALSE_DISCOVERY_RATE = 0.05
"""The most that one family may err, however few there are."""
EMERGING = 0.06
"""What all families of a questionnaire divide among them. Findings of both states together are
false less than 0.1 times a wave, as measured in docs/METHODS.md."""
CONFIRMED = 0.5
"""Part of a family's rate that *confirmed* has: it is the stronger claim."""
LEAST_GAP = 0.05
"""Share; a smaller gap is raised neither as a concern nor as a strength."""
LEAST_IN_EACH = 0.025
"""Share; what is confirmed shows as large a gap as this in each of both waves."""
SAME_PEOPLE = 1.35
"""By how much the squared error of two waves together is larger, as the same people answer both."""
POWER = 0.8
PEOPLE_STEP = 5
MOST_OF_SOME = 2
"""Items; with fewer to compare there is no "most" in a theme."""
ROUNDING = 1e-9
"""A gap of five points is one, whatever the last binary digit says."""

Share = Literal["named", "departments", "others"]
"""Families that divide a part of the rate: named intersections, units inside commands, all else."""
PARTS: Mapping[Share, float] = {"departments": 0.6, "named": 0.2}
"""Of `EMERGING`, where a questionnaire declares such; all else has what is left."""

FlagKind = Literal["concern", "strength"]
State = Literal["emerging", "confirmed", "serious", "cleared", "watched"]
"""How sure a finding is.

- emerging: this wave alone shows it.
- confirmed: this wave and the newest earlier one that can be compared, which need not be the one
  before, show it together, and each by itself.
- serious: confirmed, and the whole range of both together lies beyond five points.
- cleared: was confirmed; the gap is gone, and the change is more than chance.
- watched: was confirmed, and is now neither.
"""

_MIRRORED: tuple[tuple[FlagKind, int], ...] = (("concern", -1), ("strength", 1))

FOLLOWED: tuple[State, ...] = ("confirmed", "serious", "watched")
"""States after which a finding is followed up."""
PAST: tuple[State, ...] = ("cleared", "watched")
"""States of a gap that is not raised now, and was confirmed before."""


@dataclass(frozen=True)
class Before:
    """What earlier waves add to a comparison. All gaps are group minus rest.

    Attributes:
        wave: id of the newest earlier wave that can be compared.
        gap: in that wave.
        pooled: that wave and this one taken together.
        was: what was confirmed before and not cleared since; None for nothing.
        change: limits of this wave's gap less that of the wave which confirmed it last.
        since: limits of this wave's gap less that of `wave`.
    """

    wave: str
    gap: float
    pooled: Difference
    was: FlagKind | None = None
    change: tuple[float, float] = (-1.0, 1.0)
    since: tuple[float, float] = (-1.0, 1.0)


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
        before: earlier waves; None when none can be compared.
        inside: of a theme: its items, and their differences in this wave, as far as they may be
            shown.
    """

    group: str
    measure: str
    n: int
    rest: int
    difference: Difference | Suppressed
    before: Before | None = None
    inside: tuple[tuple[str, Difference], ...] = ()


Families = Mapping[str, Sequence[Comparison]]
"""Comparisons by the name of their family."""


@dataclass(frozen=True)
class Flag:
    """A gap that is raised.

    Attributes:
        difference: the exact gap and limits of this wave, to be rounded outward before publishing.
        before: id of the earlier wave that the state rests on too; empty for *emerging*.
        items: of a theme whose gap is raised now: its items where it shows most, in their order.
    """

    group: str
    measure: str
    kind: FlagKind
    state: State
    difference: Difference
    before: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Findings:
    """What the comparisons of a wave raised.

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


def flag(shares: Mapping[Share, Families], k: int) -> Findings:
    """Raise the gaps of a wave that are more than chance: by q, and 5 points or more.

    Eligible is a comparison that may be shown with at least `k` people in the group and in the
    rest. Two-sided tests, Benjamini-Hochberg over the eligible of each family; negative gaps are
    concerns, positive ones strengths.

    Args:
        shares: families by the part of the rate that they divide equally, declared before results.
        k: people, the policy's smallest group.
    """
    flags: list[Flag] = []
    measured: list[tuple[str, str]] = []
    rates = family_rates({share: len(families) for share, families in shares.items()})
    for share, families in shares.items():
        for family in families.values():
            eligible = [one for one in family if _eligible(one, k)]
            measured += [(one.group, one.measure) for one in eligible]
            flags += _with_items(_raised(eligible, rates[share]), eligible, rates[share])
    return Findings(tuple(flags), len(measured), frozenset(measured))


def family_rates(families: Mapping[Share, int]) -> dict[Share, float]:
    """The false discovery rate of each family of a share.

    Args:
        families: share -> how many families it has, for the shares that a questionnaire declares.
    """
    return {
        share: min(FALSE_DISCOVERY_RATE, EMERGING * _part(share, families) / max(1, number))
        for share, number in families.items()
    }


def _part(share: Share, declared: Collection[Share]) -> float:
    """Of `EMERGING`, what the families of a share divide."""
    taken = sum(part for one, part in PARTS.items() if one in declared)
    return PARTS.get(share, 1 - taken)


def _eligible(one: Comparison, k: int) -> bool:
    return not isinstance(one.difference, Suppressed) and min(one.n, one.rest) >= k


def _raised(family: Sequence[Comparison], rate: float) -> list[Flag]:
    """The flags of one family's eligible comparisons, at its rate."""
    now = [one.difference for one in family if not isinstance(one.difference, Suppressed)]
    emerging = _small([one.p for one in now], rate)
    pooled = [at for at, one in enumerate(family) if one.before is not None]
    together = [one.before.pooled.p for one in family if one.before is not None]
    held = _small(together, rate * CONFIRMED)
    confirmed = {at for at, small in zip(pooled, held, strict=True) if small}
    flags = []
    for at, (one, difference) in enumerate(zip(family, now, strict=True)):
        found = _followed(one.before, difference, at in confirmed)
        if found is not None and one.before is not None:
            flags.append(Flag(one.group, one.measure, *found, difference, one.before.wave))
        elif emerging[at] and abs(difference.gap) >= LEAST_GAP - ROUNDING:
            kind: FlagKind = "concern" if difference.gap < 0 else "strength"
            flags.append(Flag(one.group, one.measure, kind, "emerging", difference))
    return flags


def _with_items(flags: list[Flag], family: Sequence[Comparison], rate: float) -> list[Flag]:
    """The flags of one family with the items in which each shows most.

    Selecting themes for their own gaps and then looking inside would find too much by chance: so
    items are tested at the family's rate times the part of its themes that was selected.

    Source: Benjamini and Bogomolov (2014).
    """
    inside = {(one.group, one.measure): one.inside for one in family}
    selected = sum(one.state not in PAST for one in flags)
    found = []
    for one in flags:
        items = inside[one.group, one.measure]
        if one.state in PAST or len(items) < MOST_OF_SOME:
            found.append(one)
            continue
        stands = rejected_inside([gap.p for _, gap in items], selected, len(family), rate)
        sign = -1 if one.kind == "concern" else 1
        named = tuple(
            item
            for (item, gap), sure in zip(items, stands, strict=True)
            if sure and sign * gap.gap >= LEAST_GAP - ROUNDING
        )
        found.append(replace(one, items=named))
    return found


def _small(p: Sequence[float], rate: float) -> list[bool]:
    """Which tests of a family stand out at a false discovery rate."""
    q = benjamini_hochberg(p)
    return [bool(one <= rate * (1 + 1e-12)) for one in q]


def _followed(
    before: Before | None, now: Difference, confirmed: bool
) -> tuple[FlagKind, State] | None:
    """What two waves say together; None where that is nothing.

    Args:
        before: earlier waves.
        now: this wave.
        confirmed: whether both together stand out in their family.
    """
    if before is None:
        return None
    for kind, sign in _MIRRORED:
        # Mirrored, so that a larger number is always more of what was found.
        gaps = [sign * one for one in (now.gap, before.gap)]
        together = sign * before.pooled.gap
        nearer = before.pooled.upper if sign < 0 else before.pooled.lower
        # What was wide and is clearly narrower now, under five points, is no gap of both waves.
        narrower = before.since[0] > 0 if sign < 0 else before.since[1] < 0
        closed = narrower and gaps[0] < LEAST_GAP - ROUNDING
        if (
            confirmed
            and not closed
            and min(gaps) >= LEAST_IN_EACH - ROUNDING
            and together >= LEAST_GAP - ROUNDING
        ):
            serious = sign * nearer >= LEAST_GAP - ROUNDING
            return kind, "serious" if serious else "confirmed"
    if before.was is None:
        return None
    sign = -1 if before.was == "concern" else 1
    gone = sign * now.gap < LEAST_IN_EACH - ROUNDING
    changed = before.change[0] > 0 if sign < 0 else before.change[1] < 0
    return before.was, "cleared" if gone and changed else "watched"


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


def _power_quantile(base: float, rest: float, first: float, second: float, level: float) -> float:
    """Normal quantile of the power to tell share `first` of `base` from `second` of `rest`."""
    pooled = (base * first + rest * second) / (base + rest)
    under_none = math.sqrt(pooled * (1 - pooled) * (1 / base + 1 / rest))
    under_gap = math.sqrt(first * (1 - first) / base + second * (1 - second) / rest)
    over = abs(first - second) - quantile(1 - level) * under_none
    if under_gap == 0:
        return math.inf if over > 0 else -math.inf
    return over / under_gap
