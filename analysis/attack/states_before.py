"""What the state of a finding says of the waves that it rests on: inequalities on their gaps.

*Confirmed* and *serious* say that the gap of the earlier wave was 2.5 points or more, and that of
both together 5 or more and wide enough to stand out; *cleared*, that the gap of the wave that
confirmed it was wider than this one by more than chance. *Watched* says that one of several things
does not hold, without saying which, so nobody can write it down. Every reading is the one that is
sure, whatever figures are behind the published ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scipy.special import ndtri

from analysis.attack.answers import Told, attack_answers
from analysis.attack.breaches import Breach
from analysis.attack.grid import of_wave
from analysis.attack.lineage import stood_for
from analysis.attack.states import Interval, alike, edges, said_of_theme
from analysis.plan import FORCE, TablePlan
from analysis.release import known
from analysis.release.families import judged
from analysis.release.model import Release
from analysis.release.rows import ConcernRow
from analysis.statistics.concerns import (
    CONFIRMED,
    FOLLOWED,
    LEAST_GAP,
    LEAST_IN_EACH,
    SAME_PEOPLE,
)

_LIMITS = 0.05
"""Two-sided level of the limits of a gap."""


def attack_earlier(
    release: Release, earlier: Sequence[Release], plan: TablePlan | None = None
) -> Iterator[Breach]:
    """Small groups of earlier waves of whom a state tells how nearly all, or nobody, answered.

    Args:
        release: whose states are read.
        earlier: Releases of the same questionnaire.
        plan: as for `audit`.
    """
    before = {one.manifest.wave: one for one in earlier}
    told: dict[tuple[str, str], list[tuple[ConcernRow, Told]]] = {}
    for row in release.concerns:
        said = said_of(release, before, row)
        if said is not None:
            then, item, limits = said
            groups = stood_for(release, row.group, then)
            told.setdefault((then.manifest.wave, item), []).append((row, (groups, limits)))
    for (wave, item), rows in told.items():
        # All states at once, as a reader has them; then which of them does it.
        words = _fallen(before[wave], plan, item, [one for _, one in rows])
        if not words:
            continue
        alone = [row for row, one in rows if _fallen(before[wave], plan, item, [one])]
        for row in alone or [row for row, _ in rows]:
            said_there = f"{row.state} of {row.measure} in {row.group} tells of {wave}: {words[0]}"
            yield Breach("state", row.group, said_there, row.measure)


def attack_states(release: Release, plan: TablePlan | None = None) -> Iterator[Breach]:
    """Small groups of this wave of whom states tell how nearly all, or nobody, answered a theme.

    Of themes of several items; what they say of an item that is all of its theme is read with it.

    Args:
        release: whose states are read.
        plan: as for `audit`.
    """
    items = [one.theme for one in release.measures]
    for theme in dict.fromkeys(row.measure for row in release.concerns):
        told = [
            (group, limits)
            for group, limits in said_of_theme(release, theme).items()
            if _cuts(edges(release, release.estimate_by_key[group, theme]), limits)
        ]
        if items.count(theme) == 1 or not told:
            continue
        words = _fallen(release, plan, theme, [((group,), limits) for group, limits in told])
        if not words:
            continue
        alone = [
            (group, limits)
            for group, limits in told
            if _fallen(release, plan, theme, [((group,), limits)])
        ]
        for group, _ in alone or told:
            yield Breach("state", group, f"the state of {theme} in {group}: {words[0]}", theme)


def _cuts(published: Interval, said: Interval) -> bool:
    """Whether a state says more than the published percent."""
    return said[0] > published[0] or said[1] < published[1]


def _fallen(then: Release, plan: TablePlan | None, item: str, told: Sequence[Told]) -> list[str]:
    """What falls of an item in a wave beside what is told of it, and does not fall without."""
    plan = of_wave(then, plan)
    fell = {one.words for one in attack_answers(then, plan, said={item: told})}
    if fell:
        fell -= {one.words for one in attack_answers(then, plan, said={item: ()})}
    return sorted(fell)


def said_of(
    release: Release, before: dict[str, Release], row: ConcernRow
) -> tuple[Release, str, Interval] | None:
    """The earlier wave that a state tells of, the theme or the item that is all of it, its share.

    Args:
        release: whose state it is.
        before: earlier Releases by their wave.
        row: the finding.

    Returns:
        None where it tells nothing that is sure.
    """
    then = _confirmed_in(release, before, row) if row.state == "cleared" else before.get(row.before)
    if then is None or row.against != FORCE:
        return None
    items = [one for one in then.measures if one.theme == row.measure]
    parts = stood_for(release, row.group, then)
    alone = len(items) == 1
    if alone and not all(alike(then, one, items[0]) for one in (*parts, FORCE)):
        return None
    of = [(release, (row.group,)), (then, parts)]
    sides = [_side(one, groups, row.measure, alone) for one, groups in of]
    now, once = sides
    if now is None or once is None:
        return None
    sign = -1 if row.kind == "concern" else 1
    if row.state in ("confirmed", "serious"):
        least = _least_then(now, once, sign, _together(release, row, now, once))
    elif row.state == "cleared":
        least = now.gap(sign)[0] + math.hypot(now.chance(_LIMITS), once.chance(_LIMITS))
    else:
        return None
    gap = least * (1 - once.part[1])
    low, high = once.whole
    measure = items[0].measure if alone else row.measure
    return then, measure, (0.0, high - gap) if sign < 0 else (low + gap, 1.0)


def _confirmed_in(release: Release, before: dict[str, Release], row: ConcernRow) -> Release | None:
    """The wave that confirmed last what is cleared now, by the states of the waves between."""
    closed = release.manifest.closed
    older = [one for one in before.values() if one.manifest.closed < closed]
    for one in sorted(older, key=lambda one: one.manifest.closed, reverse=True):
        found = [it for it in one.concerns if (it.group, it.measure) == (row.group, row.measure)]
        state = found[0].state if found else ""
        if state not in FOLLOWED:
            return None
        if state != "watched":
            return one
    return None


@dataclass(frozen=True)
class _Side:
    """A group, the whole, and what is left of it, in one wave: shares, and people.

    Attributes:
        part: what part of the whole the group is.
        alone: whether people answer one item, and so wholly or not at all.
    """

    mine: Interval
    whole: Interval
    people: Interval
    everybody: Interval
    part: Interval
    alone: bool

    @property
    def rest(self) -> Interval:
        """The share of the rest."""
        ends = [
            whole + part / (1 - part) * (whole - mine)
            for whole in self.whole
            for mine in self.mine
            for part in self.part
        ]
        return max(0.0, min(ends)), min(1.0, max(ends))

    @property
    def others(self) -> Interval:
        """People of the rest."""
        return self.everybody[0] - self.people[1], self.everybody[1] - self.people[0]

    def gap(self, sign: int) -> Interval:
        """The gap to the rest, in the direction of a finding."""
        ends = [
            sign * (mine - whole) / (1 - part)
            for whole in self.whole
            for mine in self.mine
            for part in self.part
        ]
        return min(ends), max(ends)

    def chance(self, level: float) -> float:
        """The narrowest that a gap may be uncertain by, at a two-sided level."""
        if not self.alone:
            return 0.0  # Everybody's share of several items may be the same.
        spread = _spread(self.mine) / self.people[1] + _spread(self.rest) / self.others[1]
        return float(-ndtri(level / 2)) * math.sqrt(spread)


def _spread(share: Interval) -> float:
    """The smallest variance of an answer that so many give."""
    return max(0.0, min(one * (1 - one) for one in share))


def _side(release: Release, groups: Sequence[str], theme: str, alone: bool) -> _Side | None:
    rows = [release.estimate_by_key.get((group, theme)) for group in (*groups, FORCE)]
    shown = [row for row in rows if row is not None and row.base is not None]
    if len(shown) < len(rows):
        return None
    counts = [known.of_item(release, row.group, theme) for row in shown]
    if any(most is None for _, most in counts):
        return None
    *mine, everybody = [(low, float(high or 0)) for low, high in counts]
    *shares, whole = [edges(release, row) for row in shown]
    people = sum(low for low, _ in mine), sum(high for _, high in mine)
    if everybody[0] <= people[1] or not people[0]:
        return None
    return _Side(
        (min(low for low, _ in shares), max(high for _, high in shares)),
        *(whole, people, everybody),
        (people[0] / everybody[1], people[1] / everybody[0]),
        alone,
    )


def _together(release: Release, row: ConcernRow, now: _Side, once: _Side) -> float:
    """The least gap of both waves together."""
    if not now.alone:
        return LEAST_GAP
    family = judged(release)[row.group]
    both = [
        (min(one[0], other[0]), max(one[1], other[1]))
        for one, other in ((now.mine, once.mine), (now.rest, once.rest))
    ]
    people, others = now.people[1] + once.people[1], now.others[1] + once.others[1]
    error = math.sqrt(SAME_PEOPLE * (_spread(both[0]) / people + _spread(both[1]) / others))
    stands_out = float(-ndtri(family.rate * CONFIRMED / 2)) * error
    beyond = LEAST_GAP + float(-ndtri(_LIMITS / 2)) * error if row.state == "serious" else 0.0
    return max(LEAST_GAP, stands_out, beyond)


def _least_then(now: _Side, once: _Side, sign: int, together: float) -> float:
    """The least gap of the earlier wave, of which both waves together have so much.

    What both have together is a mean of the two gaps, by how many of the group answered in each,
    and what the rests differ by as far as they weigh otherwise.
    """
    mine, others = _weight(once.people, now.people), _weight(once.others, now.others)
    uneven = max(abs(mine[1] - others[0]), abs(others[1] - mine[0]))
    apart = max(abs(once.rest[1] - now.rest[0]), abs(now.rest[1] - once.rest[0]))
    wide = now.gap(sign)[1]
    found = [(together - (1 - one) * wide - uneven * apart) / one for one in mine]
    return max(LEAST_IN_EACH, min(found))


def _weight(one: Interval, other: Interval) -> Interval:
    """What part the first of two numbers is of both."""
    return one[0] / (one[0] + other[1]), one[1] / (one[1] + other[0])
