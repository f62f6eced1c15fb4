"""How many people wrote of a theme, as it is published: force-wide, rounded, hidden when few.

A reader knows the rounded number of people who wrote and whatever themes are shown. Themes overlap,
and what fits none of them is never published, so no sum of shown themes says anything of a hidden
one: each hidden count may be anything from none up to the threshold.
"""

from __future__ import annotations

from analysis.disclosure.rounding import nearest
from analysis.policy import DisclosurePolicy
from analysis.release.rows import Bound

People = tuple[int | None, Bound]
"""A number of people and how to read it; (None, "") when it is not shown."""

NOT_SHOWN: People = (None, "")


def people(count: int, of: int, policy: DisclosurePolicy) -> People:
    """How many of `of` people did something, as published.

    Fewer than `k_comment` are not shown. All but so few are shown as a number "or more" that
    depends on nothing but the rounded whole. Where the whole is too small for both to be possible,
    nothing is shown.

    Args:
        count: exact people who did.
        of: exact people who could.
        policy: the wave's policy: `k_comment`, and `base_step` for the rounding.

    Raises:
        ValueError: when `count` is outside 0..`of`.

    >>> policy = DisclosurePolicy()
    >>> people(14, 200, policy), people(0, 200, policy), people(62, 200, policy)
    ((None, ''), (None, ''), (60, ''))
    >>> people(197, 200, policy), people(200, 200, policy)
    ((180, 'or_more'), (180, 'or_more'))
    """
    if not 0 <= count <= of:
        raise ValueError(f"{count} of {of} people")
    k, step = policy.k_comment, policy.base_step
    shown = nearest(count, step)
    if of < 2 * k or min(count, shown) < k:
        return NOT_SHOWN
    if of - count >= k:
        return shown, ""
    fewest = nearest(of, step) - step // 2 - k + 1
    least = fewest // step * step
    return (least, "or_more") if least >= k else NOT_SHOWN
