"""Rounding and banding of every published number: the only place that turns a figure into a row.

A published share is one of the steps that the policy sets, and a share near 0 or 100 is shown as
"or less" or "or more". What is shown depends on nothing but the step that the figure falls in, so
two counts in one step cannot be told apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

from analysis.policy import DisclosurePolicy
from analysis.release.rows import Bound

Shown = tuple[int | None, Bound]
"""A percent and how to read it; (None, "") when there is nothing to show."""

Limits = tuple[int | None, int | None]
"""Lower and upper limit in percent."""

_DUST = 1e-9
"""Below this a difference from a step is floating-point error, not a figure."""


def nearest(value: float, step: int) -> int:
    """The multiple of `step` nearest to `value`; halves go up, so that equal input rounds equally.

    >>> nearest(12.5, 5), nearest(-7.5, 5)
    (15, -5)
    """
    return step * math.floor(value / step + 0.5 + _DUST)


@lru_cache
def coarser(policy: DisclosurePolicy, points: int) -> DisclosurePolicy:
    """The policy with steps of so many points or more, and bands at least as wide as a step."""
    return replace(
        policy,
        share_step=max(policy.share_step, points),
        coarse_share_step=max(policy.coarse_share_step, points),
        top_code=min(policy.top_code, 100 - points),
    )


def step(n: float, policy: DisclosurePolicy) -> int:
    """The step in points of a share with base `n`."""
    return policy.share_step if n >= policy.fine_base else policy.coarse_share_step


def band(n: float, policy: DisclosurePolicy, *, sensitive: bool = False) -> int:
    """The percent up to which a share with base `n` is shown as "or less".

    Below `fine_base` it is 100 less the policy's top code. From there on it is one step, which
    hides unanimity among its neighbours. For a sensitive item it reaches at least to
    `min_numerator` people. The same distance from 100 is shown as "or more".
    """
    grain = step(n, policy)
    width = 100 - policy.top_code if n < policy.fine_base else grain
    if sensitive:
        width = max(width, grain * math.ceil(100 * policy.min_numerator / n / grain - _DUST))
    return width


def share(positive: float, n: float, policy: DisclosurePolicy, sensitive: bool = False) -> Shown:
    """A share as published.

    Args:
        positive: answers (or sum of respondents' shares, or of weights) in the numerator.
        n: unweighted people in the denominator. For a weighted share pass `share * n`.
        policy: the wave's policy.
        sensitive: whether small numerators and their complements are banded.

    Returns:
        Percent and bound. (None, "") when nobody answered, or when the bands of a sensitive item
        would meet in the middle and so say nothing.

    Raises:
        ValueError: when `positive` is outside 0..n.

    >>> share(300, 400, DisclosurePolicy()), share(45, 48, DisclosurePolicy())
    ((75, ''), (90, 'or_more'))
    >>> share(1, 400, DisclosurePolicy(), sensitive=True)
    (2, 'or_less')
    """
    return _share(positive, n, *_grain(n, policy, sensitive))


def _grain(n: float, policy: DisclosurePolicy, sensitive: bool) -> tuple[int, int]:
    """The step of a share with base `n`, and the percent up to which it is banded."""
    return step(n, policy), 0 if n <= 0 else band(n, policy, sensitive=sensitive)


def _share(positive: float, n: float, grain: int, edge: int) -> Shown:
    if n <= 0:
        return None, ""
    if not -_DUST <= positive <= n * (1 + _DUST):
        raise ValueError(f"{positive} of {n} is not a share")
    if edge >= 50:
        return None, ""
    percent = nearest(100 * positive / n, grain)
    if percent <= edge:
        return edge, "or_less"
    if percent >= 100 - edge:
        return 100 - edge, "or_more"
    return percent, ""


def shares(
    counts: Sequence[float], n: float, policy: DisclosurePolicy, sensitive: bool = False
) -> tuple[Shown, ...]:
    """The shares of categories that together make up the whole, as published.

    Rounding each alone would let a reader take the others from 100 and look inside a band. So when
    a sensitive item has a banded category, every other one is shown in the coarse step; and where
    that still leaves fewer than `min_numerator` people in a band, the smallest other is not shown.

    Args:
        counts: answers per category; they add up to `n`.
        n: unweighted people in the denominator.
        policy: the wave's policy.
        sensitive: whether small numerators and their complements are banded.

    Returns:
        One pair per category, in order.
    """
    grain, edge = _grain(n, policy, sensitive)
    found = [_share(count, n, grain, edge) for count in counts]
    if not sensitive or all(bound == "" for _, bound in found):
        return tuple(found)
    found = [
        shown if shown[1] or shown[0] is None else _coarse(100 * count / n, policy, shown)
        for count, shown in zip(counts, found, strict=True)
    ]
    while _tells_small_numerator(found, n, policy):
        plain = [at for at, (percent, bound) in enumerate(found) if percent and not bound]
        found[min(plain, key=lambda at: (counts[at], at))] = (None, "")
    return tuple(found)


def _coarse(percent: float, policy: DisclosurePolicy, fallback: Shown) -> Shown:
    rounded = nearest(percent, policy.coarse_share_step)
    return (rounded, "") if 0 < rounded < 100 else fallback


def _tells_small_numerator(found: Sequence[Shown], n: float, policy: DisclosurePolicy) -> bool:
    """Whether the shares that are not banded leave too few people for those that are."""
    grain, edge = _grain(n, policy, sensitive=True)
    half, fine = policy.coarse_share_step / 2, grain / 2
    # What stands outside a band is coarser, and lies beyond the band.
    lows = [max(percent - half, edge + fine) for percent, bound in found if percent and not bound]
    plain = bool(lows)
    # A band begins where the share's own step does.
    lows += [percent - fine for percent, bound in found if percent and bound == "or_more"]
    least = sum(math.ceil(low / 100 * n - _DUST) for low in lows)
    return plain and n - least < policy.min_numerator


def share_limits(
    shown: Shown,
    n: float,
    policy: DisclosurePolicy,
    interval: Callable[[float], tuple[float, float]],
) -> Limits:
    """Limits of a share that tell nothing more than the published share does.

    The limits of the exact count would narrow the step down to single counts. So they are taken at
    both edges of the step, as anybody could from the published figures, and rounded outward.

    Args:
        shown: what `share` gave.
        n: unweighted people in the denominator.
        policy: the wave's policy.
        interval: a share in [0, 1] -> its lower and upper limit in [0, 1] at base `n`.

    Returns:
        Percents; (None, None) when the share is not shown.
    """
    percent, bound = shown
    if percent is None:
        return None, None
    half = step(n, policy) / 2
    low = 0.0 if bound == "or_less" else max(0.0, percent - half)
    high = 100.0 if bound == "or_more" else min(100.0, percent + half)
    return outward(interval(low / 100)[0], interval(high / 100)[1], n, policy)


def outward(lower: float, upper: float, n: float, policy: DisclosurePolicy) -> Limits:
    """Limits of a share (in [0, 1]) or gap (in [-1, 1]) in percent, moved out to the next step.

    >>> outward(0.412, 0.583, 60, DisclosurePolicy())
    (40, 60)
    """
    grain = step(n, policy)
    return (
        grain * math.floor(100 * lower / grain + _DUST),
        grain * math.ceil(100 * upper / grain - _DUST),
    )


def points(gap: float, n: float, policy: DisclosurePolicy) -> int:
    """A gap in [-1, 1] in points, in the step of the smaller of the two bases, `n`.

    Halves move away from zero, so that swapping the groups mirrors the gap.

    >>> points(-0.125, 60, DisclosurePolicy()), points(0.125, 60, DisclosurePolicy())
    (-15, 15)
    """
    return int(math.copysign(nearest(abs(100 * gap), step(n, policy)), gap))


def base(n: int, policy: DisclosurePolicy) -> int:
    """A base as published: rounded below `fine_base`, exact from there on.

    >>> base(12, DisclosurePolicy()), base(123, DisclosurePolicy())
    (10, 123)
    """
    return n if n >= policy.fine_base else nearest(n, policy.base_step)


def score(value: float, n: float, policy: DisclosurePolicy) -> float | None:
    """A theme score (0 to 100) as published; None where it says that nearly all answered alike."""
    edge = 100 - policy.top_code if n < policy.fine_base else 0.5
    if n <= 0 or not edge <= value <= 100 - edge:
        return None
    return round(value + _DUST, policy.score_decimals)


def rate(n: int, headcount: int | None, policy: DisclosurePolicy) -> int | None:
    """A response rate in percent as published, or None where it may not be shown.

    It is shown when the headcount is large enough and when those who answered and those who did
    not are both groups: otherwise rate and headcount give the few away.

    >>> rate(60, 100, DisclosurePolicy()), rate(95, 100, DisclosurePolicy())
    (60, None)
    """
    if headcount is None or headcount < policy.min_headcount:
        return None
    if n < policy.k or headcount - n < policy.k:
        return None
    return nearest(100 * n / headcount, policy.rate_step)
