"""What published figures say: the fewest and the most people of a group, the step of a percent."""

from __future__ import annotations

import math
from collections.abc import Mapping

from analysis.audiences import ROUNDED_DOWN
from analysis.plan import FORCE
from analysis.release.model import Release
from analysis.release.rows import Bound, EstimateRow

ITEMS_OF_A_PAIR = 2

Interval = tuple[float, float | None]
"""The fewest and the most people, both whole; None where nothing is said of the most."""


def people(base: int, policy: Mapping[str, int]) -> tuple[int, int]:
    """The fewest and the most people that a published number of people can stand for.

    It is exact from `fine_base` and rounded to the nearest `base_step` below, halves upwards. What
    is rounded up to `fine_base` or beyond looks as if it were exact.
    """
    fine, step = policy["fine_base"], policy["base_step"]
    least = base - step // 2
    rounded = base < fine or (base % step == 0 and least < fine)
    most = base if base >= fine else min(base + (step - 1) // 2, fine - 1)
    return max(0, least) if rounded else base, most


def step_of_few(policy: Mapping[str, int]) -> int:
    """People; the step that the bases of what an answer decides are rounded down to."""
    return 2 * policy["base_step"]


def step_of_theme(policy: Mapping[str, int]) -> int:
    """People, k or more; the step that the own bases of themes are rounded down to."""
    return policy["base_step"] * -(-policy["k"] // policy["base_step"])


def is_rounded_down(release: Release, measure: str) -> bool:
    """Whether the own base of a measure is rounded down, however large it is."""
    return release.measure_by_id[measure].asked_of.endswith(ROUNDED_DOWN)


def is_at_least(release: Release, row: EstimateRow) -> bool:
    """Whether the base of an estimate is rounded down: at least so many answered."""
    if is_rounded_down(release, row.measure):
        return True
    is_theme = release.measure_by_id[row.measure].kind == "theme"
    return is_theme and row.base != release.group_by_id[row.group].base


def of_base(release: Release, row: EstimateRow) -> tuple[int, int]:
    """The fewest and the most people that the own base of an estimate can stand for."""
    policy, base = release.manifest.policy, row.base or 0
    if is_rounded_down(release, row.measure):
        return base, base + step_of_few(policy) - 1
    low, high = people(base, policy)
    if release.measure_by_id[row.measure].kind != "theme":
        return low, high
    if is_largest_item(release, row):
        # It follows from the items' bases, and says nothing more of the theme's own.
        whole = release.group_by_id[row.group].base
        return low, max(high, base if whole is None else people(whole, policy)[1])
    step, least = step_of_theme(policy), policy["k"]
    if low <= least <= high:  # The smallest stands for all from k on.
        return min(base, least), max(base, least) + step - 1
    return (base, base + step - 1) if base % step == 0 else (low, high)


def is_largest_item(release: Release, row: EstimateRow) -> bool:
    """Whether a theme of two items stands on the base of the one that most answered, as it does."""
    of = [one.measure for one in release.measures if one.theme == row.measure]
    bases = [item_base(release, row.group, one) or 0 for one in of]
    return len(of) == ITEMS_OF_A_PAIR and row.base == max(bases)


def of_group(release: Release, base: int | None) -> Interval:
    """What a published base says; nothing when it is hidden."""
    if base is None:
        return 0.0, None
    low, high = people(base, release.manifest.policy)
    return float(low), float(high)


def of_people(release: Release, group: str) -> Interval:
    """What is published of the people of a group: its base, and for the force what was received.

    Nobody is told how many answers were spoilt, so they are taken to be none unless the base says
    otherwise.
    """
    low, high = of_group(release, release.group_by_id[group].base)
    received = release.manifest.received
    if group != FORCE or received is None or not low <= received <= (high or received):
        return low, high
    return float(received), float(received)


def of_item(release: Release, group: str, measure: str) -> Interval:
    """What is known of an item's base: its own, or nearly all of the group, or at most all."""
    whole = release.group_by_id[group].base
    low, high = of_people(release, group)
    row = release.estimate_by_key.get((group, measure))
    if row is None or row.base is None:
        return 0.0, high
    if row.base == whole:
        # Nine tenths of the group; or three quarters, when fewer than k did not answer.
        k, fine = release.manifest.policy["k"], release.manifest.policy["fine_base"]
        nearly = max(math.ceil(0.75 * low), low - k + 1) if low < fine else low
        return float(min(math.ceil(0.9 * low), nearly)), high
    low, most = of_base(release, row)
    return float(low), float(most)


def item_base(release: Release, group: str, measure: str) -> int | None:
    """The base stated for an item or theme in a group; None when it is not shown there."""
    row = release.estimate_by_key.get((group, measure))
    return None if row is None else row.base


def has_own_bases(release: Release, measure: str) -> bool:
    """Whether a measure is stated on another base than some shown group's, or not at all."""
    return any(
        row.base is not None
        and (row.group, measure) in release.estimate_by_key
        and item_base(release, row.group, measure) != row.base
        for row in release.groups
    )


def step_of(release: Release, row: EstimateRow, percent: int | None = None) -> int:
    """The step in points in which a percent of an estimate may stand, `positive` unless given."""
    value = row.positive if percent is None else percent
    coarse: int = release.manifest.policy["coarse_share_step"]
    # Beside a band of a sensitive item the others are coarse, whatever the base.
    beside = release.measure_by_id[row.measure].sensitive and (value or 0) % coarse == 0
    grain = grain_of(release, row.group, row.measure, row.base or 0)
    return max(grain, coarse if beside else 0)


def edges_of(release: Release, row: EstimateRow, percent: int, bound: Bound) -> tuple[float, float]:
    """The smallest and largest share that a published percent of an estimate can stand for."""
    half = step_of(release, row, percent) / 2
    low = 0.0 if bound == "or_less" else max(0.0, percent - half)
    high = 100.0 if bound == "or_more" else min(100.0, percent + half)
    return low / 100, high / 100


def grain_of(release: Release, group: str, measure: str, base: int) -> int:
    """The step in points by the base alone, in which limits are moved outward.

    A base of `fine_base` may be a smaller one, rounded.
    """
    policy = release.manifest.policy
    own = policy["share_step" if base > policy["fine_base"] else "coarse_share_step"]
    return max(int(own), release.coarser_by_key.get((group, measure), 0))
