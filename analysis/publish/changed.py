"""What two Releases of one wave say of the same group: the same, or of many more or fewer people.

Differences are people too: 204 answers after 200 are four late ones, and everything that moved
between the two Releases is what they answered. And two roundings of one share are an interval that
is narrower than either.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.disclosure.system import System
from analysis.errors import Unprotectable
from analysis.polarity import is_turned
from analysis.release.known import of_base, people
from analysis.release.model import Release
from analysis.release.rows import Bound, EstimateRow

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
        names, combined = _sums(self.system, self.shown)
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

    @property
    def moved(self) -> bool:
        """Whether other people answered, by the base of a group that it shows."""
        return any(
            not low <= self.system.bases[row] <= high for row, (low, high) in self.shown.items()
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
        if row.group not in answers.same:
            continue
        stands = (
            f"{now.group} ({now.measure}) stands in the earlier Release of wave "
            f"{release.manifest.wave} in other steps, and both together would tell it more "
            "exactly than either: publish it again with the same disclosure policy"
        )
        read = _read(release, draft, row.measure)
        if read == "otherwise":
            if _steps(release, row) != _steps(draft, now):
                raise Unprotectable(f"{stands}.")
        elif _tells_more(release, row, draft, now, mirrored=read == "mirrored"):
            raise Unprotectable(f"{stands}, or with steps that are three times as wide.")


def _read(
    release: Release, draft: Release, measure: str
) -> Literal["as before", "mirrored", "otherwise"]:
    """How a measure of the same answers is read now: positive for negative where it was turned."""
    before, after = (one.measure_by_id[measure] for one in (release, draft))
    if before.fingerprint == after.fingerprint:
        return "as before"
    if before.kind == "item":
        return "mirrored" if is_turned(before.fingerprint, after.fingerprint) else "otherwise"
    items, now = (
        {row.measure: row.fingerprint for row in one.measures if row.theme == measure}
        for one in (release, draft)
    )
    turned = items.keys() == now.keys() and all(is_turned(items[one], now[one]) for one in items)
    return "mirrored" if turned and before.index == after.index else "otherwise"


def _tells_more(
    release: Release, row: EstimateRow, draft: Release, now: EstimateRow, *, mirrored: bool
) -> bool:
    """Whether two estimates of the same answers say more together, in whichever step they stand."""
    fits = False
    decimals = {one.manifest.policy["score_decimals"] for one in (release, draft)}
    # A mirrored score in the same decimals is another one only where both are an exact half, which
    # is rounded up from either side.
    scored = not mirrored or len(decimals) > 1
    for step, other in product(_steps(release, row), _steps(draft, now)):
        before, after = _spans(release, row, step), _spans(draft, now, other, mirrored=mirrored)
        pairs = enumerate(zip(before, after, strict=True))
        spans = [both for at, both in pairs if scored or at != _SCORE]
        # Steps in which the two contradict each other are not those in which they stand.
        if any(_apart(*both) for both in spans):
            continue
        fits = True
        if any(narrowed(*both) for both in spans):
            return True
    return not fits


def _steps(release: Release, row: EstimateRow) -> tuple[int, ...]:
    """The steps in which the percents of an estimate may stand."""
    policy = release.manifest.policy
    coarser = release.coarser_by_key.get((row.group, row.measure), 0)
    own, base = [policy["share_step"], policy["coarse_share_step"]], row.base or 0
    answers = release.distribution_by_key.get((row.group, row.measure), ())
    bounds = [*(getattr(row, f"{of}_bound") for of in _READINGS), *(one.bound for one in answers)]
    if base < policy["fine_base"] or (release.measure_by_id[row.measure].sensitive and any(bounds)):
        own = own[1:]
    elif people(base, policy)[0] >= policy["fine_base"]:
        own = own[:1]
    return tuple(max(step, coarser) for step in own)


def _spans(
    release: Release, row: EstimateRow, step: int, *, mirrored: bool = False
) -> list[Span | None]:
    """Where the figures of an estimate and its distribution lie; None where there is none."""
    policy = release.manifest.policy
    answers = release.distribution_by_key.get((row.group, row.measure), ())
    percents = [
        *(
            (getattr(row, of), getattr(row, f"{of}_bound"))
            for of in (_READINGS[::-1] if mirrored else _READINGS)
        ),
        *((one.percent, one.bound) for one in answers),
    ]
    score = None
    if row.score is not None:
        middle = 100 - row.score if mirrored else row.score
        half = 0.5 / 10 ** policy["score_decimals"]
        score = middle - half, middle + half
    group = release.group_by_id[row.group]
    whole = people_span(group.base, group.headcount, group.response_rate, policy)
    base = base_span(row.base, policy)
    if row.base is not None and row.base != group.base:
        low, high = of_base(release, row)
        base = float(low), float(high)
    return [base, whole, score, *(_percent(*one, step) for one in percents)]


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


_SCORE = 2
"""Where the score stands among the spans of an estimate."""

_READINGS = ("positive", "neutral", "negative")


def _percent(percent: int | None, bound: Bound, step: int) -> Span | None:
    if percent is None:
        return None
    low, high = percent - step / 2, percent + step / 2
    return (0.0 if bound == "or_less" else low), (100.0 if bound == "or_more" else high)


def _apart(one: Span | None, other: Span | None) -> bool:
    if one is None or other is None:
        return False
    return max(one[0], other[0]) > min(one[1], other[1]) + _DUST


def narrowed(one: Span | None, other: Span | None) -> bool:
    """Whether both together say more than the one that says more."""
    if one is None or other is None:
        return False
    low, high = max(one[0], other[0]), min(one[1], other[1])
    return not any(
        abs(low - span[0]) < _DUST and abs(high - span[1]) < _DUST for span in (one, other)
    )


def _sums(system: System, shown: Collection[int]) -> tuple[tuple[str, ...], sparse.csr_array]:
    """Groups, what lines leave of their parents, and rests: names, and rows over the groups.

    Of a line of which parts are not shown it is what those leave that are.
    """
    groups = len(system.groups)
    entries = [
        (number, at, sign)
        for number, line in enumerate(system.lines)
        for at, sign in (
            (line.parent, 1.0),
            *((child, -1.0) for child in line.children if child in shown),
        )
    ]
    rows, columns, signs = zip(*entries, strict=True) if entries else ((), (), ())
    lines = sparse.csr_array((signs, (rows, columns)), shape=(len(system.lines), groups))
    names = (
        *(group.id for group in system.groups),
        *(
            f"{system.groups[line.parent].id} {of}"
            for line in system.lines
            for all_shown in [set(line.children) <= set(shown)]
            for of in ["outside its parts" if all_shown else "without its shown parts"]
        ),
        *system.derived.names,
    )
    stacked = sparse.vstack([sparse.eye_array(groups), lines, system.derived.combination])
    return names, sparse.csr_array(stacked)
