"""What two Releases of one wave say of the same group: the same, or of many more or fewer people.

Differences are people too: 204 answers after 200 are four late ones, and everything that moved
between the two Releases is what they answered. And two roundings of one share are an interval that
is narrower than either.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.disclosure.system import System
from analysis.errors import Unprotectable
from analysis.release.known import people
from analysis.release.model import Release
from analysis.release.rows import Bound

Reals = npt.NDArray[np.float64]
Span = tuple[float, float]

_DUST = 1e-9


@dataclass(frozen=True)
class Answers:
    """An earlier Release beside the new answers.

    Attributes:
        system: of all plans, with the new answers' bases.
        names: its group ids -> those of the system.
        position: the row of each group of the system.
    """

    system: System
    release: Release
    names: Mapping[str, str]
    position: Mapping[str, int]

    @cached_property
    def shown(self) -> dict[int, Span]:
        """The rows of the groups that it shows, and where their bases lie by what it says."""
        return {
            self.position[self.names[row.group]]: base_span(row.base, self.release.manifest.policy)
            for row in self.release.groups
            if row.base is not None
        }

    def changes(self, policy: Mapping[str, Any]) -> Iterator[tuple[str, float, float]]:
        """By how many people each group, or what is left of one, may have changed at least/most.

        Only where every group that it takes is shown: a name, the least and the most, signed.
        """
        groups = len(self.system.groups)
        low, high = np.full(groups, np.nan), np.full(groups, np.nan)
        for row, (least, most) in self.shown.items():
            new = base_span(rounded_base(int(self.system.bases[row]), policy), policy)
            low[row], high[row] = new[0] - most, new[1] - least
        names, combined = _sums(self.system)
        # Sparse products leave out what is not in a sum, so only what is in it can make it NaN.
        up, down = combined.maximum(0), -combined.minimum(0)
        up.eliminate_zeros()
        down.eliminate_zeros()
        least, most = up @ low - down @ high, up @ high - down @ low
        for at in np.flatnonzero(~np.isnan(least)).tolist():
            yield names[at], float(least[at]), float(most[at])

    @cached_property
    def same(self) -> frozenset[str]:
        """Its groups of which no reader can tell that other people answered."""
        return frozenset(
            row.group
            for row in self.release.groups
            if row.base is not None
            for low, high in [self.shown[self.position[self.names[row.group]]]]
            if low <= self.system.bases[self.position[self.names[row.group]]] <= high
        )


def expect_same_or_many(earlier: Sequence[Answers], policy: Any) -> None:
    """Refuse answers that differ from those of an earlier Release by a few people somewhere.

    Raises:
        Unprotectable: names the wave and the group.
    """
    values = policy.as_dict()
    for one in earlier:
        for name, low, high in one.changes(values):
            fewest = max(low, -high, 0.0)
            if 0 < fewest < policy.k:
                wave = one.release.manifest.wave
                raise Unprotectable(
                    f"Wave {wave} cannot be published again with these answers: they differ from "
                    f"those of its earlier Release by fewer than {policy.k} people in {name}, so "
                    "the two together would tell what those few answered. Publish the same "
                    "answers as before, or leave the earlier Release in force."
                )


def base_span(base: int | None, policy: Mapping[str, Any]) -> Span:
    """Where an exact base lies by its published one."""
    if base is None:
        return 0.0, float("inf")
    low, high = people(base, policy)
    return float(low), float(high)


def rounded_base(base: int, policy: Mapping[str, Any]) -> int:
    """An exact base as it would be published."""
    step = policy["base_step"]
    return base if base >= policy["fine_base"] else step * int(base / step + 0.5 + _DUST)


def expect_same_steps(
    release: Release, names: Mapping[str, str], draft: Release, answers: Answers
) -> None:
    """Refuse a figure that is neither as it was, nor a coarser or finer step around it.

    Args:
        release: the earlier one.
        names: its group ids -> those of `draft`, where that has them.
        draft: the new one.
        answers: the two beside each other.

    Raises:
        Unprotectable: names group and measure.
    """
    for row in release.estimates:
        now = draft.estimate_by_key.get((names[row.group], row.measure))
        if row.status != "shown" or now is None or now.status != "shown":
            continue
        before, after = (one.measure_by_id[row.measure] for one in (release, draft))
        if row.group not in answers.same or before.fingerprint != after.fingerprint:
            continue
        spans = zip(_spans(release, row), _spans(draft, now), strict=True)
        if any(narrowed(one, other) for one, other in spans):
            raise Unprotectable(
                f"{now.group} ({now.measure}) stands in the earlier Release of wave "
                f"{release.manifest.wave} in other steps, and both together would tell it more "
                "exactly than either: publish it again with the same disclosure policy, or with "
                "steps that are three times as wide."
            )


def _spans(release: Release, row: Any) -> list[Span | None]:
    """Where the figures of an estimate and its distribution lie; None where there is none."""
    policy = release.manifest.policy
    base = row.base or 0
    fine = base >= policy["fine_base"]
    answers = release.distribution_by_key.get((row.group, row.measure), ())
    percents = [
        *((getattr(row, of), getattr(row, f"{of}_bound")) for of in _READINGS),
        *((one.percent, one.bound) for one in answers),
    ]
    banded = release.measure_by_id[row.measure].sensitive and any(bound for _, bound in percents)
    step = policy["share_step" if fine and not banded else "coarse_share_step"]
    score = None
    if row.score is not None:
        half = 0.5 / 10 ** policy["score_decimals"]
        score = row.score - half, row.score + half
    group = release.group_by_id[row.group]
    people = people_span(group.base, group.headcount, group.response_rate, policy)
    return [base_span(row.base, policy), people, score, *(_percent(*one, step) for one in percents)]


def people_span(
    base: int | None, headcount: int | None, rate: int | None, policy: Mapping[str, Any]
) -> Span:
    """Where an exact base lies by the published one, and by a headcount and its rate in percent."""
    low, high = base_span(base, policy)
    if headcount is None or rate is None:
        return low, high
    fewest, most = base_span(headcount, policy)
    half = policy["rate_step"] / 2
    return (
        max(low, math.ceil(fewest * (rate - half) / 100 - _DUST)),
        min(high, math.floor(most * (rate + half) / 100 + _DUST)),
    )


_READINGS = ("positive", "neutral", "negative")


def _percent(percent: int | None, bound: Bound, step: int) -> Span | None:
    if percent is None:
        return None
    low, high = percent - step / 2, percent + step / 2
    return (0.0 if bound == "or_less" else low), (100.0 if bound == "or_more" else high)


def narrowed(one: Span | None, other: Span | None) -> bool:
    """Whether both together say more than the one that says more."""
    if one is None or other is None:
        return False
    low, high = max(one[0], other[0]), min(one[1], other[1])
    return not any(
        abs(low - span[0]) < _DUST and abs(high - span[1]) < _DUST for span in (one, other)
    )


def _sums(system: System) -> tuple[tuple[str, ...], sparse.csr_array]:
    """Groups, what lines leave of their parents, and rests: names, and rows over the groups."""
    groups = len(system.groups)
    entries = [
        (number, at, sign)
        for number, line in enumerate(system.lines)
        for at, sign in ((line.parent, 1.0), *((child, -1.0) for child in line.children))
    ]
    rows, columns, signs = zip(*entries, strict=True) if entries else ((), (), ())
    lines = sparse.csr_array((signs, (rows, columns)), shape=(len(system.lines), groups))
    names = (
        *(group.id for group in system.groups),
        *(f"{system.groups[line.parent].id} outside its parts" for line in system.lines),
        *system.derived.names,
    )
    stacked = sparse.vstack([sparse.eye_array(groups), lines, system.derived.combination])
    return names, sparse.csr_array(stacked)
