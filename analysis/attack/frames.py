"""Headcounts of several Releases together: told in one, left out in another."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

from analysis.attack.findings import Tried
from analysis.attack.material import Material, Published
from analysis.attack.people_before import headcounts, nearly_those_asked
from analysis.attack.processes import few_silent
from analysis.attack.rates import attack_headcounts
from analysis.plan import TablePlan
from analysis.release.known import people
from analysis.release.rows import GroupRow

_DUST = 1e-9


def frames(material: Material) -> Tried:
    """Takes a headcount that is left out in one Release to be what another one says.

    And a base to be what two headcounts and two rates of the group leave of it. Of another wave
    where nearly the same people seem to have been asked in both.
    """
    tried = Tried()
    for one, other in permutations(material.releases, 2):
        if one.release.manifest.wave != other.release.manifest.wave:
            _of_another_wave(tried, one, other, material.plan_of(one.release))
    for one, other in _pairs(material):
        _narrow(tried, one, other)
        rows = tuple(_filled(row, other) for row in one.release.groups)
        names = f"{one.name} and {other.name}"
        policy = one.release.manifest.policy
        for row, filled in zip(one.release.groups, rows, strict=True):
            if row.headcount is not None or filled.headcount is None:
                continue
            tried.count()
            if row.base is None:
                continue
            most = people(filled.headcount, other.release.manifest.policy)[1]
            silent = most - people(row.base, policy)[0]
            if silent < policy["k"]:
                tried.fell(f"{names}: at most {silent} people of {row.group} did not answer")
        if any(row.headcount is not None for row in rows):
            tried.count()
            found = attack_headcounts(
                replace(one.release, groups=rows), material.plan_of(one.release)
            )
            tried.add(f"{names}: {breach.words}" for breach in found)
    return tried


def _of_another_wave(
    tried: Tried, one: Published, other: Published, plan: TablePlan | None
) -> None:
    asked = nearly_those_asked(one.release, headcounts(other.release))
    if asked is None:
        return
    shown = [row.group for row in one.release.groups if row.base is not None]
    tried.count(len(shown))
    found = few_silent(one.release, plan, shown, [(f"the list of {other.name}", asked)])
    names = f"{one.name} and {other.name}, if they asked nearly the same people"
    tried.add(f"{names}: {breach.words}" for breach in found)


def _narrow(tried: Tried, one: Published, other: Published) -> None:
    """Both rates together tell a rounded base better than the one that tells it better."""
    for row in one.release.groups:
        again = other.release.group_by_id.get(row.group)
        if again is None or again.values != row.values or again.base != row.base:
            continue
        spans = [span for span in (_span(row, one), _span(again, other)) if span is not None]
        if len(spans) < 2:
            continue
        tried.count()
        low, high = max(low for low, _ in spans), min(high for _, high in spans)
        if all(low > one_low or high < one_high for one_low, one_high in spans):
            names = f"{one.name} and {other.name}"
            tried.fell(f"{names}: two rates say that {row.group} is {low} to {high} people")


def _span(row: GroupRow, published: Published) -> tuple[int, int] | None:
    """Where a base lies by itself, and by a headcount and its rate."""
    policy = published.release.manifest.policy
    if row.base is None or row.headcount is None or row.response_rate is None:
        return None
    low, high = people(row.base, policy)
    fewest, most = people(row.headcount, policy)
    half = policy["rate_step"] / 2
    least = math.ceil(fewest * (row.response_rate - half) / 100 - _DUST)
    greatest = math.floor(most * (row.response_rate + half) / 100 + _DUST)
    return max(low, least), min(high, greatest)


def _pairs(material: Material) -> Iterator[tuple[Published, Published]]:
    for one in material.releases:
        for other in material.releases:
            if other is not one and other.release.manifest.wave == one.release.manifest.wave:
                yield one, other


def _filled(row: GroupRow, other: Published) -> GroupRow:
    """The row with the headcount that the other Release tells, where it has none itself."""
    found = other.release.group_by_id.get(row.group)
    same = found is not None and found.values == row.values
    if found is None or not same or row.headcount is not None:
        return row
    return replace(row, headcount=found.headcount)
