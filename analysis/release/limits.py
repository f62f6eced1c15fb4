"""The limits of percents and of gaps, from published figures alone.

A limit of exact figures would narrow the step that a percent stands in, open a band, and tell one
count from another. So every limit here is the widest that the published percents, gap and bases
allow, rounded outward: whoever reads a Release works it out again.

Source: Wilson (1927) for a percent; Newcombe (1998), method 10, for a gap. Both only rise with the
share that they are of, so the widest limits stand at the ends of what a percent can stand for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from analysis.release import known
from analysis.release.model import Release
from analysis.release.rows import Bound, ComparisonRow, EstimateRow
from analysis.statistics.intervals import wilson
from analysis.statistics.reliability import LEAST_RESPONDENTS, Alpha

Limits = tuple[int | None, int | None]
"""Lower and upper, in points."""

Ends = tuple[float, float]
"""The smallest and the largest share, in points."""

Said = tuple[str, str]
"""Kind and state of a finding."""

MOVED = 5
"""Points; the gap of a finding is moved out at most so far, so as not to deny its state."""

ANSWERED = 0.9
"""Part of the stated base of everybody else that is taken to have answered an item."""

STATED = (0.75, 0.5, 0.25)
"""Limits of alpha are those of this part of the force's answers: the largest that as many gave."""

_DUST = 1e-9


def with_limits(release: Release) -> Release:
    """A Release whose percents have the limits that follow."""
    rows = []
    for row in release.estimates:
        lower, upper = limits_of(release, row)
        rows.append(replace(row, lower=lower, upper=upper))
    return replace(release, estimates=tuple(rows))


def limits_of(release: Release, row: EstimateRow) -> Limits:
    """The 95 % limits of a percent positive: Wilson's, corrected for a published headcount.

    They are those of the fewest answers that can stand behind the percent, of the worth that is
    told of them: weighted ones count less, a theme's more.
    """
    if row.positive is None or row.base is None:
        return None, None
    answers, each = _answers(release, row), _worth(release, row.measure)
    n = max(1, math.floor(answers * each + _DUST))
    headcount = release.group_by_id[row.group].headcount
    population = None
    if headcount is not None:
        least = max(headcount, answers + release.manifest.policy["k"])
        population = math.floor(least * each + _DUST)
    low, high = known.edges_of(release, row, row.positive, row.positive_bound)
    below, above = low * n, high * n
    if population is not None:
        # Whole counts, outward, so that small populations can use the exact distribution.
        below, above = float(math.floor(below + _DUST)), float(math.ceil(above - _DUST))
    grain = known.grain_of(release, row.group, row.measure, row.base)
    return _outward(
        _wilson(below, n, population)[0], _wilson(above, n, population)[1], grain, (0, 100)
    )


def gap_limits(release: Release, row: ComparisonRow, said: Said | None) -> Limits:
    """The 95 % limits of a gap to everybody else: the widest that what is published allows.

    They do not deny what a finding says of the gap: that it is all on one side of 0.

    Args:
        release: what is published; of comparisons nothing but `row` is looked at.
        row: a comparison of a group with everybody else in `against`.
        said: what a finding says of it.
    """
    mine = release.estimate_by_key.get((row.group, row.measure))
    whole = release.estimate_by_key.get((row.against, row.measure))
    if row.gap is None or mine is None or whole is None or mine.positive is None:
        return None, None
    if mine.base is None or whole.base is None:
        return None, None
    n = _answers(release, mine) * _worth(release, row.measure)
    rest = _rest(release, row, mine, whole, moved=said is not None)
    own = known.edges_of(release, mine, mine.positive, mine.positive_bound)
    lower, upper = _outward(
        newcombe(own[0], n, rest.high, rest.n)[0],
        newcombe(own[1], n, rest.low, rest.n)[1],
        rest.grain,
        (-100, 100),
    )
    return _as_said(min(lower, row.gap), max(upper, row.gap), said)


def said_of(release: Release) -> Mapping[tuple[str, str, str], Said]:
    """(group, measure, against) -> what findings say of themes, and of the items they name."""
    return {
        (row.group, measure, row.against): (row.kind, row.state if at == 0 else "emerging")
        for row in release.concerns
        if row.kind != "level"
        for at, measure in enumerate((row.measure, *row.items))
    }


def stated_answers(base: int) -> tuple[int, ...]:
    """How many answers the limits of alpha may be of, most first; `base` is the force's."""
    found = (math.floor(part * base) for part in STATED)
    return tuple(n for n in found if n >= LEAST_RESPONDENTS)


def alpha_limits(alpha: float, n: int, items: int) -> tuple[float, float]:
    """Feldt's limits of an alpha of two decimals: of all that it may be rounded from."""
    low, high = (Alpha(one, one, one).at(n, items) for one in (alpha - 0.005, alpha + 0.005))
    upper = min(1.0, math.ceil(100 * high.upper - _DUST) / 100)
    return math.floor(100 * low.lower + _DUST) / 100, upper


