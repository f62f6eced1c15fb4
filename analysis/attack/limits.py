"""Limits that say more than the figures they are of: they open bands and cut steps.

A limit made of exact counts narrows a percent down inside its step, tells a band's nobody from
few, and one count from another. What limits may be follows from percents, gaps and bases; it is
worked out here on its own, and whatever differs is reported.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scipy.special import ndtri

from analysis.attack.breaches import Breach
from analysis.attack.steps import Steps, steps, steps_of
from analysis.attack.told import surely
from analysis.release.known import of_base, of_item
from analysis.release.model import Release
from analysis.release.rows import ComparisonRow, EstimateRow
from analysis.release.sides import is_side
from analysis.statistics.intervals import SMALL_POPULATION, hypergeometric

Ends = tuple[float, float]

_Z = float(ndtri(0.975))
_EVERYBODY_ELSE = 0.9
_MOVED_TO = 5
_NEARLY = 1e-9


def attack_limits(release: Release) -> Iterator[Breach]:
    """Limits of percents and of gaps that are not those that the published figures give."""
    for row in release.estimates:
        if row.positive is None or row.base is None:
            continue
        if (row.lower, row.upper) != _of_percent(release, row, row.positive, row.base):
            yield _breach("", row.group, row.measure)
    states = {
        (row.group, measure, row.against): "emerging" if measure in row.items else row.state
        for row in release.concerns
        if row.kind != "level"
        for measure in (row.measure, *row.items)
    }
    for one in release.comparisons:
        if one.gap is None or is_side(release, one):
            continue
        if (one.lower, one.upper) != _of_gap(release, one, one.gap, states):
            yield _breach(f" against {one.against}", one.group, one.measure)
    yield from _copied(release)


def _copied(release: Release) -> Iterator[Breach]:
    """Findings and trends say the same again, and no more."""
    for row in release.concerns:
        beside = release.comparison_by_key.get((row.group, row.measure, row.against))
        if row.kind != "level" and (
            beside is None or (row.lower, row.upper) != (beside.lower, beside.upper)
        ):
            yield _breach(" in a finding", row.group, row.measure)
    for point in release.trends:
        own = release.estimate_by_key.get((point.group, point.measure))
        if point.wave != release.manifest.wave or point.status != "shown":
            continue
        if own is None or (point.lower, point.upper) != (own.lower, own.upper):
            yield _breach(" in a trend", point.group, point.measure)


def _breach(where: str, group: str, measure: str) -> Breach:
    words = (
        f"{measure} in {group}{where}: its limits are not those of the published figures, and so "
        "tell of exact ones"
    )
    return Breach("limits", group, words)


def _of_percent(release: Release, row: EstimateRow, percent: int, base: int) -> tuple[int, int]:
    grain = steps(release, row.group, row.measure, surely(release, base))
    low, high = _between(percent, row.positive_bound, grain, _mixed(release, row.measure))
    k, each = release.manifest.policy["k"], _worth(release, row.measure)
    answers = max(k, of_item(release, row.group, row.measure)[0])
    n = max(1, math.floor(answers * each + _NEARLY))
    headcount = release.group_by_id[row.group].headcount
    if headcount is None:
        lower, upper = _wilson(low * n, n, n)[0], _wilson(high * n, n, n)[1]
    else:
        people = math.floor(max(headcount, answers + k) * each + _NEARLY)
        below, above = math.floor(low * n + _NEARLY), math.ceil(high * n - _NEARLY)
        if people < SMALL_POPULATION:
            lower = hypergeometric(below, n, people).lower
            upper = hypergeometric(above, n, people).upper
        else:
            worth = n * (people - 1) / (people - n)
            lower, upper = _wilson(below, n, worth)[0], _wilson(above, n, worth)[1]
    least, most = _whole(lower, upper, grain.step)
    return max(0, least), min(100, most)


def _of_gap(
    release: Release,
    row: ComparisonRow,
    gap: int,
    states: Mapping[tuple[str, str, str], str],
) -> tuple[int | None, int | None]:
    mine = release.estimate_by_key.get((row.group, row.measure))
    whole = release.estimate_by_key.get((row.against, row.measure))
    if mine is None or whole is None:
        return None, None
    if mine.positive is None or mine.base is None or whole.base is None:
        return None, None
    state = states.get((row.group, row.measure, row.against), "")
    own = steps(release, row.group, row.measure, surely(release, mine.base))
    k = release.manifest.policy["k"]
    people = max(
        k,
        of_base(release, whole)[0] - of_base(release, mine)[1],
    )
    rest = _Rest(
        steps_of(release, (row.group, row.against), row.measure, surely(release, people)),
        own.step,
        people,
        _mixed(release, row.measure),
        release.manifest.policy["min_numerator"],
        moved=state != "",
    )
    low, high = _between(mine.positive, mine.positive_bound, own, _mixed(release, row.measure))
    rest_low, rest_high = rest.share(mine, gap)
    each = _worth(release, row.measure)
    n = max(k, of_item(release, row.group, row.measure)[0]) * each
    m = max(k, _EVERYBODY_ELSE * people) * each
    lower = low - rest_high - _reach((low, n), (rest_high, m))
    upper = high - rest_low + _reach((rest_low, m), (high, n))
    least, most = _whole(lower, upper, max(own.step, rest.grain.step))
    least, most = min(max(-100, least), gap), max(min(100, most), gap)
    if state == "emerging":
        return (least, min(most, 0)) if gap < 0 else (max(least, 0), most)
    return least, most


@dataclass(frozen=True)
class _Rest:
    """What the steps are in which a gap tells of everybody else.

    Attributes:
        grain: of so many people.
        own: the step of the group itself.
        mixed: whether percents can stand in the coarse step too.
        few: people that a band of such hides.
        moved: whether a finding may have moved the gap.
    """

    grain: Steps
    own: int
    people: int
    mixed: bool
    few: int
    moved: bool

    def share(self, mine: EstimateRow, gap: int) -> Ends:
        """The smallest and largest share of everybody else, in [0, 1]."""
        step, wide = self.grain.step, max(self.own, self.grain.step)
        every = {step, self.own} | ({self.grain.coarse} if self.mixed else set())
        off = wide / 2 if any(one % wide for one in every) else 0.0
        at = (mine.positive or 0) - gap
        half = step / 2
        if self.mixed and (off > 0 or at % self.grain.coarse == 0):
            half = max(half, self.grain.coarse / 2)
        if self.moved:
            half = max(half, self.own / 2) + 0.5
        edge = max(step, self.grain.edge)
        if self.mixed:
            edge = max(edge, step * math.ceil(100 * self.few / self.people / step))
        ends = [at - off - half, at + off + half]
        if at - off <= edge:
            ends = [0.0, max(ends[1], edge + half)]
        if at + off >= 100 - edge:
            ends = [min(ends[0], 100 - edge - half), 100.0]
        if mine.positive_bound and abs(gap) <= max(off, _MOVED_TO * self.moved):
            ends = [0.0, ends[1]] if mine.positive_bound == "or_less" else [ends[0], 100.0]
        return max(0.0, ends[0]) / 100, min(100.0, ends[1]) / 100


def _mixed(release: Release, measure: str) -> bool:
    return release.measure_by_id[measure].sensitive


def _between(percent: int, bound: str, grain: Steps, mixed: bool) -> Ends:
    beside = mixed and percent % grain.coarse == 0
    half = (max(grain.step, grain.coarse) if beside else grain.step) / 2
    low = 0.0 if bound == "or_less" else max(0.0, percent - half)
    high = 100.0 if bound == "or_more" else min(100.0, percent + half)
    return low / 100, high / 100


def _worth(release: Release, measure: str) -> float:
    """What one person says, in single answers of equal weight: by alpha and the design effect."""
    alone = 100 / release.manifest.design_effect
    for told in release.reliability:
        if told.measure == measure and told.alpha is not None:
            shared = max(0.0, told.alpha) * (told.item_count - 1)
            return max(1.0, told.item_count - shared) * alone
    return alone


def _reach(falls: tuple[float, float], rises: tuple[float, float]) -> float:
    """How far a gap may be off: one share from its upper limit, the other from its lower one."""
    (one, n), (other, m) = falls, rises
    return math.hypot(one - _wilson(one * n, n, n)[0], _wilson(other * m, m, m)[1] - other)


def _wilson(positive: float, n: float, worth: float) -> Ends:
    """Score limits of `positive` of `n` answers that are worth so many of an endless population."""
    share, squared = positive / n, _Z * _Z
    middle = (positive * worth / n + squared / 2) / (worth + squared)
    half = _Z * math.sqrt(share * (1 - share) * worth + squared / 4) / (worth + squared)
    return max(0.0, middle - half), min(1.0, middle + half)


def _whole(lower: float, upper: float, step: int) -> tuple[int, int]:
    least = math.floor(100 * lower / step + _NEARLY)
    return step * least, step * math.ceil(100 * upper / step - _NEARLY)
