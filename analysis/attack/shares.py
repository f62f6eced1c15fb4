"""The auditor's look at percents: from rounded shares back to people."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from analysis.attack.breaches import Breach
from analysis.attack.indices import attack_indices
from analysis.attack.nested import attack_nested
from analysis.attack.opened import attack_opened
from analysis.attack.steps import Steps, steps
from analysis.attack.together import attack_together
from analysis.cores import on_every_core
from analysis.release.known import people
from analysis.release.model import Release
from analysis.release.rows import Bound

MANY_ESTIMATES = 50_000
"""From so many on they are worth a copy of the process."""

GROUPS = 400
"""So many are looked at in one piece."""

Look = Callable[[], Iterator[Breach]]

Share = tuple[str, int | None, Bound]
"""What it is the share of, percent, bound."""


@dataclass(frozen=True)
class _Shares:
    """The published shares of one measure in one group, which together make at most the whole.

    Attributes:
        least, most: how many people the shares can be of.
        grain: the steps at this base.
    """

    group: str
    measure: str
    shares: Sequence[Share]
    least: int
    most: int
    grain: Steps

    def people(self, share: Share) -> tuple[int, int]:
        """How many people can be behind a share, from its own figure alone."""
        _, percent, bound = share
        if percent is None:
            return 0, self.most
        low = 0.0 if bound == "or_less" else percent - self.grain.step / 2
        high = 100.0 if bound == "or_more" else percent + self.grain.step / 2
        fewest = math.ceil(low * self.least / 100 - 1e-9)
        most = math.floor(high * self.most / 100 + 1e-9)
        return max(0, fewest), min(self.most, most)


def attack_shares(release: Release) -> Iterator[Breach]:
    """Percents that are too fine, tell unanimity, few of a sensitive item, or another item."""
    many = len(release.group_by_id) if len(release.estimates) >= MANY_ESTIMATES else 0
    for found in on_every_core(lambda look: list(look()), looks(release), groups=many):
        yield from found


def looks(release: Release) -> list[Look]:
    """`attack_shares` in pieces, in their order."""
    groups = list(release.group_by_id)
    return [
        partial(_coded, release),
        partial(attack_together, release),
        partial(attack_opened, release),
        partial(attack_nested, release),
        *(
            partial(attack_indices, release, groups[at : at + GROUPS])
            for at in range(0, len(groups), GROUPS)
        ),
    ]


def _coded(release: Release) -> Iterator[Breach]:
    for found in _published(release):
        yield from _too_fine(found)
        measure = release.measure_by_id[found.measure]
        if measure.kind == "theme":
            continue
        yield from _unanimous(found)
        if measure.sensitive:
            yield from _few(found, release.manifest.policy["min_numerator"])


def _published(release: Release) -> Iterator[_Shares]:
    policy = release.manifest.policy
    for key, row in release.estimate_by_key.items():
        if row.base is None:
            continue
        grain = steps(release, *key, row.base)
        least, most = people(row.base, policy)
        readings: tuple[Share, ...] = (
            ("positive", row.positive, row.positive_bound),
            ("neutral", row.neutral, row.neutral_bound),
            ("negative", row.negative, row.negative_bound),
        )
        categories: tuple[Share, ...] = tuple(
            (one.category, one.percent, one.bound)
            for one in release.distribution_by_key.get(key, ())
        )
        for shares in (readings, categories):
            yield _Shares(*key, shares, least, most, grain)


def _too_fine(found: _Shares) -> Iterator[Breach]:
    edge = found.grain.edge
    for name, percent, bound in found.shares:
        if percent is None:
            continue
        coded = edge <= percent <= 100 - edge
        inside = edge < percent < 100 - edge
        if percent % found.grain.step or not (coded if bound else inside):
            yield Breach(
                "coding",
                found.group,
                f"{found.measure}, {name} in {found.group}: {percent} % of about {found.most} "
                "people is finer than the policy allows",
                found.measure,
            )


def _unanimous(found: _Shares) -> Iterator[Breach]:
    for share in found.shares:
        fewest, most = found.people(share)
        if share[1] is not None and (most < 1 or fewest >= found.most):
            yield Breach(
                "unanimity",
                found.group,
                f"{found.measure}, {share[0]} in {found.group}: {share[1]} % is nobody or all",
                found.measure,
            )


def _few(found: _Shares, few: int) -> Iterator[Breach]:
    """Fewer than `few` people behind a banded share, or outside it, also by taking off others."""
    for share in found.shares:
        name, percent, bound = share
        if percent is None:
            continue
        fewest, most = found.people(share)
        others = [_at_coarsest(found, other) for other in found.shares if other is not share]
        most = min(most, found.most - sum(others))
        if most < few or fewest > found.most - few:
            words = f"{found.measure}, {name} in {found.group}: {percent} % {bound}".rstrip()
            words = f"{words} is fewer than {few} people, or all but so few"
            yield Breach("numerator", found.group, words, found.measure)


def _at_coarsest(found: _Shares, share: Share) -> int:
    """The fewest people behind another share, which may stand in the coarse step."""
    _, percent, bound = share
    if percent is None or bound == "or_less":
        return 0
    coarse = found.grain.coarse
    half = (coarse if percent % coarse == 0 else found.grain.step) / 2
    return max(0, math.ceil((percent - half) * found.least / 100 - 1e-9))