@dataclass(frozen=True)
class _Rest:
    """What is told of everybody else: ends of their share, answers, and the step of the limits."""

    low: float
    high: float
    n: float
    grain: int


def _rest(
    release: Release, row: ComparisonRow, mine: EstimateRow, whole: EstimateRow, *, moved: bool
) -> _Rest:
    """What the gap tells of the share of everybody else.

    Args:
        release: what is published.
        row: the comparison.
        mine: the figure of the group.
        whole: the figure of all.
        moved: whether the gap may have been moved, so as not to deny a finding.
    """
    policy, gap = release.manifest.policy, row.gap or 0
    fewest = known.of_base(release, whole)[0]
    people = max(policy["k"], fewest - known.of_base(release, mine)[1])
    own = known.grain_of(release, row.group, row.measure, mine.base or 0)
    theirs = max(
        known.grain_of(release, one, row.measure, people) for one in (row.group, row.against)
    )
    grain, steps = max(own, theirs), [own, theirs]
    sensitive = release.measure_by_id[row.measure].sensitive
    coarse: int = max(policy["coarse_share_step"], grain)
    if sensitive:
        steps.append(coarse)
    # A gap of two percents in other steps than its own was rounded itself.
    slack = grain / 2 if any(step % grain for step in steps) else 0.0
    middle = (mine.positive or 0) - gap
    half = theirs / 2
    if sensitive and (slack or middle % coarse == 0):
        half = max(half, coarse / 2)
    if moved:
        half = max(half, own / 2) + 0.5
    edge = theirs if people > policy["fine_base"] else max(100 - policy["top_code"], theirs)
    if sensitive:
        edge = max(edge, theirs * math.ceil(100 * policy["min_numerator"] / people / theirs))
    low, high = middle - slack - half, middle + slack + half
    if middle - slack <= edge:
        low, high = 0, max(high, edge + half)
    if middle + slack >= 100 - edge:
        low, high = min(low, 100 - edge - half), 100
    if mine.positive_bound and abs(gap) <= max(slack, MOVED if moved else 0):
        # Anywhere inside the band of the group, too.
        low, high = _opened(low, high, mine.positive_bound)
    n = max(policy["k"], ANSWERED * people) * _worth(release, row.measure)
    return _Rest(max(0.0, low) / 100, min(100.0, high) / 100, n, grain)


def _opened(low: float, high: float, bound: Bound) -> Ends:
    return (0.0, high) if bound == "or_less" else (low, 100.0)


def _answers(release: Release, row: EstimateRow) -> float:
    """The fewest that can stand behind a figure."""
    k: int = release.manifest.policy["k"]
    return max(known.of_item(release, row.group, row.measure)[0], float(k))


def _worth(release: Release, measure: str) -> float:
    """How many single, equally weighted answers tell as much as what one person says."""
    return together(release, measure) * 100 / release.manifest.design_effect


def together(release: Release, measure: str) -> float:
    """How many single answers tell as much as one person's answers to a theme; 1 of an item.

    Of m statements with the alpha of the whole force, a mean over them has 1 / (m - (m - 1) alpha)
    of the variance of single answers as spread as its share allows. 1 where no alpha is published.
    """
    told = next((one for one in release.reliability if one.measure == measure), None)
    if told is None or told.alpha is None:
        return 1.0
    return max(1.0, told.item_count - (told.item_count - 1) * max(0.0, told.alpha))


def _outward(lower: float, upper: float, grain: int, ends: tuple[int, int]) -> tuple[int, int]:
    """Limits as whole steps, from shares."""
    least = grain * math.floor(100 * lower / grain + _DUST)
    most = grain * math.ceil(100 * upper / grain - _DUST)
    return max(ends[0], least), min(ends[1], most)


def _as_said(lower: int, upper: int, said: Said | None) -> tuple[int, int]:
    """Limits that do not deny that a finding stands out by itself; one gap lies inside already."""
    if said == ("concern", "emerging"):
        return lower, min(upper, 0)
    if said == ("strength", "emerging"):
        return max(lower, 0), upper
    return lower, upper


@lru_cache(maxsize=1 << 16)
def _wilson(count: float, n: float, population: int | None) -> tuple[float, float]:
    found = wilson(count, n) if population is None else wilson(count, n, population)
    return found.lower, found.upper


@lru_cache(maxsize=1 << 16)
def newcombe(mine: float, n: float, rest: float, m: float) -> tuple[float, float]:
    """Limits of the difference of two shares, from Wilson's of each."""
    (low, high), (rest_low, rest_high) = _wilson(mine * n, n, None), _wilson(rest * m, m, None)
    gap = mine - rest
    return (
        gap - math.hypot(mine - low, rest_high - rest),
        gap + math.hypot(high - mine, rest - rest_low),
    )
